"""Tables: their columns as features, categories and labels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dann_core.domains.files.contents import Contents, Item
from dann_core.domains.files.domain_file import as_texts
from dann_core.domains.files.errors import listed, quoted, refusal
from dann_core.domains.files.facts import fact
from dann_core.domains.files.held import found, loaded
from dann_core.domains.files.labelling import for_rows, from_columns, runs
from dann_core.domains.files.labels import clean_labels
from dann_core.domains.files.nouns import KINDS, count_of
from dann_core.domains.files.plan import Reading, ReadingPlan
from dann_core.domains.files.samples import Samples
from dann_core.domains.files.shaping import checked_range, shaped
from dann_core.domains.files.windows import windowed
from dann_core.language import Text, say


def table_items(contents: Contents, reading: Reading) -> list[Item]:
    """The columns of the table that this reading means, in the file's order."""
    columns = [i for i in contents.items if i.table is not None and "/".join(i.table) == reading.name]
    if columns:
        return columns
    tables = dict.fromkeys(i.table for i in contents.items if i.table is not None)
    if not tables:
        raise refusal(contents.file, say("there is no table in it; give a file of the same form as in training"))
    # A table is often called as its file, and new files have new names.
    if len(tables) == 1:
        return [i for i in contents.items if i.table is not None]
    names = listed(map("/".join, tables))
    text = say("there is no table {name}; it holds {names}", name=quoted(reading.name), names=names)
    raise refusal(contents.file, text)


def read_columns(contents: Contents, reading: Reading, plan: ReadingPlan, labels_from: Contents | None) -> Samples:
    """The rows of a table as samples: numbers, and categories as texts, `windowed` if the plan says so."""
    file, items = contents.file, table_items(contents, reading)
    ours = rows_of_domain(contents, reading, items, items[0].shape[0])
    keep, y = _labels(contents, reading, plan, labels_from, items, ours)
    lost = int(ours.sum() - keep.sum())
    said = (fact("labels missing", file, rows=lost),) if lost else ()
    if not keep.any():
        raise refusal(file, say("no row is left to be read; label some rows, or fill their cells"))
    out = {*plan.drop, *reading.labels.names}
    out |= {reading.labels.name} if reading.labels.by == "item" and labels_from is None else set()
    out |= {reading.rows[0]} if reading.rows is not None else set()
    used = [i for i in items if i.path[-1] not in out and not i.problem]
    numbers, texts = ([i for i in used if i.holds == holds] for holds in ("numbers", "texts"))
    if not used:
        raise refusal(file, say("there is no column besides the labels; add the features as further columns"))
    x = np.empty((int(keep.sum()), len(numbers)))
    for j, (item, column) in enumerate(zip(numbers, contents.load(numbers), strict=True)):
        x[:, j] = column[keep]
        _checked_column(file, item, column, keep)
    rows = 1 + np.flatnonzero(keep)
    if plan.kind == "vectors":
        categories = {i.path[-1]: v[keep] for i, v in zip(texts, contents.load(texts), strict=True)}
        return Samples(file, x, y, tuple(i.path[-1] for i in numbers), categories, rows, notes=said)
    if not numbers:
        text = say(
            "there is no column of numbers to read as {kind}; read it as vectors (--kind)", kind=KINDS[plan.kind]
        )
        raise refusal(file, text)
    checked_range(file, say("table"), x, gaps=False)
    if plan.windows is None:
        x, notes = shaped(file, say("the table"), x, plan.kind)
        return Samples(file, x, y, rows=rows, notes=said + notes)
    stretches = runs(y) if y is not None else [slice(0, len(x))]
    names = [say("rows {first:,} to {last:,}", first=int(rows[s.start]), last=int(rows[s.stop - 1])) for s in stretches]
    y = None if y is None else y[[s.start for s in stretches]]
    return windowed(file, [x[s].T for s in stretches], names, y, plan, said)


def rows_of_domain(contents: Contents, reading: Reading, items: Sequence[Item], n: int) -> np.ndarray:
    """Which of n rows are this domain's, `(n,)`: those with a value in one of these columns or arrays, if it is said.

    Raises `UploadError` if there is none."""
    if reading.rows is None:
        return np.ones(n, bool)
    name, value = reading.rows
    place = say("column {name}", name=quoted(name))
    values = as_texts(loaded(contents, found(contents.file, items, name, "column")).reshape(-1))
    if len(values) != n:
        text = say(
            "it has {values} for {samples}; split by another column (--split-by)",
            values=count_of(len(values), "value"),
            samples=count_of(n, "sample"),
        )
        raise refusal(contents.file, text, place)
    if not (values == value).any():
        raise refusal(contents.file, say("no row has {value} in it; name another value", value=quoted(value)), place)
    return values == value


def _labels(
    contents: Contents,
    reading: Reading,
    plan: ReadingPlan,
    labels_from: Contents | None,
    items: Sequence[Item],
    keep: np.ndarray,
) -> tuple[np.ndarray, np.ndarray | None]:
    """Which rows are left once those without a label may go, and their labels."""
    labels = reading.labels
    if labels.by == "columns":
        return keep, from_columns(contents, items, labels.names)[keep]
    if labels.by != "item":
        return keep, None
    if labels_from is not None:
        return keep, for_rows(labels_from, labels, contents, items, len(keep))[keep]
    item = found(contents.file, items, labels.name, "column")
    values = loaded(contents, item)
    blank = keep & is_blank(values)
    if blank.any() and plan.missing != "rows":
        row = int(np.flatnonzero(blank)[0])
        text = say(
            "the label is blank (one of {n:,}); label every row, leave those out (--missing rows) or choose no labels",
            n=int(blank.sum()),
        )
        raise refusal(contents.file, text, _cell(row, item))
    keep = keep & ~blank
    return keep, clean_labels(contents.file, item.path[-1], values[keep])


def _checked_column(file: str, item: Item, column: np.ndarray, keep: np.ndarray) -> None:
    column = np.asarray(column, dtype=np.float64)
    bad = keep & (np.isinf(column) | (np.abs(column) > 1e30))
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        text = say("the value is infinite; replace it by a finite number of another scale or delete that row")
        if not np.isinf(column[row]):
            text = say(
                "the value is beyond 1e+30 ({value:g}); replace it by a finite number of another scale or delete that "
                "row",
                value=float(column[row]),
            )
        raise refusal(file, text, _cell(row, item))


def _cell(row: int, column: Item) -> Text:
    return say("data row {row:,}, column {name}", row=row + 1, name=quoted(column.path[-1]))


def is_blank(values: np.ndarray) -> np.ndarray:
    """Which of `(N,)` values are missing: not a number, or an empty text."""
    if values.dtype.kind == "f":
        return np.isnan(values)
    return np.char.strip(values) == "" if values.dtype.kind in "US" else np.zeros(len(values), bool)
