"""A live run as a Dask actor: asked for slices one at a time, and made anew elsewhere when its worker dies."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Coroutine, Sequence
from concurrent.futures import Future
from typing import Any, Protocol

from distributed import Client
from distributed.client import Future as Remote
from distributed.client import FutureCancelledError

from dann_core.domains.pair import DomainPair
from dann_core.engine.base import EngineError, Progress, device
from dann_core.language import say
from dann_core.live.slices import Answer, Resumption, Slice
from dann_core.settings import Settings

LOST_WORKERS = 3
"""Workers that one slice, or one task, may lose before it is given up: it is probably what kills them."""

LOOK_SECONDS = 0.5
"""Between two looks whether the worker of a call still lives."""


class _WorkerLost(Exception):
    """The worker of an actor is gone, and the actor with it."""


class ActorRun:
    """A `LiveRun`, or a stack of them, as Dask's actor. The server names this class only, and need not load torch."""

    def __init__(
        self,
        pairs: Sequence[DomainPair],
        settings: Sequence[Settings],
        resume: Resumption | None = None,
        device: str = "cpu",
    ) -> None:
        from dann_core.live.stacked import run_of

        self._run = run_of(pairs, settings, resume, device)

    def advance(self, asked: Slice) -> Answer:
        """See `LiveRun.advance`."""
        return self._run.advance(asked)

    async def halt(self, number: int) -> bool:
        """See `LiveRun.halt`. A coroutine: Dask carries those out beside what its threads are doing."""
        return self._run.halt(number)


class Connection(Protocol):
    """What a handle needs of the engine that made it."""

    def carry_out(self, coroutine: Coroutine[Any, Any, Any]) -> Future:
        """Start a coroutine beside the cluster's connection."""

    def client(self) -> Client:
        """The connection; raises `EngineError` when there is none."""

    async def connected(self) -> None:
        """Wait until the first connection has been made, or could not be."""

    async def place(self, pair: DomainPair, worker: str | None = None) -> Remote:
        """The pair on some worker or on a given one."""


class ActorHandle:
    """See `Handle`."""

    def __init__(
        self,
        engine: Connection,
        pairs: Sequence[DomainPair],
        settings: Sequence[Settings],
        resume: Resumption | None,
    ) -> None:
        self.recoveries = 0
        self._engine = engine
        self._start = pairs, list(settings)
        self._progress = Progress(resume)
        self._remote: Remote | None = None
        # Kept: each time that Dask is asked for it, it asks the actor's worker.
        self._actor: Any = None
        self._failure: Exception | None = None
        self._turn = asyncio.Lock()
        self._under_way: tuple[Slice, Future[Answer]] | None = None
        self._asked = self._halted = 0

    def advance(self, asked: Slice) -> Future[Answer]:
        answer: Future[Answer] = Future()
        self._asked = asked.number
        self._engine.carry_out(self._advance(asked, answer))
        return answer

    def halt(self) -> None:
        # Remembered here too: a worker that takes the place of one that dies knows nothing of it.
        self._halted = self._asked
        self._engine.carry_out(self._halt())

    async def _halt(self) -> None:
        if self._under_way is None or self._actor is None:
            return
        asked, answer = self._under_way
        try:
            has_begun = await self._watched(self._actor.halt(asked.number))
        except (OSError, RuntimeError, _WorkerLost, EngineError):
            # Whoever waits for the slice itself is told.
            return
        if not has_begun and not answer.done():
            answer.set_result(Answer())

    def rest(self) -> None:
        self._engine.carry_out(self._rest())

    async def _rest(self) -> None:
        async with self._turn:
            self._remote = self._actor = self._failure = None

    async def _advance(self, asked: Slice, answer: Future[Answer]) -> None:
        # One at a time: a slice whose worker dies is asked for again before the next one.
        async with self._turn:
            if not answer.set_running_or_notify_cancel():
                return
            try:
                if self._failure:
                    # Whoever asked for this one counted on the slice before it.
                    raise self._failure
                self._under_way = asked, answer
                done = self._progress.note(await self._anywhere(asked))
            except Exception as error:
                self._failure = error
                if not answer.done():
                    answer.set_exception(error)
            else:
                if not answer.done():
                    answer.set_result(done)
            finally:
                self._under_way = None

    async def _anywhere(self, asked: Slice) -> Answer:
        await self._engine.connected()
        for attempt in range(LOST_WORKERS):
            # A slice without a number is not to be halted.
            if 0 < asked.number <= self._halted:
                return Answer()
            try:
                answer = await self._ask(asked)
                self.recoveries += attempt > 0
                return answer
            except _WorkerLost:
                self._remote = self._actor = None
                # The scheduler may not have noticed yet, and would choose the dead one again.
                await asyncio.sleep(LOOK_SECONDS)
        raise EngineError(
            say(
                "{n} workers died over the next slice of this run: probably it needs more memory than they have. "
                "Choose a smaller network or batch.",
                n=LOST_WORKERS,
            )
        )

    async def _ask(self, asked: Slice) -> Answer:
        client = self._engine.client()
        if self._remote is None or self._remote.client is not client:
            pairs, settings = self._start
            self._actor = None
            self._remote = client.submit(
                ActorRun,
                [await self._engine.place(pair) for pair in pairs],
                settings,
                self._progress.resumption,
                device(),
                actor=True,
                key=f"run-{uuid.uuid4().hex}",
            )
        try:
            if self._actor is None:
                self._actor = await self._watched(self._remote)
            return await self._watched(self._actor.advance(asked))
        except OSError:
            raise _WorkerLost from None
        except RuntimeError as error:
            # Dask has no type of its own for this one.
            if "Worker holding Actor was lost" in str(error):
                raise _WorkerLost from None
            raise

    async def _watched(self, call: Any) -> Any:
        """Await `call`, but no longer than the run's worker and the connection live."""
        remote, waiting = self._remote, asyncio.ensure_future(_awaited(call))
        try:
            while not (await asyncio.wait({waiting}, timeout=LOOK_SECONDS))[0]:
                self._engine.client()
                if remote.status not in ("pending", "finished"):
                    raise _WorkerLost
            return waiting.result()
        except FutureCancelledError:
            raise _WorkerLost from None
        finally:
            waiting.cancel()


async def _awaited(call: Any) -> Any:
    return await call
