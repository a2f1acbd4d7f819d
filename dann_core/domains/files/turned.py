"""A table read the other way round: its columns are the samples, its rows the features."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dann_core.domains.files.contents import Contents, Item
from dann_core.domains.files.domain_file import as_texts
from dann_core.domains.files.errors import megabytes, quoted, refusal
from dann_core.domains.files.held import Held
from dann_core.domains.files.limits import MAX_ARRAY_BYTES, MAX_COLUMNS
from dann_core.domains.files.names import classes_of_files
from dann_core.domains.files.nouns import count_of
from dann_core.domains.files.readers.opening import unique
from dann_core.language import say

IDENTIFIER, NAME = "sample id", "sample name"
"""The columns of a turned table that hold the names of its columns, and these without their numbers."""

_FEWEST = 3


class Turned(Held):
    """The contents of a file with one table, turned: a column for each row, called as its first column says.

    `names` `(N,)` are what the columns that became samples are called. Raises `UploadError` for a table with too many
    rows to be columns.
    """

    def __init__(self, contents: Contents, columns: Sequence[Item]) -> None:
        names, samples = columns[0], [c for c in columns[1:] if not c.problem]
        rows = names.shape[0]
        if rows > MAX_COLUMNS:
            text = say(
                "turned, its {rows:,} rows would be more than {most:,} columns; keep fewer rows, such as those that "
                "vary most",
                rows=rows,
                most=MAX_COLUMNS,
            )
            raise refusal(contents.file, text)
        if names.problem or len(samples) < _FEWEST:
            text = say(
                "turned, it has {samples}; the first column must name the rows, and each further one be a sample",
                samples=count_of(len(samples), "sample"),
            )
            raise refusal(contents.file, text)
        features = as_texts(contents.load([names])[0]).tolist()
        self.names = np.array([c.path[-1] for c in samples])
        self.first = names.path[-1]
        table = {(name,): values for name, values in zip(unique(features), _rows(contents, samples), strict=True)}
        table[(IDENTIFIER,)] = self.names
        kinds = np.array(classes_of_files(self.names.tolist()))
        if 2 <= len(np.unique(kinds)) <= len(kinds) // 2:
            table[(NAME,)] = kinds
        super().__init__(contents.file, table, table=True, notes=contents.notes)
        self.format, self.sha256, self.size = contents.format, contents.sha256, contents.size


def looks_turned(contents: Contents, columns: Sequence[Item]) -> bool:
    """Whether each row may be a feature: named by a first column of different texts, or by numbers that only rise or
    fall (wavelengths), with a column for each sample after it."""
    if isinstance(contents, Turned) or len(columns) <= _FEWEST or columns[0].problem:
        return False
    names = contents.load([columns[0]])[0]
    if len(names) < _FEWEST or len(np.unique(names)) < len(names):
        return False
    return names.dtype.kind == "U" or bool(np.all(np.diff(names) > 0) or np.all(np.diff(names) < 0))


def turned(contents: Contents, columns: Sequence[Item]) -> Turned:
    """The contents with these columns of a table turned; what is turned already stays."""
    return contents if isinstance(contents, Turned) else Turned(contents, columns)


def _rows(contents: Contents, samples: Sequence[Item]) -> list[np.ndarray]:
    """The rows of these columns, numbers where all cells of a row are."""
    columns = contents.load(samples)
    if all(column.dtype.kind != "U" for column in columns):
        return list(np.stack(columns, axis=1))
    nbytes = columns[0].size * len(columns) * max(max(c.dtype.itemsize for c in columns if c.dtype.kind == "U"), 32 * 4)
    if nbytes > MAX_ARRAY_BYTES:
        text = say("turned, a table with texts in it takes {size}; leave the rows of texts out", size=megabytes(nbytes))
        raise refusal(contents.file, text, say("column {name}", name=quoted(samples[0].path[-1])))
    return [_plain(row) for row in np.stack([c if c.dtype.kind == "U" else _written(c) for c in columns], axis=1)]


def _written(column: np.ndarray) -> np.ndarray:
    texts = as_texts(column)
    return np.where(np.isnan(column), "", texts) if column.dtype.kind == "f" else texts


def _plain(row: np.ndarray) -> np.ndarray:
    """Texts as numbers if all are, "" for a missing one."""
    blank = row == ""
    values = np.full(len(row), np.nan)
    try:
        values[~blank] = row[~blank].astype(np.float64)
    except ValueError:
        return row
    return values if not blank.all() else row
