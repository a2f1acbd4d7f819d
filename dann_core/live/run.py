"""A run as the server holds it: play, pause, step, what has been recorded, and its history so far."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal

from dann_core.engine.base import Handle
from dann_core.live.asking import Asking
from dann_core.live.pace import seconds_left
from dann_core.live.slices import SLICE_SECONDS, Resumption, Standing
from dann_core.method.history import History
from dann_core.settings import Settings

FIRST_SLICE = 0.1
"""Seconds; short, so that Play answers at once."""

LONGEST_SLICE, SPARE = 1.0, 1.3
"""Seconds, and how much longer than a page's drawing a slice is: so its worker is never idle."""

LATE_SECONDS = 4
"""After which a slice that has not come counts as late."""

State = Literal["building", "paused", "playing", "finished", "waiting", "failed"]


class Run(Asking):
    """One experiment that is watched. Training is pulled: a paused or forgotten run asks for nothing.

    `launch` starts it, of this pair and these settings, once there is something to train or to look at: at iteration 0,
    or where its argument says; it may raise `EngineError`. Whoever shows it calls `pull` when a frame is drawn; each
    call of `heard` says that something has changed. Methods may be called from any thread; `heard` is called in threads
    of the engine's.
    """

    @classmethod
    def fork(
        cls,
        standing: Standing,
        launch: Callable[[Resumption | None], Handle],
        heard: Callable[[], None] = lambda: None,
    ) -> Run:
        """A run that goes on where another one stood; left alone, it is that run again, bit for bit.

        `launch` starts a run of that pair and its settings of iteration 0.
        """
        run, begun = cls(launch, standing.pair, standing.settings, heard), standing.resumption
        run._begun, run.changes = begun, begun.changes
        run.settings = run._asked = run.settings_at(begun.iteration)
        run.history, run.recording = History(standing.rows), standing.recording
        if begun.checkpoint:
            run._checkpoints.add(begun.checkpoint)
        return run

    @property
    def still(self) -> bool:
        """Whether its iteration stays: nothing is being trained, though the run may be looked at."""
        return not (self.playing or self._steps or (self.busy and self._training))

    @property
    def late(self) -> bool:
        """Whether a slice has been under way for so long that a person should be told."""
        return self.busy and time.monotonic() - self._heard_at > LATE_SECONDS

    @property
    def needs_launch(self) -> bool:
        """Whether nothing of it has been asked of the engine yet."""
        return self._handle is None

    @property
    def recoveries(self) -> int:
        """How often it went on from its last checkpoint because its worker had died."""
        return self._handle.recoveries if self._handle else 0

    @property
    def state(self) -> State:
        """What a person should be told of it."""
        if self.failure:
            return "failed"
        if self.late:
            return "waiting"
        if self.recording.latest is None:
            return "building"
        if not self.still:
            return "playing"
        return "finished" if self.finished else "paused"

    def play(self) -> None:
        """Ask for slices, whenever pulled, until paused or finished; a complete look under way ends early."""
        with self._lock:
            if not self.finished and not self.failure:
                if self._complete:
                    self._take_back()
                self.playing = True
                self._pace.clear()
                self._asked_at = time.monotonic() - self._speed.frame_seconds
                self._ask_next(FIRST_SLICE)
        self.heard()

    def pause(self) -> None:
        """Ask for no further slice; the one under way ends early."""
        with self._lock:
            self.playing, self._steps = False, 0
            self._take_back()
        self.heard()

    def step(self) -> None:
        """Advance by exactly one iteration; steps asked for while one is under way follow it, a look ends early."""
        with self._lock:
            if not self.playing and not self.finished and not self.failure:
                if self._complete:
                    self._take_back()
                self._steps += 1
                self._ask_next()
        self.heard()

    def pull(self, drawn_in: float = 0.0) -> None:
        """Somebody has drawn the newest frame, in so many seconds, and would see another one."""
        with self._lock:
            # While the next one is drawn, the worker is to have something to do.
            self._slice_seconds = min(max(SPARE * drawn_in, SLICE_SECONDS), LONGEST_SLICE)
            self._ask_next()

    def apply(self, settings: Settings) -> None:
        """Change live settings; they act from the next slice on, and a run at rest is looked at anew."""
        with self._lock:
            self.settings = settings
            if self.finished:
                self.playing = False
            if self.recording.latest and not self.failure and not self.playing:
                if self.finished or not self._training:
                    # A step that was asked for before is made all the same.
                    self._take_back()
                self._ask_next()
        self.heard()

    def standing(self, iteration: int | None = None) -> Standing:
        """Where it stands now, or stood after so many iterations, to be made anew elsewhere.

        Raises `ValueError` for an iteration that it has not come to.
        """
        with self._lock:
            at = self.iteration if iteration is None else iteration
            if not 0 <= at <= self.iteration:
                raise ValueError(f"This run has not come to iteration {at}: it stands at {self.iteration}.")
            changes = tuple(c for c in self.changes if c.iteration <= at)
            resumption = Resumption(at, changes, self._checkpoints.until(at))
            return Standing(self.pair, self._first, resumption, self.history.rows[:at].copy(), self.recording.copy(at))

    def has_been(self, other: Run) -> bool:
        """Whether it came, on the same way, to where another run stands: there it was the other one, bit for bit."""
        at = other.iteration
        so_far = tuple(c for c in self.changes if c.iteration <= at)
        is_same = self.pair is other.pair and self._first == other._first and so_far == other.changes
        return is_same and at <= self.iteration

    def rest(self) -> None:
        """Pause and free what the run takes up where it is trained; playing on makes it anew, bit for bit."""
        self.pause()
        if self._handle:
            self._handle.rest()

    def free(self) -> None:
        """Let go of all that was trained: the run stands at its beginning."""
        self.rest()
        with self._lock:
            self._pending.clear()
            self.forget()
            self._checkpoints.clear()
            self._handle = self._begun = None
        self.heard()

    def retry(self) -> None:
        """Go on after a failure from the last checkpoint."""
        with self._lock:
            self.failure = None
            if self._handle:
                self._handle.rest()
            self._ask_next()
        self.heard()

    def seconds_left(self) -> float | None:
        """From now until max_iter, at the pace of the last slices or of the story; None while that is not known."""
        if self.finished or not self.playing:
            return None
        now = time.monotonic()
        return seconds_left(self._speed, self.settings.max_iter, self.iteration, self._pace, now)
