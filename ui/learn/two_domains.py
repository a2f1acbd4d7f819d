"""Scene: a labelled source, and a target that is turned and has no labels."""

from __future__ import annotations

import streamlit as st

from dann_core import domains
from dann_core.story.plane import nearest_source
from ui.language import tell
from ui.learn import plane, words
from ui.learn.scene import Scene, figures, percent
from ui.palette import INK
from ui.plot import chart


def draw() -> None:
    """Turn the target."""
    label = tell("how far the target is turned (degrees)")
    angle = st.slider(label, 0, 90, 35, 5, key="learn shift", persist_state="session")
    pair = domains.load("moons", angle=float(angle))
    traces = [
        plane.points(pair.source_x, plane.class_colours(pair.source_y), target=False),
        plane.points(pair.target_x, INK, target=True, name=tell("target, no label")),
    ]
    alt = tell("Two moons of labelled source points, and the unlabelled target turned by {angle} degrees", angle=angle)
    chart(plane.picture(traces, "domains"), "learn domains", alt)
    is_right = pair.source_y[nearest_source(pair)] == pair.target_y
    figures((tell("nearest source point has the right class (exam)"), percent(is_right.mean())))


SCENE = Scene(words.TWO_DOMAINS, draw)
