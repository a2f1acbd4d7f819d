"""What a server asks of its engine for those who want to know whether to trust a run."""

from __future__ import annotations

from concurrent.futures import Future, wait

import pytest
from channel_app import Mine
from conftest import make_pair, settle
from dense_settings import SMALL

from dann_core.live.run import Run
from dann_core.results import trust as opinions
from server import place, trust
from server.experiment import Experiment


@pytest.fixture
def asked(here: str, monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, Future]]:
    """All tasks: the function of each and its future."""
    tasks, submit = [], place.engine().submit

    def noted(function: object, *arguments: object) -> Future:
        tasks.append((function, submit(function, *arguments)))
        return tasks[-1][1]

    monkeypatch.setattr(place.engine(), "submit", noted)
    return tasks


def ended(run: Run) -> Run:
    run.speed = "fast"
    run.play()
    settle(run)
    return run


def test_others_are_trained_once_for_all_and_only_for_who_looks(asked: list) -> None:
    runs = [ended(mine.run) for mine in (Mine(max_iter="33"), Mine(max_iter="33"))]
    assert opinions.of_others not in [function for function, _ in asked]
    for run in runs:
        first = trust.told(run)
        assert first.waiting or first.run is not None
    wait([future for _, future in asked], 120)
    for run in runs:
        told = trust.told(run)
        assert (told.waiting, told.failure, len(told.seeds)) == (False, "", opinions.SEEDS)
        accuracy = (told.run.classes == run.pair.target_y).mean()
        assert accuracy == run.recording.latest.figures[-1]
        assert told.twin is not None
    assert [function for function, _ in asked].count(opinions.of_others) == 2
    # Trained on, a run is looked at anew, and until its end nothing else is asked for.
    before = trust.told(runs[0]).run
    runs[0].apply(runs[0].settings.replace(max_iter=40))
    runs[0].step()
    settle(runs[0])
    trust.told(runs[0])
    wait([future for _, future in asked], 120)
    told = trust.told(runs[0])
    assert told.run is not before
    assert (told.twin, told.seeds) == (None, ())


def test_a_run_that_does_not_adapt_has_other_seeds_alone(asked: list) -> None:
    experiment = Experiment(None, make_pair(n=60), SMALL, SMALL)
    experiment.change("adversarial_weight", 0.0)
    run = ended(experiment.run)
    trust.told(run)
    wait([future for _, future in asked], 120)
    told = trust.told(run)
    assert (told.twin, len(told.seeds)) == (None, opinions.SEEDS)


def test_a_failure_is_told_and_tried_again(asked: list, monkeypatch: pytest.MonkeyPatch) -> None:
    run = ended(Experiment(None, make_pair(n=60), SMALL, SMALL).run)

    def broken(*_: object) -> Future:
        failed: Future = Future()
        failed.set_exception(MemoryError("no room"))
        return failed

    with monkeypatch.context() as patch:
        patch.setattr(place.engine(), "submit", broken)
        assert trust.told(run).failure == "no room"
    assert trust.told(run).failure == "no room"
    trust.forget(run)
    trust.told(run)
    wait([future for _, future in asked], 120)
    told = trust.told(run)
    assert told.run is not None
    # Others that failed are none.
    assert (told.failure, told.seeds, told.waiting) == ("", (), False)
