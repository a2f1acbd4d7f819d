"""What changes over a run by itself: lambda, the entropy's weight and the learning rate, each a pure function.

All take the iteration, counted from 0, and clip it at `max_iter`. Knows nothing of torch.
"""

from __future__ import annotations

import math
from typing import Protocol

from dann_core.settings import Settings

SHARES_KNOWN, LEARNT = 0.25, 75
"""The progress at which a run that estimates the target's class shares uses them, and begins to adapt at the latest;
and for how many iterations it learns the source at least."""


class Rise(Protocol):
    """What lambda is made of: `Settings` have it, and so has a `LambdaScheduler`."""

    gamma: float
    max_iter: int
    lambda_max: float
    use_lambda_scheduler: bool


def progress(max_iter: int, iteration: int) -> float:
    """How much of a run is over, 0..1."""
    return min(iteration / max_iter, 1.0)


def rise(progress: float, gamma: float) -> float:
    """From 0 towards 1 with progress in 0..1: `2 / (1 + exp(-gamma progress)) - 1` (DANN, section 5.2.2)."""
    return math.tanh(gamma * progress / 2)


def lambda_at(settings: Rise, iteration: int) -> float:
    """lambda in that iteration of a run that adapts; `lambda_max` all along without `use_lambda_scheduler`."""
    if not settings.use_lambda_scheduler:
        return settings.lambda_max
    return settings.lambda_max * rise(progress(settings.max_iter, iteration), settings.gamma)


def decides_in(settings: Settings) -> int:
    """The iteration from which on estimated class shares count: the source has to be learnt first."""
    return max(int(SHARES_KNOWN * settings.max_iter), LEARNT) if settings.weighs_classes else 0


def is_short(settings: Settings) -> bool:
    """Whether a run's part for learning the source is too short for that."""
    return SHARES_KNOWN * settings.max_iter < LEARNT


def entropy_weight_at(settings: Settings, iteration: int) -> float:
    """The entropy term's weight in that iteration: it rises with gamma also where lambda does not."""
    return settings.entropy_weight * rise(progress(settings.max_iter, iteration), settings.gamma)


def learning_rate_at(settings: Settings, iteration: int) -> float:
    """The optimizer's step in that iteration."""
    p = progress(settings.max_iter, iteration)
    factor = {
        "none": 1.0,
        "ganin": (1 + 10 * p) ** -0.75,
        "cosine": (1 + math.cos(math.pi * p)) / 2,
    }[settings.learning_rate_decay]
    return settings.learning_rate * factor
