"""NumPy's files: one NPY array, NPZ archives, and SciPy's sparse matrices in them. No pickle is ever loaded."""

from __future__ import annotations

import math
from collections.abc import Iterator
from io import BytesIO

import numpy as np

from dann_core.domains.files.archives import open_archive, read_entry
from dann_core.domains.files.contents import Item, Path
from dann_core.domains.files.errors import megabytes, quoted, refusal, shown
from dann_core.domains.files.limits import MAX_ARRAY_BYTES, MAX_ARRAYS, MAX_NPY_HEADER
from dann_core.domains.files.nouns import count_of
from dann_core.domains.files.readers import sparse
from dann_core.domains.files.readers.opening import Opening, Request, no_numbers, unique
from dann_core.language import say, say_many

_NPY = ".npy"
_ALONE = ("array",)  # the way to the only array of an NPY file
_HEADER_BYTES = MAX_NPY_HEADER + 16
_FIELDS = "fields"  # stands for the type of an array of records until these are columns
_SEPARATE = 16  # numbers of one field that are columns; of more they are an array
_SPARSE = {"format", "shape", "data"}  # what scipy.sparse.save_npz writes, among others


def open_npy(request: Request) -> Opening:
    """The one array of an NPY file, by its header."""
    file, data = request.file, request.data
    item = _item(file, _ALONE, data[:_HEADER_BYTES], len(data))
    made = Opening("NPY", [item], lambda _: _array(data))
    return _with_fields(made, {_ALONE: ()})


def open_npz(request: Request) -> Opening:
    """The arrays of an NPZ file, by their headers."""
    file = request.file
    archive, infos = open_archive(file, request.data)
    infos = [info for info in infos if info.filename.endswith(_NPY)]
    if not infos:
        raise refusal(file, say("there is no array in it; save it with numpy.savez"))
    if len(infos) > MAX_ARRAYS:
        raise refusal(file, say("{n:,} arrays are more than {most:,}; save fewer", n=len(infos), most=MAX_ARRAYS))
    if {info.filename.removesuffix(_NPY) for info in infos} >= _SPARSE:
        return sparse.open_npz(request)
    names = unique(info.filename.removesuffix(_NPY) for info in infos)
    held = {tuple(name.split("/")): info for name, info in zip(names, infos, strict=True)}
    items = [
        _item(file, path, read_entry(file, archive, info, _HEADER_BYTES), info.file_size) for path, info in held.items()
    ]
    made = Opening("NPZ", items, lambda path: _array(read_entry(file, archive, held[path])))
    return _with_fields(made, {path: path for path in held})


def _item(file: str, path: Path, head: bytes, size: int) -> Item:
    shape, dtype, offset = _header(path, head)
    nbytes = math.prod(shape) * dtype.itemsize
    place = say("key {name}", name=quoted("/".join(path)))
    if nbytes > MAX_ARRAY_BYTES:
        text = say(
            "the array takes {size}, more than {most}; save a part of it",
            size=megabytes(nbytes),
            most=megabytes(MAX_ARRAY_BYTES),
        )
        raise refusal(file, text, place)
    if not dtype.hasobject and size - offset < nbytes:
        missing = count_of(nbytes - size + offset, "byte")
        raise refusal(file, say("the array is cut off ({missing} missing); save it again", missing=missing), place)
    if dtype.hasobject:
        problem = say(
            "it holds Python objects, which are never loaded: save it as {name}.astype(str), or as plain numbers",
            name=shown(path[-1]),
        )
        return Item(path, "texts", shape, "objects", problem=problem)
    if dtype.names is not None:
        return Item(path, "numbers", shape, _FIELDS)
    if dtype.kind in "US":
        return Item(path, "texts", shape, "text")
    return Item(path, "numbers", shape, dtype.name, problem=no_numbers(dtype))


def _with_fields(made: Opening, tables: dict[Path, Path]) -> Opening:
    """The same with each array of records as a table at that way: its fields are the columns."""
    items = []
    for item in made.items:
        if item.dtype != _FIELDS:
            items.append(item)
            continue
        records = made.load(item.path).reshape(-1)
        table = tables[item.path]
        for name, values in _fields(records):
            column, values = _column((*table, name), table, values)
            items.append(column)
            made.decoded |= {} if column.problem else {column.path: values}
        made.notes.append(
            say_many(
                "an array of records was read as a table of its {n:,} field",
                "an array of records was read as a table of its {n:,} fields",
                len(records.dtype.names),
            )
        )
    made.items = items
    return made


def _fields(records: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """The fields of records `(N,)`; of one that holds a few numbers, each of these."""
    for name in records.dtype.names:
        values = records[name]
        if values.ndim == 2 and values.shape[1] <= _SEPARATE:
            yield from ((f"{name} {j + 1}", values[:, j]) for j in range(values.shape[1]))
        else:
            yield name, values


def _column(path: Path, table: Path, values: np.ndarray) -> tuple[Item, np.ndarray]:
    if values.dtype.kind == "S":
        values = np.char.decode(values, "utf-8", "replace")
    if values.dtype.kind == "U":
        return Item(path, "texts", values.shape, "text", table), np.char.strip(values)
    problem = no_numbers(values.dtype)
    missing = int(np.isnan(values).sum()) if values.dtype.kind == "f" else 0
    # A field of many numbers is an array beside the table.
    beside = table if values.ndim == 1 else None
    return Item(path, "numbers", values.shape, values.dtype.name, beside, missing, problem), values


def _header(path: Path, head: bytes) -> tuple[tuple[int, ...], np.dtype, int]:
    """Shape, dtype, and where the values begin."""
    stream = BytesIO(head)
    version = np.lib.format.read_magic(stream)
    parse = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, _, dtype = parse(stream, max_header_size=MAX_NPY_HEADER)
    if any(n < 0 for n in shape):
        raise ValueError(f"shape {shape} of {'/'.join(path)}")
    return shape, dtype, stream.tell()


def _array(data: bytes) -> np.ndarray:
    array = np.load(BytesIO(data), allow_pickle=False, max_header_size=MAX_NPY_HEADER)
    return np.char.decode(array, "utf-8", "replace") if array.dtype.kind == "S" else array
