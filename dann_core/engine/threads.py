"""The engine inside this process: for hosts with little memory, and for tests."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from dann_core.domains.pair import DomainPair
from dann_core.engine.base import Handle, Progress, cores, device, one_thread
from dann_core.language import say
from dann_core.live.slices import Answer, Resumption, Slice
from dann_core.live.stacked import run_of
from dann_core.live.worker import LiveRun, warm_up
from dann_core.settings import Settings

# What is loaded in two threads at once may be met half loaded.
_warming = threading.Lock()


class ThreadEngine:
    """Trains in threads of this process: live runs in one a core, in turn, and the tasks of sweeps in as many."""

    where = say("in the app's own process")

    def __init__(self, workers: int | None = None) -> None:
        one_thread()
        self.workers = workers or cores()
        self._pool = ThreadPoolExecutor(self.workers, thread_name_prefix="training")
        # Their own: the next slice of a page must not wait for seconds of a sweep.
        self._tasks = ThreadPoolExecutor(self.workers, thread_name_prefix="sweeping")

    def launch(self, pair: DomainPair, settings: Settings, resume: Resumption | None = None) -> Handle:
        """See `Engine`."""
        return _ThreadHandle(self._pool, [pair], [settings], resume)

    def launch_together(self, pairs: Sequence[DomainPair], settings: Sequence[Settings]) -> Handle:
        """See `Engine`."""
        return _ThreadHandle(self._pool, pairs, settings, None)

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future:
        """See `Engine`."""
        return self._tasks.submit(function, *arguments)

    def wait_until_warm(self) -> None:
        """See `Engine`."""
        warm_up(device())

    def wait_for_all(self) -> None:
        """See `Engine`."""
        self.wait_until_warm()

    def reconnect(self) -> None:
        """Nothing to reach."""

    def close(self) -> None:
        """See `Engine`."""
        # What the pool itself took back would never be answered; slices are short, tasks are not.
        self._pool.shutdown()
        self._tasks.shutdown(cancel_futures=True)


class _ThreadHandle:
    recoveries = 0

    def __init__(
        self,
        pool: ThreadPoolExecutor,
        pairs: Sequence[DomainPair],
        settings: Sequence[Settings],
        resume: Resumption | None,
    ) -> None:
        self._pool = pool
        self._start = pairs, settings
        self._progress = Progress(resume)
        self._run: LiveRun | None = None
        self._before: Future | None = None
        self._failure: Exception | None = None
        self._number = 0

    def advance(self, asked: Slice) -> Future[Answer]:
        answer: Future[Answer] = Future()
        self._number = asked.number
        # Its own: an answer that is cancelled has come before its turn is over.
        turn: Future[None] = Future()
        before, self._before = self._before, turn

        def drop() -> None:
            answer.cancel()
            turn.set_result(None)

        def start(_: Future | None = None) -> None:
            try:
                work = self._pool.submit(self._answer, asked, answer, turn)
            except RuntimeError:
                # The engine was closed while the slice before was trained.
                drop()
            else:
                work.add_done_callback(lambda work: drop() if work.cancelled() else None)

        # A slice that waits for the one before must not keep a thread from other runs.
        start() if before is None else before.add_done_callback(start)
        return answer

    def _answer(self, asked: Slice, answer: Future, turn: Future) -> None:
        if answer.set_running_or_notify_cancel():
            try:
                if self._failure:
                    raise self._failure
                if self._run is None:
                    with _warming:
                        warm_up(device())
                    self._run = run_of(*self._start, self._progress.resumption, device())
                answer.set_result(self._progress.note(self._run.advance(asked)))
            except Exception as error:
                self._failure = error
                answer.set_exception(error)
        turn.set_result(None)

    def halt(self) -> None:
        if self._run is not None:
            self._run.halt(self._number)

    def rest(self) -> None:
        def free(_: Future | None = None) -> None:
            self._run = self._failure = None

        free() if self._before is None else self._before.add_done_callback(free)
