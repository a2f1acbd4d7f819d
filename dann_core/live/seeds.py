"""The same experiments from several seeds: how their accuracies go, so that luck is told from what works.

What can be stacked is trained together (`dann_core.sweeps.replicas`), all else one by one. Runs on any worker.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dann_core.domains.base import Domain
from dann_core.domains.oracle import oracle_pair
from dann_core.domains.pair import DomainPair
from dann_core.settings import Settings
from dann_core.settings.path import Later

if TYPE_CHECKING:
    from dann_core.method.grading import Evaluation
    from dann_core.method.training import Trainer
    from dann_core.sweeps.replicas import Replicas

FIGURES = ("target", "source", "domain")
"""Accuracies, 0..1, over all samples; the target's (exam) is not a number without target labels."""

STOPS = 40
"""Iterations at most at which a run is graded, the first and the last among them."""

CHOICES = (1, 4, 8)
"""Seeds at once."""

SECONDS = 120.0
"""What one group may take; then it ends at the last stop that all of it have reached."""

LARGEST, MOST_SAMPLES = 100_000_000, 20_000
"""Bytes and samples of a pair that is trained on that often, since all samples are graded at every stop."""


class Variant(NamedTuple):
    """One run: its settings, whether it is an oracle (`domains.oracle`), and what it changes to on its way."""

    settings: Settings
    is_oracle: bool = False
    later: Later = ()

    def with_seed(self, seed: int) -> Variant:
        """The same from another seed."""
        later = tuple((at, settings.replace(seed=seed)) for at, settings in self.later)
        return self._replace(settings=self.settings.replace(seed=seed), later=later)


@dataclass(frozen=True, eq=False)
class Course:
    """One run's accuracies at some iterations: `figures` is `(T, 3)`, columns as in `FIGURES`."""

    iterations: np.ndarray  # (T,), from 0 on
    figures: np.ndarray


def seeds_beside(seed: int, n: int) -> list[int]:
    """The n seeds of which this is one, the same n for each of them: 3 of 8 stands in 0 to 7, 9 in 8 to 15."""
    first = seed // n * n
    highest = int(next(knob.high for knob in Settings.knobs() if knob.name == "seed"))
    return [min(first, highest - n + 1) + k for k in range(n)]


def is_small(pair: DomainPair) -> bool:
    """Whether so many runs of this pair may be trained."""
    size = pair.source_x.nbytes + pair.target_x.nbytes
    return size <= LARGEST and len(pair.source_x) + len(pair.target_x) <= MOST_SAMPLES


def together(pair: DomainPair, variants: Sequence[Variant]) -> list[list[int]]:
    """Positions of the variants in groups that can be trained together, on samples of this pair's shape."""
    from dann_core.sweeps.replicas import stacks

    # What changes on its way trains by itself.
    still = [k for k, v in enumerate(variants) if not v.later]
    groups = stacks([pair] * len(still), [variants[k].settings for k in still])
    return [[still[k] for k in group] for group in groups] + [[k] for k, v in enumerate(variants) if v.later]


def courses(data: Domain | DomainPair, variants: Sequence[Variant], device: str) -> list[Course]:
    """Of variants that can be trained `together`, all with the same `max_iter`.

    A built-in domain is drawn anew for every seed. Raises `KnobError` like `Trainer` and `Replicas`.
    """
    from dann_core.method.training import Trainer
    from dann_core.sweeps.replicas import Replicas

    seeds = {v.settings.seed for v in variants}
    drawn = {seed: data.pair(seed) if isinstance(data, Domain) else data for seed in seeds}
    # One object for all that train on it, whose inputs are then held once.
    oracles = {v.settings.seed: oracle_pair(drawn[v.settings.seed]) for v in variants if v.is_oracle}
    pairs = [(oracles if v.is_oracle else drawn)[v.settings.seed] for v in variants]
    settings = [v.settings for v in variants]
    # One by itself is trained as everywhere else, bit for bit.
    training = Trainer(pairs[0], settings[0], device) if len(variants) == 1 else Replicas(pairs, settings, device)
    stops = np.unique(np.linspace(0, settings[0].max_iter, STOPS + 1).astype(int))
    deadline = time.monotonic() + SECONDS
    found: list[np.ndarray] = []
    for stop in stops:
        _advance(training, int(stop), variants[0].later)
        graded = training.evaluate()
        found.append(np.array([_figures(one) for one in (graded if isinstance(graded, list) else [graded])]))
        if time.monotonic() > deadline:
            break
    return [Course(stops[: len(found)], figures) for figures in np.stack(found, 1)]


def _advance(training: Trainer | Replicas, until: int, later: Later) -> None:
    """Up to an iteration, with the changes on the way."""
    for at, settings in later:
        if training.iteration < at <= until:
            training.advance(at - training.iteration)
            training.apply(settings)
    training.advance(until - training.iteration)


def _figures(graded: Evaluation) -> list[float]:
    target = np.nan if graded.target_accuracy is None else graded.target_accuracy
    return [target, graded.source_accuracy, graded.domain_accuracy]
