"""A run as a page holds it: play, pause, step, the kept snapshots and the history so far."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections import deque
from concurrent import futures
from concurrent.futures import Future
from functools import partial

from dann_core.domains.pair import DomainPair
from dann_core.engine import Engine
from dann_core.live.snapshot import Snapshot, stratified_sample
from dann_core.live.worker import SLICE_SECONDS, Slice
from dann_core.method.history import History
from dann_core.settings import Settings

KEPT_SNAPSHOTS, KEPT_BYTES = 150, 6_000_000
"""What a run keeps to look back on, in number and in memory."""

AHEAD, AHEAD_SECONDS = 3, 0.75
"""Slices under way while playing: the worker has work until the page looks again. A page that looks less often than
this shares the worker with so many that it is never idle: more slices would only make everybody's queue."""

FIRST_SLICE, CROWDED_SLICE = 0.1, 0.3
"""Seconds. The first is short, so that Play answers at once; later ones are as long as a frame of the page, and in a
crowd so short that all runs of a worker have had their turn before the page looks again."""

LATE_SECONDS = 4
"""After which a slice that has not come counts as late."""


class Timeline:
    """The kept snapshots in order; when full, every second one of the older half goes."""

    def __init__(self, limit: int = KEPT_SNAPSHOTS) -> None:
        self.limit = limit
        self.snapshots: list[Snapshot] = []

    def add(self, snapshot: Snapshot) -> None:
        """Append; a snapshot of the same iteration as the last replaces it."""
        if self.snapshots and self.snapshots[-1].iteration == snapshot.iteration:
            self.snapshots.pop()
        self.snapshots.append(snapshot)
        if len(self.snapshots) > self.limit or sum(s.nbytes for s in self.snapshots) > KEPT_BYTES:
            half = len(self.snapshots) // 2
            self.snapshots = self.snapshots[:half:2] + self.snapshots[half:]

    def at(self, iteration: int) -> Snapshot:
        """The kept snapshot nearest to an iteration."""
        return min(self.snapshots, key=lambda s: abs(s.iteration - iteration))


class Run:
    """One experiment on the page. Training is pulled: a paused or forgotten run asks for nothing.

    Methods may be called from any thread of the page's server.
    """

    def __init__(self, engine: Engine, pair: DomainPair, settings: Settings) -> None:
        self.pair = pair
        self.settings = settings
        self.sample = stratified_sample(pair, seed=settings.seed)
        self.history = History()
        self.timeline = Timeline()
        self.playing = False
        self.failure: Exception | None = None
        self.iterations_per_frame: int | None = None
        self._launch = partial(engine.launch, pair, settings)
        self._handle = self._launch()
        self._lock = threading.Lock()
        self._pace: deque[tuple[float, int]] = deque(maxlen=12)
        self._pending: deque[Future[Snapshot]] = deque()
        self._slice_seconds = SLICE_SECONDS
        self._ahead = AHEAD
        self._asked = settings
        self._training = False
        self._heard = time.monotonic()
        self._steps = 0
        self._ask(0)

    @property
    def latest(self) -> Snapshot | None:
        """The newest snapshot; None until the first one has arrived."""
        return self.timeline.snapshots[-1] if self.timeline.snapshots else None

    @property
    def iteration(self) -> int:
        """The iteration of the newest snapshot."""
        return self.latest.iteration if self.latest else 0

    @property
    def finished(self) -> bool:
        """Whether max_iter is reached; raising max_iter lets the run go on."""
        return self.iteration >= self.settings.max_iter

    @property
    def under_way(self) -> int:
        """Slices asked for and not taken in."""
        return len(self._pending)

    @property
    def busy(self) -> bool:
        """Whether a slice is under way."""
        return self.under_way > 0

    @property
    def still(self) -> bool:
        """Whether its iteration stays: nothing is being trained, though the run may be looked at."""
        return not (self.playing or self._steps or (self.busy and self._training))

    @property
    def late(self) -> bool:
        """Whether a slice has been under way for so long that a person should be told."""
        return self.busy and time.monotonic() - self._heard > LATE_SECONDS

    @property
    def recoveries(self) -> int:
        """How often it went on from its last checkpoint because its worker had died."""
        return self._handle.recoveries

    def play(self) -> None:
        """Ask for slices until paused or finished."""
        with self._lock:
            # The frame that follows must wait for the first slice, not for a look that has come already.
            self._take_in_done()
            if not self.finished and not self.failure:
                self.playing = True
                self._pace.clear()
                self._ask_next(FIRST_SLICE)

    def pause(self) -> None:
        """Ask for no further slice; the one that has begun is still shown."""
        with self._lock:
            self.playing = False
            self._take_back()

    def step(self) -> None:
        """Advance by exactly one iteration; steps asked for while one is under way follow it."""
        with self._lock:
            if not self.playing and not self.finished and not self.failure:
                self._steps += 1
                self._ask_next()

    def apply(self, settings: Settings) -> None:
        """Change live settings; they act from the next slice on, and a run at rest is looked at anew."""
        with self._lock:
            self.settings = settings
            if self.latest and not self.failure:
                self._take_back()
                self._ask_next()

    def wait(self, seconds: float, slices: int = 1) -> None:
        """Wait for so many of the slices under way, at most so long."""
        futures.wait(list(self._pending)[:slices], seconds)

    def rest(self) -> None:
        """Pause and free what the run takes up where it is trained; playing on makes it anew, bit for bit."""
        self.pause()
        self._handle.rest()

    def free(self) -> None:
        """Let go of all that was trained: the run stands at its beginning."""
        self.rest()
        with self._lock:
            self._pending.clear()
            self.history, self.timeline = History(), Timeline()
            self._handle = self._launch()

    def retry(self) -> None:
        """Go on after a failure from the last checkpoint."""
        with self._lock:
            self.failure = None
            self._handle.rest()
            if self.latest:
                self._ask_next()
            else:
                self._ask(0)

    def poll(self, next_in: float | None = None) -> bool:
        """Take in finished slices and, while playing, ask for the next before anything is drawn.

        `next_in` is when the page will poll again (seconds), where it knows.
        """
        with self._lock:
            if next_in:
                crowded = next_in > AHEAD_SECONDS
                self._ahead = 1 if crowded else AHEAD
                self._slice_seconds = CROWDED_SLICE if crowded else min(next_in, SLICE_SECONDS)
            news = self._take_in_done()
            if self.failure:
                return news
            if self.finished:
                self.playing, self._steps = False, 0
                self._take_back()
            if news:
                self._ask_next()
            return news

    def _take_back(self) -> None:
        """Forget the slices asked for that have not begun."""
        while self.under_way > 1 and self._pending[-1].cancel():
            self._pending.pop()

    def _take_in_done(self) -> bool:
        """Add the snapshots of slices that are done; whether there were any."""
        news = False
        while self._pending and self._pending[0].done():
            news = True
            answer = self._pending.popleft()
            failure = answer.exception()
            if failure is not None:
                # With it, those asked for after it have failed.
                self._pending.clear()
                self.failure, self.playing = failure, False
                break
            snapshot = answer.result()
            self.history.extend(snapshot.rows)
            # The history has them now; 150 kept snapshots need not hold them again.
            self.timeline.add(dataclasses.replace(snapshot, rows=snapshot.rows[:0].copy()))
        return news

    def _note_arrival(self, answer: Future[Snapshot]) -> None:
        """Called in a thread of the engine's: when a slice has come, which may be well before it is taken in."""
        if not answer.cancelled() and answer.exception() is None:
            self._heard = time.monotonic()
            self._pace.append((self._heard, answer.result().iteration))

    def seconds_left(self) -> float | None:
        """From now until max_iter at the pace of the last slices; None while that is not known."""
        if len(self._pace) < 2 or self.finished:
            return None
        (t0, i0), (t1, i1) = self._pace[0], self._pace[-1]
        if i1 == i0:
            return None
        return max((self.settings.max_iter - i1) * (t1 - t0) / (i1 - i0) - (time.monotonic() - t1), 0.0)

    def _ask_next(self, seconds: float | None = None) -> None:
        """Ask for what is due: slices, a step, or looks at a run at rest until its picture is complete and still.

        `seconds` is the length of the first slice, where it is not to be that of a frame.
        """
        if self.playing:
            # In slow motion every slice is a frame; none may be trained unseen.
            while self.under_way < (self._ahead if self.iterations_per_frame is None else 1):
                self._ask(self.iterations_per_frame, seconds=seconds)
                seconds = None
        elif self.busy:
            return
        elif self._steps:
            self._steps -= 1
            self._ask(1)
        elif self._asked != self.settings or not self._picture_is_complete():
            self._ask(0, complete=True)

    def _picture_is_complete(self) -> bool:
        """Whether the newest figures are those of all samples and the t-SNE rests; an untrained run's need not."""
        everything = (len(self.pair.source_x), len(self.pair.target_x))
        return self.iteration == 0 or (self.latest.evaluated == everything and self.latest.settled)

    def _ask(self, iterations: int | None, *, complete: bool = False, seconds: float | None = None) -> None:
        if not self.busy:
            self._heard = time.monotonic()
        self._asked, self._training = self.settings, iterations != 0
        asked = Slice(self.settings, iterations, complete, seconds or self._slice_seconds)
        answer = self._handle.advance(asked)
        answer.add_done_callback(self._note_arrival)
        self._pending.append(answer)
