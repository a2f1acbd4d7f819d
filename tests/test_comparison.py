"""A comparison over the live channel of the real app: one Play, and all lanes at the same iteration."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from channel_app import Mine
from conftest import make_pair

from dann_core import DomainError, Settings, Trainer, domains
from dann_core.domains.oracle import oracle_pair
from dann_core.settings.knobs import KnobError
from dann_core.settings.variants import PRESETS, Variant, from_link, to_link
from dann_core.sweeps.replicas import Replicas
from player import Lane, Player, hello
from server.comparison import Comparison


class Compared(Mine):
    """An experiment with a comparison."""

    def __init__(self, preset: str = "gap", **query: str) -> None:
        super().__init__(**query)
        variants = PRESETS[preset].variants
        self.experiment.comparison = Comparison(self.experiment.now, variants, self.experiment.heard)
        self.experiment.comparison.run.speed = "fast"

    @property
    def lanes(self):
        return self.experiment.comparison.run.lanes


@pytest.fixture
def compared() -> Iterator[Compared]:
    made = Compared(max_iter="300")
    yield made
    made.experiment.free()


def listening(address: str, compared: Compared) -> Player:
    """A player with a socket to all lanes."""
    player = Player(address)
    player.lanes = [Lane() for _ in compared.lanes]
    said = hello(*[compared.owned] * len(player.lanes), lanes=player.lanes)
    for part, run in enumerate(said["runs"]):
        run["part"] = part
    player.send(said)
    return player


def draw_all(player: Player) -> list[int]:
    """Say "ready" for all lanes; the iterations at which they then are."""
    drawn = [len(lane.drawn) for lane in player.lanes]
    for number in range(len(player.lanes)):
        player.do("ready", number)
    player.until(lambda: all(len(lane.drawn) > before for lane, before in zip(player.lanes, drawn, strict=True)))
    return [lane.iteration for lane in player.lanes]


def play_whole(player: Player) -> list[int]:
    """Play to the end, drawing what all lanes have; the iterations that were drawn."""
    drawn = []

    def is_whole() -> bool:
        numbers = {lane.drawn[-1] for lane in player.lanes}
        if len(numbers) == 1 and drawn[-1:] != [player.lane.drawn[-1]]:
            assert len({lane.iteration for lane in player.lanes}) == 1
            drawn.append(player.lane.drawn[-1])
            for number in range(len(player.lanes)):
                player.do("ready", number)
        newest = [lane.frames[lane.drawn[-1]].values for lane in player.lanes]
        whole = all(
            values["settled"] and values["evaluated"] == lane.scene.values["samples"]
            for values, lane in zip(newest, player.lanes, strict=True)
        )
        return whole and player.lane.state["state"] == "finished"

    player.do("play")
    player.until(is_whole)
    return [player.lane.frames[number].values["iteration"] for number in drawn]


def test_one_play_moves_all_lanes_alike_to_their_end(here: str, compared: Compared) -> None:
    with listening(here, compared) as player:
        assert draw_all(player) == [0, 0, 0]
        at = play_whole(player)
        # How many looks a run has until its end, its speed decides.
        assert len(set(at)) > 1
        assert at[-1] == 300
        # A stack's lanes are its replicas, bit for bit.
        stack = Replicas([run.pair for run in compared.lanes], [run.settings for run in compared.lanes])
        stack.advance(300)
        for lane, run, history in zip(player.lanes, compared.lanes, stack.histories, strict=True):
            assert lane.rows == 300
            assert np.array_equal(run.history.rows, history.rows)


def test_what_steers_one_lane_steers_all(here: str, compared: Compared) -> None:
    with listening(here, compared) as player:
        draw_all(player)
        player.do("step", 2)
        player.until(lambda: all(lane.state["iteration"] == 1 for lane in player.lanes), draws=True)
        scenes = [lane.scene_id for lane in player.lanes]
        player.do("reset", 1)
        for number in range(3):
            player.do("ready", number)
        player.until(lambda: all(lane.scene_id != before for lane, before in zip(player.lanes, scenes, strict=True)))
        player.until(lambda: [lane.iteration for lane in player.lanes] == [0, 0, 0])


def test_lanes_begin_with_the_same_weights_and_draw_the_same_target(compared: Compared) -> None:
    first, *others = (Trainer(lane.pair, lane.settings) for lane in compared.lanes)
    for other in others:
        for ours, theirs in zip(first.network.parameters(), other.network.parameters(), strict=True):
            assert ours.equal(theirs)


def test_the_link_holds_the_lanes(here: str, compared: Compared) -> None:
    with listening(here, compared) as player:
        player.until(lambda: bool(player.lane.states))
        link = player.lane.state["link"]
        assert link["lanes"] == "method=source-only|yours|oracle"
        assert (link["domain"], link["max_iter"]) == ("moons", "300")


def test_links_are_read_as_they_are_written() -> None:
    for preset in PRESETS.values():
        assert from_link(to_link(preset.variants)) == preset.variants


@pytest.mark.parametrize(
    "text",
    ["", "yours", "yours|oracle=1", "yours|max_iter=5", "yours|method=x", "yours|gamma=x", "yours|" * 4 + "yours"],
)
def test_a_link_that_says_no_comparison_is_refused(text: str) -> None:
    with pytest.raises(KnobError):
        from_link(text)


def test_an_oracle_has_the_labelled_target_as_a_second_source() -> None:
    pair = domains.load("moons")
    oracle = oracle_pair(pair)
    n = len(pair.source_x)
    assert np.array_equal(oracle.source_x[n:], pair.target_x)
    assert np.array_equal(oracle.source_y[n:], pair.target_y)
    assert np.array_equal(oracle.target_x, pair.target_x)
    # No group of one domain is one of the other's.
    assert not set(oracle.source_groups[:n]) & set(oracle.source_groups[n:])
    with pytest.raises(DomainError, match="none"):
        oracle_pair(make_pair(labelled=False))


def test_variants_differ_in_what_they_say() -> None:
    base = Settings()
    assert [v.role(base) for v in PRESETS["gap"].variants] == ["source-only", "adapted", "oracle"]
    assert base.differences(Variant("gamma", 3.0).settings(base))[0].name == "gamma"
    assert not Variant("oracle").settings(base).adapts
