"""Scene: ln 2, 50 %, and what t-SNE must not be asked."""

from __future__ import annotations

import streamlit as st

from dann_core.story.plane import gap
from ui.learn import plane, words
from ui.learn.scene import Scene, figures, percent
from ui.learn.stored import story
from ui.plot import chart

LABELS = words.READING.labels


def draw() -> None:
    """Choose a run, and see its features at three perplexities."""
    stored = story()
    names = LABELS["runs"].split("|")
    # A radio, not segments: those take the arrow keys without being a field.
    chosen = st.radio(LABELS["run"], names, horizontal=True, key="learn run", persist_state="session")
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
            chart(square, f"learn perplexity {perplexity}", LABELS["alt"].format(perplexity=perplexity))
            st.markdown(LABELS["picture"].format(perplexity=perplexity, gap=gap(points, y)))
    figures(
        (LABELS["loss"], f"{stored['loss'][run]:.3f}"),
        (LABELS["accuracy"], percent(stored["accuracy"][run])),
        (LABELS["features"], f"{gap(features, y):.1f}"),
    )


SCENE = Scene(words.READING, draw)
