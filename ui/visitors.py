"""Which experiment a visitor sees: their own, found again after a reload, or somebody's to look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from server.experiment import Experiment
from server.lane import RUN
from server.place import PLACES, experiments
from server.registry import Full
from server.shown import Notice
from ui import viewed
from ui.language import address, tell, told
from ui.text import plain

# Only this tab's storage knows the token: whoever else opens the link is somebody else.
_TAB = """
const app = new URL("../../", document.querySelector('script[src*="static/js"]').src)

export default async function ({ data: { module, run, token, link }, setStateValue }) {
  const tab = await import(new URL(module, app).href)
  if (link) tab.keepLink({ run, token, link })
  else setStateValue("told", { run, token: tab.tokenOf(run) ?? "" })
}
"""


@dataclass(frozen=True)
class Visit:
    """What this page shows: an experiment with its key, and the token that lets this visitor steer it, if any.

    Without an experiment every place is taken.
    """

    experiment: Experiment | None
    key: str | None = None
    token: str | None = None

    @property
    def is_owner(self) -> bool:
        """Whether this visitor may steer."""
        return self.token is not None


def arrive(begins: Mapping[str, str] | None = None) -> Visit:
    """This session's experiment, or the link's where it has none. The page ends here while the browser is asked.

    `begins` is the link of what a new experiment begins with, where the address bar names no domain.
    """
    mine = st.session_state.get("mine")
    if mine and (found := experiments.claim(*mine)):
        return _here(found, *mine)
    query = st.query_params.to_dict()
    key = mine[0] if mine else query.get(RUN)
    query.pop(RUN, None)
    if begins and "domain" not in query:
        query |= begins
    other = experiments.find(key) if key and not mine else None
    if other is not None:
        token = _token(key)
        if token and (found := experiments.claim(key, token)):
            return _here(found, key, token)
        if other.domain is None and other.now.is_shared and not st.session_state.get("own"):
            return Visit(other, key)
    try:
        made = _made(query, key, other)
        return _here(made, *experiments.add(made))
    except Full:
        return Visit(None)


def come_back() -> None:
    """For a page without an experiment: let its link name this session's run, and find that again after a reload.

    Nothing is made for who only reads. The page ends here while the browser is asked.
    """
    key = st.query_params.get(RUN)
    if "mine" not in st.session_state and key and experiments.find(key) is not None:
        token = _token(key)
        if token and (found := experiments.claim(key, token)):
            _here(found, key, token)
    if mine := st.session_state.get("mine"):
        st.query_params[RUN] = mine[0]
    if lang := viewed.now().view.lang:
        st.query_params["lang"] = lang


def own() -> Experiment | None:
    """This session's experiment, if it has one that is still kept."""
    mine = st.session_state.get("mine")
    return experiments.claim(*mine) if mine else None


def has_place() -> bool:
    """Whether this session's experiment is still kept."""
    return own() is not None


def has_link() -> bool:
    """Whether this session began with a link, to an experiment or a run."""
    return st.session_state.setdefault("has link", bool(st.query_params.to_dict()))


def start_own() -> None:
    """Let the next run of the page give this visitor an experiment of their own."""
    st.session_state.own = True


def taken() -> str:
    """In words, that there is no place."""
    return tell(
        "All places on this server are taken ({places}). A place becomes free when somebody leaves; until then, this "
        "is a film of a finished run.",
        places=PLACES,
    )


def _made(query: dict[str, str], key: str | None, other: Experiment | None) -> Experiment:
    if not experiments.has_room():
        raise Full
    made = Experiment.from_query(query)
    if made.notice is not None:
        return made
    if other is not None and other.domain is None:
        made.notice = Notice("elsewhere", "warning")
    elif key and other is None:
        made.notice = Notice("run gone", "warning")
    return made


def _here(experiment: Experiment, key: str, token: str) -> Visit:
    st.session_state.mine = key, token
    experiment.sessions.add(get_script_run_ctx().session_id)
    return Visit(experiment, key, token)


def _token(key: str) -> str:
    """What this tab has stored for that run; the page ends here until the browser has said it."""
    found = _tab()(key="whose run", data=_data(run=key), default={"told": None}, on_told_change=lambda: None).told
    if not found or found.get("run") != key:
        st.caption(tell("Looking for your run …"))
        st.stop()
    return found["token"]


def keep_link(visit: Visit) -> None:
    """On a page without a player: let the address bar hold the experiment, so that a reload finds it again."""
    if not visit.is_owner:
        return
    link = (visit.experiment.now.query() or {}) | viewed.in_link() | {RUN: visit.key}
    _tab()(key="link", data=_data(run=visit.key, token=visit.token, link=link))


def _data(**facts: Any) -> dict[str, Any]:
    return {"module": address("tab.js"), **facts}


@st.cache_resource
def _tab() -> Any:
    return st.components.v2.component("tab", js=_TAB)


def say_whose(visit: Visit, said: str) -> None:
    """Who has no experiment of their own here is told why, and how to get one; `said` is of one that they look at."""
    if visit.experiment is None:
        st.warning(taken(), icon=":material/group:")
        st.button(tell("Try again"), icon=":material/refresh:")
    elif not visit.is_owner:
        st.info(said, icon=":material/group:")
        st.button(tell("Start your own"), on_click=start_own)


def say_wrong() -> None:
    """What of the link could not be read, until it is closed."""
    wrong = viewed.now().wrong
    if not wrong:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="view-wrong"):
        st.warning(plain(told(wrong)), icon=":material/link_off:")
        st.button(
            "",
            icon=":material/close:",
            help=tell("Close this message"),
            on_click=viewed.close_wrong,
            key="close wrong view",
        )
