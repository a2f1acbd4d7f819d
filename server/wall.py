"""The wall: the WebSocket route over which a teacher's page sees the runs of a class. It steers nothing.

**Up**, JSON texts as on the live channel (`server.channel`). The first, within its `HELLO_SECONDS`:

    {"do": "hello", "version": 1, "class": CODE, "token": SECRET}

and then, when a round has been drawn, {"do": "ready"}.

**Down**, a round: {"is": "wall", "title": T, "exam": true, "members": [...]} where something has changed, with
`server.classroom.told` of each student; binaries, each a student's number (u1), three zeros, a number (u4,
little-endian) and a message of `dann_core.live.message`: a scene (number 0) or a frame; and {"is": "round"}. A run has
at most one frame in `FRAME_SECONDS`, and none is trained for it: the wall shows what there is. Without the exam,
and of a run in blind mode, nothing of it travels. {"is": "refused", "rule": R, "facts": {}} closes the socket.
"""

from __future__ import annotations

import asyncio
import json
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass

from starlette.websockets import WebSocket

from dann_core.live.message import without_exam
from server import classroom
from server.classroom import Classroom, Member
from server.sockets import VERSION, as_command, converse, hello, next_text, until_either_ends
from server.steering import Refused

FRAME_SECONDS = 5.0
"""Between two frames of one run."""

LOOK_SECONDS = 1.0
"""Between two looks whether there is a frame to send; the frames of a class are so spread over time."""

READ_SECONDS = 0.1
"""Between two messages that are read."""

_ENVELOPE = struct.Struct("<BxxxI")


@dataclass
class _Film:
    """What a wall has been sent of one student: the scene, and whether with the exam."""

    scene: tuple[int, bool] | None = None
    frame: int = 0
    sent_at: float = float("-inf")


class Wall:
    """What one open wall has, and what is due to it."""

    def __init__(self, room: Classroom) -> None:
        self.room = room
        self._films: dict[str, _Film] = {}
        self._said = ""

    def due(self, at: float) -> Iterator[str | bytes]:
        """Texts and binaries that are to be sent at a time, in seconds of a clock that does not go back."""
        members = self.room.members()
        self._films = {member.key: self._films.get(member.key, _Film()) for member in members}
        told = [said for member in members if (said := classroom.told(member, exam=self.room.exam))]
        wall = {"is": "wall", "title": self.room.title, "exam": self.room.exam, "members": told}
        said = json.dumps(wall, separators=(",", ":"), ensure_ascii=False)
        if said != self._said:
            self._said = said
            yield said
        for member in members:
            yield from self._pictures(member, at)

    def _pictures(self, member: Member, at: float) -> Iterator[bytes]:
        film, experiment = self._films[member.key], member.experiment
        if experiment is None or at - film.sent_at < FRAME_SECONDS:
            return
        now = experiment.now
        recording = now.run.recording
        if recording.scene is None or (now.domain is None and not now.is_shared):
            # Shared again, it is seen from its scene on.
            film.scene = None
            return
        exam = self.room.exam and not experiment.blind.is_sealed
        if film.scene != (now.scene, exam):
            film.scene, film.frame = (now.scene, exam), 0
            yield _packed(member, 0, recording.scene, exam=exam)
        frames = recording.between(film.frame + 1, 2**32)
        if frames:
            film.frame, film.sent_at = frames[-1][0], at
            yield _packed(member, film.frame, frames[-1][1].packed, exam=exam)


def _packed(member: Member, number: int, message: bytes, *, exam: bool) -> bytes:
    return _ENVELOPE.pack(member.number, number) + (message if exam else without_exam(message))


async def serve(socket: WebSocket) -> None:
    """The WebSocket route."""
    await converse(socket, _show)


async def _show(socket: WebSocket) -> None:
    """Send what is due whenever the page is ready, until it is closed or the class is over."""
    room = _claimed(await hello(socket))
    room.walls += 1
    try:
        ready = asyncio.Event()
        ready.set()
        await until_either_ends(_send(socket, Wall(room), ready), _receive(socket, ready))
    finally:
        room.walls -= 1


def _claimed(said: dict) -> Classroom:
    code, token = said.get("class"), said.get("token")
    if said.get("do") != "hello" or not isinstance(code, str) or not isinstance(token, str):
        raise Refused("malformed")
    if said.get("version") != VERSION:
        raise Refused("version", server=VERSION)
    room = classroom.claim(code, token)
    if room is None:
        raise Refused("class")
    return room


async def _send(socket: WebSocket, wall: Wall, ready: asyncio.Event) -> None:
    while True:
        await ready.wait()
        if wall.room.is_over:
            raise Refused("class")
        is_any = False
        for message in wall.due(time.monotonic()):
            is_any = True
            await (socket.send_text(message) if isinstance(message, str) else socket.send_bytes(message))
        if is_any:
            ready.clear()
            await socket.send_text('{"is":"round"}')
        await asyncio.sleep(LOOK_SECONDS)


async def _receive(socket: WebSocket, ready: asyncio.Event) -> None:
    while True:
        if as_command(await next_text(socket)).get("do") != "ready":
            raise Refused("malformed")
        ready.set()
        await asyncio.sleep(READ_SECONDS)
