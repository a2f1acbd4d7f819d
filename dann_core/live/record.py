"""Train a run to its end and record it, without anybody watching."""

from __future__ import annotations

from collections.abc import Callable

from dann_core.domains.pair import DomainPair
from dann_core.live.frame import with_rows
from dann_core.live.recording import Recording
from dann_core.live.slices import Slice
from dann_core.live.worker import LiveRun
from dann_core.method.training import Trainer
from dann_core.settings import Settings

FRAMES = 120
"""Evenly spaced over a run: six seconds at twenty a second."""

SETTLING = 8
"""The most looks at the end, until the picture rests."""


def record(
    pair: DomainPair,
    settings: Settings,
    device: str = "cpu",
    frames: int = FRAMES,
    trained: Callable[[Trainer], None] = lambda trainer: None,
) -> tuple[Recording, Trainer]:
    """The recording of a whole run, and its trainer; `trained` is called after each frame.

    The same pair and settings give the same frames on the same machine, however long it takes. Raises `KnobError` like
    `Trainer`.
    """
    run, recording = LiveRun(pair, settings, device=device), Recording(limit=max(frames + 1, 2))
    first = run.advance(_slice(settings, 0))
    recording.scene = first.scene
    recording.add(first.frame)
    for k in range(1, frames + 1):
        due = settings.max_iter * k // frames - run.trainer.iteration
        if due:
            recording.add(run.advance(_slice(settings, due)).frame)
            trained(run.trainer)
    for _ in range(SETTLING):
        # It takes the last frame's place, and tells the same iterations.
        looked = run.advance(_slice(settings, 0, complete=True)).frame
        recording.add(with_rows(looked, recording.latest.first, run.trainer.history.rows))
        if recording.latest.complete:
            break
    return recording, run.trainer


def _slice(settings: Settings, iterations: int, *, complete: bool = False) -> Slice:
    return Slice(settings, iterations, complete, float("inf"), unhurried=True)
