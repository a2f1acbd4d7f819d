"""What both clients of the load test are: a socket whose messages are taken in as they come."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import websockets

PATIENCE = 120.0
"""Seconds after which a server that does not answer counts as broken."""


class Wire:
    """A connected socket; a subclass sees each message in `take`.

    `errors` counts what a person or the browser's console would call an error.
    """

    def __init__(self, errors: Counter[str] | None = None) -> None:
        self.errors: Counter[str] = Counter() if errors is None else errors
        self._changed = asyncio.Event()
        self._reader: asyncio.Task | None = None

    def take(self, data: str | bytes) -> None:
        """Called for every message."""
        raise NotImplementedError

    async def connect(self, address: str, path: str, **options: Any) -> None:
        """Open the socket of that path, as a page of `address` would, and begin to read."""
        self.socket = await websockets.connect(
            address.replace("http", "ws", 1) + path,
            origin=address,
            max_size=None,
            open_timeout=PATIENCE,
            **options,
        )
        self._reader = asyncio.create_task(self._read())

    async def close(self) -> None:
        """Leave, where it has been connected."""
        if self._reader is None:
            return
        self._reader.cancel()
        with suppress(asyncio.CancelledError):
            await self._reader
        await self.socket.close()

    async def until(self, ready: Callable[[], bool], seconds: float = PATIENCE) -> None:
        """Wait for `ready()`, asked after every message; raises `TimeoutError`, `ConnectionError` if it is cut off."""
        async with asyncio.timeout(seconds):
            while not ready():
                if self._reader.done():
                    raise ConnectionError("the server has closed the connection")
                self._changed.clear()
                await self._changed.wait()

    async def _read(self) -> None:
        try:
            async for data in self.socket:
                self.take(data)
                self._changed.set()
        except websockets.ConnectionClosed as closed:
            self.errors[f"connection lost: {closed}"] += 1
        finally:
            self._changed.set()
