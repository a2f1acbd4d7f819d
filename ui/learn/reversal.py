"""Scene: one gradient on its way through the reversal, with both signs."""

from __future__ import annotations

import numpy as np
import streamlit as st

from dann_core import domains
from dann_core.story.discriminator import STEPS, follow, told, typical
from ui.language import tell
from ui.learn import plane, words
from ui.learn.scene import Scene, figures
from ui.learn.stored import discriminator
from ui.plot import chart

ANGLE = 35
FACTORS = (-2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0)


def draw() -> None:
    """Choose what the gradient is multiplied by, and follow it."""
    label = tell("the gradient is multiplied by")
    factor = st.select_slider(label, FACTORS, -1.0, key="learn factor", persist_state="session", format_func=_signed)
    pair, judge = domains.load("moons", angle=float(ANGLE)), discriminator(ANGLE)
    walk = follow(judge, typical(judge, pair), factor)
    before, after = (f"{loss:.2f}" for loss in walk.losses[[0, -1]])
    chain = {"loss": before, "gradient": _vector(walk.gradient), "passed": _vector(walk.passed)}
    st.markdown(
        tell(
            "$L_d$ = {loss} ➜ discriminator ➜ {gradient} ➜ :violet-background[**× {factor}**] ➜ {passed} ➜ extractor",
            factor=_signed(factor),
            **chain,
        )
    )
    traces = [
        plane.tint(told(judge, pair).tint),
        plane.faint(pair.source_x, target=False),
        plane.faint(pair.target_x, target=True),
        plane.path(walk.path, tell("its steps")),
        plane.start(walk.path[0], tell("one target feature")),
    ]
    alt = tell(
        "One target feature walks {steps} steps, gradient times {factor}: its loss goes {before} to {after}",
        steps=STEPS,
        factor=_signed(factor),
        before=before,
        after=after,
    )
    chart(plane.picture(traces, "reversal"), "learn reversal", alt)
    figures((tell("$L_d$ before"), before), (tell("$L_d$ after {steps} steps", steps=STEPS), after))


def _signed(number: float) -> str:
    return f"{number:+g}".replace("-", "−") if number else "0"


def _vector(gradient: np.ndarray) -> str:
    return "(" + ", ".join(f"{g:+.2f}".replace("-", "−") for g in gradient + 0.0) + ")"


SCENE = Scene(words.REVERSAL, draw)
