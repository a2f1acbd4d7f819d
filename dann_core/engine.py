"""Where training happens. The only module that knows of threads, and later of processes and clusters."""

from __future__ import annotations

import os
from concurrent.futures import Future, ThreadPoolExecutor

import torch
from threadpoolctl import threadpool_limits

from dann_core.domains.pair import DomainPair
from dann_core.live import LiveRun, Slice
from dann_core.observation import Snapshot
from dann_core.settings import Settings


def one_thread() -> None:
    """Let torch, BLAS and OpenMP compute in one thread each from now on.

    Tiny networks lose more to a second thread's hand-shake than they gain, runs share the cores, and results are
    repeatable bit for bit only for one number of threads.
    """
    torch.set_num_threads(1)
    threadpool_limits(1)


class Engine:
    """Trains in threads of this process, at most one per core at a time; further slices wait their turn."""

    def __init__(self, workers: int | None = None) -> None:
        one_thread()
        self._pool = ThreadPoolExecutor(workers or os.cpu_count(), thread_name_prefix="training")

    def launch(self, pair: DomainPair, settings: Settings) -> Handle:
        """Start a run; it is built in the background, and the first slice asked for waits for it."""
        return Handle(self._pool, self._pool.submit(LiveRun, pair, settings))


class Handle:
    """A run somewhere else: ask for a slice, get the future of its snapshot."""

    def __init__(self, pool: ThreadPoolExecutor, built: Future[LiveRun]) -> None:
        self._pool = pool
        self._built = built

    def advance(self, asked: Slice) -> Future[Snapshot]:
        """Ask for one slice; one at a time, in order."""
        return self._pool.submit(self._advance, asked)

    def _advance(self, asked: Slice) -> Snapshot:
        return self._built.result().advance(asked)
