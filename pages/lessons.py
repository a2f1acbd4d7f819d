"""Lessons: predict what a run will do, watch it, and read why; a list of them, or the one that the link names."""

from __future__ import annotations

import streamlit as st

from dann_core.lessons import Lesson, read_all
from server.link import LESSON
from ui import joining, lessons, viewed, visitors
from ui.language import current, tell, told
from ui.player import player
from ui.text import plain

COLUMNS = 3


def turn(key: str | None) -> None:
    """Go to a lesson, or to the list; the address bar becomes its link."""
    st.query_params.from_dict(viewed.in_link() | ({LESSON: key} if key else {}))


def draw_list(known: list[Lesson], refused: list[str]) -> None:
    """All lessons, and what is wrong with files that are none."""
    visitors.come_back()
    st.header(tell("Lessons"), anchor=False)
    st.markdown(tell("Each is one run. Say first what you expect; then press Play and see it over the truth, and why."))
    for sentence in refused:
        st.warning(plain(told(sentence)), icon=":material/description:")
    for first in range(0, len(known), COLUMNS):
        for place, lesson in zip(st.columns(COLUMNS), known[first : first + COLUMNS], strict=False):
            with place.container(border=True, height="stretch"):
                blind = " :material/lock:" if lesson.blind else ""
                st.markdown(f"**{known.index(lesson) + 1}. {plain(lesson.title)}**{blind}")
                st.caption(lesson.question)
                st.button(tell("Open"), key=f"open {lesson.key}", on_click=turn, args=(lesson.key,))


def draw_lesson(known: list[Lesson], at: int) -> None:
    """The lesson beside its run."""
    lesson = known[at]
    visit = visitors.arrive(lesson.query() | ({"blind": "1"} if lesson.blind else {}))
    experiment = visit.experiment
    joining.draw(visit)
    if visit.is_owner and st.session_state.get(lessons.TAKEN) != lesson.key:
        experiment.take(lesson)
        st.session_state[lessons.TAKEN] = lesson.key
    words, stage = st.columns([2, 7], gap="medium")
    with words.container(key="lesson"):
        _turning(known, at)
        if visit.is_owner:
            lessons.draw(lesson, experiment)
        else:
            visitors.say_whose(visit, tell("You are looking on: this is somebody else's run."))
    with stage.container(key="stage"):
        player(
            "lesson",
            run=visit.key,
            token=visit.token,
            page=experiment.page if experiment else 0,
            film=None,
            title=lesson.title,
            lesson=lessons.told(lesson),
        )


def _turning(known: list[Lesson], at: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="lesson-turn"):
        st.button(tell("All lessons"), icon=":material/list:", on_click=turn, args=(None,))
        before, after = (known[k].key if 0 <= k < len(known) else None for k in (at - 1, at + 1))
        st.button(tell("Back"), on_click=turn, args=(before,), disabled=before is None)
        st.button(tell("Next"), on_click=turn, args=(after,), disabled=after is None)


known, refused = read_all(language=current())
asked = st.query_params.get(LESSON)
found = next((k for k, lesson in enumerate(known) if lesson.key == asked), None)
if found is None:
    if asked:
        st.warning(tell("There is no lesson {name}; here are all that there are.", name=plain(asked)))
    draw_list(known, refused)
else:
    draw_lesson(known, found)
