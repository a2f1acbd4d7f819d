"""One sample of a target, as its kind is looked at."""

from __future__ import annotations

import math

import numpy as np
import streamlit as st

from dann_core.domains import DomainPair
from dann_core.live.scene import as_rgb
from dann_core.results.origin import Origin
from ui import palette
from ui.charts import base_layout
from ui.language import tell
from ui.plot import chart

SIDE = 160
"""Pixels that a picture is wide, at least."""

POINTS = 2000
"""Of a signal's channel that are drawn; of more, the first."""


def draw(pair: DomainPair, origin: Origin, at: int) -> None:
    """The target sample of that index: its picture, its signal, or its values by their names."""
    x = pair.target_x[at]
    if pair.kind == "images":
        picture = as_rgb(x[None])[0]
        # Pixels are to be seen as such.
        times = math.ceil(SIDE / picture.shape[1])
        st.image(picture.repeat(times, 0).repeat(times, 1), width=max(SIDE, picture.shape[1]))
    elif pair.kind == "signals":
        _signal(x)
    else:
        plan = origin.plan
        columns = plan.fitted.columns if plan and plan.fitted else ()
        names = columns or [f"{j + 1}" for j in range(len(x))]
        st.dataframe(
            {tell("feature"): list(names), tell("value"): x}, hide_index=True, height=min(35 * (len(x) + 1) + 3, 180)
        )


def _signal(x: np.ndarray) -> None:
    """All channels of `(C, L)`, one below the other's mean in time."""
    lines = [
        {
            "type": "scatter",
            "mode": "lines",
            "y": channel[:POINTS].astype(np.float64),
            "line": {"width": 1, "color": palette.class_colour(c)},
            "hoverinfo": "skip",
        }
        for c, channel in enumerate(x)
    ]
    layout = base_layout(160, "sample") | {"margin": {"l": 40, "r": 8, "t": 8, "b": 24}}
    chart({"data": lines, "layout": layout}, "trust sample", tell("the signal of the sample"))
