"""What a visitor's page holds: links, live changes, rebuilds, and that nothing trained is lost."""

from __future__ import annotations

import pytest
from conftest import make_pair
from settled import settled
from streamlit.runtime import Runtime

from dann_core import Settings, domains
from dann_core.language import as_data, from_data
from dann_core.settings.methods import method_of
from server import place
from server.experiment import Experiment

# Where a run trains makes no difference here.
pytestmark = pytest.mark.usefixtures("threads")


def test_nobody_is_here_where_streamlit_does_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    experiment = Experiment.from_query({"domain": "moons"})
    experiment.sessions.add("a page that is gone")
    monkeypatch.setattr(Runtime, "_instance", None)
    assert not place.is_present(experiment)
    assert experiment.sessions == set()


def test_a_link_round_trip() -> None:
    query = {"domain": "moons", "angle": "50.0", "gamma": "2.5", "seed": "4", "use_lambda_scheduler": "false"}
    made = Experiment.from_query(query)
    assert made.notice is None
    assert made.now.query() == query
    assert Experiment.from_query(made.now.query()).settings == made.settings
    assert not made.touched


@pytest.mark.parametrize(
    ("query", "domain", "rule", "fact"),
    [
        ({"domain": "mars"}, "moons", "link refused", {"why": "There is no built-in domain 'mars'"}),
        ({"domain": "blobs", "gamma": "x"}, "blobs", "link preset", {"why": "gamma must be a number"}),
        ({"domain": "blobs", "classes": "99"}, "blobs", "link preset", {"why": "classes must be a whole number"}),
        ({"gama": "3", "<b>": "1"}, "moons", "unknown in link", {"names": ["<b>", "gama"]}),
        (
            {"discriminator_width": "16384", "discriminator_depth": "2"},
            "moons",
            "link preset",
            {"why": "million parameters"},
        ),
    ],
)
def test_a_wrong_link_is_told_and_leaves_a_working_page(query: dict, domain: str, rule: str, fact: dict) -> None:
    made = settled(Experiment.from_query(query))
    assert made.domain.key == domain
    told = made.notice.told()
    assert (told["rule"], told["level"]) == (rule, "error")
    ((name, value),) = fact.items()
    assert value in from_data(told["facts"][name]) if name == "why" else told["facts"] == fact
    assert made.run.failure is None
    assert made.settings == domains.preset(domain)


def test_a_live_change_keeps_the_run_and_a_rebuild_says_what_was_rebuilt() -> None:
    experiment = settled(Experiment.from_query({}), steps=2)
    run, scene, page = experiment.run, experiment.now.scene, experiment.page
    experiment.change("gamma", 3.0)
    settled(experiment)
    assert (experiment.run, experiment.now.scene, experiment.page, experiment.notice) == (run, scene, page, None)
    assert [(c.name, c.new) for c in run.changes] == [("gamma", 3.0)]
    run.speed = "fast"
    experiment.change("discriminator_width", 32)
    assert experiment.run is not run
    assert experiment.now.scene != scene
    assert experiment.page > page
    assert experiment.run.speed == "fast"
    told = experiment.notice.told()
    assert (told["rule"], told["level"]) == ("rebuilt", "info")
    assert told["facts"] == {
        "label": as_data(next(k.label for k in Settings.knobs() if k.name == "discriminator_width")),
        "old": "64",
        "new": "32",
        "undo": True,
    }


def test_a_rebuild_of_what_was_never_trained_keeps_nothing() -> None:
    experiment = settled(Experiment.from_query({}))
    experiment.change("discriminator_width", 32)
    assert len(experiment.branches) == 1
    assert not experiment.can_undo
    assert "undo" not in experiment.notice.facts


def test_a_change_after_the_end_says_that_it_has_no_effect() -> None:
    experiment = settled(Experiment.from_query({"max_iter": "2"}), steps=2)
    assert experiment.run.finished
    experiment.change("gamma", 3.0)
    assert experiment.notice.rule == "no effect"
    # Play has one again.
    experiment.change("max_iter", 100)
    assert experiment.notice is None


def test_undo_brings_trained_runs_back_and_loses_none() -> None:
    experiment = settled(Experiment.from_query({}), steps=2)
    first, scenes = experiment.run, [experiment.now.scene]
    experiment.change_domain("angle", 40.0)
    assert experiment.notice.rule == "new data"
    settled(experiment)
    experiment.change_domain("angle", 45.0)
    settled(experiment, steps=1)
    second = experiment.run
    experiment.change("discriminator_width", 32)
    settled(experiment, steps=1)
    third = experiment.run
    for expected in (second, first):
        experiment.undo()
        scenes.append(experiment.now.scene)
        assert experiment.run is expected
        assert experiment.notice.rule == "undone"
    assert experiment.domain.angle == 35
    assert experiment.run.iteration == 2
    # Before the first there is nothing, and the last is a click away.
    assert not experiment.can_undo
    experiment.undo()
    assert experiment.run is first
    (last,) = [branch for branch in experiment.branches.kept if branch.now.run is third]
    experiment.go_to(last.id)
    assert experiment.run is third
    scenes.append(experiment.now.scene)
    # Each is a scene of its own, also the one that was there before.
    assert len(set(scenes)) == len(scenes)
    # What came back goes on.
    iteration = experiment.run.iteration
    settled(experiment, steps=1)
    assert experiment.run.iteration == iteration + 1


def test_reset_begins_again_and_can_be_undone() -> None:
    experiment = settled(Experiment.from_query({"gamma": "3"}), steps=2)
    run, page = experiment.run, experiment.page
    experiment.reset()
    assert (experiment.run.iteration, experiment.settings.gamma, experiment.page) == (0, 3.0, page)
    assert experiment.notice.rule == "reset"
    experiment.undo()
    assert experiment.run is run


def test_a_seed_draws_the_domain_anew() -> None:
    experiment = Experiment.from_query({})
    pair = experiment.pair
    experiment.change("seed", 5)
    assert experiment.pair is not pair
    experiment.change("seed", 0)
    # One object for all who train on it.
    assert experiment.pair is pair


def test_a_refused_change_says_so_and_leaves_the_run() -> None:
    experiment = settled(Experiment.from_query({"discriminator_depth": "2"}), steps=1)
    run = experiment.run
    experiment.change("discriminator_width", 16_384)
    assert (experiment.notice.rule, experiment.notice.level) == ("text", "error")
    assert "million parameters" in experiment.notice.facts["text"]
    assert experiment.run is run
    experiment.change("gamma", 3.0)
    assert experiment.notice is None
    assert experiment.run is run


def test_a_domain_that_no_longer_fits_the_network_is_refused() -> None:
    experiment = settled(Experiment.from_query({"domain": "digits", "resolution": "24", "extractor": "tutorial-cnn"}))
    assert experiment.notice is None
    run = experiment.run
    experiment.change_domain("resolution", 16)
    assert "tutorial-cnn needs pictures of at least 22 x 22 pixels" in experiment.notice.facts["text"]
    assert experiment.run is run


def test_an_upload_has_no_link_and_a_domain_s_control_of_before_does_nothing() -> None:
    experiment = settled(Experiment.from_query({}), steps=1)
    pair = make_pair()
    experiment.use_upload(pair, Settings.for_pair(pair))
    assert experiment.now.query() is None
    assert (experiment.notice.rule, experiment.notice.facts["name"]) == ("upload", "test pair")
    run = experiment.run
    experiment.change_domain("angle", 40.0)
    assert experiment.run is run
    experiment.choose("blobs")
    assert (experiment.domain.key, experiment.settings) == ("blobs", domains.preset("blobs"))
    assert experiment.notice.rule == "domain"


def test_a_method_is_taken_whole_and_undone() -> None:
    experiment = settled(Experiment.from_query({"domain": "moons"}), steps=1)
    started = experiment.run
    experiment.use_method("cdan")
    assert method_of(experiment.settings) == "cdan"
    assert experiment.run is not started
    assert experiment.settings.lambda_max == domains.preset("moons").lambda_max
    experiment.undo()
    assert method_of(experiment.settings) == "dann"
    assert experiment.run is started


def test_a_method_that_needs_no_other_network_acts_live() -> None:
    experiment = settled(Experiment.from_query({"domain": "moons"}), steps=1)
    run = experiment.run
    experiment.use_method("iw-dann")
    assert experiment.run is run
    assert experiment.settings.class_shares == "estimated"
    settled(experiment, steps=1)
    assert [(c.name, c.new) for c in run.changes] == [("class_shares", "estimated")]
