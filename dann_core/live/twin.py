"""A run's source-only twin: the same run without adaptation, which tells whether adapting did good or harm."""

from __future__ import annotations

import time

from dann_core.domains.pair import DomainPair
from dann_core.method.training import Trainer
from dann_core.settings import Settings
from dann_core.settings.methods import SOURCE_ONLY

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
    deadline = time.monotonic() + SECONDS
    trainer = Trainer(pair, source_only(settings), device)
    while trainer.iteration < settings.max_iter:
        if time.monotonic() > deadline:
            return None
        trainer.advance(min(CHUNK, settings.max_iter - trainer.iteration))
    return trainer.evaluate().target_accuracy


def against(accuracy: float, twin: float, n_target: int) -> str:
    """What adapting did to a run's target accuracy: "harm" or "gain" where it is beyond chance, else "even"."""
    noise = max(NOISE, NOISY_SAMPLES / n_target)
    return "harm" if accuracy < twin - noise else "gain" if accuracy > twin + noise else "even"
