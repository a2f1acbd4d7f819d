"""The shelf: what comes to it, its bounds, what is done with it, and that it is its owner's."""

from __future__ import annotations

import csv
import io
import weakref
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from conftest import make_pair, settle
from streamlit.testing.v1 import AppTest

from dann_core import Settings
from dann_core.live.message import unpack
from dann_core.live.palette import class_colour
from dann_core.live.recording import Recording
from dann_core.live.thumbnail import thumbnail
from server import place, shelf
from server.branch_lanes import shelved_lanes
from server.comparison import Comparison
from server.experiment import Experiment
from server.shelf_told import curves, curves_csv, table_csv
from ui.text import plain

# Where a run trains makes no difference here.
pytestmark = pytest.mark.usefixtures("threads")

SMALL = {"domain": "moons", "size": "20", "max_iter": "4"}


def ended(experiment: Experiment, **change: object) -> Experiment:
    for name, value in change.items():
        experiment.change(name, value)
    experiment.run.speed = "fast"
    experiment.run.play()
    settle(experiment.run)
    assert experiment.run.finished
    # The engine's thread may be about to.
    experiment.heard()
    return experiment


@pytest.fixture
def experiment() -> Experiment:
    return ended(Experiment.from_query(SMALL))


def names(experiment: Experiment) -> list[str]:
    return [known.name for known in experiment.shelf.kept]


def test_a_run_that_ends_is_shelved_once_with_its_curves(experiment: Experiment) -> None:
    (first,) = experiment.shelf.kept
    run, page = experiment.run, experiment.page
    assert page > 0
    assert first.name == "Two moons, rotated, size 20, max_iter 4"
    assert (first.iteration, len(first.rows)) == (4, 4)
    assert first.target_accuracy == pytest.approx(run.recording.latest.figures[-1])
    assert first.link() == SMALL
    # What listens says so again and again; the same run played again is no other one, and one that goes on is itself.
    experiment.heard()
    experiment.reset()
    ended(experiment)
    assert len(experiment.shelf) == 1
    ended(experiment, max_iter=6)
    assert [known.iteration for known in experiment.shelf.kept] == [6]
    ended(experiment, discriminator_width=8)
    assert len(experiment.shelf) == 2
    experiment.free()
    assert len(experiment.shelf) == 0


def test_its_picture_is_small_and_knows_no_target_labels(experiment: Experiment, tmp_path: Path) -> None:
    (first,) = experiment.shelf.kept
    recording = experiment.run.recording
    assert len(first.picture) < 4_000
    assert first.size > len(first.picture)
    root = ElementTree.fromstring(first.picture)
    paths = [node.attrib for node in root if node.tag.endswith("path")]
    assert {path["stroke"] for path in paths} <= {class_colour(0), class_colour(1)}
    scene, frame = unpack(recording.scene), unpack(recording.latest.packed)
    n = len(scene.arrays["source_class"])
    assert sum(path["d"].count("h0") for path in paths) == n
    # The target as predicted, each in the colour of its class.
    predicted = frame.arrays["predicted"][n:]
    triangles = {path["stroke"]: path["d"].count("z") for path in paths if "z" in path["d"]}
    assert triangles == {class_colour(k): int((predicted == k).sum()) for k in set(predicted.tolist())}
    recording.save(tmp_path / "blind.dann", exam=False)
    assert thumbnail(Recording.load(tmp_path / "blind.dann")) == first.picture


def test_lanes_of_a_comparison_are_shelved_but_for_an_oracle(experiment: Experiment) -> None:
    from dann_core.settings.variants import PRESETS

    experiment.comparison = Comparison(experiment.now, PRESETS["gap"].variants, experiment.heard)
    experiment.comparison.run.speed = "fast"
    experiment.comparison.run.play()
    settle(experiment.comparison.run)
    experiment.heard()
    assert len(experiment.shelf) == 2
    assert ["adversarial weight 0" in name for name in names(experiment)] == [True, False]
    accuracies = [now.run.recording.latest.figures[-1] for now in experiment.comparison.nows]
    assert [known.target_accuracy for known in experiment.shelf.kept] == pytest.approx(accuracies[:2])


def test_what_is_deleted_stays_away_until_undo(experiment: Experiment) -> None:
    on, ids = experiment.shelf, []
    ended(experiment, discriminator_width=8)
    ids = [known.id for known in on.kept]
    on.pin(ids[0], True)
    on.show(ids[1], True)
    for id_ in ids:
        on.delete(id_)
    experiment.heard()
    assert (len(on), on.shown) == (0, [])
    on.undo()
    on.undo()
    assert [(known.id, known.pinned) for known in on.kept] == [(ids[0], True), (ids[1], False)]
    on.undo()
    assert len(on) == 2


def test_the_oldest_that_is_not_pinned_goes_first(experiment: Experiment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "MOST_RUNS", 2)
    on = experiment.shelf
    on.pin(on.kept[0].id, True)
    ended(experiment, discriminator_width=8)
    ended(experiment, discriminator_width=9)
    assert [known.settings.discriminator_width for known in on.kept][1:] == [9]
    assert on.kept[0].pinned
    assert not on.is_full
    on.pin(on.kept[1].id, True)
    assert on.is_full
    ended(experiment, discriminator_width=10)
    assert on.kept[1].settings.discriminator_width == 9
    on.pin(on.kept[1].id, False)
    monkeypatch.setattr(shelf, "MOST_BYTES", on.kept[0].size)
    ended(experiment, discriminator_width=11)
    assert [known.pinned for known in on.kept] == [True]


def test_four_curves_are_laid_over_others_each_with_a_look_of_its_own(experiment: Experiment) -> None:
    on, first = experiment.shelf, experiment.shelf.kept[0]
    on.kept = tuple(replace(first, id=k) for k in range(5))
    for k in range(5):
        on.show(k, True)
    assert [known.id for known in on.shown] == [0, 1, 2, 3]
    on.show(1, False)
    on.show(4, True)
    told = curves(on.shown)
    assert [(one["letter"], one["slot"]) for one in told] == [("A", 0), ("B", 1), ("C", 2), ("D", 3)]
    assert on.shown[1].id == 4
    assert told[0]["figures"][-1][3] == pytest.approx(first.target_accuracy, abs=1e-4)
    assert {row[3] for row in curves(on.shown, exam=False)[0]["figures"]} == {None}


def test_names_are_text_of_one_line_and_no_formulas(experiment: Experiment) -> None:
    on, first = experiment.shelf, experiment.shelf.kept[0]
    on.rename(first.id, "=HYPERLINK(1)\n\0<b>x</b>\u202e " + "y" * 200)
    name = on.kept[0].name
    assert name.startswith("=HYPERLINK(1) <b>x</b> y")
    assert len(name) == shelf.LONGEST_NAME
    (line,) = csv.DictReader(io.StringIO(table_csv(on.kept).decode()))
    assert line["name"] == "'" + name
    assert line["link"] == "?domain=moons&size=20&max_iter=4"
    assert float(line["target_accuracy_exam"]) == pytest.approx(first.target_accuracy)
    assert b"exam" not in table_csv(on.kept, exam=False) + curves_csv(on.kept, exam=False)
    lines = [*csv.DictReader(io.StringIO(curves_csv(on.kept).decode()))]
    told = [float(row["value"]) for row in lines if row["curve"] == "classification_loss"]
    assert told == pytest.approx(experiment.run.history["classification_loss"], rel=1e-5)
    on.rename(first.id, "  ")
    assert on.kept[0].name == first.title


def test_a_run_is_opened_again_and_an_upload_while_its_pair_is_kept(experiment: Experiment) -> None:
    (first,) = experiment.shelf.kept
    history = experiment.run.history.rows
    ended(experiment, discriminator_width=8)
    assert experiment.open_shelved(first)
    assert (experiment.run.iteration, experiment.notice.rule) == (0, "shelved")
    assert (ended(experiment).run.history.rows == history).all()

    pair = make_pair()
    experiment.use_upload(pair, Settings.for_pair(pair).replace(max_iter=4))
    upload = ended(experiment).shelf.kept[-1]
    assert (upload.name, upload.link()) == ("test pair", None)
    experiment.choose("moons")
    assert experiment.open_shelved(upload)
    assert experiment.pair is pair
    gone = replace(upload, pair=weakref.ref(make_pair()))
    assert not experiment.open_shelved(gone)


def test_with_its_changes_it_is_repeated_as_a_lane_bit_for_bit(experiment: Experiment) -> None:
    (first,) = experiment.shelf.kept
    assert shelved_lanes(first) == []
    experiment.reset()
    settle(experiment.run)
    for _ in range(2):
        experiment.run.step()
        settle(experiment.run)
    experiment.change("gamma", 30.0)
    changed = ended(experiment).shelf.kept[-1]
    assert [(c.iteration, c.name) for c in changed.changes] == [(2, "gamma")]
    history = experiment.run.history.rows

    assert experiment.open_shelved(changed)
    without, repeated = shelved_lanes(changed)
    comparison = Comparison(experiment.now, (without, repeated), experiment.heard, 1)
    comparison.run.speed = "fast"
    comparison.run.play()
    settle(comparison.run)
    others = [lane.history.rows for lane in comparison.run.lanes]
    assert (others[1] == history).all()
    assert (others[0] != history).any()
    # Lanes end together, so none changes where.
    assert shelved_lanes(replace(changed, changes=(replace(changed.changes[0], name="max_iter"),))) == []


def test_only_who_has_the_token_finds_it_again(experiment: Experiment) -> None:
    key, token = place.experiments.add(experiment)
    _, others = place.experiments.add(Experiment.from_query(SMALL))
    assert len(place.experiments.claim(key, token).shelf) == 1
    assert place.experiments.claim(key, others) is None


def drawn(experiment: Experiment) -> str:
    """All that the panel and the overlays say of it."""

    def panel(experiment) -> None:
        import streamlit as st

        from ui import shelf

        st.session_state.setdefault("shelf", True)
        shelf.draw(experiment)
        st.code(str(shelf.overlays(experiment)))

    page = AppTest.from_function(panel, kwargs={"experiment": experiment}).run()
    assert not page.exception
    texts = [element.value for element in (*page.caption, *page.code)] + [box.label for box in page.checkbox]
    return " ".join([*texts, *page.selectbox[0].options])


def test_in_blind_mode_the_panel_says_nothing_that_target_labels_know(experiment: Experiment) -> None:
    known = experiment.shelf.kept[0]
    experiment.shelf.show(known.id, True)
    accuracy = f"{known.target_accuracy:.4g}]"
    said = drawn(experiment)
    assert said.count("(exam)") == 2
    assert accuracy in said
    experiment.go_blind(True)
    said = drawn(experiment)
    assert "(exam)" not in said
    assert accuracy not in said
    assert plain(known.name) in said
