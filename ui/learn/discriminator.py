"""Scene: a discriminator tells the domains apart, as long as they differ."""

from __future__ import annotations

import streamlit as st

from dann_core import domains
from dann_core.story.discriminator import told
from ui.language import tell
from ui.learn import plane, words
from ui.learn.scene import Scene, figures, percent
from ui.learn.stored import discriminator, story
from ui.palette import INK
from ui.plot import chart


def draw() -> None:
    """Turn the target, and see what a discriminator makes of it."""
    angles = story()["angles"].tolist()
    label = tell("how far the target is turned (degrees)")
    angle = st.select_slider(label, angles, 35, key="learn told", persist_state="session")
    pair = domains.load("moons", angle=float(angle))
    seen = told(discriminator(angle), pair)
    traces = [
        plane.tint(seen.tint),
        plane.points(pair.source_x, INK, target=False),
        plane.points(pair.target_x, INK, target=True),
    ]
    accuracy = percent(seen.accuracy)
    alt = tell("Source and target, tinted by a discriminator that is right in {accuracy} of cases", accuracy=accuracy)
    chart(plane.picture(traces, "discriminator"), "learn discriminator", alt)
    figures(
        (tell("domain accuracy (50 % = cannot tell)"), accuracy),
        (tell("adversarial loss (ln 2 = 0.693)"), f"{seen.loss:.3f}"),
    )


SCENE = Scene(words.DISCRIMINATOR, draw)
