"""Numbers and the words for them."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from sklearn.linear_model import RidgeClassifier
from sklearn.model_selection import PredefinedSplit, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from dann_core.live.diagnosis import Vitals, diagnose, proxy_a_distance

CALM = Vitals(
    iteration=500,
    lamb=0.9,
    lambda_max=1.0,
    reversal_limit=0.0,
    adversarial_weight=1.0,
    classification_loss=0.1,
    adversarial_loss=0.69,
    domain_accuracy=0.52,
    source_accuracy=0.99,
    best_source_accuracy=1.0,
    progress=0.5,
    proxy_a_distance=0.1,
    n_classes=3,
)


def test_proxy_a_distance_knows_both_ends() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(300, 8)), rng.normal(size=(300, 8))
    assert proxy_a_distance(a, b) < 0.35
    assert proxy_a_distance(a, b + 5) == pytest.approx(2, abs=0.02)
    assert 0.3 < proxy_a_distance(a, b + 0.4) < 1.7
    assert proxy_a_distance(a[:5], b[:200]) <= 2


def test_proxy_a_distance_is_not_misled_by_classes_that_come_sorted() -> None:
    rng = np.random.default_rng(2)
    classes = np.repeat([0, 1], 100)
    # Told apart by both columns together; within one class, by a threshold that is wrong for the other.
    a, b = (np.stack([4 * classes + shift, classes], 1) + rng.normal(0, 0.1, (200, 2)) for shift in (0, 2))
    assert proxy_a_distance(a, b) > 1.8


@pytest.mark.parametrize("n", [300, 75])
def test_proxy_a_distance_is_that_of_a_balanced_ridge_classifier(n) -> None:
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(300, 8)), rng.normal(size=(n, 8)) * rng.uniform(0.1, 9, 8) + 0.3
    probe = make_pipeline(StandardScaler(), RidgeClassifier(class_weight="balanced"))
    domain = np.repeat([1, 0], [300, n])
    random = np.random.default_rng(0)
    halves = PredefinedSplit(np.concatenate([2 * random.permutation(m) < m for m in (300, n)]))
    told = cross_val_predict(probe, np.concatenate([a, b]), domain, cv=halves)
    error = (np.mean(told[:300] != 1) + np.mean(told[300:] != 0)) / 2
    assert proxy_a_distance(a, b) == pytest.approx(2 * (1 - 2 * error), abs=1e-12)


@pytest.mark.parametrize(
    ("change", "level", "words"),
    [
        ({"iteration": 0}, "idle", "Press Play"),
        ({"classification_loss": math.nan}, "bad", "lower the learning rate"),
        ({"classification_loss": 9.0}, "bad", "Diverged"),
        ({"adversarial_weight": 0.0}, "wait", "source-only"),
        ({"lambda_max": 0.0, "lamb": 0.0}, "wait", "source only"),
        ({"lamb": 0.05}, "wait", "lambda is still 0.05"),
        ({"domain_accuracy": 0.97, "adversarial_loss": 0.1}, "warn", "The discriminator wins (97% right)"),
        ({"domain_accuracy": 0.97, "adversarial_loss": 0.1, "reversal_limit": 0.2}, "wait", "reversal limit (0.2)"),
        ({"source_accuracy": 0.35}, "bad", "forgotten the source"),
        ({"source_accuracy": 0.35, "domain_accuracy": 0.9, "reversal_limit": 0.2}, "bad", "forgotten the source"),
        ({"source_accuracy": 0.55, "best_source_accuracy": 0.57, "n_classes": 2}, "good", "aligned"),
        ({"classification_loss": 1.08, "source_accuracy": 0.35, "best_source_accuracy": 0.4}, "bad", "guessing"),
        ({"source_accuracy": 0.35, "progress": 0.05}, "good", "aligned"),
        ({"lamb": 0.0, "progress": 1.0}, "warn", "gamma is too small"),
        ({"proxy_a_distance": 1.6}, "warn", "asleep"),
        ({}, "good", "aligned"),
        ({"lamb": 0.4}, "wait", "but it is early"),
        ({"lamb": 0.4, "progress": 1.0}, "good", "aligned"),
        ({"domain_accuracy": 0.75}, "wait", "Tug of war"),
    ],
)
def test_the_sentence_says_what_is_happening(change: dict, level: str, words: str) -> None:
    diagnosis = diagnose(dataclasses.replace(CALM, **change))
    assert diagnosis.level == level
    assert words.lower() in diagnosis.sentence.lower()
