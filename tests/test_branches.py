"""A visitor's runs as one tree: what forks, resets, rebuilds and Undo make of it, how it is told, and its bound."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from conftest import make_pair, settle

from dann_core import Settings, Trainer
from dann_core.live import worker
from server.branches import MOST_BRANCHES, MOST_CHANGES
from server.experiment import Experiment

# Where a run trains makes no difference here.
pytestmark = pytest.mark.usefixtures("threads")


def opened(steps: int, **query: str) -> Experiment:
    experiment = Experiment.from_query({"domain": "moons", "size": "20", "max_iter": "40"} | query)
    return trained(experiment, steps)


def trained(experiment: Experiment, steps: int) -> Experiment:
    settle(experiment.run)
    for _ in range(steps):
        experiment.run.step()
    settle(experiment.run)
    return experiment


def tree(experiment: Experiment, *, is_owner: bool = True) -> dict[int, dict[str, Any]]:
    return {told["id"]: told for told in experiment.branches.told(is_owner=is_owner)["branches"]}


def shown(experiment: Experiment) -> dict[str, Any]:
    return tree(experiment)[experiment.branches.shown.id]


def test_a_fork_goes_on_from_its_iteration_with_the_settings_of_then() -> None:
    experiment = opened(6)
    experiment.change("gamma", 3.0)
    trained(experiment, 4)
    first, page = experiment.run, experiment.page
    experiment.fork(4)
    assert (experiment.run.iteration, experiment.settings.gamma) == (4, 10.0)
    assert (experiment.notice.rule, experiment.notice.facts["iteration"]) == ("forked", 4)
    # Streamlit's controls show the settings of then.
    assert experiment.page > page
    experiment.change("gamma", 30.0)
    trained(experiment, 5)
    plain = Trainer(experiment.pair, experiment.settings.replace(gamma=10.0))
    plain.advance(4)
    plain.apply(plain.settings.replace(gamma=30.0))
    plain.advance(5)
    assert np.array_equal(experiment.run.history.rows, plain.history.rows)
    told = shown(experiment)
    (root,) = [branch for branch in tree(experiment).values() if branch["parent"] is None]
    assert (told["parent"], told["at"], told["iteration"]) == (root["id"], 4, 9)
    assert told["changes"] == [[4, "gamma", 10.0, 30.0]]
    assert root["changes"] == [[6, "gamma", 10.0, 3.0]]
    experiment.undo()
    assert experiment.run is first
    assert (experiment.run.iteration, experiment.settings.gamma) == (10, 3.0)


def test_what_lies_before_a_branch_is_forked_of_the_one_that_it_left() -> None:
    experiment = opened(10)
    root = experiment.branches.shown
    experiment.fork(6)
    trained(experiment, 4)
    second = experiment.branches.shown
    for iteration, parent in ((8, second), (6, second), (5, root)):
        experiment.go_to(second.id)
        experiment.fork(iteration)
        assert (shown(experiment)["parent"], shown(experiment)["at"]) == (parent.id, iteration)
        trained(experiment, 1)
        assert np.array_equal(experiment.run.history.rows, root.now.run.history.rows[: iteration + 1])


def test_reset_and_a_new_network_leave_at_iteration_0_and_say_what_differs() -> None:
    experiment = opened(3)
    root = experiment.branches.shown
    experiment.change("gamma", 3.0)
    trained(experiment, 1)
    experiment.reset()
    assert shown(experiment)["changes"] == [[0, "gamma", 10.0, 3.0]]
    trained(experiment, 2)
    experiment.change("discriminator_width", 32)
    told = shown(experiment)
    assert (told["rule"], told["at"], told["changes"]) == ("rebuilt", 0, [[0, "discriminator_width", 64, 32]])
    trained(experiment, 1)
    experiment.change_domain("angle", 50.0)
    told = shown(experiment)
    assert (told["rule"], told["facts"]["value"], told["changes"]) == ("new data", "50.0", [])
    assert [branch["same"] for branch in tree(experiment).values()] == [False, False, False, True]
    trained(experiment, 1)
    experiment.choose("blobs")
    # Of other domains with a preset of their own, nothing is compared.
    assert shown(experiment)["changes"] == []
    experiment.go_to(root.id)
    assert experiment.run.iteration == 4


def test_a_branch_that_was_not_trained_is_gone_with_what_left_it_kept() -> None:
    experiment = opened(5)
    root = experiment.branches.shown
    experiment.fork(3)
    experiment.fork(2)
    assert len(tree(experiment)) == 2
    assert shown(experiment)["parent"] == root.id
    # Nor does Undo bring it.
    experiment.undo()
    assert experiment.branches.shown is root
    assert not experiment.can_undo
    assert tree(experiment) == {}


def test_a_run_that_is_played_again_is_not_kept_again() -> None:
    experiment = opened(4)
    root = experiment.branches.shown
    for steps in (2, 4, 4):
        experiment.reset()
        trained(experiment, steps)
        assert len(tree(experiment)) == 2
        assert shown(experiment)["parent"] == root.id
    # But it is where it goes further, or another way.
    again = trained(experiment, 1).branches.shown
    experiment.reset()
    trained(experiment, 1)
    experiment.change("gamma", 3.0)
    changed = trained(experiment, 1).branches.shown
    experiment.go_to(root.id)
    assert set(tree(experiment)) == {root.id, again.id, changed.id}


def test_what_left_a_run_that_is_gone_is_compared_with_nothing() -> None:
    experiment = opened(2)
    for width in range(MOST_BRANCHES):
        experiment.change("discriminator_width", 8 + width)
        assert shown(experiment)["changes"] == [[0, "discriminator_width", 64 if not width else 7 + width, 8 + width]]
        trained(experiment, 1)
    (root,) = [branch for branch in tree(experiment).values() if branch["parent"] is None]
    assert (root["rule"], root["changes"]) == ("rebuilt", [])


def test_going_to_a_branch_can_be_undone() -> None:
    experiment = opened(5)
    root = experiment.branches.shown
    experiment.fork(3)
    fork = trained(experiment, 1).branches.shown
    experiment.change("discriminator_width", 32)
    rebuilt = trained(experiment, 1).branches.shown
    experiment.go_to(root.id)
    assert experiment.notice.rule == "branch"
    for expected in (rebuilt, fork):
        experiment.undo()
        assert experiment.branches.shown is expected
    assert not experiment.can_undo
    experiment.go_to(fork.id)
    assert experiment.branches.shown is fork


def test_what_is_not_there_is_said_and_changes_nothing() -> None:
    experiment = opened(2)
    run = experiment.run
    experiment.fork(3)
    assert (experiment.notice.rule, experiment.notice.level) == ("not so far", "warning")
    experiment.go_to(10**9)
    assert (experiment.notice.rule, experiment.notice.level) == ("branch gone", "warning")
    assert experiment.run is run
    assert tree(experiment) == {}


def test_the_tree_is_bounded_and_stays_one_tree() -> None:
    experiment = opened(4)
    for seed in range(MOST_BRANCHES + 2):
        experiment.fork(2)
        experiment.change("gamma", float(seed))
        trained(experiment, 2)
        told = tree(experiment)
        assert len(told) == min(seed + 2, MOST_BRANCHES)
        (root,) = [branch for branch in told.values() if branch["parent"] not in told]
        assert root["parent"] is None
        # Each is a fork of the one before, and says what makes it differ from that.
        assert shown(experiment)["changes"] == [[2, "gamma", float(seed - 1) if seed else 10.0, float(seed)]]
    # The first are gone: that which is the first now says all that was changed in it.
    assert root["changes"] == [[2, "gamma", 10.0, 0.0], [2, "gamma", 0.0, 1.0], [2, "gamma", 1.0, 2.0]]


def test_many_changes_are_told_in_part() -> None:
    experiment = opened(1)
    experiment.fork(1)
    for step in range(MOST_CHANGES + 3):
        experiment.change("gamma", step + 0.5)
        trained(experiment, 1)
    assert len(shown(experiment)["changes"]) == MOST_CHANGES
    assert shown(experiment)["changes"][-1][-1] == MOST_CHANGES + 2.5


def test_who_only_looks_is_told_of_the_domains_that_are_shown() -> None:
    experiment = opened(2)
    pair = make_pair()
    experiment.use_upload(pair, Settings.for_pair(pair).replace(max_iter=20))
    trained(experiment, 2)
    uploaded = experiment.branches.shown
    experiment.fork(1)
    trained(experiment, 2)
    experiment.share(True)
    assert len(tree(experiment)) == 3
    assert set(tree(experiment, is_owner=False)) == {uploaded.id, experiment.branches.shown.id}
    assert uploaded.now.is_shared
    experiment.choose("moons")
    trained(experiment, 1)
    assert tree(experiment, is_owner=False) == {}
    assert experiment.branches.curves(uploaded.id) is None


def test_a_fork_s_run_begins_where_the_nearest_checkpoint_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "CHECKPOINT_SECONDS", 0.0)
    monkeypatch.setattr(worker, "CHECKPOINT_BYTES_PER_SECOND", math.inf)
    experiment = opened(6)
    experiment.fork(5)
    assert experiment.notice.facts["again"] == 0
    monkeypatch.setattr(worker, "CHECKPOINT_SECONDS", 1e9)
    experiment = opened(6)
    experiment.fork(5)
    assert experiment.notice.facts["again"] == 5
