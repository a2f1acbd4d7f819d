"""Scene: ln 2, 50 %, and what t-SNE must not be asked."""

from __future__ import annotations

import streamlit as st

from dann_core.language import say
from dann_core.story.plane import gap
from ui.language import tell, told
from ui.learn import plane, words
from ui.learn.scene import Scene, figures, percent
from ui.learn.stored import story
from ui.plot import chart

RUNS = {"source only": say("source only"), "DANN": "DANN"}
"""The stored runs, in their order."""


def draw() -> None:
    """Choose a run, and see its features at three perplexities."""
    stored = story()
    names = list(RUNS)
    # A radio, not segments: those take the arrow keys without being a field.
    chosen = st.radio(
        tell("trained"),
        names,
        horizontal=True,
        key="learn run",
        persist_state="session",
        format_func=lambda name: told(RUNS[name]),
    )
    run = names.index(chosen)
    features, pictures = stored["features"][run], stored["pictures"][run]
    half, y = len(features) // 2, stored["classes"]
    colours = plane.class_colours(y[:half]), plane.class_colours(y[half:])
    for place, perplexity, points in zip(st.columns(3), stored["perplexities"].tolist(), pictures, strict=True):
        centred = points - (points.min(0) + points.max(0)) / 2
        traces = [
            plane.points(centred[:half], colours[0], target=False),
            plane.points(centred[half:], colours[1], target=True),
        ]
        square = plane.picture(traces, chosen, height=250, reach=1.08 * float(abs(centred).max()))
        with place:
            alt = tell("t-SNE of the features at perplexity {perplexity}", perplexity=perplexity)
            chart(square, f"learn perplexity {perplexity}", alt)
            measured = {"perplexity": perplexity, "gap": gap(points, y)}
            st.markdown(tell("perplexity {perplexity}: gap ÷ size **{gap:.1f}**", **measured))
    figures(
        (tell("adversarial loss (ln 2 = 0.693)"), f"{stored['loss'][run]:.3f}"),
        (tell("domain accuracy (50 % = cannot tell)"), percent(stored["accuracy"][run])),
        (tell("class gap ÷ class size, in the features"), f"{gap(features, y):.1f}"),
    )


SCENE = Scene(words.READING, draw)
