"""A player without the browser: speaks the live channel (`server.channel`), as `player/` does, and draws nothing."""

from __future__ import annotations

import asyncio
import json
import struct
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self

import websockets

from bench.wire import Wire
from dann_core.live.message import FRAME

VERSION = 1
DRAWING_SECONDS = 0.03
"""How long a browser takes for a frame before it is ready for the next."""

CHECKED_SECONDS = 2.0
"""For so long after Pause, no frame may go on."""

AT_REST = ("paused", "finished")
_ENVELOPE = struct.Struct("<BxxxI")
_START = struct.Struct("<4sHHI")


@dataclass(frozen=True)
class Arrived:
    """A frame as it came: seconds of `time.time`, its number, what its header says, and bytes on the wire."""

    at: float
    number: int
    iteration: int
    moved: bool
    bytes: int


def read_frame(data: bytes, at: float) -> Arrived | None:
    """What a binary message brings, from its header alone; None for a scene or rows."""
    _, number = _ENVELOPE.unpack_from(data)
    _, _, kind, length = _START.unpack_from(data, _ENVELOPE.size)
    if kind != FRAME:
        return None
    begin = _ENVELOPE.size + _START.size
    values = json.loads(data[begin : begin + length])["values"]
    return Arrived(at, number, values["iteration"], values["moved"], len(data))


class Player(Wire):
    """`async with Player(address, run, token) as player`: pulls frames of that run until the block ends.

    It says that it is ready `draws_in` seconds after a frame, and at most every `beat` seconds. `told` is called with
    each frame; `state` is the newest one of the channel, `iteration` that of the newest frame, -1 before the first.
    """

    def __init__(
        self,
        address: str,
        run: str,
        token: str | None,
        *,
        draws_in: float = DRAWING_SECONDS,
        beat: float = 0.0,
        told: Callable[[Arrived], None] = lambda _: None,
        errors: Counter[str] | None = None,
    ) -> None:
        super().__init__(errors)
        self.address, self.run, self.token = address, run, token
        self.draws_in, self.beat, self.told = draws_in, beat, told
        self.state: dict[str, Any] = {}
        self.iteration = -1
        self.frames = self.frame_bytes = self.bytes = self.moves = 0
        self._raised_at = self._ready_at = 0.0
        self._drawing: set[asyncio.Task] = set()

    async def __aenter__(self) -> Self:
        await self.connect(self.address, "/live")
        run = {"run": self.run, "token": self.token, "scene": None, "rows": 0, "frame": 0}
        await self.send("hello", version=VERSION, hidden=False, runs=[run])
        await self._ready()
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._drawing:
            task.cancel()
        await self.close()

    @property
    def is_playing(self) -> bool:
        """Whether Pause can be pressed."""
        return self.state.get("state") in ("playing", "waiting")

    @property
    def is_done(self) -> bool:
        """Whether the run has reached its end."""
        return self.state.get("state") == "finished"

    async def send(self, do: str, **facts: Any) -> None:
        """One message of the channel."""
        await self.socket.send(json.dumps({"do": do, **facts}))

    async def drawn(self) -> None:
        """Wait for the run's first picture."""
        await self.until(lambda: self.state.get("state") not in (None, "building") and self.iteration >= 0)

    async def play(self) -> None:
        """Press Play, and wait until it acts."""
        await self.send("play")
        await self.until(lambda: self.is_playing or self.is_done)

    async def pause(self) -> float:
        """Press Pause: seconds until nothing goes on any more, which is then watched for `CHECKED_SECONDS`."""
        pressed = time.time()
        await self.send("pause")
        await self.until(lambda: self.state["state"] in AT_REST)
        answered, said, scene = time.time(), self.state["iteration"], self.state["scene"]
        await asyncio.sleep(CHECKED_SECONDS)
        if self.state["scene"] == scene and self.iteration > said:
            self.errors[f"went on after {self.state['state']}"] += 1
        # A frame may follow the word; it is only over with the last that shows more than was seen.
        return max(answered, self._raised_at) - pressed

    async def step(self) -> None:
        """Press Step, and wait for the iteration."""
        before = self.iteration
        await self.send("step")
        await self.until(lambda: self.iteration > before and self.state["state"] in AT_REST)

    async def reset(self) -> None:
        """Press Reset, and wait for the new run's picture."""
        before = self.state["scene"]
        await self.send("reset")
        await self.until(lambda: self.state["scene"] != before)
        await self.drawn()

    async def speed(self, name: str) -> None:
        """Choose a speed."""
        await self.send("speed", speed=name)
        await self.until(lambda: self.state.get("speed") == name)

    def take(self, data: str | bytes) -> None:
        """Note a message; a frame is answered once it is drawn."""
        self.bytes += len(data)
        if isinstance(data, str):
            self._take_word(json.loads(data))
        elif frame := read_frame(data, time.time()):
            self._take_frame(frame)

    def _take_word(self, said: dict[str, Any]) -> None:
        if said["is"] == "refused":
            self.errors[f"refused: {said['rule']} {said['facts']}"] += 1
        if said["is"] != "state":
            return
        if self.state and said["scene"] != self.state["scene"]:
            self.iteration = -1
        notice, before = said["notice"], self.state.get("notice")
        if notice and notice["level"] == "error" and (not before or before["id"] != notice["id"]):
            self.errors[f"notice: {notice['rule']} {notice['facts']}"] += 1
        if said["state"] == "failed" != self.state.get("state"):
            self.errors[f"failed: {said['failure']}"] += 1
        self.state = said

    def _take_frame(self, frame: Arrived) -> None:
        self.frames += 1
        self.frame_bytes += frame.bytes
        self.moves += frame.moved
        if frame.iteration > self.iteration:
            self._raised_at = frame.at
        self.told(frame)
        self.iteration = frame.iteration
        task = asyncio.create_task(self._draw())
        self._drawing.add(task)
        task.add_done_callback(self._drawing.discard)

    async def _draw(self) -> None:
        await asyncio.sleep(max(self.draws_in, self._ready_at + self.beat - time.time()))
        # The server may have ended meanwhile, which the reader tells.
        with suppress(websockets.ConnectionClosed):
            await self._ready()

    async def _ready(self) -> None:
        self._ready_at = time.time()
        await self.send("ready")
