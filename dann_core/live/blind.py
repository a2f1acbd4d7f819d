"""Blind mode: what a learner has chosen without target labels, held against what the labels say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from dann_core.live.message import Message, unpack
from dann_core.live.recording import Recording
from dann_core.sweeps.selection import SCORES, UNTRAINED

DISTANCE, LAST = "a_distance", "last"
"""Beside the scores: the frame with the smallest proxy A-distance of a fresh probe, and the last one there is."""


class Seen(NamedTuple):
    """A frame of a run with the number `run` for people: what of it needs no target labels, and the exam."""

    run: int
    iteration: int
    scores: Mapping[str, float]
    target_accuracy: float

    def told(self) -> dict[str, Any]:
        """As it travels after the reveal."""
        return {"run": self.run, "iteration": self.iteration, "accuracy": self.target_accuracy}


def seen(run: int, recording: Recording) -> list[Seen]:
    """All kept frames of a run's recording that were trained for; none where the target has no labels."""
    messages = (unpack(frame.packed) for frame in recording.frames if frame.iteration > 0)
    return [_seen(run, m) for m in messages if m.exam.get("target_accuracy") is not None]


def _seen(run: int, message: Message) -> Seen:
    values, nan = message.values, float("nan")
    scores = {name: (values.get("scores") or {}).get(name, nan) for name in UNTRAINED}
    # A verdict's probe may be of an earlier frame: of this one, nothing is known then.
    is_fresh = values.get("probed") == values["iteration"]
    scores[DISTANCE] = nan if values["a_distance"] is None or not is_fresh else values["a_distance"]
    return Seen(run, int(values["iteration"]), scores, float(message.exam["target_accuracy"]))


def reveal(frames: list[Seen], committed: Seen) -> dict[str, Any]:
    """What came of a choice among these frames, at least one.

    `regret` is how far, in points of target accuracy, the committed frame is below the best; `choices` are the frames
    that each label-free rule would have taken, with its name, those that know of none left out.
    """
    best = max(frames, key=lambda frame: frame.target_accuracy)
    choices = [{"rule": name} | _told(frame, best) for name, frame in _choices(frames).items()]
    return {"committed": _told(committed, best), "best": best.told(), "choices": choices}


def _choices(frames: list[Seen]) -> dict[str, Seen]:
    found = {}
    for name in (*UNTRAINED, DISTANCE):
        values = np.array([frame.scores[name] for frame in frames])
        if not np.isnan(values).all():
            is_highest = name in SCORES and SCORES[name].higher_is_better
            found[name] = frames[int((np.nanargmax if is_highest else np.nanargmin)(values))]
    newest = max(frame.run for frame in frames)
    return found | {LAST: max((f for f in frames if f.run == newest), key=lambda frame: frame.iteration)}


def _told(frame: Seen, best: Seen) -> dict[str, Any]:
    # More was seen since than is kept: what was committed to may be better than all that is left.
    regret = max(0.0, best.target_accuracy - frame.target_accuracy)
    return frame.told() | {"regret": round(100 * regret, 1)}
