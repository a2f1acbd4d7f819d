"""Tables: their columns as features, categories and labels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dann_core.domains.files.contents import Contents, Item
from dann_core.domains.files.domain_file import as_texts
from dann_core.domains.files.errors import count, listed, quoted, refusal
from dann_core.domains.files.held import found, loaded
from dann_core.domains.files.labelling import from_columns, from_item, runs
from dann_core.domains.files.labels import clean_labels
from dann_core.domains.files.plan import Reading, ReadingPlan
from dann_core.domains.files.samples import Samples
from dann_core.domains.files.shaping import checked_range, shaped
from dann_core.domains.files.windows import windowed


def table_items(contents: Contents, reading: Reading) -> list[Item]:
    """The columns of the table that this reading means, in the file's order."""
    columns = [i for i in contents.items if i.table is not None and "/".join(i.table) == reading.name]
    if columns:
        return columns
    tables = dict.fromkeys(i.table for i in contents.items if i.table is not None)
    if not tables:
        raise refusal(contents.file, "there is no table in it; give a file of the same form as in training")
    # A table is often called as its file, and new files have new names.
    if len(tables) == 1:
        return [i for i in contents.items if i.table is not None]
    raise refusal(contents.file, f"there is no table {quoted(reading.name)}; it holds {listed(map('/'.join, tables))}")


def read_columns(contents: Contents, reading: Reading, plan: ReadingPlan, labels_from: Contents | None) -> Samples:
    file, items = contents.file, table_items(contents, reading)
    called = {i.path[-1]: i for i in items}
    n = items[0].shape[0]
    keep = np.ones(n, bool)
    label = "" if reading.labels.by != "item" or labels_from else reading.labels.name
    out = {*plan.drop, label, *reading.labels.names} - {""}
    if reading.rows is not None:
        keep = rows_with(contents, items, reading.rows, n)
        out.add(reading.rows[0])
    y = None
    if label:
        y = _labels_of_rows(contents, reading, items, keep, plan)
        keep = keep if y is None or len(y) == keep.sum() else _labelled(contents, reading, items, keep)
    elif reading.labels.by == "item":
        y = from_item(labels_from, reading.labels, n)[keep]
    elif reading.labels.by == "columns":
        y = from_columns(contents, items, reading.labels.names)[keep]
    used = [i for name, i in called.items() if name not in out]
    numbers, texts = ([i for i in used if i.holds == h and not i.problem] for h in ("numbers", "texts"))
    if not used:
        raise refusal(file, "there is no column besides the labels; add the features as further columns")
    values = contents.load([*numbers, *texts])
    x = np.empty((int(keep.sum()), len(numbers)))
    for j, (item, column) in enumerate(zip(numbers, values, strict=False)):
        x[:, j] = column[keep]
        _checked_column(file, item, column, keep)
    rows = 1 + np.flatnonzero(keep)
    if plan.windows is not None:
        stretches = runs(y) if y is not None else [slice(0, len(x))]
        names = [f"rows {rows[s.start]:,} to {rows[s.stop - 1]:,}" for s in stretches]
        y = None if y is None else y[[s.start for s in stretches]]
        checked_range(file, "table", x, gaps=False)
        return windowed(file, [x[s].T for s in stretches], names, y, plan, ())
    if plan.kind != "vectors":
        checked_range(file, "table", x, gaps=False)
        x, notes = shaped(file, "the table", x, plan.kind)
        return Samples(file, x, y, rows=rows, notes=notes)
    categories = {i.path[-1]: v[keep] for i, v in zip(texts, values[len(numbers) :], strict=True)}
    return Samples(file, x, y, tuple(i.path[-1] for i in numbers), categories, rows)


def rows_with(contents: Contents, items: Sequence[Item], rows: tuple[str, str], n: int) -> np.ndarray:
    """Which of n rows `(n,)` have that value in that column or array. Raises `UploadError` if none has."""
    name, value = rows
    values = as_texts(loaded(contents, found(contents.file, items, name, "column")).reshape(-1))
    if len(values) != n:
        text = f"it has {count(len(values), 'value')} for {count(n, 'sample')}; split by another column (--split-by)"
        raise refusal(contents.file, text, f"column {quoted(name)}")
    if not (values == value).any():
        raise refusal(contents.file, f"no row has {quoted(value)} in it; name another value", f"column {quoted(name)}")
    return values == value


def _checked_column(file: str, item: Item, column: np.ndarray, keep: np.ndarray) -> None:
    column = np.asarray(column, dtype=np.float64)
    bad = keep & (np.isinf(column) | (np.abs(column) > 1e30))
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        what = "infinite" if np.isinf(column[row]) else f"beyond 1e+30 ({column[row]:g})"
        text = f"the value is {what}; replace it by a finite number of another scale or delete that row"
        raise refusal(file, text, f"sample {row + 1:,}, column {quoted(item.path[-1])}")


def _labels_of_rows(
    contents: Contents, reading: Reading, items: Sequence[Item], keep: np.ndarray, plan: ReadingPlan
) -> np.ndarray | None:
    item = found(contents.file, items, reading.labels.name, "column")
    values = loaded(contents, item)[keep]
    blank = is_blank(values)
    if blank.any() and plan.missing == "rows":
        values = values[~blank]
    elif blank.any():
        row = int(np.flatnonzero(keep)[np.flatnonzero(blank)[0]])
        text = f"the label is blank (one of {blank.sum():,}); label every row, leave those out (--missing rows) or "
        raise refusal(contents.file, text + "choose no labels", f"sample {row + 1:,}, column {quoted(item.path[-1])}")
    return clean_labels(contents.file, item.path[-1], values)


def _labelled(contents: Contents, reading: Reading, items: Sequence[Item], keep: np.ndarray) -> np.ndarray:
    item = found(contents.file, items, reading.labels.name, "column")
    return keep & ~is_blank(loaded(contents, item))


def is_blank(values: np.ndarray) -> np.ndarray:
    """Which of `(N,)` values are missing: not a number, or an empty text."""
    if values.dtype.kind == "f":
        return np.isnan(values)
    return np.char.strip(values) == "" if values.dtype.kind in "US" else np.zeros(len(values), bool)
