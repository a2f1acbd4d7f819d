"""What a live run keeps when it rests, is freed, or fails."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest
from conftest import live_run, make_pair, settle, settled_beside_plain, shown
from live_runs import ENDLESS, SETTINGS, Occupied, noted_run

from dann_core import DomainPair
from dann_core.engine import EngineError, Handle
from dann_core.engine.threads import ThreadEngine
from dann_core.live.run import Run
from dann_core.live.slices import Resumption


def test_a_run_that_rested_goes_on_where_it_was(engine: ThreadEngine, vectors: DomainPair) -> None:
    run, plain = settled_beside_plain(engine, vectors, SETTINGS)
    for _ in range(5):
        run.step()
    settle(run)
    trained = weakref.ref(run._handle._run)
    run.rest()
    gc.collect()
    assert trained() is None
    run.play()
    settle(run)
    plain.advance(120)
    assert np.array_equal(run.history.rows, plain.history.rows)
    assert [f.iteration for f in run.recording.frames[:6]] == [0, 1, 2, 3, 4, 5]
    # The frames go on too: each begins where one before it ends.
    starts = {f.first for f in run.recording.frames}
    assert starts <= {f.iteration for f in run.recording.frames} | {0}


def test_a_freed_run_holds_nothing_and_begins_anew(engine: ThreadEngine, vectors: DomainPair) -> None:
    run, plain = settled_beside_plain(engine, vectors, SETTINGS)
    run.play()
    settle(run)
    kept = weakref.ref(run.recording.latest)
    run.free()
    gc.collect()
    assert kept() is None
    assert (run.iteration, run.playing, run.busy, len(run.history)) == (0, False, False, 0)
    assert run.needs_launch
    run.play()
    settle(run)
    plain.advance(120)
    assert np.array_equal(run.history.rows, plain.history.rows)


def test_an_answer_to_a_freed_run_is_dropped(occupied: Occupied, vectors: DomainPair) -> None:
    run, _ = settled_beside_plain(occupied.engine, vectors, SETTINGS)
    run.play()
    run.free()
    # In the order of the one thread: after all that was asked for.
    occupied.engine._pool.submit(int).result(60)
    assert run.recording.latest is None
    assert len(run.history) == 0


def test_a_slice_that_waits_when_the_engine_closes_is_taken_back(
    clock, vectors: DomainPair, caplog: pytest.LogCaptureFixture
) -> None:
    engine = ThreadEngine(1)
    run, asked = noted_run(engine, vectors, ENDLESS)
    settle(run)
    run.play()
    clock.now += 1
    run.pull()
    assert [a.iterations != 0 for a in asked[-2:]] == [True, True]
    engine.close()
    assert not run.busy
    assert not caplog.records


def test_a_failure_is_kept_and_stops_the_run(engine: ThreadEngine) -> None:
    run = live_run(engine, make_pair(), SETTINGS.replace(extractor="cnn"))
    settle(run)
    assert run.state == "failed"
    assert "extractor cnn cannot read samples of shape 4" in str(run.failure)
    run.play()
    run.step()
    run.pull()
    assert not run.playing
    assert not run.busy


def test_an_engine_that_cannot_be_reached_is_a_failure_that_retry_ends(
    engine: ThreadEngine, vectors: DomainPair
) -> None:
    is_up = False

    def launch(_: Resumption | None) -> Handle:
        if not is_up:
            raise EngineError("nobody answers")
        return engine.launch(vectors, SETTINGS)

    run = Run(launch, vectors, SETTINGS)
    run.pull()
    assert str(run.failure) == "nobody answers"
    is_up = True
    run.retry()
    settle(run)
    assert (run.state, run.iteration) == ("paused", 0)


def test_after_a_failure_retry_goes_on_from_the_last_checkpoint(
    engine: ThreadEngine, vectors: DomainPair, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, plain = settled_beside_plain(engine, vectors, SETTINGS)
    for _ in range(4):
        run.step()
    settle(run)
    # The process lost its memory, as it were: the trainer that was there is of no use any more.
    run._handle._run.trainer = None
    run.step()
    settle(run)
    assert run.state == "failed"
    assert run.iteration == 4
    run.retry()
    settle(run)
    assert run.state == "paused"
    run.play()
    settle(run)
    plain.advance(120)
    assert np.array_equal(run.history.rows, plain.history.rows)


def test_divergence_is_told_and_breaks_nothing(engine: ThreadEngine, vectors: DomainPair) -> None:
    wild = {"optimizer": "sgd", "learning_rate": 1.0, "classification_weight": 10.0, "lambda_max": 10.0}
    run, _ = settled_beside_plain(engine, vectors, SETTINGS.replace(**wild, max_iter=300))
    run.play()
    settle(run)
    assert run.failure is None
    assert run.finished
    assert shown(run).values["level"] in ("bad", "warn")
