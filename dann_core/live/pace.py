"""How fast a run is shown: people watch a story, they do not wait for a result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

STORY_SECONDS = 20
"""How long a run takes at the normal speed, at least."""

LONGEST_STRIDE = 2.0
"""Seconds of a story that one frame may take: where frames come late, each goes further, so that the run is in time."""


@dataclass(frozen=True)
class Speed:
    """From one frame to the next it takes at least `frame_seconds`; a run at least `run_seconds`, where that is set."""

    frame_seconds: float
    run_seconds: float | None = None
    iterations: int | None = None
    """Of every frame, where it is always the same number."""

    def rate(self, max_iter: int) -> float | None:
        """Iterations a second; None: as many as can be trained."""
        if self.iterations is not None:
            return self.iterations / self.frame_seconds
        return max_iter / self.run_seconds if self.run_seconds else None

    def stride(self, max_iter: int, since: float) -> int | None:
        """How many iterations the next frame goes on, so many seconds after the last one was asked for."""
        rate = self.rate(max_iter)
        if rate is None or self.iterations is not None:
            return self.iterations
        return max(1, round(rate * min(max(since, self.frame_seconds), LONGEST_STRIDE)))


SPEEDS = {
    "slow": Speed(frame_seconds=1.5, iterations=1),
    "normal": Speed(frame_seconds=0.2, run_seconds=STORY_SECONDS),
    "fast": Speed(frame_seconds=0.1),
}
NORMAL = "normal"


def seconds_left(
    speed: Speed, max_iter: int, iteration: int, came: Sequence[tuple[float, int]], now: float
) -> float | None:
    """From `now` until max_iter, at the pace of the speed or of the last frames; None while that is not known.

    `came` are times (`time.monotonic`) and iterations of these frames.
    """
    rate = speed.rate(max_iter)
    paced = None if rate is None else (max_iter - iteration) / rate
    if len(came) < 2:
        return paced
    (t0, i0), (t1, i1) = came[0], came[-1]
    if i1 == i0 or t1 == t0:
        return paced
    trained = max((max_iter - i1) * (t1 - t0) / (i1 - i0) - (now - t1), 0.0)
    return max(trained, paced or 0.0)
