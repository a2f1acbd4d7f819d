"""What a live run asks its engine for, and when: pulled, paced, and no more than one slice ahead."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import live_run, settle, settled_beside_plain, watch
from live_runs import ENDLESS, SETTINGS, Occupied, arrived, noted_run

from dann_core import DomainPair, Trainer
from dann_core.engine.threads import ThreadEngine
from dann_core.live import run as run_module
from dann_core.live.asking import AHEAD
from dann_core.live.pace import LONGEST_STRIDE, SPEEDS, STORY_SECONDS
from dann_core.live.run import FIRST_SLICE, LONGEST_SLICE, Run
from dann_core.live.slices import SLICE_SECONDS


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


def test_its_state_is_told(occupied: Occupied, vectors: DomainPair, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[str] = []
    run = Run(lambda _: occupied.engine.launch(vectors, SETTINGS), vectors, SETTINGS, lambda: heard.append(run.state))
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
