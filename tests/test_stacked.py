"""Lanes that train as one stack: the runs that they would be alone up to rounding, the same however they are sliced."""

from __future__ import annotations

import math

import numpy as np
import pytest
from conftest import make_pair, settle, watch
from dense_settings import UNEQUAL
from live_runs import ENDLESS, arrived

from dann_core import Settings, Trainer, domains
from dann_core.domains.oracle import oracle_pair
from dann_core.engine.threads import ThreadEngine
from dann_core.live.lockstep import Lockstep, lanes_together
from dann_core.live.slices import Answer, Resumption, Slice
from dann_core.live.stacked import StackedRun, TrainersAsOne
from dann_core.settings.methods import SOURCE_ONLY
from dann_core.settings.variants import PRESETS
from dann_core.sweeps.replicas import Replicas

ITERATIONS = 100


def lanes() -> tuple[list, list[Settings]]:
    """Four of one shape and unlike in all else: an oracle, estimated class shares, another optimizer's course."""
    pair = domains.load("blobs", size=200, target_shares="mostly class 0")
    base = UNEQUAL.replace(max_iter=ITERATIONS)
    others = [base.replace(learning_rate=0.002), base.replace(class_shares="ignored"), base.replace(**SOURCE_ONLY)]
    return [pair, pair, pair, oracle_pair(pair)], [base, *others]


def test_a_stack_is_its_replicas_bit_for_bit_however_it_is_sliced_and_resumed() -> None:
    pairs, settings = lanes()
    whole = Replicas(pairs, settings)
    whole.advance(ITERATIONS)
    run, answers = StackedRun(pairs, settings), []

    def go(run: StackedRun, iterations: int) -> Answer:
        answers.append(run.advance(Slice(settings[0], iterations, seconds=math.inf)))
        return answers[-1]

    assert go(run, 0).checkpoint.iteration == 0
    go(run, 21)
    run._saved_at = -math.inf
    saved = go(run, 9).checkpoint
    go(run, 5)
    # Its worker has died: it goes on from the checkpoint, in another one.
    moved = StackedRun(pairs, settings, Resumption(35, (), saved))
    go(moved, ITERATIONS - 35)
    for lane, history in enumerate(whole.histories):
        assert np.array_equal(np.concatenate([a.parts[lane].rows for a in answers]), history.rows)
        # What is looked at is what was trained.
        trainer = moved.trainer.trainers[lane]
        assert trainer.features(pairs[lane].target_x) == pytest.approx(whole.views(lane)[1].features, abs=1e-5)
        assert trainer.network.shares.trust == whole.shares[lane].trust
    assert whole.shares[0].trust == 1


def test_a_lane_of_a_stack_is_the_run_alone_up_to_rounding() -> None:
    pairs, settings = lanes()
    stack = TrainersAsOne(pairs, settings)
    stack.advance(ITERATIONS)
    stack.show()
    for lane, pair, s in zip(stack.trainers, pairs, settings, strict=True):
        alone = Trainer(pair, s)
        alone.advance(ITERATIONS)
        assert lane.history.rows == pytest.approx(alone.history.rows, rel=1e-3, abs=1e-5)
        assert lane.evaluate().target_accuracy == pytest.approx(alone.evaluate().target_accuracy, abs=0.01)


def test_stacked_lanes_and_a_run_of_its_own_are_played_paused_and_go_on_together(engine: ThreadEngine) -> None:
    pair = domains.load("blobs", size=100)
    settings = [ENDLESS.replace(**change) for change in ({"gamma": 1.0}, {"discriminator_norm": "layer"}, {})]
    groups = lanes_together([pair] * 3, settings)
    assert groups == [[0, 2], [1]]
    launches = [lambda g=g: engine.launch_together([pair] * len(g), [settings[k] for k in g]) for g in groups]
    run = Lockstep(launches, [pair] * 3, settings, groups=groups)
    run.speed = "fast"
    for leave in (run.pause, run.rest, run.pause):
        run.pull()
        run.play()
        at = run.iteration
        watch(run, lambda at=at: run.iteration > at)
        leave()
        arrived(run)
    run.step()
    settle(run)
    first, *others = ([frame.iteration for frame in lane.recording.frames] for lane in run.lanes)
    assert others == [first, first]
    alone, stack = Trainer(pair, settings[1]), Replicas([pair] * 2, [settings[0], settings[2]])
    for training in (alone, stack):
        training.advance(run.iteration)
    plain = [stack.histories[0], alone.history, stack.histories[1]]
    for lane, history in zip(run.lanes, plain, strict=True):
        assert np.array_equal(lane.history.rows, history.rows[: run.iteration])


def test_what_differs_in_more_than_numbers_or_is_large_does_not_stack() -> None:
    pair, base = domains.load("moons"), domains.preset("moons")

    def groups(name: str, pair=pair, base=base) -> list[list[int]]:
        settings = [variant.settings(base) for variant in PRESETS[name].variants]
        return lanes_together([pair] * len(settings), settings)

    assert groups("gap") == [[0, 1, 2]]
    assert groups("gammas") == [[0, 1, 2, 3]]
    assert groups("norms") == groups("methods") == [[0], [1], [2], [3]]
    assert groups("widths") == [[0], [1], [2]]
    assert groups("gammas", base=base.replace(discriminator_width=1024)) == [[0], [1], [2], [3]]
    picture = make_pair((3, 8, 8))
    assert groups("gammas", picture, Settings.for_pair(picture)) == [[0], [1], [2], [3]]
