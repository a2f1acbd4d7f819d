"""Scene: a discriminator tells the domains apart, as long as they differ."""

from __future__ import annotations

import streamlit as st

from dann_core import domains
from dann_core.story.discriminator import told
from ui.learn import plane, words
from ui.learn.scene import Scene, figures, percent
from ui.learn.stored import discriminator, story
from ui.palette import INK
from ui.plot import chart

LABELS = words.DISCRIMINATOR.labels


def draw() -> None:
    """Turn the target, and see what a discriminator makes of it."""
    angles = story()["angles"].tolist()
    angle = st.select_slider(LABELS["angle"], angles, 35, key="learn told", persist_state="session")
    pair = domains.load("moons", angle=float(angle))
    seen = told(discriminator(angle), pair)
    traces = [
        plane.tint(seen.tint),
        plane.points(pair.source_x, INK, target=False),
        plane.points(pair.target_x, INK, target=True),
    ]
    alt = LABELS["alt"].format(accuracy=percent(seen.accuracy))
    chart(plane.picture(traces, "discriminator"), "learn discriminator", alt)
    figures((LABELS["accuracy"], percent(seen.accuracy)), (LABELS["loss"], f"{seen.loss:.3f}"))


SCENE = Scene(words.DISCRIMINATOR, draw)
