"""Several arrays of one shape: each holds samples of one class along one side, or is one sample itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from dann_core.domains.files.contents import Contents, Item
from dann_core.domains.files.errors import by, listed, refusal
from dann_core.domains.files.facts import Fact, fact
from dann_core.domains.files.names import file_of, is_label_name, last_of, lies_in, natural
from dann_core.domains.files.nouns import count_of, either
from dann_core.domains.files.pixels import capped, resized
from dann_core.domains.files.plan import Reading, ReadingPlan
from dann_core.domains.files.shaping import checked_range, shaped
from dann_core.language import Text, say

_MOST_SIDES = 4


def piled(contents: Contents, folder: str = "") -> list[Item]:
    """The arrays that may hold samples, or be one, in the order of their names; labels are none of them."""
    items = [i for i in contents.items if lies_in(i.path, folder) and not is_label_name(last_of(i))]
    return sorted((i for i in items if can_be_piled(i)), key=lambda i: natural(i.path))


def can_be_piled(item: Item) -> bool:
    """Whether it is an array of numbers of two to four sides, none of them one long side alone."""
    sides = 2 <= len(item.shape) <= _MOST_SIDES and min(item.shape) > 0 and max(item.shape) < np.prod(item.shape)
    return item.holds == "numbers" and not item.problem and item.table is None and bool(sides)


def called(item: Item) -> str:
    """What an array is called: its file, or its own name."""
    return "/".join(file_of(item) or item.path)


def pile(
    contents: Contents, items: Sequence[Item], reading: Reading, plan: ReadingPlan
) -> tuple[np.ndarray, np.ndarray, tuple[Fact, ...]]:
    """The samples of these arrays, as `shaped` makes them, which array each is of `(N,)`, and what was changed.

    Raises `UploadError` for arrays that do not hold samples of one shape.
    """
    file, values = contents.file, contents.load(items)
    for item, x in zip(items, values, strict=True):
        checked_range(file, item.name, x, gaps=x.ndim == 2 and plan.kind == "vectors" and reading.samples != "whole")
    if reading.samples == "whole":
        x, notes = _whole(file, items, values, plan)
        return x, np.arange(len(items)), notes
    x, notes = shaped(file, say("the arrays"), joined(contents, items, reading.samples), plan.kind)
    sizes = [i.shape[-1 if reading.samples == "last" else 0] for i in items]
    return x, np.repeat(np.arange(len(items)), sizes), notes


def joined(contents: Contents, items: Sequence[Item], samples: str) -> np.ndarray:
    """The samples of these arrays along the first side, as they stand in the file.

    Raises `UploadError` if those of one have another shape than those of another.
    """
    values = contents.load(items)
    if samples == "whole":
        return np.stack(values)
    values = [np.moveaxis(v, -1, 0) if samples == "last" else v for v in values]
    shapes = {x.shape[1:] for x in values}
    if len(shapes) > 1:
        text = say(
            "its arrays hold samples of {shapes}; give all the same, or choose one (--samples)", shapes=_shapes(shapes)
        )
        raise refusal(contents.file, text)
    return np.concatenate(values)


def _whole(
    file: str, items: Sequence[Item], values: Sequence[np.ndarray], plan: ReadingPlan
) -> tuple[np.ndarray, tuple[Fact, ...]]:
    shapes = Counter(x.shape for x in values)
    if len(shapes) == 1:
        return shaped(file, say("the arrays"), np.stack(values), plan.kind)
    if plan.kind != "images":
        text = say(
            "its arrays are {shapes}; give all the same shape, or read pictures (--kind)", shapes=_shapes(shapes)
        )
        raise refusal(file, text)
    parts = [shaped(file, item.name, x[None], "images")[0] for item, x in zip(items, values, strict=True)]
    channels = {part.shape[1] for part in parts}
    if len(channels) > 1:
        text = say("its pictures have {numbers} channels; give all as many", numbers=either(sorted(channels)))
        raise refusal(file, text)
    size = capped(*(int(n) for n in np.median([part.shape[2:] for part in parts], axis=0)))
    x = np.concatenate([resized(part, size) for part in parts])
    return x, (fact("sizes", file, n=len(shapes), after=size),)


def _shapes(shapes: Counter[tuple[int, ...]] | set[tuple[int, ...]]) -> Text:
    ordered = [by(shape) for shape in sorted(shapes)]
    return say("{shapes} ({first})", shapes=count_of(len(ordered), "shape"), first=listed(ordered, 3))
