"""What the numbers of a run mean."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from sklearn.linear_model import RidgeClassifier
from sklearn.model_selection import PredefinedSplit, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from dann_core.live.diagnosis import LEVELS, Vitals, diagnose, proxy_a_distance

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


CASES = [
    ({"iteration": 0}, "untrained", "idle"),
    ({"classification_loss": math.nan}, "diverged", "bad"),
    ({"adversarial_loss": math.inf}, "diverged", "bad"),
    ({"classification_loss": 9.0}, "diverged", "bad"),
    ({"adversarial_weight": 0.0}, "no adversary", "wait"),
    ({"lambda_max": 0.0, "lamb": 0.0}, "lambda_max is 0", "wait"),
    ({"lamb": 0.05}, "lambda still low", "wait"),
    ({"lamb": 0.0, "progress": 1.0}, "lambda never rose", "warn"),
    ({"domain_accuracy": 0.97, "adversarial_loss": 0.1}, "discriminator wins", "warn"),
    ({"domain_accuracy": 0.97, "adversarial_loss": 0.1, "reversal_limit": 0.2}, "reversal limited", "wait"),
    ({"source_accuracy": 0.35}, "source forgotten", "bad"),
    ({"source_accuracy": 0.35, "weighs_classes": True}, "aligned", "good"),
    ({"source_accuracy": 0.35, "domain_accuracy": 0.9, "reversal_limit": 0.2}, "source forgotten", "bad"),
    ({"source_accuracy": 0.55, "best_source_accuracy": 0.57, "n_classes": 2}, "aligned", "good"),
    ({"classification_loss": 1.08, "source_accuracy": 0.35, "best_source_accuracy": 0.4}, "guessing", "bad"),
    ({"source_accuracy": 0.35, "progress": 0.05}, "aligned", "good"),
    ({"proxy_a_distance": 1.6}, "discriminator asleep", "warn"),
    ({"proxy_a_distance": math.nan}, "aligned", "good"),
    ({}, "aligned", "good"),
    ({"lamb": 0.4}, "early", "wait"),
    ({"lamb": 0.4, "progress": 1.0}, "aligned", "good"),
    ({"domain_accuracy": 0.75}, "tug of war", "wait"),
]


@pytest.mark.parametrize(("change", "rule", "level"), CASES)
def test_the_rule_that_holds_is_named(change: dict, rule: str, level: str) -> None:
    diagnosis = diagnose(dataclasses.replace(CALM, **change))
    assert (diagnosis.rule, diagnosis.level) == (rule, level)


def test_every_rule_has_a_case() -> None:
    assert {rule: level for _, rule, level in CASES} == LEVELS


def test_the_facts_are_the_rule_s_values() -> None:
    assert diagnose(CALM).facts == {
        "lambda": 0.9,
        "lambda_max": 1.0,
        "domain_accuracy": 0.52,
        "source_accuracy": 0.99,
        "best_source_accuracy": 1.0,
        "reversal_limit": 0.0,
        "a_distance": 0.1,
    }


def test_facts_that_are_no_numbers_are_left_out() -> None:
    facts = diagnose(dataclasses.replace(CALM, proxy_a_distance=math.nan, lamb=math.inf)).facts
    assert "a_distance" not in facts
    assert "lambda" not in facts
    assert all(map(math.isfinite, facts.values()))


def test_windows_of_one_recording_never_judge_each_other() -> None:
    # Every recording has an offset of its own: whoever has seen its other windows recognises it, and nothing else.
    random = np.random.default_rng(0)
    groups = np.repeat(np.arange(40), 10)
    offsets = random.normal(size=(80, 60)) * 3
    a, b = (offsets[first : first + 40][groups] + 0.1 * random.normal(size=(400, 60)) for first in (0, 40))
    assert proxy_a_distance(a, b) > 1.5
    assert proxy_a_distance(a, b, (groups, groups)) < 0.7
    alone = np.zeros(400, int)
    assert proxy_a_distance(a, b, (alone, alone)) == proxy_a_distance(a, b)
