"""A Firefox that is spoken to in WebDriver BiDi, its own protocol: Playwright drives only builds of its own.

https://www.w3.org/TR/webdriver-bidi/
"""

from __future__ import annotations

import contextlib
import itertools
import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from browser import PATIENCE, free_port
from websockets.sync.client import ClientConnection, connect

SECONDS = PATIENCE / 1000


class Firefox:
    """One tab: the few things that a test of geometry asks of a page."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._numbers = itertools.count()
        self._send("session.new", capabilities={})
        self._tab = self._send("browsingContext.create", type="tab")["context"]

    def set_viewport_size(self, size: dict[str, int]) -> None:
        self._send("browsingContext.setViewport", context=self._tab, viewport=size)

    def goto(self, address: str) -> None:
        self._send("browsingContext.navigate", context=self._tab, url=address, wait="complete")

    def evaluate(self, function: str) -> Any:
        """What a JavaScript function of no arguments returns, as JSON; raises `AssertionError` for one that throws."""
        expression = f"Promise.resolve(({function})()).then((value) => JSON.stringify(value ?? null))"
        target = {"context": self._tab}
        told = self._send("script.evaluate", expression=expression, target=target, awaitPromise=True)
        assert told["type"] == "success", told["exceptionDetails"]["text"]
        return json.loads(told["result"]["value"])

    def _send(self, method: str, **params: Any) -> dict[str, Any]:
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            told = json.loads(self._socket.recv(SECONDS))
            if told.get("id") == number:
                assert told["type"] == "success", told
                return told["result"]


@contextmanager
def firefox(command: str, folder: Path) -> Iterator[Firefox]:
    """A headless Firefox with a new profile in `folder`, until the block ends."""
    port = free_port()
    arguments = ["--headless", "--no-remote", "--profile", str(folder), "--remote-debugging-port", str(port)]
    process = subprocess.Popen(
        [command, *arguments, "about:blank"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        with _connected(port, process) as socket:
            yield Firefox(socket)
    finally:
        process.terminate()
        process.wait(SECONDS)


def _connected(port: int, process: subprocess.Popen) -> ClientConnection:
    until = time.monotonic() + SECONDS
    while True:
        try:
            return connect(f"ws://127.0.0.1:{port}/session", max_size=None)
        except OSError:
            assert process.poll() is None, "Firefox has ended"
            assert time.monotonic() < until, "Firefox does not listen"
            # Another try soon, or at once where it has ended.
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.1)
