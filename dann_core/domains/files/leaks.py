"""Features that say the answer: one column that tells the label by itself, or that counts the rows."""

from __future__ import annotations

import numpy as np

from dann_core.domains.files.evidence import counts_rows

ALMOST = 0.99
"""Share of the source's samples that one feature alone must tell to be named."""

_MOST_FEATURES, _MOST_SAMPLES = 2_000, 10_000
_BINS = 32
_CODES = {sign * float(digits) for sign in (1, -1) for digits in ("99", "999", "9999", "99999", "999.25")}
_FEW = 20
_ENOUGH, _WIDE = 50, 10  # rows; how many times more numbers than rows there might be


def telling(x: np.ndarray, y: np.ndarray) -> list[tuple[int, float]]:
    """Features of `(N, F)` that alone predict the labels `(N,)` almost perfectly, with the share that each tells.

    Each feature is cut at its quantiles; a half of the samples says which class is the most frequent in each piece, the
    other half is told by it. Empty where nothing could be concluded: fewer than 20 samples.
    """
    k = int(y.max()) + 1
    if len(x) > _MOST_SAMPLES:
        picked = np.random.default_rng(0).choice(len(x), _MOST_SAMPLES, replace=False)
        x, y = x[picked], y[picked]
    n = len(x)
    if n < _FEW:
        return []
    majority = np.bincount(y).max() / n
    if majority >= ALMOST:
        return []
    half = np.random.default_rng(0).permutation(n) % 2 == 0
    found = []
    for j in range(min(x.shape[1], _MOST_FEATURES)):
        share = _told(x[:, j], y, half, k)
        if share >= max(ALMOST, (1 + majority) / 2):
            found.append((j, share))
    return found


def counting(x: np.ndarray) -> list[int]:
    """Features of `(N, F)` that number the rows."""
    return [j for j in range(min(x.shape[1], _MOST_FEATURES)) if counts_rows(x[:, j])]


def numbering(x: np.ndarray) -> list[int]:
    """Features of `(N, F)` with another whole number in each row, from a wide range, as numbers of cases are."""
    columns = range(min(x.shape[1], _MOST_FEATURES)) if len(x) >= _ENOUGH else ()
    return [j for j in columns if _differs(x[:, j]) and not counts_rows(x[:, j])]


def _differs(column: np.ndarray) -> bool:
    if not np.array_equal(column[:_ENOUGH], np.round(column[:_ENOUGH])) or np.abs(column).max() < _WIDE * len(column):
        return False
    return bool(np.array_equal(column, np.round(column)) and len(np.unique(column)) == len(column))


def missing_codes(x: np.ndarray) -> dict[float, list[tuple[int, int]]]:
    """Values that programs write for a missing cell, with the features of `(N, F)` and how often they stand there:
    twice or more, as the lowest or highest value, and further from all others than these are from each other."""
    found: dict[float, list[tuple[int, int]]] = {}
    for j in range(min(x.shape[1], _MOST_FEATURES)):
        column = x[:, j]
        for value in {float(column.min()), float(column.max())} & _CODES:
            rest = column[column != value]
            n = len(column) - len(rest)
            if n > 1 and len(rest) and np.abs(rest - value).min() > rest.max() - rest.min() > 0:
                found.setdefault(value, []).append((j, n))
    return found


def _told(values: np.ndarray, y: np.ndarray, half: np.ndarray, k: int) -> float:
    distinct = np.unique(values[half])
    if len(distinct) <= _BINS:
        edges = (distinct[1:] + distinct[:-1]) / 2
    else:
        edges = np.unique(np.quantile(values[half], np.linspace(0, 1, _BINS + 1)[1:-1]))
    pieces = np.searchsorted(edges, values)
    counts = np.zeros((len(edges) + 1, k))
    np.add.at(counts, (pieces[half], y[half]), 1)
    return float((counts.argmax(1)[pieces[~half]] == y[~half]).mean())
