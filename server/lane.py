"""One run as one player hears it: what it has been sent, what is new, and what it may ask for."""

from __future__ import annotations

import asyncio
import math
import struct
import time
from collections.abc import Callable
from typing import Any, Protocol

from dann_core.engine.base import EngineError
from dann_core.language import as_data, said
from dann_core.live.message import without_exam
from dann_core.live.recording import KNOBS, Shown
from dann_core.live.run import Run
from dann_core.settings.variants import MOST
from server import place
from server.comparison import Side
from server.experiment import Experiment
from server.shown import Now
from server.steering import STEERING, Refused

RUN = "run"
"""The link's name for the key of a run on this server."""

MOST_FRAMES = 16
"""Kept frames that are sent for one request."""

HIDDEN_SECONDS = 3.0
"""Between two frames for a page that nobody sees; its run goes on meanwhile."""

LONGEST_PATIENCE, SHORTEST_PATIENCE = 1.0, 0.005
"""Seconds between two looks at a lane without news."""

LEFT_DIGITS = 1
"""Of the seconds left: finer ones would only make every state another one."""

_ENVELOPE = struct.Struct("<BxxxI")


class Outlet(Protocol):
    """Where a lane puts what it has to say."""

    async def text(self, told: dict[str, Any]) -> None:
        """Send a text."""

    async def binary(self, packed: bytes) -> None:
        """Send bytes."""


class Lane:
    """See `server.channel` for what the messages are."""

    def __init__(
        self, number: int, key: str, experiment: Experiment | Side, outlet: Outlet, *, is_owner: bool, is_hidden: bool
    ) -> None:
        self.number, self.key, self.experiment, self.outlet = number, key, experiment, outlet
        self.is_owner, self.is_hidden = is_owner, is_hidden
        self.ready = False
        # Of a comparison, the lane whose frames the others' go with.
        self.first: Lane | None = None
        self._scene: int | None = None
        self._rows = self._frame = 0
        self._run: Run | None = None
        self._told: dict[str, Any] | None = None
        # The clock's zero is when the machine was started, which may be just now.
        self._sent_at, self._drawn_in = -math.inf, 0.0
        self._stop_listening: Callable[[], None] = lambda: None
        if is_owner:
            experiment.come()

    @classmethod
    def of(cls, number: int, said: dict[str, Any], outlet: Outlet, *, is_hidden: bool) -> Lane:
        """The lane that a hello asks for. Raises `Refused`."""
        key, token = said.get("run"), said.get("token")
        if not isinstance(key, str) or not (token is None or isinstance(token, str)):
            raise Refused("malformed")
        found = place.experiments.find(key)
        if found is None:
            raise Refused("unknown run")
        if token is not None and place.experiments.claim(key, token) is None:
            raise Refused("token")
        shown = found if said.get("part") is None else _side(found, said["part"])
        now = shown.now
        _check_shared(now, is_owner=token is not None)
        _check_sealed(shown)
        lane = cls(number, key, shown, outlet, is_owner=token is not None, is_hidden=is_hidden)
        cursors = [said.get(name) for name in ("scene", "rows", "frame")]
        # A player that has come back goes on where it was; what it has of another run is of no use.
        if cursors[0] == now.scene and all(type(c) is int and c >= 0 for c in cursors):
            lane._scene, lane._rows, lane._frame, lane._run = *cursors, now.run
            if lane._rows > len(now.run.history):
                lane._scene = lane._run = None
        return lane

    def listen(self, news: asyncio.Event) -> None:
        """Have `news` set, in this event loop, whenever there may be some."""
        loop = asyncio.get_running_loop()

        def heard() -> None:
            # The loop may have ended, with the server, before a worker's last answer.
            if not loop.is_closed():
                loop.call_soon_threadsafe(news.set)

        self._stop_listening = self.experiment.listen(heard)

    def close(self) -> None:
        """Hear nothing more."""
        self._stop_listening()
        if self.is_owner:
            self.experiment.leave()
            self.is_owner = False

    def patience(self) -> float:
        """Seconds until this lane should be looked at again without news."""
        run, now = self.experiment.run, time.monotonic()
        wait = LONGEST_PATIENCE
        held_back = self._sent_at + HIDDEN_SECONDS - now
        if self.is_hidden and held_back > 0:
            wait = min(wait, held_back)
        if self.is_owner and (self.ready or self.is_hidden):
            # Where the next slice has to wait for one that has not come, that one is news.
            wait = min(wait, run.due - now)
        return max(wait, SHORTEST_PATIENCE)

    async def send_news(self) -> None:
        """Send what the player has not, and have the run go on if it may. Raises `Refused` for who may not look."""
        now = self.experiment.now
        run = now.run
        # A built-in domain may have become an upload since, and what is shared may be so no longer.
        _check_shared(now, is_owner=self.is_owner)
        _check_sealed(self.experiment)
        # The same run is shown anew where target labels have been sealed or revealed.
        if run is not self._run or self._scene not in (None, now.scene):
            self._run, self._scene, self._rows, self._frame = run, None, 0, 0
        if self._scene is None and run.recording.scene:
            self._scene = now.scene
            await self._send_state(now)
            await self._send(0, run.recording.scene)
        pulls = self.ready or self.is_hidden
        latest = self._newer(run)
        if latest and self._may_be_sent(run, latest[1]):
            await self._send_frame(run, *latest)
        # After the frame: who reads "paused" has what it is paused at.
        await self._send_state(now)
        if pulls and self.is_owner:
            # Also after a frame: while that is drawn, the worker has the next, and at most one more.
            await self._pull(run)

    def _may_be_sent(self, run: Run, frame: Shown) -> bool:
        if run.still and frame.iteration > self._rows:
            return True
        if self.is_hidden:
            return time.monotonic() - self._sent_at >= HIDDEN_SECONDS
        return self.ready

    def _newer(self, run: Run) -> tuple[int, Shown] | None:
        # At the same iteration in all lanes of a comparison, each of which has a frame of each number.
        last = self.first._frame if self.first else 2**32
        frames = run.recording.between(self._frame + 1, last)
        return frames[-1] if frames and self._scene is not None else None

    async def _send_frame(self, run: Run, number: int, frame: Shown) -> None:
        self.ready, self._sent_at = False, time.monotonic()
        if frame.first > self._rows or number > self._frame + 1:
            await self._send(0, run.missed(self._rows, self._frame, frame.iteration))
        self._frame = number
        self._rows = max(self._rows, frame.iteration)
        await self._send(number, frame.packed)

    async def _pull(self, run: Run) -> None:
        await self._engine_is_up(run)
        # A page that nobody sees draws nothing.
        run.pull(0.0 if self.is_hidden else self._drawn_in)

    async def _engine_is_up(self, run: Run) -> None:
        """Wait for what loads with the engine: nobody else must."""
        if run.needs_launch:
            await asyncio.to_thread(place.engine)

    async def obey(self, command: dict[str, Any]) -> None:
        """Do what a player asks. Raises `Refused` for what it may not, or what is not understood."""
        _check_shared(self.experiment.now, is_owner=self.is_owner)
        do = command.get("do")
        if do == "ready":
            self.ready = True
            self._drawn_in = time.monotonic() - self._sent_at if math.isfinite(self._sent_at) else 0.0
        elif do == "hidden":
            self.is_hidden = command.get("hidden") is True
        elif do == "frames":
            await self._send_kept(command.get("first"), command.get("last"))
        elif do == "seeds":
            await self._send_seeds()
        elif do == "curves":
            await self._send_curves(command.get("branch"))
        elif not isinstance(do, str) or do not in STEERING:
            raise Refused("malformed")
        elif not self.is_owner:
            raise Refused("token")
        else:
            await self._engine_is_up(self.experiment.run)
            await STEERING[do](self.experiment, command)

    async def _send_kept(self, first: Any, last: Any) -> None:
        if type(first) is not int or type(last) is not int:
            raise Refused("malformed")
        # Of the run that the player has been sent, which may have been replaced just now.
        if self._run is not None and self._scene is not None:
            for number, frame in self._run.recording.between(first, last)[:MOST_FRAMES]:
                await self._send(number, frame.packed)
        await self.outlet.text({"is": "frames", "lane": self.number, "first": first, "last": last})

    async def _send_seeds(self) -> None:
        if self.experiment.seeds:
            part = min(self.experiment.number, len(self.experiment.comparison.nows) - 1)
            await self.outlet.text({"is": "seeds", "lane": self.number} | self.experiment.seeds.told(part))

    async def _send_curves(self, branch: Any) -> None:
        if type(branch) is not int or branch <= 0:
            raise Refused("malformed")
        branches = self.experiment.branches
        packed = branches.curves(branch) if branches else None
        # One that is gone meanwhile is no branch in the next state either.
        if packed is not None:
            await self._send(branch, packed)

    async def _send(self, number: int, packed: bytes) -> None:
        sent = without_exam(packed) if self.experiment.blind.is_sealed else packed
        await self.outlet.binary(_ENVELOPE.pack(self.number, number) + sent)

    async def _send_state(self, now: Now) -> None:
        told, before = self._state(now), self._told or {}
        # Time passes by itself: what is left of it is no news.
        if told != before | {"left": told["left"]}:
            self._told = told
            await self.outlet.text(told)

    def _state(self, now: Now) -> dict[str, Any]:
        experiment = self.experiment
        run, left = now.run, now.run.seconds_left()
        trial, branches = experiment.trial, experiment.branches
        link = experiment.link() | {RUN: self.key}
        return {
            "is": "state",
            "lane": self.number,
            "scene": now.scene,
            "state": run.state,
            "iteration": run.iteration,
            "max_iter": run.settings.max_iter,
            "left": None if left is None else round(left, LEFT_DIGITS),
            "speed": run.speed,
            "owner": self.is_owner,
            "undo": experiment.can_undo,
            **(branches.told(is_owner=self.is_owner) if branches else {"branch": None, "branches": []}),
            "trial": trial and trial.told(),
            "late": run.late,
            "device": run.device,
            "page": experiment.page,
            "knobs": {name: getattr(run.settings, name) for name in KNOBS},
            "title": as_data(now.title),
            "exam": {} if experiment.blind.is_sealed else now.twin.told(),
            "blind": experiment.blind.told(),
            "seeds": experiment.seeds and experiment.seeds.progress(),
            "link": link if self.is_owner else None,
            "failure": _failure(run.failure),
            "notice": experiment.notice.told() if experiment.notice and self.is_owner else None,
        }


def _side(experiment: Experiment, part: Any) -> Side:
    """A lane of the experiment's comparison. Raises `Refused` where there is none."""
    if type(part) is not int or not 0 <= part < MOST:
        raise Refused("malformed")
    if experiment.comparison is None:
        raise Refused("unknown run")
    return Side(experiment, part)


def _check_shared(now: Now, *, is_owner: bool) -> None:
    """An upload is shown to others only while its owner shares it."""
    if not is_owner and now.domain is None and not now.is_shared:
        raise Refused("not shared")


def _check_sealed(shown: Experiment | Side) -> None:
    """While target labels are sealed, nothing is compared: an oracle's predictions are nearly these labels."""
    if isinstance(shown, Side) and shown.blind.is_sealed:
        raise Refused("sealed")


def _failure(failure: Exception | None) -> dict[str, Any] | None:
    if failure is None:
        return None
    rule = "engine" if isinstance(failure, EngineError) else "training"
    return {"rule": rule, "facts": {"text": as_data(said(failure))}}
