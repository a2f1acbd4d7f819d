"""Live runs on the real engine: what a page asks for is what a plain Trainer does."""

from __future__ import annotations

import dataclasses
import gc
import threading
import weakref

import numpy as np
import pytest
from conftest import make_pair, settle, settled_beside_plain

from dann_core import DomainPair, Settings
from dann_core.engine.threads import ThreadEngine
from dann_core.live.run import AHEAD, FIRST_SLICE, Run, Timeline
from dann_core.live.worker import SLICE_SECONDS, warm_up

SETTINGS = Settings(batch_size=8, max_iter=120, extractor_width=8, feature_width=8, discriminator_width=8)


@pytest.fixture(scope="module")
def engine() -> ThreadEngine:
    return ThreadEngine(2)


def test_played_to_the_end_it_is_a_plain_run(engine: ThreadEngine, vectors: DomainPair) -> None:
    run, plain = settled_beside_plain(engine, vectors, SETTINGS)
    assert run.latest.iteration == 0
    run.iterations_per_frame = 7
    run.play()
    settle(run)
    plain.advance(120)
    assert run.finished
    assert not run.playing
    assert np.array_equal(run.history.rows, plain.history.rows)
    assert run.latest.evaluation == plain.evaluate()
    assert [s.iteration for s in run.timeline.snapshots][:3] == [0, 7, 14]
    run.play()
    assert not run.playing


def test_the_first_picture_comes_after_what_training_needs_is_loaded(vectors: DomainPair) -> None:
    warm_up.cache_clear()
    settled_beside_plain(ThreadEngine(1), vectors, SETTINGS)
    assert warm_up.cache_info().currsize == 1


def test_a_crowded_page_makes_no_queue(engine: ThreadEngine, vectors: DomainPair) -> None:
    run = Run(engine, vectors, SETTINGS.replace(max_iter=1_000_000))
    settle(run)
    run.play()
    under_way = []
    for next_in in (0.3, 0.3, 2.0, 2.0, 0.3, 0.3):
        run.wait(60)
        run.poll(next_in)
        under_way.append(run.under_way)
    run.pause()
    settle(run)
    assert under_way[1] == under_way[5] == AHEAD
    assert under_way[3] == 1


def test_play_is_answered_at_once_also_before_the_first_look_has_come(vectors: DomainPair) -> None:
    engine, occupied = ThreadEngine(1), threading.Event()
    engine.submit(occupied.wait)
    run, asked = Run(engine, vectors, SETTINGS.replace(max_iter=1_000_000)), []
    advance = run._handle.advance
    run._handle.advance = lambda slice_: asked.append(slice_.seconds) or advance(slice_)
    run.play()
    occupied.set()
    run.pause()
    settle(run)
    engine.close()
    assert asked[:2] == [FIRST_SLICE, SLICE_SECONDS]


def test_play_takes_in_a_look_that_has_come(engine: ThreadEngine, vectors: DomainPair) -> None:
    run = Run(engine, vectors, SETTINGS)
    run.wait(60)
    assert run.latest is None
    run.play()
    # Whoever waits now waits for a slice.
    assert run.latest.iteration == 0
    run.wait(60)
    run.poll()
    assert run.iteration > 0
    run.pause()
    settle(run)


def test_pause_takes_back_what_has_not_begun(engine: ThreadEngine, vectors: DomainPair) -> None:
    settings = SETTINGS.replace(max_iter=1_000_000)
    run, plain = settled_beside_plain(engine, vectors, settings)
    for _ in range(3):
        run.play()
        run.wait(60)
        run.poll(0.3)
        assert run.under_way == AHEAD
        run.pause()
        assert run.under_way == 1
        settle(run)
    plain.advance(run.iteration)
    assert np.array_equal(run.history.rows, plain.history.rows)


def test_a_change_while_playing_waits_for_one_slice_only(engine: ThreadEngine, vectors: DomainPair) -> None:
    settings = SETTINGS.replace(max_iter=1_000_000)
    run, plain = settled_beside_plain(engine, vectors, settings)
    run.play()
    run.wait(60)
    run.poll(0.3)
    changed, seen = settings.replace(gamma=1.0), len(run.timeline.snapshots)
    run.apply(changed)
    assert run.under_way == AHEAD
    run.wait(60, AHEAD)
    run.poll()
    run.pause()
    settle(run)
    (change,) = run.latest.changes
    # Another slice may have begun just before the change.
    assert change.iteration in [s.iteration for s in run.timeline.snapshots[seen : seen + 2]]
    plain.advance(change.iteration)
    plain.apply(changed)
    plain.advance(run.iteration - plain.iteration)
    assert np.array_equal(run.history.rows, plain.history.rows)


def test_step_advances_by_one_and_pause_asks_for_nothing(engine: ThreadEngine, vectors: DomainPair) -> None:
    run = Run(engine, vectors, SETTINGS)
    settle(run)
    run.step()
    settle(run)
    assert run.iteration == 1
    run.iterations_per_frame = 3
    run.play()
    run.wait(60)
    run.poll()
    run.pause()
    settle(run)
    stopped = run.iteration
    assert stopped in (4, 7)
    assert not run.busy
    run.poll()
    assert run.iteration == stopped


def test_a_pause_ends_with_figures_over_all_samples(engine: ThreadEngine) -> None:
    run = Run(engine, make_pair(n=400), SETTINGS)
    settle(run)
    assert run.latest.evaluated == (250, 250)
    run.step()
    settle(run)
    assert run.iteration == 1
    assert run.latest.evaluated == (400, 400)


def test_a_slice_by_time_trains_many_iterations(engine: ThreadEngine, vectors: DomainPair) -> None:
    run = Run(engine, vectors, SETTINGS.replace(max_iter=100_000))
    settle(run)
    run.play()
    run.wait(60)
    run.poll(0.5)
    run.pause()
    settle(run)
    assert run.iteration > 20
    assert len(run.history) == run.iteration


def test_a_freed_run_holds_nothing_and_begins_anew(engine: ThreadEngine, vectors: DomainPair) -> None:
    run, plain = settled_beside_plain(engine, vectors, SETTINGS)
    run.play()
    settle(run)
    trained = weakref.ref(run.latest.tsne)
    run.free()
    gc.collect()
    assert trained() is None
    assert (run.iteration, run.playing, run.busy, len(run.history)) == (0, False, False, 0)
    run.play()
    settle(run)
    plain.advance(120)
    assert np.array_equal(run.history.rows, plain.history.rows)


def test_a_live_change_acts_and_leaves_a_mark(engine: ThreadEngine, vectors: DomainPair) -> None:
    run = Run(engine, vectors, SETTINGS)
    settle(run)
    run.iterations_per_frame = 10
    run.step()
    settle(run)
    run.apply(SETTINGS.replace(gamma=1.0))
    run.step()
    settle(run)
    assert [(c.iteration, c.name, c.old, c.new) for c in run.latest.changes] == [(1, "gamma", 10.0, 1.0)]


def test_time_left_is_known_while_playing(engine: ThreadEngine, vectors: DomainPair) -> None:
    run = Run(engine, vectors, SETTINGS)
    settle(run)
    assert run.seconds_left() is None
    run.iterations_per_frame = 5
    run.play()
    for _ in range(3):
        run.wait(60)
        run.poll()
    assert 0 < run.seconds_left() < 60
    run.pause()
    settle(run)


def test_a_failure_is_kept_and_stops_the_run(engine: ThreadEngine) -> None:
    run = Run(engine, make_pair(), SETTINGS.replace(extractor="cnn"))
    settle(run)
    assert "extractor cnn cannot read samples of shape 4" in str(run.failure)
    run.play()
    assert not run.playing


def test_divergence_is_said_and_breaks_nothing(engine: ThreadEngine, vectors: DomainPair) -> None:
    run = Run(
        engine,
        vectors,
        SETTINGS.replace(optimizer="sgd", learning_rate=1.0, classification_weight=10.0, lambda_max=10.0, max_iter=300),
    )
    settle(run)
    run.play()
    settle(run)
    assert run.failure is None
    assert run.finished
    assert run.latest.diagnosis.level in ("bad", "warn")


def test_the_timeline_stays_bounded_and_keeps_both_ends(engine: ThreadEngine, vectors: DomainPair) -> None:
    run = Run(engine, vectors, SETTINGS)
    settle(run)
    timeline = Timeline(limit=10)
    for i in range(100):
        timeline.add(dataclasses.replace(run.latest, iteration=i))
    kept = [s.iteration for s in timeline.snapshots]
    assert len(kept) <= 10
    assert kept[0] == 0
    assert kept[-1] == 99
    assert kept == sorted(set(kept))
    assert timeline.at(98).iteration in (97, 98, 99)


def test_a_change_at_rest_is_shown_at_once(engine: ThreadEngine, vectors: DomainPair) -> None:
    run = Run(engine, vectors, SETTINGS)
    settle(run)
    run.step()
    settle(run)
    run.apply(SETTINGS.replace(lambda_max=0.0))
    assert run.busy
    settle(run)
    assert run.latest.lamb == 0
    assert [c.name for c in run.latest.changes] == ["lambda_max"]
    assert run.iteration == 1


def test_steps_asked_for_in_a_row_are_all_made(engine: ThreadEngine, vectors: DomainPair) -> None:
    run = Run(engine, vectors, SETTINGS)
    settle(run)
    for _ in range(3):
        run.step()
    settle(run)
    assert run.iteration == 3


def test_kept_snapshots_do_not_hold_the_history_again(engine: ThreadEngine, vectors: DomainPair) -> None:
    run = Run(engine, vectors, SETTINGS)
    settle(run)
    run.iterations_per_frame = 30
    run.play()
    settle(run)
    assert len(run.history) == 120
    assert all(s.rows.base is None and len(s.rows) == 0 for s in run.timeline.snapshots)
