"""Whether several arrays are samples each, samples of a class each, or recordings with channels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from dann_core.domains.files.asking import ARRAY_NAMES, FILE_NAMES, FOLDERS, NO_LABELS, Candidate, Unclear, titled
from dann_core.domains.files.contents import Item
from dann_core.domains.files.domain_file import DomainFile, first_of
from dann_core.domains.files.errors import by, listed, quoted, refusal
from dann_core.domains.files.evidence import looks_like_signals, rows_are_independent
from dann_core.domains.files.guess_arrays import fits
from dann_core.domains.files.guess_places import guess_place_labels
from dann_core.domains.files.held import loaded
from dann_core.domains.files.labelling import class_folders, file_classes
from dann_core.domains.files.matching import plain
from dann_core.domains.files.names import file_of, is_data_name, is_label_name, last_of, source_and_target, split_of
from dann_core.domains.files.piles import piled
from dann_core.domains.files.plan import Labels, Reading
from dann_core.domains.files.recordings import is_long
from dann_core.domains.files.shaping import CHANNELS, SMALLEST_SIDE
from dann_core.domains.files.windows import LENGTHS, SEVERAL
from dann_core.language import said, say

Pile = Literal["", "first", "last", "whole"]

_RATIO = 4
"""A picture is rarely this much longer than wide."""

_MANY, _FEW, _SOME = 64, 3, 2
"""Rows that are seldom so many channels; columns that may well be the features of samples; pictures a class."""


def guess_pile(domain: DomainFile, items: Sequence[Item]) -> Pile:
    """How arrays of one domain are read: each is a sample ("whole"), or holds those of one class along its first or
    last side; "" if they are nothing of both, as recordings are.

    Raises `Unclear` where their shapes and numbers tell nothing.
    """
    asked, told = domain.asked, domain.asked.labels_of(domain.role)
    if told == ARRAY_NAMES and items:
        return "last" if asked.transpose else "first"
    if len(items) < 2 or asked.window is not None or asked.channel is not None or _are_no_classes(domain, items):
        return ""
    if told not in (None, FOLDERS, FILE_NAMES, NO_LABELS):
        return ""
    classes = _classes_of(domain, items)
    # Numbers, as of cells, name no classes.
    n_classes = len(set(classes)) if any(c.isalpha() for name in classes for c in name) else 1
    are_pictures = all(map(_may_be_picture, items)) and (asked.kind == "images" or not _differ_in_rows_alone(items))
    plainly = all(i.dtype == "uint8" or len(i.shape) == 3 for i in items)
    if are_pictures and len(items) >= n_classes * (_SOME if plainly else SEVERAL):
        return "whole"
    if n_classes < 2:
        return ""
    if _are_in_columns(items):
        return "last"
    if len({i.shape[1:] for i in items}) > 1 or min(i.shape[0] for i in items) < SEVERAL:
        return ""
    return _of_rows(domain, items, len(set(classes)) == len(items))


def _are_no_classes(domain: DomainFile, items: Sequence[Item]) -> bool:
    """Whether their names say that they are data, parts of a set or domains, or labels stand beside one."""
    names = [last_of(i) for i in items if not file_of(i)]
    if any(is_data_name(n) or split_of(n) for n in names) or source_and_target(names):
        return True
    labels = [i for i in domain.items if i not in items and i.shape and is_label_name(last_of(i))]
    return any(fits(label, i) for label in labels for i in items if file_of(label) == file_of(i))


def _classes_of(domain: DomainFile, items: Sequence[Item]) -> list[str]:
    folders = class_folders(items, domain.asked.class_level or 0)
    return folders if all(folders) else file_classes(domain.file, items)


def _may_be_picture(item: Item) -> bool:
    sides = list(item.shape)
    if len(sides) == 3 and (sides[0] in CHANNELS or sides[2] in CHANNELS):
        sides.pop(2 if sides[2] in CHANNELS else 0)
    return len(sides) == 2 and min(sides) >= SMALLEST_SIDE and max(sides) <= _RATIO * min(sides)


def _differ_in_rows_alone(items: Sequence[Item]) -> bool:
    """Whether matrices differ in their rows alone, as samples with one number of features do."""
    heights, widths = ({i.shape[side] for i in items} for side in (0, 1))
    return all(len(i.shape) == 2 for i in items) and len(heights) > 1 and len(widths) == 1


def _are_in_columns(items: Sequence[Item]) -> bool:
    """Whether matrices are of one height and of a width each, as windows in columns are; channels would be as many."""
    heights, widths = ({i.shape[side] for i in items} for side in (0, 1))
    tall = all(len(i.shape) == 2 and i.shape[0] > i.shape[1] >= SEVERAL for i in items)
    return tall and len(heights) == 1 and len(widths) > 1


def _of_rows(domain: DomainFile, items: Sequence[Item], one_each: bool) -> Pile:
    """Arrays that hold rows of one shape: samples of a class each, channels, or steps of recordings."""
    first = items[0]
    heights, apart = {i.shape[0] for i in items}, len({i.path[:-1] for i in items}) > 1
    if len(first.shape) > 2:
        return "first" if len(heights) > 1 or (apart and one_each) else _asked(domain, items, one_each)
    width, kind = first.shape[1], domain.asked.kind
    if kind in ("vectors", "images") and one_each:
        return "first"
    if all(is_long(i) and i.shape[0] > i.shape[1] for i in items):
        x = loaded(domain.contents, first)
        if width < _FEW or (width <= _MANY and not rows_are_independent(x)):
            return ""
        return _asked(domain, items, one_each)
    if len(heights) > 1:
        return "first"
    if width > 2 * LENGTHS[0] and max(heights) <= _MANY:
        return ""
    if apart and one_each and max(heights) > _MANY and looks_like_signals(loaded(domain.contents, first)):
        return "first"
    return _asked(domain, items, one_each)


def _asked(domain: DomainFile, items: Sequence[Item], one_each: bool) -> Pile:
    """Nothing but a person tells rows from channels, and views of the same samples from classes."""
    told = domain.asked.labels_of(domain.role) in (FILE_NAMES, FOLDERS, NO_LABELS)
    # Several files a class are recordings of a few channels.
    if told or (not one_each and items[0].shape[0] <= _MANY) or domain.role == "target":
        return ""
    places = FILE_NAMES if one_each else FOLDERS
    values = {"n": len(items), "names": listed(i.name for i in items), "first": items[0].shape[0]}
    values |= {"rows": quoted(titled(ARRAY_NAMES))}
    why = say("each array is a class, its rows ({shape}) are samples", shape=by(items[0].shape))
    candidates = [Candidate(ARRAY_NAMES, why)]
    if all(map(is_long, items)):
        text = say(
            "its {n:,} arrays ({names}) may hold samples of one class each, {first:,} in the first's rows, or be "
            "recordings of several channels; say which: the labels are {rows} (--transpose for samples in columns) or "
            "{places} (--labels NAME)",
            places=quoted(titled(places)),
            **values,
        )
        candidates.append(Candidate(places, say("each array is a recording of several channels")))
    else:
        text = say(
            "its {n:,} arrays ({names}) may hold samples of one class each, {first:,} in the first's rows; if so, the "
            "labels are {rows} (--transpose for samples in columns) (--labels NAME), else join them in one array, with "
            "the class of each row in a second one",
            **values,
        )
    raise Unclear(said(refusal(domain.file, text)), "labels", domain.role, candidates)


def guess_pile_labels(
    domain: DomainFile, items: Sequence[Item], pile: Pile, source: Reading | None, classes: Sequence[str] = ()
) -> Reading:
    """How these arrays are read, and where their classes stand; the target follows the source and its `classes`."""
    reading = Reading(form="arrays", folder=domain.folder, samples=pile)
    shape, names = items[0].shape, first_of((i.name for i in items), 5)
    if pile == "whole":
        domain.note("one array a sample", n=len(items), names=names, shape=shape)
    else:
        where, sample = (say("rows"), shape[1:]) if pile == "first" else (say("columns"), shape[:-1])
        domain.note("samples of arrays", n=len(items), names=names, shape=sample, where=where)
    if domain.asked.labels_of(domain.role) == ARRAY_NAMES:
        folders = class_folders(items, domain.asked.class_level or 0)
        by = "folder" if all(folders) else "file name"
        return reading.model_copy(update={"labels": Labels(by=by, level=domain.asked.class_level or 0)})
    follows = source is not None and source.labels.by == "file name" and domain.asked.labels_of(domain.role) is None
    if follows and not {plain(c) for c in classes} & {plain(c) for c in file_classes(domain.file, items)}:
        domain.note("unlabelled")
        return reading
    return reading.model_copy(update={"labels": guess_place_labels(domain, items, "array", source)})


def piles_of(domain: DomainFile) -> list[Item]:
    """The arrays of this domain that may be piled."""
    here = set(domain.items)
    return [i for i in piled(domain.contents, domain.folder) if i in here]
