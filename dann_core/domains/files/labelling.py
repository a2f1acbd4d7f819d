"""The labels of a domain, from wherever its plan says that they stand."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np

from dann_core.domains.files.contents import Contents, Item
from dann_core.domains.files.domain_file import as_texts
from dann_core.domains.files.errors import by, listed, quoted, refusal
from dann_core.domains.files.facts import Fact, fact
from dann_core.domains.files.held import found, loaded
from dann_core.domains.files.labels import clean_labels
from dann_core.domains.files.names import classes_of_files, file_of, is_class_folder, is_left_out_name, without_ending
from dann_core.domains.files.nouns import ONE, Placed, count_of
from dann_core.domains.files.plan import Labels
from dann_core.language import say


def from_item(contents: Contents, labels: Labels, n: int, *, table: tuple[str, ...] | None = None) -> np.ndarray:
    """Labels `(n,)` from an array or column; int64 or strings. Raises `UploadError` if it does not hold n labels."""
    items = [i for i in contents.items if table is None or i.table == table]
    item = found(contents.file, items, labels.name, "array" if table is None else "column")
    return cleaned(contents.file, item.name, loaded(contents, item), n)


def for_files(contents: Contents, labels: Labels, items: Sequence[Item]) -> tuple[np.ndarray, Fact]:
    """One label for each picture or recording: by their names, where a column beside the labels holds these, else in
    the order of their names; and which of the two.

    Raises `UploadError` if some names are missing, or the number of labels is another one.
    """
    item = found(contents.file, contents.items, labels.name)
    names = names_beside(contents, item, items)
    if names is None:
        fact_ = fact("labels in order", contents.file, name=item.name)
        return cleaned(contents.file, item.name, loaded(contents, item), len(items)), fact_
    at = {_key(name): row for row, name in reversed(list(enumerate(as_texts(loaded(contents, names)).tolist())))}
    rows = [at.get(_key(_called(i))) for i in items]
    if None in rows:
        missing = _called(items[rows.index(None)])
        text = say(
            "there is no label for {name} (one of {n:,}); add a row for each file",
            name=quoted(missing),
            n=rows.count(None),
        )
        raise refusal(contents.file, text, say("column {name}", name=quoted(names.path[-1])))
    values = loaded(contents, item)[np.array(rows)]
    return cleaned(contents.file, item.name, values, len(items)), fact("labels by name", contents.file, name=names.name)


def for_rows(contents: Contents, labels: Labels, samples: Contents, columns: Sequence[Item], n: int) -> np.ndarray:
    """Labels `(n,)` from a second file for the rows of a table with these columns: where both have a column that
    identifies rows, by that, else in their order.

    Raises `UploadError` if it does not identify the same rows, or does not hold n labels.
    """
    item = found(contents.file, contents.items, labels.name)
    y = cleaned(contents.file, item.name, loaded(contents, item), n)
    beside = [i for i in contents.items if i.table == item.table is not None and i is not item and not i.problem]
    for ours in (c for c in columns if is_left_out_name(c.path[-1]) and not c.problem):
        names = as_texts(loaded(samples, ours))
        if len(np.unique(names)) < n:
            continue
        for theirs in beside:
            others = as_texts(loaded(contents, theirs))
            order = np.argsort(others)
            at = order[np.minimum(np.searchsorted(others[order], names), n - 1)]
            if len(np.unique(others)) == n and np.array_equal(others[at], names):
                return y[at]
            if theirs.path[-1] == ours.path[-1]:
                text = say(
                    "it names other rows than that of {other}; give the labels of the same rows",
                    other=quoted(samples.file),
                )
                raise refusal(contents.file, text, say("column {name}", name=quoted(theirs.path[-1])))
    return y


def names_beside(contents: Contents, label: Item, items: Sequence[Item]) -> Item | None:
    """The column of the label's table that holds the names of these files, of most of them at least."""
    wanted = {_key(_called(i)) for i in items}
    for column in contents.items:
        if column.table == label.table is not None and column is not label and not column.problem:
            names = as_texts(loaded(contents, column)).tolist()
            held = {_key(name) for name in names}
            # Numbers of files differ; those of classes come again.
            is_list = column.holds == "texts" or len(held) == len(names)
            if is_list and 2 * len(wanted & held) > len(wanted):
                return column
    return None


def _called(item: Item) -> str:
    """The name of the file of a picture or recording; of one that is an array, its own."""
    return (file_of(item) or item.path)[-1]


def _key(name: str) -> str:
    key = _stem(without_ending(name.replace("\\", "/").rpartition("/")[2])).casefold()
    # A table that numbers files says 7 of 0007.png.
    return key.lstrip("0") or "0" if key.isdecimal() else key


def cleaned(file: str, name: str, y: np.ndarray, n: int) -> np.ndarray:
    """These values as n labels, one-hot rows or columns as the index of their 1."""
    if y.ndim == 2 and y.shape[0] != n and y.shape[1] == n:
        y = y.T
    y = clean_labels(file, name, y)
    if len(y) != n:
        text = say(
            "it has {labels} where {wanted:,} are wanted; choose labels with as many",
            labels=count_of(len(y), "label"),
            wanted=n,
        )
        raise refusal(file, text, quoted(name))
    return y


def one_hot(y: np.ndarray) -> bool:
    """Whether `(N, K)` holds a single 1 in each row and 0 elsewhere, each class at least once."""
    if y.ndim != 2 or min(y.shape) < 2 or y.dtype.kind not in "biuf":
        return False
    return bool(np.isin(y, (0, 1)).all() and (y.sum(1) == 1).all() and (y.sum(0) > 0).all())


def from_columns(contents: Contents, items: Sequence[Item], names: Sequence[str]) -> np.ndarray:
    """Labels `(N,)` from one column for each class; what the columns' names have in common at the front goes."""
    columns = [loaded(contents, found(contents.file, items, name, "column")) for name in names]
    hot = np.stack([np.asarray(c) for c in columns], axis=1)
    if not one_hot(hot):
        text = say("some row has no single 1 in it, or a column none; choose other labels")
        raise refusal(contents.file, text, say("columns {names}", names=listed(names)))
    # All that lies between the first and the last name in the alphabet begins as both do.
    first, last = min(names), max(names)
    common = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), 0)
    classes = np.array([name[common:] or name for name in names])
    return clean_labels(contents.file, first[:common] or first, classes[hot.argmax(1)])


def class_folders(items: Sequence[Item], level: int = 0) -> list[str]:
    """The folder that names the class of each picture or recording; "" where it lies in none.

    `level` counts from its file upwards; 0 means the nearest folder that is none of `train`, `images` and the like.
    """
    found_ = []
    for item in items:
        folders = (file_of(item) or item.path)[:-1]
        if level:
            found_.append(folders[-level] if level <= len(folders) else "")
        else:
            found_.append(next((f for f in reversed(folders) if is_class_folder(f)), ""))
    return found_


def file_classes(file: str, items: Sequence[Item]) -> list[str]:
    """The class that the name of each item's file says; of several arrays in one file, the array's."""
    ways = [file_of(i) or i.path or (file,) for i in items]
    if len(set(ways)) < len(ways) or not any(file_of(i) for i in items):
        ways = [i.path or (file,) for i in items]
    return classes_of_files([without_ending(_stem(way[-1])) for way in ways])


def from_places(contents: Contents, labels: Labels, items: Sequence[Item], what: Placed) -> np.ndarray:
    """The class of each picture or recording by its folder or its file's name, as strings or whole numbers."""
    file = contents.file
    if labels.by == "file name":
        return clean_labels(file, say("file name"), np.array(file_classes(file, items)))
    names = class_folders(items, labels.level)
    stray = next((i for i, name in zip(items, names, strict=True) if not name), None)
    if stray is not None:
        text = say("the {what} is in no class folder; pack one folder per class or choose no labels", what=ONE[what])
        raise refusal(file, text, say("entry {name}", name=quoted(stray.name)))
    return clean_labels(file, say("folder names"), np.array(names))


def runs(y: np.ndarray) -> list[slice]:
    """Stretches of rows that follow each other with the same label."""
    stretches, start = [], 0
    for _, group in groupby(y.tolist()):
        length = sum(1 for _ in group)
        stretches.append(slice(start, start + length))
        start += length
    return stretches


def column_of(file: str, name: str, x: np.ndarray, column: int) -> tuple[np.ndarray, np.ndarray]:
    """The samples `(N, F - 1)` and the labels `(N,)` of a matrix that holds both; `column` counts from 1."""
    if x.ndim != 2 or not 1 <= column <= x.shape[1]:
        text = say(
            "there is no column {column:,} in {shape} values; columns are counted from 1",
            column=column,
            shape=by(x.shape),
        )
        raise refusal(file, text, quoted(name))
    y = clean_labels(file, say("column {number:,}", number=column), x[:, column - 1])
    return np.delete(x, column - 1, axis=1), y


def _stem(name: str) -> str:
    head, dot, tail = name.rpartition(".")
    return head if dot and head and len(tail) <= 5 else name
