"""Class shares that neighbours agree on: the shift that looks like other shares, and the shares that are other."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors
from torch import Tensor

from bench.real_pairs import PAIRS
from bench.share_pairs import SHARE_PAIRS
from dann_core import Settings, Trainer
from dann_core.method.data import Standardizer
from dann_core.method.neighbours import (
    MOST_SAMPLES,
    NEIGHBOURS,
    agreed_shares,
    mixed,
    most_compared,
    neighbours,
    rebalanced,
    shares_of_nearest,
    some,
)
from dann_core.method.schedules import adapts_from


def two_groups(rng: np.random.Generator, sizes: tuple[int, int]) -> Tensor:
    """Two groups of samples, 4 apart in the first of three features."""
    place = np.repeat([-2.0, 2.0], sizes)
    return torch.from_numpy(rng.normal(size=(sum(sizes), 3)) + place[:, None] * [1, 0, 0]).float()


def predicted(x: Tensor, border: float) -> tuple[Tensor, Tensor]:
    """Counts `(2,)` and logarithms of probabilities `(N, 2)` of a classifier that cuts the first feature there."""
    log_p = (5 * torch.stack([border - x[:, 0], x[:, 0] - border], 1)).log_softmax(1)
    return torch.bincount(log_p.argmax(1), minlength=2) / len(x), log_p


@pytest.mark.parametrize("shape", [(400, 6), (60, 6), (60, 3, 8, 8)])
def test_neighbours_are_those_in_whitened_principal_components(shape: tuple[int, ...]) -> None:
    x = torch.from_numpy(np.random.default_rng(0).normal(size=shape)).float()
    flat = x.flatten(1).numpy().astype(float)
    whitened = PCA(min(20, flat.shape[1]), whiten=True).fit_transform(flat)
    nearest = NearestNeighbors(n_neighbors=NEIGHBOURS).fit(whitened).kneighbors(return_distance=False)
    assert neighbours(x).tolist() == nearest.tolist()


def test_features_that_do_not_vary_are_no_trouble() -> None:
    x = torch.zeros(40, 30)
    x[:, 0] = torch.arange(40)
    assert {*neighbours(x)[0].tolist()} == {1, 2, 3, 4, 5}


def test_many_samples_are_compared_in_part() -> None:
    picked = some(torch.arange(10_000))
    assert len(picked) == MOST_SAMPLES
    assert (picked[0], picked[-1]) == (0, 9_999)


def test_rebalanced_predictions_have_the_shares_that_were_asked_for() -> None:
    shares = torch.tensor([[0.2, 0.3, 0.5], [1 / 3, 1 / 3, 1 / 3]])
    log_p = torch.from_numpy(np.random.default_rng(0).normal(size=(500, 3))).float().log_softmax(1)
    assert rebalanced(log_p, shares).mean(1) == pytest.approx(shares, abs=1e-3)


def test_a_border_that_was_moved_into_a_group_is_seen_through() -> None:
    found = []
    for seed in range(10):
        x = two_groups(np.random.default_rng(seed), (200, 200))
        counts, log_p = predicted(x, border=2)
        assert counts[0] > 0.7
        found.append(agreed_shares(counts, log_p, neighbours(x))[0].item())
    assert found == pytest.approx([0.5] * 10, abs=1e-6)


@pytest.mark.parametrize("sizes", [(360, 40), (300, 100), (200, 200)])
def test_shares_that_are_other_stay(sizes: tuple[int, int]) -> None:
    for seed in range(10):
        x = two_groups(np.random.default_rng(seed), sizes)
        counts, log_p = predicted(x, border=0)
        assert agreed_shares(counts, log_p, neighbours(x)) is counts


def test_where_neighbours_say_nothing_counts_stay() -> None:
    for seed in range(20):
        x = torch.from_numpy(np.random.default_rng(seed).normal(size=(300, 40))).float()
        drawn = np.random.default_rng([seed, 1]).normal([1, 0], size=(300, 2))
        log_p = torch.from_numpy(drawn).log_softmax(1)
        counts = torch.bincount(log_p.argmax(1), minlength=2) / 300
        assert agreed_shares(counts, log_p, neighbours(x)) is counts


@pytest.mark.parametrize("n", [1, 2, 2 * NEIGHBOURS])
def test_few_samples_say_nothing(n: int) -> None:
    x = two_groups(np.random.default_rng(0), (n, 0))
    counts, log_p = predicted(x, border=-2)
    assert agreed_shares(counts, log_p, neighbours(x)) is counts


def test_a_shift_that_looks_like_other_shares_is_not_taken_for_them() -> None:
    pair = PAIRS["photo_patches"](105)
    settings = Settings.for_pair(pair)
    trainer = Trainer(pair, settings)
    trainer.advance(adapts_from(settings) + 1)
    counts = np.bincount(trainer.predict(pair.target_x), minlength=2) / len(pair.target_x)
    assert np.abs(trainer.network.shares.reference.numpy() - counts).sum() > 0.5


def off(name: str, seed: int) -> tuple[float, float]:
    """How far from the target's true class shares (L1) nearest source samples are, and the source's shares."""
    pair = SHARE_PAIRS[name](seed)
    standardizer = Standardizer(pair, Settings.for_pair(pair))
    source, target = (
        torch.from_numpy(standardizer(x, domain))
        for x, domain in ((pair.source_x, "source"), (pair.target_x, "target"))
    )
    found, believed = shares_of_nearest(target, source, torch.from_numpy(pair.source_y), pair.n_classes)
    assert believed == 1
    true, of_source = (np.bincount(y, minlength=pair.n_classes) / len(y) for y in (pair.target_y, pair.source_y))
    return float(np.abs(found.numpy() - true).sum()), float(np.abs(of_source - true).sum())


@pytest.mark.parametrize("name", ["digits_zoom_vectors_missing", "digits_zoom_vectors_source_rare", "wine_drift_rare"])
def test_nearest_source_samples_say_which_shares_the_target_has(name: str) -> None:
    found = np.array([off(name, seed) for seed in range(4)])
    assert found[:, 0].mean() < 0.5 * found[:, 1].mean()


def test_neighbours_that_do_not_know_the_source_are_not_believed() -> None:
    rng = np.random.default_rng(0)
    x, y = torch.from_numpy(rng.normal(size=(2, 300, 5))).float(), torch.from_numpy(rng.integers(0, 3, 300))
    shares, believed = shares_of_nearest(x[1], x[0], y, 3)
    assert (shares.sum().item(), believed) == (pytest.approx(1), 0)


def test_a_class_without_source_samples_gets_no_share() -> None:
    x = two_groups(np.random.default_rng(0), (50, 50))
    shares, believed = shares_of_nearest(x, x, torch.arange(2).repeat_interleave(50) * 2, 3)
    assert (shares.tolist(), believed) == (pytest.approx([0.5, 0, 0.5], abs=0.05), 1)


def test_of_many_or_large_source_samples_some_are_compared() -> None:
    assert [most_compared(shape) for shape in ((4,), (1, 16, 16), (3, 128, 128))] == [2000, 2000, MOST_SAMPLES]


def test_domains_are_mixed_where_a_target_sample_is_as_likely_next_to_a_source_sample() -> None:
    rng = np.random.default_rng(0)
    x = torch.from_numpy(rng.normal(size=(900, 3))).float()
    # However many there are of each.
    assert [mixed(x[:n], x[n:]) for n in (450, 100, 800)] == pytest.approx([0.5] * 3, abs=0.12)
    assert mixed(x, x + 20) == 0
    assert mixed(torch.zeros(20, 3), torch.zeros(20, 3)) == 0.5
