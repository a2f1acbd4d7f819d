"""The engine on real worker processes of its own, and what a real kill costs."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator

import numpy as np
import pytest
from clusters import kill_workers, two_workers
from conftest import settle, settled_beside_plain, shown, watch
from distributed.deploy.subprocess import SubprocessScheduler

from dann_core import DomainPair, Settings, Trainer, domains
from dann_core.engine.base import EngineError
from dann_core.engine.cluster import ClusterEngine
from dann_core.live.lockstep import Lockstep, lanes_together
from dann_core.live.run import Run
from dann_core.settings.variants import Variant
from dann_core.sweeps.replicas import Replicas

SETTINGS = Settings(batch_size=8, max_iter=3000, extractor_width=8, feature_width=8, discriminator_width=8)


@pytest.fixture(scope="module")
def engine() -> Iterator[ClusterEngine]:
    with two_workers() as made:
        yield made


def test_a_run_in_a_worker_is_a_plain_run(engine: ClusterEngine, vectors: DomainPair) -> None:
    run, plain = settled_beside_plain(engine, vectors, SETTINGS.replace(max_iter=400))
    run.play()
    settle(run)
    plain.advance(400)
    assert np.array_equal(run.history.rows, plain.history.rows)
    result, last = plain.evaluate(), shown(run)
    assert last.values["source_accuracy"] == result.source_accuracy
    assert last.exam["target_accuracy"] == result.target_accuracy
    assert last.values["device"] == run.device == str(plain.device)
    assert run.recoveries == 0


def test_lanes_go_on_together_also_when_their_workers_die(engine: ClusterEngine, vectors: DomainPair) -> None:
    changes = ({}, {"discriminator_norm": "layer"}, {"discriminator_norm": "batch"}, {"gamma": 3.0})
    settings = [SETTINGS.replace(max_iter=1000, **change) for change in changes]
    groups = lanes_together([vectors] * 4, settings)
    assert groups == [[0, 3], [1], [2]]
    launches = [lambda g=g: engine.launch_together([vectors] * len(g), [settings[k] for k in g]) for g in groups]
    run = Lockstep(launches, [vectors] * 4, settings, groups=groups)
    run.speed = "fast"
    settle(run)
    run.play()
    watch(run, lambda: run.iteration >= 100)
    kill_workers()
    settle(run)
    assert run.finished, run.failure
    assert run.recoveries >= 1
    assert len({tuple(frame.iteration for frame in lane.recording.frames) for lane in run.lanes}) == 1
    stack = Replicas([vectors] * 2, [settings[0], settings[3]])
    stack.advance(1000)
    plain = [Trainer(vectors, s) for s in settings[1:3]]
    for trainer in plain:
        trainer.advance(1000)
    first, last = stack.histories
    for lane, history in zip(run.lanes, [first, *(trainer.history for trainer in plain), last], strict=True):
        assert np.array_equal(lane.history.rows, history.rows)


def test_lanes_that_change_on_their_way_change_there_also_when_their_workers_die(
    engine: ClusterEngine, vectors: DomainPair
) -> None:
    base = SETTINGS.replace(max_iter=1000)
    variants = [Variant.from_text(text) for text in ("yours", "60:gamma=3.0,400:lambda_max=0.5")]
    laters = [variant.later(base) for variant in variants]
    launches = [lambda: engine.launch(vectors, base)] * 2
    run = Lockstep(launches, [vectors] * 2, [base] * 2, laters=laters)
    run.speed = "fast"
    settle(run)
    run.play()
    watch(run, lambda: run.iteration >= 100)
    kill_workers()
    settle(run)
    assert run.finished, run.failure
    assert run.recoveries >= 1
    for lane, later in zip(run.lanes, laters, strict=True):
        plain = Trainer(vectors, base)
        for at, settings in later:
            plain.advance(at - plain.iteration)
            plain.apply(settings)
        plain.advance(1000 - plain.iteration)
        assert np.array_equal(lane.history.rows, plain.history.rows)
        assert lane.changes == tuple(plain.changes)


def test_a_run_that_begins_before_the_workers_are_there_waits_for_them(vectors: DomainPair) -> None:
    engine = ClusterEngine(workers=1)
    settings = SETTINGS.replace(max_iter=60)
    run, plain = settled_beside_plain(engine, vectors, settings)
    run.step()
    settle(run)
    assert run.iteration == 1
    run.play()
    settle(run)
    plain.advance(60)
    assert np.array_equal(run.history.rows, plain.history.rows)
    assert run.recoveries == 0
    engine.close()


def test_a_scheduler_that_ends_while_it_is_closed_is_closed() -> None:
    engine = ClusterEngine("tcp://127.0.0.1:1")
    with pytest.raises(EngineError):
        engine.wait_until_warm()

    async def close_what_has_just_ended() -> None:
        scheduler = engine._cluster = SubprocessScheduler()
        await scheduler
        # Without an await in between, the event loop does not learn that the process has ended.
        os.kill(scheduler.process.pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(scheduler.process.pid, 0)
        await engine._disconnect()

    engine.carry_out(close_what_has_just_ended()).result()
    engine.close()


def test_pause_ends_the_slice_that_a_worker_trains(
    engine: ClusterEngine, vectors: DomainPair, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = SETTINGS.replace(max_iter=1_000_000)
    run, plain = settled_beside_plain(engine, vectors, settings)
    # Without an end of its own: only a halt ends it.
    monkeypatch.setattr("dann_core.live.run.FIRST_SLICE", 3600.0)
    while not run.iteration:
        run.play()
        run.wait(1)
        assert run.busy
        run.pause()
        run.wait(120)
        settle(run)
    # A slice that had not begun was answered without a frame, and another one asked for.
    assert run.failure is None
    plain.advance(run.iteration)
    assert np.array_equal(run.history.rows, plain.history.rows)


def occupied_worker(vectors: DomainPair) -> tuple[ClusterEngine, Run, Trainer, Run]:
    """A worker with a run, its plain twin, and another run that has the worker for a step of some seconds."""
    engine = ClusterEngine(workers=1)
    run, plain = settled_beside_plain(engine, vectors, SETTINGS.replace(max_iter=1_000_000))
    slow = SETTINGS.replace(batch_size=4096, extractor_width=2048, extractor_depth=4)
    other, _ = settled_beside_plain(engine, vectors, slow)
    # All live runs of a worker train in one thread.
    other.step()
    other.wait(0.5)
    assert other.busy
    return engine, run, plain, other


def test_a_slice_that_has_not_begun_in_a_busy_worker_is_answered_at_once(vectors: DomainPair) -> None:
    engine, run, plain, other = occupied_worker(vectors)
    frames = len(run.recording.frames)
    run.play()
    run.pause()
    while run.busy:
        run.wait(1)
    assert other.busy
    assert other.iteration == run.iteration == 0
    assert len(run.recording.frames) == frames
    run.step()
    settle(run)
    plain.advance(1)
    assert np.array_equal(run.history.rows, plain.history.rows)
    engine.close()


def test_a_slice_that_was_taken_back_is_not_trained_by_the_worker_that_follows(vectors: DomainPair) -> None:
    engine, run, plain, other = occupied_worker(vectors)
    run.play()
    run.pause()
    while run.busy:
        run.wait(1)
    assert other.busy
    # Its worker dies with the slice that nobody waits for any more.
    kill_workers()
    run.step()
    settle(run)
    plain.advance(1)
    assert run.iteration == 1
    assert np.array_equal(run.history.rows, plain.history.rows)
    engine.close()


def test_killed_workers_cost_nothing_that_was_shown(engine: ClusterEngine) -> None:
    pair, settings = domains.load("moons"), domains.preset("moons").replace(max_iter=4000)
    run, plain = settled_beside_plain(engine, pair, settings)
    run.play()
    watch(run, lambda: run.iteration >= 200)
    changed = settings.replace(gamma=3.0)
    run.apply(changed)
    watch(run, lambda: bool(run.changes))
    before = run.history.rows.copy()
    kill_workers()
    settle(run)
    assert run.failure is None
    assert run.finished
    assert run.recoveries >= 1
    assert np.array_equal(run.history.rows[: len(before)], before)
    plain.advance(run.changes[0].iteration)
    plain.apply(changed)
    plain.advance(4000 - plain.iteration)
    assert np.array_equal(run.history.rows, plain.history.rows)


def test_a_fork_in_a_worker_goes_on_as_the_run_did_also_when_that_worker_dies(
    engine: ClusterEngine, vectors: DomainPair
) -> None:
    run, plain = settled_beside_plain(engine, vectors, SETTINGS.replace(max_iter=300))
    run.play()
    settle(run)
    standing = run.standing(100)
    fork = Run.fork(standing, lambda resume: engine.launch(vectors, standing.settings, resume))
    fork.speed = "fast"
    fork.apply(fork.settings.replace(gamma=1.0))
    # Nothing of its own has come yet that it could go on from.
    kill_workers()
    settle(fork)
    fork.play()
    settle(fork)
    plain.advance(100)
    plain.apply(plain.settings.replace(gamma=1.0))
    plain.advance(200)
    assert np.array_equal(fork.history.rows, plain.history.rows)


def test_a_run_that_rested_goes_on_where_it_was(engine: ClusterEngine, vectors: DomainPair) -> None:
    settings = SETTINGS.replace(max_iter=60)
    run, plain = settled_beside_plain(engine, vectors, settings)
    for _ in range(5):
        run.step()
    settle(run)
    run.rest()
    run.play()
    settle(run)
    plain.advance(60)
    assert np.array_equal(run.history.rows, plain.history.rows)
