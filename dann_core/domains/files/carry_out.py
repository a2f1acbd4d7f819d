"""One domain's samples, by a plan, from the contents of its file."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dann_core.domains.files.contents import SVMLIGHT, Contents, Item
from dann_core.domains.files.errors import by, quoted, refusal
from dann_core.domains.files.facts import Fact, fact
from dann_core.domains.files.held import found, loaded
from dann_core.domains.files.labelling import column_of, for_files, from_item, from_places, runs
from dann_core.domains.files.limits import MAX_COLUMNS
from dann_core.domains.files.names import is_feature_list, lies_in, natural
from dann_core.domains.files.nouns import Placed, count_of, either, series
from dann_core.domains.files.pictures import decoded
from dann_core.domains.files.piles import called, pile, piled
from dann_core.domains.files.plan import Reading, ReadingPlan
from dann_core.domains.files.recordings import Recording, channels_of, recordings_of, strays_of
from dann_core.domains.files.samples import Samples
from dann_core.domains.files.shaping import checked_range, shaped
from dann_core.domains.files.tabular import read_columns, rows_of_domain, table_items
from dann_core.domains.files.turned import turned
from dann_core.domains.files.windows import windowed
from dann_core.language import say


def carried_out(
    contents: Contents, reading: Reading, plan: ReadingPlan, labels_from: Contents | None = None
) -> Samples:
    """The samples of a file as this reading of them says; `labels_from` is the second file, where labels stand there.

    Vectors may still have missing cells and categories as texts. Raises `UploadError` for what is not in the file, and
    for values that cannot be trained on.
    """
    if reading.labels.file and labels_from is None:
        text = say(
            "its labels stand in a second file, {name}; give that too (--labels-file)", name=quoted(reading.labels.file)
        )
        raise refusal(contents.file, text)
    if reading.rows is not None and reading.form in ("arrays", "pictures", "recordings"):
        text = say(
            "its {what} have no rows to tell domains by; split by folders (--split-by folder=SOURCE:TARGET)",
            what=_PLACED[reading.form],
        )
        raise refusal(contents.file, text, say("column {name}", name=quoted(reading.rows[0])))
    if reading.form == "columns" and reading.samples == "last":
        return _turned(contents, reading, plan, labels_from)
    return _FORMS[reading.form](contents, reading, plan, labels_from)


def _turned(contents: Contents, reading: Reading, plan: ReadingPlan, labels_from: Contents | None) -> Samples:
    """A table whose columns are the samples."""
    table = turned(contents, table_items(contents, reading))
    read = read_columns(table, reading.model_copy(update={"name": ""}), plan, labels_from)
    note = fact("transposed", contents.file, name=table.first, n=len(table.names))
    rows = table.names[read.rows - 1] if read.rows is not None and read.rows.dtype.kind in "iu" else read.rows
    return replace(read, rows=rows, notes=(note, *read.notes))


def _array(contents: Contents, reading: Reading, plan: ReadingPlan, labels_from: Contents | None) -> Samples:
    file = contents.file
    item = _samples_item(contents, reading)
    x = loaded(contents, item)
    if x.dtype.kind not in "biuf":
        raise refusal(file, say("it holds {kind} values; save plain numbers", kind=x.dtype.name), quoted(item.name))
    if not 2 <= x.ndim <= 4 or x.size == 0:
        shape = by(x.shape) or say("a single number")
        raise refusal(file, say("it is {shape} and holds no samples", shape=shape), quoted(item.name))
    checked_range(file, item.name, x, gaps=x.ndim == 2 and plan.kind == "vectors")
    notes: tuple[Fact, ...] = ()
    if reading.samples == "last":
        x = np.moveaxis(x, -1, 0)
        notes += (fact("samples last", file, name=item.name),)
    y = None
    labels = reading.labels
    if labels.by == "column":
        x, y = column_of(file, item.name, x, labels.column)
    elif labels.by == "item":
        y = from_item(labels_from or contents, labels, len(x))
    rows = 1 + np.arange(len(x))
    if reading.rows is not None:
        keep = rows_of_domain(contents, reading, contents.items, len(x))
        x, y, rows = x[keep], None if y is None else y[keep], rows[keep]
    if plan.windows is not None:
        return _windows_of_array(contents, item, x, y, plan, notes)
    columns = _columns(contents, x, labels.column) if plan.kind == "vectors" else None
    if columns and plan.drop:
        kept = [i for i, name in enumerate(columns) if name not in plan.drop]
        x, columns = x[:, kept], tuple(columns[i] for i in kept)
    if not x.shape[1]:
        raise refusal(file, say("there is no column left for features; leave out fewer"), quoted(item.name))
    x, more = shaped(file, quoted(item.name), x, plan.kind)
    open_ended = contents.format == SVMLIGHT
    return Samples(file, x, y, rows=rows, columns=columns, open_ended=open_ended, notes=notes + more)


def _samples_item(contents: Contents, reading: Reading) -> Item:
    arrays = [i for i in contents.items if i.holds == "numbers" and len(i.shape) >= 2]
    if len(arrays) == 1 and not any(i.name == reading.name for i in contents.items):
        return arrays[0]
    return found(contents.file, contents.items, reading.name)


def _columns(contents: Contents, x: np.ndarray, label: int) -> tuple[str, ...] | None:
    """The columns of a matrix by the names that the file has for them, else by their numbers in it, which may hold
    labels too; None of very many."""
    if x.ndim != 2 or x.shape[1] > MAX_COLUMNS:
        return None
    for item in contents.items:
        if item.holds == "texts" and is_feature_list(item.path) and item.shape == (x.shape[1],) and not label:
            names = tuple(loaded(contents, item).tolist())
            if len(set(names)) == len(names):
                return names
    return tuple(f"column {i}" for i in range(1, x.shape[1] + 1 + bool(label)) if i != label)


def _arrays(contents: Contents, reading: Reading, plan: ReadingPlan, labels_from: Contents | None) -> Samples:
    """Several arrays, each with samples of one class, or each one sample."""
    file, items = contents.file, piled(contents, reading.folder)
    if not items:
        raise refusal(file, say("there is no array of samples in it; give a file of the same form as in training"))
    y, said = _labels_of_items(contents, reading, labels_from, items, "array")
    x, which, notes = pile(contents, items, reading, plan)
    names = [called(item) for item in items]
    if reading.samples != "whole":
        starts = np.searchsorted(which, which)
        names = [
            f"{names[i]} {k:,}" for i, k in zip(which.tolist(), (1 + np.arange(len(x)) - starts).tolist(), strict=True)
        ]
    y = None if y is None else y[which]
    if plan.windows is not None:
        return windowed(file, channels_of(file, x)[0], names, y, plan, said + notes)
    return Samples(file, x, y, rows=np.array(names), notes=said + notes)


def _windows_of_array(
    contents: Contents, item: Item, x: np.ndarray, y: np.ndarray | None, plan: ReadingPlan, notes: tuple[Fact, ...]
) -> Samples:
    """Each sample is a recording; or, of a matrix with a label for each row, each stretch of equal labels is."""
    if x.ndim == 2 and x.shape[0] > x.shape[1] and plan.windows.length > x.shape[1]:
        stretches = runs(y) if y is not None else [slice(0, len(x))]
        recordings = [x[s].T for s in stretches]
        names = [
            say("{name}, rows {first:,} to {last:,}", name=item.name, first=s.start + 1, last=s.stop) for s in stretches
        ]
        y = None if y is None else y[[s.start for s in stretches]]
    else:
        recordings, _ = channels_of(contents.file, x)
        names = [f"{item.name} {i + 1:,}" for i in range(len(x))]
    return windowed(contents.file, recordings, names, y, plan, notes)


def _pictures(contents: Contents, reading: Reading, plan: ReadingPlan, labels_from: Contents | None) -> Samples:
    items = in_folder(contents, reading, "picture")
    y, said = _labels_of_items(contents, reading, labels_from, items, "image")
    fitted = plan.fitted
    pixels, notes = decoded(contents, items, None if fitted is None or len(fitted.shape) != 3 else fitted.shape)
    x, more = shaped(contents.file, say("images"), pixels, plan.kind)
    return Samples(contents.file, x, y, rows=np.array([i.name for i in items]), notes=said + notes + more)


def _labels_of_items(
    contents: Contents, reading: Reading, labels_from: Contents | None, items: list[Item], what: Placed
) -> tuple[np.ndarray | None, tuple[Fact, ...]]:
    """The labels `(N,)` of items that are a sample each or of one class each, None without any; and what is said."""
    if reading.labels.by in ("folder", "file name"):
        return from_places(contents, reading.labels, items, what), ()
    if reading.labels.by == "item":
        y, note = for_files(labels_from or contents, reading.labels, items)
        return y, (note,)
    return None, ()


def in_folder(contents: Contents, reading: Reading, holds: str) -> list[Item]:
    """The items of that sort in the folder that the reading means, in the order of their names."""
    items = sorted(
        (i for i in contents.items if i.holds == holds and lies_in(i.path, reading.folder)),
        key=lambda i: natural(i.path),
    )
    if not items:
        text = say("there is no image; give one as in training")
        if reading.folder:
            text = say("there is no image in the folder {name}; give one as in training", name=quoted(reading.folder))
        raise refusal(contents.file, text)
    return items


def _recordings(contents: Contents, reading: Reading, plan: ReadingPlan, labels_from: Contents | None) -> Samples:
    recorded = recordings_of(contents, reading.folder, plan.channel, plan.drop)
    file, items = contents.file, [r.item for r in recorded]
    names = [r.name for r in recorded]
    strays = strays_of(contents, reading.folder)
    y, said = None, (fact("of other files", file, names=tuple(i.name for i in strays)),) if strays else ()
    if reading.labels.by in ("folder", "file name"):
        y = from_places(contents, reading.labels, items, "recording")
    elif reading.labels.by == "item" and len(items) == 1 and plan.windows is not None:
        return _stretches(contents, recorded[0], reading, plan, labels_from)
    elif reading.labels.by == "item":
        y, note = for_files(labels_from or contents, reading.labels, items)
        said += (note,)
    values = [r.load(contents) for r in recorded]
    for recording, x in zip(recorded, values, strict=True):
        checked_range(file, recording.name, x, gaps=False)
    widths = {len(x) for x in values}
    if len(widths) > 1:
        text = say(
            "recordings have {numbers} channels; save all with as many, or choose one of several by its name "
            "(--channel NAME)",
            numbers=either(sorted(widths)),
        )
        raise refusal(file, text)
    if plan.windows is not None:
        return windowed(file, values, names, y, plan, said)
    shapes = {x.shape for x in values}
    if len(shapes) > 1:
        text = say(
            "the recordings have {shapes} ({first}); cut them into windows (--window LENGTH)",
            shapes=count_of(len(shapes), "shape"),
            first=series(by(s) for s in sorted(shapes)[:3]),
        )
        raise refusal(file, text)
    x, notes = shaped(file, say("recordings"), np.stack(values), plan.kind)
    return Samples(file, x, y, rows=np.array(names), notes=said + notes)


def _stretches(
    contents: Contents, recording: Recording, reading: Reading, plan: ReadingPlan, labels_from: Contents | None
) -> Samples:
    """One signal with a label for each step, cut where the labels change."""
    x = checked_range(contents.file, recording.name, recording.load(contents), gaps=False)
    y = from_item(labels_from or contents, reading.labels, x.shape[1])
    parts = runs(y)
    names = [say("{name}, steps {first} to {last}", name=recording.name, first=s.start, last=s.stop) for s in parts]
    return windowed(contents.file, [x[:, s] for s in parts], names, y[[s.start for s in parts]], plan, ())


_PLACED = {"arrays": say("arrays"), "pictures": say("pictures"), "recordings": say("recordings")}
_FORMS = {"array": _array, "arrays": _arrays, "columns": read_columns, "pictures": _pictures, "recordings": _recordings}
