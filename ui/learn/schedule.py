"""Scene: gamma against max_iter, and what others call the schedule of DANN."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import streamlit as st

from dann_core.language import Text, say
from dann_core.method.published import deepda_lambda, paper_lambda, tllib_lambda
from dann_core.method.schedules import progress, rise
from ui.charts import Spec, base_layout, frame_axis
from ui.language import tell, told
from ui.learn import words
from ui.learn.scene import Scene, figures
from ui.palette import FAINT
from ui.plot import chart

LENGTH, MARKED, POINTS = 20_000, 3_000, 201
"""Iterations on the axis: 20 epochs of 1,000, TLlib's own; and the one at which all are read."""


class Other(NamedTuple):
    """Somebody else's schedule: lambda by iteration, its name, what the legend says of it, and its looks."""

    of: Callable[[int], float]
    name: str
    legend: Text
    colour: str
    dash: str


OTHERS = (
    Other(lambda i: paper_lambda(i, LENGTH), say("paper"), say("paper: gamma 10, over 20,000"), "#0072b2", "dash"),
    Other(tllib_lambda, "TLlib", say("TLlib: gamma 1, over 1,000 and on"), "#d0334f", "dot"),
    Other(lambda i: deepda_lambda(i, LENGTH // 2), "DeepDA", say("DeepDA: gamma 1, over 10,000"), "#073a18", "dashdot"),
)
"""DeepDA's run is 20 epochs of 500."""


def draw() -> None:
    """Choose gamma and max_iter."""
    left, right = st.columns(2)
    gamma = left.slider("gamma", 0.5, 20.0, 3.0, 0.5, key="learn gamma", persist_state="session")
    max_iter = right.slider(
        "max_iter",
        1000,
        LENGTH,
        10_000,
        1000,
        key="learn max_iter",
        persist_state="session",
        format="localized",
    )
    alt = tell("lambda by iteration: yours, the paper's, TLlib's and DeepDA's")
    chart(figure(gamma, max_iter), "learn schedule", alt)
    others = ((told(other.name), f"{other.of(MARKED):.2f}") for other in OTHERS)
    figures((tell("yours"), f"{yours(MARKED, gamma, max_iter):.2f}"), *others)
    st.caption(
        tell(
            "Paper: Ganin et al. 2016, section 5.2.2, over a run as long as TLlib's. TLlib: tllib/modules/grl.py, in "
            "its example's 20 epochs of 1,000 iterations. DeepDA: loss_funcs/adv.py, with the 20 epochs of 500 of "
            "DANN.yaml."
        )
    )


def yours(iteration: int, gamma: float, max_iter: int) -> float:
    """Ours, with lambda_max 1."""
    return rise(progress(max_iter, iteration), gamma)


def figure(gamma: float, max_iter: int) -> Spec:
    """All curves on one axis; their names in the legend hold their values where all are read."""
    own = (lambda i: yours(i, gamma, max_iter)), "#332288", "solid"
    traces = [_curve(told(other.legend), other.of, other.colour, other.dash) for other in OTHERS]
    traces.append(_curve(tell("yours"), *own, width=4))
    line = {"type": "line", "x0": MARKED, "x1": MARKED, "y0": 0, "y1": 1, "line": {"color": FAINT, "dash": "dot"}}
    layout = base_layout(430, "schedule") | {
        "margin": {"l": 40, "r": 12, "t": 8, "b": 40},
        "xaxis": frame_axis(range=[0, LENGTH], title={"text": tell("iteration")}, tickformat=","),
        "yaxis": frame_axis(range=[0, 1.03], title={"text": "lambda"}),
        "showlegend": True,
        "legend": {"orientation": "h", "y": -0.2, "x": 0},
        "shapes": [line],
        "dragmode": False,
    }
    return {"data": traces, "layout": layout}


def _curve(name: str, of: Callable[[int], float], colour: str, dash: str, width: float = 2) -> Spec:
    x = [round(k * LENGTH / (POINTS - 1)) for k in range(POINTS)]
    line = {"color": colour, "dash": dash, "width": width}
    return {"type": "scatter", "mode": "lines", "name": name, "x": x, "y": [of(i) for i in x], "line": line}


SCENE = Scene(words.SCHEDULE, draw)
