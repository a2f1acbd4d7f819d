"""Long signals, one or several a file: which arrays they are, and which of their channels is meant."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from dann_core.domains.files.contents import Contents, Item, Path
from dann_core.domains.files.errors import listed, quoted, refusal
from dann_core.domains.files.held import loaded
from dann_core.domains.files.names import file_of, is_label_name, last_of, lies_in, natural, without_ending
from dann_core.language import say

SHORTEST, MOST_CHANNELS, RATIO = 64, 256, 4
"""Steps that a recording has at least, channels at most, and how many times longer than wide it is."""


@dataclass(frozen=True)
class Recording:
    """One signal: an array, or the columns of one table."""

    items: tuple[Item, ...]

    @property
    def item(self) -> Item:
        """What stands for it: its first array or column."""
        return self.items[0]

    @property
    def name(self) -> str:
        """What it is called: its table's file, or its array."""
        return "/".join(self.item.table) if self.item.table else self.item.name

    @property
    def steps(self) -> int:
        """Its length."""
        return max(self.item.shape)

    def load(self, contents: Contents) -> np.ndarray:
        """`(C, steps)`."""
        if self.item.table is not None:
            return np.stack(contents.load(self.items))
        x = loaded(contents, self.item)
        x = x.reshape(len(x), -1) if x.ndim != 1 else x[None]
        return x.T if x.shape[0] > x.shape[1] else x


def is_long(item: Item) -> bool:
    """Whether an array may be a recording: numbers, much longer than wide."""
    if item.holds != "numbers" or item.problem or not 1 <= len(item.shape) <= 2 or min(item.shape) == 0:
        return False
    steps = max(item.shape)
    width = math.prod(item.shape) // steps
    return steps >= SHORTEST and width <= MOST_CHANNELS and steps >= RATIO * width


def by_file(contents: Contents, folder: str = "") -> dict[tuple[str, ...], dict[Item, str]]:
    """The long arrays and columns of each file of an archive (of the one file that it is: under ()), with their names.

    An array beside a text called Name, as in a struct of channels, is called what that says. Arrays that are called
    labels are none of them, nor those that bear another file's number.
    """
    files = _all_by_file(contents, folder)
    strays = _strays(files)
    return {way: {i: name for i, name in items.items() if i not in strays} for way, items in files.items()}


def strays_of(contents: Contents, folder: str = "") -> list[Item]:
    """The long arrays that bear another file's number."""
    return _strays(_all_by_file(contents, folder))


def _strays(files: dict[tuple[str, ...], dict[Item, str]]) -> list[Item]:
    """`X098_DE_time` in 99.mat beside `X099_DE_time`, where most files have names of their own number alone."""
    strays, alone = [], 0
    for way, items in files.items():
        own = re.fullmatch(r"\D*0*(\d+)\D*", without_ending(way[-1])) if way else None
        said = {i: m.group(1) for i, name in items.items() if (m := re.match(r"\D*0*(\d+)[^\d/]", name))}
        numbers = set(said.values())
        if own is None or own.group(1) not in numbers:
            continue
        alone += len(numbers) == 1
        strays += [i for i, number in said.items() if number != own.group(1)]
    return strays if 2 * alone >= len(files) else []


def _all_by_file(contents: Contents, folder: str) -> dict[tuple[str, ...], dict[Item, str]]:
    said = _said_names(contents)
    files: dict[tuple[str, ...], dict[Item, str]] = {}
    for item in sorted(contents.items, key=lambda i: natural(file_of(i) or i.path)):
        if not lies_in(item.path, folder) or not is_long(item):
            continue
        if item.table is None and is_label_name(last_of(item)):
            continue
        own = "/".join(item.path[len(file_of(item)) :]) or without_ending(item.name)
        files.setdefault(file_of(item), {})[item] = said.get(item.path[:-1], own)
    return files


def by_beginning(items: dict[Item, str]) -> list[dict[Item, str]]:
    """The channels of each recording, where one file holds several: `X97_DE`, `X97_FE`, `X98_DE`, `X98_FE`; [] else.

    Numbers at the end count recordings: `walk_1`, `walk_2` are no channels.
    """
    groups: dict[str, dict[Item, str]] = {}
    endings: dict[str, set[str]] = {}
    for item, name in items.items():
        beginning, *ending = re.split(r"[_/.\s-]+", name, maxsplit=1)
        groups.setdefault(beginning, {})[item] = name
        endings.setdefault(beginning, set()).add(re.sub(r"\d+$", "", "".join(ending)))
    same = len({frozenset(e) for e in endings.values()}) == 1
    distinct = all(len(endings[b]) == len(group) > 1 for b, group in groups.items())
    return list(groups.values()) if len(groups) > 1 and same and distinct else []


def _said_names(contents: Contents) -> dict[Path, str]:
    """What the field Name of each struct says that the struct is."""
    fields = [i for i in contents.items if i.holds == "texts" and i.path[-1].lower() == "name" and not i.problem]
    fields = [i for i in fields if math.prod(i.shape) == 1]
    values = contents.load(fields) if fields else []
    return {i.path[:-1]: str(v.reshape(-1)[0]) for i, v in zip(fields, values, strict=True)}


def recordings_of(contents: Contents, folder: str, channel: str, drop: Collection[str] = ()) -> list[Recording]:
    """The recordings of a file in the order of their names; with a `channel`, that one of each file.

    Raises `UploadError` if there are none, or a file lacks the channel.
    """
    found: list[Recording] = []
    for way, items in by_file(contents, folder).items():
        kept = [
            item
            for item, name in items.items()
            if is_channel(item, name, channel) and (item.table is None or name not in drop)
        ]
        if not kept:
            text = say(
                "it has no channel {name} (it has {names}); name another one (--channel NAME)",
                name=quoted(channel),
                names=listed(items.values()),
            )
            raise refusal(contents.file, text, say("entry {name}", name=quoted("/".join(way))) if way else "")
        tables = list(dict.fromkeys(i.table for i in kept if i.table is not None))
        found += [Recording(tuple(i for i in kept if i.table == table)) for table in tables]
        found += [Recording((i,)) for i in kept if i.table is None]
    if not found:
        text = say(
            "there is no recording in it: no array or column of at least {n} steps; give one as in training", n=SHORTEST
        )
        raise refusal(contents.file, text)
    return found


def is_channel(item: Item, name: str, channel: str) -> bool:
    """Whether the item is called so, or its name ends so."""
    return not channel or name.endswith(channel) or item.name.endswith(channel)


def common_endings(files: Sequence[dict[Item, str]]) -> dict[str, int]:
    """The endings of names that tell the channels, with their steps in the first file.

    Each stands in every file once, as `DE_time` of `X100_DE_time`.
    """
    endings = {}
    for item, name in files[0].items():
        # From the whole name on, always one word less at its beginning.
        for start in [0, *(m.end() for m in re.finditer(r"[_/.\s-]+", name))]:
            ending = name[start:]
            if ending and all(sum(is_channel(i, n, ending) for i, n in items.items()) == 1 for items in files):
                endings[ending] = max(item.shape)
                break
    return endings


def channels_of(file: str, x: np.ndarray) -> tuple[list[np.ndarray], bool]:
    """Each sample of `(N, L)`, `(N, C, L)` or `(N, L, C)` as a recording `(C, L)`, and whether they were turned."""
    if x.ndim == 2:
        return [row[None] for row in x], False
    if x.ndim != 3:
        raise refusal(file, say("samples of {n} sides are no recordings; choose another array", n=x.ndim - 1))
    turned = x.shape[1] > x.shape[2]
    return [sample.T if turned else sample for sample in x], turned
