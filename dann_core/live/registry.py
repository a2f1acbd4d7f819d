"""Who is here: things that outlive a page, found again by their key, bounded in number and in time."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


class Full(RuntimeError):
    """Everything that is kept is in use; the message says how many that is."""


@dataclass
class _Entry(Generic[T]):
    value: T
    holder: str
    asked: float


class Registry(Generic[T]):
    """Keeps values for the holders that use them, and for `keep_seconds` longer.

    `present(holder)` says whether a holder, a browser session, is still here; `free(value)` is called for each value
    that is let go. When `limit` are kept, the one that was left longest ago makes room. Thread-safe.
    """

    def __init__(
        self, limit: int, keep_seconds: float, present: Callable[[str], bool], free: Callable[[T], None]
    ) -> None:
        self.limit = limit
        self.keep_seconds = keep_seconds
        self._present = present
        self._free = free
        self._entries: dict[str, _Entry[T]] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, key: str) -> bool:
        return key in self._entries

    def add(self, value: T, holder: str) -> str:
        """Keep a value for its holder; its key. Raises `Full` when all are in use."""
        with self._lock:
            self._make_room()
            key = secrets.token_urlsafe(6)
            self._entries[key] = _Entry(value, holder, time.monotonic())
            return key

    def take(self, key: str, holder: str) -> T | None:
        """The value of that key for a holder that comes back; None if it is gone or another holder has it."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None or (entry.holder != holder and self._present(entry.holder)):
                return None
            entry.holder, entry.asked = holder, time.monotonic()
            return entry.value

    def prune(self) -> int:
        """Let go what nobody has asked for longer than `keep_seconds`; how many that were."""
        now, freed = time.monotonic(), 0
        with self._lock:
            for key, entry in list(self._entries.items()):
                if self._present(entry.holder):
                    entry.asked = now
                elif now - entry.asked > self.keep_seconds:
                    self._free(self._entries.pop(key).value)
                    freed += 1
        return freed

    def has_room(self) -> bool:
        """Whether another value can be kept, perhaps in the place of one that was left."""
        with self._lock:
            return len(self._entries) < self.limit or self._oldest_left() is not None

    def _oldest_left(self) -> str | None:
        left = {key: e.asked for key, e in self._entries.items() if not self._present(e.holder)}
        return min(left, key=left.get, default=None)

    def _make_room(self) -> None:
        if len(self._entries) < self.limit:
            return
        oldest = self._oldest_left()
        if oldest is None:
            raise Full(f"All {self.limit} places on this server are taken.")
        self._free(self._entries.pop(oldest).value)
