"""What the lanes of a comparison do from several seeds, trained in the background once somebody plays it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any

from dann_core.domains import Domain, DomainPair
from dann_core.engine.base import device
from dann_core.language import as_data, said, say
from dann_core.live.seeds import LARGEST, MOST_SAMPLES, Course, Variant, courses, is_small, together
from server.place import engine
from server.shown import new_id

DIGITS = 4

TOO_LARGE = say(
    "Seeds at once are for pairs of at most {samples:,} samples and {megabytes} MB.",
    samples=MOST_SAMPLES,
    megabytes=LARGEST // 10**6,
)


class Seeds:
    """Of the lanes of a pair that is drawn from `data`; `heard` is called, in any thread, when more is known."""

    def __init__(
        self,
        data: Domain | DomainPair,
        pair: DomainPair,
        lanes: Sequence[Variant],
        seeds: Sequence[int],
        heard: Callable[[], None],
    ) -> None:
        self.seeds, self._data, self._pair = list(seeds), data, pair
        self._lanes = [v.with_seed(seeds[0]) for v in lanes]
        self._heard, self._id = heard, new_id()
        self._known: list[list[Course | None]] = [[None] * len(seeds) for _ in lanes]
        self._asked: list[Future[list[Course]]] | None = None
        self._failure = ""
        self._lock = threading.Lock()

    def is_like(self, other: Seeds) -> bool:
        """Whether the other one's runs are the same."""
        return (self._data, self._lanes, self.seeds) == (other._data, other._lanes, other.seeds)

    def begin(self) -> None:
        """Have all trained that is not yet; does nothing the second time."""
        with self._lock:
            if self._asked is not None:
                return
            self._asked = []
        places = [(lane, s) for lane in range(len(self._lanes)) for s in range(len(self.seeds))]
        of = [v.with_seed(seed) for v in self._lanes for seed in self.seeds]
        if not is_small(self._pair):
            self._failure = TOO_LARGE
            return
        for group in together(self._pair, of):
            task = engine().submit(courses, self._data, [of[k] for k in group], device())
            self._asked.append(task)
            task.add_done_callback(lambda done, group=group: self._take_in(done, [places[k] for k in group]))

    def stop(self) -> None:
        """Take back what has not begun: nobody will look at it."""
        for task in self._asked or ():
            task.cancel()

    def progress(self) -> dict[str, Any]:
        """As it travels with a lane's state: which seeds, how many of all lanes' runs are known, why one is not."""
        done = sum(course is not None for lane in self._known for course in lane)
        runs = len(self._lanes) * len(self.seeds)
        began = self._asked is not None
        return {
            "id": self._id,
            "of": self.seeds,
            "runs": runs,
            "done": done,
            "began": began,
            "failure": as_data(self._failure),
        }

    def told(self, lane: int) -> dict[str, Any]:
        """As it travels: `{"iterations": (T,), "courses": one (T, 3) a seed, or null}`; see `live.seeds.FIGURES`."""
        mine = self._known[lane]
        known = [course for course in mine if course is not None]
        longest = max((course.iterations for course in known), key=len, default=())
        told = [course and [[_rounded(value) for value in row] for row in course.figures] for course in mine]
        return {"id": self._id, "iterations": [int(k) for k in longest], "courses": told}

    def _take_in(self, done: Future[list[Course]], places: Sequence[tuple[int, int]]) -> None:
        if done.cancelled():
            return
        if failure := done.exception():
            self._failure = said(failure) or type(failure).__name__
        else:
            for (lane, s), course in zip(places, done.result(), strict=True):
                self._known[lane][s] = course
        self._heard()


def _rounded(value: float) -> float | None:
    # JSON has no word for what is not a number.
    return round(float(value), DIGITS) if value == value else None
