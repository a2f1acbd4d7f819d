"""How good a network is on all samples: graded once, in parts that may come one at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dann_core.domains.pair import DomainPair

MOST_SAMPLES, MOST_VALUES, MOST_PRODUCTS = 4096, 400_000, 1_000_000_000
"""Of one pass without gradients: samples, their values, and samples times parameters. Bounds its memory and its time,
to about a tenth of a second whatever the network; not the result."""


@dataclass(frozen=True)
class Evaluation:
    """Accuracies in 0..1; `target_accuracy` is None without target labels and never steers anything."""

    source_accuracy: float
    target_accuracy: float | None
    domain_accuracy: float


@dataclass(frozen=True)
class View:
    """What the networks make of N samples."""

    features: np.ndarray  # (N, D)
    probabilities: np.ndarray  # (N, K), of the classes
    source_probability: np.ndarray  # (N,), the discriminator's

    @property
    def classes(self) -> np.ndarray:
        """The most probable class indices, `(N,)`."""
        return self.probabilities.argmax(1)


class Grading:
    """An evaluation of one state of the weights that is made part by part; training on makes it worthless.

    `look(domain, indices)` is what the networks make of these samples of the "source" or "target", at most `size` at a
    time. They come in a fixed random order, so that the figures so far are those of a random sample of all: files are
    often sorted by class.
    """

    def __init__(
        self,
        pair: DomainPair,
        orders: tuple[np.ndarray, np.ndarray],
        look: Callable[[str, np.ndarray], View],
        size: int,
    ) -> None:
        self._look, self._size = look, size
        labels = pair.source_y, pair.target_y
        self._domains = [_Tally(*made) for made in zip(("source", "target"), labels, orders, strict=True)]

    @property
    def graded(self) -> tuple[int, int]:
        """Samples of source and target so far."""
        source, target = self._domains
        return source.samples, target.samples

    @property
    def is_whole(self) -> bool:
        """Whether all samples are graded."""
        return all(d.share == 1 for d in self._domains)

    @property
    def evaluation(self) -> Evaluation:
        """Accuracies over what is graded so far, at least a part of each domain."""
        return _evaluation(*self._domains)

    def go_on(self, is_enough: Callable[[], bool] = lambda: False) -> None:
        """Grade another part, and more until that is all or enough; the first time, a part of each domain."""
        while not self.is_whole:
            # Both domains are done together, however unlike their sizes are.
            domain = min(self._domains, key=lambda d: d.share)
            picked = domain.order[domain.samples : domain.samples + self._size]
            domain.add(picked, self._look(domain.name, picked))
            if all(self.graded) and is_enough():
                return


@dataclass
class _Tally:
    """What is known of one domain."""

    name: str
    y: np.ndarray | None
    order: np.ndarray
    samples: int = 0
    right: int = 0
    told: int = 0
    """By the discriminator, to be of their domain."""

    @property
    def share(self) -> float:
        return self.samples / len(self.order)

    def add(self, picked: np.ndarray, view: View) -> None:
        self.samples += len(picked)
        if self.y is not None:
            self.right += int((view.classes == self.y[picked]).sum())
        # Neither holds for what is not a number, in a run that has diverged.
        as_source, as_target = view.source_probability > 0.5, view.source_probability <= 0.5
        self.told += int((as_source if self.name == "source" else as_target).sum())


def graded(source_y: np.ndarray, target_y: np.ndarray | None, source: View, target: View) -> Evaluation:
    """Accuracies of what was made of samples with these labels `(N_s,)` and `(N_t,)`.

    The domain accuracy is the mean of the discriminator's accuracies on the two domains; 0.5: cannot tell.
    """
    tallies = []
    for name, y, view in (("source", source_y, source), ("target", target_y, target)):
        everything = np.arange(len(view.probabilities))
        tally = _Tally(name, y, everything)
        tally.add(everything, view)
        tallies.append(tally)
    return _evaluation(*tallies)


def _evaluation(source: _Tally, target: _Tally) -> Evaluation:
    return Evaluation(
        source_accuracy=source.right / source.samples,
        target_accuracy=None if target.y is None else target.right / target.samples,
        domain_accuracy=(source.told / source.samples + target.told / target.samples) / 2,
    )


def samples_a_pass(values: int, parameters: int) -> int:
    """How many samples of so many values go through networks of so many parameters at once; see `MOST_SAMPLES`."""
    return max(1, min(MOST_SAMPLES, MOST_VALUES // values, MOST_PRODUCTS // parameters))
