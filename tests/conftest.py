"""What the tests share: one thread for torch, small pairs of domains."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import psutil
import pytest
import torch
from browser import CHROMIUM_FLAGS, DESKTOP, PATIENCE, ROOT, free_port
from playwright.sync_api import Browser, Page, sync_playwright

from dann_core import DomainPair, Settings, Trainer
from dann_core.engine import Engine, device
from dann_core.live.message import Message, unpack
from dann_core.live.run import Run

Result = TypeVar("Result")

# Fixtures that the tests of several files share, each set beside what it is for.
pytest_plugins = ["channel_app", "live_runs"]


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> None:
    torch.set_num_threads(1)


def make_pair(shape: tuple[int, ...] = (4,), n: int = 40, classes: int = 3, labelled: bool = True) -> DomainPair:
    """Random inputs whose mean depends on the class; the target is moved a little."""
    rng = np.random.default_rng(5)
    y = np.arange(n) % classes
    x = rng.normal(size=(n, *shape)) + y.reshape(-1, *[1] * len(shape))
    return DomainPair(x, y, x[::-1] + 0.3, y[::-1].copy() if labelled else None, name="test pair")


def aligned_too_near() -> tuple[DomainPair, int, Settings]:
    """A pair that lies apart until it has been aligned regardless of its class shares, for how long, and settings."""
    rng = np.random.default_rng(0)
    y, target_y = rng.integers(0, 2, 600), (rng.random(600) > 0.8).astype(int)
    x, target_x = (rng.normal(size=(600, 4)) + 3 * labels[:, None] * np.eye(4)[0] for labels in (y, target_y))
    pair = DomainPair(x, y, target_x + 2.4 * np.eye(4)[1], target_y)
    return pair, 500, Settings.for_pair(pair).replace(class_shares="ignored", max_iter=600)


@pytest.fixture
def vectors() -> DomainPair:
    return make_pair()


def settle(run: Run) -> None:
    """Draw every frame at once, as long as there is another one to come: until a run that plays has ended, or one at
    rest has its whole picture."""
    while True:
        run.pull()
        if run.busy:
            run.wait(120)
        elif run.playing:
            # The story's own pace.
            threading.Event().wait(max(run.due - time.monotonic(), 0))
        else:
            return


def watch(run: Run, until: Callable[[], bool]) -> None:
    """Draw every frame at once until something holds."""
    while not until():
        assert run.failure is None
        run.pull()
        run.wait(0.01)


def live_run(engine: Engine, pair: DomainPair, settings: Settings) -> Run:
    """A run of which nothing has been asked."""
    return Run(lambda resume: engine.launch(pair, settings, resume), pair, settings)


def shown(run: Run) -> Message:
    """What the newest frame holds."""
    return unpack(run.recording.latest.packed)


def finished(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """What a coroutine returns, in a thread of its own: the browser of other tests keeps this one's event loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


def settled_beside_plain(engine: Engine, pair: DomainPair, settings: Settings) -> tuple[Run, Trainer]:
    """A run that can be played, and a trainer that knows of no engine, to compare it with."""
    run = live_run(engine, pair, settings)
    # Nothing waits for the story's time.
    run.speed = "fast"
    settle(run)
    return run, Trainer(pair, settings, device())


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pictures", metavar="DIR", help="also save the README's screenshots there")


@contextmanager
def serve(
    folder: Path, streamlit: tuple[str, ...] = ("-m", "streamlit"), cwd: Path = ROOT, **environment: str
) -> Iterator[tuple[str, psutil.Process]]:
    """The app, by default started as the README says, on a port of its own: its address and its process.

    Its log is written into `folder`. Under a base path, the address is that of the pages.
    """
    port = free_port()
    base = environment.get("STREAMLIT_SERVER_BASE_URL_PATH", "").strip("/")
    address = f"http://127.0.0.1:{port}" + (f"/{base}" if base else "")
    command = [sys.executable, *streamlit, "run", str(ROOT / "app.py"), "--server.port", str(port)]
    with (folder / "log").open("w") as log:
        process = psutil.Popen(command, cwd=cwd, stdout=log, stderr=subprocess.STDOUT, env=os.environ | environment)
    health = urllib.request.Request(f"{address}/_stcore/health")
    for _ in range(600):
        try:
            if urllib.request.urlopen(health, timeout=1).status == 200:
                break
        except OSError:
            try:
                process.wait(0.1)
                pytest.fail(f"the app ended: {(folder / 'log').read_text()}")
            except psutil.TimeoutExpired:
                continue
    try:
        yield address, process
    finally:
        if process.is_running():
            process.terminate()
        process.wait(20)


@pytest.fixture(scope="session")
def server_and_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, psutil.Process]]:
    with serve(tmp_path_factory.mktemp("app")) as started:
        yield started


@pytest.fixture(scope="session")
def address(server_and_address: tuple[str, psutil.Process]) -> str:
    """Where the app of all browser tests answers."""
    return server_and_address[0]


@pytest.fixture(scope="session")
def server(server_and_address: tuple[str, psutil.Process]) -> psutil.Process:
    """The process of that app."""
    return server_and_address[1]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=CHROMIUM_FLAGS)
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport=DESKTOP)
    page.set_default_timeout(PATIENCE)
    yield page
    page.close()


@pytest.fixture
def picture(request: pytest.FixtureRequest):
    folder = request.config.getoption("--pictures")

    def save(page: Page, name: str) -> None:
        if folder:
            page.wait_for_timeout(1000)  # for fonts, tables and toasts
            page.screenshot(path=Path(folder) / f"{name}.png")

    return save


@pytest.fixture
def nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = sorted(tmp_path.iterdir())
    yield
    assert sorted(p for p in tmp_path.iterdir() if p.suffix != ".made") == before
