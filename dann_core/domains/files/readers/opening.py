"""What the readers of all formats are given and hand back."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path as FilePath

import numpy as np

from dann_core.domains.files.contents import Item, Path
from dann_core.domains.files.errors import UploadError, quoted, reason, refusal
from dann_core.domains.files.limits import MAX_ITEMS
from dann_core.language import Text, say


def _untold(fraction: float) -> None:
    pass


@dataclass(frozen=True)
class Request:
    """A file to be opened: its name as people know it, and its content, or a folder of this machine.

    `header` says whether tables have one (None: it is guessed). `wanted` are the only items whose values will be asked
    for (None: all are to be found). `progress` is told the fraction that is done.
    """

    file: str
    data: bytes | FilePath
    header: bool | None = None
    wanted: frozenset[Path] | None = None
    progress: Callable[[float], None] = _untold

    def within(self, part: str, data: bytes) -> Request:
        """The request for one file of an archive; paths in it begin after its own."""
        return dataclasses.replace(self, file=part, data=data, wanted=None, progress=_untold)


@dataclass
class Opening:
    """An opened file: its items, what had to be decoded in order to know them, and how the others are loaded."""

    format: str
    items: list[Item]
    load: Callable[[Path], np.ndarray] | None = None
    decoded: dict[Path, np.ndarray] = field(default_factory=dict)
    notes: list[Text] = field(default_factory=list)

    def value(self, path: Path) -> np.ndarray:
        """The values of one item."""
        return self.decoded[path] if path in self.decoded else self.load(path)


@contextmanager
def damage(file: str, what: str) -> Iterator[None]:
    """Whatever a library raises over a file becomes one sentence: which error it is depends on where the damage is."""
    try:
        yield
    except (UploadError, MemoryError):
        raise
    except Exception as error:
        text = say(
            "it is damaged or cut off, or no {what} that can be read ({why}); save it again",
            what=what,
            why=reason(error),
        )
        raise refusal(file, text) from None


def inside(folder: Path, item: Item) -> Item:
    """The item with the way to its file in front."""
    table = None if item.table is None else folder + item.table
    return dataclasses.replace(item, path=folder + item.path, table=table)


def counted(index: tuple[int, ...], shape: tuple[int, ...]) -> str:
    """A place in an array of cells as MATLAB counts: `3` in a row or a column, else `2,3`."""
    if sum(n > 1 for n in shape) <= 1:
        return str(max(index, default=0) + 1)
    return ",".join(str(i + 1) for i in index)


def unique(names: Iterable[str]) -> list[str]:
    """Names that are text and differ: of those that come again, the later ones get a number."""
    seen: dict[str, int] = {}
    out = []
    for name in names:
        # Half of a surrogate pair is no text that anything could write.
        name = name.encode("utf-8", "replace").decode()
        plain, n = name, seen.get(name, 0)
        while name in seen:
            n += 1
            name = f"{plain}.{n}"
        seen[plain] = n
        seen.setdefault(name, 0)
        out.append(name)
    return out


def check_number(file: str, n: int) -> None:
    """Refuse files of more items than anyone looks through."""
    if n > MAX_ITEMS:
        raise refusal(file, say("it holds more than {most:,} arrays, columns and pictures; save fewer", most=MAX_ITEMS))


def no_numbers(dtype: np.dtype) -> str:
    """Why values of this type cannot be used, as a text ("" if they can)."""
    return "" if dtype.kind in "biuf" else say("it holds {kind} values: save plain numbers", kind=dtype.name)


def too_large(file: str, path: Path, text: str) -> Exception:
    """The refusal of one item."""
    return refusal(file, text, quoted("/".join(path)))


class Stream:
    """UTF-8 as a file that tells how much of it has been read.

    None of the classes of `io`, whose bytes pandas would decode and encode again on their way into its parser.
    """

    def __init__(self, data: bytes, progress: Callable[[float], None]) -> None:
        self._stream, self._size, self._progress = BytesIO(data), max(len(data), 1), progress

    def read(self, n: int = -1) -> bytes:
        """The next bytes."""
        self._progress(self._stream.tell() / self._size)
        return self._stream.read(n)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._stream)
