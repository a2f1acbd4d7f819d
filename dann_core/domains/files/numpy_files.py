"""NumPy's files: NPZ archives and single NPY arrays. No pickle is ever loaded."""

from __future__ import annotations

import math
import tokenize
from io import BytesIO

import numpy as np

from dann_core.domains.files.archives import open_archive, read_entry
from dann_core.domains.files.errors import count, megabytes, quoted, reason, refusal
from dann_core.domains.files.limits import MAX_ARRAY_BYTES, MAX_ARRAYS, MAX_NPY_HEADER
from dann_core.domains.files.tables import Entry

_NPY = ".npy"
_ALONE = "array"  # what the only array of an NPY file is called
_HEADER_BYTES = MAX_NPY_HEADER + 16
_BAD_HEADER = (ValueError, TypeError, EOFError, OverflowError, RecursionError, MemoryError, tokenize.TokenError)


def npz_entries(file: str, data: bytes) -> list[Entry]:
    """The arrays of an NPZ file by their headers."""
    archive, infos = open_archive(file, data)
    infos = [info for info in infos if info.filename.endswith(_NPY)]
    if not infos:
        raise refusal(file, "there is no array in it; save it with numpy.savez")
    if len(infos) > MAX_ARRAYS:
        raise refusal(file, f"{len(infos):,} arrays are more than {MAX_ARRAYS:,}; save fewer")
    heads = ((i.filename.removesuffix(_NPY), read_entry(file, archive, i, _HEADER_BYTES), i.file_size) for i in infos)
    return [_entry(file, name, head, size) for name, head, size in heads]


def npz_array(file: str, data: bytes, name: str) -> np.ndarray:
    """One array of an NPZ file."""
    archive, infos = open_archive(file, data)
    info = next(info for info in infos if info.filename == name + _NPY)
    return _array(file, name, read_entry(file, archive, info))


def npy_entries(file: str, data: bytes) -> list[Entry]:
    """The one array of an NPY file, called "array"."""
    return [_entry(file, _ALONE, data[:_HEADER_BYTES], len(data))]


def npy_array(file: str, data: bytes, name: str) -> np.ndarray:
    """The one array of an NPY file."""
    return _array(file, name, data)


def _entry(file: str, name: str, head: bytes, size: int) -> Entry:
    shape, dtype, _, offset = _header(file, name, head)
    nbytes = math.prod(shape) * dtype.itemsize
    place = f"key {quoted(name)}"
    if nbytes > MAX_ARRAY_BYTES:
        text = f"the array takes {megabytes(nbytes)}, more than {megabytes(MAX_ARRAY_BYTES)}; save a part of it"
        raise refusal(file, text, place)
    problem = ""
    if dtype.hasobject:
        problem = "it holds Python objects, which are never loaded: save plain numbers"
    elif dtype.kind not in "biuf":
        problem = f"it holds {dtype.name} values: save plain numbers"
    if not dtype.hasobject and size - offset < nbytes:
        missing = count(nbytes - size + offset, "byte")
        raise refusal(file, f"the array is cut off ({missing} missing); save it again", place)
    return Entry(name, shape, "objects" if dtype.hasobject else dtype.name, problem)


def _header(file: str, name: str, head: bytes) -> tuple[tuple[int, ...], np.dtype, bool, int]:
    """Shape, dtype, whether stored column by column, and where the values begin."""
    stream = BytesIO(head[:_HEADER_BYTES])
    try:
        version = np.lib.format.read_magic(stream)
        if version not in ((1, 0), (2, 0)):
            raise ValueError(f"version {version[0]}.{version[1]} of the format")
        parse = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, by_column, dtype = parse(stream, max_header_size=MAX_NPY_HEADER)
        if any(n < 0 for n in shape):
            raise ValueError(f"shape {shape}")
    except _BAD_HEADER as error:
        raise refusal(
            file,
            f"the array's header cannot be read ({reason(error)}); save it again with NumPy",
            f"key {quoted(name)}",
        ) from None
    return shape, dtype, by_column, stream.tell()


def _array(file: str, name: str, data: bytes) -> np.ndarray:
    shape, dtype, by_column, offset = _header(file, name, data)
    flat = np.frombuffer(data, dtype, count=math.prod(shape), offset=offset)
    return flat.reshape(shape, order="F" if by_column else "C")
