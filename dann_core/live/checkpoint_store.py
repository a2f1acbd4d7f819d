"""The checkpoints that a run has sent on its way, from which forks of it begin: bounded and evenly thinned."""

from __future__ import annotations

import threading
import weakref

from dann_core.live.slices import Checkpoint

RUN_BYTES, SERVER_BYTES = 64_000_000, 1_000_000_000
"""What the checkpoints of one run, and of all runs in this process, take up at most; each run's newest stays anyway."""

_lock = threading.RLock()
_stores: weakref.WeakSet[CheckpointStore] = weakref.WeakSet()


class CheckpointStore:
    """Checkpoints of one run by iteration. Thread-safe.

    When there are too many, that one goes whose neighbours are nearest to each other: a fork anywhere then trains about
    as long as anywhere else. The newest never goes, since the run itself goes on from it.
    """

    def __init__(self) -> None:
        self._kept: list[Checkpoint] = []
        self.bytes = 0
        with _lock:
            _stores.add(self)

    @property
    def iterations(self) -> list[int]:
        """Of the kept checkpoints."""
        return [checkpoint.iteration for checkpoint in self._kept]

    def add(self, checkpoint: Checkpoint) -> None:
        """Keep the newest checkpoint; one of the same iteration as the last replaces it."""
        with _lock:
            if self._kept and self._kept[-1].iteration == checkpoint.iteration:
                self._drop(-1)
            self._kept.append(checkpoint)
            self.bytes += len(checkpoint.state)
            while self.bytes > RUN_BYTES and len(self._kept) > 1:
                self._thin()
            while sum(store.bytes for store in _stores) > SERVER_BYTES:
                thinnable = [store for store in _stores if len(store._kept) > 1]
                if not thinnable:
                    break
                max(thinnable, key=lambda store: store.bytes)._thin()

    def until(self, iteration: int) -> Checkpoint | None:
        """The newest one that is no later than that iteration."""
        with _lock:
            return next((c for c in reversed(self._kept) if c.iteration <= iteration), None)

    def clear(self) -> None:
        """Keep none."""
        with _lock:
            self._kept.clear()
            self.bytes = 0

    def _thin(self) -> None:
        # From one neighbour to the other, if the one between them goes; what has none before it begins at 0.
        starts = [0, *self.iterations]
        gaps = [later - earlier for earlier, later in zip(starts, starts[2:], strict=False)]
        self._drop(gaps.index(min(gaps)))

    def _drop(self, place: int) -> None:
        self.bytes -= len(self._kept.pop(place).state)
