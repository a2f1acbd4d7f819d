"""What a visitor's page holds: links, rebuilds, and that nothing trained is lost."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from conftest import settle
from ui.experiment import KEPT_RUNS, Experiment


@pytest.fixture(autouse=True, scope="module")
def threads() -> Iterator[None]:
    """Where a run trains makes no difference here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DANN_ENGINE", "threads")
        yield


def settled(experiment: Experiment, steps: int = 0) -> Experiment:
    run = experiment.run
    for _ in range(steps):
        run.step()
    settle(run)
    return experiment


def test_a_link_round_trip() -> None:
    query = {"domain": "moons", "angle": "50.0", "gamma": "2.5", "seed": "4", "use_lambda_scheduler": "false"}
    made = Experiment.from_query(query)
    assert made.notice is None
    assert made.query() == query
    assert Experiment.from_query(made.query()).settings == made.settings


@pytest.mark.parametrize(
    ("query", "domain", "words"),
    [
        ({"domain": "mars"}, "moons", "There is no built-in domain 'mars'"),
        ({"domain": "blobs", "gamma": "x"}, "blobs", "gamma must be a number"),
        ({"domain": "blobs", "classes": "99"}, "blobs", "classes must be a whole number from 2 to 6"),
        ({"gama": "3"}, "moons", "The link names gama"),
        ({"discriminator_width": "16384", "discriminator_depth": "2"}, "moons", "million parameters"),
    ],
)
def test_a_wrong_link_is_said_and_leaves_a_working_page(query: dict, domain: str, words: str) -> None:
    made = settled(Experiment.from_query(query))
    assert made.domain.key == domain
    assert words in made.notice.text
    assert made.run.failure is None


def test_undo_brings_trained_runs_back_and_loses_none() -> None:
    experiment = settled(Experiment.from_query({}), steps=2)
    first = experiment.run
    experiment.change_domain("angle", 40.0)
    settled(experiment)
    experiment.change_domain("angle", 45.0)
    settled(experiment, steps=1)
    second = experiment.run
    experiment.change("discriminator_width", 32)
    settled(experiment, steps=1)
    third = experiment.run
    experiment.undo()
    assert experiment.run is second
    experiment.undo()
    assert experiment.run is first
    assert experiment.domain.angle == 35
    experiment.undo()
    assert experiment.run in (second, third)


def test_kept_runs_are_bounded() -> None:
    experiment = settled(Experiment.from_query({}))
    for seed in range(1, KEPT_RUNS + 4):
        settled(experiment, steps=1)
        experiment.change("seed", seed)
    assert len(experiment.kept) == KEPT_RUNS


def test_a_refused_change_says_so_and_leaves_the_run() -> None:
    experiment = settled(Experiment.from_query({"discriminator_depth": "2"}), steps=1)
    run = experiment.run
    experiment.change("discriminator_width", 16_384)
    assert "million parameters" in experiment.notice.text
    assert experiment.run is run
    experiment.change("gamma", 3.0)
    assert experiment.notice is None
    assert experiment.run is run


def test_a_domain_that_no_longer_fits_the_network_is_refused() -> None:
    experiment = settled(Experiment.from_query({"domain": "digits", "resolution": "24", "extractor": "tutorial-cnn"}))
    assert experiment.notice is None
    run = experiment.run
    experiment.change_domain("resolution", 16)
    assert "tutorial-cnn needs pictures of at least 22 x 22 pixels" in experiment.notice.text
    assert experiment.run is run
