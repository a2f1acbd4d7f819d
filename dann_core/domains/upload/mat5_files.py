"""MAT files of version 5.

SciPy believes the sizes that such a file declares. So the file is first rewritten in memory without its
compression, under the limits, and every declared size is held against the bytes that are there; after that
SciPy can take no more memory than the file itself has.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Iterator
from io import BytesIO

import numpy as np
import scipy.io
import scipy.sparse
from scipy.io.matlab import MatReadError

from dann_core.domains.upload.errors import megabytes, quoted, reason, refusal
from dann_core.domains.upload.limits import MAX_ARRAY_BYTES, MAX_ARRAYS, unpacked_limit
from dann_core.domains.upload.tables import Entry

_HEADER = 128
_COMPRESSED = 15
_MATRIX = 14
_MATRIX_PARTS = 7  # a numeric array has at most so many; what follows in cells and structs is never loaded
_STEP = 1 << 20
_ITEM = {"double": 8, "single": 4, "int64": 8, "uint64": 8, "int32": 4, "uint32": 4, "int16": 2, "uint16": 2}
_ITEM |= {"int8": 1, "uint8": 1, "logical": 1, "char": 4, "sparse": 8}
_BROKEN = (MatReadError, ValueError, TypeError, IndexError, KeyError, OSError, EOFError, NotImplementedError)
_BROKEN += (zlib.error, struct.error, OverflowError, AttributeError)


def mat5_entries(file: str, data: bytes) -> list[Entry]:
    """The variables of a MAT file by their headers."""
    try:
        variables = scipy.io.whosmat(BytesIO(_plain(file, data)))
    except _BROKEN as error:
        raise _damaged(file, error) from None
    if len(variables) > MAX_ARRAYS:
        raise refusal(file, f"{len(variables):,} variables are more than {MAX_ARRAYS:,}; save fewer")
    return [_entry(file, *variable) for variable in variables]


def mat5_array(file: str, data: bytes, name: str) -> np.ndarray:
    """One variable, dense; a character matrix becomes one text per row."""
    place = f"variable {quoted(name)}"
    try:
        value = scipy.io.loadmat(BytesIO(_plain(file, data)), variable_names=[name], spmatrix=False)[name]
        if scipy.sparse.issparse(value):
            # Only whole checking keeps a forged index from writing outside the dense array.
            value.check_format(full_check=True)
            value = value.toarray()
    except _BROKEN as error:
        raise _damaged(file, error, place) from None
    return np.asarray(value)


def _entry(file: str, name: str, shape: tuple[int, ...], kind: str) -> Entry:
    nbytes = math.prod(shape) * _ITEM.get(kind, 0)
    if nbytes > MAX_ARRAY_BYTES:
        dense = "as a dense array " if kind == "sparse" else ""
        text = f"{dense}it takes {megabytes(nbytes)}, more than {megabytes(MAX_ARRAY_BYTES)}; save a part of it"
        raise refusal(file, text, f"variable {quoted(name)}")
    if kind == "char":
        return Entry(name, shape, "text", "it holds text: save plain numbers")
    return Entry(name, shape, kind, "" if kind in _ITEM else f"it is a {kind}: save plain numeric arrays")


def _damaged(file: str, error: Exception, place: str = "") -> Exception:
    return refusal(file, f"the MAT file is damaged or cut off ({reason(error)}); save it again in MATLAB", place)


def _plain(file: str, data: bytes) -> bytes:
    """The same file without compression, every size in it checked."""
    order = "<" if data[126:128] == b"IM" else ">"
    parts = [data[:_HEADER]]
    limit = unpacked_limit(len(data))
    for kind, body in _elements(file, memoryview(data)[_HEADER:], order):
        if kind == _COMPRESSED:
            body = memoryview(_inflated(file, body, limit))
            limit -= len(body)
            for inner_kind, inner in _elements(file, body, order):
                _check_parts(file, inner_kind, inner, order)
            parts.append(body)
        else:
            _check_parts(file, kind, body, order)
            parts += [struct.pack(order + "II", kind, len(body)), body]
    return b"".join(parts)


def _elements(file: str, data: memoryview, order: str) -> Iterator[tuple[int, memoryview]]:
    at = 0
    while at < len(data):
        if len(data) - at < 8:
            raise _damaged(file, ValueError("an element has no size"))
        kind, size = struct.unpack_from(order + "II", data, at)
        if size > len(data) - at - 8:
            missing = size - (len(data) - at - 8)
            raise _damaged(file, ValueError(f"an element declares {missing:,} bytes more than there are"))
        yield kind, data[at + 8 : at + 8 + size]
        at += 8 + size


def _check_parts(file: str, kind: int, body: memoryview, order: str) -> None:
    """Hold the sizes of an array's parts (flags, shape, name, values) against the array's own."""
    at, part = 0, 0
    while kind == _MATRIX and at + 8 <= len(body) and part < _MATRIX_PARTS:
        word, size = struct.unpack_from(order + "II", body, at)
        # The short form packs size and kind into one word and up to four bytes of values into the next.
        short = word >> 16
        if not short and size > len(body) - at - 8:
            raise _damaged(file, ValueError(f"an array declares {size:,} bytes of values but has fewer"))
        at += 8 if short else 8 + size + (-size) % 8
        part += 1


def _inflated(file: str, packed: memoryview, limit: int) -> bytes:
    inflater = zlib.decompressobj()
    out, rest = [], bytes(packed)
    try:
        while rest and not inflater.eof:
            out.append(inflater.decompress(rest, _STEP))
            rest = inflater.unconsumed_tail
            limit -= len(out[-1])
            if limit < 0:
                text = "a compressed variable unpacks to far more than the file's size; save it without compression"
                raise refusal(file, text)
    except zlib.error as error:
        raise _damaged(file, error) from None
    if not inflater.eof:
        raise _damaged(file, ValueError("a compressed variable ends too early"))
    return b"".join(out)
