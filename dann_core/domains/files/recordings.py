"""Long signals, one or several a file: which arrays they are, and which of their channels is meant."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from dann_core.domains.files.contents import Contents, Item
from dann_core.domains.files.errors import listed, quoted, refusal
from dann_core.domains.files.held import loaded
from dann_core.domains.files.names import file_of, natural, without_ending

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


def by_file(contents: Contents, folder: str = "") -> dict[tuple[str, ...], list[Item]]:
    """The long arrays and columns of each file of an archive (of the one file that it is: under ())."""
    way = tuple(folder.split("/")) if folder else ()
    files: dict[tuple[str, ...], list[Item]] = {}
    for item in sorted(contents.items, key=lambda i: natural(file_of(i) or i.path)):
        if item.path[: len(way)] == way and is_long(item):
            files.setdefault(file_of(item), []).append(item)
    return files


def recordings_of(contents: Contents, folder: str, channel: str, drop: Collection[str] = ()) -> list[Recording]:
    """The recordings of a file in the order of their names; with a `channel`, that one of each file.

    Raises `UploadError` if there are none, or a file lacks the channel.
    """
    found: list[Recording] = []
    for way, items in by_file(contents, folder).items():
        kept = [i for i in items if is_channel(i, channel) and (i.table is None or i.path[-1] not in drop)]
        if not kept:
            names = listed(i.name for i in items)
            text = f"it has no channel {quoted(channel)} ({names}); name another one (--channel NAME or its ending)"
            raise refusal(contents.file, text, f"entry {quoted('/'.join(way))}" if way else "")
        tables = list(dict.fromkeys(i.table for i in kept if i.table is not None))
        found += [Recording(tuple(i for i in kept if i.table == table)) for table in tables]
        found += [Recording((i,)) for i in kept if i.table is None]
    if not found:
        text = f"there is no recording in it: no array or column of at least {SHORTEST} steps; give one as in training"
        raise refusal(contents.file, text)
    return found


def is_channel(item: Item, channel: str) -> bool:
    """Whether the item is called so, or its name ends so."""
    return not channel or item.name.endswith(channel) or item.path[-1] == channel


def common_endings(files: Sequence[Sequence[Item]]) -> list[str]:
    """The endings of names that tell the channels: each stands in every file once, as `DE_time` of `X100_DE_time`."""
    endings = []
    for item in files[0]:
        name = without_ending("/".join(item.path[len(file_of(item)) :])) or item.name
        # From the whole name on, always one word less at its beginning.
        for start in [0, *(m.end() for m in re.finditer(r"[_/.\s-]+", name))]:
            ending = name[start:]
            if ending and all(sum(is_channel(i, ending) for i in items) == 1 for items in files):
                endings.append(ending)
                break
    return endings


def channels_of(file: str, x: np.ndarray) -> tuple[list[np.ndarray], bool]:
    """Each sample of `(N, L)`, `(N, C, L)` or `(N, L, C)` as a recording `(C, L)`, and whether they were turned."""
    if x.ndim == 2:
        return [row[None] for row in x], False
    if x.ndim != 3:
        raise refusal(file, f"samples of {x.ndim - 1} sides are no recordings; choose another array")
    turned = x.shape[1] > x.shape[2]
    return [sample.T if turned else sample for sample in x], turned
