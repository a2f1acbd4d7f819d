"""What numbers look like: signals, pixels, row numbers. Measured, not named."""

from __future__ import annotations

import re

import numpy as np

SHORTEST_ROW = 128
"""Steps; shorter rows are vectors, however alike their neighbours are."""

_MOST_ROWS = 500
_LAGS = 16
_PARTS = 8
_EVEN = 0.15  # share of the variance that may lie between the columns' means
_SAME = 4.0  # times the variance of one part of the row may be that of another
_TELLING = 0.1  # correlation with a neighbour; of features in any order it is nearly 0
_SMOOTH = 0.9
_LONG_STRETCH, _SOME_STRETCHES, _SOME_COLUMNS = 32, 20, 50
_MOST_OF, _GOES_ON = 0.8, 0.5  # share of rows in such stretches; correlation of a row with the next
_MOSTLY_UP = 0.95
_DAY = r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|\d{1,2}[- ][A-Za-z]{3,9}[- ]\d{2,4}"
_HOUR = r"\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?( ?[AaPp][Mm])?"
_DATE = re.compile(rf"({_DAY})?([T ]?({_HOUR})(Z|[+-]\d{{2}}:?\d{{2}})?)?")
_BY_CHANCE = 5.0  # standard deviations that a correlation of independent rows stays within
_FEWEST_ROWS = 8
_LONG_ROW = 4_096  # steps by which even a single row tells what it is


def looks_like_signals(x: np.ndarray) -> bool:
    """Whether the rows of `(N, L)` are plainly signals rather than L features.

    Either every part of the row looks like every other (column means alike, variances and correlations with the
    neighbours too, and these are not nothing: a stationary process), or rows and their mean are smooth. Pixels and
    fractions (whole numbers from 0 to 255, or all in 0..1) and counts never are.
    """
    if x.ndim != 2 or x.shape[1] < SHORTEST_ROW or len(x) < (1 if x.shape[1] >= _LONG_ROW else _FEWEST_ROWS):
        return False
    x = np.asarray(x[np.linspace(0, len(x) - 1, min(len(x), _MOST_ROWS)).astype(int)], dtype=np.float64)
    if not np.isfinite(x).all() or looks_like_pixels(x) or (x.min() >= 0 and np.median(x) == 0):
        return False
    return _is_stationary(x) or _is_smooth(x)


def looks_like_pixels(x: np.ndarray) -> bool:
    """Whether all values are whole numbers from 0 to 255, or lie in 0..1."""
    low, high = x.min(), x.max()
    return bool(low >= 0 and (high <= 1 or (high <= 255 and np.all(x == np.round(x)))))


def rows_are_independent(x: np.ndarray) -> bool:
    """Whether no row of `(N, F)` depends on those before it in any column, as steps of a recording do."""
    x = np.asarray(x[:_LONG_ROW], dtype=np.float64)
    if len(x) <= _LAGS or not np.isfinite(x).all():
        return False
    columns = x.T - x.T.mean(1, keepdims=True)
    most = _BY_CHANCE / np.sqrt(len(x))
    return all(np.abs(_autocorrelation(column[None])).max() < most for column in columns if column.any())


def looks_like_steps(x: np.ndarray, y: np.ndarray) -> bool:
    """Whether rows `(N, F)` with labels `(N,)` are steps of a recording: labels stay the same for long, and meanwhile
    most columns go on from row to row."""
    ends = np.flatnonzero(y[1:] != y[:-1]) + 1
    stretches = [part for part in np.split(np.asarray(x, dtype=np.float64), ends) if len(part) >= _LONG_STRETCH]
    if sum(map(len, stretches)) < _MOST_OF * len(x):
        return False
    smooth = [
        np.nanmean([_lag_one(part[None, :, j]) for part in stretches[:_SOME_STRETCHES]]) >= _GOES_ON
        for j in range(min(x.shape[1], _SOME_COLUMNS))
    ]
    return sum(smooth) > len(smooth) / 2


def are_dates(texts: np.ndarray) -> bool:
    """Whether texts `(N,)` are dates or times, as 2021-03-04 10:15, 04.03.2021 or 10:15:30."""
    return all(_DATE.fullmatch(text) for text in np.unique(texts).tolist()[:_MOST_ROWS])


def passes(column: np.ndarray) -> bool:
    """Whether `(N,)` goes up from row to row, but for a few rows where it begins anew, as clocks do."""
    column = np.asarray(column, dtype=np.float64)
    steps = np.diff(column[np.isfinite(column)])
    return len(steps) > 0 and bool((steps >= 0).mean() >= _MOSTLY_UP and (steps > 0).any())


def counts_rows(column: np.ndarray) -> bool:
    """Whether `(N,)` goes up by the same step from row to row, or numbers the rows in any order."""
    head = np.asarray(column[:10], dtype=np.float64)
    # The first rows tell it of almost all columns.
    if len(head) < 10 or not np.isfinite(head).all() or not (_is_even(head) or np.all(np.diff(head) % 1 == 0)):
        return False
    column = np.asarray(column, dtype=np.float64)
    if not np.isfinite(column).all():
        return False
    if _is_even(column):
        return True
    if column.max() - column.min() != len(column) - 1:
        return False
    return bool(np.array_equal(np.sort(column), column.min() + np.arange(len(column))))


def _is_even(column: np.ndarray) -> bool:
    step = (column[-1] - column[0]) / (len(column) - 1)
    return bool(step != 0 and np.all(np.abs(np.diff(column) - step) <= 1e-6 * abs(step) + 1e-12 * np.abs(column[1:])))


def _is_stationary(x: np.ndarray) -> bool:
    total = x.var()
    if total == 0 or x.mean(0).var() > (_EVEN + 4 / len(x)) * total:
        return False
    parts = np.array_split(np.arange(x.shape[1]), _PARTS)
    variances = np.array([x[:, part].var() for part in parts])
    if variances.max() > _SAME * max(variances.min(), 1e-300):
        return False
    centred = x - x.mean(1, keepdims=True)
    by_part = np.array([_autocorrelation(centred[:, part]) for part in parts])
    mean, spread = by_part.mean(0), by_part.std(0)
    strongest = np.abs(mean).argmax()
    return bool(abs(mean[strongest]) > max(_TELLING, 2 * spread[strongest]))


def _autocorrelation(x: np.ndarray) -> np.ndarray:
    """Of rows with mean 0, at lags 1 to `_LAGS`, over all rows together."""
    power = np.square(x).mean()
    lags = range(1, min(_LAGS, x.shape[1] - 1) + 1)
    return np.array([(x[:, lag:] * x[:, :-lag]).mean() for lag in lags]) / max(power, 1e-300)


def _is_smooth(x: np.ndarray) -> bool:
    mean = x.mean(0)
    return all(_lag_one(rows) >= _SMOOTH for rows in (mean[None], x - mean))


def _lag_one(x: np.ndarray) -> float:
    centred = x - x.mean(1, keepdims=True)
    return float(_autocorrelation(centred)[0]) if centred.any() else 0.0
