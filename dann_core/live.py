"""A live run: a trainer and its observer, advanced one bounded slice at a time."""

from __future__ import annotations

import time
from dataclasses import dataclass

from dann_core.domains.pair import DomainPair
from dann_core.observation import Observer, Snapshot
from dann_core.settings import Settings
from dann_core.training import Trainer

SLICE_SECONDS = 0.3


@dataclass(frozen=True)
class Slice:
    """What the page asks of a run: train under these settings, for at most so many iterations.

    A slice also ends at max_iter and, with at least one iteration done, after `SLICE_SECONDS`; 0 iterations only look.
    `complete` asks for accuracies over all samples, as the end of a run gets them too.
    """

    settings: Settings
    iterations: int | None = None
    complete: bool = False


class LiveRun:
    """Lives where training happens, a worker; knows nothing of pages or of who asks."""

    def __init__(self, pair: DomainPair, settings: Settings) -> None:
        self.trainer = Trainer(pair, settings)
        self.observer = Observer(pair, settings.seed)

    def advance(self, asked: Slice) -> Snapshot:
        """Train one slice and return what it looks like then."""
        if asked.settings != self.trainer.settings:
            self.trainer.apply(asked.settings)
        left = asked.settings.max_iter - self.trainer.iteration
        self._advance(left if asked.iterations is None else min(asked.iterations, left))
        finished = self.trainer.iteration >= asked.settings.max_iter
        return self.observer.observe(self.trainer, complete=asked.complete or finished)

    def _advance(self, iterations: int) -> None:
        """Whole iterations until there are enough or the time is used up, in chunks so that little is overshot."""
        deadline = time.perf_counter() + SLICE_SECONDS
        chunk = 1
        while iterations > 0 and time.perf_counter() < deadline:
            started = time.perf_counter()
            self.trainer.advance(min(chunk, iterations))
            iterations -= chunk
            rate = chunk / (time.perf_counter() - started)
            chunk = max(1, int(rate * SLICE_SECONDS / 10))
