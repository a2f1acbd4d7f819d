"""Runs in lockstep: each is bit for bit the run that it would be alone, and all are at the same iteration."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import settle, shown, watch
from live_runs import ENDLESS, SETTINGS, arrived

from dann_core import DomainPair, Trainer, domains
from dann_core.engine.threads import ThreadEngine
from dann_core.live.lockstep import Lockstep, Together
from dann_core.live.message import unpack
from dann_core.live.slices import Slice

CHANGES = ({"adversarial_weight": 0.0}, {}, {"discriminator_norm": "layer"}, {"discriminator_width": 32})


@pytest.fixture(scope="module")
def moons() -> DomainPair:
    return domains.load("moons")


def lockstep(engine, pair: DomainPair, base=SETTINGS) -> Lockstep:
    settings = [base.replace(**change) for change in CHANGES]
    launches = [lambda s=s: engine.launch(pair, s) for s in settings]
    run = Lockstep(launches, [pair] * len(settings), settings)
    run.speed = "fast"
    return run


def iterations(run: Lockstep) -> list[list[int]]:
    return [[frame.iteration for frame in lane.recording.frames] for lane in run.lanes]


def assert_alike(run: Lockstep) -> None:
    """All lanes have the same frames, and each is the plain trainer's run up to there."""
    first, *others = iterations(run)
    assert all(other == first for other in others)
    assert len({tuple(lane.recording.numbers) for lane in run.lanes}) == 1
    for lane in run.lanes:
        trainer = Trainer(lane.pair, lane.settings)
        trainer.advance(run.iteration)
        assert np.array_equal(lane.history.rows, trainer.history.rows)


def test_lanes_played_to_the_end_are_plain_runs_bit_for_bit(engine: ThreadEngine, moons: DomainPair) -> None:
    run = lockstep(engine, moons)
    settle(run)
    run.play()
    settle(run)
    assert run.finished
    assert len(run.recording.frames) > 2
    assert_alike(run)
    for lane in run.lanes:
        assert lane.recording.latest.complete
        trainer = Trainer(lane.pair, lane.settings)
        trainer.advance(lane.settings.max_iter)
        exam = unpack(lane.recording.latest.packed).exam
        assert exam["target_accuracy"] == pytest.approx(trainer.evaluate().target_accuracy)


def test_pauses_and_steps_move_all_lanes_alike(engine: ThreadEngine, moons: DomainPair) -> None:
    run = lockstep(engine, moons, ENDLESS)
    run.pull()
    for _ in range(3):
        run.play()
        at = run.iteration
        watch(run, lambda at=at: run.iteration > at)
        run.pause()
        arrived(run)
        before = run.iteration
        run.step()
        run.step()
        settle(run)
        assert run.iteration == before + 2
        assert_alike(run)


def test_the_slowest_leads(engine: ThreadEngine, moons: DomainPair) -> None:
    settings = [ENDLESS, ENDLESS.replace(discriminator_width=2048)]
    handles = [engine.launch(moons, s) for s in settings]
    together = Together(handles, settings)
    together.advance(Slice(ENDLESS, 0, number=1)).result(60)
    together.advance(Slice(ENDLESS, None, seconds=0.05, number=2)).result(60)
    answer = together.advance(Slice(ENDLESS, None, seconds=0.05, number=3)).result(60)
    # A twentieth of a second of the quick one would have been many times as many.
    (slow,) = answer.others
    assert slow.seconds > answer.seconds
    assert slow.frame.iteration == answer.frame.iteration


def test_after_a_failure_all_go_on_from_the_same_iteration(engine: ThreadEngine, moons: DomainPair) -> None:
    run = lockstep(engine, moons, ENDLESS)
    run.pull()
    arrived(run)
    together: Together = run._handle
    failing = together._handles[2]
    run.play()
    watch(run, lambda: run.iteration > 20)
    failing._run.trainer.advance = None
    while run.failure is None:
        run.pull()
        run.wait(0.05)
    run.retry()
    settle(run)
    assert run.failure is None
    run.step()
    settle(run)
    assert_alike(run)
    assert shown(run).values["iteration"] == run.iteration
