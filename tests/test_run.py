"""Live runs on the real engine: what a page asks for is what a plain Trainer does, whatever is asked in between."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from conftest import live_run, make_pair, settle, settled_beside_plain, shown, watch
from live_runs import ENDLESS, SETTINGS, Occupied, arrived, noted_run

from dann_core import DomainPair, Trainer
from dann_core.engine.threads import ThreadEngine
from dann_core.live import run as run_module
from dann_core.live.worker import warm_up


@pytest.mark.parametrize("speed", ["normal", "fast"])
def test_played_to_the_end_it_is_a_plain_run(speed: str, clock, engine: ThreadEngine, vectors: DomainPair) -> None:
    run = live_run(engine, vectors, SETTINGS)
    run.speed = speed
    run.play()
    while run.playing:
        clock.now += 1.0
        run.pull()
        arrived(run)
    settle(run)
    plain = Trainer(vectors, SETTINGS)
    plain.advance(120)
    assert (run.finished, run.playing, run.state) == (True, False, "finished")
    assert np.array_equal(run.history.rows, plain.history.rows)
    result, last = plain.evaluate(), shown(run)
    assert last.values["source_accuracy"] == result.source_accuracy
    assert last.values["domain_accuracy"] == result.domain_accuracy
    assert last.exam["target_accuracy"] == result.target_accuracy
    run.play()
    assert not run.playing


def test_pausing_halting_and_changing_alter_nothing(engine: ThreadEngine, vectors: DomainPair) -> None:
    run, plain = settled_beside_plain(engine, vectors, ENDLESS)
    for gamma in (3.0, 20.0, 1.0):
        run.play()
        start = run.iteration
        watch(run, lambda start=start: run.iteration > start)
        changed = run.settings.replace(gamma=gamma)
        run.apply(changed)
        watch(run, lambda gamma=gamma: bool(run.changes) and run.changes[-1].new == gamma)
        run.pause()
        settle(run)
        run.step()
        settle(run)
    for change in run.changes:
        plain.advance(change.iteration - plain.iteration)
        plain.apply(plain.settings.replace(**{change.name: change.new}))
    plain.advance(run.iteration - plain.iteration)
    assert [c.new for c in run.changes] == [3.0, 20.0, 1.0]
    assert np.array_equal(run.history.rows, plain.history.rows)


def test_the_first_picture_comes_after_what_training_needs_is_loaded(vectors: DomainPair) -> None:
    warm_up.cache_clear()
    settled_beside_plain(ThreadEngine(1), vectors, SETTINGS)
    assert warm_up.cache_info().currsize == 1


def test_pause_ends_the_slice_under_way(
    engine: ThreadEngine, vectors: DomainPair, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, asked = noted_run(engine, vectors, ENDLESS)
    settle(run)
    # Without an end of its own.
    monkeypatch.setattr(run_module, "FIRST_SLICE", 3600.0)
    run.speed = "fast"
    run.play()
    live = run._handle._run
    while not live.trainer.iteration:
        assert run.busy
    run.pause()
    settle(run)
    plain = Trainer(vectors, ENDLESS)
    plain.advance(run.iteration)
    assert [a.seconds for a in asked if a.iterations is None] == [3600]
    assert run.iteration > 0
    assert np.array_equal(run.history.rows, plain.history.rows)


def test_pause_takes_back_what_has_not_begun(occupied: Occupied, vectors: DomainPair) -> None:
    run, plain = settled_beside_plain(occupied.engine, vectors, ENDLESS)
    for _ in range(3):
        frames = len(run.recording.frames)
        occupied.occupy()
        run.play()
        assert run.busy
        run.pause()
        # At once, though the only thread is still occupied, and without a frame.
        assert not run.busy
        assert len(run.recording.frames) == frames
        occupied.let_go()
        run.play()
        start = run.iteration
        watch(run, lambda start=start: run.iteration > start)
        run.pause()
        settle(run)
    plain.advance(run.iteration)
    assert np.array_equal(run.history.rows, plain.history.rows)


def test_a_change_while_playing_acts_from_a_slice_on(engine: ThreadEngine, vectors: DomainPair) -> None:
    run, plain = settled_beside_plain(engine, vectors, ENDLESS)
    run.play()
    watch(run, lambda: run.iteration > 0)
    changed = ENDLESS.replace(gamma=1.0)
    run.apply(changed)
    watch(run, lambda: bool(run.changes))
    run.pause()
    settle(run)
    (change,) = run.changes
    assert (change.name, change.old, change.new) == ("gamma", 10.0, 1.0)
    assert change.iteration in [f.iteration for f in run.recording.frames]
    plain.advance(change.iteration)
    plain.apply(changed)
    plain.advance(run.iteration - plain.iteration)
    assert np.array_equal(run.history.rows, plain.history.rows)
    assert shown(run).values["changes"] == [[change.iteration, "gamma", 10.0, 1.0]]


def test_a_change_at_rest_is_shown_at_once(engine: ThreadEngine, vectors: DomainPair) -> None:
    run, _ = settled_beside_plain(engine, vectors, SETTINGS)
    run.step()
    settle(run)
    run.apply(SETTINGS.replace(lambda_max=0.0))
    assert run.busy
    assert run.still
    settle(run)
    assert shown(run).values["lambda"] == 0
    assert shown(run).values["knobs"]["lambda_max"] == 0
    assert [c.name for c in run.changes] == ["lambda_max"]
    assert run.iteration == 1


def test_a_change_does_not_take_a_step_back(occupied: Occupied, vectors: DomainPair) -> None:
    run, _ = settled_beside_plain(occupied.engine, vectors, SETTINGS)
    occupied.occupy()
    run.step()
    run.apply(SETTINGS.replace(gamma=1.0))
    occupied.let_go()
    settle(run)
    assert run.iteration == 1
    assert shown(run).values["knobs"]["gamma"] == 1.0


def test_a_max_iter_below_the_iteration_ends_the_run(engine: ThreadEngine, vectors: DomainPair) -> None:
    run, plain = settled_beside_plain(engine, vectors, ENDLESS)
    run.play()
    watch(run, lambda: run.iteration > 60)
    run.apply(ENDLESS.replace(max_iter=50))
    assert not run.playing
    settle(run)
    stopped = run.iteration
    assert run.state == "finished"
    assert run.seconds_left() is None
    run.step()
    run.play()
    settle(run)
    assert run.iteration == stopped
    # Raised again, it goes on.
    run.apply(ENDLESS)
    settle(run)
    run.step()
    settle(run)
    assert run.iteration == stopped + 1
    plain.advance(stopped)
    assert np.array_equal(run.history.rows[:stopped], plain.history.rows)


def test_steps_asked_for_in_a_row_are_all_made(engine: ThreadEngine, vectors: DomainPair) -> None:
    run, plain = settled_beside_plain(engine, vectors, SETTINGS)
    for _ in range(3):
        run.step()
    settle(run)
    plain.advance(3)
    assert run.iteration == 3
    assert np.array_equal(run.history.rows, plain.history.rows)
    assert [f.iteration for f in run.recording.frames] == [0, 1, 2, 3]


def test_a_run_at_rest_ends_with_figures_over_all_samples_and_a_still_picture(engine: ThreadEngine) -> None:
    run, _ = settled_beside_plain(engine, make_pair(n=400), SETTINGS)
    assert shown(run).values["evaluated"] == [250, 250]
    run.step()
    settle(run)
    assert run.iteration == 1
    assert shown(run).values["evaluated"] == [400, 400]
    assert shown(run).values["settled"]
    assert run.recording.latest.complete
    before = run.recording.latest
    run.pull()
    assert not run.busy
    assert run.recording.latest is before


def test_the_rows_of_the_frames_are_the_history_without_a_hole(engine: ThreadEngine, vectors: DomainPair) -> None:
    run, _ = settled_beside_plain(engine, vectors, SETTINGS.replace(max_iter=500))
    run.play()
    settle(run)
    frames = run.recording.frames
    assert frames[0].first == 0
    # The last look replaced a frame of its iteration, and with it that frame's rows.
    for before, after in itertools.pairwise(frames[:-1]):
        assert after.first == before.iteration
    assert len(run.history) == 500
    assert np.array_equal(run.history.rows[:, 0], np.arange(500))


def test_a_run_is_not_at_rest_before_what_has_come_is_recorded(
    engine: ThreadEngine, vectors: DomainPair, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, record = [], run_module.Run.record

    def noted(run: run_module.Run, answer: object) -> None:
        seen.append(run.busy)
        record(run, answer)

    monkeypatch.setattr(run_module.Run, "record", noted)
    run = live_run(engine, vectors, SETTINGS)
    run.pull()
    arrived(run)
    run.step()
    arrived(run)
    assert run.iteration == 1
    assert seen == [True, True]
