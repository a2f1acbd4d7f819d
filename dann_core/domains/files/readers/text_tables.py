"""Text tables: CSV, TSV, semicolons or blanks between the columns, a single column, with or without a header."""

from __future__ import annotations

import re
import warnings

import numpy as np
import pandas as pd

from dann_core.domains.files.errors import UploadError, reason, refusal
from dann_core.domains.files.nouns import count_of
from dann_core.domains.files.readers import dialect, encodings, frames
from dann_core.domains.files.readers.opening import Opening, Request, Stream
from dann_core.language import say

_HEAD_BYTES = 1_000_000
_RAGGED = re.compile(r"Expected (\d+) fields in line (\d+), saw (\d+)")


def open_text(request: Request) -> Opening:
    """The columns of a text table, all decoded: only then it is known which of them hold numbers."""
    file = request.file
    data, notes = encodings.as_utf8(file, request.data)
    data, closed = encodings.without_closing(data)
    how = dialect.sniffed(file, data, request.header)
    frame = _parsed(request, data, how, {})
    mixed = [i for i, column in enumerate(frame) if frame[column].dtype == object]
    if mixed:
        # pandas judges a part at a time: where later parts hold texts, the numbers of earlier ones were texts too.
        frame = _parsed(request, data, how, {how.names[i]: str for i in mixed})
    if how.units:
        frame = frame.iloc[1:].reset_index(drop=True)
    if len(frame) and frame.iloc[-1].isna().all():
        # Rows of separators alone, as spreadsheets leave them behind the last one.
        filled = np.flatnonzero(frame.notna().any(axis=1))
        frame = frame.iloc[: 1 + filled[-1] if len(filled) else 1]
    if not len(frame):
        raise refusal(file, say("there is a header but no row of data; add one row per sample"))
    _check_rows(file, data, how, frame)
    if len(frame.columns) > 1 and how.names[-1].startswith("Unnamed: ") and frame.iloc[:, -1].isna().all():
        frame = frame.iloc[:, :-1]  # each row ends with a separator
    return frames.opening(file, say("text table"), frame, notes=[*notes, *closed, *how.notes], decimal=how.decimal)


def _parsed(request: Request, data: bytes, how: dialect.Dialect, types: dict[str, type]) -> pd.DataFrame:
    # As an argument, even none of them would have pandas ask for each row.
    comments = {"skiprows": how.skipped} if how.skipped else {}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", pd.errors.DtypeWarning)
            warnings.simplefilter("error", pd.errors.ParserWarning)
            return pd.read_csv(
                Stream(data, request.progress),
                sep=r"\s+" if how.separator == dialect.BLANKS else how.separator,
                header=0 if how.header else None,
                names=list(how.names),
                index_col=False,
                dtype=types,
                na_values=list(dialect.MISSING),
                keep_default_na=False,
                # A third slower, and seldom needed.
                skipinitialspace=f"{how.separator} ".encode() in data[:_HEAD_BYTES],
                decimal=how.decimal,
                thousands=how.thousands,
                **comments,
            )
    except (
        pd.errors.ParserError,
        pd.errors.ParserWarning,
        pd.errors.EmptyDataError,
        ValueError,
        OverflowError,
    ) as error:
        raise _unreadable(request.file, how, error) from None


def _unreadable(file: str, how: dialect.Dialect, error: Exception) -> UploadError:
    ragged = _RAGGED.search(str(error))
    if ragged:
        _, row, cells = (int(n) for n in ragged.groups())
        return _ragged(file, row, cells, len(how.names))
    if isinstance(error, pd.errors.ParserWarning):
        most = len(how.names)
        return refusal(file, say("there are rows with more than {most:,} cells; give every row as many", most=most))
    return refusal(file, say("the table cannot be read ({why}); save it again as plain CSV", why=reason(error)))


def _ragged(file: str, row: int, cells: int, others: int) -> UploadError:
    text = say(
        "the row has {cells}, others have {others:,}; give every row as many",
        cells=count_of(cells, "cell"),
        others=others,
    )
    return refusal(file, text, say("row {row:,}", row=row))


def _check_rows(file: str, data: bytes, how: dialect.Dialect, frame: pd.DataFrame) -> None:
    """Refuse rows that are too short, which pandas fills; where no cell is quoted, counting separators shows them."""
    if how.separator == dialect.BLANKS or len(how.names) == 1 or not frame.iloc[:, -1].isna().any():
        return
    if b'"' in data:
        return
    separator = how.separator.encode()
    for row, line in enumerate(data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n"), 1):
        n = line.count(separator) + 1
        if row > how.skipped + how.header and line.strip() and n < len(how.names):
            raise _ragged(file, row, n, len(how.names))
