"""What all WebSocket routes share: who is welcome, the first message, one object a text, a refusal, and the end."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from server import hosts
from server.steering import Refused

VERSION = 1
MESSAGE_BYTES = 4096
HELLO_SECONDS = 10


async def converse(socket: WebSocket, conversation: Callable[[WebSocket], Awaitable[None]]) -> None:
    """Accept a socket that is welcome, carry the conversation on, and say what it refuses."""
    if not hosts.is_welcome(socket):
        await socket.close(1008)
        return
    await socket.accept()
    try:
        await conversation(socket)
    except Refused as refused:
        await refuse(socket, refused)
    except WebSocketDisconnect:
        pass


async def hello(socket: WebSocket) -> dict[str, Any]:
    """The first message. Raises `WebSocketDisconnect` and `Refused`."""
    try:
        async with asyncio.timeout(HELLO_SECONDS):
            said = await next_text(socket)
    except TimeoutError:
        raise Refused("hello late") from None
    return as_command(said)


async def until_either_ends(sending: Coroutine[Any, Any, None], receiving: Coroutine[Any, Any, None]) -> None:
    """Send and receive until one of them ends, and raise what ended it.

    A receive is always pending: without one, the server would wait for this socket when it is to end.
    """
    tasks = [asyncio.create_task(sending), asyncio.create_task(receiving)]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def next_text(socket: WebSocket) -> str:
    """The next message, a text. Raises `WebSocketDisconnect` and `Refused`."""
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1000))
    if message.get("text") is None:
        raise Refused("malformed")
    return message["text"]


def as_command(text: str) -> dict[str, Any]:
    """A message as the object that it is. Raises `Refused`."""
    if len(text.encode()) > MESSAGE_BYTES:
        raise Refused("too large", most=MESSAGE_BYTES)
    return as_object(text)


def as_object(text: str | bytes) -> dict[str, Any]:
    """The object that a JSON text is. Raises `Refused`."""
    try:
        read = json.loads(text)
    except (ValueError, RecursionError):
        raise Refused("malformed") from None
    if not isinstance(read, dict):
        raise Refused("malformed")
    return read


def as_json(told: dict[str, Any]) -> bytes:
    """An object as a JSON text."""
    return json.dumps(told, separators=(",", ":"), ensure_ascii=False).encode()


async def refuse(socket: WebSocket, refused: Refused) -> None:
    """Say why, and close the socket."""
    # Who is refused may have gone.
    with contextlib.suppress(RuntimeError, WebSocketDisconnect):
        await socket.send_text(json.dumps(refused.told()))
        await socket.close(1008)
