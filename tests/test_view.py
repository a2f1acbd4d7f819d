"""The part of a link that says how Explore is shown: written, read again; what is wrong is said and left out."""

from __future__ import annotations

import pytest

from dann_core import domains
from dann_core.settings import Settings
from server.experiment import Experiment
from server.view import CONTROLS, NAMES, NONE, View, marks, read_view

VIEWS = [
    View(),
    View(view="presentation", speed="slow", features="PCA", colour="domain", exam=False),
    View(controls="domain,gamma,seed"),
    View(controls=NONE),
]


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_is_read_as_it_was_written(view: View) -> None:
    assert read_view(view.to_query()) == (view, "")


def test_a_link_lists_what_is_shown() -> None:
    assert all(View().shows(name) for name in CONTROLS)
    few, _ = read_view({"controls": " gamma , domain"})
    assert [name for name in CONTROLS if few.shows(name)] == ["domain", "gamma"]
    assert not any(View(controls=NONE).shows(name) for name in CONTROLS)


@pytest.mark.parametrize(
    ("query", "view", "named"),
    [
        ({"view": "cinema", "speed": "slow"}, View(speed="slow"), "'cinema'"),
        ({"controls": "gamma,<b>nothing</b>"}, View(controls="gamma"), "'<b>nothing</b>'"),
        ({"controls": "nothing"}, View(), "'nothing'"),
        ({"exam": "perhaps", "features": "umap"}, View(), "'umap'"),
        ({"speed": "x" * 100_000}, View(), "speed must be one of"),
    ],
)
def test_what_is_wrong_is_said_and_left_out(query: dict[str, str], view: View, named: str) -> None:
    read, wrong = read_view(query)
    assert read == view
    assert named in wrong
    assert wrong.count(". ") < len(query)
    assert len(wrong) < 2000


def test_its_names_are_no_setting_s_nor_a_domain_s() -> None:
    taken = {"domain", "lanes", "seeds", "run", *(k.name for k in Settings.knobs())}
    for name in domains.names():
        taken |= {k.name for k in domains.get(name).knobs()}
    assert not NAMES & taken


def test_an_experiment_s_link_may_hold_it() -> None:
    query = {"gamma": "5", "speed": "fast", "exam": "0", "lang": "zh", "class": "x"}
    made = Experiment.from_query(query)
    assert (made.notice, made.settings.gamma, made.run.speed) == (None, 5, "fast")
    assert marks(query | {"class": "z" * 99}) == {"class": "z" * 40}
