"""What steers a run over the live channel of the real app, and what is told of it."""

from __future__ import annotations

from channel_app import Mine

from dann_core.live.pace import SPEEDS
from player import Player


def test_after_paused_no_frame_goes_further(here: str, mine: Mine) -> None:
    with Player(here, mine.owned) as player:
        player.frame()
        for _ in range(3):
            seen = len(player.lane.drawn)
            player.do("play")
            player.do("ready")
            player.until(lambda seen=seen: len(player.lane.drawn) > seen + 2, draws=True)
            player.do("pause")
            player.until(lambda: player.lane.state["state"] == "paused")
            paused = player.lane.state["iteration"]
            player.settle()
            assert player.lane.iteration == mine.run.iteration == paused
        player.lane.assert_whole(mine.run)


def test_a_step_is_exactly_one_iteration(here: str, mine: Mine) -> None:
    with Player(here, mine.owned) as player:
        player.frame()
        for expected in (1, 2):
            player.do("step")
            player.settle(expected)
        for _ in range(3):
            player.do("step")
        player.settle(5)
        # And not one more.
        player.barrier()
        assert player.lane.iteration == mine.run.iteration == 5
        assert not mine.run.busy
        player.lane.assert_whole(mine.run)


def test_reset_and_undo_are_other_scenes(here: str, mine: Mine) -> None:
    with Player(here, mine.owned) as player:
        player.do("step")
        player.settle(1)
        first, page = player.lane.scene_id, player.lane.state["page"]
        assert not player.lane.state["undo"]
        player.do("reset")
        assert player.frame().values["iteration"] == 0
        second = player.lane.scene_id
        assert second != first
        assert player.lane.state["undo"]
        assert player.lane.state["notice"]["rule"] == "reset"
        # Nothing that Streamlit draws has changed.
        assert player.lane.state["page"] == page
        player.do("undo")
        player.settle(1)
        assert player.lane.scene_id not in (first, second)
        assert player.lane.iteration == 1
        assert player.lane.state["page"] > page
        player.lane.assert_whole(mine.run)


def test_a_speed_is_heard_by_all(here: str, mine: Mine) -> None:
    with Player(here, mine.owned) as player, Player(here, mine.looked_at) as looker:
        for speed in SPEEDS:
            player.do("speed", speed=speed)
            looker.until(lambda speed=speed: bool(looker.lane.states) and looker.lane.state["speed"] == speed)
        assert mine.run.speed == speed


def test_time_left_is_told_from_the_start(here: str, mine: Mine) -> None:
    mine.run.speed = "normal"
    with Player(here, mine.owned) as player:
        player.frame()
        player.do("play")
        player.until(lambda: player.lane.state["state"] == "playing")
        assert player.lane.state["left"] == 20


def test_a_live_change_by_the_page_arrives(here: str, mine: Mine) -> None:
    with Player(here, mine.owned) as player:
        player.do("play")
        player.do("ready")
        player.until(lambda: len(player.lane.drawn) > 1, draws=True)
        scene = player.lane.scene_id
        mine.experiment.change("gamma", 3.0)
        player.until(lambda: player.lane.state["knobs"]["gamma"] == 3.0, draws=True)
        assert player.lane.state["link"]["gamma"] == "3.0"
        player.do("pause")
        player.settle()
        frame = player.lane.frames[player.lane.drawn[-1]]
        ((_, name, old, new),) = frame.values["changes"]
        assert (name, old, new) == ("gamma", 10.0, 3.0)
        assert frame.values["knobs"]["gamma"] == 3.0
        assert player.lane.scene_id == scene
        # A new network is another scene, of which Streamlit's part has to be drawn too.
        page = player.lane.state["page"]
        mine.experiment.change("discriminator_width", 32)
        assert player.frame().values["iteration"] == 0
        assert player.lane.scene_id != scene
        assert player.lane.scene.values["settings"]["discriminator_width"] == 32
        assert player.lane.state["notice"]["rule"] == "rebuilt"
        assert mine.experiment.page >= page


def test_a_notice_is_the_owner_s_and_goes_when_it_is_dismissed(here: str) -> None:
    mine = Mine(gama="3")
    with Player(here, mine.owned) as player, Player(here, mine.looked_at) as looker:
        player.until(lambda: bool(player.lane.states))
        notice = player.lane.state["notice"]
        assert (notice["rule"], notice["level"], notice["facts"]) == ("unknown in link", "error", {"names": ["gama"]})
        player.do("dismiss", notice=notice["id"] + 1)
        player.barrier()
        assert player.lane.state["notice"] == notice
        player.do("dismiss", notice=notice["id"])
        player.until(lambda: player.lane.state["notice"] is None)
        looker.barrier()
        assert all(state["notice"] is None for state in looker.lane.states)


def test_a_failure_is_told_and_reconnect_ends_it(here: str, mine: Mine) -> None:
    with Player(here, mine.owned) as player:
        player.do("step")
        player.settle(1)
        mine.run._handle._run.trainer = None
        player.do("step")
        player.until(lambda: player.lane.state["failure"] is not None)
        assert player.lane.state["state"] == "failed"
        assert player.lane.state["failure"]["rule"] == "training"
        player.do("reconnect")
        player.until(lambda: player.lane.state["failure"] is None)
        player.do("step")
        player.settle(2)
        player.lane.assert_whole(mine.run)
