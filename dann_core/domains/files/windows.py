"""Long recordings cut into windows; the windows of one recording stay known as such."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from dann_core.domains.files.errors import quoted, refusal
from dann_core.domains.files.facts import Fact, fact
from dann_core.domains.files.limits import MAX_ARRAY_BYTES
from dann_core.domains.files.nouns import count_of
from dann_core.domains.files.plan import ReadingPlan, Windows
from dann_core.domains.files.samples import Samples
from dann_core.domains.files.shaping import shaped
from dann_core.language import say

LENGTHS = (1024, 512, 256, 128)
"""Steps of a window, the first by which each class has enough."""

SEVERAL = 5
"""Files a class that may be one sample each."""

ENOUGH = 20
"""Windows a class."""


def are_samples(steps: Sequence[int], classes: Sequence[str]) -> bool:
    """Whether recordings are samples already: short, all of one length, and several of each class."""
    fewest = min(Counter(classes).values())
    return len(set(steps)) == 1 and steps[0] <= 2 * LENGTHS[0] and fewest >= SEVERAL


def default_windows(steps: Sequence[int], classes: Sequence[str]) -> Windows:
    """Windows side by side, long, but so that every class of these recordings (steps of each) has enough of them."""
    for length in LENGTHS:
        windows: dict[str, int] = {}
        for n, name in zip(steps, classes, strict=True):
            windows[name] = windows.get(name, 0) + n // length
        if min(windows.values()) >= ENOUGH and min(steps) >= length:
            return Windows(length=length, step=length)
    length = max(1, min(LENGTHS[-1], min(steps)))
    return Windows(length=length, step=max(1, length // 2))


def cut(file: str, recordings: Sequence[np.ndarray], names: Sequence[str], windows: Windows) -> list[np.ndarray]:
    """Windows `(n, C, length)` of each recording `(C, steps)`.

    Raises `UploadError` if a recording is shorter than a window, or the windows are too many to hold.
    """
    total = 0
    for name, recording in zip(names, recordings, strict=True):
        steps = recording.shape[1]
        if steps < windows.length:
            text = say(
                "the recording has {steps}, fewer than a window of {length:,}; give shorter windows (--window LENGTH) "
                "or leave it out",
                steps=count_of(steps, "step"),
                length=windows.length,
            )
            raise refusal(file, text, quoted(name))
        total += (1 + (steps - windows.length) // windows.step) * windows.length * len(recording) * 8
    if total > MAX_ARRAY_BYTES:
        text = say("the windows take too much memory; give a larger step (--window LENGTH:STEP) or fewer recordings")
        raise refusal(file, text)
    return [
        np.lib.stride_tricks.sliding_window_view(r, windows.length, axis=1)[:, :: windows.step].swapaxes(0, 1)
        for r in recordings
    ]


def windowed(
    file: str,
    recordings: Sequence[np.ndarray],
    names: Sequence[str],
    y: np.ndarray | None,
    plan: ReadingPlan,
    notes: tuple[Fact, ...],
) -> Samples:
    """Recordings `(C, steps)` with a label each as windows; those of one recording are one group."""
    windows = plan.windows
    long = [i for i, r in enumerate(recordings) if r.shape[1] >= windows.length]
    if long and len(long) < len(recordings):
        shortest = min(r.shape[1] for r in recordings)
        few = len(recordings) - len(long)
        notes += (fact("too short", file, recordings=few, length=windows.length, shortest=shortest),)
        recordings, names = [recordings[i] for i in long], [names[i] for i in long]
        y = None if y is None else y[long]
    parts = cut(file, recordings, names, windows)
    sizes = [len(p) for p in parts]
    groups = np.repeat(np.arange(len(parts)), sizes)
    starts = np.concatenate([np.arange(n) * windows.step for n in sizes])
    rows = np.array([f"{names[g]} @ {s}" for g, s in zip(groups.tolist(), starts.tolist(), strict=True)])
    x, more = shaped(file, say("windows"), np.concatenate(parts), "signals")
    y = None if y is None else y[groups]
    notes += (fact("windows", file, recordings=len(parts), windows=len(x), length=windows.length, step=windows.step),)
    return Samples(file, x, y, rows=rows, groups=groups, notes=notes + more)
