"""Contents that are at hand: values once loaded are not loaded again while a file is looked at and read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import numpy as np

from dann_core.domains.files.contents import Contents, Holds, Item, Path
from dann_core.domains.files.errors import listed, quoted, refusal
from dann_core.domains.files.limits import MAX_UNPACKED_BYTES
from dann_core.language import say


class Remembered:
    """Another file's contents, which keeps what it has loaded, up to a limit."""

    def __init__(self, contents: Contents) -> None:
        self._contents, self._values, self._bytes = contents, dict[Item, np.ndarray](), 0
        self.file, self.format, self.items = contents.file, contents.format, contents.items
        self.notes, self.sha256, self.size = contents.notes, contents.sha256, contents.size

    def load(self, items: Sequence[Item]) -> list[np.ndarray]:
        """The values of these items, in their order."""
        missing = [item for item in dict.fromkeys(items) if item not in self._values]
        fresh = dict(zip(missing, self._contents.load(missing), strict=True)) if missing else {}
        for item, values in fresh.items():
            if self._bytes + values.nbytes <= MAX_UNPACKED_BYTES:
                self._values[item] = values
                self._bytes += values.nbytes
        return [fresh[item] if item in fresh else self._values[item] for item in items]


class Held:
    """Contents made of arrays in memory: a notebook's data read by the same plans as a file."""

    def __init__(
        self, file: str, arrays: Mapping[str | Path, np.ndarray], table: bool = False, notes: Iterable[str] = ()
    ) -> None:
        paths = {tuple(p.split("/")) if isinstance(p, str) else p: np.asarray(a) for p, a in arrays.items()}
        self.file, self.format, self.notes = file, "memory", tuple(notes)
        self.sha256, self.size = "", sum(a.nbytes for a in paths.values())
        self.items = tuple(_item(path, array, table) for path, array in paths.items())
        self._values = dict(zip(self.items, paths.values(), strict=True))

    def load(self, items: Sequence[Item]) -> list[np.ndarray]:
        """The values of these items, in their order."""
        return [self._values[item] for item in items]


def _item(path: Path, array: np.ndarray, table: bool) -> Item:
    holds: Holds = "numbers"
    if array.dtype.kind in "US":
        holds = "texts"
    elif array.dtype == np.uint8 and array.ndim == 3 and path[-1].endswith((".png", ".jpg")):
        holds = "picture"
    missing = int(np.isnan(array).sum()) if array.dtype.kind == "f" else 0
    return Item(path, holds, array.shape, array.dtype.name, path[:-1] if table else None, missing)


def found(file: str, items: Sequence[Item], name: str, what: Literal["array", "column"] = "array") -> Item:
    """The item of that name: its whole way (`train/data`, also written `train.data`), or its last part if only one has
    it. Raises `UploadError` if there is none."""
    wanted = [name, name.replace(".", "/")]
    exact = [i for i in items if i.name in wanted]
    if exact:
        return exact[0]
    last = [i for i in items if i.path and i.path[-1] == name]
    if len(last) == 1:
        return last[0]
    names = [i.name for i in items]
    if last:
        text = say(
            "there are {n:,} called {name} ({names}); name one",
            n=len(last),
            name=quoted(name),
            names=listed(i.name for i in last),
        )
        raise refusal(file, text)
    if what == "column":
        raise refusal(file, say("there is no column {name}; it holds {names}", name=quoted(name), names=listed(names)))
    raise refusal(file, say("there is no array {name}; it holds {names}", name=quoted(name), names=listed(names)))


def loaded(contents: Contents, item: Item) -> np.ndarray:
    """The values of one item. Raises `UploadError` for one that cannot be had, saying why."""
    if item.problem:
        raise refusal(contents.file, say("it cannot be used ({why})", why=item.problem), quoted(item.name))
    return contents.load([item])[0]
