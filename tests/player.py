"""A player without a screen: it speaks the live channel's protocol, and holds the server to it."""

from __future__ import annotations

import json
import struct
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from dann_core.live.frame import BINS as FRAME_BINS
from dann_core.live.message import FRAME, ROWS, SCENE, Message, unpack
from dann_core.live.recording import BINS, binned, figures_of
from dann_core.live.run import Run

ENVELOPE = struct.Struct("<BxxxI")
LENGTH = struct.Struct("<IB")
PATIENCE = 60
"""Seconds that a busy machine may take; no test measures time."""


@dataclass
class Lane:
    """What a player has of one run. A history with a hole, or with a row twice, is an error at once."""

    states: list[dict[str, Any]] = field(default_factory=list)
    scene: Message | None = None
    scene_id: int | None = None
    frames: dict[int, Message] = field(default_factory=dict)
    drawn: list[int] = field(default_factory=list)
    """The numbers of live frames, in the order in which they came."""

    figures: dict[int, tuple[float, ...]] = field(default_factory=dict)
    segments: list[tuple[int, int, np.ndarray, int]] = field(default_factory=list)
    """Rows: their first iteration, the one after the last, what they are, and into how many they were put at most."""

    asked: set[int] = field(default_factory=set)
    curves: dict[int, Message] = field(default_factory=dict)
    """Of other branches, by their ids."""

    @property
    def state(self) -> dict[str, Any]:
        return self.states[-1]

    @property
    def rows(self) -> int:
        """How many iterations the curves cover."""
        return self.segments[-1][1] if self.segments else 0

    @property
    def newest(self) -> int:
        return max(self.figures, default=0)

    @property
    def iteration(self) -> int:
        """Of the newest frame that was sent as such."""
        return self.frames[self.drawn[-1]].values["iteration"] if self.drawn else -1

    def cursor(self) -> dict[str, Any]:
        """What a hello says of it."""
        return {"scene": self.scene_id, "rows": self.rows, "frame": self.newest}

    def take(self, number: int, message: Message) -> None:
        if message.kind == SCENE:
            assert number == 0
            self.scene, self.scene_id = message, self.state["scene"]
            self.frames, self.drawn, self.figures, self.segments = {}, [], {}, []
        elif message.kind == ROWS and number:
            self.curves[number] = message
        elif message.kind == ROWS:
            self._add(message.values["first"], message.values["end"], message.arrays["rows"], BINS)
            figures = message.arrays["figures"]
            # Left out where it is sealed.
            target = message.exam_arrays.get("target_accuracy", np.full(len(figures), np.nan))
            for row, accuracy in zip(figures, target, strict=True):
                self.figures[int(row[0])] = (*row[1:].tolist(), float(accuracy))
        else:
            self._take_frame(number, message)

    def _take_frame(self, number: int, message: Message) -> None:
        assert message.kind == FRAME
        assert self.scene is not None, "a frame before its scene"
        if number in self.asked:
            # Of those asked for by their number, behind the live ones.
            self.asked.discard(number)
            self.frames[number] = message
            return
        assert not self.drawn or number > self.drawn[-1]
        first, end = message.values["first"], message.values["iteration"]
        if end > self.rows or first == self.rows:
            self._add(first, end, message.arrays["rows"], FRAME_BINS)
        assert end == self.rows, "rows of iterations that the frame has not seen"
        self.frames[number] = message
        self.figures[number] = figures_of(message)
        self.drawn.append(number)

    def _add(self, first: int, end: int, rows: np.ndarray, bins: int) -> None:
        assert first == self.rows, f"rows from {first} on after those up to {self.rows}"
        if end > first:
            self.segments.append((first, end, rows, bins))

    def assert_whole(self, run: Run) -> None:
        """Its curves are the run's whole history, to single precision, and it knows the figures of all kept frames."""
        assert self.rows == len(run.history) == run.iteration
        for first, end, rows, bins in self.segments:
            assert np.array_equal(rows, binned(run.history.rows[first:end], bins))
        kept = dict(zip(run.recording.numbers, run.recording.frames, strict=True))
        assert set(kept) <= set(self.figures)
        for number, frame in kept.items():
            assert np.array_equal(np.float32(self.figures[number]), np.float32(frame.figures), equal_nan=True)


class Refusal(Exception):
    """The server has refused something and closed the socket."""

    def __init__(self, rule: str, facts: dict[str, Any], code: int) -> None:
        super().__init__(rule)
        self.rule, self.facts, self.code = rule, facts, code


class Player:
    """A socket on the live channel of the app at `address` (http://…), with a lane for each of `runs`.

    A run is a key, with its token for who may steer it. `before` are the lanes of a player that had it before.
    """

    def __init__(
        self,
        address: str,
        *runs: tuple[str, str | None],
        before: list[Lane] | None = None,
        hidden: bool = False,
        **connecting: Any,
    ) -> None:
        self.lanes = before or [Lane() for _ in runs]
        self._connection = connect(live(address), open_timeout=PATIENCE, max_size=None, **connecting)
        self.socket = self._connection.__enter__()
        self.answered: list[dict[str, Any]] = []
        if runs:
            self.send(hello(*runs, lanes=self.lanes, hidden=hidden))

    def __enter__(self) -> Player:
        return self

    def __exit__(self, *raised: object) -> None:
        self._connection.__exit__(*raised)

    @property
    def lane(self) -> Lane:
        return self.lanes[0]

    def send(self, said: Any) -> None:
        """Send anything."""
        self.socket.send(said if isinstance(said, str | bytes) else json.dumps(said))

    def do(self, what: str, lane: int = 0, **more: Any) -> None:
        """Send a command."""
        self.send({"do": what, **({"lane": lane} if lane else {}), **more})

    def receive(self, timeout: float = PATIENCE) -> None:
        """Take in one message. Raises `Refusal` when it is one, and `TimeoutError`."""
        message = self.socket.recv(timeout)
        if isinstance(message, bytes):
            lane, number = ENVELOPE.unpack_from(message)
            self.lanes[lane].take(number, unpack(message[ENVELOPE.size :]))
            return
        told = json.loads(message)
        if told["is"] == "refused":
            raise Refusal(told["rule"], told["facts"], self.closed())
        if told["is"] == "state":
            assert told["lane"] < len(self.lanes)
            self.lanes[told["lane"]].states.append(told)
        else:
            assert told["is"] in ("frames", "seeds")
            self.answered.append(told)

    def until(self, holds: Callable[[], bool], *, draws: bool = False) -> None:
        """Take in messages until something holds; `draws` says "ready" for every frame."""
        waits = time.monotonic() + PATIENCE
        drawn = [len(lane.drawn) for lane in self.lanes]
        while not holds():
            assert time.monotonic() < waits, [lane.states[-1:] for lane in self.lanes]
            self.receive()
            for number, lane in enumerate(self.lanes):
                if draws and len(lane.drawn) != drawn[number]:
                    drawn[number] = len(lane.drawn)
                    self.do("ready", number)

    def frame(self, lane: int = 0) -> Message:
        """Say "ready"; the frame that comes."""
        before, wanted = len(self.lanes[lane].drawn), self.lanes[lane]
        scene = wanted.scene
        self.do("ready", lane)
        self.until(lambda: len(wanted.drawn) > (before if wanted.scene is scene else 0))
        return wanted.frames[wanted.drawn[-1]]

    def settle(self, at: int | None = None) -> None:
        """Draw until the run on lane 0 rests with its whole picture, at an iteration; "ready" stays unanswered."""
        self.do("ready")
        self.until(lambda: self._rests(at), draws=True)

    def _rests(self, at: int | None) -> bool:
        lane = self.lane
        if at is not None and lane.iteration != at:
            return False
        if not lane.drawn or lane.state["state"] not in ("paused", "finished"):
            return False
        values = lane.frames[lane.drawn[-1]].values
        # Before Play there is no second look.
        whole = values["iteration"] == 0 or (values["settled"] and values["evaluated"] == lane.scene.values["samples"])
        return whole and values["iteration"] == lane.state["iteration"]

    def fetch(self, first: Any, last: Any, lane: int = 0) -> list[int]:
        """Ask for frames by number; the numbers of those that came."""
        self.lanes[lane].asked = set(range(first, last + 1))
        wanted, answers = set(self.lanes[lane].asked), len(self.answered)
        self.do("frames", lane, first=first, last=last)
        self.until(lambda: len(self.answered) > answers)
        came = sorted(wanted - self.lanes[lane].asked)
        self.lanes[lane].asked = set()
        return came

    def barrier(self) -> None:
        """Take in what the server has sent, and have it obey what it was told."""
        for _ in range(2):
            self.fetch(0, -1)

    def refusal(self) -> Refusal:
        """What the server refuses, whatever it says before."""
        try:
            while True:
                self.receive()
        except Refusal as refused:
            return refused

    def closed(self) -> int:
        """With which code the server has closed the socket."""
        try:
            self.socket.recv(PATIENCE)
        except ConnectionClosed as closed:
            return closed.rcvd.code
        raise AssertionError("the socket was not closed")


def live(address: str) -> str:
    """The channel's address."""
    return address.replace("http", "ws", 1) + "/live"


def hello(*runs: tuple[str, str | None], lanes: list[Lane] | None = None, hidden: bool = False) -> dict[str, Any]:
    """A player's first message."""
    cursors = [lane.cursor() for lane in lanes or [Lane() for _ in runs]]
    told = [{"run": key, "token": token, **c} for (key, token), c in zip(runs, cursors, strict=True)]
    return {"do": "hello", "version": 1, "hidden": hidden, "runs": told}


def ask(address: str, said: Any, lanes: list[Lane] | None = None, **headers: str) -> list[dict[str, Any]]:
    """One exchange by plain requests: the texts that came; lanes take in the rest. Raises `HTTPError`."""
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    request = urllib.request.Request(f"{address}/live/ask", body, headers, method="POST")
    with urllib.request.urlopen(request, timeout=PATIENCE) as response:
        content = response.read()
    texts = []
    for is_binary, part in _parts(content):
        if is_binary:
            lane, number = ENVELOPE.unpack_from(part)
            lanes[lane].take(number, unpack(part[ENVELOPE.size :]))
            continue
        told = json.loads(part)
        texts.append(told)
        if told["is"] == "state" and lanes:
            lanes[told["lane"]].states.append(told)
    return texts


def _parts(content: bytes) -> Iterator[tuple[bool, bytes]]:
    offset = 0
    while offset < len(content):
        length, is_binary = LENGTH.unpack_from(content, offset)
        offset += LENGTH.size
        assert offset + length <= len(content)
        yield bool(is_binary), content[offset : offset + length]
        offset += length
