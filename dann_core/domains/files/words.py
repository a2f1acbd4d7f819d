"""Facts about reading in English: one sentence each, and one paragraph for all that was read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from dann_core.domains.files.errors import by, count, listed, shown
from dann_core.domains.files.facts import Fact

SENTENCES: dict[str, str] = {
    # What was taken for what
    "samples": "the samples are '{name}' ({shape}): {why}",
    "samples of several": "the samples are '{name}' ({shape}), by its {why}; also in the file: {others}",
    "samples of arrays": "{n} arrays hold samples of {shape} in their {where}, each those of one class: {names}",
    "one array a sample": "each of {n} arrays is one sample, {shape} as {names}",
    "rows": "the samples are the rows of the table",
    "transposed": "the table was turned: its {n} columns are the samples, its rows the features, named by '{name}'",
    "label named": "the labels are '{name}', by its name",
    "label text": "the labels are '{name}', the one column of texts",
    "label texts": "the labels are '{name}', one text for each sample",
    "label one-hot": "the labels are '{name}': one-hot rows, as many as the samples",
    "label same": "the labels are '{name}', as in the source",
    "label folder": "the classes are the folders next to the files ({names})",
    "label folder level": "the classes are the folders {level} above the files ({names})",
    "label file name": "the classes are in the files' names ({names})",
    "label array name": "the classes are in the arrays' names ({names})",
    "label recording": "the labels are '{name}', one for each file",
    "label one-hot columns": "the labels are the one-hot columns {names}",
    "labels by name": "labels were given to the files by the names in '{name}'",
    "labels in order": "the labels of '{name}' were given to the files in the order of their names",
    "label steps": "the labels are '{name}', one for each step; the signal is cut where they change",
    "label second file": "the labels are '{name}' of the second file '{other}'",
    "unlabelled": "the target is read without labels: its accuracy cannot be shown",
    "no label beside features": "the target is read without labels: its columns are the source's features",
    "axis": "'{name}' stands beside x and z: an axis, no label",
    "splits joined": "the folders {names} are parts of one domain and were joined",
    "folders joined": "the folders {names} were joined; if each is a domain of its own, split them (--split-by folder)",
    "folder of both": "one file holds both domains: this one is the folder '{name}'",
    "rows of both": "one file holds both domains: this one is the rows with '{value}' in '{name}'",
    "array of both": "one file holds both domains: this one is '{name}'",
    "signals guessed": "rows of {steps} values that are alike all along, or smooth, were taken for signals (--kind)",
    "signals of channels": "samples of {shape} were taken for signals of {channels} channels x {steps} steps (--kind)",
    "images guessed": "samples of {shape} were taken for pictures (--kind)",
    "maybe images": "rows of {n} values from 0 on may be pictures of {shape}; say so if they are (--kind images)",
    "channel": "the channel is '{name}', which every file has; also: {others}",
    "recording channels": "arrays were taken for recordings of {channels} channels x {steps} steps, as '{name}'",
    "channels": "the channels are {names}",
    # What was left out or changed
    "never named": "0 stands for {n:feature} of the other file that it never names",
    "of other files": "left out since they bear the numbers of other files: {names}",
    "row numbers": "left out since they number the rows: {columns}",
    "identifiers": "left out since they say which sample it is, not how it is: {columns}",
    "times": "left out since they say when, not how: {columns}",
    "texts left out": "left out, texts with too many values for categories: {columns}",
    "blank columns": "left out, without any value: {columns}",
    "dropped": "left out as asked: {columns}",
    "columns beside": "the samples are '{name}' alone, not used beside them: {columns}",
    "unreadable": "left out, {reason}: {columns}",
    "laid out": "samples of {shape} were laid out as vectors",
    "samples last": "in '{name}' the samples lay along the last side and were moved to the first",
    "follows source": "'{name}' lies as in the source: samples along the {side} side",
    "signals turned": "the signals lay as steps x channels and were turned",
    "alpha dropped": "the alpha channel was dropped",
    "unrolled": "rows were read as pictures of {shape}",
    "images shrunk": "images of {before} were brought to {after} (at most {most} a side)",
    "sizes": "images of {n} sizes were resized to {after}",
    "resized": "images of {before} were resized to {after}",
    "grey repeated": "grey images were repeated in three channels to match colour",
    "made grey": "colour images were made grey",
    "windows": "{recordings:recording} cut into {n:window} of {length} steps, one every {step}",
    "too short": "{n:recording} shorter than a window of {length} steps (the shortest: {shortest}) left out",
    "categories": "'{name}' became one column for each of {values}",
    "filled": "{n:missing cell} filled with the median of both domains: {columns}",
    "rows left out": "{n:row} of {of} left out: a cell is missing",
    "labels missing": "{n:row} without a label left out",
    "by order": "its {n} columns were matched by their order",
    "columns matched": "columns were matched: {pairs}",
    "extra columns": "columns that the source does not use were left out: {columns}",
    "other order": "its columns stand in another order and were matched by name",
    "matched": "labels were matched: {pairs}",
    "only in target": "the source lacks {names}: {n:sample} left out; without labels they stay (--target-labels none)",
    "unknown labels": "{n:sample} with labels that the training did not know: {names}",
    "only in source": "the target has no sample of {names}: they are taught, and examined on nothing",
    # What looks odd
    "same file": "both domains are the same samples: there is nothing to adapt to",
    "one feature tells": "'{name}' alone tells the label in {share} of the source: does it say the answer? (--drop)",
    "many features tell": "each of {n} features alone tells the label in {share} of the source: easy, or leaked",
    "feature counts": "'{name}' numbers the rows: leave it out (--drop) unless it is a measurement",
    "feature differs": "'{name}' is another whole number in each row: if it only says which sample it is, leave it out "
    "(--drop)",
    "missing code": "{n:cell} hold {value}, far from all others: if it means missing, leave them empty ({columns})",
    "rows are steps": "each row was read as a sample, but they look like steps of a recording: cut windows if they are "
    "(--window {length})",
    "classes alike": "{names} are classes of their own: if they are one, spell them alike",
    "maybe unlabelled": "{names} among the labels became a class: if it means that there is none, leave those rows out",
    "other unit": "values reach {a} in the source and {b} in the target: are both in the same unit?",
}


def without_options(text: str) -> str:
    """A sentence for the page: what to write on a command line stands in parentheses, and goes."""
    return re.sub(r" \(--[^()]*\)", "", text)


def sentence(fact: Fact) -> str:
    """What a fact says; names from files are shortened and free of control characters."""
    if fact.rule == "note":
        # Readers have worded it, names in it included.
        return str(fact.values["text"])
    return SENTENCES[fact.rule].format_map({name: _said(value) for name, value in fact.values.items()})


def sentences(facts: Iterable[Fact]) -> tuple[str, ...]:
    """What these facts say, each once, with the files that it is said of in front."""
    files: dict[str, list[str]] = {}
    for fact in facts:
        named = files.setdefault(sentence(fact), [])
        if fact.file and shown(fact.file) not in named:
            named.append(shown(fact.file))
    return tuple(f"{' and '.join(named)}: {text}" if named else text for text, named in files.items())


def _said(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"'{shown(a)}' is '{shown(b)}'" for a, b in value.items())
    if isinstance(value, tuple):
        return by(value) if value and isinstance(value[0], int) else listed(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return shown(value)
    return _Number(value) if isinstance(value, int) else f"{value:.4g}"


class _Number(int):
    """`{n}` is `1,024`, `{n:row}` is `1,024 rows`."""

    def __format__(self, noun: str) -> str:
        return count(int(self), noun) if noun else f"{int(self):,}"
