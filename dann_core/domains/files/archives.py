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
        raise refusal(file, f"{entries:,} entries are more than {MAX_ENTRIES:,}; pack fewer files")
    try:
        archive = zipfile.ZipFile(BytesIO(data))
    except (*_BROKEN, IndexError, KeyError) as error:
        raise refusal(file, f"the archive is damaged or cut off ({reason(error)}); pack and upload it again") from None
    # ZipInfo.is_dir fails on a name that is empty.
    infos = [info for info in archive.infolist() if not info.filename.endswith("/")]
    for info in infos:
        _check_entry(file, info)
    total = sum(info.file_size for info in infos)
    if total > unpacked_limit(len(data)):
        raise refusal(
            file,
            f"it would unpack to {megabytes(total)}, over the limit of {megabytes(MAX_UNPACKED_BYTES)} or {MAX_RATIO} "
            "times its size; pack less data, or without compression",
        )
    return archive, infos


def read_entry(file: str, archive: zipfile.ZipFile, info: zipfile.ZipInfo, most: int = -1) -> bytes:
    """The content of one file of the archive, or its first `most` bytes."""
    try:
        with archive.open(info) as stream:
            content = stream.read(most)
        if most < 0 and len(content) != info.file_size:
            raise EOFError(f"{len(content):,} bytes of {info.file_size:,}")
        return content
    except _BROKEN as error:
        place = f"entry {quoted(info.filename)}"
        raise refusal(file, f"the entry is damaged ({reason(error)}); pack it again", place) from None


def _check_entry(file: str, info: zipfile.ZipInfo) -> None:
    name, place = info.filename, f"entry {quoted(info.filename)}"
    parts = entry_path(info).parts
    if name.startswith(("/", "\\")) or PureWindowsPath(name).drive or ".." in parts:
        raise refusal(file, "the path leads out of the archive; pack the folder itself, with relative paths", place)
    if len(parts) - 1 > MAX_FOLDER_DEPTH:
        raise refusal(file, f"the path is more than {MAX_FOLDER_DEPTH} folders deep; pack the folders higher up", place)
    if info.flag_bits & _ENCRYPTED:
        raise refusal(file, "the entry is encrypted; pack it without a password", place)
    if info.compress_type not in _METHODS:
        raise refusal(file, "the compression is not the usual one (deflate); pack it as a plain ZIP", place)
    if info.file_size > unpacked_limit(info.compress_size):
        raise refusal(
            file,
            f"{megabytes(info.file_size)} packed into {info.compress_size:,} bytes is too much; leave the entry out or "
            "pack it without compression",
            place,
        )


def entry_path(info: zipfile.ZipInfo) -> PurePosixPath:
    """The path of an entry, whichever slash the packer wrote."""
    return PurePosixPath(info.filename.replace("\\", "/"))
