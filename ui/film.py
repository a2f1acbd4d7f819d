"""The film of a run, to take away: one HTML file."""

from __future__ import annotations

from functools import partial

import streamlit as st

from server.experiment import Experiment
from server.place import engine
from ui.language import current, tell
from ui.text import together


def draw(state: Experiment) -> None:
    """The button, what goes into the file, and what does anyway; the file is made when the button is pressed."""
    # What is somebody's own travels only when they say so.
    is_own = state.domain is None
    kind = "an upload" if is_own else "a built-in domain"
    help = tell("The drawn samples as points, or a few of them as pictures or signals: what the panel “input” shows.")
    inputs = st.checkbox(tell("input samples in the film"), not is_own, key=f"film inputs of {kind}", help=help)
    exam = state.pair.target_y is not None and st.checkbox(
        tell("target labels (exam) in the film"), not is_own, key=f"film exam of {kind}"
    )
    made = partial(_made, state, inputs, exam, current())
    st.download_button(
        tell("Film"), made, "film.html", "text/html", icon=":material/movie:", on_click="ignore", key="film"
    )
    parts = [tell("class names"), tell("source labels"), tell("features and predictions of the drawn samples")]
    parts += [tell("their inputs and names")] * inputs + [tell("target labels")] * exam
    st.caption(tell("One HTML file that plays offline, for slides and mails. In it: {parts}.", parts=together(parts)))


def _made(state: Experiment, inputs: bool, exam: bool, language: str) -> bytes:
    """Called by Streamlit in a thread of its own; made on a worker, which keeps the server free."""
    # What packs frames is no part of a first page.
    from dann_core.film.page import film

    standing = state.run.standing()
    making = partial(film, history=standing.rows, inputs=inputs, exam=exam, language=language)
    return engine().submit(making, standing.recording).result()
