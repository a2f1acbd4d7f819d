"""A target drawn by hand, over the live channel of the real app."""

from __future__ import annotations

import numpy as np
import pytest
from channel_app import Mine

from dann_core import domains
from dann_core.domains.plane import FEWEST_PAINTED
from dann_core.language import from_data
from player import Player

DRAWN = {"turn": -15, "right": 0.5, "up": 0, "width": 1.5, "height": 1, "shear": 0.25, "painted": ""}


def target(player: Player) -> np.ndarray:
    """The target's places, as the player has them."""
    scene = player.lane.scene
    return scene.arrays["xy"][len(scene.arrays["source_index"]) :]


def test_a_drawn_target_is_another_run_that_plays_on_and_undo_takes_back(here: str, mine: Mine) -> None:
    with Player(here, mine.owned) as player:
        player.frame()
        player.do("play")
        player.do("ready")
        player.until(lambda: player.lane.state["state"] == "playing" and player.lane.iteration > 1, draws=True)
        first, plain, page = player.lane.scene_id, target(player), player.lane.state["page"]
        player.do("draw", knobs=DRAWN)
        player.until(lambda: player.lane.scene_id != first and player.lane.iteration > 1, draws=True)
        told = player.lane.state
        assert (told["state"], told["notice"]["rule"], told["undo"]) == ("playing", "redrawn", True)
        assert [from_data(label) for label in told["notice"]["facts"]["labels"]] == ["turn", "right", "width", "shear"]
        assert told["page"] > page
        drawn = {"turn": "-15.0", "right": "0.5", "width": "1.5", "shear": "0.25"}
        assert {name: told["link"].get(name) for name in drawn} == drawn
        there = domains.load("moons", **DRAWN).target_x[player.lane.scene.arrays["target_index"]]
        np.testing.assert_allclose(target(player), there, atol=1e-6)

        # What changes nothing is no other run.
        scene, before = player.lane.scene_id, mine.run
        player.do("draw", knobs=DRAWN)
        player.do("pause")
        player.settle()
        assert (player.lane.scene_id, mine.run) == (scene, before)
        player.do("undo")
        player.do("ready")
        player.until(lambda: player.lane.scene_id != scene, draws=True)
        np.testing.assert_array_equal(target(player), plain)


def test_the_smallest_painting_is_trained_on_to_the_end(here: str) -> None:
    """Ten points of one class at one place: nothing that is measured along the way may fail."""
    mine = Mine(max_iter="20")
    with Player(here, mine.owned) as player:
        player.frame()
        scene = player.lane.scene_id
        player.do("ready")
        player.do("draw", knobs={"painted": "AgAgA" * FEWEST_PAINTED})
        player.until(lambda: player.lane.scene_id != scene, draws=True)
        # A run that rested still rests.
        player.settle(0)
        player.do("play")
        player.settle(20)
        assert (player.lane.state["state"], player.lane.state["failure"]) == ("finished", None)
        assert player.lane.scene.values["samples"] == [300, FEWEST_PAINTED]
    mine.experiment.free()


def notice_of(player: Player) -> str:
    """What an error says, in English."""
    told = player.lane.state["notice"]
    return from_data(told["facts"]["text"]) if told and told["rule"] == "text" else ""


def test_what_no_domain_takes_is_said_and_changes_nothing(here: str, mine: Mine) -> None:
    with Player(here, mine.owned) as player:
        player.frame()
        before = mine.experiment.domain
        for knobs, said in (({"turn": 999}, "turn must be"), ({"painted": "!"}, "'!'"), ({"bend": 1}, "bend is not")):
            player.do("draw", knobs=knobs)
            player.until(lambda said=said: said in notice_of(player), draws=True)
        assert mine.experiment.domain == before


@pytest.mark.parametrize("command", [{}, {"knobs": None}, {"knobs": [1]}, {"knobs": {"turn": [1]}}, {"turn": 1}])
def test_what_is_no_drawing_is_refused(here: str, mine: Mine, command: dict) -> None:
    with Player(here, mine.owned) as player:
        player.frame()
        player.do("draw", **command)
        assert player.refusal().rule == "malformed"


def test_who_only_looks_may_not_draw(here: str, mine: Mine) -> None:
    with Player(here, mine.looked_at) as looker:
        looker.do("draw", knobs=DRAWN)
        assert looker.refusal().rule == "token"
