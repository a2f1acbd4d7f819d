"""Labels as they stand in files, brought to one form."""

from __future__ import annotations

import numpy as np

from dann_core.domains.files.errors import by, quoted, refusal
from dann_core.domains.files.limits import CONTINUOUS_LABELS, MAX_CLASSES
from dann_core.language import say, say_many

_FEW = 20  # up to so many classes, each may have a single sample
_TOO_LARGE = say("the labels are too large to name classes; number the classes from 0")
_LARGEST = 2**53  # beyond it a float no longer tells whole numbers apart


def clean_labels(file: str, name: str, y: np.ndarray) -> np.ndarray:
    """Labels `(N,)`, `(N, 1)`, `(1, N)` or one-hot `(N, K)` as `(N,)`: int64 if all are whole numbers, else strings.

    Raises `UploadError` for anything that does not name classes: fractions, quantities, identifiers, blanks.
    """
    y = _one_column(file, name, np.asarray(y))
    if y.dtype.kind in "SU":
        y = _from_text(file, name, y)
    if y.dtype.kind == "f":
        y = _from_floats(file, name, y)
    elif y.dtype.kind not in "biuU":
        raise refusal(
            file, say("the labels are {type} values; use whole numbers or texts", type=str(y.dtype)), quoted(name)
        )
    if y.dtype.kind in "biu":
        if np.abs(y.astype(np.float64)).max(initial=0) > _LARGEST:
            raise refusal(file, _TOO_LARGE, quoted(name))
        y = y.astype(np.int64)
    distinct = len(np.unique(y))
    if distinct > MAX_CLASSES or distinct > max(_FEW, len(y) // 2):
        text = say(
            "{n:,} different values among {labels:,} labels look like a quantity or an identifier; choose what names "
            "the class",
            n=distinct,
            labels=len(y),
        )
        raise refusal(file, text, quoted(name))
    return y


def _one_column(file: str, name: str, y: np.ndarray) -> np.ndarray:
    if y.ndim == 2 and 1 in y.shape:
        return y.reshape(-1)
    if y.ndim == 2 and y.dtype.kind in "biuf" and np.isin(y, (0, 1)).all() and (y.sum(axis=1) == 1).all():
        return y.argmax(axis=1)
    if y.ndim != 1:
        text = say("{shape} values are no list of labels, nor one-hot rows; choose an array that is", shape=by(y.shape))
        raise refusal(file, text, quoted(name))
    return y


def _from_floats(file: str, name: str, y: np.ndarray) -> np.ndarray:
    place = quoted(name)
    bad = np.flatnonzero(~np.isfinite(y))
    if len(bad):
        text = say_many(
            "{n:,} label is missing, the first is number {first:,}; fill in all or choose no labels",
            "{n:,} labels are missing, the first is number {first:,}; fill in all or choose no labels",
            len(bad),
            first=int(bad[0]) + 1,
        )
        raise refusal(file, text, place)
    if np.abs(y).max(initial=0) > _LARGEST:
        raise refusal(file, _TOO_LARGE, place)
    if np.any(y != np.round(y)):
        distinct = len(np.unique(y))
        text = say("the labels are fractions; a label names a class, so choose another one or round it")
        if distinct > CONTINUOUS_LABELS:
            text = say(
                "the labels look continuous ({n:,} different values); a label names a class, so choose another one or "
                "round it",
                n=distinct,
            )
        raise refusal(file, text, place)
    return y.astype(np.int64)


def _from_text(file: str, name: str, y: np.ndarray) -> np.ndarray:
    if y.dtype.kind == "S":
        y = np.char.decode(y, "utf-8", "replace")
    y = np.char.strip(y)
    blank = np.flatnonzero(y == "")
    if len(blank):
        text = say_many(
            "{n:,} label is blank, the first is number {first:,}; fill in all or choose no labels",
            "{n:,} labels are blank, the first is number {first:,}; fill in all or choose no labels",
            len(blank),
            first=int(blank[0]) + 1,
        )
        raise refusal(file, text, quoted(name))
    return _numbered(np.asarray(y))


def _numbered(y: np.ndarray) -> np.ndarray:
    """Texts such as "3" as numbers if all are, so that 10 sorts after 9 and "3" in one file is 3 in another."""
    try:
        numbers = np.array([float(v) for v in np.unique(y)])
    except ValueError:
        return y
    # "007" and "7" may be two classes: only a spelling that is unique to the number is taken as one.
    if len(np.unique(numbers)) < len(np.unique(y)) or not np.isfinite(numbers).all():
        return y
    return y.astype(np.float64)
