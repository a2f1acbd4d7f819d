"""MAT files of version 5 (and 4): arrays, texts and sparse matrices, in structs and cells at any level."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import numpy as np
import scipy.io
import scipy.sparse
from scipy.io.matlab import MatlabFunction, MatlabOpaque, mat_struct

from dann_core.domains.files.contents import Item, Path
from dann_core.domains.files.errors import megabytes, refusal
from dann_core.domains.files.limits import MAX_ARRAY_BYTES, unpacked_limit
from dann_core.domains.files.readers import sparse
from dann_core.domains.files.readers.opening import Opening, Request, check_number, counted, no_numbers, too_large
from dann_core.language import say

_HEADER, _COMPRESSED, _PART, _STEP = 128, 15, 1 << 16, 1 << 20
_MOST_LEVELS = 16


def open_mat(request: Request) -> Opening:
    """All that is in the file, as MATLAB shows it; `X(3).speed` is `X/3/speed`, and a cell `C{2}` is `C/2`."""
    file = request.file
    _check_unpacked(file, request.data)
    wanted = None if request.wanted is None else sorted({path[0] for path in request.wanted})
    # Singleton sides are kept: 1 x 1024 is one window, 1024 x 1 one recording.
    variables = scipy.io.loadmat(BytesIO(request.data), struct_as_record=False, variable_names=wanted)
    held: dict[Path, Any] = {}
    for name, value in variables.items():
        # SciPy puts the file's header beside the variables, and calls one without a name None.
        if not name.startswith("__") and name != "None":
            for path, leaf in _leaves((name,), value):
                held[path] = leaf
                check_number(file, len(held))
    items = [_item(file, path, leaf) for path, leaf in held.items()]
    return Opening("MAT 5", items, lambda path: _values(held[path]))


def _leaves(path: Path, value: Any) -> Iterator[tuple[Path, Any]]:
    """Arrays, texts and sparse matrices, each with the way to it."""
    if len(path) > _MOST_LEVELS:
        return
    if isinstance(value, mat_struct):
        for name in value._fieldnames:
            yield from _leaves((*path, name), getattr(value, name))
    elif isinstance(value, np.ndarray) and value.dtype == object and type(value) is np.ndarray:
        together = _joined(value)
        if together is not None:
            yield path, together
        elif value.size == 1 and isinstance(value.flat[0], mat_struct):
            yield from _leaves(path, value.flat[0])
        else:
            for index in np.ndindex(value.shape):
                yield from _leaves((*path, counted(index, value.shape)), value[index])
    else:
        yield path, value


def _joined(cells: np.ndarray) -> np.ndarray | None:
    """Cells that hold one text each, or one number each, as one array."""
    first = cells.flat[0] if cells.size else None
    if not isinstance(first, np.ndarray) or type(first) is not np.ndarray or first.dtype.kind not in "Ubiuf":
        return None
    text = first.dtype.kind == "U"
    for cell in cells.flat:
        if type(cell) is not np.ndarray or (cell.dtype.kind == "U") != text or cell.dtype.kind not in "Ubiuf":
            return None
        if cell.size != 1 and not (text and cell.size == 0):
            return None
    if not text and cells.size == 1:
        return None
    values = [cell.item() if cell.size else "" for cell in cells.flat]
    return np.array(values).reshape(cells.shape)


def _item(file: str, path: Path, value: Any) -> Item:
    if scipy.sparse.issparse(value):
        return sparse.item(file, path, value)
    if isinstance(value, MatlabFunction | MatlabOpaque) or not isinstance(value, np.ndarray):
        return Item(path, "numbers", (), "object", problem=say("it is a MATLAB object or function: save plain arrays"))
    if value.nbytes > MAX_ARRAY_BYTES:
        text = say(
            "it takes {size}, more than {most}; save a part of it",
            size=megabytes(value.nbytes),
            most=megabytes(MAX_ARRAY_BYTES),
        )
        raise too_large(file, path, text)
    if value.dtype.kind == "U":
        return Item(path, "texts", _values(value).shape, "text")
    return Item(path, "numbers", value.shape, value.dtype.name, problem=no_numbers(value.dtype))


def _values(value: Any) -> np.ndarray:
    if scipy.sparse.issparse(value):
        return sparse.dense(value)
    if value.dtype.kind == "U":
        # MATLAB has no lists: a row or a column of texts is one.
        texts = np.char.strip(value) if value.dtype.itemsize else value.astype("U1")
        return texts.ravel() if sum(n != 1 for n in texts.shape) <= 1 else texts
    return value


def _unpacked(packed: memoryview, most: int) -> int:
    """How many bytes that is unpacked; it stops soon after `most`."""
    inflater, total = zlib.decompressobj(), 0
    # In parts, since what is left over of each is copied.
    for start in range(0, len(packed), _PART):
        part: bytes | memoryview = packed[start : start + _PART]
        while part and not inflater.eof and total <= most:
            total += len(inflater.decompress(part, _STEP))
            part = inflater.unconsumed_tail
    return total


def _check_unpacked(file: str, data: bytes) -> None:
    """Refuse compressed variables that unpack to too much, before SciPy makes room for what they declare."""
    order = "<" if data[126:128] == b"IM" else ">"
    at, limit = _HEADER, unpacked_limit(len(data))
    while at + 8 <= len(data):
        kind, size = struct.unpack_from(order + "II", data, at)
        if kind == _COMPRESSED:
            try:
                limit -= _unpacked(memoryview(data)[at + 8 : at + 8 + size], limit)
            except zlib.error:
                return  # SciPy says what is wrong
        if limit < 0:
            text = say("a compressed variable unpacks to far more than the file's size; save it uncompressed")
            raise refusal(file, text)
        at += 8 + size
