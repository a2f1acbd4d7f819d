"""What is known of a run's predictions without target labels: what others, trained on the same data, say of them.

Others are the source-only twin and runs with other first weights and batches. All is made on a worker; the server
names these functions and need not load torch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from dann_core.domains.pair import DomainPair
from dann_core.live.slices import Standing
from dann_core.settings import Settings

if TYPE_CHECKING:
    from dann_core.method.training import Trainer, View

SEEDS, SEEDS_ALONE = 4, 2
"""Runs from other seeds: of a kind that can be stacked, and of others, each of which costs as much as the run."""

LONGEST_NAME = 1_000
"""Characters of what a person looks for."""

LARGEST, MOST_SAMPLES = 100_000_000, 50_000
"""Bytes and samples of a pair that others are trained on, and scores are made of."""


@dataclass(frozen=True, eq=False)
class Opinion:
    """What one network makes of all N target samples.

    `scores` are the label-free ones by name (`sweeps.selection`); none of large pairs.
    """

    classes: np.ndarray  # (N,), class indices
    confidence: np.ndarray  # (N,), the class's probability, 0..1
    scores: dict[str, float] = field(default_factory=dict)

    def counts(self, n_classes: int) -> np.ndarray:
        """How many samples are given each class, `(n_classes,)`."""
        return np.bincount(self.classes, minlength=n_classes)

    def mean_confidence(self, n_classes: int) -> np.ndarray:
        """The mean confidence of the samples given each class, `(n_classes,)`; not a number where there are none."""
        sums, there = np.bincount(self.classes, self.confidence, n_classes), self.counts(n_classes)
        return np.divide(sums, there, out=np.full(n_classes, np.nan), where=there > 0)

    def agreement(self, other: Opinion) -> float:
        """The share of samples that both give the same class, 0..1."""
        return float((self.classes == other.classes).mean())


def is_small(pair: DomainPair) -> bool:
    """Whether others are trained on this pair too."""
    samples = len(pair.source_x) + len(pair.target_x)
    return pair.source_x.nbytes + pair.target_x.nbytes <= LARGEST and samples <= MOST_SAMPLES


def other_seeds(pair: DomainPair, settings: Settings) -> list[tuple[Settings, ...]]:
    """The runs from the seeds that follow on the run's own, in groups that are trained together."""
    from dann_core.method.written_step import stackable

    highest = int(next(knob.high for knob in settings.knobs() if knob.name == "seed"))
    n = SEEDS if stackable(pair, settings) else SEEDS_ALONE
    others = [settings.replace(seed=(settings.seed + k) % (highest + 1)) for k in range(1, n + 1)]
    return [tuple(others)] if n == SEEDS else [(other,) for other in others]


def of_run(standing: Standing, device: str) -> Opinion:
    """The run's own, where it stands. Raises `KnobError` like `Trainer`."""
    from dann_core.results.standing import trained

    return _opinion(trained(standing, device))


def of_others(pair: DomainPair, settings: Sequence[Settings], device: str) -> tuple[Opinion, ...]:
    """Those of runs with these settings at their end, several of them trained together; none without enough time.

    Raises `KnobError` like `Trainer` and `Replicas`.
    """
    from dann_core.live.twin import in_time
    from dann_core.method.training import Trainer
    from dann_core.sweeps.replicas import Replicas

    # One by itself is trained as everywhere else, bit for bit.
    several = len(settings) > 1
    training = Replicas([pair] * len(settings), settings, device) if several else Trainer(pair, settings[0], device)
    if not in_time(training, settings[0].max_iter):
        return ()
    if not several:
        return (_opinion(training),)
    return tuple(_formed(pair, *training.views(k)) for k in range(len(settings)))


def _opinion(trainer: Trainer) -> Opinion:
    from dann_core.results.predictions import parts

    pair = trainer.pair
    if is_small(pair):
        return _formed(pair, trainer.look(pair.source_x, "source"), trainer.look(pair.target_x, "target"))
    views = (trainer.look(pair.target_x[part]) for part in parts(pair.target_x))
    told = [(view.classes, view.probabilities.max(1)) for view in views]
    classes, confidence = (np.concatenate(part) for part in zip(*told, strict=True))
    return Opinion(classes, confidence)


def _formed(pair: DomainPair, source: View, target: View) -> Opinion:
    from dann_core.sweeps.selection import scores

    return Opinion(target.classes, target.probabilities.max(1), scores(pair, source, target))


def votes(run: Opinion, others: Sequence[Opinion]) -> np.ndarray:
    """How many of the others give each sample the run's class, `(N,)`."""
    return sum((other.classes == run.classes for other in others), np.zeros(len(run.classes), int))


def least_sure(run: Opinion, others: Sequence[Opinion], most: int) -> np.ndarray:
    """Positions of so many target samples at most: fewest votes first, of equal ones the least confident first."""
    return np.lexsort((run.confidence, votes(run, others)))[:most]


def names(pair: DomainPair) -> np.ndarray:
    """What each target sample is called, `(N,)`: its file, window or row; numbers from 1 on where nobody has said."""
    return np.arange(1, len(pair.target_x) + 1) if pair.target_rows is None else pair.target_rows


def find(called: np.ndarray, query: str, most: int) -> np.ndarray:
    """Positions of the samples that a person means, so many at most.

    Those called exactly so; else, where samples have names, those whose name holds the query, in capitals or not.
    """
    query = query.strip()[:LONGEST_NAME]
    if called.dtype.kind in "iu":
        return np.flatnonzero(called == int(query))[:most] if query.isdecimal() else np.empty(0, int)
    texts = called.astype(str)
    exact = np.flatnonzero((texts == query) | np.char.endswith(texts, f"/{query}"))
    return (exact if len(exact) else np.flatnonzero(np.char.find(np.char.lower(texts), query.lower()) >= 0))[:most]
