"""HDF5 files, MATLAB's of version 7.3 among them: data sets in groups at any level."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO

import h5py
import numpy as np
import scipy.sparse

from dann_core.domains.files.contents import Item, Path
from dann_core.domains.files.errors import megabytes, quoted, refusal
from dann_core.domains.files.limits import MAX_ARRAY_BYTES, unpacked_limit
from dann_core.domains.files.readers import sparse
from dann_core.domains.files.readers.opening import Opening, Request, check_number, counted
from dann_core.language import say

_MATLAB_HEADER = b"MATLAB 7.3"
_CLASS, _EMPTY, _ROWS, _DECODE = "MATLAB_class", "MATLAB_empty", "MATLAB_sparse", "MATLAB_object_decode"
_FILTERS = (h5py.h5z.FILTER_DEFLATE, h5py.h5z.FILTER_SHUFFLE, h5py.h5z.FILTER_FLETCHER32, h5py.h5z.FILTER_LZF)
_MOST_LEVELS = 16
_COMPRESSED_COLUMNS = {"data", "indices", "indptr"}


def open_hdf5(request: Request) -> Opening:
    """All data sets, with the shapes that the program shows which wrote them; MATLAB's cells are counted from 1."""
    file, data = request.file, request.data
    root = h5py.File(BytesIO(data), "r")
    found = _Found(file, root, len(data), data.startswith(_MATLAB_HEADER))
    found.walk((), root)
    return Opening("MAT 7.3" if found.by_matlab else "HDF5", found.items, lambda path: found.loads[path]())


@dataclass
class _Found:
    """What has been found so far, and how it is loaded."""

    file: str
    root: h5py.File
    size: int
    by_matlab: bool
    items: list[Item] = field(default_factory=list)
    walked: set[int] = field(default_factory=set)
    loads: dict[Path, Callable[[], np.ndarray]] = field(default_factory=dict)

    def walk(self, path: Path, group: h5py.Group, table: Path | None = None) -> None:
        """All that is in a group; links to other places or files are not followed."""
        address = h5py.h5o.get_info(group.id).addr
        if len(path) > _MOST_LEVELS or address in self.walked or self._sparse(path, group):
            return
        self.walked.add(address)
        if group.attrs.get("encoding-type") == "categorical" and {"codes", "categories"} <= set(group):
            self._categories(path, group, table)
            return
        rows = path if group.attrs.get("encoding-type") == "dataframe" else None
        for name in group:
            # MATLAB keeps what its cells refer to in a group called #refs#.
            if name.startswith("#") or not isinstance(group.get(name, getlink=True), h5py.HardLink):
                continue
            self._one((*path, name.encode("utf-8", "replace").decode()), group[name], rows)

    def _one(self, path: Path, item: h5py.Group | h5py.Dataset | h5py.Datatype, table: Path | None = None) -> None:
        if isinstance(item, h5py.Group):
            self.walk(path, item, table)
        elif isinstance(item, h5py.Dataset) and item.shape is not None:
            self._dataset(path, item, table)

    def _add(self, item: Item, load: Callable[[], np.ndarray] | None = None) -> None:
        self.items.append(item)
        check_number(self.file, len(self.items))
        if load is not None:
            self.loads[item.path] = load

    def _dataset(self, path: Path, item: h5py.Dataset, table: Path | None) -> None:
        problem = _problem(item)
        shape = item.shape[::-1] if self._reversed(item) else item.shape
        class_ = _class(item)
        if problem or item.size == 0:
            self._add(Item(path, "numbers", shape, item.dtype.name, table, problem=problem or say("it is empty")))
        elif h5py.check_ref_dtype(item.dtype) is h5py.Reference:
            self._cells(path, item)
        elif h5py.check_string_dtype(item.dtype):
            self._check_size(path, item)
            self._add(Item(path, "texts", shape, "text", table), lambda: _texts(item.asstr(errors="replace")[()]))
        elif class_ == "char":
            self._check_size(path, item)
            self._add(Item(path, "texts", shape[:-1] or (1,), "text", table), lambda: _characters(item[()].T))
        elif item.dtype.names:
            self._columns(path, item)
        elif item.dtype.kind in "biuf":
            self._check_size(path, item)
            self._add(Item(path, "numbers", shape, item.dtype.name, table), lambda: self._numbers(item))
        else:
            kind = "complex" if item.dtype.kind == "c" else item.dtype.name
            text = say("it holds {kind} values: save plain numbers", kind=kind)
            self._add(Item(path, "numbers", shape, item.dtype.name, table, problem=text))

    def _numbers(self, item: h5py.Dataset) -> np.ndarray:
        # MATLAB stores column by column, so NumPy sees its arrays with the sides reversed.
        return item[()].T if self._reversed(item) else item[()]

    def _reversed(self, item: h5py.Dataset) -> bool:
        return self.by_matlab or _CLASS in item.attrs

    def _cells(self, path: Path, item: h5py.Dataset) -> None:
        """The cells of MATLAB, as one array of texts where all are that."""
        shape = item.shape[::-1] if self._reversed(item) else item.shape
        check_number(self.file, len(self.items) + item.size)
        self._check_size(path, item)
        references = self._numbers(item)
        held = [self.root[r] if r else None for r in references.flat]
        if all(isinstance(h, h5py.Dataset) and _class(h) == "char" for h in held):
            # MATLAB has no lists: a row or a column of texts is one.
            shape = (len(held),) if sum(n != 1 for n in shape) <= 1 else shape
            self._add(
                Item(path, "texts", shape, "text"), lambda: _texts(np.array([_text(h) for h in held])).reshape(shape)
            )
            return
        for index, cell in zip(np.ndindex(shape), held, strict=True):
            if cell is not None and len(path) <= _MOST_LEVELS:
                self._one((*path, counted(index, shape)), cell)

    def _columns(self, path: Path, item: h5py.Dataset) -> None:
        """A data set of records: a table."""
        self._check_size(path, item)
        for name in item.dtype.names:
            of = item.dtype.fields[name][0]
            kind = "texts" if of.kind in "SU" or h5py.check_string_dtype(of) else "numbers"
            if of.subdtype or not (of.kind in "biuf" or kind == "texts"):
                problem = say("it holds no single numbers or texts: save it as an array of its own")
                self._add(Item((*path, name), "numbers", item.shape, str(of), path, problem=problem))
                continue
            read = (lambda n=name: _texts(item[n])) if kind == "texts" else (lambda n=name: item[n])
            self._add(Item((*path, name), kind, item.shape, "text" if kind == "texts" else of.name, path), read)

    def _categories(self, path: Path, group: h5py.Group, table: Path | None) -> None:
        """pandas' categories, as AnnData keeps them: numbers of texts, -1 where one is missing."""
        codes, categories = group["codes"], group["categories"]
        for part in (codes, categories):
            if not isinstance(part, h5py.Dataset) or _problem(part):
                return
            self._check_size(path, part)
        missing = int((codes[()] < 0).sum())

        def load() -> np.ndarray:
            names = _texts(categories.asstr()[()] if h5py.check_string_dtype(categories.dtype) else categories[()])
            return np.append(names, "")[codes[()]]

        self._add(Item(path, "texts", codes.shape, "text", table, missing), load)

    def _sparse(self, path: Path, group: h5py.Group) -> bool:
        """Whether a group is a sparse matrix: MATLAB's, or one of compressed rows or columns as SciPy has them."""
        names = set(group)
        if _ROWS in group.attrs:
            rows = int(np.ravel(group.attrs[_ROWS])[0])
            parts = [group[n] for n in ("data", "ir", "jc") if n in names]
            # A matrix of zeros has no values and no rows.
            shape, make = (rows, parts[-1].shape[0] - 1), scipy.sparse.csc_matrix
            values = parts if len(parts) == 3 else [np.zeros(0), np.zeros(0, int), parts[-1]]
        elif names >= _COMPRESSED_COLUMNS and ("shape" in group.attrs or "shape" in names):
            values = [group[n] for n in ("data", "indices", "indptr")]
            shape = tuple(int(n) for n in (group.attrs["shape"] if "shape" in group.attrs else group["shape"][()]))
            by_row = "csr" in str(group.attrs.get("encoding-type", group.attrs.get("h5sparse_format", "csc")))
            make = scipy.sparse.csr_matrix if by_row else scipy.sparse.csc_matrix
        else:
            return False
        for part in values:
            if isinstance(part, h5py.Dataset):
                self._check_size(path, part)
                if _problem(part):
                    raise refusal(self.file, _problem(part), quoted("/".join(path)))
        matrix = make(tuple(p[()] for p in values), shape=shape)
        self._add(sparse.item(self.file, path or ("matrix",), matrix), lambda: sparse.dense(matrix))
        return True

    def _check_size(self, path: Path, item: h5py.Dataset) -> None:
        nbytes = item.size * item.dtype.itemsize
        # A chunk is unpacked whole, even if the array needs a corner of it only.
        largest = max(nbytes, math.prod(item.chunks or ()) * item.dtype.itemsize)
        stored, place = item.id.get_storage_size(), quoted("/".join(path))
        if largest > MAX_ARRAY_BYTES or largest > unpacked_limit(stored):
            text = say(
                "{size} from {stored:,} stored bytes is over the limit ({most}, or too strongly packed); save a part "
                "of it, or uncompressed",
                size=megabytes(largest),
                stored=stored,
                most=megabytes(MAX_ARRAY_BYTES),
            )
            raise refusal(self.file, text, place)
        if stored > self.size:
            raise refusal(self.file, say("the values are cut off; save the file again"), place)


def _class(item: h5py.Dataset) -> str:
    value = item.attrs.get(_CLASS, b"")
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _texts(values: np.ndarray | list[str]) -> np.ndarray:
    """Texts as `str_`, from bytes or objects."""
    values = np.asarray(values)
    if values.dtype.kind == "S":
        return np.char.decode(values, "utf-8", "replace")
    flat = [v.decode("utf-8", "replace") if isinstance(v, bytes) else str(v) for v in values.flat]
    longest = max(map(len, flat), default=1)
    if longest * len(flat) * 4 > MAX_ARRAY_BYTES:
        raise ValueError(say("its texts are too long"))
    return np.array(flat, dtype=f"U{max(longest, 1)}").reshape(values.shape)


def _characters(codes: np.ndarray) -> np.ndarray:
    """The rows of a MATLAB matrix of characters, which are UTF-16."""
    rows = codes.reshape(-1, codes.shape[-1]).astype("<u2")
    return _texts(np.array([row.tobytes().decode("utf-16-le", "replace").strip() for row in rows], dtype=object))


def _text(item: h5py.Dataset) -> str:
    if _EMPTY in item.attrs or item.size == 0:
        return ""
    if item.dtype.kind not in "ui" or item.size * 8 > MAX_ARRAY_BYTES:
        raise ValueError(say("a text is none"))
    return str(_characters(np.ravel(item[()])[None])[0])


def _problem(item: h5py.Dataset) -> str:
    """Why a data set is not read, as a text ("" if it is)."""
    plist = item.id.get_create_plist()
    if item.is_virtual or plist.get_external_count():
        return say("its values are kept in another file: save them in this one")
    if any(plist.get_filter(i)[0] not in _FILTERS for i in range(plist.get_nfilters())):
        return say("its compression is not gzip: save it with gzip or uncompressed")
    if _DECODE in item.attrs:
        return say("it is a MATLAB object, such as a string or a table: save it with cellstr or table2struct")
    return say("it is empty") if _EMPTY in item.attrs else ""
