"""Live runs on a real engine of threads, for tests that see what is asked of it; a plugin of theirs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future
from types import SimpleNamespace

import pytest

from dann_core import DomainPair, Settings
from dann_core.engine import Engine, Handle
from dann_core.engine.threads import ThreadEngine
from dann_core.live import asking
from dann_core.live import run as run_module
from dann_core.live.run import Run
from dann_core.live.slices import Answer, Slice
from server import place

SETTINGS = Settings(batch_size=8, max_iter=120, extractor_width=8, feature_width=8, discriminator_width=8)
ENDLESS = SETTINGS.replace(max_iter=1_000_000)


@pytest.fixture(scope="module")
def engine() -> Iterator[ThreadEngine]:
    made = ThreadEngine(2)
    yield made
    made.close()


@pytest.fixture(scope="module")
def threads() -> Iterator[None]:
    """The server's engine is one of threads, whatever tests before these have left."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DANN_ENGINE", "threads")
        place.close_engine()
        yield
        place.close_engine()


class Noting:
    """A real handle; `asked` are the slices that it was asked for."""

    def __init__(self, handle: Handle) -> None:
        self._handle = handle
        self.asked: list[Slice] = []

    def advance(self, asked: Slice) -> Future[Answer]:
        self.asked.append(asked)
        return self._handle.advance(asked)

    def __getattr__(self, name: str):
        return getattr(self._handle, name)


def noted_run(engine: Engine, pair: DomainPair, settings: Settings) -> tuple[Run, list[Slice]]:
    handle = Noting(engine.launch(pair, settings))
    return Run(lambda _: handle, pair, settings), handle.asked


class Occupied:
    """An engine whose one thread has something else to do until it is let go."""

    def __init__(self) -> None:
        self.engine, self._leave = ThreadEngine(1), threading.Event()
        self._pool = self.engine._pool

    def occupy(self) -> None:
        self._leave.clear()
        has_come = threading.Event()
        self._pool.submit(lambda: (has_come.set(), self._leave.wait(60)))
        assert has_come.wait(60)

    def let_go(self) -> None:
        self._leave.set()


@pytest.fixture
def occupied() -> Iterator[Occupied]:
    made = Occupied()
    yield made
    made.let_go()
    made.engine.close()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The run's own clock: it stands still until `now` is moved."""
    clock = SimpleNamespace(now=1000.0)
    for module in (asking, run_module):
        monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: clock.now))
    return clock


def arrived(run: Run) -> None:
    """Wait until all slices under way have been taken in."""
    while run.busy:
        run.wait(60)
