"""The fresh probe against plain computations, and its states on features built for them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
from sklearn.kernel_ridge import KernelRidge
from sklearn.metrics import silhouette_samples

from dann_core import Settings
from dann_core.live.diagnosis import Vitals, diagnose
from dann_core.live.probe import RIDGE, SHUFFLES, Probe, effective_rank, probe, proxy_a_distance, separation

N, WIDTH = 250, 16
Domains = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def test_a_distance_knows_both_ends() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(300, 8)), rng.normal(size=(300, 8))
    distance, chance = proxy_a_distance(a, b)
    assert distance < chance < 0.6
    assert proxy_a_distance(a, b + 5)[0] == pytest.approx(2, abs=0.02)
    assert chance < proxy_a_distance(a, b + 0.6)[0] < 1.7
    assert proxy_a_distance(a[:5], b[:200])[0] <= 2


def test_what_no_plane_can_tell_apart_is_found() -> None:
    rng = np.random.default_rng(1)
    angle = rng.uniform(0, 2 * np.pi, 600)
    ring = np.stack([np.cos(angle), np.sin(angle)], 1) * np.repeat([1.0, 3.0], 300)[:, None]
    distance, chance = proxy_a_distance(ring[:300], ring[300:])
    assert distance > 1.5 > chance


@pytest.mark.parametrize("n", [300, 75])
def test_a_distance_is_that_of_a_kernel_ridge_regression(n: int) -> None:
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(300, 8)), rng.normal(size=(n, 8)) * rng.uniform(0.5, 2, 8) + 0.3
    x, side = np.concatenate([a, b]), np.repeat([1.0, -1.0], [300, n])
    random = np.random.default_rng(0)
    half = np.concatenate([2 * random.permutation(m) < m for m in (300, n)])
    told = np.empty(len(x))
    for held_out in (half, ~half):
        seen, code = x[~held_out], side[~held_out]
        squared = ((seen[:, None] - seen) ** 2).sum(2)
        kernel = np.exp(-squared / np.median(squared[np.triu_indices(len(seen), 1)]))
        across = np.exp(
            -((x[held_out][:, None] - seen) ** 2).sum(2) / np.median(squared[np.triu_indices(len(seen), 1)])
        )
        # Centred in the space of the kernel, as an intercept would do it.
        middle = np.eye(len(seen)) - 1 / len(seen)
        centred = middle @ kernel @ middle
        others = (across - kernel.mean(0)) @ middle
        fitted = KernelRidge(alpha=RIDGE, kernel="precomputed").fit(centred, code - code.mean())
        on_seen = fitted.predict(centred)
        threshold = (on_seen[code > 0].mean() + on_seen[code < 0].mean()) / 2
        told[held_out] = fitted.predict(others) - threshold
    error = (np.mean(told[:300] <= 0) + np.mean(told[300:] > 0)) / 2
    assert proxy_a_distance(a, b)[0] == pytest.approx(2 * (1 - 2 * error), abs=1e-12)


def test_a_distance_is_not_misled_by_classes_that_come_sorted() -> None:
    rng = np.random.default_rng(2)
    classes = np.repeat([0, 1], 100)
    # Told apart by both columns together; within one class, by a threshold that is wrong for the other.
    a, b = (np.stack([4 * classes + shift, classes], 1) + rng.normal(0, 0.1, (200, 2)) for shift in (0, 2))
    assert proxy_a_distance(a, b)[0] > 1.8


def test_the_null_band_holds_what_is_alike() -> None:
    beyond = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        distance, chance = proxy_a_distance(rng.normal(size=(100, 8)), rng.normal(size=(100, 8)))
        beyond += distance > chance
    assert beyond <= 1
    assert SHUFFLES >= 10


def test_windows_of_one_recording_never_judge_each_other() -> None:
    # Every recording has an offset of its own: whoever has seen its other windows recognises it, and nothing else.
    random = np.random.default_rng(0)
    groups = np.repeat(np.arange(40), 10)
    offsets = random.normal(size=(80, 20)) * 3
    a, b = (offsets[first : first + 40][groups] + 0.1 * random.normal(size=(400, 20)) for first in (0, 40))
    alike, narrow = proxy_a_distance(a, b)
    assert alike > narrow
    held_apart, wide = proxy_a_distance(a, b, (groups, groups))
    assert held_apart < wide
    assert wide > narrow
    alone = np.zeros(400, int)
    assert proxy_a_distance(a, b, (alone, alone)) == (alike, narrow)


def test_effective_rank_is_that_of_the_paper() -> None:
    rng = np.random.default_rng(0)
    features = rng.normal(size=(300, 6)) * [9, 5, 3, 1, 0.1, 0]
    values = np.linalg.svd(features - features.mean(0), compute_uv=False)
    shares = values[values > 1e-9] / values.sum()
    assert effective_rank(features) == pytest.approx(np.exp(-(shares * np.log(shares)).sum()), rel=1e-6)
    # Also where there are more features than samples, and of single precision.
    wide = features @ rng.normal(size=(6, 900))
    assert effective_rank(wide[:50].astype(np.float32)) == pytest.approx(effective_rank(wide[:50]), rel=1e-3)
    assert effective_rank(np.ones((20, 5), np.float32) * 0.1) == 0
    assert effective_rank(np.arange(20.0)[:, None] @ np.ones((1, 5))) == pytest.approx(1)


def test_separation_is_the_silhouette_of_two_far_classes() -> None:
    rng = np.random.default_rng(0)
    classes = np.repeat([3, 7], 50)
    x = np.where(classes == 3, 0.0, 50.0)[:, None] + rng.normal(size=(100, 1))
    names, centres = np.array([3, 7]), np.stack([x[classes == k].mean(0) for k in (3, 7)])
    # Distances to centres instead of mean distances to members: equal where classes are small beside their distance.
    assert separation(x, classes, names, centres) == pytest.approx(silhouette_samples(x, classes).mean(), abs=0.02)
    assert separation(x, classes[::-1], names, centres) == pytest.approx(-separation(x, classes, names, centres))
    assert separation(x, np.full(100, 9), names, centres) == 0


def clusters(rng: np.random.Generator, spread: float = 0.15, within: float = 0.0) -> Domains:
    """Three classes around corners, both domains alike but for a shift of `within` inside of each class."""
    y, predicted = rng.integers(0, 3, N), rng.integers(0, 3, N)
    corners = np.linalg.qr(rng.normal(size=(WIDTH, 4)))[0].T
    source, target = (corners[k] + spread * rng.normal(size=(N, WIDTH)) / np.sqrt(WIDTH) for k in (y, predicted))
    return source, target + within * corners[3], y, predicted


def apart(rng: np.random.Generator) -> Domains:
    """The target lies between the classes of the source."""
    source, target, y, predicted = clusters(rng)
    middle = source.mean(0)
    return source, middle + 0.3 * (target - middle) + 0.2 * rng.normal(size=WIDTH), y, predicted


def on_a_line(rng: np.random.Generator) -> Domains:
    """All that is left is one direction, in which the classes lie on each other."""
    y, predicted = rng.integers(0, 3, N), rng.integers(0, 3, N)
    direction = rng.normal(size=WIDTH)
    source, target = (np.outer(rng.normal(size=N) + 0.5 * k, direction) for k in (y, np.zeros(N)))
    return source + 0.0, target + source.mean(0), y, predicted


BUILT: list[tuple[str, Callable[[np.random.Generator], Domains], float, float]] = [
    ("aligned", clusters, 0.5, 0.69),
    ("discriminator asleep", apart, 0.52, 0.69),
    ("discriminator wins", apart, 0.97, 0.1),
    ("features collapsed", on_a_line, 0.5, 0.69),
    ("told apart within classes", lambda rng: clusters(rng, within=0.25), 0.5, 0.69),
]


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize(("rule", "build", "domain_accuracy", "loss"), BUILT, ids=[case[0] for case in BUILT])
def test_each_state_is_told_from_features_built_for_it(
    rule: str, build: Callable, domain_accuracy: float, loss: float, seed: int
) -> None:
    found = probe(*build(np.random.default_rng(seed)), (None, None))
    told = diagnose(
        Vitals(
            iteration=500,
            lamb=0.9,
            settings=Settings(),
            classification_loss=0.1,
            adversarial_loss=loss,
            domain_accuracy=domain_accuracy,
            source_accuracy=1.0,
            best_source_accuracy=1.0,
            progress=0.5,
            n_classes=3,
            probe=found,
        )
    )
    assert told.rule == rule, found


def test_the_same_features_give_the_same_figures() -> None:
    made = clusters(np.random.default_rng(0))
    assert probe(*made, (None, None)) == probe(*made, (None, None))
    assert all(isinstance(value, float) for value in dataclasses.astuple(probe(*made, (None, None))))
    # Features without any scale are no error: of dead networks there are such.
    dead = np.zeros((20, 4), np.float32)
    assert probe(dead, dead, np.arange(20) % 2, np.zeros(20, int), (None, None)) == Probe(0.0, 0.0, 0.0, 0.0)
