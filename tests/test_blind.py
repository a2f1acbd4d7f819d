"""Blind mode: what is sent before the reveal holds nothing of the target's labels, and what a choice was worth."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from channel_app import Mine

from dann_core.live.blind import Seen, reveal
from dann_core.live.message import unpack
from dann_core.settings.variants import from_link
from player import ENVELOPE, Lane, Player, ask, hello
from server.comparison import Comparison
from server.experiment import Experiment


class Overheard:
    """A player's socket; all that has come over it stays."""

    def __init__(self, player: Player) -> None:
        self._socket, self.heard = player.socket, []
        player.socket = self

    def recv(self, timeout: float) -> str | bytes:
        self.heard.append(self._socket.recv(timeout))
        return self.heard[-1]

    def send(self, said: str | bytes) -> None:
        self._socket.send(said)


def drawn_labels(experiment: Experiment) -> bytes:
    """The target labels of the drawn samples, as they would travel."""
    return unpack(experiment.run.recording.scene).exam_arrays["target_class"].tobytes()


def assert_sealed(heard: list[str | bytes], labels: bytes) -> None:
    kinds = set()
    for told in heard:
        if isinstance(told, str):
            said = json.loads(told)
            assert "accuracy" not in json.dumps(said.get("blind"))
            assert not said.get("exam")
            continue
        message = unpack(told[ENVELOPE.size :])
        kinds.add(message.kind)
        assert not message.exam
        assert not message.exam_arrays
        assert labels not in told
    assert len(kinds) == 3, "scene, frames and rows have come"


def exam_of(lane: Lane) -> dict[str, Any]:
    return {number: frame.exam.get("target_accuracy") for number, frame in lane.frames.items()}


def test_nothing_of_the_target_labels_is_sent_before_the_reveal(here: str) -> None:
    # Where predictions are not the labels.
    mine = Mine(domain="pinwheel", angle="55.0", max_iter="120", blind="1")
    experiment = mine.experiment
    with Player(here, mine.owned) as player, Player(here, mine.looked_at) as looker:
        overheard, beside = Overheard(player), Overheard(looker)
        player.do("play")
        player.settle(120)
        first = experiment.branches.shown
        player.fetch(1, 8)
        player.do("fork", iteration=player.lane.frames[player.lane.drawn[1]].values["iteration"])
        player.until(lambda: len(player.lane.state["branches"]) == 2)
        player.do("play")
        player.settle(120)
        player.do("curves", branch=first.id)
        player.until(lambda: first.id in player.lane.curves)
        # The run has ended and its twin is trained: what that has reached is an exam, too.
        player.until(lambda: bool(experiment.now.twin.told()) and not player.barrier())
        looker.settle(120)
        labels = drawn_labels(experiment)
        assert_sealed(overheard.heard, labels)
        assert_sealed([*beside.heard, *overheard.heard], labels)
        # By plain requests neither.
        lanes = [Lane()]
        told = ask(here, {"hello": hello(mine.owned, lanes=lanes), "do": [{"do": "ready"}]}, lanes)
        assert lanes[0].scene.exam_arrays == {}
        assert set(exam_of(lanes[0]).values()) == {None}
        assert [said["exam"] for said in told if said["is"] == "state"] == [{}] * len(told)

        # Without a choice the seal holds.
        player.do("reveal")
        player.barrier()
        assert player.lane.state["blind"] == {"sealed": True, "committed": None, "outcome": None}
        chosen = experiment.run.recording.frames[-1].iteration
        player.do("commit", iteration=chosen + 1000)
        player.until(lambda: player.lane.state["blind"]["committed"] is not None)
        assert player.lane.state["blind"]["committed"] == {"run": 2, "iteration": chosen}
        assert_sealed(overheard.heard, labels)
        before = player.lane.scene_id

        player.do("reveal")
        # Everything comes again, and now with its exam; so it does for who only looks.
        for each in (player, looker):
            each.until(lambda each=each: each.lane.scene_id != before)
        player.settle(120)
        assert player.lane.scene.exam_arrays["target_class"].tobytes() == labels
        assert None not in exam_of(player.lane).values()
        looker.settle(120)
        assert looker.lane.scene.exam_arrays["target_class"].tobytes() == labels
        blind = player.lane.state["blind"]
        accuracies = {
            (branch.number, frame.iteration): frame.figures[-1]
            for branch in experiment.branches.kept
            for frame in branch.now.run.recording.frames
            if frame.iteration
        }
        outcome = blind["outcome"]
        assert not blind["sealed"]
        assert outcome["best"]["accuracy"] == pytest.approx(max(accuracies.values()))
        regret = 100 * (max(accuracies.values()) - accuracies[2, chosen])
        assert outcome["committed"]["regret"] == pytest.approx(regret, abs=0.06)
        assert [choice["rule"] for choice in outcome["choices"]][-1] == "last"
        for choice in outcome["choices"]:
            assert choice["accuracy"] == pytest.approx(accuracies[choice["run"], choice["iteration"]])


def test_a_comparison_waits_for_the_reveal(here: str) -> None:
    mine = Mine(blind="1")
    experiment = mine.experiment
    experiment.comparison = Comparison(experiment.now, from_link("yours|oracle"), experiment.heard)
    said = hello(mine.owned)
    said["runs"][0]["part"] = 1
    with Player(here) as player:
        player.lanes = [Lane()]
        player.send(said)
        assert player.refusal().rule == "sealed"
    experiment.go_blind(False)
    with Player(here) as player:
        player.lanes = [Lane()]
        player.send(said)
        player.until(lambda: bool(player.lane.states))


def test_the_link_says_it_and_what_it_cannot_say_is_refused() -> None:
    experiment = Experiment.from_query({"blind": "1"})
    assert experiment.blind.is_sealed
    assert experiment.link() == {"domain": "moons", "blind": "1"}
    experiment.go_blind(False)
    assert experiment.link() == {"domain": "moons"}
    refused = Experiment.from_query({"blind": "yes"})
    assert "blind is 1" in refused.notice.facts["why"]
    # Nothing is trained yet.
    experiment.go_blind(True)
    experiment.commit(10)
    assert experiment.notice.rule == "nothing to commit"
    assert experiment.blind.told()["committed"] is None


def frame(run: int, iteration: int, accuracy: float, **scores: float) -> Seen:
    names = ("source_risk", "target_entropy", "soft_neighbourhood_density", "a_distance")
    return Seen(run, iteration, dict.fromkeys(names, float("nan")) | scores, accuracy)


def test_each_score_chooses_by_its_own_direction_and_nobody_by_the_labels() -> None:
    frames = [
        frame(1, 10, 0.5, source_risk=0.1, soft_neighbourhood_density=3.0),
        frame(1, 20, 0.9, source_risk=0.3, soft_neighbourhood_density=4.0),
        frame(2, 15, 0.7, source_risk=0.2, soft_neighbourhood_density=2.0, a_distance=0.1),
    ]
    told = reveal(frames, frames[0])
    assert told["committed"] == {"run": 1, "iteration": 10, "accuracy": 0.5, "regret": 40.0}
    assert told["best"] == {"run": 1, "iteration": 20, "accuracy": 0.9}
    assert {choice["rule"]: (choice["run"], choice["iteration"]) for choice in told["choices"]} == {
        "source_risk": (1, 10),
        "soft_neighbourhood_density": (1, 20),
        "a_distance": (2, 15),
        "last": (2, 15),
    }
    # What was chosen is no longer kept, and was better than what is.
    assert reveal(frames, frame(1, 5, 0.95))["committed"]["regret"] == 0


def test_frames_hold_the_scores_that_need_no_labels() -> None:
    from dann_core import Settings, domains
    from dann_core.live.record import record
    from dann_core.sweeps.selection import of_predictions

    recording, trainer = record(domains.load("moons"), Settings(max_iter=4), frames=2)
    values = unpack(recording.latest.packed).values
    scene = unpack(recording.scene)
    source, target = (scene.arrays[f"{name}_index"] for name in ("source", "target"))
    views = trainer.look(trainer.pair.source_x[source], "source"), trainer.look(trainer.pair.target_x[target])
    expected = of_predictions(trainer.pair.source_y[source], *(view.probabilities for view in views), 120)
    assert values["scores"] == pytest.approx(expected, rel=1e-5)
    assert np.isfinite(list(values["scores"].values())).all()
