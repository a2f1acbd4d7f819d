"""A live run where it is trained: a trainer and its observer, advanced one bounded slice at a time.

It can be made anew from its last checkpoint in any other process.
"""

from __future__ import annotations

import functools
import math
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from dataclasses import replace

from dann_core import domains
from dann_core.domains.pair import DomainPair
from dann_core.live import checkpoint, scene
from dann_core.live.frame import frame_of
from dann_core.live.slices import Answer, Checkpoint, Resumption, Round, Slice
from dann_core.live.snapshot import Observer
from dann_core.method.training import Trainer
from dann_core.settings import Settings
from dann_core.settings.path import in_force, next_change

CHECKPOINT_SECONDS, CHECKPOINT_SHARE, CHECKPOINT_BYTES_PER_SECOND = 2.0, 0.1, 100e6
"""Between two checkpoints, at least: even a small network's is ten times as large as a frame. Those of large ones come
less often: sending them takes about this share of a run's time."""

RECENTLY = 4.0
"""Seconds after a slice in which a run counts as one that takes turns on its worker."""

LONGEST_IDLE = 1.0
"""Seconds before a slice in which its worker had nothing to do that count as time of the run's, at most. In slow motion
nearly all are such: a t-SNE that had its share of the slices alone would stand still."""

ROUND_SECONDS, SHORTEST = 0.6, 0.01
"""Of the runs that take turns, each has a slice and a look in so many seconds; no slice is shorter than that."""

LOOKS_A_SLICE = 20
"""How often, in the time of a slice, training looks whether it is to end."""

# All live runs of this process with the time of their last slice: those that take turns.
_asked: weakref.WeakKeyDictionary[LiveRun, float] = weakref.WeakKeyDictionary()

_idle_since = time.perf_counter()

# Slices of several runs begin in several threads, where runs train in the app's own process.
_beginning = threading.Lock()


class LiveRun:
    """Knows nothing of pages or of who asks.

    `settings` are those of iteration 0. With `resume`, what was trained after the checkpoint is trained again, live
    changes included, so that the run goes on bit for bit. Raises `KnobError` like `Trainer`.
    """

    def __init__(
        self, pair: DomainPair, settings: Settings, resume: Resumption | None = None, device: str = "cpu"
    ) -> None:
        self.trainer = Trainer(pair, settings, device)
        self._begin([self.trainer], resume)

    def _begin(self, trainers: Sequence[Trainer], resume: Resumption | None) -> None:
        """Those that are looked at; where there are several, `trainer` trains them as one."""
        self._lanes = [_Lane(trainer, is_new=resume is None) for trainer in trainers]
        self.observer = self._lanes[0].observer
        self._saved_at = float("-inf")
        self._began = self._halted = 0
        self._look_seconds = 0.0
        if resume:
            self._catch_up(resume)

    def halt(self, number: int) -> bool:
        """Let the slices up to this number end early, or not begin; whether that one has begun. From any thread."""
        with _beginning:
            self._halted = max(self._halted, number)
            return self._began >= number

    def advance(self, asked: Slice) -> Answer:
        """Train one slice; what it looks like then, and a checkpoint when one is due."""
        global _idle_since
        with _beginning:
            if self._is_halted(asked.number):
                return Answer()
            self._began = asked.number
            now = _asked[self] = time.monotonic()
            turns = sum(len(run._lanes) for run, last in _asked.items() if now - last < RECENTLY)
        counted_from = max(_idle_since, time.perf_counter() - LONGEST_IDLE)
        self._apply_due(asked)
        left = max(asked.settings.max_iter - self.trainer.iteration, 0)
        iterations = left if asked.iterations is None else min(asked.iterations, left)
        seconds = self._share(asked.seconds, turns)
        trained_from = time.perf_counter()
        self._train(iterations, seconds, asked)
        looked_from = time.perf_counter()
        # A run at rest is in no hurry: of a round's time it takes no more than if it were alone.
        answer = self._look(asked, turns, counted_from, looked_from + min(seconds, asked.seconds))
        _idle_since = time.perf_counter()
        if not asked.complete:
            self._look_seconds = _idle_since - looked_from
        return replace(answer, seconds=looked_from - trained_from)

    def _is_halted(self, number: int) -> bool:
        return 0 < number <= self._halted

    def _share(self, seconds: float, turns: int) -> float:
        """How long this run may train now, where it has asked for so many `seconds` and is one of so many runs."""
        lanes = len(self._lanes)
        if turns == lanes:
            return seconds
        return max(max(seconds, ROUND_SECONDS) * lanes / turns - self._look_seconds, SHORTEST)

    def _apply_due(self, asked: Slice) -> None:
        """Have the trainer's settings be those of where it stands."""
        due = in_force(asked.settings, asked.later, self.trainer.iteration)
        if due != self.trainer.settings:
            self.trainer.apply(due)

    def _train(self, iterations: int, seconds: float, asked: Slice) -> None:
        """Whole iterations until there are enough, the time is used up or the slice is halted, in chunks."""
        deadline = time.perf_counter() + seconds
        chunk = 1
        while iterations > 0 and not self._is_halted(asked.number):
            started = time.perf_counter()
            stop = next_change(asked.later, self.trainer.iteration) or math.inf
            chunk = min(chunk, iterations, stop - self.trainer.iteration)
            self.trainer.advance(chunk)
            self._apply_due(asked)
            iterations -= chunk
            now = time.perf_counter()
            if now > deadline:
                return
            rate = chunk / (now - started)
            # Doubled at most: one step that seemed to take no time must not start thousands.
            chunk = max(1, int(min(rate * seconds / LOOKS_A_SLICE, 2 * chunk)))

    def _look(self, asked: Slice, turns: int, counted_from: float, graded_until: float) -> Answer:
        def is_enough() -> bool:
            return time.perf_counter() >= graded_until or self._is_halted(asked.number)

        # Of the time before the look, each lane has its part.
        before, answers = (time.perf_counter() - counted_from) / len(self._lanes), []
        for lane in self._lanes:
            answers.append(lane.look(asked, turns, time.perf_counter() - before, is_enough))
        answer = answers[0] if len(answers) == 1 else Round.of(answers)
        return replace(answer, checkpoint=self._checkpoint())

    def _checkpoint(self) -> Checkpoint | None:
        size = sum(lane.bytes for lane in self._lanes)
        now = time.monotonic()
        if now - self._saved_at < max(size / CHECKPOINT_BYTES_PER_SECOND / CHECKPOINT_SHARE, CHECKPOINT_SECONDS):
            return None
        self._saved_at = now
        return checkpoint.save(self.trainer, *(lane.observer for lane in self._lanes))

    def _catch_up(self, resume: Resumption) -> None:
        if resume.checkpoint:
            checkpoint.restore(resume.checkpoint, self.trainer, *(lane.observer for lane in self._lanes))
        known = len(self.trainer.changes)
        for change in resume.changes[known:]:
            self.trainer.advance(change.iteration - self.trainer.iteration)
            self.trainer.apply(self.trainer.settings.replace(**{change.name: change.new}))
        self.trainer.advance(resume.iteration - self.trainer.iteration)
        for lane in self._lanes:
            lane.observer.skip_history(lane.trainer)


class _Lane:
    """A trainer as it is looked at; its scene comes with the first answer of one that `is_new`."""

    def __init__(self, trainer: Trainer, *, is_new: bool) -> None:
        pair, settings = trainer.pair, trainer.settings
        self.trainer, self.observer = trainer, Observer(pair, settings.seed)
        self._scene = scene.pack(pair, settings, self.observer.sample) if is_new else None

    @property
    def bytes(self) -> int:
        """Of its part of a checkpoint, about."""
        network = self.trainer.network
        return 3 * sum(p.nbytes for p in network.parameters()) + sum(b.nbytes for b in network.buffers())

    def look(self, asked: Slice, turns: int, started: float, is_enough: Callable[[], bool]) -> Answer:
        """See `Observer.observe`."""
        how = {"complete": asked.complete, "unhurried": asked.unhurried, "turns": turns, "started": started}
        snapshot = self.observer.observe(self.trainer, is_enough=is_enough, **how)
        pair, settings = self.trainer.pair, self.trainer.settings
        is_complete = snapshot.evaluated == (len(pair.source_x), len(pair.target_x)) and snapshot.settled
        frame = frame_of(snapshot, settings, pair.n_classes, complete=is_complete)
        first_scene, self._scene = self._scene, None
        return Answer(frame, snapshot.rows, snapshot.changes, snapshot.device, first_scene)


@functools.cache
def warm_up(device: str) -> None:
    """Load and run all that a live run needs, so that this process's first run starts like any later one.

    On CUDA it is seconds until a process has the card and its libraries. Raises `KnobError` like `Trainer`.
    """
    preset = domains.preset("moons")
    LiveRun(domains.load("moons"), preset, device=device).advance(Slice(preset, 2))
