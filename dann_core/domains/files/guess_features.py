"""Which columns of the source's table are features, and why others are none."""

from __future__ import annotations

import numpy as np

from dann_core.domains.files.contents import Item
from dann_core.domains.files.domain_file import DomainFile
from dann_core.domains.files.errors import count, quoted, refusal
from dann_core.domains.files.evidence import are_dates, counts_rows, passes
from dann_core.domains.files.held import loaded
from dann_core.domains.files.names import is_identifier_name, is_row_number_name, is_time_name
from dann_core.domains.files.plan import Reading
from dann_core.domains.files.tabular import is_blank, table_items

MOST_CATEGORIES = 20
_MOSTLY = 0.5


def features_of(domain: DomainFile, reading: Reading) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The columns of the source that are features, and those left out, which is said with the reason for each.

    Raises `UploadError` for a column that is mostly numbers, but not all.
    """
    out = set(reading.labels.names)
    if reading.labels.by == "item" and not reading.labels.file:
        out.add(reading.labels.name)
    if reading.rows:
        out.add(reading.rows[0])
    columns = [c for c in table_items(domain.contents, reading) if c.path[-1] not in out]
    left_out: dict[str, list[str]] = {}
    for column in columns:
        why = "" if column.path[-1] in domain.asked.keep else _why_no_feature(domain, column)
        left_out.setdefault(why, []).append(column.path[-1])
    for rule, names in left_out.items():
        if rule.startswith("unreadable"):
            domain.note("unreadable", columns=tuple(names), reason=rule.removeprefix("unreadable "))
        elif rule:
            domain.note(rule, columns=tuple(names))
    features = tuple(left_out.pop("", ()))
    if not features:
        raise refusal(domain.file, "there is no column left for features; add some or keep some (--keep NAME)")
    return features, tuple(name for names in left_out.values() for name in names)


def _why_no_feature(domain: DomainFile, column: Item) -> str:
    name = column.path[-1]
    if column.problem:
        return f"unreadable {column.problem}"
    values = loaded(domain.contents, column)
    if is_blank(values).all():
        return "blank columns"
    if is_row_number_name(name) or (values.dtype.kind in "iuf" and counts_rows(values)):
        return "row numbers"
    if is_identifier_name(name):
        return "identifiers"
    if are_dates(values) if values.dtype.kind == "U" else is_time_name(name) and passes(values):
        return "times"
    if name in domain.asked.drop:
        return "dropped"
    if column.holds == "texts":
        _refuse_mostly_numbers(domain, name, values)
        distinct = len(np.unique(values))
        return "texts left out" if distinct > min(MOST_CATEGORIES, max(2, len(values) // 2)) else ""
    return ""


def _refuse_mostly_numbers(domain: DomainFile, name: str, values: np.ndarray) -> None:
    def is_number(cell: str) -> bool:
        try:
            float(cell)
        except ValueError:
            return False
        return True

    distinct, which, counts = np.unique(values, return_inverse=True, return_counts=True)
    numbers = np.array([is_number(cell) for cell in distinct.tolist()])
    if counts[numbers].sum() < _MOSTLY * len(values):
        return
    bad = ~numbers[which]
    if not bad.any():
        return
    row = int(np.flatnonzero(bad)[0])
    text = f"{quoted(values[row])} is not a number ({count(int(bad.sum()), 'such cell')}, all others are); write it as "
    text += "one, leave the cell empty, or leave the column out (--drop)"
    raise refusal(domain.file, text, f"data row {row + 1:,}, column {quoted(name)}")
