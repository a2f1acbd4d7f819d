"""Frames that move and never jump."""

from __future__ import annotations

import itertools
import time

import numpy as np
import pytest

from dann_core import Trainer, domains
from dann_core.engine import device
from dann_core.live.embedding import PICTURE_WIDTH, PcaFollower, TsneFollower, aligned
from dann_core.live.message import unpack
from dann_core.live.sample import stratified_sample
from dann_core.live.slices import Slice
from dann_core.live.snapshot import MANY_TURNS, SETTLING_LOOKS, Observer
from dann_core.live.worker import LiveRun


def motion(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.median(np.linalg.norm(a - b, axis=1))) / PICTURE_WIDTH


def test_frames_of_a_training_run_move_less_than_a_twentieth_of_the_picture() -> None:
    pair = domains.load("moons")
    trainer = Trainer(pair, domains.preset("moons"), device())
    follower = TsneFollower()
    sample = stratified_sample(pair, 100)

    def features() -> np.ndarray:
        parts = [trainer.features(pair.source_x[sample.source]), trainer.features(pair.target_x[sample.target])]
        return np.concatenate(parts)

    frames = [follower.follow(features())]
    for _ in range(15):
        trainer.advance(20)
        frames.append(follower.follow(features()))
    steps = [motion(a, b) for a, b in itertools.pairwise(frames)]
    assert max(steps) < 0.05
    assert max(steps) > 0.001
    assert all(np.abs(frame.mean(0)).max() < 1e-6 for frame in frames)
    inside = np.mean([np.abs(frame).max(1) < PICTURE_WIDTH / 2 for frame in frames])
    assert inside > 0.98


def test_a_turned_and_mirrored_picture_is_turned_back() -> None:
    rng = np.random.default_rng(0)
    points = rng.normal(size=(50, 2)) * [3, 1]
    turn = np.array([[0.0, -1.0], [-1.0, 0.0]])
    reference = aligned(points, points)
    assert aligned(points @ turn * 7 + 3, reference) == pytest.approx(reference)


def test_pca_does_not_flip() -> None:
    rng = np.random.default_rng(0)
    features = rng.normal(size=(60, 5)) * [5, 3, 1, 1, 1]
    follower = PcaFollower()
    first = follower.follow(features)
    assert follower.follow(-features * 2) == pytest.approx(follower.follow(-features * 2))
    assert motion(follower.follow(features + 0.01 * rng.normal(size=features.shape)), first) < 0.02


def test_one_feature_and_few_points_still_give_a_picture() -> None:
    features = np.random.default_rng(0).normal(size=(8, 1))
    assert PcaFollower().follow(features).shape == (8, 2)
    assert TsneFollower().follow(features).shape == (8, 2)


def test_the_picture_follows_a_fast_run_and_ends_settled() -> None:
    pair, settings = domains.load("moons"), domains.preset("moons")
    trainer, observer = Trainer(pair, settings, device()), Observer(pair)
    frames = [observer.observe(trainer).tsne]
    for _ in range(10):
        started = time.perf_counter()
        trainer.advance(100)
        frames.append(observer.observe(trainer, started=started).tsne)
    looks = [observer.observe(trainer, complete=True)]
    while not looks[-1].settled:
        looks.append(observer.observe(trainer, complete=True))
    assert len(looks) <= SETTLING_LOOKS
    assert motion(looks[-1].tsne, frames[0]) > 0.02
    assert motion(observer.observe(trainer, complete=True).tsne, looks[-1].tsne) < 0.02


def test_among_many_runs_one_that_comes_to_rest_is_graded_at_once_and_settles_later() -> None:
    pair, settings = domains.load("moons"), domains.preset("moons")
    trainer, observer = Trainer(pair, settings, device()), Observer(pair)
    first = observer.observe(trainer)
    for _ in range(2):
        trainer.advance(100)
        graded = observer.observe(trainer, complete=True, turns=MANY_TURNS)
        assert graded.evaluated == (len(pair.source_x), len(pair.target_x))
        assert graded.iteration == trainer.iteration
        assert not graded.settled
        assert np.array_equal(graded.tsne, first.tsne)
        settling = observer.observe(trainer, complete=True, turns=MANY_TURNS)
        assert not np.array_equal(settling.tsne, graded.tsne)
        assert settling.probe != graded.probe
        trainer.advance(1)
        first = observer.observe(trainer)


def test_in_slow_motion_the_picture_moves_too_but_not_on_a_busy_worker(monkeypatch) -> None:
    pair, settings = domains.load("moons"), domains.preset("moons")
    clock, idle = time.perf_counter, 0.0
    monkeypatch.setattr(time, "perf_counter", lambda: clock() + idle)
    moves = {}
    for pause in (0.0, 0.9):
        run = LiveRun(pair, settings)
        frames = []
        for _ in range(17):
            frames.append(unpack(run.advance(Slice(settings, 1)).frame.packed))
            idle += pause
        moves[pause] = sum(frame.values["moved"] for frame in frames[1:])
        # What is said of the picture is what it does.
        for before, after in itertools.pairwise(frames):
            assert after.values["moved"] is not np.array_equal(before.arrays["tsne"], after.arrays["tsne"])
    assert moves[0.0] <= 1 < moves[0.9]


def test_among_many_the_plane_is_coarser_until_the_run_rests() -> None:
    pair, settings = domains.load("moons"), domains.preset("moons")
    trainer, observer = Trainer(pair, settings, device()), Observer(pair)
    fine, coarse, resting = (
        observer.observe(trainer, turns=MANY_TURNS, complete=complete).surface for complete in (False, False, True)
    )
    assert len(coarse.x) < len(fine.x) == len(resting.x)
    assert coarse.margins.shape[1:] == coarse.source_probability.shape == (len(coarse.y), len(coarse.x))
    corners = np.s_[:: len(coarse.x) - 1, :: len(coarse.x) - 1]
    of_fine = np.s_[:: len(fine.x) - 1, :: len(fine.x) - 1]
    assert coarse.source_probability[corners] == pytest.approx(fine.source_probability[of_fine], abs=1e-5)


def test_a_run_that_was_looked_at_for_long_is_measured_again_soon() -> None:
    pair, settings = domains.load("moons"), domains.preset("moons")
    trainer, observer = Trainer(pair, settings, device()), Observer(pair)
    for _ in range(8):
        before = observer.observe(trainer, complete=True)
    trainer.advance(200)
    for _ in range(2):
        after = observer.observe(trainer, started=time.perf_counter() - 0.4)
    assert after.probe != before.probe
    assert not np.array_equal(after.tsne, before.tsne)


def test_the_end_of_a_run_waits_for_neither_tsne_nor_probe() -> None:
    pair, settings = domains.load("moons"), domains.preset("moons").replace(max_iter=100)
    trainer, observer = Trainer(pair, settings, device()), Observer(pair)
    observer.observe(trainer)
    trainer.advance(50)
    before = observer.observe(trainer, started=time.perf_counter() - 60)
    trainer.advance(50)
    end = observer.observe(trainer)
    assert end.evaluation != before.evaluation
    assert np.array_equal(end.tsne, before.tsne)
    assert end.probe == before.probe
    assert not end.settled
    resting = observer.observe(trainer, complete=True)
    assert not np.array_equal(resting.tsne, before.tsne)
    assert resting.probe != before.probe


def test_a_verdict_has_figures_of_one_iteration_and_its_first_probe_soon() -> None:
    pair, settings = domains.load("moons"), domains.preset("moons").replace(max_iter=300)
    trainer, observer = Trainer(pair, settings, device()), Observer(pair)
    observer.observe(trainer)
    # The share of the probe is used up.
    observer._spent["probe"] = 1e9
    trainer.advance(100)
    waiting = observer.observe(trainer).diagnosis
    assert waiting.rule == "unprobed"
    trainer.advance(1)
    probed = observer.observe(trainer)
    assert probed.diagnosis.is_probed
    assert probed.probed == probed.diagnosis.facts["iteration"] == 101
    trainer.advance(50)
    held = observer.observe(trainer)
    assert held.diagnosis == probed.diagnosis
    assert held.evaluation != probed.evaluation
    # What needs no probe is said at once, and what was held before it is not taken up again.
    trainer.apply(settings.replace(lambda_max=0.0))
    assert observer.observe(trainer).diagnosis.rule == "lambda_max is 0"
    trainer.apply(settings)
    assert observer.observe(trainer).diagnosis.rule == "unprobed"
    other = Observer(pair)
    other.load_state_dict(probed_state := observer.state_dict())
    assert other.state_dict().keys() == probed_state.keys()
    assert other._probe == observer._probe


def test_the_sample_is_stratified_and_fixed() -> None:
    pair = domains.load("blobs", imbalance=5.0)
    sample, again = stratified_sample(pair, 100), stratified_sample(pair, 100)
    assert np.array_equal(sample.target, again.target)
    assert len(set(sample.target)) == 100
    whole = np.bincount(pair.target_y) / len(pair.target_y)
    drawn = np.bincount(pair.target_y[sample.target]) / 100
    assert drawn == pytest.approx(whole, abs=0.011)
    assert len(sample.source) == 100


def test_observing_disturbs_nothing(vectors) -> None:
    settings = domains.preset("moons").replace(batch_size=8)
    watched, alone = Trainer(vectors, settings, device()), Trainer(vectors, settings, device())
    observer = Observer(vectors)
    for _ in range(4):
        watched.advance(3)
        observer.observe(watched, complete=True)
    alone.advance(12)
    assert np.array_equal(watched.history.rows, alone.history.rows)
