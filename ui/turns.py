"""Turns of the server's threads: pages are drawn one at a time.

Each page's script is a thread, and so is the event loop that hears clicks and sends what has been drawn. Python lets
one of them run at a time and asks none to hurry: where a dozen draw at once, each of the loop's many short steps waits
for all of them, and pages for seconds though the processor is not even busy.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

LONGEST_WAIT = 2.0
"""Seconds after which a thread goes on without its turn: one that is stuck must not stop all."""

_turn = threading.BoundedSemaphore(1)
_mine = threading.local()


@contextmanager
def turn() -> Iterator[None]:
    """Wait for this thread's turn, unless it has it already, and end it with the block."""
    if _has_it():
        yield
        return
    _mine.has_it = _turn.acquire(timeout=LONGEST_WAIT)
    try:
        yield
    finally:
        _end()


@contextmanager
def aside() -> Iterator[None]:
    """Let others go on while this thread waits, or does what takes long; after the block it waits for its turn."""
    had_it = _has_it()
    _end()
    try:
        yield
    finally:
        if had_it:
            _mine.has_it = _turn.acquire(timeout=LONGEST_WAIT)


def _has_it() -> bool:
    return getattr(_mine, "has_it", False)


def _end() -> None:
    if _has_it():
        _mine.has_it = False
        _turn.release()
