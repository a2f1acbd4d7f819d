"""What is made of one state of the weights, however often it is drawn: seen and graded once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dann_core.live.sample import Sample
from dann_core.method.grading import Grading
from dann_core.method.training import Trainer
from dann_core.sweeps.selection import UNTRAINED, of_predictions

BOUNDARIES = 10
"""Classes whose boundary is kept; more would be a tangle."""


NEIGHBOURS = 120
"""Target samples that enter the soft neighbourhood density: it is made with every frame, and costs their square."""


@dataclass(frozen=True)
class Surface:
    """Two-dimensional inputs: the networks' views on a regular grid of `(side, side)` points."""

    x: np.ndarray  # (side,)
    y: np.ndarray  # (side,)
    # (min(K - 1, BOUNDARIES), side, side), rows are y: each class's probability less the best other one's, zero on its
    # boundary; the last class has only boundaries that are also another's.
    margins: np.ndarray
    source_probability: np.ndarray  # (side, side)


class Sight:
    """A trainer as it stands, seen at the picture's samples; it holds until the trainer trains on.

    `looks` counts those at rest; `is_probed` and `is_settled` say whether proxy A-distance and t-SNE are made.
    """

    def __init__(self, trainer: Trainer, sample: Sample, source_x: np.ndarray, target_x: np.ndarray) -> None:
        self._trainer, self.iteration = trainer, trainer.iteration
        source, target = trainer.look(source_x, "source"), trainer.look(target_x, "target")
        self.features = np.concatenate([source.features, target.features])
        self.is_finite = bool(np.isfinite(self.features).all())
        self.probabilities = np.concatenate([source.probabilities, target.probabilities])
        self.evaluation = trainer.grade(sample.source, sample.target, source, target)
        self._source_y = trainer.pair.source_y[sample.source]
        self.looks = 0
        self.is_probed = self.is_settled = False
        self._surfaces: dict[int, Surface] = {}

    def is_of(self, trainer: Trainer) -> bool:
        """Whether that is what it would see now."""
        return self._trainer is trainer and self.iteration == trainer.iteration

    @cached_property
    def grading(self) -> Grading:
        """Of all samples, as far as it has come."""
        return self._trainer.grading()

    @cached_property
    def scores(self) -> dict[str, float]:
        """Label-free scores of the picture's samples by name, in nats; not numbers in a run that has diverged."""
        if not (self.is_finite and np.isfinite(self.probabilities).all()):
            return dict.fromkeys(UNTRAINED, np.nan)
        n = len(self._source_y)
        return of_predictions(self._source_y, self.probabilities[:n], self.probabilities[n:], NEIGHBOURS)

    def surface(self, x: np.ndarray, y: np.ndarray) -> Surface:
        """The plane at these coordinates, `(side,)` each."""
        if len(x) not in self._surfaces:
            self._surfaces[len(x)] = self._seen_plane(x, y)
        return self._surfaces[len(x)]

    def _seen_plane(self, x: np.ndarray, y: np.ndarray) -> Surface:
        view = self._trainer.look(np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2))
        probabilities = view.probabilities
        first, second = np.partition(probabilities, -2, axis=1)[:, :-3:-1].T[..., None]
        margins = probabilities - np.where(probabilities == first, second, first)
        shape = (len(y), len(x))
        return Surface(x, y, margins[:, :-1].T[:BOUNDARIES].reshape(-1, *shape), view.source_probability.reshape(shape))
