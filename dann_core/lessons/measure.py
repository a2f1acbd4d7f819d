"""What becomes of a lesson's run from a seed: the figures that its promise names."""

from __future__ import annotations

import math

from dann_core.domains.base import Domain
from dann_core.lessons.lesson import Lesson
from dann_core.live.twin import source_only
from dann_core.method.grading import Evaluation
from dann_core.method.training import Trainer
from dann_core.settings import Settings

MORE_SEEDS = 4
"""Beside a seed's own, for what `spread` names."""


def figures(lesson: Lesson, seed: int) -> dict[str, float]:
    """The figures of `dann_core.lessons.promise`, in percent, of the run's end from that seed of data and training.

    Spreads are not numbers where the promise does not ask for them: they take five times as long.
    """
    run, twin = _ends(lesson, seed)
    told = {"target": run.target_accuracy, "source": run.source_accuracy, "domain": run.domain_accuracy}
    told |= {"source_only": twin.target_accuracy, "source_only_source": twin.source_accuracy}
    spreads = {"spread": math.nan, "source_only_spread": math.nan}
    if lesson.promise.needs_spread:
        more = [_ends(lesson, seed + k) for k in range(1, MORE_SEEDS + 1)]
        for name, which in (("spread", 0), ("source_only_spread", 1)):
            accuracies = [ends[which].target_accuracy for ends in [(run, twin), *more]]
            spreads[name] = max(accuracies) - min(accuracies)
    return {name: 100 * value for name, value in (told | spreads).items()}


def _ends(lesson: Lesson, seed: int) -> tuple[Evaluation, Evaluation]:
    settings = lesson.settings.replace(seed=seed)
    return tuple(_end(lesson.domain, each, seed) for each in (settings, source_only(settings)))


def _end(domain: Domain, settings: Settings, seed: int) -> Evaluation:
    trainer = Trainer(domain.pair(seed), settings)
    trainer.advance(settings.max_iter)
    return trainer.evaluate()
