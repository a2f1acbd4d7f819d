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
from dann_core.method.neighbours import MOST_SAMPLES, NEIGHBOURS, agreed_shares, neighbours, rebalanced, some
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
    reference = {}
    for name, pair in (("shift", PAIRS["photo_patches"](105)), ("shares", SHARE_PAIRS["cancer_drift_rare"](105))):
        settings = Settings.for_pair(pair)
        trainer = Trainer(pair, settings)
        trainer.advance(adapts_from(settings) + 1)
        counts = np.bincount(trainer.predict(pair.target_x), minlength=2) / len(pair.target_x)
        reference[name] = trainer.network.shares.reference.numpy() - counts
    assert np.abs(reference["shift"]).sum() > 0.5
    assert np.abs(reference["shares"]).sum() < 0.2
