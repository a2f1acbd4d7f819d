"""A live run as a Dask actor: asked for slices one at a time, and made anew elsewhere when its worker dies."""

from __future__ import annotations

import asyncio
import uuid
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from distributed.client import Future as Remote
from distributed.client import FutureCancelledError

from dann_core.domains.pair import DomainPair
from dann_core.engine.base import EngineError, Progress, device
from dann_core.live.snapshot import Snapshot
from dann_core.live.worker import Checkpoint, LiveRun, Slice, warm_up
from dann_core.settings import Settings

if TYPE_CHECKING:
    from dann_core.engine.cluster import ClusterEngine

LOST_WORKERS = 3
"""Workers that one slice, or one task, may lose before it is given up: it is probably what kills them."""

LOOK_SECONDS = 0.5
"""Between two looks whether the worker of a call still lives."""


class _WorkerLost(Exception):
    """The worker of an actor is gone, and the actor with it."""


class ActorHandle:
    """See `Handle`."""

    def __init__(self, engine: ClusterEngine, pair: DomainPair, settings: Settings) -> None:
        self.recoveries = 0
        self._engine = engine
        self._start = pair, settings
        self._progress = Progress()
        self._remote: Remote | None = None
        self._local: LiveRun | None = None
        self._failure: Exception | None = None
        self._turn = asyncio.Lock()

    def advance(self, asked: Slice) -> Future[Snapshot]:
        answer: Future[Snapshot] = Future()
        self._engine.carry_out(self._advance(asked, answer))
        return answer

    def rest(self) -> None:
        self._engine.carry_out(self._rest())

    async def _rest(self) -> None:
        async with self._turn:
            self._remote = self._local = self._failure = None

    async def _advance(self, asked: Slice, answer: Future[Snapshot]) -> None:
        # One at a time: a slice whose worker dies is asked for again before the next one.
        async with self._turn:
            if not answer.set_running_or_notify_cancel():
                return
            try:
                if self._failure:
                    # Whoever asked for this one counted on the slice before it.
                    raise self._failure
                snapshot = self._progress.note(*await self._anywhere(asked))
            except Exception as error:
                self._failure = error
                answer.set_exception(error)
            else:
                answer.set_result(snapshot)

    async def _anywhere(self, asked: Slice) -> tuple[Snapshot, Checkpoint | None]:
        if self._engine.warming:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._engine.meanwhile, self._advance_here, asked)
        self._local = None
        for attempt in range(LOST_WORKERS):
            try:
                answer = await self._ask(asked)
                self.recoveries += attempt > 0
                return answer
            except _WorkerLost:
                self._remote = None
                # The scheduler may not have noticed yet, and would choose the dead one again.
                await asyncio.sleep(LOOK_SECONDS)
        raise EngineError(
            f"{LOST_WORKERS} workers died over the next slice of this run: probably it needs more memory than they "
            "have. Choose a smaller network or batch."
        )

    def _advance_here(self, asked: Slice) -> tuple[Snapshot, Checkpoint | None]:
        if self._local is None:
            warm_up(device())
            self._local = LiveRun(*self._start, self._progress.resumption, device())
        return self._local.advance(asked)

    async def _ask(self, asked: Slice) -> Any:
        client = self._engine.client()
        if self._remote is None or self._remote.client is not client:
            pair, settings = self._start
            self._remote = client.submit(
                LiveRun,
                await self._engine.place(pair),
                settings,
                self._progress.resumption,
                device(),
                actor=True,
                key=f"run-{uuid.uuid4().hex}",
            )
        remote = self._remote
        try:
            actor = await self._watched(remote)
            return await self._watched(actor.advance(asked))
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
