"""A reading plan from what two files hold. Every guess is a fact that is said."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dann_core.domains.files.asking import Asked
from dann_core.domains.files.carry_out import carried_out, in_folder
from dann_core.domains.files.contents import Contents, Item
from dann_core.domains.files.domain_file import DomainFile, as_texts
from dann_core.domains.files.errors import quoted, refusal
from dann_core.domains.files.evidence import rows_are_independent
from dann_core.domains.files.facts import Fact
from dann_core.domains.files.guess_arrays import can_be_samples, fits, guess_array, is_line
from dann_core.domains.files.guess_features import features_of
from dann_core.domains.files.guess_kind import guess_kind
from dann_core.domains.files.guess_piles import guess_pile, guess_pile_labels, piles_of
from dann_core.domains.files.guess_places import guess_place_labels, split_domains
from dann_core.domains.files.guess_table import guess_table
from dann_core.domains.files.held import found, loaded
from dann_core.domains.files.labelling import class_folders, file_classes
from dann_core.domains.files.names import is_data_name, is_label_name, is_row_number_name, last_of
from dann_core.domains.files.piles import joined
from dann_core.domains.files.plan import Form, Reading, ReadingPlan, Windows
from dann_core.domains.files.recordings import by_beginning, by_file, common_endings, is_long, recordings_of
from dann_core.domains.files.tabular import table_items
from dann_core.domains.files.windows import are_samples, default_windows
from dann_core.language import say

_SEVERAL_COLUMNS = 3
"""Of noise, one or two columns may be channels of a recording."""


@dataclass(frozen=True)
class Guessed:
    """A plan, and what was guessed for it."""

    plan: ReadingPlan
    notes: tuple[Fact, ...]


def guess(
    source: Contents,
    target: Contents,
    asked: Asked | None = None,
    source_labels: Contents | None = None,
    target_labels: Contents | None = None,
) -> Guessed:
    """The plan that two files (or one and the same) most likely mean; what is asked for is not guessed.

    The target's labels are only looked at for whether they are labels. Raises `Unclear` for what only a person can say,
    `UploadError` for files that hold no samples.
    """
    asked = asked or Asked()
    ours = DomainFile(source, "source", asked, source_labels)
    theirs = DomainFile(target, "target", asked, target_labels)
    split_domains(ours, theirs)
    form = _form(ours)
    plan = _GUESSES[form](ours, theirs)
    return Guessed(plan, (*ours.notes, *theirs.notes))


def _form(domain: DomainFile) -> Form:
    """What the source's samples are: pictures, columns of a table, one array, or many long ones."""
    items = domain.items
    asked = domain.asked.samples
    if asked is not None and any(i.name == asked or i.name.replace("/", ".") == asked for i in items):
        item = found(domain.file, items, asked)
        return "array" if can_be_samples(item) or not is_long(item) else "recordings"
    if any(i.holds == "picture" for i in items):
        return "pictures"
    if guess_pile(domain, piles_of(domain)):
        return "arrays"
    tables = {i.table for i in items if i.table is not None}
    samples = [i for i in items if can_be_samples(i)]
    files = by_file(domain.contents, domain.folder)
    if tables and not samples and len(files) <= 1:
        return "columns"
    # Many recordings may be called `signal`; labels beside an array, or one value a row, tell that it holds samples.
    beside = [(a, i) for i in samples for a in items if a is not i and fits(a, i)]
    if any(is_data_name(last_of(i)) for i in samples) and (
        len(files) <= 1 or any(is_label_name(last_of(a)) for a, _ in beside)
    ):
        return "array"
    if len(files) <= 1 and any(is_line(a) for a, _ in beside):
        return "array"
    long = [i for group in files.values() for i in group]
    if len(files) > 1 or (long and len(long) == len([*samples, *(i for i in long if i not in samples)]) != 1):
        return "recordings"
    if samples:
        return "array"
    if len(tables) > 1:
        return "columns"
    return "recordings" if long else "array"


def _arrays(source: DomainFile, target: DomainFile) -> ReadingPlan:
    ours, item = guess_array(source, None)
    theirs, _ = guess_array(target, (ours, item)) if any(map(can_be_samples, target.items)) else _other(target)
    plan = _plan(source, ours, theirs)
    along = -1 if ours.samples == "last" else 0
    return guess_kind(source, plan, lambda: np.moveaxis(loaded(source.contents, item), along, 0))


def _other(target: DomainFile) -> tuple[Reading, Item | None]:
    """A target of another form than the source's array of samples: a table, or what it is refused for."""
    if any(i.table is not None for i in target.items):
        return guess_table(target, None, ()), None
    return guess_array(target, None)


def _tables(source: DomainFile, target: DomainFile) -> ReadingPlan:
    ours = guess_table(source, None, ())
    features, left_out = features_of(source, ours)
    if any(i.table is not None for i in target.items):
        theirs = guess_table(target, ours, features, _classes_of_rows(source, ours))
    else:
        theirs, _ = guess_array(target, None)
    plan = _plan(source, ours, theirs, drop=left_out)
    return guess_kind(source, plan, lambda: carried_out(source.contents, plan.source, plan, source.labels_from).x)


def _piles(source: DomainFile, target: DomainFile) -> ReadingPlan:
    items, others = piles_of(source), piles_of(target)
    kind = guess_pile(source, items)
    ours = guess_pile_labels(source, items, kind, None)
    classes = file_classes(source.file, items) if ours.labels.by == "file name" else ()
    labels = [i for i in target.items if i.shape and is_label_name(last_of(i))]
    if not others or any(fits(label, i) for label in labels for i in others):
        theirs, _ = guess_array(target, None)
    else:
        theirs = guess_pile_labels(target, others, kind, ours, classes)
    plan = _plan(source, ours, theirs)
    shapes = {i.shape for i in items}
    if kind == "whole" and len(shapes) > 1:
        return plan.model_copy(update={"kind": source.asked.kind or "images"})
    return guess_kind(source, plan, lambda: joined(source.contents, items, kind))


def _classes_of_rows(source: DomainFile, reading: Reading) -> list[str]:
    """The classes that the source's label column names."""
    if reading.labels.by != "item" or reading.labels.file:
        return []
    column = found(source.file, table_items(source.contents, reading), reading.labels.name, "column")
    return np.unique(as_texts(loaded(source.contents, column))).tolist()


def _pictures(source: DomainFile, target: DomainFile) -> ReadingPlan:
    readings = []
    for domain in (source, target):
        if domain.role == "target" and not any(i.holds == "picture" for i in domain.items):
            readings.append(guess_array(domain, None)[0])
            continue
        reading = Reading(form="pictures", folder=domain.folder, rows=domain.rows)
        items = in_folder(domain.contents, reading, "picture")
        labels = guess_place_labels(domain, items, "image", readings[0] if readings else None)
        readings.append(reading.model_copy(update={"labels": labels}))
    return _plan(source, *readings, kind=source.asked.kind or "images")


def _recordings(source: DomainFile, target: DomainFile) -> ReadingPlan:
    channel, drop = _channel(source)
    readings, steps, classes = [], [], []
    for domain in (source, target):
        recorded = recordings_of(domain.contents, domain.folder, channel, drop)
        items = [r.item for r in recorded]
        labels = guess_place_labels(domain, items, "recording", readings[0] if readings else None)
        readings.append(Reading(form="recordings", folder=domain.folder, rows=domain.rows, labels=labels))
        wide = [i for i in items if i.table is None and len(i.shape) == 2 and min(i.shape) > 1]
        if wide:
            domain.note("recording channels", name=wide[0].name, channels=min(wide[0].shape), steps=max(wide[0].shape))
        steps += [r.steps for r in recorded]
        classes += [f"{domain.role} {c}" for c in _classes(domain, items, labels.by)]
    windows = _asked_windows(source.asked)
    if windows is None:
        _check_steps(source, channel, drop)
    if windows is None and not are_samples(steps, classes):
        windows = default_windows(steps, classes)
    return _plan(source, *readings, kind="signals", windows=windows, channel=channel, drop=drop)


def _check_steps(source: DomainFile, channel: str, drop: tuple[str, ...]) -> None:
    """Refuse tables whose rows are no steps of a recording: nothing in them depends on what came before."""
    first = recordings_of(source.contents, source.folder, channel, drop)[0]
    if first.item.table is None or len(first.items) < _SEVERAL_COLUMNS:
        return
    if rows_are_independent(first.load(source.contents).T):
        text = say(
            "the rows do not go on from one to the next, as steps of a recording do: if each is a sample, join the "
            "tables in one, with a column that says the class; if they are steps, say so (--window LENGTH)"
        )
        raise refusal(source.file, text, say("entry {name}", name=quoted(first.name)))


def _classes(domain: DomainFile, items: Sequence[Item], by: str) -> list[str]:
    if by == "folder":
        return class_folders(items, domain.asked.class_level or 0)
    return file_classes(domain.file, items) if by == "file name" else [""] * len(items)


def _channel(domain: DomainFile) -> tuple[str, tuple[str, ...]]:
    """Which channel of the recordings is meant, and which columns of tables of recordings are none."""
    files = list(by_file(domain.contents, domain.folder).values())
    tables = [i for group in files for i in group if i.table is not None]
    names = tuple(dict.fromkeys(i.path[-1] for i in tables))
    drop = tuple(n for n in names if n in domain.asked.drop or is_row_number_name(n) or n.lower() in ("time", "t"))
    if drop:
        domain.note("row numbers", columns=drop)
    if domain.asked.channel is not None:
        return domain.asked.channel, drop
    if tables:
        kept = tuple(n for n in names if n not in drop)
        domain.note("channels", names=kept)
        return "", drop
    if len(files) == 1:
        files = by_beginning(files[0]) or files
    several = len(files) > 1 or (len(files) == 1 and _are_channels(files[0]))
    if not several or all(len(group) == 1 for group in files):
        return "", drop
    endings = common_endings(files)
    if not endings:
        text = say(
            "its files hold several long arrays under different names; say which is meant (--channel NAME or ending)"
        )
        raise refusal(domain.file, text)
    # Of channels sampled at several rates, the longest; of these, one that measures vibration, else the first.
    chosen = max(endings, key=lambda e: (endings[e], bool(re.search("vib|acc|DE", e))))
    domain.note("channel", name=chosen, others=tuple(e for e in endings if e != chosen) or (say("none"),))
    return chosen, drop


def _are_channels(items: dict[Item, str]) -> bool:
    """Whether the arrays of one file are channels of one recording: the same length, and names with one beginning."""
    if len(items) < 2 or len({max(i.shape) for i in items}) > 1:
        return False
    # `eeg_1`, `eeg_2` are recordings; `X100_DE_time`, `X100_FE_time` begin alike and end in words.
    without_numbers = {re.sub(r"\d+$", "", name) for name in items.values()}
    return len({name[:4] for name in items.values()}) == 1 and len(without_numbers) == len(items)


def _asked_windows(asked: Asked) -> Windows | None:
    if asked.window is None:
        return None
    length, step = asked.window
    return Windows(length=length, step=step or length)


def _plan(source: DomainFile, ours: Reading, theirs: Reading, **values: object) -> ReadingPlan:
    asked = source.asked
    given = {"kind": asked.kind or "vectors", "windows": _asked_windows(asked), "channel": asked.channel or ""}
    given |= {"missing": asked.missing or "median", "drop": asked.drop}
    return ReadingPlan(source=ours, target=theirs, **(given | values))


_GUESSES = {"array": _arrays, "arrays": _piles, "columns": _tables, "pictures": _pictures, "recordings": _recordings}
