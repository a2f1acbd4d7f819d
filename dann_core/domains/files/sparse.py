"""MATLAB's sparse matrices as dense arrays."""

from __future__ import annotations

import numpy as np


def dense(values: np.ndarray, rows: np.ndarray, starts: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """`values` at `rows`, column by column; column i begins at `starts[i]` of them.

    SciPy's own conversion is not used: a forged index makes it write outside of the array. Raises `ValueError`
    for indices that do not fit.
    """
    n_rows, n_columns = shape
    starts, rows = starts.astype(np.int64), rows.astype(np.int64)
    if len(starts) != n_columns + 1 or starts[0] != 0 or np.any(np.diff(starts) < 0):
        raise ValueError("the columns of the sparse matrix do not begin one after another")
    n = starts[-1]
    # Room may have been kept for more values than there are.
    values, rows = values[:n], rows[:n]
    if len(values) != n or len(rows) != n or (n and not 0 <= rows.min() <= rows.max() < n_rows):
        raise ValueError("the indices of the sparse matrix lead outside of it")
    out = np.zeros(shape)
    out[rows, np.repeat(np.arange(n_columns), np.diff(starts))] = values
    return out
