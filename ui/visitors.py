"""Which experiment a visitor sees: their own, found again after a reload, or a shared one to look at."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
import threading

import streamlit as st
from streamlit.runtime import get_instance
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dann_core.engine import EngineError
from dann_core.live.registry import Full, Registry
from ui.experiment import Experiment, Notice
from ui.text import plain

RUN = "run"
"""The link's name for the key of a run on this server."""

KEEP_SECONDS = float(os.environ.get("DANN_KEEP_SECONDS", 1800))
"""How long an experiment waits for a person who has left the page."""

PLACES = int(os.environ.get("DANN_PLACES", 60))
"""Experiments that the server keeps at a time."""

PRUNE_SECONDS = 5


@st.cache_resource
def registry() -> Registry[Experiment]:
    """The experiments of this server's visitors."""
    made = Registry(PLACES, KEEP_SECONDS, get_instance().is_active_session, Experiment.free)

    def prune() -> None:
        while not threading.Event().wait(PRUNE_SECONDS):
            if made.prune():
                _give_memory_back()

    threading.Thread(target=prune, name="prune", daemon=True).start()
    return made


def _give_memory_back() -> None:
    """Let the system have what freed experiments took up: Python finds cycles, and the C library gives up pages, only
    when more is asked for, which after a class may be never."""
    gc.collect()
    if sys.platform == "linux" and (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)):
        trim(0)


@st.cache_resource
def showcase() -> Experiment:
    """What people look at for whom there is no place: one run for all of them."""
    made = Experiment.from_query({})
    made.run.play()
    return made


def arrive() -> Experiment:
    """This session's experiment, or the link's where it has none. A page ends here when there is nowhere to train."""
    if looking_on():
        return showcase()
    try:
        return _arrive(st.query_params.to_dict())
    except EngineError as error:
        st.error(plain(str(error)))
        st.button("Try again", icon=":material/refresh:")
        st.stop()


def _arrive(query: dict[str, str]) -> Experiment:
    of_link, holder = query.pop(RUN, None), get_script_run_ctx().session_id
    key = st.session_state.get("run_key", of_link)
    # Asked for in every script run: a session that was away for too long no longer has a place.
    found = registry().take(key, holder) if key else None
    if found is None:
        try:
            key, found = _new(query, key, holder)
        except Full:
            # Until they ask for it: a page that is looked at must not turn into another one by itself.
            st.session_state.full = True
            return showcase()
    st.session_state.run_key = key
    return found


def insist_on_place() -> None:
    """In a callback of one of the page's parts: do nothing, and draw the whole page, if the place here is lost.

    On a full server it may be, for somebody who was away; what is trained then is nobody's, and counted nowhere.
    """
    key, holder = st.session_state.get("run_key"), get_script_run_ctx().session_id
    if key is None or registry().take(key, holder) is None:
        st.rerun()


def try_again() -> None:
    """Let the next run of the page look for a place."""
    st.session_state.full = False


def looking_on() -> bool:
    """Whether this session has no place of its own."""
    return st.session_state.get("full", False)


def share(state: Experiment) -> None:
    """Let the address bar hold what this experiment is and where it runs; an upload is found by its run alone."""
    if looking_on():
        return
    query = (state.query() or {}) | {RUN: st.session_state.run_key}
    if st.query_params.to_dict() != query:
        st.query_params.from_dict(query)


def _new(query: dict[str, str], old_key: str | None, holder: str) -> tuple[str, Experiment]:
    places = registry()
    if not places.has_room():
        raise Full
    made = Experiment.from_query(query)
    if old_key and old_key not in places and made.notice is None:
        why = "The run of this link is no longer kept here: it starts anew, with the link's settings."
        made.notice = Notice(why, "warning")
    return places.add(made, holder), made
