"""Where training happens. The only module that knows of threads, processes and clusters.

An engine launches live runs and carries out the tasks of sweeps. Both engines train the same, bit for bit: what a run
is made of travels to wherever there is room.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, Protocol

from dann_core.domains.pair import DomainPair
from dann_core.live.slices import Answer, Resumption, Slice
from dann_core.settings import Settings


class EngineError(RuntimeError):
    """Training cannot go on where it was; the message says what to do, and nothing that was shown is lost."""


class Handle(Protocol):
    """A run somewhere else."""

    recoveries: int
    """How often it had to go on from a checkpoint because its worker died."""

    def advance(self, asked: Slice) -> Future[Answer]:
        """Ask for one slice; slices are carried out in order, and after one that failed all fail until `rest`.

        A slice that has not begun can be cancelled.
        """

    def halt(self) -> None:
        """Let the slice under way end early; one that has not begun is answered at once, without a frame."""

    def rest(self) -> None:
        """After the slices asked for, free what the run takes up there, failure included; the next makes it anew."""


class Engine(Protocol):
    """What pages and sweeps need."""

    workers: int
    where: str
    """In words, for the page."""

    def launch(self, pair: DomainPair, settings: Settings, resume: Resumption | None = None) -> Handle:
        """Start a run; it is built in the background, and the first slice asked for waits for it.

        `settings` are those of iteration 0; with `resume`, it goes on from there.
        """

    def launch_together(self, pairs: Sequence[DomainPair], settings: Sequence[Settings]) -> Handle:
        """Start runs that train as one stack (`live.stacked`); slices are answered with a `Round`. One is like any."""

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future:
        """Carry out `function(*arguments)` of an importable module; a dead worker's task starts again elsewhere."""

    def wait_until_warm(self) -> None:
        """Wait until a run could start at once; raises `EngineError` when it cannot."""

    def wait_for_all(self) -> None:
        """Wait until all that it has started is ready; raises `EngineError` when something does not come."""

    def reconnect(self) -> None:
        """Try to reach it again; raises `EngineError` if it cannot be reached."""

    def close(self) -> None:
        """End everything that was started."""


def one_thread() -> None:
    """Let torch, BLAS and OpenMP compute in one thread each from now on.

    Tiny networks lose more to a second thread's hand-shake than they gain, runs share the cores, and results are
    repeatable bit for bit only for one number of threads.
    """
    # What only describes an engine must not wait for torch.
    import torch
    from threadpoolctl import threadpool_limits

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


class Progress:
    """How far a run has come, as its handle sees it: enough to make the run anew anywhere.

    `resumption` says where to go on; None at the beginning.
    """

    def __init__(self, resumption: Resumption | None = None) -> None:
        self.resumption = resumption

    def note(self, answer: Answer) -> Answer:
        """Remember what a slice brought."""
        if answer.frame is not None:
            checkpoint = answer.checkpoint or (self.resumption and self.resumption.checkpoint)
            self.resumption = Resumption(answer.frame.iteration, answer.changes, checkpoint)
        return answer
