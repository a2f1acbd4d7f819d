"""Which of a file's arrays hold the samples and which the labels."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from dann_core.domains.files.asking import ARRAY_NAMES, NO_LABELS, Candidate, Unclear, unclear_labels
from dann_core.domains.files.contents import Item
from dann_core.domains.files.domain_file import DomainFile, as_texts, first_of
from dann_core.domains.files.errors import by, listed, quoted, refusal
from dann_core.domains.files.evidence import counts_rows
from dann_core.domains.files.guess_table import second_file_item
from dann_core.domains.files.held import found, loaded
from dann_core.domains.files.labelling import one_hot
from dann_core.domains.files.limits import MAX_CLASSES
from dann_core.domains.files.names import is_data_name, is_label_name, is_left_out_name, last_of, role_of, split_of
from dann_core.domains.files.nouns import clauses, count_of
from dann_core.domains.files.plan import Labels, Reading
from dann_core.domains.files.shaping import CHANNELS
from dann_core.language import Text, say

MOST_SIDES = 4
_SPLIT_RANKS = {"train": 3, "training": 3, "": 2}


def guess_array(domain: DomainFile, source: tuple[Reading, Item] | None) -> tuple[Reading, Item]:
    """How the array of samples and its labels are read; the target follows the source.

    Raises `Unclear` where nothing is plainly the source's label, `UploadError` where no array can hold samples.
    """
    item = _samples(domain, source)
    labels = _labels(domain, item, source)
    side = _side(domain, item, labels, source)
    if domain.role == "source":
        beside = [
            i.path[-1] for i in domain.items if i.table is not None and i.name not in (labels.name, *_rows_of(domain))
        ]
        if beside:
            domain.note("columns beside", name=item.name, columns=tuple(beside))
    return Reading(form="array", name=item.name, labels=labels, samples=side, rows=domain.rows), item


def _rows_of(domain: DomainFile) -> tuple[str, ...]:
    return domain.rows[:1] if domain.rows else ()


def can_be_samples(item: Item) -> bool:
    """Whether an array may hold samples; MATLAB has no lists, so a single row or column is none either."""
    sides = 2 <= len(item.shape) <= MOST_SIDES and min(item.shape) > 0
    return item.holds == "numbers" and not item.problem and item.table is None and sides and not is_line(item)


def is_line(item: Item) -> bool:
    """Whether it is a list of values, or a matrix of one row or column."""
    return 1 <= len(item.shape) <= 2 and max(item.shape) == math.prod(item.shape)


def fits(labels: Item, samples: Item) -> bool:
    """Whether there are as many labels, or one-hot rows, as the samples have rows or, at the end, columns."""
    return bool(set(_numbers_of(labels)) & {samples.shape[0], samples.shape[-1]})


def _numbers_of(labels: Item) -> tuple[int, ...]:
    return (max(labels.shape),) if is_line(labels) else labels.shape[:1]


def _samples(domain: DomainFile, source: tuple[Reading, Item] | None) -> Item:
    asked = domain.asked.samples_of(domain.role)
    if asked is not None:
        item = found(domain.file, domain.contents.items, asked)
        if not can_be_samples(item):
            shape = by(item.shape) or say("a single number")
            why = item.problem or say("its shape is {shape}, {type}", shape=shape, type=item.dtype)
            text = say("it cannot hold samples ({why}); choose another array", why=why)
            raise refusal(domain.file, text, quoted(item.name))
        domain.note("samples", name=item.name, shape=item.shape, why=say("as asked"))
        return item
    candidates = [i for i in domain.items if can_be_samples(i)]
    if not candidates:
        arrays = [
            say("{name}: {why}", name=quoted(i.name), why=i.problem or by(i.shape) or say("a single number"))
            for i in domain.items[:4]
        ]
        why = clauses(arrays) if arrays else say("it is empty")
        text = say("no array in it can hold samples ({why}); save a numeric array with one row per sample", why=why)
        raise refusal(domain.file, text)
    labels = [i for i in domain.items if is_label_name(last_of(i)) and i not in candidates[1:]]

    def rank(item: Item) -> tuple[object, ...]:
        has_labels = any(label is not item and fits(label, item) for label in labels)
        follows = source is not None and item.name == source[1].name
        is_label = is_label_name(last_of(item)) and not is_data_name(last_of(item))
        split = _SPLIT_RANKS.get(split_of(item.name), 1)
        return follows, not is_label, is_data_name(last_of(item)), has_labels, split, math.prod(item.shape)

    item = max(candidates, key=rank)
    others = [i for i in candidates if i is not item and not (is_label_name(last_of(i)) and fits(i, item))]
    if role_of(item.name) == domain.role and len(domain.items) < len(domain.contents.items):
        domain.note("array of both", name=item.name)
    if others:
        why = say("name, as in the source") if source and item.name == source[1].name else say("name")
        why = why if is_data_name(last_of(item)) or source else say("size")
        domain.note("samples of several", name=item.name, shape=item.shape, why=why, others=_names(others))
    else:
        domain.note("samples", name=item.name, shape=item.shape, why=say("the one array that can hold them"))
    return item


def _names(items: Sequence[Item]) -> tuple[str, ...]:
    return tuple(i.name for i in items)


def _labels(domain: DomainFile, item: Item, source: tuple[Reading, Item] | None) -> Labels:
    asked = domain.asked.labels_of(domain.role)
    if asked == NO_LABELS:
        return Labels()
    if domain.labels_from is not None:
        n = item.shape[0]
        return Labels(by="item", name=second_file_item(domain, asked, n), file=domain.labels_from.file)
    if asked is not None:
        return _asked_labels(domain, item, asked)
    if source is not None and source[0].labels.by == "column" and item.shape[1:] == source[1].shape[1:]:
        domain.note("label same", name=say("column {number}", number=source[0].labels.column))
        return source[0].labels
    rule, label = _plain_label(domain, item, source)
    if label is not None:
        domain.note(rule, name=label.name)
        return Labels(by="item", name=label.name)
    if domain.role == "target":
        domain.note("unlabelled")
        return Labels()
    raise _unclear(domain, item)


def _asked_labels(domain: DomainFile, item: Item, asked: str) -> Labels:
    number = asked.lower().removeprefix("column").strip(" :")
    is_named = any(asked in (i.name, i.name.replace("/", "."), i.path[-1]) for i in domain.contents.items)
    if not is_named and number.lstrip("-").isdigit() and len(item.shape) == 2:
        column = int(number)
        return Labels(by="column", column=column if column > 0 else max(0, item.shape[1] + 1 + column))
    label = found(domain.file, domain.contents.items, asked)
    if label is item:
        text = say("it holds the samples; choose another array, or one of its columns (--labels 'column 1')")
        raise refusal(domain.file, text, quoted(label.name))
    return Labels(by="item", name=label.name)


def _plain_label(domain: DomainFile, item: Item, source: tuple[Reading, Item] | None) -> tuple[str, Item | None]:
    """The array that is plainly the label: by its name, as the one of texts, or as one-hot rows."""
    fitting = [i for i in domain.items if i is not item and i.shape and fits(i, item) and not _tells_domains(domain, i)]
    names = [last_of(i) for i in domain.items]
    fitting.sort(key=lambda i: (i.path[:-1] != item.path[:-1], split_of(i.name) != split_of(item.name)))
    named = [i for i in fitting if is_label_name(last_of(i), names) and _is_label_shape(domain, i)]
    if source is not None and any(i.name == source[0].labels.name for i in fitting):
        named = [i for i in fitting if i.name == source[0].labels.name]
    if named:
        _refuse_problem(domain, named[0])
        return ("label named" if is_line(named[0]) else "label one-hot"), named[0]
    # As many different texts as samples are their names.
    texts = [i for i in fitting if i.holds == "texts" and is_line(i) and not is_left_out_name(last_of(i))]
    texts = [i for i in texts if _repeats(domain, i)]
    if len(texts) == 1:
        _refuse_problem(domain, texts[0])
        return "label texts", texts[0]
    hot = [i for i in fitting if _is_one_hot(domain, i)]
    return ("label one-hot", hot[0]) if len(hot) == 1 else ("", None)


def _tells_domains(domain: DomainFile, item: Item) -> bool:
    return domain.rows is not None and domain.rows[0] in (item.name, item.path[-1])


def _is_label_shape(domain: DomainFile, item: Item) -> bool:
    return is_line(item) or _is_one_hot(domain, item)


def _repeats(domain: DomainFile, item: Item) -> bool:
    return bool(item.problem) or len(np.unique(loaded(domain.contents, item))) < max(item.shape)


def _is_one_hot(domain: DomainFile, item: Item) -> bool:
    possible = item.holds == "numbers" and not item.problem and len(item.shape) == 2 and min(item.shape) > 1
    return possible and item.shape[1] <= MAX_CLASSES and one_hot(loaded(domain.contents, item))


def _refuse_problem(domain: DomainFile, item: Item) -> None:
    if item.problem:
        text = say("the labels cannot be used: {why}; or name other labels (--labels)", why=item.problem)
        raise refusal(domain.file, text, quoted(item.name))


def _unclear(domain: DomainFile, item: Item) -> Unclear:
    candidates = []
    for other in domain.items:
        if other is item or _tells_domains(domain, other):
            continue
        why = other.problem
        if not why and not (other.shape and fits(other, item)):
            why = say("is {shape}", shape=by(other.shape) or say("one number"))
        if not why and not _is_label_shape(domain, other):
            why = say("is {shape}, neither one label per sample nor one-hot rows", shape=by(other.shape))
        known = why or say("has {values}", values=_described(loaded(domain.contents, other)))
        candidates.append(Candidate(other.name, known, possible=not why))
    if len(item.shape) == 2:
        columns = _label_columns(loaded(domain.contents, item))
        name = quoted(item.name)
        candidates += [
            Candidate(f"column {j + 1}", say("of {name} has {values}", name=name, values=what)) for j, what in columns
        ]
    alike = [i for i in domain.items if can_be_samples(i) and i.shape[1:] == item.shape[1:]]
    hint = ""
    if len(alike) > 1 and not any(c.possible for c in candidates):
        hint = say(
            "{n:,} arrays hold rows of {shape} ({names}): if each is a class, say so (--labels '{option}') or join "
            "them in one array, with the class of each row in a second one; or ",
            n=len(alike),
            shape=by(item.shape[1:]),
            names=listed(i.name for i in alike),
            option=ARRAY_NAMES,
        )
    return unclear_labels(domain.contents, domain.role, candidates, hint)


def _label_columns(x: np.ndarray) -> list[tuple[int, Text]]:
    """Columns of a matrix that may be labels: few whole numbers; the first and the last ones first."""
    if x.dtype.kind not in "biuf":
        return []
    found_ = []
    for j in sorted(range(x.shape[1]), key=lambda j: min(j, x.shape[1] - 1 - j))[:200]:
        column = x[:, j]
        if not np.isfinite(column).all() or np.any(column != np.round(column)):
            continue
        distinct = len(np.unique(column))
        if 2 <= distinct <= max(20, len(column) // 10) and not counts_rows(column):
            found_.append((j, _described(column)))
    return found_[:4]


def _described(values: np.ndarray) -> Text:
    values = np.unique(as_texts(values.reshape(-1)))
    first = listed(first_of(values.tolist()), 3)
    return say("{values} ({first})", values=count_of(len(values), "value"), first=first)


def _side(domain: DomainFile, item: Item, labels: Labels, source: tuple[Reading, Item] | None) -> str:
    """Along which side of the array the samples lie: the labels tell, else the source, else what pictures look like."""
    shape = item.shape
    if labels.by == "column":
        return "first"
    if domain.asked.transpose is not None:
        return "last" if domain.asked.transpose else "first"
    if labels.by == "item":
        contents = domain.labels_from or domain.contents
        numbers = _numbers_of(found(contents.file, contents.items, labels.name))
        return "last" if shape[0] not in numbers and shape[-1] in numbers else "first"
    if source is not None and len(shape) == len(source[1].shape):
        reading, other = source
        sample = other.shape[1:] if reading.samples == "first" else other.shape[:-1]
        as_first, as_last = shape[1:] == sample, shape[:-1] == sample
        if reading.labels.by == "column":
            as_first = as_first or shape[1] == other.shape[1] - 1
        side = reading.samples if as_first == as_last else "first" if as_first else "last"
        if (as_first or as_last) and side == "last":
            domain.note("follows source", name=item.name)
        return side if as_first or as_last else _look(shape)
    return _look(shape)


def _look(shape: tuple[int, ...]) -> str:
    """MATLAB keeps images as (H, W, N) or (H, W, C, N)."""
    if len(shape) == 3:
        return "last" if shape[0] == shape[1] != shape[2] else "first"
    last = len(shape) == 4 and shape[2] in CHANNELS and shape[1] not in CHANNELS and shape[3] not in CHANNELS
    return "last" if last else "first"
