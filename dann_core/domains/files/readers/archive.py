"""Many files in one: ZIP archives, and folders of this machine. What is in each file is found by its own reader."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path as FilePath

import numpy as np

from dann_core.domains.files.archives import entry_path, open_archive, read_entry
from dann_core.domains.files.contents import Path
from dann_core.domains.files.errors import UploadError, listed, quoted, refusal, shown
from dann_core.domains.files.limits import (
    MAX_CARRIED_BYTES,
    MAX_ENTRIES,
    MAX_FILE_BYTES,
    MAX_FOLDER_DEPTH,
    MAX_TOTAL_PIXELS,
)
from dann_core.domains.files.nouns import count_of
from dann_core.domains.files.readers.opening import Opening, Request, check_number, damage, inside
from dann_core.language import said, say, say_many

_OF_SYSTEMS = ("thumbs.db", "desktop.ini")

Open = Callable[[Request], Opening]


@dataclass(frozen=True)
class _Entry:
    path: Path
    read: Callable[[], bytes]


def open_zip(request: Request, open_one: Open) -> Opening:
    """All files of an archive."""
    archive, infos = open_archive(request.file, request.data)
    entries = [_Entry(entry_path(i).parts, lambda i=i: read_entry(request.file, archive, i)) for i in infos]
    return _opened(request, "ZIP", entries, open_one)


def open_folder(request: Request, open_one: Open) -> Opening:
    """All files of a folder, at any level; links are not followed."""
    root = FilePath(request.data)
    return _opened(request, say("folder"), list(_files(request.file, root)), open_one)


def _files(file: str, root: FilePath) -> Iterator[_Entry]:
    n = 0
    for folder, folders, names in os.walk(root):
        folders.sort()
        for name in names:
            place = FilePath(folder, name)
            parts = place.relative_to(root).parts
            if place.is_symlink() or not place.is_file():
                continue
            n += 1
            if n > MAX_ENTRIES or len(parts) - 1 > MAX_FOLDER_DEPTH:
                text = say(
                    "it holds more than {most:,} files, or is more than {deepest} folders deep; name a folder further "
                    "down",
                    most=MAX_ENTRIES,
                    deepest=MAX_FOLDER_DEPTH,
                )
                raise refusal(file, text)
            yield _Entry(parts, lambda place=place: _content(file, place))


def _content(file: str, place: FilePath) -> bytes:
    with place.open("rb") as stream:
        content = stream.read(MAX_FILE_BYTES + 1)
    if len(content) > MAX_FILE_BYTES:
        text = say("the file is too large; keep a part of it")
        raise refusal(file, text, say("file {name}", name=quoted(place.name)))
    return content


def _opened(request: Request, format_: str, entries: list[_Entry], open_one: Open) -> Opening:
    """The items of all entries; those that are no data are left out and named."""
    # Of two entries with one name, the later counts, as it does when the archive is unpacked.
    held = {entry.path: entry for entry in entries if not _is_hidden(entry.path)}
    made = Opening(format_, [], _Loader(request, held, open_one))
    if request.wanted is not None:
        return made
    left_out, notes, carried = [], Counter(), 0
    for i, path in enumerate(sorted(held)):
        request.progress(i / len(held))
        try:
            part = _part(request, held[path], open_one)
        except LeftOut:
            left_out.append("/".join(path))
            continue
        made.items += [inside(path, item) for item in part.items]
        check_number(request.file, len(made.items))
        notes.update(part.notes)
        carried += sum(values.nbytes for values in part.decoded.values())
        if carried <= MAX_CARRIED_BYTES:
            made.decoded |= {path + way: values for way, values in part.decoded.items()}
    if not made.items:
        text = say("there is no file in it that can be read; pack tables, arrays or pictures")
        raise refusal(request.file, text)
    if sum(item.shape[0] * item.shape[1] for item in made.items if item.holds == "picture") > MAX_TOTAL_PIXELS:
        text = say("the images have more than {most:,} pixels in all; pack fewer", most=MAX_TOTAL_PIXELS)
        raise refusal(request.file, text)
    for note, n in notes.items():
        made.notes.append(note if n == 1 else say("{files}: {text}", files=count_of(n, "file"), text=note))
    if left_out:
        names = listed(left_out, 3)
        made.notes.append(
            say_many("{n:,} file is left out: {names}", "{n:,} files are left out: {names}", len(left_out), names=names)
        )
    return made


def _part(request: Request, entry: _Entry, open_one: Open) -> Opening:
    try:
        return open_one(request.within("/".join(entry.path), entry.read()))
    except UploadError as error:
        raise _in_archive(request.file, error) from None


@dataclass
class _Loader:
    """Loads items from their entries; the last one is kept, since items of one file are asked for in a row."""

    request: Request
    entries: dict[Path, _Entry]
    open_one: Open
    last: tuple[Path, Opening] | None = None

    def __call__(self, path: Path) -> np.ndarray:
        way = next(path[:n] for n in range(len(path), 0, -1) if path[:n] in self.entries)
        if self.last is None or self.last[0] != way:
            self.last = way, _part(self.request, self.entries[way], self.open_one)
        part = self.last[1]
        try:
            with damage("/".join(way), part.format):
                return part.value(path[len(way) :])
        except UploadError as error:
            raise _in_archive(self.request.file, error) from None


class LeftOut(Exception):
    """Raised over a file that is none of those that people mean, such as a text beside the data."""


def _in_archive(file: str, error: UploadError) -> UploadError:
    return UploadError(say("{file}, entry {text}", file=shown(file), text=said(error)))


def _is_hidden(path: Path) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in path) or path[-1].lower() in _OF_SYSTEMS
