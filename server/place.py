"""Where this server trains and what it keeps: one engine, one registry of experiments."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from streamlit import runtime

from server.registry import Registry

if TYPE_CHECKING:
    from dann_core.engine.base import Engine
    from server.experiment import Experiment

KEEP_SECONDS = float(os.environ.get("DANN_KEEP_SECONDS", 1800))
"""How long an experiment waits for a person who has left the page."""

PLACES = int(os.environ.get("DANN_PLACES", 150))
"""Experiments that the server keeps at a time."""

PRUNE_SECONDS, GIVE_BACK_SECONDS = 5, 60
"""Between two looks for experiments that are left, and between two times that memory is given back: finding Python's
cycles stops the server for a tenth of a second."""

_lock = threading.Lock()
_engine: Engine | None = None


def engine() -> Engine:
    """The server's one engine, started when it is first asked for; it need not be ready."""
    global _engine
    with _lock:
        if _engine is None:
            # Whoever only looks at the page need not wait for Dask.
            from dann_core.engine.choose import from_environment

            _engine = from_environment()
        return _engine


def start_engine() -> None:
    """Have everything ready when the first person wants to train or to change a network; the log says if it fails."""
    from dann_core.engine.base import EngineError

    try:
        engine().wait_for_all()
    except EngineError as error:
        print(f"DANN Explorer: {error}", file=sys.stderr)
    # Sizes of networks are checked here, with torch. After the workers, which are waited for, have loaded it.
    from dann_core.method import networks  # noqa: F401


def close_engine() -> None:
    """End what `engine` has started."""
    global _engine
    with _lock:
        closing = _engine
    if closing is not None:
        # Not under the lock: a run that has just ended asks for the engine in a thread that has to end first.
        closing.close()
        with _lock:
            _engine = None


def is_present(experiment: Experiment) -> bool:
    """Whether somebody who may steer it is here: a player's socket, or the session of a page without one."""
    # Taken out one by one: a script may be adding its own.
    experiment.sessions -= {session for session in list(experiment.sessions) if not _is_active(session)}
    return experiment.owners > 0 or bool(experiment.sessions)


def _is_active(session: str) -> bool:
    """Whether a page of Streamlit's is open; none is where Streamlit does not run, as in tests of other rooms."""
    return runtime.exists() and runtime.get_instance().is_active_session(session)


experiments: Registry[Experiment] = Registry(PLACES, KEEP_SECONDS, is_present, lambda experiment: experiment.free())
"""Those of this server's visitors."""


@contextmanager
def pruning(*others: Registry) -> Iterator[None]:
    """While the block lasts, let go of experiments that nobody has come back for, and of what others keep so."""
    ended = threading.Event()

    def prune() -> None:
        freed, given_back_at = 0, time.monotonic()
        while not ended.wait(PRUNE_SECONDS):
            freed += experiments.prune()
            for other in others:
                other.prune()
            if freed and time.monotonic() - given_back_at > GIVE_BACK_SECONDS:
                _give_memory_back()
                freed, given_back_at = 0, time.monotonic()

    threading.Thread(target=prune, name="prune", daemon=True).start()
    try:
        yield
    finally:
        ended.set()


def _give_memory_back() -> None:
    """Let the system have what freed experiments took up: Python finds cycles, and the C library gives up pages, only
    when more is asked for, which after a class may be never."""
    gc.collect()
    if sys.platform == "linux" and (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)):
        trim(0)
