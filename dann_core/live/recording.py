"""A recording: a run's scene and its frames, in order and bounded; kept while a run goes on, and in a file.

A file holds the scene and then the frames, each as

    offset  size  what
    0       4     length L of the message in bytes (little-endian, unsigned, as everything)
    4       4     the frame's number, 0 for the scene
    8       L     the message (`dann_core.live.message`), filled up with zeros to a multiple of 8
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dann_core.live.message import FRAME, ROWS, SCENE, Message, MessageError, unpack, without_exam
from dann_core.method.history import COLUMNS, History

KEPT_FRAMES, KEPT_BYTES = 150, 6_000_000
"""What a recording keeps, in number and in memory. When it is full, every second frame of its older half goes."""

FILE_BYTES = 64_000_000
"""A larger file is refused unread."""

BINS = 400
"""Rows of a history that travel at once at most: about as many as a curve has pixels."""

FIGURES = (
    "number", "iteration", "lambda", "source_accuracy", "domain_accuracy", "a_distance",
    "effective_lambda", "gradient_ratio", "gradient_cosine",
)  # fmt: skip
"""The columns of the figures that travel for frames whose pictures have not."""

KNOBS = (
    "gamma",
    "max_iter",
    "lambda_max",
    "use_lambda_scheduler",
    "classification_weight",
    "adversarial_weight",
    "discrepancy",
    "discrepancy_weight",
    "entropy_weight",
    "reversal_limit",
    "class_shares",
    "gradient_sign",
)
"""The settings that travel with every frame, for curves and sentences: all of them may change while a run goes on."""

_ENTRY = struct.Struct("<II")


@dataclass(frozen=True)
class Shown:
    """A frame as a run keeps it: what it must know of it, and the bytes that it only hands on."""

    iteration: int
    first: int
    """The first iteration of its rows."""

    packed: bytes
    figures: tuple[float, ...]
    """Of `FIGURES`, all but the number, and at the end the target accuracy (exam); not a number where there is none."""
    complete: bool = False
    """Whether the figures are those of all samples and the t-SNE rests."""


class Recording:
    """The scene and the kept frames of one run; numbers rise and are never given twice.

    One thread may add while others read.
    """

    def __init__(self, limit: int = KEPT_FRAMES, limit_bytes: int = KEPT_BYTES) -> None:
        self.limit, self.limit_bytes = limit, limit_bytes
        self.scene: bytes | None = None
        self._next = 1
        # Replaced as a whole and never changed: whoever reads it has frames with their own numbers.
        self._kept: tuple[tuple[int, Shown], ...] = ()

    @property
    def numbers(self) -> list[int]:
        """Of the kept frames."""
        return [number for number, _ in self._kept]

    @property
    def frames(self) -> list[Shown]:
        """The kept ones, in order."""
        return [frame for _, frame in self._kept]

    @property
    def latest(self) -> Shown | None:
        """The newest frame."""
        kept = self._kept
        return kept[-1][1] if kept else None

    def copy(self, until: int | None = None) -> Recording:
        """One of the same frames, or of those up to an iteration, that does not grow with it."""
        copied = Recording(self.limit, self.limit_bytes)
        copied.scene, copied._next, copied._kept = self.scene, self._next, self._kept
        if until is not None:
            copied._kept = tuple(kept for kept in copied._kept if kept[1].iteration <= until)
        return copied

    def add(self, frame: Shown) -> int:
        """Append a frame; one of the same iteration as the last replaces it. Returns its number."""
        number, kept = self._next, self._kept
        if kept and kept[-1][1].iteration == frame.iteration:
            kept = kept[:-1]
        kept += ((number, frame),)
        if len(kept) > self.limit or sum(len(f.packed) for _, f in kept) > self.limit_bytes:
            half = len(kept) // 2
            kept = kept[:half:2] + kept[half:]
        self._kept, self._next = kept, number + 1
        return number

    def between(self, first: int, last: int) -> list[tuple[int, Shown]]:
        """The kept frames with numbers from `first` to `last`, both included."""
        return [(n, f) for n, f in self._kept if first <= n <= last]

    def figures_after(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        """`FIGURES` `(m, 9)` and target accuracies `(m,)` of the kept frames with higher numbers than that."""
        later = [(n, *f.figures) for n, f in self._kept if n > number]
        table = np.array(later, np.float32).reshape(-1, len(FIGURES) + 1)
        return table[:, :-1], table[:, -1]

    def save(self, path: Path, *, exam: bool = True) -> None:
        """Write the file; without `exam`, nothing in it comes from target labels. Raises `OSError`."""
        path.write_bytes(self.content(exam=exam))

    def content(self, *, exam: bool = True) -> bytes:
        """What `save` writes. Raises `MessageError` where there is nothing yet."""
        if self.scene is None:
            raise MessageError("There is nothing to save yet: the run has no frame.")
        parts = []
        for number, message in [(0, self.scene), *((n, f.packed) for n, f in self._kept)]:
            written = message if exam else without_exam(message)
            parts.append(_ENTRY.pack(len(written), number) + written + bytes(-len(written) % 8))
        return b"".join(parts)

    @classmethod
    def load(cls, path: Path) -> Recording:
        """Read a file. Raises `MessageError` for one that is none, or too large, and `OSError`."""
        if path.stat().st_size > FILE_BYTES:
            raise MessageError(f"{path.name} has over {FILE_BYTES // 1_000_000} MB: a recording is smaller.")
        read, offset, content = cls(), 0, path.read_bytes()
        while offset < len(content):
            if len(content) - offset < _ENTRY.size:
                raise MessageError(f"{path.name} ends in the middle of a frame.")
            length, number = _ENTRY.unpack_from(content, offset)
            offset += _ENTRY.size
            message = content[offset : offset + length]
            if len(message) < length:
                raise MessageError(f"{path.name} ends in the middle of a frame.")
            read._take(message, number)
            offset += length + -length % 8
        if not read.frames:
            raise MessageError(f"{path.name} holds no frame.")
        return read

    def _take(self, packed: bytes, number: int) -> None:
        message = unpack(packed)
        if message.kind != (FRAME if self.scene else SCENE):
            raise MessageError("A recording is one scene and then its frames.")
        if self.scene is None:
            self.scene = packed
            return
        if number < self._next:
            raise MessageError("The frames of a recording are in order.")
        try:
            frame = Shown(int(message.values["iteration"]), int(message.values["first"]), packed, figures_of(message))
        except (KeyError, TypeError, ValueError, OverflowError):
            raise MessageError(f"Frame {number} lacks its figures.") from None
        self._kept += ((number, frame),)
        self._next = number + 1


def figures_of(frame: Message) -> tuple[float, ...]:
    """The figures of a frame, as `Shown` holds them."""
    nan = float("nan")
    # Recordings of earlier versions lack the later columns.
    told = [frame.values.get(name) for name in FIGURES[1:]]
    return tuple(nan if v is None else float(v) for v in [*told, frame.exam.get("target_accuracy")])


def rows_message(
    history: History, recording: Recording, after_iteration: int, after_number: int, end: int | None = None
) -> bytes:
    """What a page has missed: the history from an iteration on, and the figures of later frames than a number.

    `end` is the iteration of the frame that comes next, where the history may have gone on already.

    A message of kind rows; values: `first` and `end`, the iterations that its rows cover. Arrays: `rows` f4 (b, 6), the
    mean of neighbours in at most `BINS` bins, columns as in a frame; `figures` f4 (m, 9), columns as `FIGURES`. Exam:
    `target_accuracy` f4 (m,), not a number without labels.
    """
    rows = history.rows[after_iteration:end]
    figures, target = recording.figures_after(after_number)
    values = {"first": after_iteration, "end": after_iteration + len(rows)}
    return Message(
        ROWS, values, {"rows": binned(rows, BINS), "figures": figures}, {}, {"target_accuracy": target}
    ).pack()


def binned(rows: Sequence | np.ndarray, bins: int) -> np.ndarray:
    """Rows `(m, c)` as at most `bins` means of neighbours, `(b, c)` in single precision; few rows stay as they are."""
    rows = np.asarray(rows, np.float64).reshape(-1, len(COLUMNS))
    if not len(rows):
        return np.empty((0, len(COLUMNS)), np.float32)
    size = -(-len(rows) // bins)
    starts = np.arange(0, len(rows), size)
    counts = np.diff(np.append(starts, len(rows)))
    return (np.add.reduceat(rows, starts, axis=0) / counts[:, None]).astype(np.float32)
