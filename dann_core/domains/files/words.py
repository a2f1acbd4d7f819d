"""Facts about reading as sentences: one each, and one paragraph for all that was read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from dann_core.domains.files.errors import by, listed, quoted, shown
from dann_core.domains.files.facts import Fact
from dann_core.domains.files.nouns import count_of, series
from dann_core.language import Text, joined, say

SENTENCES: dict[str, Text] = {
    # What was taken for what
    "samples": say("the samples are '{name}' ({shape}): {why}"),
    "samples of several": say("the samples are '{name}' ({shape}), by its {why}; also in the file: {others}"),
    "samples of arrays": say("{n} arrays hold samples of {shape} in their {where}, each those of one class: {names}"),
    "one array a sample": say("each of {n} arrays is one sample, {shape} as {names}"),
    "rows": say("the samples are the rows of the table"),
    "transposed": say(
        "the table was turned: its {n} columns are the samples, its rows the features, named by '{name}'"
    ),
    "label named": say("the labels are '{name}', by its name"),
    "label text": say("the labels are '{name}', the one column of texts"),
    "label texts": say("the labels are '{name}', one text for each sample"),
    "label one-hot": say("the labels are '{name}': one-hot rows, as many as the samples"),
    "label same": say("the labels are '{name}', as in the source"),
    "label folder": say("the classes are the folders next to the files ({names})"),
    "label folder level": say("the classes are the folders {level} above the files ({names})"),
    "label file name": say("the classes are in the files' names ({names})"),
    "label array name": say("the classes are in the arrays' names ({names})"),
    "label recording": say("the labels are '{name}', one for each file"),
    "label one-hot columns": say("the labels are the one-hot columns {names}"),
    "labels by name": say("labels were given to the files by the names in '{name}'"),
    "labels in order": say("the labels of '{name}' were given to the files in the order of their names"),
    "label steps": say("the labels are '{name}', one for each step; the signal is cut where they change"),
    "label second file": say("the labels are '{name}' of the second file '{other}'"),
    "unlabelled": say("the target is read without labels: its accuracy cannot be shown"),
    "no label beside features": say("the target is read without labels: its columns are the source's features"),
    "axis": say("'{name}' stands beside x and z: an axis, no label"),
    "splits joined": say("the folders {names} are parts of one domain and were joined"),
    "folders joined": say(
        "the folders {names} were joined; if each is a domain of its own, split them (--split-by folder)"
    ),
    "folder of both": say("one file holds both domains: this one is the folder '{name}'"),
    "rows of both": say("one file holds both domains: this one is the rows with '{value}' in '{name}'"),
    "array of both": say("one file holds both domains: this one is '{name}'"),
    "signals guessed": say(
        "rows of {steps} values that are alike all along, or smooth, were taken for signals (--kind)"
    ),
    "signals of channels": say(
        "samples of {shape} were taken for signals of {channels} channels x {steps} steps (--kind)"
    ),
    "images guessed": say("samples of {shape} were taken for pictures (--kind)"),
    "maybe images": say("rows of {n} values from 0 on may be pictures of {shape}; say so if they are (--kind images)"),
    "channel": say("the channel is '{name}', which every file has; also: {others}"),
    "recording channels": say("arrays were taken for recordings of {channels} channels x {steps} steps, as '{name}'"),
    "channels": say("the channels are {names}"),
    # What was left out or changed
    "never named": say("0 stands for {features} of the other file that it never names"),
    "of other files": say("left out since they bear the numbers of other files: {names}"),
    "row numbers": say("left out since they number the rows: {columns}"),
    "identifiers": say("left out since they say which sample it is, not how it is: {columns}"),
    "times": say("left out since they say when, not how: {columns}"),
    "texts left out": say("left out, texts with too many values for categories: {columns}"),
    "blank columns": say("left out, without any value: {columns}"),
    "dropped": say("left out as asked: {columns}"),
    "columns beside": say("the samples are '{name}' alone, not used beside them: {columns}"),
    "unreadable": say("left out, {reason}: {columns}"),
    "laid out": say("samples of {shape} were laid out as vectors"),
    "samples last": say("in '{name}' the samples lay along the last side and were moved to the first"),
    "follows source": say("'{name}' lies as in the source: samples along the last side"),
    "signals turned": say("the signals lay as steps x channels and were turned"),
    "alpha dropped": say("the alpha channel was dropped"),
    "unrolled": say("rows were read as pictures of {shape}"),
    "images shrunk": say("images of {before} were brought to {after} (at most {most} a side)"),
    "sizes": say("images of {n} sizes were resized to {after}"),
    "resized": say("images of {before} were resized to {after}"),
    "grey repeated": say("grey images were repeated in three channels to match colour"),
    "made grey": say("colour images were made grey"),
    "windows": say("{recordings} cut into {windows} of {length} steps, one every {step}"),
    "too short": say("{recordings} shorter than a window of {length} steps (the shortest: {shortest}) left out"),
    "categories": say("'{name}' became one column for each of {values}"),
    "filled": say("{gaps} filled with the median of both domains: {columns}"),
    "rows left out": say("{rows} of {of} left out: a cell is missing"),
    "labels missing": say("{rows} without a label left out"),
    "by order": say("its {n} columns were matched by their order"),
    "columns matched": say("columns were matched: {pairs}"),
    "extra columns": say("columns that the source does not use were left out: {columns}"),
    "other order": say("its columns stand in another order and were matched by name"),
    "matched": say("labels were matched: {pairs}"),
    "only in target": say(
        "the source lacks {names}: {samples} left out; without labels they stay (--target-labels none)"
    ),
    "unknown labels": say("{samples} with labels that the training did not know: {names}"),
    "only in source": say("the target has no sample of {names}: they are taught, and examined on nothing"),
    # What looks odd
    "same file": say("both domains are the same samples: there is nothing to adapt to"),
    "one feature tells": say(
        "'{name}' alone tells the label in {share} of the source: does it say the answer? (--drop)"
    ),
    "many features tell": say("each of {n} features alone tells the label in {share} of the source: easy, or leaked"),
    "feature counts": say("'{name}' numbers the rows: leave it out (--drop) unless it is a measurement"),
    "feature differs": say(
        "'{name}' is another whole number in each row: if it only says which sample it is, leave it out (--drop)"
    ),
    "missing code": say("{cells} hold {value}, far from all others: if it means missing, leave them empty ({columns})"),
    "rows are steps": say(
        "each row was read as a sample, but they look like steps of a recording: cut windows if they are "
        "(--window {length})"
    ),
    "classes alike": say("{names} are classes of their own: if they are one, spell them alike"),
    "maybe unlabelled": say(
        "{names} among the labels became a class: if it means that there is none, leave those rows out"
    ),
    "other unit": say("values reach {a} in the source and {b} in the target: are both in the same unit?"),
}
"""What each rule says, without the values that stand in it."""


_NOUNS = {
    "cells": "cell",
    "features": "feature",
    "gaps": "missing cell",
    "recordings": "recording",
    "rows": "row",
    "samples": "sample",
    "windows": "window",
}
"""What the numbers of these names count, which stand in a sentence with their noun."""


def without_options(words: str) -> str:
    """A sentence in any language for the page: what to write on a command line stands in parentheses, and goes."""
    return re.sub(r" \(--[^()]*\)", "", words)


def sentence(fact: Fact) -> str:
    """What a fact says, as a text; names from files are shortened and free of control characters."""
    if fact.rule == "note":
        # Readers have worded it, names in it included.
        return fact.values["text"]
    values = {name: _said(name, value) for name, value in fact.values.items()}
    return Text(SENTENCES[fact.rule].form._replace(values=values))


def sentences(facts: Iterable[Fact]) -> tuple[Text, ...]:
    """What these facts say, each once, with the files that it is said of in front."""
    files: dict[str, list[str]] = {}
    for fact in facts:
        named = files.setdefault(sentence(fact), [])
        if fact.file and shown(fact.file) not in named:
            named.append(shown(fact.file))
    both = say(" and ")
    return tuple(
        say("{files}: {text}", files=joined(named, both), text=text) if named else text for text, named in files.items()
    )


def _said(name: str, value: Any) -> str:
    if isinstance(value, Mapping):
        return series(say("{a} is {b}", a=quoted(a), b=quoted(b)) for a, b in value.items())
    if isinstance(value, tuple):
        return by(value) if value and isinstance(value[0], int) else listed(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return shown(value)
    if name in _NOUNS:
        return count_of(value, _NOUNS[name])
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}"
