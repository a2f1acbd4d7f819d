"""Which columns of the source's table are features, and why others are none."""

from __future__ import annotations

import numpy as np

from dann_core.domains.files.contents import Item
from dann_core.domains.files.domain_file import DomainFile
from dann_core.domains.files.errors import quoted, refusal
from dann_core.domains.files.evidence import are_dates, counts_rows, passes
from dann_core.domains.files.held import loaded
from dann_core.domains.files.names import is_identifier_name, is_row_number_name, is_time_name
from dann_core.domains.files.plan import Reading
from dann_core.domains.files.tabular import is_blank, table_items
from dann_core.language import say, say_many

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
    left_out: dict[tuple[str, str], list[str]] = {}
    for column in columns:
        rule = "" if column.path[-1] in domain.asked.keep else _why_no_feature(domain, column)
        problem = column.problem if rule == "unreadable" else ""
        left_out.setdefault((rule, problem), []).append(column.path[-1])
    for (rule, problem), names in left_out.items():
        if rule:
            domain.note(rule, columns=tuple(names), **({"reason": problem} if problem else {}))
    features = tuple(left_out.pop(("", ""), ()))
    if not features:
        raise refusal(domain.file, say("there is no column left for features; add some or keep some (--keep NAME)"))
    return features, tuple(name for names in left_out.values() for name in names)


def _why_no_feature(domain: DomainFile, column: Item) -> str:
    name = column.path[-1]
    if column.problem:
        return "unreadable"
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
    text = say_many(
        "{value} is not a number ({n:,} such cell, all others are); write it as one, leave the cell empty, or leave "
        "the column out (--drop)",
        "{value} is not a number ({n:,} such cells, all others are); write it as one, leave the cell empty, or leave "
        "the column out (--drop)",
        int(bad.sum()),
        value=quoted(values[row]),
    )
    raise refusal(domain.file, text, say("data row {row:,}, column {name}", row=row + 1, name=quoted(name)))
