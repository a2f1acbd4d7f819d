"""Tables as pandas has them, as items: columns of numbers, columns of texts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd

from dann_core.domains.files.contents import Item, Path
from dann_core.domains.files.errors import listed, megabytes, refusal
from dann_core.domains.files.limits import MAX_ARRAY_BYTES, MAX_CELLS, MAX_COLUMNS
from dann_core.domains.files.readers import dialect, signs
from dann_core.domains.files.readers.opening import Opening, check_number, unique
from dann_core.language import Text, say

_LOOKED_AT = 200  # rows by which a column of texts may be numbers with signs
_SHORTEST_LIST = 8  # numbers in one cell that make a list without brackets
_BRACKETS = "[]()"
_LIST_CELL = re.compile(r"[,;\s]+")
_LIST = re.compile(r"\s*[\[(]?[-+\d.eEnan,;\s]+[\])]?\s*")
_CHARACTER = np.dtype("U1").itemsize


def opening(
    file: str, format_: str, frame: pd.DataFrame, table: Path = (), notes: Iterable[Text] = (), decimal: str = "."
) -> Opening:
    """The columns of one table, decoded; `table` is the way to it within the file."""
    if frame.shape[1] > MAX_COLUMNS or frame.size > MAX_CELLS:
        text = say(
            "{rows:,} rows and {columns:,} columns are more than {cells:,} cells or {most:,} columns; keep fewer",
            rows=frame.shape[0],
            columns=frame.shape[1],
            cells=MAX_CELLS,
            most=MAX_COLUMNS,
        )
        raise refusal(file, text)
    check_number(file, frame.shape[1])
    made = Opening(format_, [], notes=list(notes))
    names = unique(str(name) for name in frame.columns)
    units: dict[str, list[str]] = {}
    for name, (_, column) in zip(names, frame.items(), strict=True):
        path = (*table, name)
        column, unit = _without_signs(column, decimal)
        if unit is not None:
            units.setdefault(unit, []).append(name)
        values, missing = column_values(column, decimal)
        if isinstance(values, str):
            made.items.append(Item(path, "texts", (len(frame),), "text", table, missing, values))
            continue
        holds, dtype = ("texts", "text") if values.dtype.kind == "U" else ("numbers", values.dtype.name)
        # A column of lists is an array beside the table.
        made.items.append(Item(path, holds, values.shape, dtype, table if values.ndim == 1 else None, missing))
        made.decoded[path] = values
    for unit, columns in units.items():
        note = say("read as numbers whose blanks part thousands: {columns}", columns=listed(columns))
        if unit:
            note = say("read as numbers without the sign {unit}: {columns}", unit=unit, columns=listed(columns))
        made.notes.append(note)
    return made


def column_values(column: pd.Series, decimal: str = ".") -> tuple[np.ndarray | Text, int]:
    """The values of a column and how many are missing: NaN among numbers, "" among texts; or why it has none."""
    missing = int(column.isna().sum())
    if missing == len(column):
        return np.full(len(column), np.nan), missing
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(column.cat.categories.dtype if column.cat.categories.dtype != object else "str")
    if pd.api.types.is_complex_dtype(column.dtype):
        return say("it holds {kind} values: save plain numbers", kind="complex"), missing
    if not pd.api.types.is_numeric_dtype(column.dtype):
        if isinstance(column.iloc[0], np.ndarray | list):
            return _stacked(column), missing
        if not pd.api.types.is_string_dtype(column.dtype):
            column = column.map(str, na_action="ignore").astype("str")
        if (rows := _lists(column)) is not None:
            return rows, 0
        column = _numbers(column, decimal)
        missing = int(column.isna().sum())
        if not pd.api.types.is_numeric_dtype(column.dtype):
            return _texts(column), missing
    if missing or not isinstance(column.dtype, np.dtype):
        dtype = np.float64 if missing or column.dtype.kind == "f" else column.dtype.type
        return np.ascontiguousarray(column.to_numpy(dtype=dtype, na_value=np.nan)), missing
    return np.ascontiguousarray(column.to_numpy()), missing


def _stacked(column: pd.Series) -> np.ndarray | Text:
    """A column of lists of numbers, as many in each row."""
    rows = [np.asarray(row) for row in column]
    if len({row.shape for row in rows}) > 1 or any(row.dtype.kind not in "biuf" for row in rows):
        return say("it holds lists of different lengths, or not of numbers: save it as columns")
    return np.stack(rows)


def _lists(column: pd.Series) -> np.ndarray | None:
    """A column whose cells are lists of numbers in one text, `[0.1, 0.2]` or `70 80 82`, as many in each; else None."""
    first = str(column.iloc[0]).strip()
    n = len(_LIST_CELL.split(first.strip(_BRACKETS).strip()))
    if n < _SHORTEST_LIST and not (n > 1 and first[:1] in _BRACKETS):
        return None
    if column.isna().any() or not all(_LIST.fullmatch(str(cell)) for cell in column.iloc[:_LOOKED_AT]):
        return None
    try:
        rows = [_list(cell) for cell in column]
    except ValueError:
        return None
    return np.stack(rows) if len({len(row) for row in rows}) == 1 else None


def _list(cell: str) -> np.ndarray:
    row = np.array([float(number) for number in _LIST_CELL.split(cell.strip().strip(_BRACKETS).strip())])
    # Pictures are written so, and would take eight times the memory.
    is_bytes = row.min() >= 0 and row.max() <= 255 and np.array_equal(row, np.round(row))
    return row.astype(np.uint8) if is_bytes else row


def _texts(column: pd.Series) -> np.ndarray | Text:
    # Most columns of texts have few different ones.
    codes, different = pd.factorize(column)
    names = [str(text).strip() for text in different]
    longest = max(map(len, names))
    nbytes = max(longest, 1) * len(column) * _CHARACTER
    if nbytes > MAX_ARRAY_BYTES:
        return say(
            "its longest text has {n:,} characters, and all would take {size}: shorten them",
            n=longest,
            size=megabytes(nbytes),
        )
    return np.array([*names, ""], dtype=f"U{max(longest, 1)}")[codes]


def _without_signs(column: pd.Series, decimal: str) -> tuple[pd.Series, str | None]:
    """A column of texts such as `12.5 %` as numbers, and the sign that was left out; the column and None where not all
    are such."""
    head = [cell for cell in column.iloc[:_LOOKED_AT] if isinstance(cell, str)]
    if not any(signs.signed(cell) for cell in head):
        return column, None
    codes, different = pd.factorize(column)
    missing = {cell for cell in different if str(cell).strip() in dialect.MISSING_NUMBERS}
    found = signs.numbers((str(cell) for cell in different if cell not in missing), decimal)
    if found is None:
        return column, None
    values, unit = found
    numbers = np.array([*(values.get(str(cell), np.nan) for cell in different), np.nan])
    return pd.Series(numbers[codes]), unit


def _numbers(column: pd.Series, decimal: str) -> pd.Series:
    """A column of texts as numbers, where all of them are that or stand for a missing one."""
    texts = column.dropna().unique()
    if not _all_numbers((str(t).strip() for t in texts[:100]), decimal):
        return column
    plain = column.str.strip()
    if decimal == ",":
        plain = plain.str.replace(".", "").str.replace(",", ".")
    numbers = pd.to_numeric(plain, errors="coerce")
    lost = plain[numbers.isna() & column.notna()].unique()
    return numbers if set(lost) <= set(dialect.MISSING_NUMBERS) and numbers.notna().any() else column


def _all_numbers(texts: Iterable[str], decimal: str) -> bool:
    known: Callable[[str], bool] = set(dialect.MISSING_NUMBERS).__contains__
    return all(known(t) or dialect.is_number(t, decimal) for t in texts)
