"""Frames and scenes hold what a plain computation gives, to within their steps."""

from __future__ import annotations

import math

import numpy as np
import pytest
from conftest import make_pair
from scipy.spatial.distance import pdist

from dann_core import DomainPair, Settings, Trainer, domains
from dann_core.engine import device
from dann_core.live.embedding import PcaFollower
from dann_core.live.frame import BINS, MOST_CHANGES, SCALE, SHARE, boundaries, frame_of
from dann_core.live.message import Message, unpack, without_exam
from dann_core.live.recording import KNOBS
from dann_core.live.sample import stratified_sample
from dann_core.live.scene import SIGNAL_TOP, pack, plane_limits
from dann_core.live.sight import BOUNDARIES, Surface
from dann_core.live.slices import Slice
from dann_core.live.snapshot import Observer, Snapshot
from dann_core.live.worker import LiveRun
from dann_core.method.schedules import LEARNT
from dann_core.method.shares import estimated_shares

SETTINGS = Settings(batch_size=8, max_iter=400, extractor_width=8, feature_width=8, discriminator_width=8)


def trained(pair: DomainPair, iterations: int = 150, settings: Settings = SETTINGS) -> tuple[Trainer, Snapshot]:
    trainer, observer = Trainer(pair, settings, device()), Observer(pair, settings.seed)
    observer.observe(trainer)
    trainer.advance(iterations)
    return trainer, observer.observe(trainer, complete=True)


@pytest.fixture(scope="module")
def moons() -> tuple[Trainer, Snapshot, Message]:
    pair, settings = domains.load("moons"), domains.preset("moons")
    trainer, snapshot = trained(pair, settings=settings)
    return trainer, snapshot, unpack(frame_of(snapshot, settings, pair.n_classes).packed)


def both(trainer: Trainer) -> np.ndarray:
    """Inputs of the drawn samples, source first."""
    pair, sample = trainer.pair, stratified_sample(trainer.pair, seed=trainer.settings.seed)
    return np.concatenate([pair.source_x[sample.source], pair.target_x[sample.target]])


def test_points_are_those_of_the_embedding(moons) -> None:
    trainer, snapshot, frame = moons
    for name, exact in (("tsne", snapshot.tsne), ("pca", snapshot.pca)):
        drawn = frame.arrays[name] / SCALE
        assert np.abs(exact).max() < 32_768 / SCALE
        assert drawn == pytest.approx(exact, abs=0.5 / SCALE + 1e-6)
        assert np.sqrt((drawn**2).sum(1).mean()) == pytest.approx(1, abs=1e-3)
    # The components of the features themselves, whichever way round the picture is held.
    own = PcaFollower().follow(trainer.look(both(trainer)).features)
    assert pdist(frame.arrays["pca"] / SCALE) == pytest.approx(pdist(own), abs=2 / SCALE)


def test_predictions_are_the_classifier_s(moons) -> None:
    trainer, _, frame = moons
    probabilities = trainer.look(both(trainer)).probabilities
    assert np.array_equal(frame.arrays["predicted"], probabilities.argmax(1))
    assert frame.arrays["confidence"] / 255 == pytest.approx(probabilities.max(1), abs=0.5 / 255 + 1e-6)


def test_the_tint_is_the_discriminator_s_view_of_the_plane(moons) -> None:
    trainer, _, frame = moons
    side = len(frame.arrays["tint"])
    left, right, bottom, top = plane_limits(trainer.pair)
    for row, column in ((0, 0), (0, side - 1), (side - 1, 0), (side // 2, side // 3)):
        x = left + (right - left) * column / (side - 1)
        y = bottom + (top - bottom) * row / (side - 1)
        (exact,) = trainer.look(np.array([[x, y]])).source_probability
        assert frame.arrays["tint"][row, column] / 255 == pytest.approx(exact, abs=0.5 / 255 + 1e-3)


def test_the_steps_are_those_that_the_browser_counts_in() -> None:
    assert (SCALE, SHARE, SIGNAL_TOP) == (8192, 32_000, 32_000)


def lines(boundary: np.ndarray) -> list[np.ndarray]:
    """The lines of a frame's `boundary`, in shares of width and height."""
    ends = np.flatnonzero((boundary == -1).all(1))
    assert len(boundary) == 0 or ends[-1] == len(boundary) - 1
    return [part[:-1] / SHARE for part in np.split(boundary, ends + 1)[:-1]]


def test_boundaries_are_where_the_classifier_cannot_decide(moons) -> None:
    trainer, _, frame = moons
    left, right, bottom, top = plane_limits(trainer.pair)
    drawn = lines(frame.arrays["boundary"])
    assert drawn
    points = np.concatenate(drawn) * [right - left, top - bottom] + [left, bottom]
    # Within a step of the grid to both sides, the classifier changes its mind.
    step = np.array([right - left, top - bottom]) / (len(frame.arrays["tint"]) - 1)
    around = np.stack([points + step * [dx, dy] for dx in (-1, 0, 1) for dy in (-1, 0, 1)])
    predicted = trainer.look(around.reshape(-1, 2)).probabilities.argmax(1).reshape(9, -1)
    assert (predicted.min(0) != predicted.max(0)).mean() > 0.99
    # And the picture's corners, where there is no line, are not on one.
    corners = trainer.look(np.array([[left, bottom], [right, top]])).probabilities
    assert np.abs(corners[:, 0] - 0.5).min() > 0.05


def surface(*margins) -> Surface:
    x, y = np.linspace(-1, 1, 60), np.linspace(-2, 2, 40)
    return Surface(x, y, np.stack([m(*np.meshgrid(x, y)) for m in margins]), np.zeros((40, 60)))


def test_boundaries_of_known_margins_with_gaps_between() -> None:
    straight, circle = lines(boundaries(surface(lambda x, y: x - 0.3, lambda x, y: x**2 + y**2 - 0.25)))
    straight, circle = (line * [2, 4] - [1, 2] for line in (straight, circle))
    assert straight[:, 0] == pytest.approx(0.3, abs=1e-3)
    assert (straight[:, 1].min(), straight[:, 1].max()) == pytest.approx((-2, 2), abs=1e-3)
    assert np.hypot(*circle.T) == pytest.approx(0.5, abs=0.02)
    assert len(circle) > 30


@pytest.mark.parametrize("margin", [lambda x, y: x + 5, lambda x, y: x * np.nan])
def test_without_a_boundary_there_is_no_line(margin) -> None:
    drawn = boundaries(surface(margin))
    assert (drawn.shape, drawn.dtype) == ((0, 2), np.dtype("i2"))


def test_a_line_along_the_edge_is_no_gap() -> None:
    # The gap's mark lies outside of the picture.
    drawn = boundaries(surface(lambda x, y: x + 1 - 1e-12))
    assert len(lines(drawn)) == 1
    assert (drawn[:-1] >= 0).all()


def test_figures_and_rules_are_the_trainer_s(moons) -> None:
    trainer, snapshot, frame = moons
    result, values = trainer.evaluate(), frame.values
    assert values["iteration"] == trainer.iteration
    assert values["first"] == 0
    assert values["lambda"] == trainer.lamb
    assert values["source_accuracy"] == result.source_accuracy
    assert values["domain_accuracy"] == result.domain_accuracy
    assert frame.exam == {"target_accuracy": result.target_accuracy, "verdict": snapshot.diagnosis.exam}
    assert values["evaluated"] == [len(trainer.pair.source_x), len(trainer.pair.target_x)]
    assert (values["a_distance"], values["a_chance"]) == (snapshot.probe.distance, snapshot.probe.chance)
    assert (values["rank"], values["probed"]) == (snapshot.probe.rank, trainer.iteration)
    assert (values["rule"], values["level"]) == (snapshot.diagnosis.rule, snapshot.diagnosis.level)
    assert values["facts"] == snapshot.diagnosis.facts
    assert set(values["knobs"]) == set(KNOBS)
    assert values["device"] == str(trainer.device)


def test_shares_are_those_of_the_predictions_and_the_exam_is_marked(moons) -> None:
    trainer, _, frame = moons
    pair, sample = trainer.pair, stratified_sample(trainer.pair, seed=trainer.settings.seed)
    scene = unpack(pack(pair, trainer.settings, sample))
    source = np.bincount(pair.source_y) / len(pair.source_y)
    assert scene.arrays["source_shares"] == pytest.approx(source)
    assert scene.exam_arrays["target_shares"] == pytest.approx(np.bincount(pair.target_y) / len(pair.target_y))
    view = trainer.look(pair.target_x[sample.target])
    assert frame.arrays["shares"] == pytest.approx(estimated_shares(source, view.probabilities), abs=1e-6)
    assert frame.values["shares_distance"] == pytest.approx(np.abs(frame.arrays["shares"] - source).sum(), abs=1e-6)
    y, right = pair.target_y[sample.target], view.classes == pair.target_y[sample.target]
    assert frame.exam_arrays["recall"] == pytest.approx([right[y == k].mean() for k in range(2)])


def test_a_run_that_weighs_by_shares_shows_those() -> None:
    pair = domains.load("blobs", target_shares="mostly class 0")
    settings = domains.preset("blobs").replace(class_shares="estimated", max_iter=200)
    for iterations, taken in ((60, False), (80, True)):
        trainer, snapshot = trained(pair, iterations, settings)
        frame = unpack(frame_of(snapshot, settings, 3).packed)
        assert (frame.values["shares_trust"] is not None) is taken
        assert (frame.values["adapts_from"], frame.values["why_not"]) == (LEARNT, None)
        if taken:
            assert frame.arrays["shares"] == pytest.approx(trainer.network.shares.reference.numpy(), abs=1e-6)
            assert frame.values["shares_rule"] == "differ"


def test_a_run_that_does_not_adapt_shows_what_its_predictions_say() -> None:
    pair, settings = domains.load("moons", angle=0.0), domains.preset("moons")
    trainer, snapshot = trained(pair, 100, settings.replace(class_shares="estimated", max_iter=100))
    frame = unpack(frame_of(snapshot, trainer.settings, 3).packed)
    assert frame.values["shares_trust"] == frame.values["lambda"] == 0
    assert frame.values["adapts_from"] is None
    assert frame.values["why_not"] == frame.values["rule"] == "domains overlap"
    source = np.bincount(pair.source_y) / len(pair.source_y)
    sample = stratified_sample(pair, seed=trainer.settings.seed)
    said = estimated_shares(source, trainer.look(pair.target_x[sample.target]).probabilities)
    assert frame.arrays["shares"] == pytest.approx(said, abs=1e-6)
    assert np.abs(said - trainer.network.shares.reference.numpy()).sum() > 1e-4


def test_nothing_of_the_exam_travels_without_it(moons) -> None:
    trainer, snapshot, _ = moons
    settings = trainer.settings
    frame = unpack(without_exam(frame_of(snapshot, settings, 2).packed))
    scene = unpack(without_exam(pack(trainer.pair, settings, stratified_sample(trainer.pair, seed=settings.seed))))
    assert not frame.exam_arrays
    assert not scene.exam_arrays
    assert {"recall", "target_shares"} & {*frame.arrays, *scene.arrays} == set()
    assert "shares" in frame.arrays


@pytest.mark.parametrize(("domain", "most"), [("moons", 15_000), ("digits", 20_000)])
def test_a_frame_stays_small(domain: str, most: int) -> None:
    pair, settings = domains.load(domain), domains.preset(domain)
    _, snapshot = trained(pair, 40, settings)
    assert len(frame_of(snapshot, settings, pair.n_classes).packed) < most


def test_rows_are_the_means_of_the_history(moons) -> None:
    trainer, _, frame = moons
    size = math.ceil(trainer.iteration / BINS)
    rows = trainer.history.rows
    means = [rows[k : k + size].mean(0) for k in range(0, len(rows), size)]
    assert frame.arrays["rows"] == pytest.approx(np.array(means), rel=1e-6)


def test_no_more_changes_than_the_last_ones_travel() -> None:
    pair = make_pair((2,))
    run = LiveRun(pair, SETTINGS)
    for k in range(MOST_CHANGES + 5):
        settings = SETTINGS.replace(gamma=1.0 + k % 2)
        answer = run.advance(Slice(settings, 1))
    told = unpack(answer.frame.packed).values["changes"]
    assert len(told) == MOST_CHANGES
    assert told[-1] == [MOST_CHANGES + 4, "gamma", 2.0, 1.0]


@pytest.mark.parametrize("labelled", [True, False])
@pytest.mark.parametrize("shape", [(2,), (1,), (5,), (3, 12, 12), (1, 8, 8), (2, 60)])
def test_every_kind_of_samples_has_a_scene_and_frames(shape: tuple[int, ...], labelled: bool) -> None:
    pair = make_pair(shape, labelled=labelled)
    _, snapshot = trained(pair, 3)
    sample = stratified_sample(pair)
    scene = unpack(pack(pair, SETTINGS, sample))
    frame = unpack(frame_of(snapshot, SETTINGS, pair.n_classes).packed)
    n_s, n_t = scene.values["shown"]
    assert (n_s, n_t) == (len(sample.source), len(sample.target))
    assert scene.values["shape"] == list(shape)
    assert scene.values["labelled"] is labelled
    assert np.array_equal(scene.arrays["source_class"], pair.source_y[sample.source])
    assert ("target_class" in scene.exam_arrays) is labelled
    if labelled:
        assert np.array_equal(scene.exam_arrays["target_class"], pair.target_y[sample.target])
    assert ("target_accuracy" in frame.exam) is labelled
    assert ("target_shares" in scene.exam_arrays) is ("recall" in frame.exam_arrays) is labelled
    assert scene.arrays["source_shares"].shape == frame.arrays["shares"].shape == (pair.n_classes,)
    for name in ("tsne", "pca"):
        assert frame.arrays[name].shape == (n_s + n_t, 2)
    assert ("tint" in frame.arrays) is ("boundary" in frame.arrays) is (shape == (2,))
    expected = {1: "plane" if shape == (2,) else "components", 2: "signals", 3: "images"}[len(shape)]
    assert scene.values["input"] == expected
    if expected in ("plane", "components"):
        left, right, bottom, top = scene.values["limits"]
        (x_low, y_low), (x_high, y_high) = scene.arrays["xy"].min(0), scene.arrays["xy"].max(0)
        assert left <= x_low <= x_high <= right
        assert bottom <= y_low <= y_high <= top
    else:
        assert scene.arrays["picked"].max() < n_s + n_t


def test_more_classes_than_a_byte_holds_travel() -> None:
    pair = make_pair((5,), n=1200, classes=300)
    _, snapshot = trained(pair, 3)
    sample = stratified_sample(pair)
    scene, frame = pack(pair, SETTINGS, sample), frame_of(snapshot, SETTINGS, pair.n_classes).packed
    assert np.array_equal(unpack(scene).arrays["source_class"], pair.source_y[sample.source])
    assert np.array_equal(unpack(frame).arrays["predicted"], snapshot.predicted)


def test_a_plane_of_many_classes_has_a_few_boundaries() -> None:
    _, snapshot = trained(make_pair((2,), n=200, classes=15), 3)
    assert len(snapshot.surface.margins) == BOUNDARIES
