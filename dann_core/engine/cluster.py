"""The engine on Dask: live runs are actors in worker processes, the tasks of sweeps are Dask tasks."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import os
import shutil
import sys
import tempfile
import threading
import weakref
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from concurrent.futures import Future
from typing import Any

import psutil
from distributed import Client, WorkerPlugin
from distributed.client import Future as Remote
from distributed.client import FutureCancelledError
from distributed.scheduler import KilledWorker

from dann_core.domains.pair import DomainPair
from dann_core.engine.actor import LOOK_SECONDS, LOST_WORKERS, ActorHandle
from dann_core.engine.base import EngineError, Handle, cores, device, one_thread
from dann_core.engine.embedded import own_cluster
from dann_core.language import said, say
from dann_core.live.slices import Resumption
from dann_core.settings import Settings

NICE = 10
"""How far workers beside a page stand back: on shared cores, a click comes before an iteration."""

SWITCH_SECONDS = 0.0005
"""After which a worker's training lets go of the interpreter: ten times sooner than by default, since every answer and
every question of the scheduler's needs several such turns."""

CONNECT_SECONDS, WORKER_SECONDS = 20, 60
"""How long a scheduler may take to answer, and a cluster to have a worker."""


class Warm(WorkerPlugin):
    """Every worker, also one that joins later: one thread, and everything imported and run once."""

    name = "dann-warm"

    def __init__(self, device: str, beside_a_page: bool) -> None:
        self.device, self.beside_a_page = device, beside_a_page

    def setup(self, worker: Any) -> None:
        """Called by Dask in the worker."""
        one_thread()
        sys.setswitchinterval(SWITCH_SECONDS)
        if self.beside_a_page:
            os.nice(NICE)
        # Imported where it is needed, which is not in the server.
        from dann_core.live.worker import warm_up

        warm_up(self.device)


class ClusterEngine:
    """Trains on a Dask cluster: the one at `address`, or one of `workers` processes of its own on loopback.

    TLS for an `address` with tls:// is configured as Dask documents it. It is reached in the background: runs and tasks
    wait for that, and fail with an `EngineError` when it does not answer; `wait_until_warm` raises it.
    """

    def __init__(self, address: str | None = None, workers: int | None = None) -> None:
        self.address = address
        self._wanted = workers or cores()
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, name="dask", daemon=True).start()
        self._cluster: Any = None
        self._folder: str | None = None
        self._client: Client | None = None
        self._places: weakref.WeakKeyDictionary[DomainPair, dict[str | None, Remote]] = weakref.WeakKeyDictionary()
        self._placing = asyncio.Lock()
        self._occupied: set[str] = set()
        self._freed = asyncio.Event()
        self._first_in_line = asyncio.Lock()
        atexit.register(self.close)
        self._start = self.carry_out(self._connect())

    async def connected(self) -> None:
        """Wait until the first connection has been made, or could not be: `client` says why."""
        await asyncio.wait([asyncio.wrap_future(self._start)])

    def wait_until_warm(self) -> None:
        """See `Engine`."""
        self._start.result()

    def wait_for_all(self) -> None:
        """See `Engine`."""
        self.wait_until_warm()
        if self.address is not None:
            return
        try:
            self._wait(self._all_have_come())
        except TimeoutError:
            raise EngineError(
                say("Some of the {n} workers have not come in {seconds} s.", n=self._wanted, seconds=WORKER_SECONDS)
            ) from None

    @property
    def workers(self) -> int:
        """Worker processes there are now."""
        return max(1, self._client.scheduler_info()["n_workers"]) if self._alive else self._wanted

    @property
    def where(self) -> str:
        """In words, for the page."""
        return (
            say("on the cluster at {address}", address=self.address)
            if self.address
            else say("in worker processes of this machine")
        )

    def launch(self, pair: DomainPair, settings: Settings, resume: Resumption | None = None) -> Handle:
        """See `Engine`."""
        return ActorHandle(self, [pair], [settings], resume)

    def launch_together(self, pairs: Sequence[DomainPair], settings: Sequence[Settings]) -> Handle:
        """See `Engine`."""
        return ActorHandle(self, pairs, settings, None)

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future:
        """See `Engine`."""
        return self.carry_out(self._task(function, arguments))

    def reconnect(self) -> None:
        """See `Engine`."""
        if not self._alive:
            self._start = self.carry_out(self._connect())
            self.wait_until_warm()

    def close(self) -> None:
        """See `Engine`."""
        atexit.unregister(self.close)
        if self._loop.is_running():
            self._start.cancel()
            self._wait(self._disconnect())
            self._loop.call_soon_threadsafe(self._loop.stop)

    def carry_out(self, coroutine: Coroutine[Any, Any, Any]) -> Future:
        """Start a coroutine beside the cluster's connection."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    def client(self) -> Client:
        """The connection; raises `EngineError` when there is none."""
        if not self._alive:
            if self._start.done() and not self._start.cancelled() and (why := self._start.exception()):
                raise EngineError(said(why))
            raise EngineError(
                say(
                    "The training cluster {place} does not answer. What was trained is kept: reconnect, and the "
                    "run goes on where it was.",
                    place=self.address or say("of this machine"),
                )
            )
        return self._client

    async def place(self, pair: DomainPair, worker: str | None = None) -> Remote:
        """The pair on some worker or on a given one: it travels there once, however many ask at the same time."""
        async with self._placing:
            copies = self._places.setdefault(pair, {})
            if worker not in copies or copies[worker].status != "finished":
                try:
                    await self.client().wait_for_workers(1, timeout=WORKER_SECONDS)
                except TimeoutError:
                    raise EngineError(
                        say(
                            "The training cluster has had no worker for {seconds} s. What was trained is kept: "
                            "start one and reconnect, and the run goes on where it was.",
                            seconds=WORKER_SECONDS,
                        )
                    ) from None
                (copies[worker],) = await self.client().scatter([pair], workers=worker and [worker], hash=False)
            return copies[worker]

    async def _workers_now(self) -> set[str]:
        """Their addresses, which a client does not keep."""
        try:
            return set((await self.client().scheduler.identity(n_workers=-1))["workers"])
        except OSError:
            # The scheduler has gone, which `client` says as soon as Dask knows.
            return set()

    @property
    def _alive(self) -> bool:
        return self._client is not None and self._client.status == "running"

    def _wait(self, coroutine: Coroutine[Any, Any, None]) -> None:
        self.carry_out(coroutine).result()

    async def _all_have_come(self) -> None:
        await self.client().wait_for_workers(self._wanted, timeout=WORKER_SECONDS)

    async def _connect(self) -> None:
        await self._disconnect()
        try:
            if self.address is None:
                self._folder = tempfile.mkdtemp(prefix="dann-scheduler-")
                self._cluster = await own_cluster(self._wanted, LOST_WORKERS, self._folder)
            self._client = await Client(
                self._cluster or self.address,
                asynchronous=True,
                timeout=CONNECT_SECONDS,
                direct_to_workers=self.address is None,
            )
            # A worker that cannot be warmed says why, but one that joins later just does not come.
            await self._client.wait_for_workers(1, timeout=WORKER_SECONDS)
            await self._client.register_plugin(Warm(device(), beside_a_page=self.address is None))
            # The scheduler reads what is submitted, and for that imports what the workers have imported already.
            await self._client.submit(one_thread, pure=False)
            if self._cluster is not None:
                # Whoever comes first would wait twice as long for all of them, which share the cores as they start.
                self._cluster.scale(self._wanted)
        except (OSError, TimeoutError, RuntimeError, TypeError) as error:
            # A TypeError is how Dask says that it knows of no certificates for tls://.
            await self._disconnect()
            raise EngineError(
                say(
                    "The training cluster {place} does not answer ({why}): is its scheduler running and reachable "
                    "from here, with a worker?",
                    place=self.address or say("of this machine"),
                    why=said(error),
                )
            ) from None
        except Exception as error:
            # What goes wrong inside a worker arrives as a bare Exception with its text.
            await self._disconnect()
            told = say(
                "The workers of {place} cannot train ({why}).",
                place=self.address or say("this machine"),
                why=said(error),
            )
            if self.address:
                told += " " + say(
                    "Is this program installed there, in the version that runs here (pip install . in its folder)?"
                )
            raise EngineError(told) from error

    async def _disconnect(self) -> None:
        client, cluster, self._client, self._cluster = self._client, self._cluster, None, None
        self._places.clear()
        for part in (client, cluster):
            if part is not None:
                try:
                    await part.close()
                except (OSError, TimeoutError) as error:
                    # What has gone already cannot be told to go.
                    print(f"dann_core: the cluster was gone when it was closed: {error}", file=sys.stderr)
                except psutil.NoSuchProcess:
                    # Dask asks its scheduler to end, then looks for what it has started: it may have ended meanwhile.
                    pass
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)

    async def _task(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        await asyncio.wrap_future(self._start)
        for _ in range(LOST_WORKERS):
            async with self._unoccupied_worker() as worker:
                try:
                    placed = [await self._placed(a, worker) for a in arguments]
                except (OSError, TimeoutError):
                    # The worker has gone meanwhile, which the scheduler may not have noticed yet.
                    await asyncio.sleep(LOOK_SECONDS)
                    continue
                try:
                    # Dask carries a task out where its arguments are.
                    return await self.client().submit(function, *placed, pure=False)
                except FutureCancelledError:
                    # The arguments went with their worker, or the whole cluster did.
                    continue
                except KilledWorker:
                    break
        raise EngineError(
            say("{n} workers died over this task: it probably needs more memory than they have.", n=LOST_WORKERS)
        )

    async def _placed(self, argument: Any, worker: str) -> Remote:
        if isinstance(argument, DomainPair):
            return await self.place(argument, worker)
        (placed,) = await self.client().scatter([argument], workers=[worker], hash=False)
        return placed

    @contextlib.asynccontextmanager
    async def _unoccupied_worker(self) -> AsyncIterator[str]:
        """The address of a worker for one task, in turn.

        Dask would fill all threads of a worker with tasks, and a run that a visitor opens would be made when one of
        them ends.
        """
        async with self._first_in_line:
            while not (free := await self._workers_now() - self._occupied):
                self._freed.clear()
                with contextlib.suppress(TimeoutError):
                    # Not only a task that ends but also a worker that joins makes room.
                    await asyncio.wait_for(self._freed.wait(), LOOK_SECONDS)
            worker = min(free)
            self._occupied.add(worker)
        try:
            yield worker
        finally:
            self._occupied.discard(worker)
            self._freed.set()
