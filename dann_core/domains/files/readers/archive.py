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
from dann_core.domains.files.errors import UploadError, count, listed, quoted, refusal, shown
from dann_core.domains.files.limits import (
    MAX_CARRIED_BYTES,
    MAX_ENTRIES,
    MAX_FILE_BYTES,
    MAX_FOLDER_DEPTH,
    MAX_TOTAL_PIXELS,
)
from dann_core.domains.files.readers.opening import Opening, Request, check_number, damage, inside

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
    return _opened(request, "folder", list(_files(request.file, root)), open_one)


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
                text = f"it holds more than {MAX_ENTRIES:,} files, or is more than {MAX_FOLDER_DEPTH} folders deep"
                raise refusal(file, f"{text}; name a folder further down")
            yield _Entry(parts, lambda place=place: _content(file, place))


def _content(file: str, place: FilePath) -> bytes:
    with place.open("rb") as stream:
        content = stream.read(MAX_FILE_BYTES + 1)
    if len(content) > MAX_FILE_BYTES:
        raise refusal(file, "the file is too large; keep a part of it", f"file {quoted(place.name)}")
    return content


def _opened(request: Request, format_: str, entries: list[_Entry], open_one: Open) -> Opening:
    """The items of all entries, or of the wanted ones; files that cannot be read as a table are left out and named."""
    # Of two entries with one name, the later counts, as it does when the archive is unpacked.
    entries = sorted({e.path: e for e in entries if not _is_hidden(e.path)}.values(), key=lambda e: e.path)
    if request.wanted is not None:
        ways = {path[:n] for path in request.wanted for n in range(1, len(path) + 1)}
        entries = [e for e in entries if e.path in ways]
    made, openings, left_out, notes = Opening(format_, []), {}, [], Counter()
    pixels = carried = 0
    for i, entry in enumerate(entries):
        request.progress(i / len(entries))
        try:
            part = open_one(request.within("/".join(entry.path), entry.read()))
        except LeftOut:
            left_out.append("/".join(entry.path))
            continue
        except UploadError as error:
            raise _in_archive(request.file, error) from None
        made.items += [inside(entry.path, item) for item in part.items]
        check_number(request.file, len(made.items))
        notes.update(part.notes)
        pixels += sum(np.prod(item.shape[:2]) for item in part.items if item.holds == "picture")
        for path, values in part.decoded.items():
            carried += values.nbytes
            if carried <= MAX_CARRIED_BYTES:
                made.decoded[entry.path + path] = values
        openings[entry.path] = entry
    if pixels > MAX_TOTAL_PIXELS:
        raise refusal(request.file, f"the images have more than {MAX_TOTAL_PIXELS:,} pixels in all; pack fewer")
    if not made.items:
        raise refusal(request.file, "there is no file in it that can be read; pack tables, arrays or pictures")
    made.notes += [note if n == 1 else f"{count(n, 'file')}: {note}" for note, n in notes.items()]
    if left_out:
        made.notes.append(f"{count(len(left_out), 'file is', 'files are')} left out: {listed(left_out, 3)}")
    made.load = _loader(request, openings, open_one)
    return made


def _loader(request: Request, entries: dict[Path, _Entry], open_one: Open) -> Callable[[Path], np.ndarray]:
    def load(path: Path) -> np.ndarray:
        way = next(path[:n] for n in range(len(path), 0, -1) if path[:n] in entries)
        try:
            part = open_one(request.within("/".join(way), entries[way].read()))
            with damage("/".join(way), part.format):
                return part.value(path[len(way) :])
        except UploadError as error:
            raise _in_archive(request.file, error) from None

    return load


class LeftOut(Exception):
    """Raised over a file that is none of those that people mean, such as a text beside the data."""


def _in_archive(file: str, error: UploadError) -> UploadError:
    return UploadError(f"{shown(file)}, entry {error}")


def _is_hidden(path: Path) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in path) or path[-1].lower() in _OF_SYSTEMS
