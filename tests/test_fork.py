"""A fork is the run that it left, bit for bit; with a change, it is a plain run that changes there."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from conftest import live_run, make_pair, settle

from dann_core import Settings, Trainer
from dann_core.engine.base import device
from dann_core.engine.threads import ThreadEngine
from dann_core.live import checkpoint_store, worker
from dann_core.live.checkpoint_store import CheckpointStore
from dann_core.live.run import Run
from dann_core.live.slices import Checkpoint
from dann_core.results.standing import trained

WRITTEN_OUT = Settings(batch_size=8, max_iter=60, extractor_width=8, feature_width=8, discriminator_width=8)
PATHS = {
    "written-out": WRITTEN_OUT,
    "readable": WRITTEN_OUT.replace(discrepancy="mmd", discrepancy_weight=0.5),
}

Changes = Sequence[tuple[int, dict[str, Any]]]
CHANGES: Changes = [(10, {"gamma": 3.0}), (25, {"lambda_max": 0.5}), (40, {"learning_rate": 0.02})]


PAIR = make_pair()


@pytest.fixture(autouse=True, scope="module")
def often() -> Iterator[None]:
    """These runs take less time than lies between two checkpoints."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker, "CHECKPOINT_SECONDS", 0.0)
        patch.setattr(worker, "CHECKPOINT_BYTES_PER_SECOND", math.inf)
        yield


@pytest.fixture(scope="module")
def old(engine: ThreadEngine) -> Callable[[str], Run]:
    """The run of a path that forks leave; none of them may change it."""
    return cache(lambda path: changed_run(engine, PATHS[path]))


def changed_run(engine: ThreadEngine, settings: Settings) -> Run:
    """A run at its end, with live changes on the way; not all its frames are kept."""
    run = live_run(engine, PAIR, settings)
    run.recording.limit = 12
    settle(run)
    for iteration in range(60):
        if iteration in dict(CHANGES):
            settle(run)
            run.apply(run.settings.replace(**dict(CHANGES)[iteration]))
        run.step()
    settle(run)
    assert run.iteration == 60
    return run


def plain_run(settings: Settings, changes: Changes, until: int) -> Trainer:
    """A trainer that knows of no runs and forks."""
    trainer = Trainer(PAIR, settings)
    for iteration, values in changes:
        trainer.advance(iteration - trainer.iteration)
        trainer.apply(trainer.settings.replace(**values))
    trainer.advance(until - trainer.iteration)
    return trainer


def forked(engine: ThreadEngine, run: Run, iteration: int) -> Run:
    standing = run.standing(iteration)
    fork = Run.fork(standing, lambda resume: engine.launch(standing.pair, standing.settings, resume))
    fork.speed = "fast"
    return fork


def assert_same(run: Run, plain: Trainer) -> None:
    """Losses, changes and every weight."""
    assert np.array_equal(run.history.rows, plain.history.rows)
    assert run.changes == tuple(plain.changes)
    there = trained(run.standing(), device())
    for name, weight in plain.network.state_dict().items():
        assert torch.equal(there.network.state_dict()[name], weight), name


@pytest.mark.parametrize(
    ("path", "at"), [("written-out", 0), ("written-out", 12), ("written-out", 25), ("readable", 25), ("readable", 60)]
)
def test_a_fork_is_a_plain_run_that_changes_there(
    engine: ThreadEngine, old: Callable[[str], Run], path: str, at: int
) -> None:
    settings, run = PATHS[path], old(path)
    before = run.history.rows.copy()
    so_far = [(iteration, values) for iteration, values in CHANGES if iteration <= at]
    for values in ({}, {"gamma": 1.0, "classification_weight": 0.7}):
        fork, changes = forked(engine, run, at), [*so_far, (at, values)]
        assert fork.iteration == at
        fork.apply(fork.settings.replace(**values))
        settle(fork)
        assert_same(fork, plain_run(settings, changes, at))
        fork.play()
        settle(fork)
        assert_same(fork, plain_run(settings, changes, 60))
    # And the run that they have left is what it was.
    assert np.array_equal(run.history.rows, before)


def test_left_alone_it_is_the_old_run_until_that_changes(engine: ThreadEngine, old: Callable[[str], Run]) -> None:
    run = old("written-out")
    fork = forked(engine, run, 12)
    fork.play()
    settle(fork)
    assert np.array_equal(fork.history.rows[:25], run.history.rows[:25])
    assert not np.array_equal(fork.history.rows[25:], run.history.rows[25:])


def test_a_fork_changes_the_path_where_its_settings_do(engine: ThreadEngine, old: Callable[[str], Run]) -> None:
    fork = forked(engine, old("readable"), 12)
    fork.apply(fork.settings.replace(discrepancy="none"))
    fork.play()
    settle(fork)
    assert_same(fork, plain_run(PATHS["readable"], [CHANGES[0], (12, {"discrepancy": "none"})], 60))


def test_it_begins_at_the_nearest_checkpoint_and_shows_that_very_iteration(
    engine: ThreadEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoint_store, "RUN_BYTES", 300_000)
    run = changed_run(engine, WRITTEN_OUT)
    frames, saved = [frame.iteration for frame in run.recording.frames], run._checkpoints.iterations
    assert 10 < len(saved) < 50
    at = next(i for i in range(saved[0] + 1, 60) if i not in frames and i not in saved)
    assert run.standing(at).resumption.checkpoint.iteration < at
    fork = forked(engine, run, at)
    inherited = [iteration for iteration in frames if iteration < at]
    assert [frame.iteration for frame in fork.recording.frames] == inherited
    settle(fork)
    assert [frame.iteration for frame in fork.recording.frames] == [*inherited, at]
    assert np.array_equal(fork.history.rows, run.history.rows[:at])
    # What it has of before is its own: it can be forked in its turn, and forgotten.
    again = forked(engine, fork, at - 1)
    again.step()
    settle(again)
    assert np.array_equal(again.history.rows, run.history.rows[:at])
    fork.free()
    assert fork.iteration == 0
    fork.step()
    settle(fork)
    assert len(fork.history) == fork.iteration == 1


@pytest.mark.parametrize("at", [-1, 61])
def test_where_a_run_has_not_been_nothing_can_be_forked(old: Callable[[str], Run], at: int) -> None:
    with pytest.raises(ValueError, match="it stands at 60"):
        old("written-out").standing(at)


def filled(iterations: range, size: int) -> CheckpointStore:
    store = CheckpointStore()
    for iteration in iterations:
        store.add(Checkpoint(iteration, bytes(size)))
    return store


def test_checkpoints_are_thinned_evenly_within_their_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint_store, "RUN_BYTES", 1000)
    store = filled(range(1, 401), 100)
    assert len(store.iterations) == 10
    assert store.bytes == 1000
    assert store.iterations[-1] == 400
    gaps = np.diff([0, *store.iterations])
    assert gaps.max() <= 2 * 400 / 10
    assert store.until(store.iterations[3] - 1).iteration == store.iterations[2]
    assert store.until(0) is None
    # Of one that is larger than all that is allowed, the newest is there.
    assert filled(range(1, 5), 2000).iterations == [4]
    # Of two at one iteration, the later knows more.
    store.add(Checkpoint(400, b"later"))
    assert store.until(500).state == b"later"
    assert store.bytes <= 1000


def test_all_runs_together_stay_within_the_server_s_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint_store, "_stores", type(checkpoint_store._stores)())
    monkeypatch.setattr(checkpoint_store, "SERVER_BYTES", 1000)
    large, small = filled(range(1, 8), 100), filled(range(1, 3), 100)
    more = filled(range(1, 5), 100)
    assert sum(store.bytes for store in (large, small, more)) == 1000
    # The largest gives way, and nobody loses the newest.
    assert (large.iterations[-1], small.iterations, more.iterations[-1]) == (7, [1, 2], 4)
