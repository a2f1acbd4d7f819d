"""Lessons: predict, play, see the prediction over the truth, and why it comes so."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from dann_core.lessons import Lesson
from server.experiment import Experiment
from ui.language import address, tell
from ui.text import plain

TAKEN = "lesson"
"""In the session: the key of the lesson whose run is on the page."""

LOOK_SECONDS = 1.0
"""Between two looks whether the run has ended."""

_SKETCH = """
const app = new URL("../../", document.querySelector('script[src*="static/js"]').src)

export default function ({ data, parentElement, setTriggerValue }) {
  import(new URL(data.module, app).href).then(({ mount }) => mount(parentElement, data, setTriggerValue))
}
"""

Prediction = dict[str, Any]
"""`{"chosen": 1}`, `{"curve": [0.5, ...]}`, evenly spaced over the run, or `{}` where it was skipped."""


@st.cache_resource
def _sketch() -> Any:
    return st.components.v2.component("sketch", js=_SKETCH, isolate_styles=False)


def prediction(lesson: Lesson) -> Prediction | None:
    """What this session's learner has predicted; None before that."""
    return st.session_state.get(_named("predicted", lesson))


def told(lesson: Lesson) -> dict[str, Any]:
    """What the player is told of it."""
    made = prediction(lesson)
    return {"key": lesson.key, "waits": made is None, "curve": (made or {}).get("curve")}


def draw(lesson: Lesson, state: Experiment) -> None:
    """The column beside the player: the question, the prediction, and after the run what came of it."""
    st.subheader(lesson.title, anchor=False)
    st.markdown(lesson.question)
    made = prediction(lesson)
    if made is None:
        _ask(lesson)
        return
    if not _has_ended(state):
        _remind(lesson, made)
        st.fragment(_look, run_every=LOOK_SECONDS)(state)
        return
    _judge(lesson, made, state)
    st.markdown(lesson.why)
    st.button(tell("Predict again"), icon=":material/replay:", on_click=_again, args=(lesson, state))


def _named(what: str, lesson: Lesson) -> str:
    return f"{what} {lesson.key}"


def _predict(lesson: Lesson, made: Prediction) -> None:
    st.session_state[_named("predicted", lesson)] = made


def _again(lesson: Lesson, state: Experiment) -> None:
    st.session_state.pop(_named("predicted", lesson), None)
    state.reset()


def _ask(lesson: Lesson) -> None:
    if lesson.outcomes:
        numbers = range(len(lesson.outcomes))
        named = _named("choice", lesson)
        chosen = st.radio(
            tell("What do you expect?"), numbers, None, format_func=lesson.outcomes.__getitem__, key=named
        )
        made = {"chosen": chosen}
        st.button(tell("Predict this"), type="primary", disabled=chosen is None, on_click=_predict, args=(lesson, made))
    else:
        key = _named("sketch", lesson)

        def drawn() -> None:
            curve = (st.session_state[key] or {}).get("drawn")
            if isinstance(curve, list) and all(isinstance(y, int | float) and 0 <= y <= 1 for y in curve):
                _predict(lesson, {"curve": curve})

        data = {"module": address("sketch.js"), "max_iter": lesson.settings.max_iter}
        _sketch()(key=key, data=data, on_drawn_change=drawn)
    st.button(tell("Skip the prediction"), type="tertiary", on_click=_predict, args=(lesson, {}))


def _remind(lesson: Lesson, made: Prediction) -> None:
    if "chosen" in made:
        expected = plain(lesson.outcomes[made["chosen"]])
        st.info(tell("You expect: {expected}", expected=expected), icon=":material/psychology:")
    elif "curve" in made:
        st.info(tell("Your curve is drawn dashed over the accuracies."), icon=":material/psychology:")


def _has_ended(state: Experiment) -> bool:
    return state.run.finished and state.run.still and not state.blind.is_sealed


def _look(state: Experiment) -> None:
    """What to do next; once that is done, the whole page is drawn anew."""
    if _has_ended(state):
        st.rerun()
    if state.run.finished:
        st.caption(
            tell("Commit to an iteration, above the pictures, and reveal what it was worth. Then you see here why.")
        )
    else:
        st.caption(tell("Press Play. When the run has ended, you see here what came of it, and why."))


def _judge(lesson: Lesson, made: Prediction, state: Experiment) -> None:
    came = plain(lesson.outcomes[lesson.answer]) if lesson.outcomes else ""
    if made.get("chosen") == lesson.answer:
        st.success(tell("As you expected: {came}", came=came), icon=":material/check_circle:")
    elif "chosen" in made:
        expected = plain(lesson.outcomes[made["chosen"]])
        text = tell("You expected: {expected} What came: {came}", expected=expected, came=came)
        st.error(text, icon=":material/cancel:")
    elif "curve" in made and (off := distance(made["curve"], state)) is not None:
        text = tell("Your curve was {points:.0f} points off the target accuracy, on average.", points=100 * off)
        st.info(text, icon=":material/psychology:")
    elif came:
        st.info(tell("What came: {came}", came=came), icon=":material/psychology:")


def distance(curve: list[float], state: Experiment) -> float | None:
    """How far a predicted curve is from the target accuracies of the run's frames, 0..1; None without any."""
    frames = [frame for frame in state.run.recording.frames if np.isfinite(frame.figures[-1])]
    if not frames:
        return None
    at = [frame.iteration for frame in frames]
    predicted = np.interp(at, np.linspace(0, state.settings.max_iter, len(curve)), curve)
    return float(np.abs(predicted - [frame.figures[-1] for frame in frames]).mean())
