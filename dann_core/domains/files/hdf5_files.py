"""MAT files of version 7.3 and other HDF5 files: their top-level data sets."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO

import h5py
import numpy as np

from dann_core.domains.files.errors import UploadError, megabytes, quoted, reason, refusal
from dann_core.domains.files.limits import MAX_ARRAY_BYTES, MAX_ARRAYS, unpacked_limit
from dann_core.domains.files.sparse import dense
from dann_core.domains.files.tables import Entry

_MATLAB_HEADER = b"MATLAB 7.3"
_CLASS, _EMPTY, _ROWS = "MATLAB_class", "MATLAB_empty", "MATLAB_sparse"
_FILTERS = (h5py.h5z.FILTER_DEFLATE, h5py.h5z.FILTER_SHUFFLE, h5py.h5z.FILTER_FLETCHER32, h5py.h5z.FILTER_LZF)
# What h5py raises depends on where in the file the damage is; it translates HDF5's own errors into these.
_BROKEN = (OSError, ValueError, TypeError, KeyError, IndexError, RuntimeError, NotImplementedError, OverflowError)
_BROKEN += (AttributeError, MemoryError)


def hdf5_entries(file: str, data: bytes) -> list[Entry]:
    """The data sets and sparse matrices at the top of the file, with the shapes that MATLAB shows."""
    with _opened(file, data) as reader:
        if len(reader.root) > MAX_ARRAYS:
            raise refusal(file, f"{len(reader.root):,} entries are more than {MAX_ARRAYS:,}; save fewer")
        # MATLAB keeps what its cells refer to in a group called #refs#.
        return [reader.entry(name) for name in reader.root if not name.startswith("#")]


def hdf5_array(file: str, data: bytes, name: str) -> np.ndarray:
    """One data set, or a sparse matrix made dense, as MATLAB shows it."""
    with _opened(file, data) as reader:
        return reader.array(name)


@contextmanager
def _opened(file: str, data: bytes) -> Iterator[_Reader]:
    try:
        with h5py.File(BytesIO(data), "r") as root:
            yield _Reader(file, root, len(data), data.startswith(_MATLAB_HEADER))
    except UploadError:
        raise
    except _BROKEN as error:
        raise refusal(file, f"the HDF5 file is damaged or cut off ({reason(error)}); save it again") from None


@dataclass(frozen=True)
class _Reader:
    file: str
    root: h5py.File
    size: int
    by_matlab: bool

    def entry(self, name: str) -> Entry:
        item = _own(self.root, name)
        if item is None:
            return Entry(name, (), "link", "it is a link to another place: save the values themselves")
        if isinstance(item, h5py.Group) and _ROWS in item.attrs:
            return Entry(name, self._sparse_shape(name, item), "sparse")
        if not isinstance(item, h5py.Dataset) or item.shape is None:
            return Entry(name, (), "no array", "it is no array: save plain numeric arrays")
        shape = item.shape[::-1] if self._reversed(item) else item.shape
        problem = _problem(item)
        if not problem:
            self._check_size(name, item)
        return Entry(name, shape, item.dtype.name, problem)

    def array(self, name: str) -> np.ndarray:
        item = self.root[name]
        if isinstance(item, h5py.Group):
            return self._dense(name, item)
        # MATLAB stores column by column, so NumPy sees its arrays with the sides reversed.
        return item[()].T if self._reversed(item) else item[()]

    def _reversed(self, item: h5py.Dataset) -> bool:
        return self.by_matlab or _CLASS in item.attrs

    def _check_size(self, name: str, item: h5py.Dataset) -> None:
        nbytes = item.size * item.dtype.itemsize
        # A chunk is unpacked whole, even if the array needs a corner of it only.
        largest = max(nbytes, math.prod(item.chunks or ()) * item.dtype.itemsize)
        stored = item.id.get_storage_size()
        if largest > MAX_ARRAY_BYTES or largest > unpacked_limit(stored):
            text = (
                f"{megabytes(largest)} from {stored:,} stored bytes is over the limit "
                f"({megabytes(MAX_ARRAY_BYTES)}, or too strongly packed); save a part of it, or without compression"
            )
            raise refusal(self.file, text, f"variable {quoted(name)}")
        if stored > self.size:
            raise refusal(self.file, "the values are cut off; save the file again", f"variable {quoted(name)}")

    def _sparse_parts(self, name: str, group: h5py.Group) -> list[h5py.Dataset]:
        """Values, rows and column starts; a matrix of zeros has no values and no rows."""
        parts = [_own(group, part) for part in ("data", "ir", "jc")]
        for part in parts:
            if not isinstance(part, h5py.Dataset) or part.ndim != 1 or _problem(part):
                text = "the sparse matrix is incomplete or holds no plain numbers; save it as a full matrix"
                raise refusal(self.file, text, f"variable {quoted(name)}")
            self._check_size(name, part)
        return parts

    def _sparse_shape(self, name: str, group: h5py.Group) -> tuple[int, int]:
        starts = self._sparse_parts(name, group)[2]
        shape = (_number(group, _ROWS), starts.shape[0] - 1)
        nbytes = math.prod(shape) * 8
        if nbytes > MAX_ARRAY_BYTES or min(shape) < 0:
            text = (
                f"the sparse matrix would take {megabytes(nbytes)} as a dense array, more than "
                f"{megabytes(MAX_ARRAY_BYTES)}; save a part of it"
            )
            raise refusal(self.file, text, f"variable {quoted(name)}")
        return shape

    def _dense(self, name: str, group: h5py.Group) -> np.ndarray:
        shape = self._sparse_shape(name, group)
        values, rows, starts = (part[()] for part in self._sparse_parts(name, group))
        return dense(values, rows, starts, shape)


def _own(group: h5py.Group, name: str) -> h5py.Group | h5py.Dataset | None:
    # Looking a soft or external link up would follow it, possibly into another file of this machine.
    return group[name] if isinstance(group.get(name, getlink=True), h5py.HardLink) else None


def _number(item: h5py.Group, attribute: str) -> int:
    if item.attrs.get_id(attribute).shape not in ((), (1,)):
        raise ValueError(f"{attribute} is not a number")
    return int(np.ravel(item.attrs[attribute])[0])


def _problem(item: h5py.Dataset) -> str:
    """Why a data set is not read ("" if it is)."""
    plist = item.id.get_create_plist()
    if item.is_virtual or plist.get_external_count():
        return "its values are kept in another file: save them in this one"
    if any(plist.get_filter(i)[0] not in _FILTERS for i in range(plist.get_nfilters())):
        return "its compression is not gzip: save it with gzip or uncompressed"
    if item.dtype.kind not in "biuf":
        kind = "compound or complex" if item.dtype.kind == "V" else item.dtype.name
        return f"it holds {kind} values: save plain numbers"
    if _EMPTY in item.attrs:
        return "it is empty"
    if _CLASS in item.attrs and item.attrs.get_id(_CLASS).shape == () and item.attrs[_CLASS] in (b"char", "char"):
        return "it holds text: save plain numbers"
    return ""
