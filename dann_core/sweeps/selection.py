"""Choosing among runs without target labels: four scores, none of which ever reads one.

What each is worth on the built-in domains is measured by `bench/selection.py` and told in docs/selection.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dann_core.domains.pair import DomainPair
from dann_core.language import say
from dann_core.method.training import Trainer, View
from dann_core.settings import Settings

NEIGHBOURS = 1000
"""Target samples that enter the soft neighbourhood density: it compares each with each."""

TEMPERATURE = 0.05
"""Of the softmax over neighbours (Saito et al. 2021)."""

WORST_ERROR = 1.0

UNTRAINED = ("source_risk", "target_entropy", "soft_neighbourhood_density")
"""The scores that need no further training."""


@dataclass(frozen=True)
class Score:
    """A figure that stands in for the target accuracy where there are no target labels."""

    name: str
    label: str
    help: str
    higher_is_better: bool
    worth: str
    """How far it could be trusted where that was measured, see docs/selection.md."""

    source: str

    def best(self, values: Sequence[float]) -> int | None:
        """The index of the run that this score chooses, the first of equals; None if every value is nan."""
        signed = np.asarray(values, dtype=float) * (1 if self.higher_is_better else -1)
        return None if np.isnan(signed).all() else int(np.nanargmax(signed))


SCORES: dict[str, Score] = {
    score.name: score
    for score in (
        Score(
            "source_risk",
            say("source risk"),
            say(
                "Cross-entropy (nats) on the source samples, whose labels are known. It finds runs that have lost "
                "the source. It misleads because it never looks at the target: a network that does not adapt at "
                "all usually has the lowest. These are the samples it was trained on, so it does not show "
                "overfitting either."
            ),
            higher_is_better=False,
            worth=say(
                "Do not choose by it: worse than chance on all five domains measured. It only shows a lost source."
            ),
            source="the baseline in You et al., Towards Accurate Model Selection in Deep Unsupervised Domain "
            "Adaptation, ICML 2019",
        ),
        Score(
            "target_entropy",
            say("target entropy"),
            say(
                "How unsure the classifier is on the target (nats; 0: always certain): aligned features should "
                "lie away from its boundary. It misleads when a run is certain and wrong: every sample in one "
                "class, clusters laid over the wrong ones, or a loss that holds the entropy itself (entropy "
                "weight above 0)."
            ),
            higher_is_better=False,
            worth=say(
                "The best of them: its pick came within 7 points of the best run in every draw of four domains, "
                "but was no better than chance on the fifth."
            ),
            source="Morerio et al., Minimal-Entropy Correlation Alignment for Unsupervised Deep Domain Adaptation, "
            "ICLR 2018",
        ),
        Score(
            "soft_neighbourhood_density",
            say("soft neighbourhood density"),
            say(
                "How many target samples share each one's predictions (an entropy over neighbours, nats): samples "
                "of a class should be predicted alike. It misleads when everything is predicted alike: one class "
                "for every sample gets the highest density there is. Compare runs on the same data only."
            ),
            higher_is_better=True,
            worth=say(
                "A second voice at most: on three domains of five its pick was, on average, 24 points or more "
                "below the best run."
            ),
            source="Saito et al., Tune it the Right Way: Unsupervised Validation of Domain Adaptation via Soft "
            "Neighborhood Density, ICCV 2021",
        ),
        Score(
            "reverse_validation",
            say("reverse validation"),
            say(
                "The error (0 to 1) on the source of a second network that learns from the target with this run's "
                "predictions as labels: what was carried over rightly can be carried back. It costs another "
                "training. It misleads where nothing pulls: a run that does not adapt hands its own boundary "
                "back, mistakes and all, and looks perfect; classes swapped twice are right again; and the way "
                "back may fail by itself."
            ),
            higher_is_better=False,
            worth=say("Only among runs that adapt: worse than chance on four domains of five."),
            source="Zhong et al., Cross Validation Framework to Choose Amongst Models and Datasets for Transfer "
            "Learning, ECML PKDD 2010; DANN, section 5.1.2",
        ),
    )
}


def scores(pair: DomainPair, source: View, target: View) -> dict[str, float]:
    """The three scores that need no further training, by name; of labels only the source's are read.

    `source` and `target` are what the networks make of all samples of the domains, in their order: `(N_s, ...)` and
    `(N_t, ...)`. All are in nats. If a view holds values that are not finite (the run diverged), every score is nan.
    """
    if not (_finite(source) and _finite(target)):
        return dict.fromkeys(UNTRAINED, np.nan)
    return of_predictions(pair.source_y, source.probabilities, target.probabilities)


def of_predictions(
    source_y: np.ndarray, source: np.ndarray, target: np.ndarray, neighbours: int = NEIGHBOURS
) -> dict[str, float]:
    """The same three of the labels `(N_s,)` and the class probabilities `(N_s, K)`, `(N_t, K)` of any samples.

    At most so many `neighbours` enter the density.
    """
    density = _soft_neighbourhood_density(target, neighbours)
    found = _cross_entropy(source, source_y), float(_entropy(target).mean()), density
    return dict(zip(UNTRAINED, found, strict=True))


def reverse_validation(pair: DomainPair, settings: Settings, target: View, device: str = "cpu") -> float:
    """The reverse risk: the error, 0..1, on the source labels of a network trained on `target`'s predictions.

    The reverse run has the same settings, the target with predicted labels as its source and the source without labels
    as its target (Zhong et al. 2010; DANN, section 5.1.2). It takes as long as the run itself. Unlike in the paper,
    it starts from fresh weights, stops at `max_iter`, and is judged on the whole source instead of a held-out part.

    Predictions of fewer than two classes teach nothing that could be carried back, so they get the worst error, 1. A
    run that diverged, there or back, gets nan.
    """
    if not _finite(target):
        return np.nan
    if len(np.unique(target.classes)) < 2:
        return WORST_ERROR
    reverse = DomainPair(
        pair.target_x, target.classes, pair.source_x, None, name=f"{pair.name}, reversed", class_names=pair.class_names
    )
    trainer = Trainer(reverse, settings, device)
    trainer.advance(settings.max_iter)
    carried_back = trainer.look(pair.source_x, "target")
    return float((carried_back.classes != pair.source_y).mean()) if _finite(carried_back) else np.nan


def _finite(view: View) -> bool:
    return bool(np.isfinite(view.features).all() and np.isfinite(view.probabilities).all())


def _cross_entropy(probabilities: np.ndarray, y: np.ndarray) -> float:
    return float(-_log(probabilities[np.arange(len(y)), y]).mean())


def _entropy(probabilities: np.ndarray) -> np.ndarray:
    """Of each row of `(N, K)`, in nats: `(N,)`."""
    return -(probabilities * _log(probabilities)).sum(1)


def _log(p: np.ndarray) -> np.ndarray:
    # In single precision a certain prediction leaves exactly 0 to the other classes.
    return np.log(np.maximum(p.astype(np.float64), np.finfo(np.float32).tiny))


def _soft_neighbourhood_density(probabilities: np.ndarray, neighbours: int) -> float:
    """The mean entropy of each sample's soft choice among the others (Saito et al. 2021).

    `(N, K)` probabilities; of more than `neighbours` samples, that many evenly spaced ones stand for all.
    """
    n = len(probabilities)
    picked = np.arange(n) if n <= neighbours else np.linspace(0, n - 1, neighbours).astype(int)
    p = probabilities[picked].astype(np.float64)
    p /= np.linalg.norm(p, axis=1, keepdims=True)
    closeness = p @ p.T / TEMPERATURE
    np.fill_diagonal(closeness, -np.inf)
    chosen = np.exp(closeness - closeness.max(1, keepdims=True))
    return float(_entropy(chosen / chosen.sum(1, keepdims=True)).mean())


# Spearman's rank correlation with the true target accuracy, +1: agrees; printed by `python -m bench.selection`.
MEASURED_CORRELATIONS: dict[str, dict[str, float]] = {
    "source_risk": {"moons": -0.36, "blobs": -0.54, "pinwheel": -0.68, "digits": -0.75, "vibration": -0.27},
    "target_entropy": {"moons": 0.10, "blobs": 0.69, "pinwheel": -0.11, "digits": 0.55, "vibration": 0.68},
    "soft_neighbourhood_density": {"moons": 0.12, "blobs": 0.46, "pinwheel": 0.44, "digits": 0.43, "vibration": -0.19},
    "reverse_validation": {"moons": 0.30, "blobs": -0.55, "pinwheel": 0.16, "digits": -0.24, "vibration": 0.57},
}
