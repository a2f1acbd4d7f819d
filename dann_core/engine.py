"""Where training happens. The only module that knows of threads, processes and clusters.

An engine launches live runs and carries out the tasks of sweeps. Both engines train the same, bit for bit: what a run
is made of travels to wherever there is room.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Protocol

import torch
from threadpoolctl import threadpool_limits

from dann_core.domains.pair import DomainPair
from dann_core.live import Checkpoint, LiveRun, Resumption, Slice, warm_up
from dann_core.observation import Snapshot
from dann_core.settings import Settings


class EngineError(RuntimeError):
    """Training cannot go on where it was; the message says what to do, and nothing that was shown is lost."""


class Handle(Protocol):
    """A run somewhere else."""

    recoveries: int
    """How often it had to go on from a checkpoint because its worker died."""

    def advance(self, asked: Slice) -> Future[Snapshot]:
        """Ask for one slice; slices are carried out in order, and after one that failed all fail until `rest`.

        A slice that has not begun can be cancelled.
        """

    def rest(self) -> None:
        """After the slices asked for, free what the run takes up there, failure included; the next makes it anew."""


class Engine(Protocol):
    """What pages and sweeps need."""

    workers: int
    where: str
    """In words, for the page."""

    def launch(self, pair: DomainPair, settings: Settings) -> Handle:
        """Start a run; it is built in the background, and the first slice asked for waits for it."""

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future:
        """Carry out `function(*arguments)` of an importable module; a dead worker's task starts again elsewhere."""

    def reconnect(self) -> None:
        """Try to reach it again; raises `EngineError` if it cannot be reached."""

    def close(self) -> None:
        """End everything that was started."""


def one_thread() -> None:
    """Let torch, BLAS and OpenMP compute in one thread each from now on.

    Tiny networks lose more to a second thread's hand-shake than they gain, runs share the cores, and results are
    repeatable bit for bit only for one number of threads.
    """
    torch.set_num_threads(1)
    threadpool_limits(1)


def device() -> str:
    """Where workers compute: DANN_DEVICE, "cpu" unless set; "auto" takes CUDA where the worker has it."""
    return os.environ.get("DANN_DEVICE", "cpu")


def cores() -> int:
    """Cores that this process may use: in a container, or tied to some, fewer than the machine has."""
    # Only those who start an engine wait for this import.
    from dask.system import CPU_COUNT

    return CPU_COUNT


def from_environment(workers: int | None = None) -> Engine:
    """The engine that the environment asks for, with one worker a core unless told otherwise.

    `DASK_SCHEDULER_ADDRESS`: that cluster. `DANN_ENGINE=threads`: inside this process, for hosts with little memory.
    Neither: worker processes on this machine. Raises `EngineError` when the cluster does not answer.
    """
    workers = workers or int(os.environ.get("DANN_WORKERS", 0)) or None
    address = os.environ.get("DASK_SCHEDULER_ADDRESS")
    if os.environ.get("DANN_ENGINE", "cluster") == "threads" and not address:
        return ThreadEngine(workers)
    # Only those who use a cluster wait for its import.
    from dann_core.cluster import ClusterEngine

    return ClusterEngine(address, workers)


class ThreadEngine:
    """Trains in threads of this process: live runs in one a core, in turn, and the tasks of sweeps in as many."""

    where = "in the app's own process"

    def __init__(self, workers: int | None = None) -> None:
        one_thread()
        self.workers = workers or cores()
        self._pool = ThreadPoolExecutor(self.workers, thread_name_prefix="training")
        # Their own: the next slice of a page must not wait for seconds of a sweep.
        self._tasks = ThreadPoolExecutor(self.workers, thread_name_prefix="sweeping")

    def launch(self, pair: DomainPair, settings: Settings) -> Handle:
        """See `Engine`."""
        return _ThreadHandle(self._pool, pair, settings)

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future:
        """See `Engine`."""
        return self._tasks.submit(function, *arguments)

    def reconnect(self) -> None:
        """Nothing to reach."""

    def close(self) -> None:
        """See `Engine`."""
        for pool in (self._pool, self._tasks):
            pool.shutdown(cancel_futures=True)


class Progress:
    """How far a run has come, as its handle sees it: enough to make the run anew anywhere."""

    def __init__(self) -> None:
        self._last: Snapshot | None = None
        self._checkpoint: Checkpoint | None = None

    def note(self, snapshot: Snapshot, checkpoint: Checkpoint | None) -> Snapshot:
        """Remember what a slice brought."""
        self._last, self._checkpoint = snapshot, checkpoint or self._checkpoint
        return snapshot

    @property
    def resumption(self) -> Resumption | None:
        """Where to go on; None at the beginning."""
        if self._last is None:
            return None
        return Resumption(self._last.iteration, self._last.changes, self._checkpoint)


class _ThreadHandle:
    recoveries = 0

    def __init__(self, pool: ThreadPoolExecutor, pair: DomainPair, settings: Settings) -> None:
        self._pool = pool
        self._start = pair, settings
        self._progress = Progress()
        self._run: LiveRun | None = None
        self._before: Future | None = None
        self._failure: Exception | None = None

    def advance(self, asked: Slice) -> Future[Snapshot]:
        answer: Future[Snapshot] = Future()
        # Its own: an answer that is cancelled has come before its turn is over.
        turn: Future[None] = Future()
        before, self._before = self._before, turn

        def start(_: Future | None = None) -> None:
            self._pool.submit(self._answer, asked, answer, turn)

        # A slice that waits for the one before must not keep a thread from other runs.
        start() if before is None else before.add_done_callback(start)
        return answer

    def _answer(self, asked: Slice, answer: Future, turn: Future) -> None:
        if answer.set_running_or_notify_cancel():
            try:
                if self._failure:
                    raise self._failure
                if self._run is None:
                    warm_up(device())
                    self._run = LiveRun(*self._start, self._progress.resumption, device())
                answer.set_result(self._progress.note(*self._run.advance(asked)))
            except Exception as error:
                self._failure = error
                answer.set_exception(error)
        turn.set_result(None)

    def rest(self) -> None:
        def free(_: Future | None = None) -> None:
            self._run = self._failure = None

        free() if self._before is None else self._before.add_done_callback(free)
