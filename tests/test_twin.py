"""The source-only twin: what a run is measured against, and that nobody waits for it."""

from __future__ import annotations

import gc
import threading
import weakref

import numpy as np
import pytest
from channel_app import Mine
from conftest import make_pair, settle

from dann_core import Settings, Trainer, domains
from dann_core.live import twin as live_twin
from dann_core.live.twin import against, source_only, source_only_accuracy
from player import Player
from server import place, twin
from server.experiment import Experiment

ADAPTING = Settings(batch_size=8, max_iter=40, extractor_width=8, feature_width=8, discriminator_width=8)


def test_a_twin_is_the_same_run_without_what_looks_at_the_target() -> None:
    settings = ADAPTING.replace(discrepancy="mmd", discrepancy_weight=1, entropy_weight=0.2, learning_rate=0.01)
    bare = source_only(settings)
    assert {k.name for k in settings.differences(bare)} == {
        "adversarial_weight",
        "discrepancy",
        "discrepancy_weight",
        "entropy_weight",
    }
    assert source_only(bare) == bare

    pair = make_pair(n=90)
    trainer = Trainer(pair, bare)
    trainer.advance(settings.max_iter)
    assert source_only_accuracy(pair, settings) == trainer.evaluate().target_accuracy
    # The target decides nothing but the exam.
    moved = Trainer(domains.DomainPair(pair.source_x, pair.source_y, pair.target_x + 3), bare)
    moved.advance(settings.max_iter)
    assert np.array_equal(moved.history.rows[:, 2], trainer.history.rows[:, 2])


def test_without_labels_or_time_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert source_only_accuracy(make_pair(labelled=False), ADAPTING) is None
    monkeypatch.setattr(live_twin, "SECONDS", -1.0)
    assert source_only_accuracy(make_pair(), ADAPTING) is None


@pytest.mark.parametrize(
    ("accuracy", "n", "rule"),
    [
        (0.90, 1000, "even"),
        (0.885, 1000, "even"),
        (0.87, 1000, "harm"),
        (0.93, 1000, "gain"),
        (0.85, 30, "even"),
        (0.80, 30, "harm"),
        (1.00, 30, "gain"),
    ],
)
def test_a_difference_is_beyond_two_points_and_two_samples(accuracy: float, n: int, rule: str) -> None:
    assert against(accuracy, 0.90, n) == rule


def finished(here: str, **query: str) -> tuple[Player, Mine]:
    mine = Mine(**query)
    player = Player(here, mine.owned)
    player.do("play")
    player.settle(at=int(query["max_iter"]))
    return player, mine


def grade(player: Player) -> None:
    """Wait for the twin."""
    player.until(lambda: player.lane.state["exam"])


def test_its_accuracy_comes_after_the_run_has_ended(here: str) -> None:
    player, mine = finished(here, max_iter="30", target_shares="mostly class 0")
    with player:
        grade(player)
        exam = player.lane.state["exam"]
        assert exam["source_only"] == source_only_accuracy(mine.run.pair, mine.run.settings)
        frame = player.lane.frames[player.lane.drawn[-1]]
        assert exam["target_accuracy"] == frame.exam["target_accuracy"]
        rule = against(exam["target_accuracy"], exam["source_only"], len(mine.run.pair.target_x))
        assert exam["rule"] == rule
        # It is of the end: of a run that begins anew nothing is known.
        player.do("reset")
        player.until(lambda: player.lane.state["iteration"] == 0)
        assert player.lane.state["exam"] == {}
    mine.experiment.free()


def test_all_who_train_the_same_share_one(here: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    engine = place.engine()
    submit = engine.submit
    monkeypatch.setattr(engine, "submit", lambda *task: asked.append(task) or submit(*task))
    for _ in range(2):
        player, mine = finished(here, max_iter="31")
        with player:
            grade(player)
        mine.experiment.free()
    assert [task[0] for task in asked] == [source_only_accuracy]


def test_a_run_that_adapts_nothing_has_none(here: str) -> None:
    player, mine = finished(here, max_iter="32", adversarial_weight="0")
    with player:
        player.barrier()
        assert player.lane.state["state"] == "finished"
        assert player.lane.state["exam"] == {}
    assert mine.run.settings not in twin._trained.get(mine.run.pair, {})
    mine.experiment.free()


def ended_and_left() -> weakref.ref:
    """A run with its twin, of a pair that only this experiment has."""
    experiment = Experiment(None, make_pair(n=60), ADAPTING, ADAPTING)
    experiment.run.speed = "fast"
    experiment.run.play()
    settle(experiment.run)
    told = threading.Event()
    experiment.listen(lambda: experiment.now.twin.told() and told.set())
    experiment.heard()
    assert told.wait(60)
    experiment.free()
    return weakref.ref(experiment.pair)


def test_who_has_left_is_not_kept_by_it(here: str) -> None:
    gone = ended_and_left()
    # The engine's threads let go of what they have carried out when the next comes.
    place.engine().submit(int).result()
    gc.collect()
    assert gone() is None
