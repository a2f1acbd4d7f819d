"""What steers a run over the live channel of the real app, and what is told of it."""

from __future__ import annotations

import numpy as np
import pytest
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


def test_a_fork_is_another_scene_that_has_the_way_to_it(here: str, mine: Mine) -> None:
    with Player(here, mine.owned) as player, Player(here, mine.looked_at) as looker:
        assert player.frame().values["iteration"] == 0
        for expected in range(1, 5):
            player.do("step")
            player.settle(expected)
        left, scene = mine.run, player.lane.scene_id
        assert player.lane.state["branches"] == []
        player.do("fork", iteration=2)
        player.until(lambda: player.lane.scene_id != scene, draws=True)
        player.settle(2)
        player.lane.assert_whole(mine.run)
        assert player.lane.state["notice"]["rule"] == "forked"
        player.do("try", setting="gamma", value=3.0)
        player.until(lambda: player.lane.iteration > 4, draws=True)
        player.do("pause")
        player.settle()
        player.lane.assert_whole(mine.run)
        # Both are told, to who looks on too, and so are the curves of the one that was left.
        looker.until(lambda: bool(looker.lane.states) and len(looker.lane.state["branches"]) == 2, draws=True)
        root, fork = player.lane.state["branches"]
        assert player.lane.state["branch"] == fork["id"]
        assert (fork["parent"], fork["at"], fork["changes"]) == (root["id"], 2, [[2, "gamma", 10.0, 3.0]])
        looker.do("curves", branch=root["id"])
        looker.until(lambda: root["id"] in looker.lane.curves)
        curves = looker.lane.curves[root["id"]]
        assert np.array_equal(curves.arrays["rows"], left.history.rows.astype(np.float32))
        assert curves.arrays["figures"][-1][1] == 4
        # And back, where it was.
        player.do("branch", branch=root["id"])
        player.until(lambda: player.lane.state["branch"] == root["id"])
        player.settle(4)
        assert mine.run is left


@pytest.mark.parametrize(
    "command",
    [
        {"do": "fork"},
        {"do": "fork", "iteration": -1},
        {"do": "fork", "iteration": 1.0},
        {"do": "fork", "iteration": True},
        {"do": "branch", "branch": "1"},
        {"do": "curves"},
        {"do": "curves", "branch": 0},
    ],
)
def test_what_is_no_iteration_and_no_branch_is_refused(here: str, mine: Mine, command: dict) -> None:
    with Player(here, mine.owned) as player:
        player.frame()
        player.send(command)
        assert player.refusal().rule == "malformed"


@pytest.mark.parametrize("command", [{"do": "fork", "iteration": 0}, {"do": "branch", "branch": 1}])
def test_who_only_looks_forks_nothing(here: str, mine: Mine, command: dict) -> None:
    with Player(here, mine.looked_at) as looker:
        looker.send(command)
        assert looker.refusal().rule == "token"


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


def test_a_setting_is_tried_out_live_and_taken_back(here: str, mine: Mine) -> None:
    with Player(here, mine.owned) as player:
        player.do("step")
        player.settle(1)
        scene, page = player.lane.scene_id, player.lane.state["page"]
        player.do("try", setting="lambda_max", value=3)
        player.until(lambda: player.lane.state["trial"] is not None, draws=True)
        told = player.lane.state
        assert told["trial"] == {"setting": "lambda_max", "label": "lambda_max", "old": 2.0, "new": 3}
        assert (told["notice"]["rule"], told["undo"], told["scene"]) == ("tried", True, scene)
        # Streamlit's controls show it, too, and the run goes on with it.
        assert told["page"] > page
        assert mine.run.settings.lambda_max == 3
        player.until(lambda: player.lane.iteration > 1, draws=True)
        player.do("undo")
        player.until(lambda: player.lane.state["trial"] is None, draws=True)
        assert player.lane.state["notice"]["rule"] == "taken back"
        assert (mine.run.settings.lambda_max, player.lane.state["scene"]) == (2.0, scene)
        assert not player.lane.state["undo"]


def test_what_needs_a_new_network_or_comes_too_late_begins_anew(here: str) -> None:
    mine = Mine(max_iter="30")
    with Player(here, mine.owned) as player:
        player.do("play")
        player.settle(30)
        # Live, but the run is over; then a new network.
        for setting, value, old in (("lambda_max", 1.0, 2.0), ("discriminator_width", 8, 64)):
            scene = player.lane.scene_id
            player.do("try", setting=setting, value=value)
            player.until(lambda scene=scene: player.lane.state["trial"] and player.lane.scene_id != scene, draws=True)
            player.settle(30)
            assert getattr(mine.experiment.settings, setting) == value
            scene = player.lane.scene_id
            player.do("undo")
            player.until(lambda scene=scene: player.lane.scene_id != scene, draws=True)
            player.settle(30)
            assert player.lane.state["trial"] is None
            assert getattr(mine.experiment.settings, setting) == old


def test_a_wrong_value_is_said_and_changes_nothing(here: str, mine: Mine) -> None:
    with Player(here, mine.owned) as player:
        player.frame()
        before = mine.run.settings
        for setting, value in (("lambda_max", -1), ("no such", 1)):
            player.do("try", setting=setting, value=value)
            player.until(lambda setting=setting: setting in str(player.lane.state["notice"]), draws=True)
        assert mine.run.settings == before
        assert player.lane.state["trial"] is None


@pytest.mark.parametrize("command", [{"setting": ["gamma"], "value": 1}, {"setting": "gamma"}, {"value": 1}])
def test_what_is_no_setting_and_value_is_refused(here: str, mine: Mine, command: dict) -> None:
    with Player(here, mine.owned) as player:
        player.frame()
        player.do("try", **command)
        assert player.refusal().rule == "malformed"
    with Player(here, mine.looked_at) as looker:
        looker.do("try", setting="gamma", value=1)
        assert looker.refusal().rule == "token"
