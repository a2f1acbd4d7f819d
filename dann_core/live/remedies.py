"""What to try next: of every rule of the diagnosis, the one setting to change, and to what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dann_core.method.schedules import LEARNT
from dann_core.settings import Settings

GENTLE_RATE = 1e-4
"""A learning rate below which learning nothing is rather a matter of time."""

DEEP, NARROW = 2, 8
"""Hidden layers beyond which a plain network is rather hard to train than weak; features that leave little room."""

Remedy = tuple[str, Any]
"""A setting's name and its new value."""


def _more_room(s: Settings, otherwise: Remedy) -> Remedy:
    """Features in which domains need not be laid on each other at the cost of the classes."""
    if s.feature_width < NARROW:
        return "feature_width", 64
    if s.extractor_depth > DEEP + 1:
        return "extractor_depth", DEEP
    return otherwise


def _another_seed(s: Settings) -> Remedy:
    return _more_room(s, ("seed", s.seed + 1))


def _less_reversal(s: Settings) -> Remedy:
    return "lambda_max", s.lambda_max / 4


def _stronger_pull(s: Settings) -> Remedy:
    if s.reversal_limit:
        return "reversal_limit", s.reversal_limit * 2
    return "lambda_max", max(2 * s.lambda_max, 1.0)


def _better_discriminator(s: Settings) -> Remedy:
    if s.discriminator_norm == "batch":
        return "discriminator_norm", "none"
    if s.discriminator_depth > DEEP and s.discriminator_norm == "none":
        return "discriminator_depth", DEEP
    if s.optimizer == "sgd":
        return "optimizer", "adam"
    return "discriminator_width", max(4 * s.discriminator_width, 64)


def _another_rate(s: Settings) -> Remedy:
    return "learning_rate", s.learning_rate * (10 if s.learning_rate < GENTLE_RATE else 0.1)


_REMEDIES: dict[str, Callable[[Settings], Remedy]] = {
    "diverged": lambda s: ("learning_rate", s.learning_rate / 10),
    "no classifier": lambda s: ("classification_weight", 1.0),
    "no adversary": lambda s: ("adversarial_weight", 1.0),
    "lambda_max is 0": lambda s: ("lambda_max", 1.0),
    "run too short": lambda s: ("max_iter", 4 * LEARNT),
    "lambda never rose": lambda s: ("gamma", 10.0) if s.gamma < 10 else ("max_iter", 2 * s.max_iter),
    "source forgotten": _less_reversal,
    "guessing": _another_rate,
    "features collapsed": lambda s: _more_room(s, _less_reversal(s)),
    "reversal limited": _stronger_pull,
    "discriminator wins": _stronger_pull,
    "discriminator asleep": _better_discriminator,
    "told apart within classes": _stronger_pull,
    "aligned": _another_seed,
    "aligned loosely": _another_seed,
}


def remedy(rule: str, settings: Settings) -> Remedy | None:
    """The one thing to try next, within the setting's range; None where it is to wait, or there is nothing left."""
    if rule not in _REMEDIES:
        return None
    name, value = _REMEDIES[rule](settings)
    knob = next(k for k in settings.knobs() if k.name == name)
    if knob.kind != "choice":
        value = knob_value(value, knob.low, knob.high, is_whole=knob.kind == "int")
    return None if value == getattr(settings, name) else (name, value)


def knob_value(value: float, low: float, high: float, *, is_whole: bool) -> float:
    """A value as a person would write it: within its range, with two digits."""
    bounded = min(max(value, low), high)
    return int(bounded) if is_whole else float(f"{bounded:.2g}")
