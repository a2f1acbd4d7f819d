"""Which of the source's classes each label of the target means."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

from dann_core.domains.files.errors import UploadError, listed, quoted, refusal, shown
from dann_core.domains.files.nouns import count_of
from dann_core.language import said, say, say_many

PLUS, MINUS = "plus 1", "minus 1"
_ONE_TOO_FEW = say(
    "say whether 10 is the digit 0 (--match 0=10) or all are one too few (--match 'plus 1'), or choose no labels"
)
_ONE_TOO_MANY = say(
    "say whether 10 is the digit 0 (--match 10=0) or all are one too many (--match 'minus 1'), or choose no labels"
)


class Unmatched(UploadError):
    """Labels of the target that mean no class of the source; `found` and `classes` are both sides' spellings."""

    def __init__(self, message: str, found: tuple[str, ...], classes: tuple[str, ...]) -> None:
        super().__init__(message)
        self.found, self.classes = found, classes


def asked_match(texts: Sequence[str], found: Sequence[str]) -> dict[str, str]:
    """The table that `--match` means: `10=0` for one spelling each, or `minus 1`, `plus 1` for all numbers."""
    table: dict[str, str] = {}
    for text in texts:
        if text.replace("-", " ").strip().lower() in (PLUS, MINUS):
            by = 1 if "plus" in text else -1
            numbers = [v for v in found if re.fullmatch(r"-?\d+", v)]
            table |= {v: str(int(v) + by) for v in numbers}
            continue
        label, equals, meant = text.partition("=")
        if not equals or not label.strip() or not meant.strip():
            raise UploadError(say("--match takes LABEL=CLASS, plus 1 or minus 1, got {given}.", given=quoted(text)))
        table[label.strip()] = meant.strip()
    return table


def guessed_match(found: Sequence[str], classes: Sequence[str]) -> dict[str, str]:
    """Labels that are written differently only in case, blanks, hyphens or underscores; or 1..K where the source has
    0..K-1 (or the other way round), but for ten digits, where 10 may be 0."""
    unknown = [v for v in found if v not in classes]
    meant = {plain(c): c for c in classes}
    if len(meant) == len(classes):
        table = {v: meant[plain(v)] for v in unknown if plain(v) in meant}
        if table and len(table) == len(unknown) and len(set(table.values()) | set(found) - set(unknown)) == len(found):
            return table
    by = shift(found, classes)
    return {v: str(int(v) - by) for v in found} if by and len(classes) != 10 else {}


def refused(target: str, source: str, y: np.ndarray, unknown: Sequence[str], classes: Sequence[str]) -> Unmatched:
    """The error for `unknown` labels of the target that mean no class of the source, with the mends that fit.

    `y` `(N,)` are the target's labels as indices of the classes, -1 for unknown ones.
    """
    lost = int((y < 0).sum())
    values = [*(classes[k] for k in np.unique(y[y >= 0]).tolist()), *unknown]
    by = shift(values, classes)
    mend = say("say which class each means (--match LABEL=CLASS), relabel or remove these samples or choose no labels")
    if by and len(classes) == 10:
        mend = _ONE_TOO_FEW if by < 0 else _ONE_TOO_MANY
    text = say_many(
        "the target has the class {names} ({samples}), which the source {source} lacks (it has {classes}); {mend}",
        "the target has the classes {names} ({samples}), which the source {source} lacks (it has {classes}); {mend}",
        len(unknown),
        names=listed(unknown),
        samples=count_of(lost, "sample"),
        source=shown(source),
        classes=listed(classes),
        mend=mend,
    )
    return Unmatched(said(refusal(target, text)), tuple(values), tuple(classes))


def encoded(y: np.ndarray, classes: Sequence[str], match: Mapping[str, str]) -> np.ndarray:
    """Labels `(N,)` as indices of the classes, -1 where they mean none."""
    index = {c: i for i, c in enumerate(classes)}
    values, which = np.unique(y, return_inverse=True)
    return np.array([index.get(match.get(str(v), str(v)), -1) for v in values.tolist()])[which].astype(np.int64)


def shift(found: Sequence[str], classes: Sequence[str]) -> int:
    """By how much the target's whole numbers lie above the source's, where both count without a gap; 0 if not."""
    if not all(re.fullmatch(r"-?\d+", v) for v in (*found, *classes)):
        return 0
    a, b = sorted(map(int, found)), sorted(map(int, classes))
    gapless = len(a) == len(b) and all(values == list(range(values[0], values[0] + len(values))) for values in (a, b))
    return a[0] - b[0] if gapless and abs(a[0] - b[0]) == 1 else 0


def plain(name: str) -> str:
    """A name without what people write in different ways: case, blanks, hyphens, underscores and points; a number as it
    is, since -1 and 1.5 are not 1 and 15."""
    if re.fullmatch(r"\s*[-+]?[\d.]+\s*", name):
        return name.strip()
    return re.sub(r"[\s_\-.]+", "", name).casefold()
