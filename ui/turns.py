"""Turns of the server's threads: pages are drawn one at a time.

Each page's script is a thread, and so is the event loop that hears clicks and sends what has been drawn. Python lets
one of them run at a time and asks none to hurry: where a dozen draw at once, each of the loop's many short steps waits
for all of them, and pages for seconds though the processor is not even busy.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

LONGEST_WAIT = 2.0
"""Seconds after which a thread goes on without its turn: one that is stuck must not stop all."""


class _Door:
    """Lets one through at a time, first those in the first line; `threading` has locks, but none with a line."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_taken = False
        self._lines: tuple[deque[threading.Event], ...] = deque(), deque()

    def enter(self, line: int) -> bool:
        """Wait for those before, at most `LONGEST_WAIT`; whether this thread is the one that is let through now."""
        with self._lock:
            if not self._is_taken:
                self._is_taken = True
                return True
            mine = threading.Event()
            self._lines[line].append(mine)
        if mine.wait(LONGEST_WAIT):
            return True
        with self._lock:
            if mine.is_set():
                return True
            self._lines[line].remove(mine)
            return False

    def leave(self) -> None:
        with self._lock:
            for line in self._lines:
                if line:
                    # Handed over: who comes just now would else be quicker than who has waited.
                    line.popleft().set()
                    return
            self._is_taken = False


_CLICKS, _TIMERS = 0, 1

_door = _Door()
_mine = threading.local()


def turn() -> AbstractContextManager[None]:
    """Wait for this thread's turn, unless it has it already, and end it with the block."""
    return _turn_from(_CLICKS)


def after_clicks() -> AbstractContextManager[None]:
    """Like `turn`, for what a timer has asked for: whoever has clicked goes first."""
    return _turn_from(_TIMERS)


@contextmanager
def _turn_from(line: int) -> Iterator[None]:
    if _has_it():
        yield
        return
    _mine.has_it = _door.enter(line)
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
            _mine.has_it = _door.enter(_CLICKS)


def _has_it() -> bool:
    return getattr(_mine, "has_it", False)


def _end() -> None:
    if _has_it():
        _mine.has_it = False
        _door.leave()
