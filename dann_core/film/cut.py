"""What of a recording goes into a film: as many frames as fit, with or without inputs and exam."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from dann_core.live.frame import with_rows
from dann_core.live.message import Message, unpack, without_exam
from dann_core.live.recording import Recording, figures_of

INPUT_VALUES = ("limits", "columns", "source_rows", "target_rows", "cell", "source_names", "target_names")
INPUT_ARRAYS = ("xy", "picked", "mosaic", "signals", "tint", "boundary")
"""What a scene and its frames hold of the inputs themselves."""


def history_of(recording: Recording) -> np.ndarray:
    """The history `(m, 6)` as far as its frames tell it, in their bins."""
    return np.concatenate([unpack(frame.packed).arrays["rows"] for frame in recording.frames])


def cut(
    recording: Recording, frames: int, history: Sequence | np.ndarray, *, inputs: bool = True, exam: bool = True
) -> Recording:
    """A recording of at most so many of the frames, evenly spread, the first and the last among them.

    Each takes over the rows of those that go, out of `history` `(m, 6)`, so that the curves stay whole.
    Without `inputs`, input pictures and points are left out; without `exam`, all that target labels went into. Raises
    `ValueError`, `KeyError` or `IndexError` for a recording that is damaged.
    """

    def part(packed: bytes) -> bytes:
        packed = packed if exam else without_exam(packed)
        return packed if inputs else without_inputs(packed)

    kept = recording.frames
    places = np.unique(np.rint(np.linspace(0, len(kept) - 1, min(frames, len(kept)))).astype(int))
    film = Recording(limit=len(places), limit_bytes=sys.maxsize)
    film.scene = part(recording.scene)
    first = 0
    for frame in (with_rows(kept[place], first, history) for place in places):
        packed = part(frame.packed)
        film.add(replace(frame, packed=packed, figures=figures_of(unpack(packed))))
        first = frame.iteration
    return film


def without_inputs(packed: bytes) -> bytes:
    """A scene or frame less what it holds of the inputs, names included; its samples' numbers and classes stay."""
    message = unpack(packed)
    values, exam = (
        {name: value for name, value in held.items() if name not in INPUT_VALUES}
        for held in (message.values, message.exam)
    )
    if "input" in values:
        values["input"] = "none"
    arrays = {name: array for name, array in message.arrays.items() if name not in INPUT_ARRAYS}
    return Message(message.kind, values, arrays, exam, message.exam_arrays).pack()
