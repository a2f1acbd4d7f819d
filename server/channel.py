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
import time
from typing import Any

from starlette.websockets import WebSocket

from server.comparison import Side
from server.lane import Lane, Outlet
from server.sockets import VERSION, as_command, as_json, converse, hello, next_text, until_either_ends
from server.steering import Refused

MOST_LANES = 8
MESSAGES_A_SECOND, BURST = 40, 120
"""Of each lane: a player says "ready" at most ten times a second; a hand on the slider asks for a few frames."""

LOOK_SECONDS = 1.0
"""Between two looks whether a slice is late, which nothing else tells."""


async def live(socket: WebSocket) -> None:
    """The WebSocket route."""
    await converse(socket, _live)


async def _live(socket: WebSocket) -> None:
    lanes = lanes_of(await hello(socket), _Socket(socket))
    try:
        news = asyncio.Event()
        for lane in lanes:
            lane.listen(news)
        news.set()
        await until_either_ends(_send(lanes, news), _receive(socket, lanes, news))
    finally:
        for lane in lanes:
            lane.close()


async def _send(lanes: list[Lane], news: asyncio.Event) -> None:
    while True:
        await heard(news, patience(lanes))
        for lane in lanes:
            await lane.send_news()


async def heard(news: asyncio.Event, seconds: float) -> None:
    """Wait for news, at most so long.

    Not by `wait_for`, which, when it is cancelled just as there are news, goes on in Python 3.11: the socket would then
    never be closed, nor the server.
    """
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await news.wait()
    news.clear()


def patience(lanes: list[Lane]) -> float:
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
        await lane_of(command, lanes).obey(command)
        news.set()


def lanes_of(said: Any, outlet: Outlet) -> list[Lane]:
    """The lanes that a first message asks for, from its answer on to be closed. Raises `Refused`."""
    if not isinstance(said, dict) or said.get("do") != "hello":
        raise Refused("malformed")
    if said.get("version") != VERSION:
        raise Refused("version", server=VERSION)
    runs = said.get("runs")
    if not isinstance(runs, list) or not 1 <= len(runs) <= MOST_LANES or not all(isinstance(r, dict) for r in runs):
        raise Refused("malformed")
    lanes: list[Lane] = []
    try:
        for number, run in enumerate(runs):
            lanes.append(Lane.of(number, run, outlet, is_hidden=said.get("hidden") is True))
    except Refused:
        for lane in lanes:
            lane.close()
        raise
    firsts = {lane.key: lane for lane in reversed(lanes) if isinstance(lane.experiment, Side)}
    for lane in lanes:
        if isinstance(lane.experiment, Side) and lane is not firsts[lane.key]:
            lane.first = firsts[lane.key]
    return lanes


def lane_of(command: dict[str, Any], lanes: list[Lane]) -> Lane:
    """The lane that a command is for. Raises `Refused`."""
    number = command.get("lane", 0)
    if type(number) is not int or not 0 <= number < len(lanes):
        raise Refused("malformed")
    return lanes[number]


class _Socket:
    """Where a socket's lanes put what they have to say."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket

    async def text(self, told: dict[str, Any]) -> None:
        await self._socket.send_text(as_json(told).decode())

    async def binary(self, packed: bytes) -> None:
        await self._socket.send_bytes(packed)
