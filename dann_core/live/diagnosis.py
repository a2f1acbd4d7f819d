"""The state of a run: which rule its figures fulfil, and what to try next."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from dann_core.live.probe import Probe
from dann_core.live.remedies import Remedy, remedy
from dann_core.method.adversarial import CHANCE_LOSS
from dann_core.method.grading import Evaluation
from dann_core.method.reweighting import APART, Hindrance
from dann_core.method.schedules import decides_in
from dann_core.settings import Settings

Level = Literal["idle", "wait", "good", "warn", "bad"]


@dataclass(frozen=True)
class Diagnosis:
    """The state of a run as a rule's name and its values; words are made of them where they are shown.

    `level` is how good the news is; `remedy` the one setting to change next, and its new value. `exam` is what target
    labels say of it, a rule and its values, or nothing.
    """

    level: Level
    rule: str
    facts: dict[str, float] = field(default_factory=dict)
    remedy: Remedy | None = None
    exam: dict[str, Any] = field(default_factory=dict)

    @property
    def is_probed(self) -> bool:
        """Whether it rests on a probe."""
        return self.rule in PROBED


@dataclass(frozen=True)
class Vitals:
    """The figures a diagnosis is made from, all of one iteration; losses in nats, accuracies in 0..1.

    `why_not` is what keeps a run from adapting, if it has decided not to, and `mixed` how mixed the domains were then,
    0..1; `probe` None where none was made of this very iteration.
    """

    iteration: int
    lamb: float
    settings: Settings
    classification_loss: float
    adversarial_loss: float
    domain_accuracy: float
    source_accuracy: float
    best_source_accuracy: float
    progress: float
    n_classes: int
    why_not: Hindrance | None = None
    mixed: float = 0.0
    probe: Probe | None = None


TOLD, FITS = 0.8, 0.8
"""A proxy A-distance from which on the domains count as told apart, if chance does not reach it; and how clearly the
target lies in its classes, as a share of the source, from which on that is no matter. Seen on the built-in domains:
A-distances to 0.7 and fits from 0.82 on where the target is classified well, from 0.9 and to 0.78 where it is not."""

FEW_DIMENSIONS = 1.15
"""Effective ones: features that have no more lie on a line. Classes that are well learnt need as many as there are
classes, less one (neural collapse, Papyan et al. 2020); with less than half of these, classes lie on each other."""

AT_CHANCE, TOLD_APART, WINS = 0.62, 0.75, 0.85
"""The discriminator's accuracy, below which it cannot tell, and from which on it can, and wins."""

LEVELS: dict[str, Level] = {
    "untrained": "idle",
    "diverged": "bad",
    "no classifier": "bad",
    "no adversary": "wait",
    "entropy alone": "wait",
    "discrepancy alone": "wait",
    "lambda_max is 0": "wait",
    "features collapsed": "warn",
    "source forgotten": "bad",
    "guessing": "bad",
    "run too short": "wait",
    "domains overlap": "wait",
    "classes unclear": "wait",
    "lambda never rose": "warn",
    "lambda still low": "wait",
    "reversal limited": "wait",
    "discriminator wins": "warn",
    "discriminator asleep": "warn",
    "told apart within classes": "good",
    "early": "wait",
    "aligned": "good",
    "aligned loosely": "wait",
    "tug of war": "wait",
    "unprobed": "wait",
}
"""Every rule that `diagnose` knows, with its level."""

PROBED = {
    "features collapsed",
    "reversal limited",
    "discriminator wins",
    "discriminator asleep",
    "told apart within classes",
    "early",
    "aligned",
    "aligned loosely",
    "tug of war",
}
"""The rules that rest on a probe, whose figures are then among the facts."""


def diagnose(v: Vitals) -> Diagnosis:
    """What is happening; the first rule that holds speaks. "unprobed" where that takes a probe and there is none."""
    rule = _rule_of_settings(v) or _rule_of_classes(v) or _rule_of_lambda(v) or _rule_of_features(v)
    facts = {
        "iteration": v.iteration,
        "lambda": v.lamb,
        "lambda_max": v.settings.lambda_max,
        "domain_accuracy": v.domain_accuracy,
        "source_accuracy": v.source_accuracy,
        "best_source_accuracy": v.best_source_accuracy,
        "reversal_limit": v.settings.reversal_limit,
    }
    if v.why_not:
        facts |= {"mixed": v.mixed, "mixed_limit": APART, "decides_in": decides_in(v.settings)}
    if rule in PROBED:
        facts |= {"a_distance": v.probe.distance, "chance": v.probe.chance, "rank": v.probe.rank, "fit": v.probe.fit}
    # Of a run that has diverged, figures need not be numbers.
    told = {name: value for name, value in facts.items() if math.isfinite(value)}
    tried = remedy(rule, v.settings)
    # Of a run that does not adapt, lambda changes nothing.
    return Diagnosis(LEVELS[rule], rule, told, None if v.why_not and tried and tried[0] == "lambda_max" else tried)


def _rule_of_settings(v: Vitals) -> str | None:
    """What is settled before any figure is looked at."""
    s = v.settings
    if v.iteration == 0:
        return "untrained"
    losses = v.classification_loss + v.adversarial_loss
    if not math.isfinite(losses) or (s.classification_weight and v.classification_loss > 5 * math.log(v.n_classes)):
        return "diverged"
    if s.classification_weight == 0:
        return "no classifier"
    if s.adversarial_weight == 0:
        if v.why_not and s.adapts:
            return v.why_not
        if s.discrepancy != "none" and s.discrepancy_weight:
            return "discrepancy alone"
        return "entropy alone" if s.entropy_weight else "no adversary"
    return "lambda_max is 0" if s.lambda_max == 0 else None


def _rule_of_classes(v: Vitals) -> str | None:
    """Whether the classes are lost, on which all else rests."""
    if v.progress <= 0.2:
        return None
    forgotten = v.source_accuracy < v.best_source_accuracy - 0.2 and not v.settings.weighs_classes
    guessing = v.classification_loss > 0.9 * math.log(v.n_classes)
    if (forgotten or guessing) and v.probe and _has_collapsed(v):
        return "features collapsed"
    return "source forgotten" if forgotten else "guessing" if guessing else None


def _rule_of_lambda(v: Vitals) -> str | None:
    if v.why_not:
        return v.why_not
    if v.lamb < 0.1 * v.settings.lambda_max:
        return "lambda never rose" if v.progress >= 1 else "lambda still low"
    return None


def _rule_of_features(v: Vitals) -> str:
    """Whether the domains lie on each other: what the discriminator says of it, and what a fresh probe does."""
    if v.probe is None:
        return "unprobed"
    fits = v.probe.fit >= FITS
    if v.domain_accuracy < AT_CHANCE:
        return _rule_at_chance(v, fits)
    if fits and (v.progress >= 1 or v.domain_accuracy >= WINS):
        return "told apart within classes" if v.domain_accuracy >= TOLD_APART or _is_told(v) else "aligned"
    if v.domain_accuracy >= TOLD_APART and v.settings.reversal_limit:
        return "reversal limited"
    has_won = v.domain_accuracy >= WINS and v.adversarial_loss < 0.6 * CHANCE_LOSS
    # Once a run is over, nobody pulls any more.
    return "discriminator wins" if has_won or v.progress >= 1 else "tug of war"


def _rule_at_chance(v: Vitals, fits: bool) -> str:
    if _is_told(v):
        return "told apart within classes" if fits else "discriminator asleep"
    if v.lamb < 0.5 * v.settings.lambda_max and v.progress < 1:
        return "early"
    if not fits and _has_collapsed(v):
        return "features collapsed"
    return "aligned" if fits else "aligned loosely"


def _is_told(v: Vitals) -> bool:
    return v.probe.distance > max(v.probe.chance, TOLD)


def _has_collapsed(v: Vitals) -> bool:
    needed = min(v.n_classes - 1, v.settings.feature_width) / 2
    return v.probe.rank < max(FEW_DIMENSIONS, needed)


BELOW_SOURCE, AS_GOOD = 0.15, 0.05
"""Of the source accuracy, by which the target's contradicts good news, and within which it contradicts bad news."""


def examined(diagnosis: Diagnosis, evaluation: Evaluation) -> Diagnosis:
    """The diagnosis with what target labels say of it: "wrong classes", "no harm", or nothing."""
    target, source = evaluation.target_accuracy, evaluation.source_accuracy
    if target is None or not diagnosis.is_probed:
        return diagnosis
    is_blessed = diagnosis.rule in ("aligned", "aligned loosely", "told apart within classes")
    if is_blessed and target < source - BELOW_SOURCE:
        rule = "wrong classes"
    elif diagnosis.level == "warn" and target > source - AS_GOOD:
        rule = "no harm"
    else:
        return diagnosis
    return replace(diagnosis, exam={"rule": rule, "target_accuracy": target, "source_accuracy": source})
