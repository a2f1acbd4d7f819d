"""The figures: valid for Plotly, safe against names from files, with target labels only where they may be."""

from __future__ import annotations

import base64
import dataclasses
import json
from collections.abc import Callable

import numpy as np
import plotly.graph_objects as go
import pytest
from conftest import make_pair

from dann_core import DomainPair, Settings, Trainer
from dann_core.engine import device
from dann_core.live.snapshot import Observer, Snapshot, Surface
from ui import charts, inputs
from ui.plot import to_json

SETTINGS = Settings(
    batch_size=8, max_iter=50, extractor_width=8, feature_width=8, discrepancy="mmd", entropy_weight=0.1
)
SHARED = {"height": 400, "revision": "1"}


def watched(pair: DomainPair, settings: Settings = SETTINGS) -> tuple[Trainer, Observer, list[Snapshot]]:
    trainer, observer = Trainer(pair, settings, device()), Observer(pair)
    snapshots = [observer.observe(trainer)]
    trainer.advance(10)
    trainer.apply(settings.replace(gamma=3.0))
    trainer.advance(10)
    return trainer, observer, [*snapshots, observer.observe(trainer, complete=True)]


@pytest.mark.parametrize("labelled", [True, False])
@pytest.mark.parametrize("shape", [(2,), (5,), (1,), (3, 12, 12), (1, 8, 8), (2, 60)])
def test_every_figure_is_valid_for_plotly(shape: tuple[int, ...], labelled: bool) -> None:
    pair = make_pair(shape, labelled=labelled)
    trainer, observer, snapshots = watched(pair)
    last = snapshots[-1]
    figures = [
        charts.features(pair, observer.sample, last, last.tsne, exam=labelled, **SHARED),
        inputs.figure(pair, observer.sample, last, exam=labelled, **SHARED),
        charts.curves(trainer.history, snapshots, last, trainer.settings, pair.n_classes, **SHARED),
        charts.curves(trainer.history, snapshots, snapshots[0], trainer.settings, pair.n_classes, **SHARED),
    ]
    for figure in figures:
        go.Figure(figure)
        assert figure["layout"]["height"] == 400
        assert figure["layout"]["uirevision"] == "1"


@pytest.mark.parametrize("dtype", ["<f4", "<f8", "|u1", "<i4", "<i8"])
def test_arrays_reach_the_page_as_they_are(dtype: str) -> None:
    array = np.arange(12).reshape(3, 4).astype(dtype)
    sent = json.loads(to_json({"data": [{"x": array[0], "z": array.T, "y": [np.float32(2), None]}]}, "alt <text>"))
    assert sent["alt"] == "alt <text>"
    trace = sent["figure"]["data"][0]
    assert trace["y"] == [2.0, None]
    for name, expected in (("x", array[0]), ("z", array.T)):
        packed = trace[name]
        assert packed["dtype"] != "i8"
        read = np.frombuffer(base64.b64decode(packed["bdata"]), packed["dtype"])
        shape = [int(n) for n in packed.get("shape", str(len(read))).split(",")]
        assert np.array_equal(read.reshape(shape), expected)


def test_arrays_of_words_stay_lists() -> None:
    sent = json.loads(to_json({"data": [{"x": np.array(["a", "b"])}]}, ""))
    assert sent["figure"]["data"][0]["x"] == ["a", "b"]


def test_names_from_a_file_are_text_and_never_html() -> None:
    evil = ("<img src=x onerror=alert(1)>", "b" * 300, "c")
    pair = dataclasses.replace(make_pair((2,)), class_names=evil)
    _, observer, snapshots = watched(pair)
    last = snapshots[-1]
    figure = charts.features(pair, observer.sample, last, last.pca, exam=True, **SHARED)
    legend = charts.legend(pair)
    source, target = figure["data"]
    texts = [*source["text"], *source["hovertext"], *target["text"], *target["hovertext"], legend]
    assert not any("<img" in text for text in texts)
    assert "&lt;img" in legend
    assert any("&lt;img" in text for text in source["text"])
    assert "b" * 20 not in legend


def test_without_the_exam_no_colour_word_or_mark_comes_from_target_labels() -> None:
    pair = make_pair((1, 8, 8))
    wrong = dataclasses.replace(pair, target_y=(pair.target_y + 1) % 3)
    drawn = []
    for labels in (pair, wrong):
        trainer, observer = Trainer(pair, SETTINGS, device()), Observer(pair)
        snapshot = observer.observe(trainer)
        figures = [
            charts.features(labels, observer.sample, snapshot, snapshot.pca, exam=False, **SHARED)["data"],
            inputs.figure(labels, observer.sample, snapshot, exam=False, **SHARED)["data"],
        ]
        drawn.append(repr(figures))
    assert drawn[0] == drawn[1]


def surface(margins: Callable[[np.ndarray, np.ndarray], list[np.ndarray]]) -> Surface:
    x, y = np.linspace(-1, 1, 60), np.linspace(-2, 2, 40)
    everywhere = margins(*np.meshgrid(x, y))
    return Surface(x, y, np.stack(everywhere), np.zeros((40, 60)))


def test_boundaries_are_where_margins_are_zero_with_gaps_between() -> None:
    x, y = inputs.boundaries(surface(lambda x, y: [x - 0.3, x**2 + y**2 - 0.25]))
    first_gap, last_gap = np.flatnonzero(np.isnan(x))
    assert np.array_equal(np.isnan(x), np.isnan(y))
    assert x[:first_gap] == pytest.approx(0.3)
    assert (y[:first_gap].min(), y[:first_gap].max()) == (-2, 2)
    circle = slice(first_gap + 1, last_gap)
    assert np.hypot(x[circle], y[circle]) == pytest.approx(0.5, abs=0.02)
    assert len(x) - 1 == last_gap > 60


@pytest.mark.parametrize("margin", [lambda x, y: [x + 5], lambda x, y: [x * np.nan]])
def test_without_a_boundary_there_is_no_line(margin) -> None:
    assert [len(values) for values in inputs.boundaries(surface(margin))] == [0, 0]


def test_the_lines_at_ln_2_and_one_half_are_drawn() -> None:
    pair = make_pair((2,))
    trainer, _, snapshots = watched(pair)
    figure = charts.curves(trainer.history, snapshots, snapshots[-1], trainer.settings, 3, **SHARED)
    levels = {shape["yref"]: shape["y0"] for shape in figure["layout"]["shapes"] if shape["yref"] != "paper"}
    assert levels == {"y1": pytest.approx(np.log(2)), "y3": 0.5}
    marks = [shape["x0"] for shape in figure["layout"]["shapes"] if shape["yref"] == "paper"]
    assert marks == [10]


def test_long_curves_are_averaged_and_short_ones_left_alone() -> None:
    x = np.arange(1000.0)
    short = charts.binned(x[:50], x[:50])
    assert short[0] is not None
    assert len(short[0]) == 50
    assert np.array_equal(short, [x[:50], x[:50]])
    means, values = charts.binned(x, 2 * x)
    assert len(means) <= charts.CURVE_POINTS
    assert values == pytest.approx(2 * means)
    assert means[0] == pytest.approx(1.5)
