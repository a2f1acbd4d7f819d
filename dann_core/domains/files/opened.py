"""Any file that people have, opened: its items, and their values on demand.

Ways to items: columns are `(column,)`, in a workbook of several sheets `(sheet, column)`; the array of an NPY file is
`("array",)`, a sparse NPZ `("matrix",)`, svmlight `("X",)` and `("y",)`, a recording `("signal",)` and `("rate",)`;
fields, cells (counted from 1) and groups stand behind each other. In a ZIP or folder, the folders and the file's name
come first; a picture is its file's name alone.
"""

from __future__ import annotations

import hashlib
import math
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any, BinaryIO

import numpy as np

from dann_core.domains.files import limits
from dann_core.domains.files.contents import Contents, Item, Path
from dann_core.domains.files.errors import UploadError, megabytes, quoted, reason, refusal
from dann_core.domains.files.readers.wire import receive, send
from dann_core.domains.files.reading_process import reader, warm_up
from dann_core.language import from_data, say

__all__ = ["open_file", "warm_up"]

Progress = Callable[[float], None]

_TEXT = np.dtype("U1").itemsize


@dataclass(frozen=True)
class _Opened:
    """An opened file; `carried` are the values that had to be decoded in order to list the items."""

    file: str
    format: str
    items: tuple[Item, ...]
    notes: tuple[str, ...]
    sha256: str
    size: int
    content: bytes | FilePath = field(repr=False)
    header: bool | None = field(repr=False)
    carried: dict[Path, np.ndarray] = field(repr=False)

    def load(self, items: Sequence[Item]) -> list[np.ndarray]:
        """See `Contents.load`."""
        for item in items:
            if item.problem:
                raise refusal(self.file, item.problem, quoted(item.name))
        missing = [item for item in items if item.path not in self.carried]
        nbytes = sum(math.prod(item.shape) * _itemsize(item) for item in missing)
        if nbytes > limits.MAX_UNPACKED_BYTES:
            text = say(
                "what is to be read takes {size}, more than {most}; use a part of it",
                size=megabytes(nbytes),
                most=megabytes(limits.MAX_UNPACKED_BYTES),
            )
            raise refusal(self.file, text)
        loaded = dict(self.carried)
        if missing:
            request = {"header": self.header, "wanted": [item.path for item in missing]}
            arrays = [answer[1][0] for answer in _asked(self.file, self.content, request, len(missing), None)]
            loaded |= {item.path: array for item, array in zip(missing, arrays, strict=True)}
        return [_checked(self.file, item, loaded[item.path]) for item in items]


def open_file(
    name: str, data: bytes | FilePath, header: bool | None = None, progress: Progress | None = None
) -> Contents:
    """What is in a file called `name`, whatever its format; `data` is its content, or where it is on this machine.

    A folder of this machine is opened as a ZIP of it would be. `header` says whether tables have one (None: it is
    guessed, and said in the notes); `progress` is told the fraction that is done, in the thread that waits.

    Raises `UploadError` for what cannot be read, over a limit, or takes too much time or memory.
    """
    if isinstance(data, FilePath) and not data.is_dir():
        data = _content(name, data)
    if not isinstance(data, FilePath) and len(data) > limits.MAX_FILE_BYTES:
        text = say(
            "the file is larger than {most} ({size}); upload a part of the data",
            most=megabytes(limits.MAX_FILE_BYTES),
            size=megabytes(len(data)),
        )
        raise refusal(name, text)
    with ThreadPoolExecutor(1) as pool:
        identified = pool.submit(_identity, data)
        (message, arrays), *_ = _asked(name, data, {"header": header}, 1, progress)
        sha256, size = identified.result()
    try:
        items = tuple(
            Item(
                tuple(path),
                holds,
                tuple(shape),
                dtype,
                None if table is None else tuple(table),
                missing,
                _told(problem),
            )
            for path, holds, shape, dtype, table, missing, problem in message["items"]
        )
        carried = dict(zip((tuple(path) for path in message["carried"]), arrays, strict=True))
        format_, notes = str(message["format"]), tuple(map(_told, message["notes"]))
    except (KeyError, TypeError, ValueError):
        raise _ended(name) from None
    if all(item.problem or item.path in carried for item in items):
        data = b""  # it will not be asked for again
    return _Opened(name, format_, items, notes, sha256, size, data, header, carried)


def _asked(
    file: str, data: bytes | FilePath, request: dict[str, Any], n: int, progress: Progress | None
) -> list[tuple[dict[str, Any], list[np.ndarray]]]:
    """`n` answers of a reader of its own process."""
    began = time.monotonic()
    bounds = {"file": file, "memory": limits.READ_BYTES, "seconds": limits.READ_SECONDS}
    where = {"folder": str(data.absolute())} if isinstance(data, FilePath) else {}
    content = b"" if where else data
    answers, room = [], limits.MAX_UNPACKED_BYTES
    try:
        # The reader ends by itself when its time is over; this is for one that does not.
        with reader(limits.READ_SECONDS + _GRACE_SECONDS) as (to, back):
            send(to, {**request, **bounds, **where, "size": len(content)})
            to.write(content)
            to.flush()
            while len(answers) < n:
                message, arrays = _received(back, room)
                room -= sum(array.nbytes for array in arrays)
                if "refusal" in message:
                    raise UploadError(message["refusal"])
                if "progress" not in message:
                    answers.append((message, arrays))
                elif progress is not None:
                    progress(message["progress"])
    except OSError:
        raise _ended(file, time.monotonic() - began) from None
    return answers


def _told(given: Any) -> str:
    """A sentence that the reader has sent. Raises `ValueError` for anything else."""
    text = from_data(given)
    if len(text) > _SENTENCE or not text.isprintable():
        raise ValueError("a sentence that is none")
    return text


def _received(back: BinaryIO, room: int) -> tuple[dict[str, Any], list[np.ndarray]]:
    """The next answer; one that is none, as of a reader that a file has taken over, is the same as its end."""
    try:
        message, arrays = receive(back, room)
        if "refusal" in message:
            message["refusal"] = _told(message["refusal"])
        return message, arrays
    except (EOFError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise OSError("the reader has ended") from error


_GRACE_SECONDS = 5
_SENTENCE = 1_000  # characters that a refusal or a note may have


def _ended(file: str, seconds: float = 0.0) -> UploadError:
    if seconds >= limits.READ_SECONDS:
        most = limits.READ_SECONDS
        return refusal(file, say("reading it takes more than {most} seconds; use a part of it", most=most))
    return refusal(
        file, say("reading it was ended: it is damaged, or takes too much memory; save it again, or a part of it")
    )


def _checked(file: str, item: Item, values: np.ndarray) -> np.ndarray:
    """The values, if they are what the item says."""
    kinds = {"numbers": "biuf", "texts": "U", "picture": "u"}[item.holds]
    if values.shape != item.shape or values.dtype.kind not in kinds:
        raise _ended(file)
    return values


def _itemsize(item: Item) -> int:
    return _TEXT if item.holds == "texts" else np.dtype(item.dtype).itemsize


def _content(name: str, place: FilePath) -> bytes:
    try:
        # One byte beyond the limit is enough to know that it is exceeded.
        with place.open("rb") as stream:
            return stream.read(limits.MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or reason(error)
        text = say("the file cannot be opened ({why}); check the path {path}", why=why, path=str(place))
        raise refusal(name, text) from None


def _identity(data: bytes | FilePath) -> tuple[str, int]:
    """SHA-256 and bytes of a file, or of all files of a folder with their names."""
    if not isinstance(data, FilePath):
        return hashlib.sha256(data).hexdigest(), len(data)
    whole, size = hashlib.sha256(), 0
    for folder, folders, names in os.walk(data):
        folders.sort()
        for place in (FilePath(folder, name) for name in sorted(names)):
            if place.is_file() and not place.is_symlink():
                with place.open("rb") as stream:
                    content = hashlib.file_digest(stream, "sha256").hexdigest()
                whole.update(f"{content} {place.relative_to(data).as_posix()}\n".encode())
                size += place.stat().st_size
    return whole.hexdigest(), size
