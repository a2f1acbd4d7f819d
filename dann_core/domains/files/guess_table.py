"""What the columns of a table are: label, features, or neither."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dann_core.domains.files.asking import NO_LABELS, Candidate, Unclear, unclear_labels
from dann_core.domains.files.contents import Item
from dann_core.domains.files.domain_file import DomainFile, as_texts
from dann_core.domains.files.errors import quoted, refusal
from dann_core.domains.files.evidence import are_dates, counts_rows
from dann_core.domains.files.held import found, loaded
from dann_core.domains.files.labelling import names_beside, one_hot
from dann_core.domains.files.limits import MAX_CLASSES
from dann_core.domains.files.names import is_axis, is_label_name, is_left_out_name, is_property_name
from dann_core.domains.files.nouns import count_of, series
from dann_core.domains.files.plan import Labels, Reading
from dann_core.domains.files.tabular import is_blank, table_items
from dann_core.domains.files.turned import looks_turned, turned
from dann_core.language import say


def guess_table(
    domain: DomainFile, source: Reading | None, features: Sequence[str], classes: Sequence[str] = ()
) -> Reading:
    """How the table of this domain is read; the target follows the source, its `features` and its `classes`.

    Raises `Unclear` where nothing is plainly the source's label.
    """
    name = domain.asked.samples_of(domain.role) or _table_of(domain)
    reading = Reading(form="columns", name=name, rows=domain.rows, header=domain.asked.header)
    columns = table_items(domain.contents, reading)
    follows = source is not None and source.samples == "last" and looks_turned(domain.contents, columns)
    if domain.asked.transpose or follows or _labels_lie_along(domain, columns):
        reading = reading.model_copy(update={"samples": "last"})
        domain.contents = turned(domain.contents, columns)
        columns = list(domain.contents.items)
    else:
        domain.note("rows")
    labels = _labels(domain, columns, source, features, classes)
    return reading.model_copy(update={"labels": labels})


def _table_of(domain: DomainFile) -> str:
    tables = list(dict.fromkeys(i.table for i in domain.items if i.table is not None))
    if len(tables) == 1:
        return "/".join(tables[0])
    columns = {t: [i for i in domain.items if i.table == t] for t in tables}
    # A sheet of remarks has no numbers.
    full = [t for t, items in columns.items() if len(items) > 1 and any(i.holds == "numbers" for i in items)]
    if len(full) != 1:
        text = say(
            "it holds {n:,} tables ({names}); say which (--samples NAME), or join them in one, with a column that says "
            "the class or the domain",
            n=len(tables),
            names=series(quoted("/".join(t)) for t in tables[:5]),
        )
        raise refusal(domain.file, text)
    name, items = "/".join(full[0]), columns[full[0]]
    others = tuple("/".join(t) for t in tables if t != full[0])
    shape = (*items[0].shape, len(items))
    domain.note("samples of several", name=name, shape=shape, why=say("numbers"), others=others)
    return name


def _labels(
    domain: DomainFile,
    columns: list[Item],
    source: Reading | None,
    features: Sequence[str],
    classes: Sequence[str],
) -> Labels:
    asked = domain.asked.labels_of(domain.role)
    if asked == NO_LABELS:
        return Labels()
    if domain.labels_from is not None:
        return Labels(by="item", name=second_file_item(domain, asked, _rows(domain, columns)), file=_other(domain))
    names = [i.path[-1] for i in columns]
    several = tuple(part.strip() for part in (asked or "").split(","))
    if asked not in names and len(several) > 1 and set(several) <= set(names):
        return Labels(by="columns", names=several)
    if asked is not None:
        return Labels(by="item", name=_asked_column(domain, columns, asked))
    if source is not None and source.labels.by == "item" and not source.labels.file:
        known = source.labels.name
        same_width = not _is_numbered(known) or len(columns) > len(features) or domain.rows is not None
        if known in names and same_width and not _all_blank(domain, columns[names.index(known)]):
            domain.note("label same", name=known)
            return Labels(by="item", name=known)
    if source is not None and source.labels.by == "columns" and set(source.labels.names) <= set(names):
        domain.note("label same", name=", ".join(source.labels.names))
        return source.labels
    hot = _one_hot_columns(domain, [c for c in columns if c.path[-1] not in features])
    if hot:
        domain.note("label one-hot columns", names=hot)
        return Labels(by="columns", names=hot)
    rule, label = _plain_label(domain, [c for c in columns if c.path[-1] not in features])
    if label is not None and (rule == "label named" or _shares(domain, columns, label, classes)):
        domain.note(rule, name=label)
        return Labels(by="item", name=label)
    hot, others = _only_one_hot(domain, [c for c in columns if c.path[-1] not in features])
    if hot and not others and not rule:
        domain.note("label one-hot columns", names=hot)
        return Labels(by="columns", names=hot)
    if domain.role == "target":
        domain.note("no label beside features" if set(names) <= set(features) else "unlabelled")
        return Labels()
    raise unclear_table(domain, columns)


def _labels_lie_along(domain: DomainFile, columns: list[Item]) -> bool:
    """Whether a second file has a label for each column, and none for each row: then the columns are the samples."""
    if domain.labels_from is None or domain.asked.transpose is not None:
        return False
    sizes = {i.shape[0] for i in domain.labels_from.items if i.shape and not i.problem}
    return len(columns) - 1 in sizes and columns[0].shape[0] not in sizes and looks_turned(domain.contents, columns)


def _shares(domain: DomainFile, columns: list[Item], label: str, classes: Sequence[str]) -> bool:
    """Whether a column of texts holds one of the source's classes; any will do where these are not known."""
    values = as_texts(loaded(domain.contents, found(domain.file, columns, label, "column")))
    return not classes or bool({v.casefold() for v in np.unique(values)} & {c.casefold() for c in classes})


def _one_hot_columns(domain: DomainFile, columns: list[Item]) -> tuple[str, ...]:
    """Columns that say by their names that they are labels, or begin alike, and have a single 1 in each row."""
    whole = [c for c in columns if c.holds == "numbers" and not c.problem and c.path[-1] not in domain.asked.drop]
    named = [c for c in whole if is_label_name(c.path[-1])]
    if 2 <= len(named) <= MAX_CLASSES and one_hot(np.stack(domain.contents.load(named), axis=1)):
        return tuple(c.path[-1] for c in named)
    return ()


def _only_one_hot(domain: DomainFile, columns: list[Item]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Three or more columns of 0 and 1 that are one-hot together, and which others may be labels."""
    may_be = [c for c in columns if not c.problem and c.path[-1] not in domain.asked.drop]
    may_be = [c for c in may_be if not is_left_out_name(c.path[-1]) and may_be_label(domain, c) == ""]
    flags = [
        c for c in may_be if c.holds == "numbers" and set(np.unique(loaded(domain.contents, c)).tolist()) == {0, 1}
    ]
    if not 3 <= len(flags) <= MAX_CLASSES or not one_hot(np.stack(domain.contents.load(flags), axis=1)):
        return (), ()
    return tuple(c.path[-1] for c in flags), tuple(c.path[-1] for c in may_be if c not in flags)


def _plain_label(domain: DomainFile, columns: list[Item]) -> tuple[str, str | None]:
    """The column that is plainly the label, and why: its name says so, or it is the one column of texts."""
    names = [i.path[-1] for i in columns]
    out = {domain.rows[0]} if domain.rows else set()
    columns = [c for c in columns if c.path[-1] not in out | {*domain.asked.drop} and not c.problem]
    named = [c for c in columns if is_label_name(c.path[-1], names) and may_be_label(domain, c) == ""]
    axis = next((n for n in names if n.lower() == "y" and is_axis(n, names)), None)
    if axis and domain.role == "source":
        domain.note("axis", name=axis)
    texts = [c for c in columns if c.holds == "texts" and not is_left_out_name(c.path[-1])]
    texts = [c for c in texts if may_be_label(domain, c) == "" and not is_property_name(c.path[-1])]
    # Beside columns of True and False, one of yes and no need not be the label.
    texts += [c for c in columns if c.dtype == "bool"] if texts else []
    strong = [c for c in named if c.path[-1].lower() != "y"]
    for rule, group in (("label named", strong), ("label text", texts), ("label named", named)):
        if len(group) == 1:
            return rule, group[0].path[-1]
        if group:
            return "", None
    return "", None


def may_be_label(domain: DomainFile, column: Item) -> str:
    """Why a column cannot be the label, as a text; "" if it may be."""
    values = loaded(domain.contents, column)
    values = values[~is_blank(values)]
    n = len(values)
    if not n:
        return say("holds no value")
    if values.dtype.kind == "f" and np.any(values != np.round(values)):
        return say("holds fractions")
    distinct = len(np.unique(values))
    if values.dtype.kind != "U" and counts_rows(values):
        return say("numbers the rows")
    if values.dtype.kind == "U" and are_dates(values):
        return say("holds dates or times")
    if distinct > max(20, n // 2) or (distinct == n and n > 3):
        return say("has {values} in {rows}", values=count_of(distinct, "value"), rows=count_of(n, "row"))
    return say("has one value only") if distinct < 2 and domain.role == "source" else ""


def unclear_table(domain: DomainFile, columns: list[Item]) -> Unclear:
    """The question which column is the label, with what each one is."""
    hot, _ = _only_one_hot(domain, columns)
    candidates = [Candidate(",".join(hot), say("are one-hot together"))] if hot else []
    for column in columns:
        if column.problem:
            why = say("cannot be read: {why}", why=column.problem)
            candidates.append(Candidate(column.path[-1], why, possible=False))
            continue
        why = may_be_label(domain, column)
        if why:
            candidates.append(Candidate(column.path[-1], why, possible=False))
            continue
        n = len(np.unique(as_texts(loaded(domain.contents, column))))
        why = say("has {n:,} whole numbers, as features may have", n=n)
        if column.holds == "texts":
            why = say("has {n:,} texts, as features may have", n=n)
        if column.path[-1] not in hot:
            candidates.append(Candidate(column.path[-1], why))
    hint = say("if its rows are the features and its columns the samples, transpose it (--transpose); ")
    return unclear_labels(
        domain.contents, domain.role, candidates, hint if looks_turned(domain.contents, columns) else ""
    )


def _asked_column(domain: DomainFile, columns: list[Item], asked: str) -> str:
    if any(c.path[-1] == asked for c in columns):
        return asked
    number = asked.lower().removeprefix("column").strip(" :")
    if number.lstrip("-").isdigit() and number not in ("0", "-0") and abs(int(number)) <= len(columns):
        at = int(number)
        return columns[at - 1 if at > 0 else at].path[-1]
    return found(domain.file, columns, asked, "column").path[-1]


def second_file_item(domain: DomainFile, asked: str | None, n: int, files: Sequence[Item] = ()) -> str:
    """The name of the labels in the second file of this domain: asked for, or the one that has n values, or stands
    beside the names of these files."""
    contents = domain.labels_from
    if asked is not None:
        name = found(contents.file, contents.items, asked).name
    else:
        usable = [i for i in contents.items if not i.problem and i.shape]
        fitting = [i for i in usable if n in (max(i.shape), i.shape[0])]
        fitting = [i for i in fitting if not is_left_out_name(i.path[-1])] or fitting
        if files:
            beside = {i: names_beside(contents, i, files) for i in usable if i.table is not None}
            fitting = [i for i in usable if beside.get(i) and i not in beside.values()] or fitting
        named = [i for i in fitting if is_label_name(i.path[-1])] or fitting
        if len(named) != 1:
            candidates = [Candidate(i.name, i.detail, i in fitting) for i in contents.items]
            hint = say("{named:,} of its arrays have {n:,} values, one for each sample; ", named=len(named), n=n)
            raise unclear_labels(contents, domain.role, candidates, hint)
        name = named[0].name
    domain.note("label second file", name=name, other=contents.file)
    return name


def _other(domain: DomainFile) -> str:
    return domain.labels_from.file


def _rows(domain: DomainFile, columns: list[Item]) -> int:
    return columns[0].shape[0]


def _is_numbered(name: str) -> bool:
    return name.lower().removeprefix("column").strip().isdigit()


def _all_blank(domain: DomainFile, column: Item) -> bool:
    return not column.problem and bool(is_blank(loaded(domain.contents, column)).all())
