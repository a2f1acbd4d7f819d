"""ZIP archives that keep to the limits, opened in memory."""

from __future__ import annotations

import zipfile
import zlib
from io import BytesIO
from pathlib import PurePosixPath, PureWindowsPath

from dann_core.domains.files.errors import megabytes, quoted, reason, refusal
from dann_core.domains.files.limits import (
    MAX_ENTRIES,
    MAX_FOLDER_DEPTH,
    MAX_RATIO,
    MAX_UNPACKED_BYTES,
    unpacked_limit,
)
from dann_core.language import say

_DIRECTORY_RECORD = b"PK\x01\x02"
_ENCRYPTED = 0x1
# zipfile unpacks these two in steps of bounded size; bz2 and lzma may blow up within one step.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)


def open_archive(file: str, data: bytes) -> tuple[zipfile.ZipFile, list[zipfile.ZipInfo]]:
    """The archive and its files (no folders), once all of them are known to be harmless.

    Raises `UploadError` for too many files, too much or too strongly packed content, paths that lead out of
    the archive or too deep, encryption and damage.
    """
    # zipfile builds an object for every directory record on opening: count before it does.
    entries = data.count(_DIRECTORY_RECORD)
    if entries > MAX_ENTRIES:
        raise refusal(file, say("{n:,} entries are more than {most:,}; pack fewer files", n=entries, most=MAX_ENTRIES))
    try:
        archive = zipfile.ZipFile(BytesIO(data))
    except (*_BROKEN, IndexError, KeyError) as error:
        text = say("the archive is damaged or cut off ({why}); pack and upload it again", why=reason(error))
        raise refusal(file, text) from None
    # ZipInfo.is_dir fails on a name that is empty.
    infos = [info for info in archive.infolist() if not info.filename.endswith("/")]
    for info in infos:
        _check_entry(file, info)
    total = sum(info.file_size for info in infos)
    if total > unpacked_limit(len(data)):
        text = say(
            "it would unpack to {size}, over the limit of {most} or {ratio} times its size; pack less data, or without "
            "compression",
            size=megabytes(total),
            most=megabytes(MAX_UNPACKED_BYTES),
            ratio=MAX_RATIO,
        )
        raise refusal(file, text)
    return archive, infos


def read_entry(file: str, archive: zipfile.ZipFile, info: zipfile.ZipInfo, most: int = -1) -> bytes:
    """The content of one file of the archive, or its first `most` bytes."""
    try:
        with archive.open(info) as stream:
            content = stream.read(most)
        if most < 0 and len(content) != info.file_size:
            raise EOFError(say("{n:,} bytes of {size:,}", n=len(content), size=info.file_size))
        return content
    except _BROKEN as error:
        place = say("entry {name}", name=quoted(info.filename))
        raise refusal(file, say("the entry is damaged ({why}); pack it again", why=reason(error)), place) from None


def _check_entry(file: str, info: zipfile.ZipInfo) -> None:
    name, place = info.filename, say("entry {name}", name=quoted(info.filename))
    parts = entry_path(info).parts
    if name.startswith(("/", "\\")) or PureWindowsPath(name).drive or ".." in parts:
        text = say("the path leads out of the archive; pack the folder itself, with relative paths")
        raise refusal(file, text, place)
    if len(parts) - 1 > MAX_FOLDER_DEPTH:
        text = say("the path is more than {most} folders deep; pack the folders higher up", most=MAX_FOLDER_DEPTH)
        raise refusal(file, text, place)
    if info.flag_bits & _ENCRYPTED:
        raise refusal(file, say("the entry is encrypted; pack it without a password"), place)
    if info.compress_type not in _METHODS:
        raise refusal(file, say("the compression is not the usual one (deflate); pack it as a plain ZIP"), place)
    if info.file_size > unpacked_limit(info.compress_size):
        text = say(
            "{size} packed into {packed:,} bytes is too much; leave the entry out or pack it without compression",
            size=megabytes(info.file_size),
            packed=info.compress_size,
        )
        raise refusal(file, text, place)


def entry_path(info: zipfile.ZipInfo) -> PurePosixPath:
    """The path of an entry, whichever slash the packer wrote."""
    return PurePosixPath(info.filename.replace("\\", "/"))
