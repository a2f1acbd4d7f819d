"""CSV files: a header, one row per sample, one column with the labels, numbers in all others."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from io import BytesIO
from itertools import islice

import numpy as np
import pandas as pd

from dann_core.domains.files.arrange import arrange, check_finite_range
from dann_core.domains.files.errors import count, listed, megabytes, quoted, reason, refusal
from dann_core.domains.files.labels import clean_labels
from dann_core.domains.files.limits import MAX_ARRAY_BYTES, MAX_CELLS, MAX_COLUMNS, MAX_ROW_CHARACTERS
from dann_core.domains.files.tables import Choice, Entry, Samples, Table

_SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab"}
_LABEL_NAMES = ("label", "labels", "y", "class", "classes", "target", "targets", "category", "species")
_MISSING = ("", "NA", "N/A", "n/a", "NaN", "nan", "NAN", "NULL", "null", "None", "?", "-")
_HEAD = 1_000  # rows looked at before anything is chosen
_FEW_CLASSES = 20


def inspect_csv(file: str, data: bytes) -> Table:
    """The columns of a CSV file and which of them is likely the label, judged by its first 1,000 rows."""
    text = _decode(file, data)
    names, separator = _header(file, text)
    head = [record for _, record in islice(_records(file, text, separator), 1, _HEAD + 1)]
    if not head:
        raise refusal(file, "there is a header but no row of data; add one row per sample")
    columns = [[record[i].strip() for record in head if i < len(record)] for i in range(len(names))]
    numeric = [all(_is_number(cell) or cell in _MISSING for cell in column) for column in columns]
    return Table(
        file=file,
        format="csv",
        entries=tuple(Entry(n, (), "numbers" if num else "text") for n, num in zip(names, numeric, strict=True) if n),
        data_options=(),
        label_options=tuple(n for n in names if n),
        guess=Choice(labels=_guess_label(names, columns, numeric)),
        data=data,
    )


def read_csv(table: Table, choice: Choice) -> Samples:
    """Features as float64 in the order of the file, labels from the chosen column.

    Without a chosen label, a column that is plainly one (by its name, or because it is text) is left out.
    """
    file, text = table.file, _decode(table.file, table.data)
    names, separator = _header(file, text)
    label = choice.labels
    if label is not None and label not in table.label_options:
        raise refusal(file, f"there is no column {quoted(label)}; the columns are {listed(table.label_options)}")
    rows = _checked_rows(file, text, separator, names)
    left_out = _left_out(table, names, label)
    features = [n for n in names if n not in left_out and n != label]
    if not features:
        raise refusal(file, "there is no column besides the labels; add the features as further columns")
    frame = _parse(file, text, separator, names, features)
    if len(frame) != len(rows):
        raise refusal(file, "the rows cannot be told apart; save it again as plain CSV with one row per sample")
    values = _numbers(file, frame[features], rows)
    y = None if label is None else clean_labels(file, label, _label_column(file, frame[label], label, rows))
    x, notes = arrange(file, "the table", values, None, choice.kind)
    notes += tuple(
        f"the column {quoted(n)} was left out: it is not used as labels"
        if n
        else "the first column has no name and was taken as row numbers"
        for n in left_out
    )
    return Samples(file, x, y, tuple(features) if x.ndim == 2 else None, notes)


def _decode(file: str, data: bytes) -> str:
    # A UTF-16 file always begins with its byte order mark when a spreadsheet writes it.
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        place = f"row {data.count(10, 0, error.start) + 1:,}" if encoding == "utf-8-sig" else ""
        raise refusal(file, "the text is not UTF-8; save it as CSV UTF-8", place) from None
    if "\0" in text:
        row = text.count("\n", 0, text.index("\0")) + 1
        raise refusal(file, "the text holds NUL bytes; save it as CSV UTF-8", f"row {row:,}")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _header(file: str, text: str) -> tuple[list[str], str]:
    """The names of the columns ("" for a leading column of row numbers) and the separator."""
    found = []
    for separator in _SEPARATORS:
        record = next(_records(file, text, separator), None)
        if record is None:
            raise refusal(file, "there is nothing in it but blank lines; save it again and upload that")
        found.append((len(record[1]), [name.strip() for name in record[1]], separator, record[0]))
    width, names, separator, row = max(found, key=lambda f: f[0])
    place = f"row {row:,}"
    if width == 1:
        raise refusal(
            file,
            f"the header has one column only; separate the columns by {' or '.join(_SEPARATORS.values())}",
            place,
        )
    if width > MAX_COLUMNS:
        raise refusal(file, f"{width:,} columns are more than {MAX_COLUMNS:,}; keep fewer", place)
    _check_names(file, names, place)
    return names, separator


def _check_names(file: str, names: list[str], place: str) -> None:
    numbers = [name for name in names if _is_number(name)]
    if len(numbers) == len(names) and not all(name.isdigit() for name in names):
        raise refusal(file, "the first row holds numbers, not names; add a header that names the columns", place)
    seen: dict[str, int] = {}
    for i, name in enumerate(names, 1):
        if name in seen:
            raise refusal(
                file,
                f"columns {seen[name]:,} and {i:,} are both named {quoted(name)} ({len(names) - len(set(names)):,} "
                "repeated in all); give every column a name of its own",
                place,
            )
        seen[name] = i
    if "" in seen and seen[""] != 1:
        raise refusal(file, f"column {seen['']:,} has no name; name every column", place)


def _records(file: str, text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank, each with its number as a spreadsheet counts."""
    row = pending = 0

    def lines() -> Iterator[str]:
        nonlocal pending
        start = 0
        while start < len(text):
            end = text.find("\n", start) + 1 or len(text)
            # A quotation mark that is never closed would gather the whole file into one row.
            pending += end - start
            if pending > MAX_ROW_CHARACTERS:
                raise csv.Error(f"longer than {MAX_ROW_CHARACTERS:,} characters")
            yield text[start:end]
            start = end

    try:
        reader = csv.reader(lines(), delimiter=separator, skipinitialspace=True, strict=True)
        for row, record in enumerate(reader, 1):
            pending = 0
            if len(record) > 1 or (record and record[0].strip()):
                yield row, record
    except csv.Error as error:
        raise refusal(
            file, f"the row cannot be read ({reason(error)}); check its quotation marks", f"row {row + 1:,}"
        ) from None


def _checked_rows(file: str, text: str, separator: str, names: list[str]) -> np.ndarray:
    """The number of each data row, once all are known to be as wide as the header."""
    width, limit = len(names), MAX_CELLS // len(names)
    rows = []
    for row, record in islice(_records(file, text, separator), 1, None):
        if len(record) != width:
            raise refusal(
                file,
                f"the row has {count(len(record), 'cell')} but the header has {width:,}; give every row as many",
                f"row {row:,}",
            )
        rows.append(row)
        if len(rows) > limit:
            raise refusal(file, f"there are more than {MAX_CELLS:,} cells; keep fewer rows or columns", f"row {row:,}")
    return np.array(rows)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    # Python reads 1_000 as a number, tables do not mean one by it.
    return "_" not in cell


def _guess_label(names: list[str], columns: list[list[str]], numeric: list[bool]) -> str | None:
    lower = [name.lower() for name in names]
    for wanted in _LABEL_NAMES:
        if wanted in lower:
            return names[lower.index(wanted)]
    texts = [name for name, is_number in zip(names, numeric, strict=True) if name and not is_number]
    if len(texts) == 1:
        return texts[0]
    distinct = set(columns[-1])
    few = 2 <= len(distinct) <= min(_FEW_CLASSES, max(2, len(columns[-1]) // 2))
    whole = numeric[-1] and all(cell.lstrip("-").isdigit() for cell in distinct)
    return names[-1] if few and (whole or not numeric[-1]) else None


def _left_out(table: Table, names: list[str], label: str | None) -> list[str]:
    unnamed = [name for name in names if not name]
    guess = table.guess.labels
    if label is not None or guess is None:
        return unnamed
    text = any(e.name == guess and e.dtype == "text" for e in table.entries)
    return [*unnamed, guess] if text or guess.lower() in _LABEL_NAMES else unnamed


def _parse(file: str, text: str, separator: str, names: list[str], features: list[str]) -> pd.DataFrame:
    try:
        return pd.read_csv(
            BytesIO(text.encode()),
            sep=separator,
            header=0,
            names=names,
            index_col=False,
            dtype={name: str for name in names if name not in features},
            na_values={name: list(_MISSING) for name in features},
            keep_default_na=False,
            skipinitialspace=True,
            low_memory=False,
        )
    except (pd.errors.ParserError, ValueError, OverflowError) as error:
        raise refusal(file, f"the table cannot be read ({reason(error)}); save it again as plain CSV") from None


def _numbers(file: str, frame: pd.DataFrame, rows: np.ndarray) -> np.ndarray:
    """`(N, F)` float64. Refuses texts, gaps and infinities, naming row and column."""
    values = np.empty(frame.shape)
    for i, name in enumerate(frame.columns):
        column = frame[name]
        if not pd.api.types.is_numeric_dtype(column):
            number = pd.to_numeric(column, errors="coerce")
            text = np.flatnonzero(number.isna() & column.notna())
            if len(text):
                raise _not_a_number(file, str(column.iloc[text[0]]), rows[text[0]], name, len(text))
            column = number
        values[:, i] = column.to_numpy(dtype=np.float64, na_value=np.nan)
    for bad, what, mend in (
        (np.isnan(values), "the cell is blank or missing", "fill them or delete those rows"),
        (np.isinf(values), "the cell is infinite", "replace them by finite numbers or delete those rows"),
    ):
        if bad.any():
            row, column = np.argwhere(bad)[0]
            text = f"{what} (one of {bad.sum():,} in {bad.any(axis=1).sum():,} rows); {mend}"
            raise refusal(file, text, _place(rows[row], frame.columns[column]))
    check_finite_range(file, values, lambda index: _place(rows[index[0]], frame.columns[index[1]]))
    return values


def _not_a_number(file: str, cell: str, row: int, column: str, how_many: int) -> Exception:
    if re.fullmatch(r"\s*[-+]?[\d.]*\d,\d+\s*", cell):
        mend = "write decimals with a point and leave thousands unmarked"
    else:
        mend = "turn the column into numbers, delete it or choose it as labels"
    return refusal(file, f"{quoted(cell)} is not a number ({how_many:,} such cells); {mend}", _place(row, column))


def _place(row: int, column: str) -> str:
    return f"row {row:,}, column {quoted(column)}"


def _label_column(file: str, column: pd.Series, name: str, rows: np.ndarray) -> np.ndarray:
    cells = column.str.strip()
    blank = np.flatnonzero((cells == "").to_numpy())
    if len(blank):
        text = f"the label is blank (one of {len(blank):,}); label every row or choose no labels"
        raise refusal(file, text, _place(rows[blank[0]], name))
    longest = int(cells.str.len().max())
    if 4 * longest * len(cells) > MAX_ARRAY_BYTES:
        text = f"labels of up to {longest:,} letters take more than {megabytes(MAX_ARRAY_BYTES)}; shorten them"
        raise refusal(file, text, f"column {quoted(name)}")
    return cells.to_numpy(dtype=str)
