"""A reverse proxy that serves an app under a prefix, which the app does not know: as many hosts do."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from browser import free_port

HEADERS_END = b"\r\n\r\n"


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    # Browsers and servers end connections as they like.
    with contextlib.suppress(OSError):
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        finally:
            writer.close()


@contextmanager
def stripping(prefix: str, address: str) -> Iterator[str]:
    """`http://127.0.0.1:PORT/PREFIX/...` answers as `ADDRESS/...` does; everything else is 404."""
    port, upstream = free_port(), int(address.rsplit(":", 1)[1])

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(HEADERS_END)
        except asyncio.IncompleteReadError:
            writer.close()
            return
        first, _, rest = head.partition(b"\r\n")
        method, path, version = first.split(b" ", 2)
        if not path.startswith(f"{prefix}/".encode()):
            writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            writer.close()
            return
        # One request a connection: of a second one the path would not be seen.
        lines = [line for line in rest.split(b"\r\n") if line.lower() != b"connection: keep-alive"]
        to_reader, to_writer = await asyncio.open_connection("127.0.0.1", upstream)
        to_writer.write(b" ".join([method, path[len(prefix) :], version]) + b"\r\n")
        if b"upgrade:" not in head.lower():
            lines.insert(0, b"Connection: close")
        to_writer.write(b"\r\n".join(lines))
        await asyncio.gather(_pipe(reader, to_writer), _pipe(to_reader, writer))

    started, ended = threading.Event(), asyncio.Event()

    async def run() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", port)
        started.set()
        await ended.wait()
        server.close()

    # In a thread of its own: the browser of the tests has this one's event loop.
    loop = asyncio.new_event_loop()

    def serve() -> None:
        loop.run_until_complete(run())
        # Connections that are still open end with it.
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        loop.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    started.wait(10)
    yield f"http://127.0.0.1:{port}{prefix}"
    loop.call_soon_threadsafe(ended.set)
    thread.join(10)
