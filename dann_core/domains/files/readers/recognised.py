"""Which format a file has, by its content first and its ending second, and who reads it."""

from __future__ import annotations

import dataclasses
import gzip
import re
from collections.abc import Callable
from functools import partial
from io import BytesIO
from pathlib import Path as FilePath
from pathlib import PurePath

from dann_core.domains.files.archives import open_archive
from dann_core.domains.files.errors import UploadError, megabytes, refusal
from dann_core.domains.files.limits import unpacked_limit
from dann_core.domains.files.readers import (
    archive,
    hdf5,
    matlab,
    numpy_files,
    pictures,
    svmlight,
    text_tables,
    wav,
    workbooks,
)
from dann_core.domains.files.readers.opening import Opening, Request, damage, inside
from dann_core.language import Text, say

Reader = Callable[[Request], Opening]

_HEAD = 4096  # bytes by which a file is recognised
_HDF5 = rb"\x89HDF\r\n\x1a\n"
_ARFF = rb"(?i:([ \t\r]*(%[^\n]*)?\n)*[ \t\r]*@relation\b)"
_PICTURES = rb"\x89PNG|\xff\xd8\xff|GIF8|II\*\0|MM\0\*|P[1-6]\s|8BPS|BM.{4}\0{4}|\0{3}\x0cjP  |RIFF.{4}WEBP"


def _file(format_: str) -> Text:
    return say("{format} file", format=format_)


_READERS: tuple[tuple[bytes, Text, Reader], ...] = (
    (rb"\x93NUMPY", _file("NPY"), numpy_files.open_npy),
    (rb"MATLAB 5\.0 MAT-file", _file("MAT"), matlab.open_mat),
    # A MAT file of version 7.3 is HDF5 behind a text header of 512 bytes.
    (rb"(.{512})?" + _HDF5, _file("HDF5"), hdf5.open_hdf5),
    (rb"PAR1", _file("Parquet"), workbooks.open_parquet),
    (rb"RIF[FX].{4}WAVE", _file("WAV"), wav.open_wav),
    (_PICTURES, say("picture"), pictures.open_picture),
    (_ARFF, _file("ARFF"), workbooks.open_arff),
)
_PICKLE = say("a Python pickle, which is never loaded")
_REFUSED = (
    (b"MZ", say("a Windows program")),
    (b"\x7fELF", say("a program")),
    (b"%PDF", say("a PDF document")),
    (b"\xd0\xcf\x11\xe0", say("an old Office document (.xls)")),
    (b"\x80\x04\x95", _PICKLE),
    (b"\x80\x05\x95", _PICKLE),
    (b"7z\xbc\xaf", say("a 7z archive")),
    (b"Rar!", say("a RAR archive")),
    (b"BZh", say("a bzip2 archive")),
    (b"\xfd7zXZ", say("an xz archive")),
    (b"{", say("a JSON document")),
    (b"<", say("an HTML or XML document")),
)
_GZIP, _ZIPS = b"\x1f\x8b", (b"PK\x03\x04", b"PK\x05\x06")
_ARCHIVES = (".zip", ".tar", ".tgz", ".7z", ".rar", ".bz2", ".xz")
_NOT_DATA = (".md", ".pdf", ".py", ".m", ".html", ".htm", ".json", ".xml", ".yaml", ".yml", ".doc", ".docx")


def opened(request: Request) -> Opening:
    """A file, or a folder of this machine. Raises `UploadError` for what cannot be read."""
    if isinstance(request.data, FilePath):
        return archive.open_folder(request, _in_archive)
    if not request.data:
        raise refusal(request.file, say("the file is empty; save it again and upload that"))
    request = _unpacked(request)
    what, reader = _reader(request) or (say("ZIP archive"), partial(archive.open_zip, open_one=_in_archive))
    with damage(request.file, what):
        opening = reader(request)
    # A picture has no name but that of its file.
    opening.items = [item if item.path else inside((request.file,), item) for item in opening.items]
    return opening


def _in_archive(request: Request) -> Opening:
    """One file of an archive; a text beside the data is left out."""
    ending = PurePath(request.file).suffix.lower()
    if ending in _NOT_DATA or not request.data or request.data.startswith(tuple(s for s, _ in _REFUSED)):
        raise archive.LeftOut
    request = _unpacked(request)
    found = None if ending in _ARCHIVES else _reader(request)
    if found is None:
        raise refusal(request.file, say("an archive inside the archive is not opened; unpack it first"))
    what, reader = found
    try:
        with damage(request.file, what):
            return reader(request)
    except UploadError:
        if reader is text_tables.open_text:
            raise archive.LeftOut from None
        raise


def _reader(request: Request) -> tuple[Text, Reader] | None:
    """What a file is and who reads it; None for an archive of several files."""
    file, head, ending = request.file, request.data[:_HEAD], PurePath(request.file).suffix.lower()
    for signature, what in _REFUSED:
        if head.startswith(signature):
            text = say("by its content this is {what}; save the data as CSV, NPZ, MAT or pictures", what=what)
            raise refusal(file, text)
    if head.startswith(_ZIPS):
        return _zip_reader(file, request.data, ending)
    for pattern, what, reader in _READERS:
        if re.match(pattern, head, re.DOTALL):
            return what, reader
    # What has no signature is known by its ending.
    if ending == ".mat":
        return _file("MAT"), matlab.open_mat
    if ending in pictures.ENDINGS:
        return say("picture"), pictures.open_picture
    if svmlight.is_svmlight(head):
        return _file("svmlight"), svmlight.open_svmlight
    return say("text table"), text_tables.open_text


def _zip_reader(file: str, data: bytes, ending: str) -> tuple[Text, Reader] | None:
    names = [info.filename for info in open_archive(file, data)[1]]
    # Arrays in folders are a file each, others one set.
    if ending == ".npz" or (names and all(name.endswith(".npy") and "/" not in name for name in names)):
        return _file("NPZ"), numpy_files.open_npz
    if "xl/workbook.xml" in names:
        return say("Excel workbook"), workbooks.open_excel
    return None


def _unpacked(request: Request) -> Request:
    """What a gzip file holds, under its own name."""
    file, data = request.file, request.data
    if not data.startswith(_GZIP):
        return request
    limit = unpacked_limit(len(data))
    with damage(file, _file("gzip")), gzip.GzipFile(fileobj=BytesIO(data)) as packed:
        content = packed.read(limit + 1)
    if len(content) > limit:
        text = say("it unpacks to more than {most}; save it unpacked, or a part of it", most=megabytes(limit))
        raise refusal(file, text)
    if content[257:262] == b"ustar":
        raise refusal(file, say("it holds a tar archive; pack the files as a ZIP"))
    return dataclasses.replace(request, file=file.removesuffix(".gz"), data=content)
