"""How uploaded files are read: a control for each part of the reading plan; what is not chosen is guessed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

import streamlit as st

from dann_core.domains import files
from dann_core.language import Text, say
from ui.controls import select
from ui.language import tell, told, worded

AS_FOUND = say("as found")
"""The choice that leaves a part to the guess, which is said under the controls."""

KINDS = ("vectors", "signals", "images")
LEVELS = {
    say("nearest, but 'train' and the like"): 0,
    say("next to the file"): 1,
    say("one above"): 2,
    say("two above"): 3,
}
HEADERS = {AS_FOUND: None, say("names the columns"): True, say("is a sample"): False}
SHIFTS = {say("one by one"): (), say("all minus 1"): ("minus 1",), say("all plus 1"): ("plus 1",)}
LAYOUTS = {
    say("a sample in each row"): {},
    say("a sample in each column (transpose)"): {"transpose": True},
    say("a step of a recording in each row"): {"window": (128, 64)},
}
MISSING = {say("filled with the median"): "median", say("rows left out"): "rows"}
WORDS = {
    "vectors": say("vectors"),
    "signals": say("signals"),
    "images": say("images"),
    files.FOLDERS: say("folder names"),
    files.FILE_NAMES: say("file names"),
    files.ARRAY_NAMES: say("array names"),
    files.NO_LABELS: say("none"),
}
"""Choices that a reading plan has names for; all others are names from a file."""

SAMPLES_OF = {"source": say("samples of the source"), "target": say("samples of the target")}
LABELS_OF = {"source": say("labels of the source"), "target": say("labels of the target")}
PART_OF = {"source": say("the source is"), "target": say("the target is")}
_MOST_UNMATCHED = 30


def of_file(
    role: files.Role, labelled: files.Contents, contents: files.Contents, transpose: bool
) -> dict[str, str | None]:
    """Where the samples of a file stand, and its labels in `labelled`, which is that file or a second one, as fields of
    `Asked`; None where nothing was chosen. Labels of a table to `transpose` stand in one of its rows."""
    prefix = "" if role == "source" else "target_"
    places = any(len(i.path) > 1 for i in contents.items)
    usable = [i for i in contents.items if i.table is None and not i.problem]
    samples = [i.name for i in usable if i.holds == "numbers" and len(i.shape) > 1]
    columns = [i.path[-1] for i in labelled.items if i.table is not None]
    if transpose and labelled is contents and columns:
        columns = [str(name) for name in contents.load([next(i for i in contents.items if i.table is not None)])[0]]
    several = len(samples) > 1
    labels = [*([files.FOLDERS] if places else []), *([files.FILE_NAMES] if places or several else [])]
    labels += [*([files.ARRAY_NAMES] if several else []), *dict.fromkeys(columns)]
    labels += [i.name for i in labelled.items if i.table is None and i.holds != "picture" and not i.problem]
    labels += [files.NO_LABELS] if role == "target" else []
    chosen: dict[str, str | None] = {}
    with st.container(horizontal=True):
        if several and not places:
            chosen[f"{prefix}samples"] = _select(told(SAMPLES_OF[role]), samples, f"samples {role} {contents.file}")
        if labels:
            chosen[f"{prefix}labels"] = _select(told(LABELS_OF[role]), labels, f"labels {role} {contents.file}")
    return chosen


def of_pair(contents: Sequence[files.Contents], asked: files.Asked) -> files.Asked:
    """What concerns both files: kind, columns left out, missing cells, windows and folders."""
    key = " and ".join(c.file for c in contents)
    source = contents[0]
    is_placed = any(i.holds == "picture" or len(i.path) > 1 for i in source.items)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = _select(tell("one sample is"), KINDS, f"kind {key}", width=220)
        missing = None
        if any(i.missing for c in contents for i in c.items if i.table is not None):
            missing = one_of(MISSING, tell("missing cells"), f"missing {key}", width=220)
        level = None
        if is_placed:
            level = one_of(LEVELS, tell("the class is the folder"), f"level {key}", width=260) or None
    return replace(asked, kind=kind, missing=missing, class_level=level)


def of_recordings(plan: files.ReadingPlan, contents: Sequence[files.Contents], asked: files.Asked) -> files.Asked:
    """Length and step of windows, and the channel, where the plan cuts recordings."""
    if plan.windows is None:
        return asked
    key = " and ".join(c.file for c in contents)
    with st.container(horizontal=True):
        now = plan.windows
        length = st.number_input(tell("steps of a window"), 1, 200_000, now.length, key=f"length {key}", width=160)
        step = st.number_input(tell("one every"), 1, 200_000, now.step, key=f"step {key}", width=160)
        channel = st.text_input(tell("channel, or its ending"), plan.channel, key=f"channel {key}", width=220)
    return replace(asked, window=(length, step), channel=channel or None)


def of_columns(plan: files.ReadingPlan, contents: Sequence[files.Contents], asked: files.Asked) -> files.Asked:
    """Which columns of tables are no features; those that number rows or name samples are proposed."""
    # Of a transposed table the columns are samples.
    if plan.source.form != "columns" or plan.source.samples == "last":
        return asked
    label = plan.source.labels.name if not plan.source.labels.file else ""
    columns = [i.path[-1] for i in contents[0].items if i.table is not None and i.path[-1] != label]
    left_out = st.multiselect(
        tell("columns left out"),
        columns,
        [c for c in plan.drop if c in columns],
        format_func=files.shown,
        placeholder=tell("Choose options"),
        key=f"drop {label} {' and '.join(c.file for c in contents)}",
    )
    return replace(asked, drop=tuple(left_out), keep=tuple(c for c in columns if c not in left_out))


def of_labels(question: files.Unmatched) -> tuple[str, ...] | None:
    """Which class of the source each unmatched label of the target means; None until all are said."""
    unknown = [name for name in question.found if name not in question.classes][:_MOST_UNMATCHED]
    if shift := one_of(SHIFTS, told(LABELS_OF["target"]), "shift", width=220):
        return shift
    table = []
    with st.container(horizontal=True):
        for name in unknown:
            chosen = select(
                tell("'{name}' is", name=files.shown(name)),
                question.classes,
                None,
                format_func=files.shown,
                key=f"match {name}",
            )
            table.append(None if chosen is None else f"{name}={chosen}")
    return None if None in table else tuple(t for t in table if t)


def of_domains(question: files.Unclear) -> str | None:
    """Which part of a file that holds more than two is the source and which the target; None until both are said."""
    names = [c.name for c in question.candidates]
    with st.container(horizontal=True):
        chosen = [
            select(told(label), names, None, format_func=files.shown, key=f"part {role}")
            for role, label in PART_OF.items()
        ]
    return None if None in chosen else f"{question.about}={chosen[0]}:{chosen[1]}"


def one_of(choices: Mapping[Text, Any], label: str, key: str, width: int | Literal["stretch"] = "stretch") -> Any:
    """What stands for the chosen one of these words."""
    words = [*choices]
    return choices[select(label, words, words[0], format_func=told, key=worded(key), width=width)]


def _select(label: str, options: Sequence[str], key: str, width: int | Literal["stretch"] = "stretch") -> str | None:
    def shown(option: str) -> str:
        return told(option) if option == AS_FOUND else told(WORDS.get(option) or files.shown(option))

    chosen = select(label, [AS_FOUND, *options], AS_FOUND, format_func=shown, key=worded(key), width=width)
    return None if chosen == AS_FOUND else chosen
