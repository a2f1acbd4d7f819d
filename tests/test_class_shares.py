"""Whether class shares differ, and what is found of each class."""

from __future__ import annotations

import numpy as np
import pytest

from dann_core.live.class_shares import class_shares, recalls

EQUAL = np.full(4, 0.25)


def sure(counts: list[int]) -> np.ndarray:
    """Predictions without doubt, so many of each class."""
    return np.eye(len(counts))[np.repeat(np.arange(len(counts)), counts)]


@pytest.mark.parametrize(
    ("counts", "rule"),
    [
        ([60, 60, 60, 60], "agree"),
        ([70, 50, 60, 60], "agree"),
        ([200, 20, 20, 20], "differ"),
        ([120, 120, 0, 0], "differ"),
        # So few samples say little.
        ([5, 2, 2, 1], "agree"),
    ],
)
def test_shares_differ_beyond_what_the_samples_explain(counts: list[int], rule: str) -> None:
    told = class_shares(EQUAL, 1.0, sure(counts), None, is_aligned=True)
    assert told.rule == rule
    assert told.estimated == pytest.approx(np.array(counts) / sum(counts), abs=1e-3)
    assert told.distance == pytest.approx(np.abs(told.estimated - EQUAL).sum())
    assert (told.distance > told.limit) is (rule == "differ")
    assert told.recall is None
    # Before that, the shift may be what moves predictions.
    early = class_shares(EQUAL, 1.0, sure(counts), None, is_aligned=False)
    assert early.rule == {"agree": "agree", "differ": "unclear"}[rule]


@pytest.mark.parametrize(("accuracy", "largest", "known"), [(0.5, 0.25, False), (0.7, 0.25, True), (0.85, 0.8, False)])
def test_a_classifier_that_guesses_tells_nothing(accuracy: float, largest: float, known: bool) -> None:
    source = np.array([largest, *[(1 - largest) / 3] * 3])
    told = class_shares(source, accuracy, sure([10, 0, 0, 0]), None, is_aligned=True)
    assert (told.rule != "unknown") is known
    assert np.isfinite(told.estimated).all() == known


def test_a_run_that_has_diverged_tells_nothing() -> None:
    told = class_shares(EQUAL, 1.0, np.full((9, 4), np.nan), np.zeros(9, int), is_aligned=True)
    assert told.rule == "unknown"
    assert np.isnan(told.estimated).all()


def test_labels_of_the_target_change_nothing_but_the_exam() -> None:
    predicted = sure([50, 10, 10, 10])
    blind, graded = (class_shares(EQUAL, 1.0, predicted, y, is_aligned=True) for y in (None, np.zeros(80, int)))
    assert np.array_equal(blind.estimated, graded.estimated)
    assert (blind.rule, blind.distance, blind.limit) == (graded.rule, graded.distance, graded.limit)


def test_recall_is_of_each_class_s_own_samples() -> None:
    y, predicted = np.array([0, 0, 0, 0, 1, 1, 3]), np.array([0, 0, 0, 1, 1, 0, 0])
    assert recalls(y, predicted, 4) == pytest.approx([0.75, 0.5, np.nan, 0], nan_ok=True)


def test_a_run_that_weighs_by_shares_shows_those() -> None:
    taken = np.array([0.7, 0.1, 0.1, 0.1])
    # Whatever its predictions say, and from when it begins to adapt.
    told = class_shares(EQUAL, 0.3, sure([60, 60, 60, 60]), None, is_aligned=False, taken=taken)
    assert np.array_equal(told.estimated, taken)
    assert (told.rule, told.distance) == ("differ", pytest.approx(0.9))
    alike = class_shares(EQUAL, 1.0, sure([200, 20, 20, 20]), None, is_aligned=True, taken=EQUAL)
    assert (alike.rule, alike.distance) == ("agree", 0)
