"""How fast a run is shown: people watch a story, they do not wait for a result."""

from __future__ import annotations

from dataclasses import dataclass

STORY_SECONDS = 20
"""How long a run takes at the normal speed, at least."""


@dataclass(frozen=True)
class Speed:
    """From one frame to the next it takes at least `frame_seconds`; a run at least `run_seconds`, where that is set."""

    frame_seconds: float
    run_seconds: float | None = None
    iterations: int | None = None
    """Of every frame, where it is always the same number."""


SPEEDS = {
    "slow": Speed(frame_seconds=1.5, iterations=1),
    "normal": Speed(frame_seconds=0.2, run_seconds=STORY_SECONDS),
    "fast": Speed(frame_seconds=0.1),
}
NORMAL = "normal"
