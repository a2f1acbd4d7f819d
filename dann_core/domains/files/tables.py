"""What the parts of the upload hand to each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from dann_core.domains.files.errors import by

Role = Literal["source", "target"]
SampleKind = Literal["auto", "vectors", "signals", "images"]
Format = Literal["csv", "npy", "npz", "mat5", "hdf5", "zip"]

FOLDERS = "folder names"  # the label option of an archive of images


@dataclass(frozen=True)
class Choice:
    """What to take from a file.

    `data` names the array that holds the samples (unused in CSV and ZIP files). `labels` names the column or
    array with the labels, is `FOLDERS` for images in class folders, or None for a domain without labels.
    `kind` says what a sample is where the shape alone leaves it open; "auto" decides by the shape.
    """

    data: str | None = None
    labels: str | None = None
    kind: SampleKind = "auto"


@dataclass(frozen=True)
class Entry:
    """One column, array or folder of a file.

    `shape` is the array's shape, `(images,)` for a folder and `()` for a column; `dtype` is its type in words.
    `problem` says why it cannot hold samples ("" if it can).
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    problem: str = ""

    @property
    def detail(self) -> str:
        """Shape and type for a list of choices: `800 x 10, float64`."""
        return f"{by(self.shape)}, {self.dtype}" if self.shape else self.dtype


@dataclass(frozen=True, eq=False)
class Table:
    """A recognised file and what can be chosen in it; nothing of it is decoded yet.

    `data_options` and `label_options` are names for `Choice` (an empty `data_options`: there is nothing to
    choose); `guess` is the choice that is most likely meant.
    """

    file: str
    format: Format
    entries: tuple[Entry, ...]
    data_options: tuple[str, ...]
    label_options: tuple[str, ...]
    guess: Choice
    data: bytes = field(repr=False)


@dataclass(frozen=True, eq=False)
class Samples:
    """The samples of one file.

    `x` is `(N, F)`, `(N, C, L)` or `(N, C, H, W)`, finite numbers, uint8, float32 or float64; `y` is `(N,)`,
    int64 or strings, or None. `columns` are the F names of a CSV file's features. `notes` are sentences about
    what was changed while reading.
    """

    file: str
    x: np.ndarray
    y: np.ndarray | None
    columns: tuple[str, ...] | None = None
    notes: tuple[str, ...] = ()
