"""Class shares: counted, and estimated without labels where the answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from dann_core.method.shares import estimated_shares, shares

CENTRES = np.array([0.0, 2.0, 4.0])


def drawn(target: list[float], n: int = 20_000, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Labels of a target of these shares, and what the source's Bayes classifier (equal shares) says of its samples."""
    rng = np.random.default_rng(seed)
    y = rng.choice(len(target), size=n, p=target)
    x = CENTRES[y] + rng.standard_normal(n)
    likelihood = np.exp(-0.5 * (x[:, None] - CENTRES) ** 2)
    return y, likelihood / likelihood.sum(axis=1, keepdims=True)


def test_shares_count_all_classes() -> None:
    assert shares(np.array([0, 2, 2, 2]), 4).tolist() == [0.25, 0, 0.75, 0]


@pytest.mark.parametrize("y", [[], [-1], [3]])
def test_shares_refuse_labels_out_of_range(y: list[int]) -> None:
    with pytest.raises(ValueError, match="0 to 2"):
        shares(np.array(y, int), 3)


@pytest.mark.parametrize("target", [[1 / 3, 1 / 3, 1 / 3], [0.9, 0.05, 0.05], [0.5, 0.5, 0], [0, 1, 0]])
def test_the_drawn_shares_are_found(target: list[float]) -> None:
    _, probabilities = drawn(target)
    found = estimated_shares(np.full(3, 1 / 3), probabilities)
    assert found.sum() == pytest.approx(1)
    assert np.abs(found - target).sum() < 0.03


def test_counting_predictions_instead_would_be_further_off() -> None:
    y, probabilities = drawn([0.9, 0.05, 0.05])
    true = shares(y, 3)
    found = estimated_shares(np.full(3, 1 / 3), probabilities)
    counted = shares(probabilities.argmax(axis=1), 3)
    assert np.abs(found - true).sum() < 0.1 * np.abs(counted - true).sum()


def test_the_sources_own_shares_are_taken_out() -> None:
    """A classifier that learnt from a skewed source leans to its classes; the estimate does not."""
    _, probabilities = drawn([1 / 3, 1 / 3, 1 / 3])
    source = np.array([0.8, 0.1, 0.1])
    leaning = probabilities * source
    leaning /= leaning.sum(axis=1, keepdims=True)
    assert np.abs(estimated_shares(source, leaning) - 1 / 3).sum() < 0.03


def test_sure_predictions_are_counted() -> None:
    probabilities = np.eye(3)[[0, 0, 0, 2]]
    assert estimated_shares(np.array([0.2, 0.3, 0.5]), probabilities).tolist() == [0.75, 0, 0.25]


def test_a_class_without_source_samples_stays_at_nothing() -> None:
    _, probabilities = drawn([0.5, 0.5, 0])
    found = estimated_shares(np.array([0.5, 0.5, 0]), probabilities)
    assert found[2] == 0
    assert np.isfinite(found).all()
    # Nobody says anything about the classes that were learnt: what is known is the source's shares.
    only_the_unknown = np.eye(3)[[2, 2]]
    assert estimated_shares(np.array([0.4, 0.6, 0]), only_the_unknown).tolist() == [0.4, 0.6, 0]


def test_the_same_input_gives_the_same_bits_and_stays_as_it_is() -> None:
    source, (_, probabilities) = np.full(3, 1 / 3), drawn([0.7, 0.2, 0.1], n=500)
    kept = source.copy(), probabilities.copy()
    first = estimated_shares(source, probabilities)
    assert np.array_equal(first, estimated_shares(source, probabilities))
    assert np.array_equal(kept[0], source)
    assert np.array_equal(kept[1], probabilities)


def test_hardly_possible_samples_count_like_others() -> None:
    found = estimated_shares(np.array([0.5, 0.5, 0]), np.array([[1e-310, 0, 1], [0, 1e-310, 1], [0, 1, 0], [0, 1, 0]]))
    assert found == pytest.approx([0.25, 0.75, 0])


def test_single_precision_and_one_sample_are_enough() -> None:
    found = estimated_shares(np.full(3, 1 / 3, np.float32), np.array([[0.2, 0.5, 0.3]], np.float32))
    assert found.dtype == np.float64
    assert found.argmax() == 1


@pytest.mark.parametrize(
    ("source", "probabilities"),
    [
        ([0.5, 0.5], [[np.nan, 0.5]]),
        ([0.5, 0.5], [[np.inf, 0.5]]),
        ([0.5, np.nan], [[0.5, 0.5]]),
        ([0.5, 0.5], [[-0.1, 1.1]]),
        ([1.5, -0.5], [[0.5, 0.5]]),
        ([0.0, 0.0], [[0.5, 0.5]]),
        ([0.5, 0.5], np.empty((0, 2))),
        ([0.5, 0.5], [0.5, 0.5]),
        ([0.5, 0.25, 0.25], [[0.5, 0.5]]),
    ],
)
def test_what_are_no_shares_is_refused(source: list[float], probabilities: object) -> None:
    with pytest.raises(ValueError, match="hares"):
        estimated_shares(np.array(source), np.asarray(probabilities))
