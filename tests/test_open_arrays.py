"""Files of named arrays: every array, text and sparse matrix at any level, with its values."""

from __future__ import annotations

from io import BytesIO

import h5py
import numpy as np
import pytest
import scipy.io
import scipy.sparse
from open_files import opened, refused, values
from scipy.io import wavfile
from upload_files import hdf5, mat5, mat73, npz, vectors, zipped
from upload_refusals import npy_header

from dann_core.domains.files.opened import open_file

pytestmark = pytest.mark.usefixtures("nothing_is_written")

X, Y = vectors()
NAMES = np.array(["ash", "oak", "elm"])[Y]


def npy(array: np.ndarray, **options: object) -> bytes:
    stream = BytesIO()
    np.save(stream, array, **options)
    return stream.getvalue()


def test_npz() -> None:
    contents = open_file("a.npz", npz(x=X, y=Y, names=NAMES, raw=NAMES.astype("S")))
    assert contents.format == "NPZ"
    assert [(i.path, i.holds, i.detail) for i in contents.items] == [
        (("x",), "numbers", "30 x 4, float64"),
        (("y",), "numbers", "30, int64"),
        (("names",), "texts", "30, text"),
        (("raw",), "texts", "30, text"),
    ]
    found = values(contents)
    np.testing.assert_array_equal(found["x"], X)
    np.testing.assert_array_equal(found["y"], Y)
    for name in ("names", "raw"):
        np.testing.assert_array_equal(found[name], NAMES)
    some = contents.load([contents.items[2], contents.items[0]])
    np.testing.assert_array_equal(some[0], NAMES)
    np.testing.assert_array_equal(some[1], X)


@pytest.mark.parametrize("array", [X, np.asfortranarray(X), X.astype(">f4"), Y.astype(bool), np.array(3)])
def test_npy(array: np.ndarray) -> None:
    found = opened("a.npy", npy(array))["array"]
    np.testing.assert_array_equal(found, array)
    assert found.dtype == array.dtype


def test_objects_are_never_loaded_but_their_mend_is_said() -> None:
    contents = open_file("a.npz", npz(X=X, y=NAMES.astype(object)))
    x, y = contents.items
    assert "y.astype(str)" in y.problem
    np.testing.assert_array_equal(contents.load([x])[0], X)
    with pytest.raises(ValueError, match=r"a\.npz, 'y': it holds Python objects"):
        contents.load([x, y])


def test_sparse_npz() -> None:
    for matrix in (scipy.sparse.csr_matrix(X > 0), scipy.sparse.csc_array(X), scipy.sparse.coo_array(X)):
        stream = BytesIO()
        scipy.sparse.save_npz(stream, matrix)
        np.testing.assert_array_equal(opened("a.npz", stream.getvalue())["matrix"], matrix.toarray())


def test_numpy_files_that_lie() -> None:
    refused("a.npy", npy_header((20_000, 20_000)) + bytes(100), "'array'", "3,052 MB", "512 MB")
    refused("a.npz", zipped({"x.npy": npy_header((6_000, 6_000)) + bytes(100)}), "'x'", "cut off")
    refused("a.npz", zipped({"x.npy": b"hello"}), "NPZ", "damaged")
    refused("a.npz", zipped({"x.txt": b"hello"}), "no array in it")
    refused("a.npz", zipped({f"{i}.npy": b"" for i in range(1_001)}), "1,001 arrays")
    indices = dict(format=b"csr", shape=np.array([3, 3]), data=np.ones(2), indices=np.array([0, 10**7]))
    refused("a.npz", npz(**indices, indptr=np.array([0, 1, 2, 2])), "damaged")


def cells(*held: object) -> np.ndarray:
    """MATLAB's column of cells."""
    array = np.empty((len(held), 1), object)
    array[:, 0] = held
    return array


@pytest.mark.parametrize("compressed", [False, True])
def test_mat5(compressed: bool) -> None:
    data = mat5(
        compressed,
        x=X,
        y=Y[:, None].astype(np.uint8),
        flags=Y > 1,
        names=cells(*NAMES),
        rows=np.array(["ash", "oak  "]),
        sparse=scipy.sparse.csc_matrix(X),
        bearing={"gs": X[:, :1], "inner": {"rate": 97_656.0}},
        runs=np.array([(1.0, "a"), (2.0, "b")], dtype=[("speed", object), ("name", object)]),
        mixed=cells(X, "one", np.arange(3)),
        numbers=cells(1.0, 2.5, 4.0),
    )
    found = opened("a.mat", data)
    np.testing.assert_array_equal(found["x"], X)
    np.testing.assert_array_equal(found["y"], Y[:, None])
    np.testing.assert_array_equal(found["flags"].ravel(), Y > 1)
    np.testing.assert_array_equal(found["names"], NAMES)
    assert found["rows"].tolist() == ["ash", "oak"]
    np.testing.assert_array_equal(found["sparse"], X)
    np.testing.assert_array_equal(found["bearing/gs"], X[:, :1])
    assert found["bearing/inner/rate"].tolist() == [[97_656]]
    assert found["runs/2/speed"].tolist() == [[2]]
    assert found["runs/1/name"].tolist() == ["a"]
    np.testing.assert_array_equal(found["mixed/1"], X)
    assert found["mixed/2"].tolist() == ["one"]
    np.testing.assert_array_equal(found["mixed/3"], [[0, 1, 2]])
    assert found["numbers"].tolist() == [[1], [2.5], [4]]


def test_mat_files_of_version_4() -> None:
    stream = BytesIO()
    scipy.io.savemat(stream, {"x": X, "y": Y}, format="4")
    np.testing.assert_array_equal(opened("a.mat", stream.getvalue())["x"], X)


def test_mat5_names_what_it_cannot_give() -> None:
    contents = open_file("a.mat", mat5(x=X, z=X * 1j))
    assert [i.problem == "" for i in contents.items] == [True, False]
    refused("a.mat", mat5(x=X)[:-40], "MAT", "damaged or cut off")
    refused("a.mat", b"hello", "MAT", "damaged")


def test_mat73_and_hdf5() -> None:
    found = opened("a.mat", mat73(x=X, y=Y[:, None]))
    np.testing.assert_array_equal(found["x"], X)
    np.testing.assert_array_equal(found["y"], Y[:, None])
    contents = open_file("a.h5", hdf5(**{"x": X, "train/deep/y": Y, "names": NAMES.astype("S")}))
    assert [i.path for i in contents.items] == [("names",), ("train", "deep", "y"), ("x",)]
    found = values(contents)
    np.testing.assert_array_equal(found["x"], X)
    np.testing.assert_array_equal(found["train/deep/y"], Y)
    np.testing.assert_array_equal(found["names"], NAMES)


def matlab_cells() -> bytes:
    """What MATLAB 7.3 makes of `x`, a text, a cell array of texts, one of arrays, a struct and a sparse matrix."""
    stream = BytesIO()
    matrix = scipy.sparse.csc_matrix(X)
    with h5py.File(stream, "w", userblock_size=512) as root:

        def text(name: str, content: str) -> h5py.Dataset:
            root[name] = np.array([[ord(c)] for c in content], np.uint16)
            root[name].attrs["MATLAB_class"] = np.bytes_("char")
            return root[name]

        def cell(name: str, held: list[h5py.Dataset]) -> None:
            root.create_dataset(name, data=np.array([[h.ref for h in held]], object), dtype=h5py.ref_dtype)
            root[name].attrs["MATLAB_class"] = np.bytes_("cell")

        def numbers(name: str, array: np.ndarray) -> h5py.Dataset:
            root[name] = array.T
            root[name].attrs["MATLAB_class"] = np.bytes_("double")
            return root[name]

        text("title", "wood")
        cell("names", [text(f"#refs#/{i}", name) for i, name in enumerate(NAMES)])
        cell("mixed", [numbers("#refs#/x", X), text("#refs#/t", "one")])
        numbers("bearing/gs", X[:, :1])
        group = root.create_group("sparse")
        group.attrs["MATLAB_sparse"] = np.uint64(len(X))
        group["data"], group["ir"], group["jc"] = matrix.data, matrix.indices, matrix.indptr
        root["empty"] = np.zeros(2, np.uint64)
        root["empty"].attrs["MATLAB_empty"] = np.uint8(1)
    return b"MATLAB 7.3 MAT-file".ljust(512) + stream.getvalue()[512:]


def test_cells_texts_and_structs_of_mat73() -> None:
    contents = open_file("a.mat", matlab_cells())
    found = values(contents)
    assert found["title"].tolist() == ["wood"]
    np.testing.assert_array_equal(found["names"], NAMES)
    np.testing.assert_array_equal(found["mixed/1"], X)
    assert found["mixed/2"].tolist() == ["one"]
    np.testing.assert_array_equal(found["bearing/gs"], X[:, :1])
    np.testing.assert_array_equal(found["sparse"], X)
    assert [i.name for i in contents.items if i.problem] == ["empty"]


def test_what_other_programs_keep_in_hdf5() -> None:
    stream = BytesIO()
    matrix = scipy.sparse.csr_matrix(np.maximum(X, 0))
    with h5py.File(stream, "w") as root:
        root.create_dataset("vlen", data=NAMES.astype(object), dtype=h5py.string_dtype())
        root["records"] = np.rec.fromarrays([X[:, 0], NAMES.astype("S")], names="weight,kind")
        group = root.create_group("X")
        group.attrs["encoding-type"], group.attrs["shape"] = "csr_matrix", matrix.shape
        group["data"], group["indices"], group["indptr"] = matrix.data, matrix.indices, matrix.indptr
        kind = root.create_group("obs/kind")
        kind.attrs["encoding-type"] = "categorical"
        kind["codes"] = np.array([1, 0, -1], np.int8)
        kind.create_dataset("categories", data=np.array(["ash", "oak"], object), dtype=h5py.string_dtype())
        root["obs"].attrs["encoding-type"] = "dataframe"
        root["outside"] = h5py.ExternalLink("/etc/passwd", "/")
        root["again"] = root["obs"]
        root["obs/round"] = root["obs"]
    contents = open_file("a.h5ad", stream.getvalue())
    found = values(contents)
    np.testing.assert_array_equal(found["vlen"], NAMES)
    np.testing.assert_array_equal(found["records/weight"], X[:, 0])
    np.testing.assert_array_equal(found["records/kind"], NAMES)
    np.testing.assert_array_equal(found["X"], matrix.toarray())
    assert found["again/kind"].tolist() == ["oak", "ash", ""]
    kind = next(i for i in contents.items if i.path[-1] == "kind" and i.path[0] != "records")
    assert (kind.table, kind.missing) == (kind.path[:-1], 1)
    # Links out of the file are not followed, and a group that is its own member is there once.
    assert not any({"outside", "round"} & set(i.path) for i in contents.items)


def test_hdf5_files_that_lie() -> None:
    refused("a.h5", hdf5(x=X)[:-200], "HDF5", "damaged or cut off")
    stream = BytesIO()
    with h5py.File(stream, "w") as root:
        root.create_dataset("x", (30_000, 30_000), "f4", chunks=(100, 100), compression="gzip")
    refused("a.h5", stream.getvalue(), "'x'", "512 MB")


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.int32, np.float32])
@pytest.mark.parametrize("channels", [1, 2])
def test_wav(dtype: type, channels: int) -> None:
    signal = (np.random.default_rng(0).random((500, channels)) * 100).astype(dtype).squeeze()
    stream = BytesIO()
    wavfile.write(stream, 8_000, signal)
    found = opened("a.wav", stream.getvalue())
    full, zero = {"u": (128, 128), "i": (2.0 ** (8 * signal.dtype.itemsize - 1), 0), "f": (1, 0)}[signal.dtype.kind]
    np.testing.assert_array_equal(found["signal"], ((signal - np.float64(zero)) / full).astype(np.float32))
    assert found["rate"] == 8_000
    refused("a.wav", stream.getvalue()[:30], "WAV", "damaged")
