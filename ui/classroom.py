"""The teacher's page: a link for a class, and the class at a glance."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import streamlit as st

from server import classroom
from server.classroom import CLASSES, LONGEST_TITLE, Classroom
from server.link import LESSON
from server.registry import Full
from server.view import MARKS
from ui import view_editor, viewed, visitors
from ui.joining import MARK, SOMEBODY
from ui.language import address, tell, told
from ui.text import plain

PAGE, LESSONS = "classroom", "lessons"
MINE = "my class"

_COMPONENT = """
const app = new URL("../../", document.querySelector('script[src*="static/js"]').src)

export default function ({ data, parentElement, setStateValue }) {
  let isGone = false
  let unmount
  import(new URL(data.module, app).href).then((module) => {
    if (isGone) return
    if (data.code) unmount = module.mount(parentElement, { ...data, base: app.href })
    else {
      if (data.ends) module.keepClass(null)
      setStateValue("told", data.ends ? { code: "", token: "" } : module.classHere())
    }
  })
  return () => {
    isGone = true
    unmount?.()
  }
}
"""


@st.cache_resource
def _component(name: str) -> Any:
    return st.components.v2.component(name, js=_COMPONENT, isolate_styles=False)


def draw() -> None:
    """The class of this tab; without one, the editor that makes its link."""
    room = _mine()
    if room is None:
        _new()
    else:
        _wall(room)


def _mine() -> Classroom | None:
    """This session's class, or that of the tab's secret. The page ends here while the browser is asked."""
    mine = st.session_state.get(MINE)
    ends = mine == ()
    if not mine:
        data = {"module": address("class-tab.js"), "code": None, "ends": ends}
        kept = _component("class tab")(
            key="whose class", data=data, default={"told": None}, on_told_change=lambda: None
        ).told
        if ends:
            return None
        if kept is None:
            st.caption(tell("Looking for your class …"))
            st.stop()
        mine = kept["code"], kept["token"]
    room = classroom.claim(*mine) if all(mine) else None
    if room:
        st.session_state[MINE] = mine
    elif all(mine):
        st.session_state[MINE] = ()
        st.warning(tell("This class is over, or its secret link is not complete. You can open another one."))
    return room


def _new() -> None:
    st.subheader(tell("Make a link for your class"), anchor=False)
    st.caption(
        tell(
            "Set up domains and settings on Explore first: the link opens what you see there, or a lesson. Choose "
            "below what your students see of it."
        )
    )
    view_editor.draw()
    link = _opened() | view_editor.edited().to_query()
    st.caption(tell("The link. Whoever opens it gets a run of their own."))
    _link("pupils", _address(link))
    with st.container(border=True):
        st.markdown(tell("**See all runs at a glance**"))
        st.caption(
            tell(
                "Open a class: students who follow its link are asked whether they join, and under which name. Nothing "
                "is kept after they leave."
            )
        )
        label = tell("whose class it is, as students read it")
        title = st.text_input(label, max_chars=LONGEST_TITLE, placeholder=told(SOMEBODY))
        if st.button(tell("Open a class"), type="primary", icon=":material/co_present:"):
            _open(title, link)


def _opened() -> dict[str, str]:
    """The lesson, or what this session's Explore shows, and what of its link others read; a class is not joined by its
    own link."""
    experiment = visitors.own()
    marks = {name: value for name, value in viewed.now().marks.items() if name in MARKS and name != MARK}
    if lesson := view_editor.lesson():
        return {LESSON: lesson} | marks
    if experiment is not None and experiment.domain is None:
        st.info(
            tell("Your own data cannot travel in a link: it opens the first built-in domain."), icon=":material/info:"
        )
    return (experiment.now.query() or {} if experiment else {}) | marks


def _open(title: str, link: dict[str, str]) -> None:
    room = Classroom(title, link, exam=view_editor.edited().exam)
    try:
        st.session_state[MINE] = classroom.classes.add(room)
    except Full:
        st.error(tell("All {n} classes of this server are open. Try again when one has ended.", n=CLASSES))
        return
    st.rerun()


def _wall(room: Classroom) -> None:
    code, token = st.session_state[MINE]
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        named = tell("The class at a glance: {title}", title=plain(room.title))
        st.subheader(named if room.title else tell("The class at a glance"), anchor=False)
        with st.container(horizontal=True, width="content"):
            with st.popover(tell("Secret link"), icon=":material/key:"):
                st.caption(tell("Opens this wall elsewhere, on the projector's computer for instance. Only for you."))
                _link("teacher", f"{_root()}{PAGE}#{urlencode({MARK: code, 'secret': token})}")
            st.button(tell("End the class"), icon=":material/logout:", on_click=_end, args=(room,))
    st.caption(tell("For your students:"))
    _link("class", _address(room.link | {MARK: code}))
    data = {"module": address("wall.js"), "channel": "wall", "code": code, "token": token}
    _component("wall")(key="the wall", data=data)


def _end(room: Classroom) -> None:
    room.end()
    # Not None: the tab is to forget its secret.
    st.session_state[MINE] = ()


def _link(of: str, address: str) -> None:
    with st.container(key=f"link of {of}"):
        st.code(address, language=None, wrap_lines=True)


def _address(link: dict[str, str]) -> str:
    return _root() + (LESSONS if LESSON in link else "") + (f"?{urlencode(link, safe=',')}" if link else "")


def _root() -> str:
    """Where the app is for this browser, with a slash at its end."""
    here = (st.context.url or "/").partition("#")[0].partition("?")[0]
    return here.rstrip("/").removesuffix(PAGE).rstrip("/") + "/"
