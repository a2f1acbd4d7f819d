"""What is told of a visitor's runs to all who listen: notices, shares, failures and their ends."""

from __future__ import annotations

import threading

import pytest
from conftest import make_pair, settle
from settled import settled

from dann_core import Settings
from dann_core.engine import EngineError
from server import place
from server import showing as module
from server.experiment import Experiment

# Where a run trains makes no difference here.
pytestmark = pytest.mark.usefixtures("threads")


def test_the_engine_is_closed_also_while_a_run_asks_for_it() -> None:
    engine, begun, asks = place.engine(), threading.Event(), threading.Event()
    asking = engine.submit(lambda: (begun.set(), asks.wait(60), place.engine())[-1])
    assert begun.wait(60)
    closing = threading.Thread(target=place.close_engine, daemon=True)
    closing.start()
    while not engine._tasks._shutdown:
        closing.join(0.01)
    asks.set()
    closing.join(60)
    assert not closing.is_alive()
    assert asking.result() is engine


def test_only_the_samples_that_share_was_pressed_for_are_shared() -> None:
    experiment = Experiment.from_query({})
    first, second = make_pair(), make_pair()
    experiment.use_upload(first, Settings.for_pair(first))
    experiment.share(True)
    settled(experiment, steps=1)
    experiment.change("seed", 3)
    experiment.reset()
    assert experiment.now.is_shared
    settled(experiment, steps=1)
    experiment.use_upload(second, Settings.for_pair(second))
    assert not experiment.now.is_shared
    experiment.share(True)
    experiment.undo()
    assert experiment.pair is first
    assert not experiment.now.is_shared


def test_who_listens_hears_of_every_change_until_it_stops() -> None:
    experiment, heard = settled(Experiment.from_query({})), []
    stop = experiment.listen(lambda: heard.append(experiment.run.state))
    settled(experiment, steps=1)
    assert "paused" in heard
    for change in (
        lambda: experiment.change("gamma", 3.0),
        lambda: experiment.change("seed", 3),
        experiment.reset,
        lambda: experiment.dismiss(experiment.notice.id),
    ):
        heard.clear()
        change()
        assert heard
    stop()
    heard.clear()
    experiment.reset()
    assert not heard


def test_a_notice_is_dismissed_by_its_own_id_only() -> None:
    experiment = Experiment.from_query({"domain": "mars"})
    shown = experiment.notice
    for other in (shown.id + 1, None, "x"):
        experiment.dismiss(other)
        assert experiment.notice is shown
    experiment.dismiss(shown.id)
    assert experiment.notice is None


def test_a_recovery_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    experiment = settled(Experiment.from_query({}), steps=3)
    experiment.run._handle.recoveries = 1
    experiment.heard()
    told = experiment.notice.told()
    assert (told["rule"], told["facts"]) == ("recovered", {"iteration": 3})
    experiment.dismiss(told["id"])
    experiment.heard()
    assert experiment.notice is None


def test_reconnecting_is_told_whether_it_succeeds_or_not(monkeypatch: pytest.MonkeyPatch) -> None:
    experiment = settled(Experiment.from_query({}), steps=1)
    run = experiment.run
    run.failure = EngineError("the cluster has gone")

    class Gone:
        def reconnect(self) -> None:
            raise EngineError("the cluster has gone, still")

    with monkeypatch.context() as patch:
        patch.setattr(module, "engine", Gone)
        experiment.reconnect()
    assert (experiment.notice.rule, experiment.notice.facts["text"]) == ("text", "the cluster has gone, still")
    assert run.failure
    experiment.reconnect()
    assert experiment.notice.rule == "reconnected"
    assert run.failure is None
    settled(experiment, steps=1)
    assert run.iteration == 2


def test_a_freed_experiment_holds_nothing_large() -> None:
    experiment = settled(Experiment.from_query({}), steps=2)
    experiment.change("seed", 4)
    settled(experiment, steps=2)
    experiment.free()
    assert len(experiment.branches) == 1
    assert experiment.run.recording.frames == []
    assert experiment.run.needs_launch


def test_nobody_is_told_of_a_trial_or_of_its_end_without_the_reason() -> None:
    experiment = settled(Experiment.from_query({"domain": "moons"}), steps=1)
    page, told = experiment.page, []
    experiment.listen(lambda: told.append((experiment.trial is not None, experiment.notice and experiment.notice.rule)))
    experiment.try_out("lambda_max", 3.0)
    experiment.run.pause()
    assert {rule for tried, rule in told if tried} == {"tried"}
    told.clear()
    experiment.undo()
    assert told
    assert set(told) == {(False, "taken back")}
    assert experiment.page == page + 2
    settle(experiment.run)
