"""MAT files of version 5: their numeric arrays, sparse matrices and character matrices.

`scipy.io` reads these too, but it believes the sizes and types that a file declares: a few flipped bits make
it write past its buffers, which ends the whole process. This reader takes values from slices of the file
only, so the worst that a forged size can do is to be refused.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np

from dann_core.domains.files.errors import UploadError, megabytes, quoted, reason, refusal
from dann_core.domains.files.limits import MAX_ARRAY_BYTES, MAX_ARRAYS, unpacked_limit
from dann_core.domains.files.sparse import dense
from dann_core.domains.files.tables import Entry

_HEADER = 128
_MATRIX, _COMPRESSED = 14, 15
_STEP = 1 << 20
_MOST_SIDES = 8
_MOST_PARTS = 4  # rows, columns, values, imaginary values
_COMPLEX, _LOGICAL = 0x0800, 0x0200
_CHAR, _SPARSE = 4, 5
# How values are stored, by the type in front of them, and what they are, by the class of their array.
_STORED = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}
_CLASSES = {6: "f8", 7: "f4", 8: "i1", 9: "u1", 10: "i2", 11: "u2", 12: "i4", 13: "u4", 14: "i8", 15: "u8"}
_OTHER_CLASSES = {1: "a cell array", 2: "a struct", 3: "an object", 16: "a function", 17: "an object"}
_ENCODINGS = {1: "latin-1", 2: "latin-1", 4: "utf-16", 16: "utf-8", 17: "utf-16", 18: "utf-32"}


class _Damage(ValueError):
    """What is wrong with the bytes."""


@dataclass(frozen=True)
class _Variable:
    name: str
    kind: int
    shape: tuple[int, ...]
    flags: int
    parts: list[tuple[int, memoryview]]  # type and bytes of its values, for a sparse matrix of its indices too


def mat5_entries(file: str, data: bytes) -> list[Entry]:
    """The variables of a MAT file, as MATLAB shows them; one row of a character matrix counts as one text."""
    return [_entry(file, variable) for variable in _variables(file, data)]


def mat5_array(file: str, data: bytes, name: str) -> np.ndarray:
    """One variable, dense; a character matrix becomes one text per row."""
    variable = next(v for v in _variables(file, data) if v.name == name)
    try:
        if variable.kind == _SPARSE:
            return _dense(variable, _order(data))
        if variable.kind == _CHAR:
            return _texts(variable, _order(data))
        values = _numbers(variable.parts, 0, _order(data))
        # MATLAB stores whole numbers as short as they go, whatever their class.
        with np.errstate(invalid="ignore"):
            values = values.astype(_CLASSES[variable.kind], copy=False)
        return values.reshape(variable.shape, order="F")
    except ValueError as error:
        raise _damaged(file, error, f"variable {quoted(name)}") from None


def _entry(file: str, variable: _Variable) -> Entry:
    name, kind, shape = variable.name, variable.kind, variable.shape
    if kind not in (_CHAR, _SPARSE, *_CLASSES):
        what = _OTHER_CLASSES.get(kind, "of an unknown class")
        return Entry(name, shape, what, f"it is {what}: save plain numeric arrays")
    dtype = np.dtype("U1" if kind == _CHAR else _CLASSES.get(kind, "f8"))
    nbytes = math.prod(shape) * dtype.itemsize
    if nbytes > MAX_ARRAY_BYTES:
        how = "as a dense array " if kind == _SPARSE else ""
        text = f"{how}it takes {megabytes(nbytes)}, more than {megabytes(MAX_ARRAY_BYTES)}; save a part of it"
        raise refusal(file, text, f"variable {quoted(name)}")
    if kind == _CHAR:
        return Entry(name, shape[:-1], "text", "it holds text: save plain numbers")
    problem = "it holds complex values: save plain numbers" if variable.flags & _COMPLEX else ""
    return Entry(name, shape, "sparse" if kind == _SPARSE else dtype.name, problem)


def _damaged(file: str, error: Exception, place: str = "") -> UploadError:
    return refusal(file, f"the MAT file is damaged or cut off ({reason(error)}); save it again in MATLAB", place)


def _order(data: bytes) -> str:
    return "<" if data[126:128] == b"IM" else ">"


def _variables(file: str, data: bytes) -> list[_Variable]:
    order, limit, found = _order(data), unpacked_limit(len(data)), []
    try:
        for kind, body in _elements(memoryview(data)[_HEADER:], order):
            if kind == _COMPRESSED:
                unpacked = _inflated(file, body, limit)
                limit -= len(unpacked)
                kind, body = next(_elements(unpacked, order), (0, unpacked))
            if kind != _MATRIX:
                raise _Damage(f"an element of type {kind} where a variable should be")
            found.append(_variable(body, order))
            if len(found) > MAX_ARRAYS:
                raise refusal(file, f"there are more than {MAX_ARRAYS:,} variables; save fewer")
    except _Damage as error:
        raise _damaged(file, error) from None
    # MATLAB keeps what its objects refer to in a variable without a name.
    return [variable for variable in found if variable.name]


def _elements(data: memoryview, order: str) -> Iterator[tuple[int, memoryview]]:
    """The variables of a file: type, size in bytes, content, without gaps."""
    at = 0
    while at < len(data):
        if len(data) - at < 8:
            raise _Damage("a variable has no size")
        kind, size = struct.unpack_from(order + "II", data, at)
        if size > len(data) - at - 8:
            raise _Damage(f"a variable declares {size:,} bytes but has {len(data) - at - 8:,}")
        yield kind, data[at + 8 : at + 8 + size]
        at += 8 + size


def _parts(data: memoryview, order: str) -> Iterator[tuple[int, memoryview]]:
    """The parts of a variable, each padded to 8 bytes; up to 4 bytes may share the word of their type and size."""
    at = 0
    while at + 8 <= len(data):
        word, size = struct.unpack_from(order + "II", data, at)
        short = word >> 16
        if short > 4:
            raise _Damage(f"{short} bytes are declared where 4 fit")
        if not short and size > len(data) - at - 8:
            raise _Damage(f"a part declares {size:,} bytes but has {len(data) - at - 8:,}")
        yield (word & 0xFFFF, data[at + 4 : at + 4 + short]) if short else (word, data[at + 8 : at + 8 + size])
        at += 8 if short else 8 + size + (-size) % 8


def _variable(body: memoryview, order: str) -> _Variable:
    parts = _parts(body, order)
    head = list(islice(parts, 3))
    if len(head) < 3:
        raise _Damage("a variable has no flags, shape or name")
    (_, flags), (_, shape), (_, name) = head
    if len(flags) != 8 or len(shape) % 4 or not 8 <= len(shape) <= 4 * _MOST_SIDES:
        raise _Damage("the flags or the shape of a variable have an odd length")
    sides = struct.unpack(f"{order}{len(shape) // 4}i", shape)
    if min(sides) < 0:
        raise _Damage("a variable has a negative side")
    (word,) = struct.unpack_from(order + "I", flags)
    kind = word & 0xFF
    # The parts of cells and structs are variables themselves and not looked at.
    values = list(islice(parts, _MOST_PARTS)) if kind in (_CHAR, _SPARSE, *_CLASSES) else []
    return _Variable(bytes(name).decode("utf-8", "replace"), kind, sides, word, values)


def _numbers(parts: list[tuple[int, memoryview]], index: int, order: str) -> np.ndarray:
    if index >= len(parts) or parts[index][0] not in _STORED:
        raise _Damage("the values are missing or of an unknown type")
    kind, content = parts[index]
    return np.frombuffer(content, order + _STORED[kind])


def _texts(variable: _Variable, order: str) -> np.ndarray:
    if not variable.parts or variable.parts[0][0] not in _ENCODINGS:
        raise _Damage("the text is missing or of an unknown encoding")
    kind, content = variable.parts[0]
    encoding = _ENCODINGS[kind]
    if encoding in ("utf-16", "utf-32"):
        encoding += "-le" if order == "<" else "-be"
    characters = np.array([bytes(content).decode(encoding, "replace")]).view("U1")
    rows = np.ascontiguousarray(characters.reshape(variable.shape, order="F"))
    return rows.view(f"U{variable.shape[-1]}")[..., 0]


def _dense(variable: _Variable, order: str) -> np.ndarray:
    rows, starts = (_numbers(variable.parts, i, order) for i in range(2))
    content = variable.parts[2][1] if len(variable.parts) > 2 else b""
    if variable.flags & _LOGICAL and len(content) < 8 * len(rows):
        # MATLAB declares the values of a logical sparse matrix as doubles but writes bytes.
        values = np.frombuffer(content, "u1")
    else:
        values = _numbers(variable.parts, 2, order)
    return dense(values, rows, starts, variable.shape)


def _inflated(file: str, packed: memoryview, limit: int) -> memoryview:
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
        raise _Damage(reason(error)) from None
    if not inflater.eof:
        raise _Damage("a compressed variable ends too early")
    return memoryview(b"".join(out))
