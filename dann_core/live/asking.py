"""The slices of a run: what is asked for where it is trained, and what comes of it."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable
from concurrent import futures
from concurrent.futures import Future

from dann_core.domains.pair import DomainPair
from dann_core.engine.base import EngineError, Handle
from dann_core.live.checkpoint_store import CheckpointStore
from dann_core.live.pace import NORMAL, SPEEDS, Speed
from dann_core.live.recorded import Recorded
from dann_core.live.slices import SLICE_SECONDS, Answer, Resumption, Slice
from dann_core.settings import Settings

AHEAD = 2
"""Slices that may be asked for at a time: while a page draws one, its worker already has the next."""


class Asking(Recorded):
    """What has been recorded of a run, and the slices of it that are under way.

    `launch` starts it once there is something to train or to look at: at iteration 0, or where its argument says; it
    may raise `EngineError`. `heard` is called, in threads of the engine's, when something has changed. Who calls what
    asks holds the lock.
    """

    def __init__(
        self,
        launch: Callable[[Resumption | None], Handle],
        pair: DomainPair,
        settings: Settings,
        heard: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(pair, settings)
        self.heard = heard
        self.playing = False
        self.failure: Exception | None = None
        self.speed = NORMAL
        self._launch = launch
        self._begun: Resumption | None = None
        self._handle: Handle | None = None
        self._pace: deque[tuple[float, int]] = deque(maxlen=12)
        self._pending: deque[Future[Answer]] = deque()
        self._asked, self._asked_at = settings, time.monotonic()
        self._asked_for = 0
        self._training = self._complete = False
        self._heard_at = time.monotonic()
        self._steps = 0
        self._slice_seconds = SLICE_SECONDS
        self._checkpoints = CheckpointStore()

    @property
    def iteration(self) -> int:
        """The iteration of the newest frame, or where the run was forked until it has one of its own."""
        begun = self._begun.iteration if self._begun else 0
        return max(begun, self.recording.latest.iteration) if self.recording.latest else begun

    @property
    def finished(self) -> bool:
        """Whether max_iter is reached; raising max_iter lets the run go on."""
        return self.iteration >= self.settings.max_iter

    @property
    def busy(self) -> bool:
        """Whether a slice is under way."""
        return bool(self._pending)

    @property
    def due(self) -> float:
        """When (`time.monotonic`) the next frame should be asked for at this speed; never, before another has come."""
        if not self.playing or len(self._pending) >= AHEAD:
            return math.inf
        return self._asked_at + self._speed.frame_seconds

    @property
    def _speed(self) -> Speed:
        return SPEEDS[self.speed]

    def wait(self, seconds: float) -> None:
        """Wait for the slices under way, at most so long."""
        futures.wait(list(self._pending), seconds)

    def _ask_next(self, seconds: float | None = None) -> None:
        """Ask for what is due: slices, a step, or looks at a run at rest until its picture is complete and still."""
        if self.failure or (self.busy and not self.playing):
            return
        if not self._is_seen and not self.busy:
            self._ask(0)
        elif self.playing and not self.finished:
            while not self.failure and time.monotonic() >= self.due:
                since = time.monotonic() - self._asked_at
                self._ask(self._speed.stride(self.settings.max_iter, since), seconds=seconds or self._slice_seconds)
        elif self._steps:
            self._steps -= 1
            self._ask(1)
        elif self.busy:
            return
        elif self._asked != self.settings or not (self.iteration == 0 or self._is_seen_whole()):
            self._ask(0, complete=self.iteration > 0)

    @property
    def _is_seen(self) -> bool:
        """Whether there is a frame of where it stands: not at its beginning, nor of a fork between two frames."""
        latest = self.recording.latest
        return latest is not None and latest.iteration == self.iteration

    def _is_seen_whole(self) -> bool:
        return self.recording.latest.complete

    def _ask(self, iterations: int | None, *, complete: bool = False, seconds: float = SLICE_SECONDS) -> None:
        now = time.monotonic()
        if not self.busy:
            self._heard_at = now
        self._asked, self._asked_at = self.settings, now
        self._training, self._complete = iterations != 0, complete
        self._asked_for += 1
        # In slow motion the picture is what people look at.
        unhurried = self._speed.iterations is not None and iterations == self._speed.iterations
        asked = Slice(self.settings, iterations, complete, seconds, unhurried, self._asked_for)
        try:
            self._handle = self._handle or self._launch(self._begun)
        except EngineError as error:
            self.failure, self.playing, self._steps = error, False, 0
            return
        answer = self._handle.advance(asked)
        self._pending.append(answer)
        answer.add_done_callback(self._take_in)

    def _take_back(self) -> None:
        """Forget the slices asked for that have not begun, and let the one that has end early."""
        for answer in reversed(list(self._pending)):
            answer.cancel()
        # But for the first look: what a run shows before anything else.
        if self._pending and (self._training or self._complete):
            self._handle.halt()

    def _take_in(self, answer: Future[Answer]) -> None:
        """Called when a slice has come, or is taken back, in the order in which they were asked for."""
        with self._lock:
            if answer not in self._pending:
                # Of a run that has been let go of meanwhile.
                return
            if answer.cancelled():
                self._pending.remove(answer)
                return
            failure = answer.exception()
            if failure is not None:
                # With it, those asked for after it fail too.
                self._pending.clear()
                self.failure, self.playing, self._steps = failure, False, 0
            else:
                self.record(answer.result())
                # Not before: whoever sees that nothing is under way, sees what has come.
                self._pending.remove(answer)
            if self.finished and (self.playing or self._steps):
                self.playing, self._steps = False, 0
                self._take_back()
        self.heard()

    def record(self, answer: Answer) -> None:
        """See `Recorded`; and when it has come, and from where the run could go on."""
        self._heard_at = time.monotonic()
        if answer.checkpoint:
            self._checkpoints.add(answer.checkpoint)
        super().record(answer)
        if answer.frame is not None:
            self._pace.append((self._heard_at, answer.frame.iteration))
