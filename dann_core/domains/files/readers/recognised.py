"""Which format a file has, by its content first and its ending second, and who reads it."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path as FilePath
from pathlib import PurePath

from dann_core.domains.files.errors import UploadError, refusal
from dann_core.domains.files.limits import MAX_UNPACKED_BYTES, unpacked_limit
from dann_core.domains.files.readers import archive, matlab, numpy_files, pictures, text_tables
from dann_core.domains.files.readers.opening import Opening, Request

Reader = Callable[[Request], Opening]

_HDF5 = b"\x89HDF\r\n\x1a\n"
_ZIPS = (b"PK\x03\x04", b"PK\x05\x06")
_SIGNATURES: tuple[tuple[bytes, Reader], ...] = (
    (b"\x93NUMPY", numpy_files.open_npy),
    (b"MATLAB 5.0 MAT-file", matlab.open_mat),
)
_REFUSED = (
    (b"MZ", "a Windows program"),
    (b"\x7fELF", "a program"),
    (b"%PDF", "a PDF document"),
    (b"\xd0\xcf\x11\xe0", "an old Office document (.xls)"),
    (b"\x80\x04\x95", "a Python pickle, which is never loaded"),
    (b"\x80\x05\x95", "a Python pickle, which is never loaded"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
)
_GZIP = b"\x1f\x8b"
_ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".7z", ".rar", ".bz2", ".xz")
_NOT_DATA = (".md", ".pdf", ".py", ".m", ".html", ".htm", ".json", ".xml", ".yaml", ".yml", ".doc", ".docx")


def opened(request: Request) -> Opening:
    """A file, or a folder of this machine. Raises `UploadError` for what cannot be read."""
    if isinstance(request.data, FilePath):
        return archive.open_folder(request, _in_archive)
    if not len(request.data):
        raise refusal(request.file, "the file is empty; save it again and upload that")
    request = _unzipped(request)
    if request.data[:4] in _ZIPS and not _is_archive_of_one(request):
        return archive.open_zip(request, _in_archive)
    return _one(request, pictures.alone)


def _is_archive_of_one(request: Request) -> bool:
    return _zip_reader(request) is not None


def _zip_reader(request: Request) -> Reader | None:
    """Who reads a ZIP archive that is one file to people."""
    try:
        with zipfile.ZipFile(BytesIO(request.data)) as packed:
            names = packed.namelist()
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError, IndexError, KeyError):
        return None
    if names and all(name.endswith(".npy") for name in names):
        return numpy_files.open_npz
    if PurePath(request.file).suffix.lower() == ".npz":
        return numpy_files.open_npz
    return None


def _one(request: Request, open_picture: Reader) -> Opening:
    """One file that is no archive of others."""
    file, head = request.file, request.data[:1024]
    for signature, what in _REFUSED:
        if head.startswith(signature):
            raise refusal(file, f"by its content this is {what}; save the data as CSV, NPZ, MAT or pictures")
    if head[:4] in _ZIPS:
        reader = _zip_reader(request)
        if reader is None:
            raise refusal(file, "an archive inside the archive is not opened; unpack it first")
        return reader(request)
    for signature, reader in _SIGNATURES:
        if head.startswith(signature):
            return reader(request)
    ending = PurePath(file).suffix.lower()
    if _is_picture(head) or (ending in pictures.ENDINGS and _is_binary(head, ending)):
        return open_picture(request)
    if ending == ".mat":
        return matlab.open_mat(request)
    return text_tables.open_text(request)


def _in_archive(request: Request) -> Opening:
    """One file of an archive; what is no data and damages nothing is left out."""
    ending = PurePath(request.file).suffix.lower()
    if ending in _NOT_DATA or not len(request.data):
        raise archive.left_out()
    if ending in _ARCHIVES and ending != ".gz":
        raise refusal(request.file, "an archive inside the archive is not opened; unpack it first")
    request = _unzipped(request)
    opening = _one_or_text(request)
    return opening


def _one_or_text(request: Request) -> Opening:
    try:
        return _one(request, pictures.open_picture)
    except UploadError:
        head = request.data[:1024]
        if _is_text(head) and not head.startswith(tuple(s for s, _ in _SIGNATURES)):
            raise archive.left_out() from None
        raise


def _unzipped(request: Request) -> Request:
    """What a gzip file holds, under its own name."""
    if request.data[:2] != _GZIP:
        return request
    limit, inflater, out = unpacked_limit(len(request.data)), zlib.decompressobj(31), []
    rest, n = request.data, 0
    try:
        while rest:
            out.append(inflater.decompress(rest, 1 << 20))
            n += len(out[-1])
            rest = inflater.unconsumed_tail
            if n > limit:
                text = "it unpacks to far more than its size or the limit of "
                raise refusal(
                    request.file, f"{text}{MAX_UNPACKED_BYTES // 1024**2:,} MB; save it unpacked, or a part of it"
                )
            if inflater.eof:
                rest = inflater.unused_data
                inflater = zlib.decompressobj(31)
        content = b"".join(out)
    except zlib.error:
        raise refusal(request.file, "the gzip file is damaged or cut off; pack it again") from None
    if not inflater.eof and inflater.unused_data == b"" and not content:
        raise refusal(request.file, "the gzip file is damaged or cut off; pack it again")
    if content[257:262] == b"ustar":
        raise refusal(request.file, "it holds a tar archive; pack the files as a ZIP")
    name = request.file.removesuffix(".gz")
    return Request(name, content, request.header, request.wanted, request.progress)


def _is_picture(head: bytes) -> bool:
    return (
        head.startswith(
            (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*", b"P4\n", b"P5", b"P6", b"P2\n", b"P3\n", b"8BPS")
        )
        or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")
        or (head[:2] == b"BM" and head[6:10] == b"\0\0\0\0")
    )


def _is_binary(head: bytes, ending: str) -> bool:
    return not _is_text(head) or ending in (".xpm", ".xbm", ".ppm", ".pgm", ".pbm", ".pnm")


def _is_text(head: bytes) -> bool:
    return b"\0" not in head or head.startswith((b"\xff\xfe", b"\xfe\xff"))
