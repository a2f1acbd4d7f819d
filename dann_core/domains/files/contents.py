"""What is in a file, before anything is decided: a tree of named arrays, columns, texts and pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np

from dann_core.domains.files.errors import by

Holds = Literal["numbers", "texts", "picture"]

Path = tuple[str, ...]
"""The way to an item: folders and file of an archive, groups of an HDF5 file, fields of a MATLAB struct, its name."""


SVMLIGHT = "svmlight"
"""The format whose files name no feature that is 0."""


@dataclass(frozen=True)
class Item:
    """One array, column or picture of a file, known by its header alone.

    `shape` is the array's; of a table's column it is `(rows,)`, of a picture `(height, width, channels)`. `table` is
    the way to the table that the item is a column of, or None: columns of one table have the same rows. `missing`
    counts cells without a value. `problem` is why its values cannot be had ("" if they can), as for Python objects.
    """

    path: Path
    holds: Holds
    shape: tuple[int, ...]
    dtype: str
    table: Path | None = None
    missing: int = 0
    problem: str = ""

    @property
    def name(self) -> str:
        """The way to it in one text, as pages and command lines write it: `train/data`."""
        return "/".join(self.path)

    @property
    def detail(self) -> str:
        """Shape and type for a list of choices: `800 x 10, float64`."""
        return f"{by(self.shape)}, {self.dtype}"


class Contents(Protocol):
    """An opened file (or folder, or archive): its items, and their values on demand.

    `format` is what it was recognised as; `notes` are sentences about how it was opened (encoding, separator, a header
    that is missing). `sha256` and `size` (bytes) identify the file.
    """

    file: str
    format: str
    items: tuple[Item, ...]
    notes: tuple[str, ...]
    sha256: str
    size: int

    def load(self, items: Sequence[Item]) -> list[np.ndarray]:
        """The values of these items, in their order: numbers (NaN where missing), or texts as `str_` arrays.

        A picture is uint8 `(H, W, C)`, upright, in grey or RGB. Raises `UploadError` for damage, and for what takes too
        much memory or time.
        """
        ...
