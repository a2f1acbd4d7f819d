"""The live channel: the WebSocket route over which a player gets a run's frames and steers it.

Frames are pulled: the player says that it is ready, and gets the newest frame once there is one that it does not have.
Nothing queues for a slow browser, and only its owner's "ready" makes a run train.

**Up**, JSON texts of at most `MESSAGE_BYTES`. The first, within `HELLO_SECONDS`:

    {"do": "hello", "version": 1, "hidden": false,
     "runs": [{"run": KEY, "token": TOKEN or null, "scene": ID or null, "rows": 0, "frame": 0}]}

One entry a lane, `MOST_LANES` at most; with "part": k, the k-th lane of the experiment's comparison: all of these get
frames of the same iterations, and what steers one steers all. Who has the token may steer; who has none only looks.
`scene`, `rows` and `frame` are what the player has already: the id of its scene, the iterations its curves cover, the
highest number of a frame. Then, each with "lane" where it is not 0:

    {"do": "ready"}                        the frame before is drawn
    {"do": "hidden", "hidden": true}       nobody sees the page now: a frame in some seconds is enough
    {"do": "play"}, "pause", "step"        steer
    {"do": "reset"}, "undo"                another branch: from iteration 0, the one shown before
    {"do": "fork", "iteration": 240}       another branch: from that iteration of the run that is shown
    {"do": "branch", "branch": 7}          go to the kept branch of that id
    {"do": "try", "setting": "gamma", "value": 5, "anew": false}
                                           change one setting, live if it can be and `anew` does not ask for another
                                           run; undo takes it back
    {"do": "draw", "knobs": {"turn": 20, "right": 0.5}}
                                           change knobs of the built-in domain, all at once: new data and another run,
                                           which plays if the one before did
    {"do": "speed", "speed": "slow"}       one of `dann_core.live.pace.SPEEDS`
    {"do": "reconnect"}                    after a failure: reach the engine again and go on
    {"do": "frames", "first": 3, "last": 9}
                                           kept frames by their numbers, at most `MOST_FRAMES`
    {"do": "curves", "branch": 7}          the curves of a branch of the same domains, for who only looks too
    {"do": "seed", "seed": 3}              begin anew with that seed
    {"do": "seeds"}                        what is known of a comparison's lane from all its seeds
    {"do": "commit", "iteration": 240}     in blind mode, choose that iteration of the run that is shown
    {"do": "reveal"}                       and let the target labels say what the choice is worth
    {"do": "dismiss", "notice": 4}         a person has read the notice of that id

**Down**, texts are JSON:

    {"is": "state", "lane": 0, "scene": ID, "state": S, "iteration": 120, "max_iter": 1000, "left": 12.5 or null,
     "speed": "normal", "owner": true, "undo": false, "late": false, "branch": ID, "branches": [],
     "trial": null or {"setting": S, "label": L, "old": V, "new": V},
     "device": "cpu", "page": 3, "knobs": {...},
     "exam": {...},
     "blind": null or {"sealed": true, "committed": null or {"run": 2, "iteration": 240}, "outcome": null or {...}},
     "seeds": null or {"id": 7, "of": [0, 1, ...], "runs": 32, "done": 24, "began": true, "failure": ""},
     "title": "...", "link": {"domain": "moons", "gamma": "5.0", "run": KEY} or null,
     "failure": null or {"rule": R, "facts": {...}},
     "notice": null or {"id": 4, "level": "info", "rule": R, "facts": {}}}

`state` is "building" (no frame yet), "paused", "playing", "finished", "waiting" (for a worker, longer than usual) or
"failed". `page` rises whenever something that Streamlit draws has changed other than by its own scripts: the player
then has it drawn anew. `link` is what the address bar should hold; null for who only looks. `knobs` are `KNOBS`. `exam`
was made with target labels; it is empty until the run has ended and its source-only twin is trained:
{"source_only": 0.86, "target_accuracy": 0.7, "rule": "harm", "gain" or "even"}.

`blind` is null outside blind mode. While it is sealed, `exam` is empty and no message holds anything that target labels
went into; lanes of a comparison are refused. After the reveal, `outcome` is what `dann_core.live.blind.reveal` says,
and the scene is another one: all of the run comes again, with its exam.

`branch` is the one that is shown, and `branches`, where there is more than that one, are `server.branches.Branch.told`,
the one shown longest ago first.

    {"is": "frames", "lane": 0, "first": 3, "last": 9}   all that is kept of that request has been sent
    {"is": "seeds", "lane": 0, "id": 7, "iterations": [0, 15, ...],
     "courses": [[[target, source, domain], ...], null, ...]}
    {"is": "refused", "rule": R, "facts": {...}}         and the socket is closed

and binaries are a lane (u1), three zeros, a number (u4, little-endian) and a message of `dann_core.live.message`: a
scene (number 0; everything of the scene before is gone), a frame with its number, or rows (number 0), which come before
a frame whenever that frame's own rows do not follow on those sent before. Rows with another number are those of the
branch of that id, from its beginning.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import struct
import time
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket, WebSocketDisconnect

from server import hosts
from server.comparison import Side
from server.lane import Lane, Outlet, Refused

VERSION = 1
MESSAGE_BYTES, MOST_LANES = 4096, 8
HELLO_SECONDS = 10
MESSAGES_A_SECOND, BURST = 40, 120
"""Of each lane: a player says "ready" at most ten times a second; a hand on the slider asks for a few frames."""

LOOK_SECONDS = 1.0
"""Between two looks whether a slice is late, which nothing else tells."""

ASK_BYTES, ASK_SECONDS, MOST_COMMANDS, ANSWER_BYTES = 65_536, 0.8, 20, 4_000_000
"""For who asks by plain requests: the largest, how long one waits for news, and how much is asked for and answered."""

_LENGTH = struct.Struct("<IB")


async def live(socket: WebSocket) -> None:
    """The WebSocket route."""
    if not hosts.is_welcome(socket):
        await socket.close(1008)
        return
    await socket.accept()
    lanes: list[Lane] = []
    try:
        async with asyncio.timeout(HELLO_SECONDS):
            said = await next_text(socket)
        hello = as_command(said)
        lanes = _lanes(hello, _Socket(socket))
        await _serve(socket, lanes)
    except TimeoutError:
        await refuse(socket, Refused("hello late"))
    except Refused as refused:
        await refuse(socket, refused)
    except WebSocketDisconnect:
        pass
    finally:
        for lane in lanes:
            lane.close()


async def ask(request: Request) -> Response:
    """The same by plain requests, for networks that let no socket through: one exchange each.

    The body is `{"hello": ..., "do": [...]}`; the answer is everything that a socket would have sent, each with its
    length (u4, little-endian) and whether it is binary (u1).
    """
    if not hosts.is_welcome(request):
        return _answer(_Collected(Refused("origin")))
    outlet = _Collected()
    try:
        asked = _json(await _body(request))
        commands = asked.get("do", [])
        if not isinstance(commands, list) or not all(isinstance(c, dict) for c in commands):
            raise Refused("malformed")
        if len(commands) > MOST_COMMANDS:
            raise Refused("too often", most=MOST_COMMANDS)
        lanes = _lanes(asked.get("hello"), outlet)
    except Refused as refused:
        return _answer(_Collected(refused))
    try:
        news = asyncio.Event()
        for lane in lanes:
            lane.listen(news)
            lane.ready = True
        for command in commands:
            await _lane_of(command, lanes).obey(command)
        until = time.monotonic() + ASK_SECONDS
        while True:
            for lane in lanes:
                await lane.send_news()
            if any(not lane.ready for lane in lanes) or time.monotonic() > until:
                break
            await _heard(news, min(until - time.monotonic() + 0.01, _patience(lanes)))
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


async def _serve(socket: WebSocket, lanes: list[Lane]) -> None:
    """Send what is new and obey what comes, until the socket is closed."""
    news = asyncio.Event()
    for lane in lanes:
        lane.listen(news)
    news.set()
    sending = asyncio.create_task(_send(lanes, news))
    receiving = asyncio.create_task(_receive(socket, lanes, news))
    try:
        # A receive is always pending: without one, the server would wait for this socket when it is to end.
        done, _ = await asyncio.wait({sending, receiving}, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in (sending, receiving):
            task.cancel()
        await asyncio.gather(sending, receiving, return_exceptions=True)


async def _send(lanes: list[Lane], news: asyncio.Event) -> None:
    while True:
        await _heard(news, _patience(lanes))
        for lane in lanes:
            await lane.send_news()


async def _heard(news: asyncio.Event, seconds: float) -> None:
    """Wait for news, at most so long.

    Not by `wait_for`, which, when it is cancelled just as there are news, goes on in Python 3.11: the socket would then
    never be closed, nor the server.
    """
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await news.wait()
    news.clear()


def _patience(lanes: list[Lane]) -> float:
    """Seconds until there may be something to do without any news."""
    return min([LOOK_SECONDS, *(lane.patience() for lane in lanes)])


async def _receive(socket: WebSocket, lanes: list[Lane], news: asyncio.Event) -> None:
    burst, rate = BURST * len(lanes), MESSAGES_A_SECOND * len(lanes)
    allowance, at = float(burst), time.monotonic()
    while True:
        command = as_command(await next_text(socket))
        now = time.monotonic()
        allowance, at = min(allowance + rate * (now - at), burst) - 1, now
        if allowance < 0:
            raise Refused("too often", most=rate)
        await _lane_of(command, lanes).obey(command)
        news.set()


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
    return _json(text)


def _json(text: str | bytes) -> dict[str, Any]:
    try:
        read = json.loads(text)
    except (ValueError, RecursionError):
        raise Refused("malformed") from None
    if not isinstance(read, dict):
        raise Refused("malformed")
    return read


def _lanes(hello: Any, outlet: Outlet) -> list[Lane]:
    if not isinstance(hello, dict) or hello.get("do") != "hello":
        raise Refused("malformed")
    if hello.get("version") != VERSION:
        raise Refused("version", server=VERSION)
    runs = hello.get("runs")
    if not isinstance(runs, list) or not 1 <= len(runs) <= MOST_LANES or not all(isinstance(r, dict) for r in runs):
        raise Refused("malformed")
    lanes: list[Lane] = []
    try:
        for number, run in enumerate(runs):
            lanes.append(Lane.of(number, run, outlet, is_hidden=hello.get("hidden") is True))
    except Refused:
        for lane in lanes:
            lane.close()
        raise
    firsts = {lane.key: lane for lane in reversed(lanes) if isinstance(lane.experiment, Side)}
    for lane in lanes:
        if isinstance(lane.experiment, Side) and lane is not firsts[lane.key]:
            lane.first = firsts[lane.key]
    return lanes


def _lane_of(command: dict[str, Any], lanes: list[Lane]) -> Lane:
    number = command.get("lane", 0)
    if type(number) is not int or not 0 <= number < len(lanes):
        raise Refused("malformed")
    return lanes[number]


async def refuse(socket: WebSocket, refused: Refused) -> None:
    """Say why, and close the socket."""
    # Who is refused may have gone.
    with contextlib.suppress(RuntimeError, WebSocketDisconnect):
        await socket.send_text(json.dumps(refused.told()))
        await socket.close(1008)


class _Socket:
    """Where a socket's lanes put what they have to say."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket

    async def text(self, told: dict[str, Any]) -> None:
        await self._socket.send_text(_as_json(told).decode())

    async def binary(self, packed: bytes) -> None:
        await self._socket.send_bytes(packed)


class _Collected:
    """Everything said in one exchange, at most `ANSWER_BYTES`."""

    def __init__(self, refused: Refused | None = None) -> None:
        self.parts: list[bytes] = []
        self._bytes = 0
        if refused:
            self._add(_as_json(refused.told()), 0)

    async def text(self, told: dict[str, Any]) -> None:
        self._add(_as_json(told), 0)

    async def binary(self, packed: bytes) -> None:
        if self._bytes + len(packed) > ANSWER_BYTES:
            raise Refused("too often", most=ANSWER_BYTES)
        self._add(packed, 1)

    def _add(self, said: bytes, is_binary: int) -> None:
        self.parts += [_LENGTH.pack(len(said), is_binary), said]
        self._bytes += len(said)


def _as_json(told: dict[str, Any]) -> bytes:
    return json.dumps(told, separators=(",", ":"), ensure_ascii=False).encode()


def _answer(said: _Collected) -> Response:
    return Response(b"".join(said.parts), media_type="application/octet-stream")
