"""What a player gets over the live channel of the real app, and what has a run train."""

from __future__ import annotations

import math

import pytest
from channel_app import Mine, pass_time

from dann_core.language import from_data
from dann_core.live.asking import AHEAD
from dann_core.live.pace import SPEEDS
from player import Lane, Player, hello
from server import lane, place

# What a player gets.


def test_a_hello_is_answered_with_state_scene_and_frame(here: str, mine: Mine) -> None:
    with Player(here, mine.owned) as player:
        player.until(lambda: bool(player.lane.states))
        state = player.lane.state
        assert (state["state"], state["iteration"], state["max_iter"]) == ("building", 0, 1_000_000)
        assert (state["owner"], state["undo"], state["late"], state["failure"]) == (True, False, False, None)
        assert from_data(state["title"]) == mine.experiment.now.title
        assert state["link"] == {"domain": "moons", "max_iter": "1000000", "run": mine.key}
        assert state["knobs"]["gamma"] == mine.run.settings.gamma
        frame = player.frame()
        assert from_data(player.lane.scene.values["name"]) == mine.experiment.pair.name
        assert player.lane.scene_id == mine.experiment.now.scene
        assert (frame.values["iteration"], player.lane.drawn) == (0, [1])
        player.until(lambda: player.lane.state["state"] == "paused")


def test_without_ready_nothing_is_launched(here: str, mine: Mine) -> None:
    with Player(here, mine.owned) as player:
        player.barrier()
        pass_time(lane.LONGEST_PATIENCE * 1.5)
        player.barrier()
        assert mine.run.needs_launch
        assert not player.lane.drawn


def test_without_ready_no_second_frame_comes_and_then_the_newest(here: str, mine: Mine) -> None:
    with Player(here, mine.owned) as slow, Player(here, mine.owned) as quick:
        slow.frame()
        quick.do("play")
        # The other one has the run go on, for a good many frames.
        quick.do("ready")
        quick.until(lambda: len(quick.lane.drawn) > 12, draws=True)
        slow.barrier()
        assert len(slow.lane.drawn) == 1
        quick.do("pause")
        quick.until(lambda: quick.lane.state["state"] == "paused", draws=True)
        arrived = mine.run.recording.numbers[-1]
        slow.frame()
        slow.barrier()
        assert len(slow.lane.drawn) == 2
        assert slow.lane.drawn[-1] >= arrived
        slow.settle()
        slow.lane.assert_whole(mine.run)


def test_a_run_that_is_played_to_its_end_is_whole(here: str) -> None:
    mine = Mine(max_iter="400")
    with Player(here, mine.owned) as player:
        player.do("play")
        player.settle()
        assert player.lane.state["state"] == "finished"
        assert player.lane.state["left"] is None
        assert player.lane.iteration == 400
        player.lane.assert_whole(mine.run)


def test_whoever_skips_frames_has_no_hole(here: str, mine: Mine) -> None:
    with Player(here, mine.owned) as player, Player(here, mine.looked_at) as looker:
        player.do("play")
        player.do("ready")
        looker.frame()
        for _ in range(3):
            seen = len(player.lane.drawn)
            player.until(lambda seen=seen: len(player.lane.drawn) > seen + 4, draws=True)
            looker.frame()
        assert len(looker.lane.drawn) < len(player.lane.drawn)
        player.do("pause")
        player.settle()
        looker.settle()
        player.lane.assert_whole(mine.run)
        looker.lane.assert_whole(mine.run)


def test_whoever_comes_back_with_a_cursor_gets_only_what_came_after(here: str, mine: Mine) -> None:
    with Player(here, mine.owned) as first:
        first.do("play")
        first.do("ready")
        first.until(lambda: len(first.lane.drawn) > 4, draws=True)
    has, known = first.lane, list(first.lane.drawn)
    with Player(here, mine.owned) as other:
        other.do("ready")
        other.until(lambda: len(other.lane.drawn) > 4, draws=True)
        other.do("pause")
        other.settle()
    scene = has.scene
    with Player(here, mine.owned, before=[has]) as again:
        again.settle()
        # Neither the scene nor a frame came again.
        assert again.lane.scene is scene
        assert again.lane.drawn[: len(known)] == known
        again.lane.assert_whole(mine.run)


@pytest.mark.parametrize("change", [{"rows": 10**9}, {"scene": -1}, {"rows": -5}, {"frame": "x"}, {"rows": True}])
def test_a_cursor_of_another_run_begins_anew(change: dict, here: str, mine: Mine) -> None:
    with Player(here, mine.owned) as player:
        player.frame()
        said = hello(mine.owned, lanes=player.lanes)
    said["runs"][0] |= change
    with Player(here) as again:
        again.lanes = [Lane()]
        again.send(said)
        again.settle()
        again.lane.assert_whole(mine.run)


def test_whoever_was_hidden_has_no_hole(here: str, mine: Mine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lane, "HIDDEN_SECONDS", 0.5)
    with Player(here, mine.owned) as player:
        player.frame()
        player.do("play")
        player.do("hidden", hidden=True)
        # Without a "ready": browsers hold a hidden page's timers back. The run goes on all the same.
        # And most of its frames are not sent.
        player.until(lambda: len(player.lane.drawn) > 3 and player.lane.drawn[-1] > len(player.lane.drawn) + 2)
        player.do("hidden", hidden=False)
        player.barrier()
        seen = len(player.lane.drawn)
        pass_time(1)
        player.barrier()
        assert len(player.lane.drawn) == seen
        player.do("pause")
        player.settle()
        player.lane.assert_whole(mine.run)


def test_a_hidden_page_gets_a_frame_in_some_seconds_only(
    here: str, mine: Mine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lane, "HIDDEN_SECONDS", math.inf)
    with Player(here, mine.owned, hidden=True) as player:
        player.do("play")
        player.until(lambda: len(player.lane.drawn) == 1)
        player.until(lambda: player.lane.state["iteration"] > 300)
        assert len(player.lane.drawn) == 1


def test_frames_come_by_their_numbers(here: str, mine: Mine) -> None:
    with Player(here, mine.owned) as player:
        player.do("play")
        player.do("ready")
        player.until(lambda: len(player.lane.drawn) > 20, draws=True)
        player.do("pause")
        player.settle()
        kept = mine.run.recording
        assert player.fetch(3, 7) == [n for n in kept.numbers if 3 <= n <= 7]
        packed = dict(zip(kept.numbers, kept.frames, strict=True))
        assert player.lane.frames[5].pack() == packed[5].packed
        assert player.answered[-1] == {"is": "frames", "lane": 0, "first": 3, "last": 7}
        # No more at a time than are bounded: the rest is asked for next.
        came = player.fetch(1, 10_000)
        assert came == kept.numbers[: lane.MOST_FRAMES]
        assert player.fetch(came[-1] + 1, 10_000)[0] == kept.numbers[lane.MOST_FRAMES]
        assert player.fetch(9, 3) == player.fetch(-5, 0) == player.fetch(5000, 6000) == []
        player.lane.assert_whole(mine.run)


def test_frames_of_a_run_that_has_none_yet(here: str, mine: Mine) -> None:
    with Player(here, mine.owned) as player:
        assert player.fetch(1, 5) == []


# Who has a run train.


def test_nothing_trains_when_nobody_is_ready(here: str, mine: Mine) -> None:
    with Player(here, mine.owned) as player, Player(here, mine.looked_at) as looker:
        player.frame()
        player.do("play")
        player.barrier()
        # At most what was asked for with Play and ahead of it.
        while mine.run.busy:
            mine.run.wait(60)
        stopped, frames = mine.run.iteration, len(mine.run.recording.frames)
        assert frames <= 1 + AHEAD
        # Who only looks is ready all the time.
        looker.do("ready")
        looker.until(lambda: looker.lane.iteration == stopped, draws=True)
        pass_time(lane.LONGEST_PATIENCE + 2 * SPEEDS["fast"].frame_seconds)
        looker.barrier()
        assert (mine.run.iteration, len(mine.run.recording.frames)) == (stopped, frames)
        assert mine.run.playing
        # And then it does.
        player.frame()
        player.frame()
        player.frame()
        assert mine.run.iteration > stopped


def test_a_closed_page_trains_nothing(here: str, mine: Mine) -> None:
    with Player(here, mine.owned) as player:
        player.do("play")
        player.do("ready")
        player.until(lambda: len(player.lane.drawn) > 3, draws=True)
        assert mine.experiment.owners == 1
    while mine.experiment.owners or mine.run.busy:
        pass_time(0.05)
    stopped = mine.run.iteration
    pass_time(lane.LONGEST_PATIENCE + 0.5)
    assert mine.run.iteration == stopped


def test_an_open_socket_of_its_owner_is_presence(here: str, mine: Mine) -> None:
    assert not place.is_present(mine.experiment)
    with Player(here, mine.looked_at) as looker:
        looker.barrier()
        assert not place.is_present(mine.experiment)
    with Player(here, mine.owned, mine.owned) as player:
        player.barrier()
        assert mine.experiment.owners == 2
        assert place.is_present(mine.experiment)
    while mine.experiment.owners:
        pass_time(0.05)
    assert not place.is_present(mine.experiment)


def test_several_lanes_on_one_socket(here: str, mine: Mine) -> None:
    other = Mine(domain="blobs")
    with Player(here, mine.owned, other.owned, mine.looked_at) as player:
        for number in range(3):
            player.frame(number)
        assert from_data(player.lanes[0].scene.values["name"]) == mine.experiment.pair.name
        assert from_data(player.lanes[1].scene.values["name"]) == other.experiment.pair.name
        player.do("step", 1)
        player.do("ready", 1)
        player.until(lambda: player.lanes[1].iteration == 1, draws=True)
        assert (mine.run.iteration, other.run.iteration) == (0, 1)
        assert player.lanes[0].iteration == player.lanes[2].iteration == 0
        assert [la.state["owner"] for la in player.lanes] == [True, True, False]
        assert player.lanes[2].state["link"] is None
    other.experiment.free()
