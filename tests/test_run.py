"""Live runs on the real engine: what a page asks for is what a plain Trainer does, whatever is asked in between."""

from __future__ import annotations

import gc
import itertools
import threading
import weakref
from collections.abc import Iterator
from concurrent.futures import Future
from types import SimpleNamespace

import numpy as np
import pytest
from conftest import live_run, make_pair, settle, settled_beside_plain, shown, watch

from dann_core import DomainPair, Settings, Trainer
from dann_core.engine import Engine, EngineError, Handle
from dann_core.engine.threads import ThreadEngine
from dann_core.live import run as run_module
from dann_core.live.pace import SPEEDS, STORY_SECONDS
from dann_core.live.run import AHEAD, FIRST_SLICE, LONGEST_SLICE, LONGEST_STRIDE, Run
from dann_core.live.slices import SLICE_SECONDS, Answer, Slice
from dann_core.live.worker import warm_up

SETTINGS = Settings(batch_size=8, max_iter=120, extractor_width=8, feature_width=8, discriminator_width=8)
ENDLESS = SETTINGS.replace(max_iter=1_000_000)


@pytest.fixture(scope="module")
def engine() -> Iterator[ThreadEngine]:
    made = ThreadEngine(2)
    yield made
    made.close()


class Noting:
    """A real handle; `asked` are the slices that it was asked for."""

    def __init__(self, handle: Handle) -> None:
        self._handle = handle
        self.asked: list[Slice] = []

    def advance(self, asked: Slice) -> Future[Answer]:
        self.asked.append(asked)
        return self._handle.advance(asked)

    def __getattr__(self, name: str):
        return getattr(self._handle, name)


def noted_run(engine: Engine, pair: DomainPair, settings: Settings) -> tuple[Run, list[Slice]]:
    handle = Noting(engine.launch(pair, settings))
    return Run(lambda: handle, pair, settings), handle.asked


class Occupied:
    """An engine whose one thread has something else to do until it is let go."""

    def __init__(self) -> None:
        self.engine, self._leave = ThreadEngine(1), threading.Event()
        self._pool = self.engine._pool

    def occupy(self) -> None:
        self._leave.clear()
        has_come = threading.Event()
        self._pool.submit(lambda: (has_come.set(), self._leave.wait(60)))
        assert has_come.wait(60)

    def let_go(self) -> None:
        self._leave.set()


@pytest.fixture
def occupied() -> Iterator[Occupied]:
    made = Occupied()
    yield made
    made.let_go()
    made.engine.close()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The run's own clock: it stands still until `now` is moved."""
    clock = SimpleNamespace(now=1000.0)
    monkeypatch.setattr(run_module, "time", SimpleNamespace(monotonic=lambda: clock.now))
    return clock


def arrived(run: Run) -> None:
    """Wait until all slices under way have been taken in."""
    while run.busy:
        run.wait(60)


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


def test_played_slowly_every_frame_is_one_iteration(clock, engine: ThreadEngine, vectors: DomainPair) -> None:
    run, asked = noted_run(engine, vectors, SETTINGS)
    run.speed = "slow"
    run.play()
    while run.iteration < 5:
        clock.now += SPEEDS["slow"].frame_seconds
        run.pull()
        arrived(run)
    run.pause()
    settle(run)
    plain = Trainer(vectors, SETTINGS)
    plain.advance(run.iteration)
    assert np.array_equal(run.history.rows, plain.history.rows)
    assert [f.iteration for f in run.recording.frames] == list(range(run.iteration + 1))
    # The picture is what people look at then.
    assert all(a.unhurried for a in asked if a.iterations == 1)


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


def test_nothing_is_asked_for_unless_somebody_looks(clock, engine: ThreadEngine, vectors: DomainPair) -> None:
    run, asked = noted_run(engine, vectors, ENDLESS)
    assert run.needs_launch
    assert not asked
    run.play()
    assert len(asked) == 1
    arrived(run)
    clock.now += 3600
    assert not run.busy
    assert len(asked) == 1
    run.pull()
    assert len(asked) == 2
    run.pause()
    settle(run)


def test_no_more_slices_are_asked_for_than_one_ahead(clock, occupied: Occupied, vectors: DomainPair) -> None:
    run, asked = noted_run(occupied.engine, vectors, ENDLESS)
    settle(run)
    occupied.occupy()
    before = len(asked)
    run.play()
    for _ in range(10):
        clock.now += 10
        run.pull()
    assert len(asked) - before == AHEAD
    # And nobody is told to look again before one has come.
    assert run.due == float("inf")
    run.pause()
    assert not run.busy
    occupied.let_go()
    assert run.iteration == 0


@pytest.mark.parametrize(
    ("drawn_in", "seconds"), [(0.03, SLICE_SECONDS), (0.2, 0.26), (0.5, 0.65), (60, LONGEST_SLICE)]
)
def test_slices_are_as_long_as_a_page_takes_to_draw(
    clock, occupied: Occupied, vectors: DomainPair, drawn_in: float, seconds: float
) -> None:
    run, asked = noted_run(occupied.engine, vectors, ENDLESS)
    settle(run)
    run.speed = "fast"
    run.play()
    clock.now += 1
    run.pull(drawn_in)
    assert [a.seconds for a in asked if a.iterations != 0] == pytest.approx([FIRST_SLICE, seconds])
    run.pause()
    settle(run)


def test_the_normal_speed_takes_a_story_s_time(clock, engine: ThreadEngine, vectors: DomainPair) -> None:
    settings = SETTINGS.replace(max_iter=1000)
    run, asked = noted_run(engine, vectors, settings)
    settle(run)
    asked.clear()
    run.play()
    assert run.seconds_left() == STORY_SECONDS
    started = clock.now
    frame = SPEEDS["normal"].frame_seconds
    for _ in range(10):
        # Who is ready sooner gets none sooner.
        for _ in range(4):
            run.pull()
        assert len(asked) == round((clock.now - started) / frame) + 1
        arrived(run)
        clock.now += frame
    a_frame = round(settings.max_iter * frame / STORY_SECONDS)
    assert [a.iterations for a in asked] == [a_frame] * 10
    assert run.iteration == 10 * a_frame
    assert run.seconds_left() == pytest.approx(STORY_SECONDS * 0.9, abs=2 * frame)
    # Frames that come late go further, so that the story is in time; but none leaps.
    run.pull()
    arrived(run)
    for late in (1.0, 60.0):
        clock.now += late
        run.pull()
        assert asked[-1].iterations == round(settings.max_iter / STORY_SECONDS * min(late, LONGEST_STRIDE))
        arrived(run)
    run.pause()
    settle(run)


def test_a_run_of_few_iterations_takes_its_time_too(clock, engine: ThreadEngine, vectors: DomainPair) -> None:
    run, asked = noted_run(engine, vectors, SETTINGS.replace(max_iter=10))
    settle(run)
    asked.clear()
    run.play()
    assert asked[-1].iterations == 1
    assert run.seconds_left() == STORY_SECONDS
    run.pause()
    settle(run)


def test_time_left_is_known_while_playing_and_follows_what_is_trained(
    clock, engine: ThreadEngine, vectors: DomainPair
) -> None:
    run = live_run(engine, vectors, SETTINGS)
    run.speed = "fast"
    settle(run)
    assert run.seconds_left() is None
    run.settings = ENDLESS
    run.play()
    assert run.seconds_left() is None
    for _ in range(3):
        arrived(run)
        clock.now += 1
        run.pull()
    arrived(run)
    (at, first), (later, last) = run._pace[0], run._pace[-1]
    expected = (ENDLESS.max_iter - last) * (later - at) / (last - first) - (clock.now - later)
    assert run.seconds_left() == pytest.approx(expected)
    run.pause()
    assert run.seconds_left() is None
    settle(run)


def test_a_slice_by_time_trains_many_iterations(engine: ThreadEngine, vectors: DomainPair) -> None:
    run, _ = settled_beside_plain(engine, vectors, ENDLESS)
    run.play()
    watch(run, lambda: run.iteration > 0)
    run.pause()
    settle(run)
    assert run.iteration > 20
    assert len(run.history) == run.iteration


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


def test_its_state_is_told(occupied: Occupied, vectors: DomainPair, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[str] = []
    run = Run(lambda: occupied.engine.launch(vectors, SETTINGS), vectors, SETTINGS, lambda: heard.append(run.state))
    occupied.occupy()
    assert run.state == "building"
    run.pull()
    monkeypatch.setattr(run_module, "LATE_SECONDS", -1)
    assert (run.state, run.late) == ("waiting", True)
    monkeypatch.undo()
    occupied.let_go()
    settle(run)
    assert run.state == "paused"
    run.play()
    assert run.state == "playing"
    run.speed = "fast"
    settle(run)
    assert run.state == "finished"
    assert {"paused", "playing", "finished"} <= set(heard)


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

    def launch() -> Handle:
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
