"""A run's source-only twin: the same run without adaptation, which tells whether adapting did good or harm."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from dann_core.domains.pair import DomainPair
from dann_core.method.training import Trainer
from dann_core.settings import Settings
from dann_core.settings.methods import SOURCE_ONLY

if TYPE_CHECKING:
    from dann_core.sweeps.replicas import Replicas

SECONDS, CHUNK = 20.0, 20
"""What training a twin may take, and the iterations between two looks at the clock: it is beside the point of a page,
and a twin that would take longer is not made."""

NOISE, NOISY_SAMPLES = 0.02, 2
"""A run differs from its twin beyond so much accuracy and so many target samples: less is chance."""


def source_only(settings: Settings) -> Settings:
    """The same settings with nothing that looks at the target; equal to `settings` where nothing does."""
    if not settings.adapts:
        return settings
    return settings.replace(**SOURCE_ONLY | {"classification_weight": settings.classification_weight})


def source_only_accuracy(pair: DomainPair, settings: Settings, device: str = "cpu") -> float | None:
    """The target accuracy (exam) of the twin after max_iter; runs on any worker.

    None where there are no target labels or not enough time. Raises `KnobError` like `Trainer`.
    """
    trainer = Trainer(pair, source_only(settings), device)
    return trainer.evaluate().target_accuracy if in_time(trainer, settings.max_iter) else None


def in_time(trainer: Trainer | Replicas, iterations: int) -> bool:
    """Train from iteration 0 that many iterations; whether `SECONDS` were enough. If not, it stops where it is."""
    deadline = time.monotonic() + SECONDS
    while trainer.iteration < iterations:
        if time.monotonic() > deadline:
            return False
        trainer.advance(min(CHUNK, iterations - trainer.iteration))
    return True


def against(accuracy: float, twin: float, n_target: int) -> str:
    """What adapting did to a run's target accuracy: "harm" or "gain" where it is beyond chance, else "even"."""
    chance = noise(n_target)
    return "harm" if accuracy < twin - chance else "gain" if accuracy > twin + chance else "even"


def noise(n_target: int) -> float:
    """The accuracy, 0..1, by which a run and its twin may differ by chance, with so many target samples."""
    # A difference of just so much may come out above it in its last bits.
    return max(NOISE, NOISY_SAMPLES / n_target) + 1e-9
