"""Things that outlive a page, found again by their key, bounded in number and in time."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from dann_core.language import say

T = TypeVar("T")


class Full(RuntimeError):
    """Everything that is kept is in use; the message says how many that is."""


@dataclass
class _Entry(Generic[T]):
    value: T
    token: str
    asked: float


class Registry(Generic[T]):
    """Keeps values while somebody uses them, and for `keep_seconds` longer. Thread-safe.

    A key names a value and may stand in a link; the token that is made with it says who owns it, and may not.
    `present(value)` says whether it is in use; `free(value)` is called for each value that is let go. When `limit` are
    kept, the one that was left longest ago makes room.
    """

    def __init__(
        self, limit: int, keep_seconds: float, present: Callable[[T], bool], free: Callable[[T], None]
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

    def add(self, value: T) -> tuple[str, str]:
        """Keep a value: its key and token. Raises `Full` when all are in use."""
        with self._lock:
            self._make_room()
            key, token = secrets.token_urlsafe(6), secrets.token_urlsafe(16)
            self._entries[key] = _Entry(value, token, time.monotonic())
            return key, token

    def find(self, key: str) -> T | None:
        """The value of that key, to look at; None if it is gone."""
        entry = self._entries.get(key)
        return entry.value if entry else None

    def claim(self, key: str, token: str) -> T | None:
        """The value of that key for its owner; None if it is gone or the token is not its own."""
        with self._lock:
            entry = self._entries.get(key)
            # As bytes: of texts, only those in ASCII can be compared.
            told = token.encode(errors="surrogatepass")
            if entry is None or not secrets.compare_digest(entry.token.encode(), told):
                return None
            entry.asked = time.monotonic()
            return entry.value

    def prune(self) -> int:
        """Let go what nobody has used for longer than `keep_seconds`; how many that were."""
        now, freed = time.monotonic(), 0
        with self._lock:
            for key, entry in list(self._entries.items()):
                if self._present(entry.value):
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
        left = {key: e.asked for key, e in self._entries.items() if not self._present(e.value)}
        return min(left, key=left.get, default=None)

    def _make_room(self) -> None:
        if len(self._entries) < self.limit:
            return
        oldest = self._oldest_left()
        if oldest is None:
            raise Full(say("All {n} places on this server are taken.", n=self.limit))
        self._free(self._entries.pop(oldest).value)
