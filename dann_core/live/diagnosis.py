"""What the numbers mean: the proxy A-distance and the state of a run."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from dann_core.method.adversarial import CHANCE_LOSS


def proxy_a_distance(
    source: np.ndarray,
    target: np.ndarray,
    groups: tuple[np.ndarray | None, np.ndarray | None] = (None, None),
) -> float:
    """`2 * (1 - 2 * error)` of a fresh linear classifier that tells the domains apart (Ben-David et al. 2007).

    Features `(N_s, D)` and `(N_t, D)`; the error is cross-validated in two halves, so the classifier is judged on
    samples it has not seen; samples of one of the `groups` `(N_s,)`, `(N_t,)`, such as windows of one recording, stay
    in one half. 0: cannot tell (values below are chance and clipped); 2: always right.
    """
    x = np.concatenate([source, target])
    side = np.repeat([1.0, -1.0], [len(source), len(target)])
    # Drawn, and the same each time: samples that come sorted by class would be told by classes that it has not seen.
    random = np.random.default_rng(0)
    sizes = len(source), len(target)
    one_half = np.concatenate([_half(n, g, random) for n, g in zip(sizes, groups, strict=True)])
    # What RidgeClassifier and cross_val_predict do, in a third of their time: this is made while people wait.
    probe, told = make_pipeline(StandardScaler(), Ridge()), np.empty(len(x))
    for held_out in (one_half, ~one_half):
        seen = side[~held_out]
        balanced = 0.5 / np.where(seen > 0, np.mean(seen > 0), np.mean(seen < 0))
        told[held_out] = probe.fit(x[~held_out], seen, ridge__sample_weight=balanced).predict(x[held_out])
    error = (np.mean(told[side > 0] <= 0) + np.mean(told[side < 0] > 0)) / 2
    return float(np.clip(2 * (1 - 2 * error), 0, 2))


def _half(n: int, groups: np.ndarray | None, random: np.random.Generator) -> np.ndarray:
    """Which of n samples are in the first half: of whole groups, unless there is one only."""
    if groups is None or (groups == groups[0]).all():
        return 2 * random.permutation(n) < n
    distinct, which = np.unique(groups, return_inverse=True)
    return (2 * random.permutation(len(distinct)) < len(distinct))[which]


Level = Literal["idle", "wait", "good", "warn", "bad"]


@dataclass(frozen=True)
class Diagnosis:
    """The state of a run as a rule's name and its values; words are made of them where they are shown.

    `level` is how good the news is.
    """

    level: Level
    rule: str
    facts: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Vitals:
    """The figures a diagnosis is made from; losses in nats, accuracies in 0..1."""

    iteration: int
    lamb: float
    lambda_max: float
    reversal_limit: float
    adversarial_weight: float
    classification_loss: float
    adversarial_loss: float
    domain_accuracy: float
    source_accuracy: float
    best_source_accuracy: float
    progress: float
    proxy_a_distance: float
    n_classes: int
    weighs_classes: bool = False  # then source samples of classes that the target seems not to have count for little


LEVELS: dict[str, Level] = {
    "untrained": "idle",
    "diverged": "bad",
    "no adversary": "wait",
    "lambda_max is 0": "wait",
    "source forgotten": "bad",
    "guessing": "bad",
    "lambda never rose": "warn",
    "lambda still low": "wait",
    "reversal limited": "wait",
    "discriminator wins": "warn",
    "discriminator asleep": "warn",
    "early": "wait",
    "aligned": "good",
    "tug of war": "wait",
}
"""Every rule that `diagnose` knows, with its level."""


def diagnose(v: Vitals) -> Diagnosis:
    """What is happening; the first rule that holds speaks."""
    rule = _rule(v)
    facts = {
        "lambda": v.lamb,
        "lambda_max": v.lambda_max,
        "domain_accuracy": v.domain_accuracy,
        "source_accuracy": v.source_accuracy,
        "best_source_accuracy": v.best_source_accuracy,
        "reversal_limit": v.reversal_limit,
        "a_distance": v.proxy_a_distance,
    }
    # Of a run that has diverged, figures need not be numbers.
    return Diagnosis(LEVELS[rule], rule, {name: value for name, value in facts.items() if math.isfinite(value)})


def _rule(v: Vitals) -> str:
    guessing = math.log(v.n_classes)
    if v.iteration == 0:
        return "untrained"
    if not math.isfinite(v.classification_loss + v.adversarial_loss) or v.classification_loss > 5 * guessing:
        return "diverged"
    if v.adversarial_weight == 0:
        return "no adversary"
    if v.lambda_max == 0:
        return "lambda_max is 0"
    if v.source_accuracy < v.best_source_accuracy - 0.2 and v.progress > 0.2 and not v.weighs_classes:
        return "source forgotten"
    if v.classification_loss > 0.9 * guessing and v.progress > 0.2:
        return "guessing"
    if v.lamb < 0.1 * v.lambda_max:
        return "lambda never rose" if v.progress >= 1 else "lambda still low"
    if v.domain_accuracy >= 0.75 and v.reversal_limit:
        return "reversal limited"
    if v.domain_accuracy >= 0.85 and v.adversarial_loss < 0.6 * CHANCE_LOSS:
        return "discriminator wins"
    if v.domain_accuracy < 0.62:
        return _rule_at_chance(v)
    return "tug of war"


def _rule_at_chance(v: Vitals) -> str:
    if v.proxy_a_distance > 1.0:
        return "discriminator asleep"
    if v.lamb < 0.5 * v.lambda_max and v.progress < 1:
        return "early"
    return "aligned"
