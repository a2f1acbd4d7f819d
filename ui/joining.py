"""A student comes by the link of a class: what the teacher will see is said before anything is shown to them."""

from __future__ import annotations

import streamlit as st

from dann_core.language import said, say
from server import classroom
from server.classroom import LONGEST_NAME, Classroom
from server.registry import Full
from ui import viewed
from ui.language import tell, told
from ui.text import plain
from ui.visitors import Visit

MARK, SOMEBODY = "class", say("your teacher")


def draw(visit: Visit) -> None:
    """Ask whoever comes by a class's link whether they join; the page ends here until they have answered."""
    code = viewed.now().marks.get(MARK)
    if not code or not visit.is_owner:
        return
    room = classroom.find(code)
    if room is None:
        with st.container(key="class-over", horizontal=True, vertical_alignment="center"):
            st.info(tell("The class of this link is over, or the link is not complete: ask your teacher for it again."))
            st.button(tell("Explore without a class"), on_click=_decline)
        return
    whose = plain(room.title or told(SOMEBODY))
    member = room.member(visit.key)
    if member is None:
        _ask(room, visit, whose)
        st.stop()
    with st.sidebar, st.container(key="in-class"):
        name = plain(told(member.name))
        st.caption(
            tell("In the class of {whose} as {name}: your teacher sees your run's pictures.", whose=whose, name=name)
        )
        st.button(tell("Leave the class"), on_click=_leave, args=(room, visit.key))


def _ask(room: Classroom, visit: Visit, whose: str) -> None:
    with st.form("join", border=True):
        st.subheader(tell("You are joining the class of {whose}", whose=whose), anchor=False)
        st.markdown(
            tell(
                "Your teacher sees your run's pictures and figures, and the name you choose, and may show them to the "
                "class. Of data that you upload, only how far training is, unless you share it. "
                "Nothing is kept after you leave, and nothing leaves this server."
            )
        )
        name = st.text_input(tell("your name (you may leave it out)"), max_chars=LONGEST_NAME)
        with st.container(horizontal=True):
            joins = st.form_submit_button(tell("Join"), type="primary", icon=":material/group_add:")
            declines = st.form_submit_button(tell("Explore without the class"), on_click=_decline)
    if joins and not declines:
        try:
            room.join(visit.key, name)
        except Full as full:
            st.error(tell("{full} You can explore without it.", full=said(full)))
            return
        st.rerun()


def _decline() -> None:
    viewed.forget(MARK)


def _leave(room: Classroom, key: str) -> None:
    room.leave(key)
    viewed.forget(MARK)
