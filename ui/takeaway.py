"""What a person takes away from Explore; each file is made only when its button is pressed."""

from __future__ import annotations

import streamlit as st

from server.experiment import Experiment


def draw(experiment: Experiment) -> None:
    """Under the controls; what there is to take away is known, and drawn, when it is opened."""
    place = st.expander("Take away", key="take away", on_change="rerun")
    if place.open:
        with place:
            _film(experiment)


def _film(experiment: Experiment) -> None:
    st.caption("**A film of this run**: one HTML file that plays offline, for slides and mails.")
    run, own = experiment.run, experiment.domain is None
    if run.recording.latest is None:
        st.caption("There is nothing to take away yet: press Play, then open this again.")
        return
    # What is somebody's own travels only when they say so.
    kind = "an upload" if own else "a built-in domain"
    inputs = st.toggle("input samples", not own, key=f"film inputs of {kind}", help=_INPUTS)
    exam = run.pair.target_y is not None and st.toggle("target labels (exam)", not own, key=f"film exam of {kind}")

    def made() -> bytes:
        from dann_core.film.page import film

        recording, history = experiment.run.so_far()
        return film(recording, history=history, inputs=inputs, exam=exam)

    st.download_button(
        "Film (HTML)", made, "film.html", "text/html", icon=":material/download:", on_click="ignore", width="stretch"
    )
    parts = ["class names", "source labels", "features and predictions of the drawn samples"]
    parts += ["their inputs"] * inputs + ["target labels"] * exam
    st.caption(f"Inside: {', '.join(parts[:-1])} and {parts[-1]}.")


_INPUTS = "The drawn samples as points, or a few of them as pictures or signals: what the panel “input” shows."
