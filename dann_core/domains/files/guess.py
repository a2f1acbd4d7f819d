"""Which arrays of a file are likely meant, by the names that people give them and by their shapes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from dann_core.domains.files.tables import Choice, Entry, Role

_DATA = ("x", "data", "images", "imgs", "features", "feature", "feat", "feats", "fts", "feas", "fea", "samples")
_DATA += ("signals", "x_train", "xtrain", "array")
_LABELS = ("y", "labels", "label", "labs", "lab", "gnd", "target", "targets", "classes", "class", "y_train", "ytrain")
_OF_ROLE: dict[Role, tuple[str, ...]] = {
    "source": ("src", "s", "source"),
    "target": ("tar", "t", "tgt", "target", "trg"),
}
_MOST_SIDES = 4


def can_be_data(entry: Entry) -> bool:
    """Whether the array may hold samples; MATLAB has no lists, so a single row or column is none either."""
    few = len(entry.shape) < 2 or len(entry.shape) > _MOST_SIDES or min(entry.shape) == 0
    return not entry.problem and not few and not _is_line(entry)


def can_be_labels(entry: Entry) -> bool:
    """Whether the array may hold labels: a column or a row of numbers or texts or, by its name, one-hot rows."""
    text = entry.dtype.startswith(("str", "bytes", "text"))
    if (entry.problem and not text) or not entry.shape or min(entry.shape) == 0:
        return False
    named = entry.name.lower() in _names("y", _LABELS, "source")
    return _is_line(entry) or (named and len(entry.shape) == 2)


def guess(entries: Sequence[Entry], role: Role) -> Choice:
    """The samples and labels that a file of several arrays most likely means for this domain."""
    candidates = [e for e in entries if can_be_data(e)]
    data = _named(candidates, _names("x", _DATA, role)) or max(candidates, key=lambda e: math.prod(e.shape))
    fitting = [e for e in entries if e is not data and can_be_labels(e) and _fits(e, data)]
    labels = _named(fitting, _names("y", _LABELS, role)) or next(filter(_is_line, fitting), None)
    return Choice(data=data.name, labels=labels.name if labels else None)


def _is_line(entry: Entry) -> bool:
    return len(entry.shape) <= 2 and max(entry.shape) == math.prod(entry.shape)


def _fits(labels: Entry, data: Entry) -> bool:
    n = max(labels.shape) if min(labels.shape) == 1 else labels.shape[0]
    return n in (data.shape[0], data.shape[-1])


def _names(letter: str, general: tuple[str, ...], role: Role) -> list[str]:
    """All names for the samples ("x") or labels ("y"), those of this domain first and of the other one last."""
    other: Role = "target" if role == "source" else "source"

    def of(role: Role) -> list[str]:
        words = _OF_ROLE[role]
        return [n for w in words for n in (f"{letter}_{w}", f"{letter}{w}", f"{w}_{letter}", f"{w}{letter}")]

    return [*of(role), *general, *of(other)]


def _named(entries: Iterable[Entry], names: Iterable[str]) -> Entry | None:
    by_name = {e.name.lower(): e for e in entries}
    return next((by_name[n] for n in names if n in by_name), None)
