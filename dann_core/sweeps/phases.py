"""What adapting did in a cell of a sweep: its runs' target accuracies against those of their source-only twins.

A twin has the same data and the same seed, so that what is measured is adaptation and not the draw. It is an exam: all
of this reads target labels.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from dann_core.language import say
from dann_core.live.twin import noise

ERRORS = 2.0
"""Standard errors of the mean gain within which it may be the seeds' chance."""


class Phase(NamedTuple):
    """`sign` tells it apart where colour does not."""

    name: str
    sign: str
    title: str
    meaning: str


WORKS = Phase("works", "▲", say("works"), say("better on the target than without adapting"))
HARMS = Phase("harms", "▼", say("harms"), say("worse on the target than without adapting"))
SWAPPED = Phase(
    "swapped", "✕", say("classes swapped"), say("fewer are right than by guessing: whole classes wear wrong names")
)
NOTHING = Phase("nothing", "=", say("does nothing"), say("as without adapting, within chance"))
MIXED = Phase("mixed", "±", say("the seed decides"), say("seeds disagree by so much that their mean says neither"))

PHASES = {phase.name: phase for phase in (WORKS, HARMS, SWAPPED, NOTHING, MIXED)}


@dataclass(frozen=True)
class Gain:
    """One cell's seeds: target accuracies, 0..1, adapted and of the source-only twins, in the same order.

    `samples` is how many target samples they are the shares of, `guessing` the accuracy of guessing, one over the
    number of classes.
    """

    adapted: tuple[float, ...]
    source_only: tuple[float, ...]
    samples: int
    guessing: float

    @property
    def each(self) -> Sequence[float]:
        """What each seed has gained, -1..1."""
        return [run - twin for run, twin in zip(self.adapted, self.source_only, strict=True)]

    @property
    def mean(self) -> float:
        """Over the seeds."""
        return float(np.mean(self.each))

    @property
    def noise(self) -> float:
        """The band about 0 that says nothing: that of a single run, or the seeds' disagreement where it is larger."""
        return max(noise(self.samples), disagreement(self.each))

    @property
    def phase(self) -> Phase:
        """What that amounts to. A gain of runs that are wrong nearly everywhere is no success."""
        unsure = max(noise(self.samples), disagreement(self.adapted))
        if np.mean(self.adapted) < self.guessing - unsure:
            return SWAPPED
        if abs(self.mean) > self.noise:
            return WORKS if self.mean > 0 else HARMS
        return MIXED if self.noise > noise(self.samples) else NOTHING


def disagreement(values: Sequence[float]) -> float:
    """`ERRORS` standard errors of their mean: what the seeds' spread leaves open; 0 with one seed."""
    return ERRORS * float(np.std(values, ddof=1)) / math.sqrt(len(values)) if len(values) > 1 else 0.0


def points(gain: float) -> str:
    """A gain as people read it: `+23.7`, in points of accuracy."""
    # Without adding 0, what rounds to nothing from below would be written -0.0.
    return f"{round(100 * gain, 1) + 0:+.1f}"
