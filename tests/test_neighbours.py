"""What nearest samples say of class shares, whether to trust them, and whether domains are mixed."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors
from torch import Tensor

from bench.share_pairs import SHARE_PAIRS
from dann_core import DomainPair, Settings, Trainer, domains
from dann_core.method import neighbours as method
from dann_core.method.neighbours import (
    MOST_SAMPLES,
    NEIGHBOURS,
    Said,
    mixed,
    most_compared,
    moved,
    neighbours,
    said_by_nearest,
    some,
)


def two_groups(rng: np.random.Generator, sizes: tuple[int, int]) -> Tensor:
    """Two groups of samples, 4 apart in the first of three features."""
    place = np.repeat([-2.0, 2.0], sizes)
    return torch.from_numpy(rng.normal(size=(sum(sizes), 3)) + place[:, None] * [1, 0, 0]).float()


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


def asked(pair: DomainPair) -> Said:
    """What nearest samples say of the pair's target."""
    trainer = Trainer(pair, Settings.for_pair(pair))
    return said_by_nearest(trainer.target_x, trainer.source_x, trainer.source_y, pair.n_classes)


def off(name: str, seed: int) -> tuple[float, float]:
    """How far from the target's true class shares (L1) nearest source samples are, and the source's shares."""
    pair = SHARE_PAIRS[name](seed)
    found = asked(pair).shares.numpy()
    true, of_source = (np.bincount(y, minlength=pair.n_classes) / len(y) for y in (pair.target_y, pair.source_y))
    return float(np.abs(found - true).sum()), float(np.abs(of_source - true).sum())


@pytest.mark.parametrize("name", ["digits_zoom_vectors_missing", "digits_zoom_vectors_source_rare", "wine_drift_rare"])
def test_nearest_source_samples_say_which_shares_the_target_has(name: str) -> None:
    found = np.array([off(name, seed) for seed in range(4)])
    assert found[:, 0].mean() < 0.4 * found[:, 1].mean()


def test_a_target_that_lies_elsewhere_is_moved_halfway() -> None:
    source, target = two_groups(np.random.default_rng(0), (100, 100)), two_groups(np.random.default_rng(1), (180, 20))
    # Of source samples that count as the target's shares say, the mean differs by the shift alone.
    counts_for = torch.cat([torch.full((100,), 1.8), torch.full((100,), 0.2)])
    shifted = moved(4 * target + torch.tensor([9.0, 9.0, 9.0]), source, counts_for, 0.5)
    assert (shifted.mean(0) - target.mean(0)).tolist() == pytest.approx([1.9, 4.5, 4.5], abs=0.6)
    assert (shifted.std(0) / target.std(0)).tolist() == pytest.approx([2, 2, 2], rel=0.2)


def test_a_shift_of_the_whole_target_is_not_taken_for_other_shares(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    source, target = two_groups(rng, (300, 300)), two_groups(rng, (300, 300)) + torch.tensor([2.0, 0, 0])
    y = torch.arange(2).repeat_interleave(300)
    shares, _, is_trusted, *_ = said_by_nearest(target, source, y, 2)
    monkeypatch.setattr(method, "moved", lambda target, *_: target)
    unmoved, *_ = said_by_nearest(target, source, y, 2)
    assert is_trusted
    assert abs(shares[0] - 0.5) < 0.5 * abs(unmoved[0] - 0.5)


def test_of_what_lies_together_single_samples_are_not_told_otherwise() -> None:
    found = []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        source, y = two_groups(rng, (300, 300)), torch.arange(2).repeat_interleave(300)
        # One source sample in four has the other label: what single samples are told is too even.
        wrong = rng.permutation(600)[:150]
        y[wrong] = 1 - y[wrong]
        found.append(said_by_nearest(two_groups(rng, (270, 30)), source, y, 2)[0][0].item())
    # By itself each one is told 0.72.
    assert np.mean(found) > 0.76


def test_neighbours_that_do_not_know_the_source_are_not_trusted() -> None:
    rng = np.random.default_rng(0)
    x, y = torch.from_numpy(rng.normal(size=(2, 300, 5))).float(), torch.from_numpy(rng.integers(0, 3, 300))
    source = torch.cat([x[0], two_groups(rng, (150, 150)) @ torch.eye(3, 5) * 9])
    labels = torch.cat([y, torch.arange(2).repeat_interleave(150)])
    shares, _, is_trusted, *_ = said_by_nearest(x[1], source, labels, 3)
    assert shares.sum().item() == pytest.approx(1)
    assert not is_trusted


def test_neighbours_without_a_clue_are_not_trusted_for_a_source_as_unclear() -> None:
    trusted = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        x = torch.from_numpy(rng.normal(size=(2, 200, 5))).float()
        trusted.append(said_by_nearest(x[0], x[1], torch.from_numpy(rng.integers(0, 2, 200)), 2).is_trusted)
    assert not any(trusted)


def test_a_class_without_source_samples_gets_no_share() -> None:
    x = two_groups(np.random.default_rng(0), (50, 50))
    shares, _, is_trusted, *_ = said_by_nearest(x, x, torch.arange(2).repeat_interleave(50) * 2, 3)
    assert shares.tolist() == pytest.approx([0.5, 0, 0.5], abs=0.05)
    assert is_trusted


@pytest.mark.parametrize(("sources", "targets"), [(1, 1), (1, 9), (9, 1), (3, 3)])
def test_the_fewest_samples_give_shares(sources: int, targets: int) -> None:
    x = torch.from_numpy(np.random.default_rng(0).normal(size=(sources + targets, 4))).float()
    shares, *_ = said_by_nearest(x[:targets], x[targets:], torch.arange(sources) % 2, 2)
    assert shares.sum().item() == pytest.approx(1)


def test_of_many_or_large_source_samples_some_are_compared() -> None:
    assert [most_compared(shape) for shape in ((4,), (1, 16, 16), (3, 128, 128))] == [2000, 2000, MOST_SAMPLES]


def test_domains_are_mixed_where_a_target_sample_is_as_likely_next_to_a_source_sample() -> None:
    rng = np.random.default_rng(0)
    x = torch.from_numpy(rng.normal(size=(900, 3))).float()
    # However many there are of each.
    assert [mixed(x[:n], x[n:]) for n in (450, 100, 800)] == pytest.approx([0.5] * 3, abs=0.12)
    assert mixed(x, x + 20) == 0
    assert mixed(torch.zeros(20, 3), torch.zeros(20, 3)) == 0.5


def test_that_all_are_nearest_to_one_class_is_no_agreement() -> None:
    rng = np.random.default_rng(0)
    source, y = two_groups(rng, (200, 200)), torch.arange(2).repeat_interleave(200)
    # So far in the direction of the second class that all its neighbours are of that one.
    said = said_by_nearest(two_groups(rng, (200, 200)) + torch.tensor([40.0, 0, 0]), source, y, 2)
    assert said.shares[1] > 0.95
    assert not said.is_trusted
    # A target that has one class more often is another matter.
    assert said_by_nearest(two_groups(rng, (40, 360)), source, y, 2).is_trusted


def test_neighbours_that_know_no_class_are_not_trusted_for_what_most_of_them_are() -> None:
    for seed in range(12):
        rng = np.random.default_rng(seed)
        x = torch.from_numpy(rng.normal(size=(2, 600, 5))).float() + torch.tensor([[[3.0]], [[0.0]]])
        said = said_by_nearest(x[0], x[1], torch.from_numpy(rng.choice(2, 600, p=[0.9, 0.1])), 2)
        assert not said.knows
        assert not said.is_trusted


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e30])
def test_features_of_a_run_that_has_diverged_say_nothing(value: float) -> None:
    x = two_groups(np.random.default_rng(0), (100, 100))
    # Of few features, which eigenvectors are made of one by one.
    source, target = torch.cat([x, x], 1).mul(value), torch.cat([x, x], 1)
    assert not said_by_nearest(target, source, torch.arange(2).repeat_interleave(100), 2).is_trusted


def test_signals_whose_neighbours_know_no_class_are_not_adapted_by_them() -> None:
    pair = domains.load("vibration", seed=0)
    said = asked(pair)
    # Where amplitudes differ, all samples are nearest to the quietest ones.
    assert said.shares[0] > 0.9
    assert not said.is_trusted


def test_other_shares_are_not_believed_where_a_move_of_the_whole_target_does_without_them() -> None:
    for seed in (2, 4):
        said = asked(domains.load("vibration-pictures", seed=seed))
        assert said.shares.max() > 0.7
        assert not said.is_trusted


@pytest.mark.parametrize(("sizes", "is_alike"), [((300, 300), True), ((250, 350), True), ((120, 480), False)])
def test_shares_about_the_source_s_are_alike(sizes: tuple[int, int], is_alike: bool) -> None:
    rng = np.random.default_rng(0)
    y = torch.arange(2).repeat_interleave(300)
    said = said_by_nearest(two_groups(rng, sizes) + torch.tensor([0, 3.0, 0]), two_groups(rng, (300, 300)), y, 2)
    assert said.is_trusted
    assert said.is_alike is is_alike
