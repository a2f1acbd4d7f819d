"""What a run has recorded, one row an iteration."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np

COLUMNS = ("iteration", "lambda", "classification_loss", "adversarial_loss", "discrepancy_loss", "entropy")


@dataclass(frozen=True)
class Change:
    """A live change of one setting: it acts from `iteration` on."""

    iteration: int
    name: str
    old: Any
    new: Any


class History(Sequence):
    """A growing table: `history[i]` is a row as a dict, `history["lambda"]` a column `(n,)`, `len` the iterations.

    Losses are unweighted, in nats; the entropy is the mean over the batch's target predictions. A row's
    iteration counts from 0 and its lambda is the one that this very iteration used.
    """

    def __init__(self, rows: np.ndarray | None = None) -> None:
        self._blocks: list[np.ndarray] = [] if rows is None else [np.asarray(rows, dtype=np.float64)]

    @property
    def rows(self) -> np.ndarray:
        """All rows, `(n, 6)`, float64, in the order of `COLUMNS`."""
        if len(self._blocks) != 1:
            self._blocks = [np.concatenate([np.empty((0, len(COLUMNS))), *self._blocks])]
        return self._blocks[0]

    def extend(self, rows: Iterable[Sequence[float]] | np.ndarray) -> None:
        """Append rows."""
        block = np.asarray(rows, dtype=np.float64).reshape(-1, len(COLUMNS))
        self._blocks.append(block)

    def __len__(self) -> int:
        return sum(len(block) for block in self._blocks)

    @overload
    def __getitem__(self, key: int) -> dict[str, float]: ...
    @overload
    def __getitem__(self, key: slice) -> list[dict[str, float]]: ...
    @overload
    def __getitem__(self, key: str) -> np.ndarray: ...
    def __getitem__(self, key):
        if isinstance(key, str):
            return self.rows[:, COLUMNS.index(key)]
        if isinstance(key, slice):
            return [self._row(row) for row in self.rows[key]]
        return self._row(self.rows[key])

    @staticmethod
    def _row(values: np.ndarray) -> dict[str, float]:
        row = dict(zip(COLUMNS, values.tolist(), strict=True))
        row["iteration"] = int(row["iteration"])
        return row
