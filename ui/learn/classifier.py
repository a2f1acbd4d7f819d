"""Scene: a classifier that learns the source and fails on the target."""

from __future__ import annotations

import numpy as np
import streamlit as st

from dann_core import domains
from ui.language import tell
from ui.learn import plane, words
from ui.learn.scene import Scene, figures, percent
from ui.learn.stored import story
from ui.plot import chart


def draw() -> None:
    """Train, and see both domains under the same boundary."""
    stored, pair = story(), domains.load("moons")
    options = stored["iterations"].tolist()
    label = tell("training iterations")
    chosen = st.select_slider(label, options, 60, key="learn iterations", persist_state="session")
    stage = options.index(chosen)
    line = plane.boundary(stored["margin"][stage].astype(np.float64))
    both = (
        ("source", tell("source accuracy"), pair.source_x, pair.source_y, stored["source_predicted"][stage]),
        ("target", tell("target accuracy (exam)"), pair.target_x, pair.target_y, stored["target_predicted"][stage]),
    )
    readings = []
    for place, (domain, reading, x, y, predicted) in zip(st.columns(2), both, strict=True):
        wrong, is_target = predicted != y, domain == "target"
        traces = [
            line,
            plane.points(x, plane.class_colours(predicted), target=is_target),
            plane.rings(x[wrong], tell("wrong")),
        ]
        alt = tell(
            "{domain} samples with the classifier's boundary after {iterations} iterations; {wrong} are wrong",
            domain=tell("target") if is_target else tell("source"),
            iterations=chosen,
            wrong=int(wrong.sum()),
        )
        with place:
            chart(plane.picture(traces, "classifier", height=400), f"learn classifier {domain}", alt)
        readings.append((reading, percent(1 - wrong.mean())))
    figures(*readings)


SCENE = Scene(words.CLASSIFIER, draw)
