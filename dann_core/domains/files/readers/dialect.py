"""How a text file writes a table: its encoding, separator, decimals and header, from its first rows."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from io import StringIO
from itertools import pairwise

from dann_core.domains.files.errors import refusal
from dann_core.domains.files.limits import MAX_COLUMNS, MAX_ROW_CHARACTERS
from dann_core.domains.files.nouns import count_of
from dann_core.domains.files.readers import signs
from dann_core.domains.files.readers.encodings import HEAD_BYTES, HEAD_ROWS
from dann_core.domains.files.readers.opening import unique
from dann_core.language import Text, say, say_many

BLANKS = " "
_SEPARATORS = {
    "\t": say("tabs"),
    ";": say("semicolons"),
    ",": say("commas"),
    "|": say("bars"),
    BLANKS: say("blanks"),
}
_MOST_BEFORE = 50  # lines before a table
_SCALE = 8  # numbers that only rise by chance once in 20,000 times
_ENOUGH_ROWS = 5  # rows by which one of units is told from a row of texts
_COMMENTS = ("#", "%")
MISSING = ("", "NA", "N/A", "n/a", "NaN", "nan", "NAN", "NULL", "null")
"""Cells without a value."""
MISSING_NUMBERS = ("?", "-", "--", ".", "None", "none", *MISSING)
"""Cells without a value in a column whose others are numbers; in a column of texts some of them may be a class."""
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+(e[+-]?\d+)?", re.IGNORECASE)
_COMMA_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_BLANK_CELL = re.compile(r'"[^"]*"|\S+')
_GROUPED = re.compile(r"[+-]?\d{1,3}(\.\d{3})+(,\d+)?")


@dataclass(frozen=True)
class Dialect:
    """`names` are the columns', `header` tells whether they stand in the first row after `skipped` lines of comments,
    `units` whether a row of units follows.

    `notes` say what was found.
    """

    separator: str
    decimal: str
    thousands: str | None
    skipped: int
    header: bool
    units: bool
    names: tuple[str, ...]
    notes: tuple[Text, ...]


def sniffed(file: str, data: bytes, header: bool | None) -> Dialect:
    """The dialect of a table in UTF-8, guessed where nothing in the file says it; the guesses are in its notes.

    Raises `UploadError` for what is no text, has no rows, or too many columns.
    """
    notes = []
    text = data[:HEAD_BYTES].decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    whole = len(data) <= HEAD_BYTES
    skipped, comment, text = _without_comments(text)
    told = re.match(r'"?sep=(.)"?\n', text)
    if told:
        # Excel's way to say which separator follows.
        skipped, text = skipped + 1, text[told.end() :]
    separator, records = _split(file, text, whole)
    width = Counter(len(r) for r in records[1:] or records).most_common(1)[0][0]
    if width > MAX_COLUMNS:
        raise refusal(file, say("{n:,} columns are more than {most:,}; keep fewer", n=width, most=MAX_COLUMNS))
    before = _before(text, separator, width)
    if before:
        notes.append(
            say_many(
                "{n:,} line before the table was left out", "{n:,} lines before the table were left out", len(before)
            )
        )
        skipped, records = skipped + len(before), _records(text.split("\n", len(before))[-1], separator)
    if separator not in ",\t" and width > 1:
        notes.append(say("its columns are separated by {signs}", signs=_SEPARATORS[separator]))
    decimal, thousands = _decimals(separator, records)
    if decimal == ",":
        notes.append(say("its decimals are written with a comma"))
    if thousands == ",":
        notes.append(say("commas within its numbers were taken to part thousands"))
    in_row = is_header(records, decimal) if header is None else header
    names = _fitted(records[0], width) if in_row else None
    said = IN_ROW if in_row else NUMBERED
    if not in_row and header is None and comment:
        cells = _records(comment, separator)[0]
        if len(cells) == width and not any(is_number(cell) for cell in cells):
            names, said = cells, say("the comment before the first row was taken as the header")
    notes.append(said)
    units = in_row and has_units(records, decimal)
    if units and names is not None and _is_split(names) and len(names) == len(records[1]):
        names = [" ".join(filter(None, pair)) for pair in zip(names, records[1], strict=True)]
        notes[-1] = say("the first two rows were taken as the header")
    elif units:
        notes.append(UNITS)
    if names is None:
        if in_row:
            text = say(
                "the header has {cells} but the rows have {width:,}; give every row as many",
                cells=count_of(len(records[0]), "cell"),
                width=width,
            )
            raise refusal(file, text, say("row {row:,}", row=1))
        names = [str(i) for i in range(1, width + 1)]
    return Dialect(separator, decimal, thousands, skipped, in_row, units, tuple(named(names)), tuple(notes))


IN_ROW = say("the first row was taken as the header")
UNITS = say("the row under the header holds no numbers (units) and was left out")
NUMBERED = say("no header was found: the first row is data, and the columns are numbered")


def _without_comments(text: str) -> tuple[int, str, str]:
    """How many lines before the table are comments, the last of them, and the rest."""
    skipped, last = 0, ""
    while text.startswith(_COMMENTS):
        line, _, text = text.partition("\n")
        skipped, last = skipped + 1, line.lstrip("".join(_COMMENTS)).strip()
    return skipped, last, text


def _split(file: str, text: str, whole: bool) -> tuple[str, list[list[str]]]:
    """The separator, and the first rows in cells: the first separator by which all rows have as many cells."""
    lines = [line for line in text.split("\n", HEAD_ROWS + 1)[: HEAD_ROWS + 1] if line.strip()]
    if not lines:
        raise refusal(file, say("there is nothing in it but blank lines; save it again and upload that"))
    if len(lines[0]) > MAX_ROW_CHARACTERS:
        text = say("the row is longer than {most:,} characters; keep fewer columns", most=MAX_ROW_CHARACTERS)
        raise refusal(file, text, say("row {row:,}", row=1))
    best: tuple[float, str, list[list[str]]] = (0, ",", [])
    for separator in _SEPARATORS:
        records = _records(text, separator)
        if not whole or len(records) > HEAD_ROWS:
            records = records[:-1] or records
        widths = Counter(len(r) for r in records[1:] or records)
        width, n = widths.most_common(1)[0]
        if width == 1 or (separator == BLANKS and not _has_numbers(records)):
            continue
        alike = n / widths.total()
        if alike > best[0]:
            best = (alike, separator, records)
        if alike == 1:
            break
    if not best[2]:
        return ",", [[line] for line in lines] if '"' not in text else _records(text, ",")
    return best[1], best[2]


def _before(text: str, separator: str, width: int) -> list[str]:
    """The lines before the table, such as a title: those with fewer cells, but for a header without the row names'."""
    lines = text.split("\n", _MOST_BEFORE + 1)[: _MOST_BEFORE + 1]
    widths = [len(_records(line, separator)[0]) for line in lines]
    n = next((i for i, w in enumerate(widths) if w >= width), 0)
    if n and widths[n - 1] == width - 1 and not is_header([_records(line, separator)[0] for line in lines[n:]]):
        n -= 1
    return lines[:n]


def _records(text: str, separator: str) -> list[list[str]]:
    if separator == BLANKS:
        lines = text.split("\n", HEAD_ROWS + 1)[: HEAD_ROWS + 1]
        return [[cell.strip('"') for cell in _BLANK_CELL.findall(line)] for line in lines if line.strip()] or [[""]]
    records: list[list[str]] = []
    try:
        for record in csv.reader(StringIO(text), delimiter=separator, skipinitialspace=True):
            if len(record) > 1 or (record and record[0].strip()):
                records.append([cell.strip() for cell in record])
            if len(records) > HEAD_ROWS:
                break
    except csv.Error:
        pass  # the rows so far show how the table is written
    return records or [[text]]


def _has_numbers(records: list[list[str]]) -> bool:
    rows = records[1:] or records
    return any(all(is_number(r[i]) for r in rows if i < len(r)) for i in range(min(map(len, rows))))


def _decimals(separator: str, records: list[list[str]]) -> tuple[str, str | None]:
    cells = [_bare(cell) for record in records[1:] or records for cell in record]
    if separator == "," and any(_COMMA_GROUPED.fullmatch(c) for c in cells):
        return ".", ","  # quoted, or they would be cells of their own
    commas = any(_DECIMAL_COMMA.fullmatch(c) for c in cells)
    grouped = any(_GROUPED.fullmatch(c) and "," in c for c in cells)
    points = any(is_number(c) and "." in c for c in cells)
    if grouped or (commas and not points):
        return ",", "." if grouped else None
    return ".", None


def _bare(cell: str) -> str:
    """The digits of `$1,234.50` and `1 234,50 €`."""
    part = signs.signed(cell)
    return cell if part is None else re.sub(r"\s", "", part.digits)


def is_number(cell: str, decimal: str = ".") -> bool:
    """Whether a cell is a number as tables write it."""
    if decimal == "," and (_DECIMAL_COMMA.fullmatch(cell) or _GROUPED.fullmatch(cell)):
        return True
    try:
        float(cell)
    except ValueError:
        return False
    # Python reads 1_000 as a number, tables do not mean one by it.
    return "_" not in cell


def is_quantity(cell: str, decimal: str = ".") -> bool:
    """Whether a cell is a number, with a unit's sign or in groups of digits perhaps."""
    return is_number(cell, decimal) or signs.signed(cell) is not None


def is_header(records: list[list[str]], decimal: str = ".") -> bool:
    """Whether the first row names the columns: where others hold numbers it does not, or it counts the columns."""
    first, rows = records[0], records[1:]
    if not rows:
        return not any(is_quantity(cell, decimal) for cell in first)
    if len(first) != len(rows[0]):
        return True
    numeric = [
        i for i in range(len(first)) if all(is_quantity(c, decimal) or c in MISSING_NUMBERS for c in _column(rows, i))
    ]
    cells = [first[i] for i in numeric]
    if any(not is_quantity(cell, decimal) and (cell == "" or cell not in MISSING_NUMBERS) for cell in cells):
        return True
    if _counts(cells):
        return not _counts([rows[0][i] for i in numeric])
    if _is_scale(cells):
        return not _is_scale([rows[0][i] for i in numeric])
    if cells:
        return False
    # Texts alone: a header does not come again among the values of its column.
    return not any(cell in set(_column(rows, i)) for i, cell in enumerate(first))


def _column(rows: list[list[str]], i: int) -> Iterable[str]:
    return (row[i] for row in rows if i < len(row))


def _counts(cells: list[str]) -> bool:
    """Whether cells are 0, 1 ... or 1, 2, 3 ..., as programs name columns that have no names."""
    least = {0: 2, 1: 3}
    return any(len(cells) >= n and cells == [str(i) for i in range(s, s + len(cells))] for s, n in least.items())


def _is_scale(cells: list[str]) -> bool:
    """Whether cells only rise or only fall, as wavelengths or frequencies that name columns do; of values a row of so
    many seldom does."""
    if len(cells) < _SCALE or not all(is_number(cell) for cell in cells):
        return False
    steps = [float(b) - float(a) for a, b in pairwise(cells)]
    return all(step > 0 for step in steps) or all(step < 0 for step in steps)


def has_units(records: list[list[str]], decimal: str = ".") -> bool:
    """Whether the row under the header holds the columns' units: no number, where all rows after it have some."""
    if len(records) < _ENOUGH_ROWS or len(records[1]) != len(records[0]):
        return False
    units, rows = records[1], records[2:]
    numeric = [i for i in range(len(units)) if all(is_quantity(c, decimal) or c in MISSING for c in _column(rows, i))]
    numeric = [i for i in numeric if any(is_quantity(c, decimal) for c in _column(rows, i))]
    return bool(numeric) and not any(is_quantity(units[i], decimal) or units[i] in MISSING_NUMBERS[:6] for i in numeric)


def _is_split(names: list[str]) -> bool:
    """Whether names go on in a second row: of several columns under one name, as merged cells are saved."""
    return len(set(names)) < len(names)


def _fitted(names: list[str], width: int) -> list[str] | None:
    """Names for `width` columns: a header may leave out that of row names. None if they do not fit."""
    if len(names) == width - 1:
        return ["", *names]
    return names if len(names) == width else None


def named(names: Iterable[str]) -> list[str]:
    """The names of all columns, those without one called as pandas calls them."""
    return unique(name or f"Unnamed: {i}" for i, name in enumerate(names))
