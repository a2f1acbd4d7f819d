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
    """What the page asks of a run: train under these settings, for so many iterations or for `SLICE_SECONDS`.

    A slice ends at max_iter, whichever comes first; 0 iterations only look.
    """

    settings: Settings
    iterations: int | None = None


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
        if asked.iterations is None:
            self._advance_for(SLICE_SECONDS, left)
        else:
            self.trainer.advance(max(min(asked.iterations, left), 0))
        finished = self.trainer.iteration >= asked.settings.max_iter
        return self.observer.observe(self.trainer, complete=finished or asked.iterations in (0, 1))

    def _advance_for(self, seconds: float, left: int) -> None:
        """Whole iterations until the time is used up; short chunks, so that a slow network overshoots little."""
        deadline = time.perf_counter() + seconds
        chunk = 1
        while left > 0 and time.perf_counter() < deadline:
            started = time.perf_counter()
            self.trainer.advance(min(chunk, left))
            left -= chunk
            rate = chunk / (time.perf_counter() - started)
            chunk = max(1, int(rate * seconds / 10))
