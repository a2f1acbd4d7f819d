"""The live channel by plain requests, for networks that let no socket through: one exchange each."""

from __future__ import annotations

import asyncio
import struct
import time
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from server import hosts
from server.channel import heard, lane_of, lanes_of, patience
from server.sockets import as_json, as_object
from server.steering import Refused

ASK_BYTES, ASK_SECONDS, MOST_COMMANDS, ANSWER_BYTES = 65_536, 0.8, 20, 4_000_000
"""The largest request, how long one waits for news, and how much is asked for and answered."""

_LENGTH = struct.Struct("<IB")


async def ask(request: Request) -> Response:
    """The route of one exchange.

    The body is `{"hello": ..., "do": [...]}`; the answer is everything that a socket would have sent, each with its
    length (u4, little-endian) and whether it is binary (u1).
    """
    if not hosts.is_welcome(request):
        return _answer(_Collected(Refused("origin")))
    outlet = _Collected()
    try:
        asked = as_object(await _body(request))
        commands = asked.get("do", [])
        if not isinstance(commands, list) or not all(isinstance(c, dict) for c in commands):
            raise Refused("malformed")
        if len(commands) > MOST_COMMANDS:
            raise Refused("too often", most=MOST_COMMANDS)
        lanes = lanes_of(asked.get("hello"), outlet)
    except Refused as refused:
        return _answer(_Collected(refused))
    try:
        news = asyncio.Event()
        for lane in lanes:
            lane.listen(news)
            lane.ready = True
        for command in commands:
            await lane_of(command, lanes).obey(command)
        until = time.monotonic() + ASK_SECONDS
        while True:
            for lane in lanes:
                await lane.send_news()
            if any(not lane.ready for lane in lanes) or time.monotonic() > until:
                break
            await heard(news, min(until - time.monotonic() + 0.01, patience(lanes)))
    except Refused as refused:
        await outlet.text(refused.told())
    finally:
        for lane in lanes:
            lane.close()
    return _answer(outlet)


async def _body(request: Request) -> bytes:
    """No more of it than is allowed is ever held."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > ASK_BYTES:
            raise Refused("too large", most=ASK_BYTES)
    return body


class _Collected:
    """Everything said in one exchange, at most `ANSWER_BYTES`."""

    def __init__(self, refused: Refused | None = None) -> None:
        self.parts: list[bytes] = []
        self._bytes = 0
        if refused:
            self._add(as_json(refused.told()), 0)

    async def text(self, told: dict[str, Any]) -> None:
        self._add(as_json(told), 0)

    async def binary(self, packed: bytes) -> None:
        if self._bytes + len(packed) > ANSWER_BYTES:
            raise Refused("too often", most=ANSWER_BYTES)
        self._add(packed, 1)

    def _add(self, said: bytes, is_binary: int) -> None:
        self.parts += [_LENGTH.pack(len(said), is_binary), said]
        self._bytes += len(said)


def _answer(said: _Collected) -> Response:
    return Response(b"".join(said.parts), media_type="application/octet-stream")
