"""What the numbers mean: the proxy A-distance and the state of a run in plain words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from dann_core.method.adversarial import CHANCE_LOSS


def proxy_a_distance(source: np.ndarray, target: np.ndarray) -> float:
    """`2 * (1 - 2 * error)` of a fresh linear classifier that tells the domains apart (Ben-David et al. 2007).

    Features `(N_s, D)` and `(N_t, D)`; the error is cross-validated in two halves, so the classifier is judged on
    samples it has not seen. 0: cannot tell (values below are chance and clipped); 2: always right.
    """
    x = np.concatenate([source, target])
    side = np.repeat([1.0, -1.0], [len(source), len(target)])
    # Drawn, and the same each time: samples that come sorted by class would be told by classes that it has not seen.
    random = np.random.default_rng(0)
    one_half = np.concatenate([2 * random.permutation(n) < n for n in (len(source), len(target))])
    # What RidgeClassifier and cross_val_predict do, in a third of their time: this is made while people wait.
    probe, told = make_pipeline(StandardScaler(), Ridge()), np.empty(len(x))
    for held_out in (one_half, ~one_half):
        seen = side[~held_out]
        balanced = 0.5 / np.where(seen > 0, np.mean(seen > 0), np.mean(seen < 0))
        told[held_out] = probe.fit(x[~held_out], seen, ridge__sample_weight=balanced).predict(x[held_out])
    error = (np.mean(told[side > 0] <= 0) + np.mean(told[side < 0] > 0)) / 2
    return float(np.clip(2 * (1 - 2 * error), 0, 2))


@dataclass(frozen=True)
class Diagnosis:
    """The state of a run in one sentence; `level` is how good the news is."""

    level: Literal["idle", "wait", "good", "warn", "bad"]
    sentence: str


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


def diagnose(v: Vitals) -> Diagnosis:
    """Say in plain words what is happening; the first rule that holds speaks."""
    guessing = math.log(v.n_classes)
    if v.iteration == 0:
        return Diagnosis(
            "idle", "Nothing is trained yet: the network is random. Press Play and watch it align the domains."
        )
    if not math.isfinite(v.classification_loss + v.adversarial_loss) or v.classification_loss > 5 * guessing:
        return Diagnosis("bad", "Diverged: the losses have left every scale. Lower the learning rate, then Reset.")
    if v.adversarial_weight == 0:
        return Diagnosis(
            "wait", "The adversarial weight is 0: this is source-only training, nothing pulls the domains together."
        )
    if v.lambda_max == 0:
        return Diagnosis(
            "wait", "lambda_max is 0: the discriminator watches, but the extractor does not feel it (source only)."
        )
    if v.source_accuracy < v.best_source_accuracy - 0.2 and v.progress > 0.2:
        return Diagnosis(
            "bad",
            f"The classifier has forgotten the source ({v.source_accuracy:.0%}, it was {v.best_source_accuracy:.0%}): "
            "the reversed gradient is too strong. Lower lambda_max.",
        )
    if v.classification_loss > 0.9 * guessing and v.progress > 0.2:
        return Diagnosis(
            "bad",
            "The classifier does no better than guessing, so aligned features mean nothing: try another learning rate, "
            "or lower lambda_max.",
        )
    if v.lamb < 0.1 * v.lambda_max and v.progress >= 1:
        return Diagnosis(
            "warn", f"The run is over and lambda ended at {v.lamb:.2f}: gamma is too small for it to rise."
        )
    if v.lamb < 0.1 * v.lambda_max:
        return Diagnosis(
            "wait",
            f"lambda is still {v.lamb:.2f}: adaptation has hardly begun, the classifier learns the source first.",
        )
    if v.domain_accuracy >= 0.75 and v.reversal_limit:
        return Diagnosis(
            "wait",
            f"The discriminator is right in {v.domain_accuracy:.0%} of cases: the reversal limit "
            f"({v.reversal_limit:g}) keeps its pull on the extractor gentle. Raise it to pull harder.",
        )
    if v.domain_accuracy >= 0.85 and v.adversarial_loss < 0.6 * CHANCE_LOSS:
        return Diagnosis(
            "warn",
            f"The discriminator wins ({v.domain_accuracy:.0%} right): the extractor cannot hide the domain. "
            "Raise lambda_max, or its width is too large.",
        )
    if v.domain_accuracy < 0.62 and v.proxy_a_distance > 1.0:
        return Diagnosis(
            "warn",
            f"The discriminator is at chance, but a fresh probe still tells the domains apart (A-distance "
            f"{v.proxy_a_distance:.1f}): it is asleep, not beaten. Try a larger width or a higher learning rate.",
        )
    if v.domain_accuracy < 0.62 and v.lamb < 0.5 * v.lambda_max and v.progress < 1:
        return Diagnosis(
            "wait",
            f"The discriminator is at chance ({v.domain_accuracy:.0%} right), but it is early: lambda is {v.lamb:.2f} "
            f"on its way to {v.lambda_max:g}, and nothing has settled yet.",
        )
    if v.domain_accuracy < 0.62:
        return Diagnosis(
            "good",
            f"The discriminator is at chance ({v.domain_accuracy:.0%} right, 50 % = cannot tell): the features "
            "are aligned.",
        )
    return Diagnosis(
        "wait",
        f"Tug of war: the discriminator is right in {v.domain_accuracy:.0%} of cases, the extractor pulls against it.",
    )
