"""Figures: valid for Plotly, with a template of their own, and safe against names from files."""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np
import orjson
import plotly.graph_objects as go
import pytest
from conftest import make_pair

from dann_core import Settings
from dann_core.engine.threads import ThreadEngine
from dann_core.sweeps.phases import Gain
from dann_core.sweeps.sweep import MEASURES, Axis, Plan, Sweep
from ui import phase_map, sweep_charts
from ui.charts import base_layout, frame_axis, shown
from ui.plot import _plain

SMALL = Settings(max_iter=5, batch_size=8, extractor_width=8, feature_width=8, discriminator_width=8)


def test_what_all_figures_share_is_valid_for_plotly() -> None:
    layout = base_layout(400, "1") | {"xaxis": frame_axis(range=[0, 1]), "yaxis": frame_axis()}
    figure = go.Figure({"data": [{"type": "scatter", "x": [0, 1], "y": [1, 0]}], "layout": layout})
    assert (figure.layout.height, figure.layout.uirevision) == (400, "1")
    assert figure.layout.xaxis.range == (0, 1)


def test_two_figures_share_no_part_that_one_could_change() -> None:
    first, second = base_layout(400, "1"), base_layout(400, "1")
    first["margin"]["l"] = 99
    assert second["margin"]["l"] == 8


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("plain", "plain"),
        ("<img src=x>", "&lt;img src=x&gt;"),
        ("a & b", "a &amp; b"),
        ("x" * 16, "x" * 16),
        ("b" * 300, "b" * 15 + "…"),
        # Cut before it is escaped: half an entity would be another character.
        ("<" * 20, "&lt;" * 15 + "…"),
    ],
)
def test_names_from_a_file_are_text_and_never_html(name: str, text: str) -> None:
    assert shown(name) == text


@pytest.fixture(scope="module")
def engine() -> Iterator[ThreadEngine]:
    made = ThreadEngine(2)
    yield made
    made.close()


def swept(engine: ThreadEngine, *axes: str, seeds: int = 2) -> Sweep:
    """A sweep that has ended."""
    plan = Plan(SMALL, tuple(Axis.parse(*text.split("=")) for text in axes), seeds, pair=make_pair())
    sweep = Sweep(plan, engine)
    sweep.start()
    while sweep.running:
        sweep.wait(1)
    return sweep


@pytest.mark.parametrize("spread", [False, True])
@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize(
    "axes",
    [
        ("gamma=1,10",),
        ("gamma=1,10", "discriminator_width=4,8"),
        ("gamma=1,10", "discriminator_width=4,8", "max_iter=3,5"),
    ],
    ids=len,
)
def test_every_chart_of_a_sweep_is_valid_for_plotly(
    axes: tuple[str, ...], measure: str, spread: bool, engine: ThreadEngine
) -> None:
    # The same sweep for all measures would be the same cells: they are trained in a moment.
    sweep = swept(engine, *axes)
    unbegun = Sweep(sweep.plan, engine)
    for shown_sweep in (sweep, unbegun):
        cells = shown_sweep.cells(measure)
        spec = sweep_charts.chart(sweep.plan.axes, cells, MEASURES[measure], spread=spread, height=430)
        figure = go.Figure(json.loads(orjson.dumps(spec, default=_plain)))
        assert figure.layout.height == 430
    # A click on any cell tells where it stands.
    if len(axes) == 2:
        assert figure.data[-1].customdata[1][0] == [0, 1]


def test_a_phase_map_is_valid_and_says_each_cell_by_colour_sign_and_number(engine: ThreadEngine) -> None:
    sweep = swept(engine, "gamma=1,10", "discriminator_width=4,8", "max_iter=5", seeds=1)
    axes, cells = sweep.plan.axes[:2], [cell[:2] for cell in sweep.plan.cells()]
    told = [Gain((a,), (0.8,), 100, 0.5) for a in (0.9, 0.1, 0.81)]
    spec = phase_map.chart(axes, dict(zip(cells, [*told, None], strict=True)), {cells[3]: "<too wide>"}, height=430)
    (heat,) = go.Figure(json.loads(orjson.dumps(spec, default=_plain))).data
    # The second axis is upwards.
    assert [*map(list, heat.text)] == [["▲<br>+10.0", "=<br>+1.0"], ["✕<br>-70.0", "failed"]]
    assert [*map(list, heat.z)] == [[1, 4], [3, 0]]
    scale = {round(6 * begins): colour for begins, colour in heat.colorscale[::2]}
    assert [scale[k] for k in (1, 3, 4)] == [phase_map.COLOURS[name] for name in ("works", "swapped", "nothing")]
    assert "target accuracy 90.0 %, source only 80.0 %<br>+10.0 points<br>chance: ± 2.0" in heat.hovertext[0][0]
    assert "&lt;too wide&gt;" in heat.hovertext[1][1]
    assert [*heat.customdata[0][1]] == [1, 0]


def test_a_figure_of_neither_numbers_nor_words_is_an_error() -> None:
    read = json.loads(orjson.dumps({"x": np.arange(3.0), "y": [np.float32(2), None], "z": np.eye(2).T}, default=_plain))
    assert read == {"x": [0, 1, 2], "y": [2, None], "z": [[1, 0], [0, 1]]}
    with pytest.raises(TypeError):
        orjson.dumps({"x": object()}, default=_plain)
