"""NPZ, MAT and HDF5 files that lie, run code, or hold no samples: each refused in one sentence."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import h5py
import numpy as np
import pytest
from upload_files import hdf5, mat5, mat73, npz, samples, vectors, zipped
from upload_refusals import MB, frugally, npy_header, refused

pytestmark = pytest.mark.usefixtures("nothing_is_written")


@pytest.mark.parametrize("write", [npz, mat5, mat73, hdf5])
@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"x": np.ones((4, 2)) * 1j}, ["'x'", "complex"]),
        ({"x": np.ones(4), "y": np.arange(4)}, ["no array in it can hold samples", "'x'"]),
        ({"x": np.ones((4, 0))}, ["'x'"]),
        ({"x": np.ones((4, 2)), "y": np.arange(5)}, None),
        ({"x": np.array([[1, np.nan], [np.inf, 2]]), "y": np.arange(2)}, ["infinite", "one of 1"]),
        ({"x": np.full((2, 2), 1e31), "y": np.arange(2)}, ["1e+31", "rescale"]),
        ({"x": np.ones((300, 2)), "y": np.random.default_rng(0).random(300)}, ["'y'", "continuous (300"]),
        ({"x": np.ones((5, 5, 5, 7)), "y": np.arange(5)}, ["'x'", "5 x 5 x 7", "channels"]),
        ({"x": np.ones((2, 250_000)), "y": np.arange(2)}, ["'x'", "250,000 values"]),
    ],
)
def test_arrays(write: Callable[..., bytes], arrays: dict[str, np.ndarray], words: list[str] | None) -> None:
    name = {npz: "a.npz", hdf5: "a.h5"}.get(write, "a.mat")
    if words is None:
        refused(name, write(**arrays), "'y'", "5 labels where 4 are wanted", samples="x", labels="y")
    else:
        refused(name, write(**arrays), *words)


def test_the_place_of_a_bad_value_is_in_the_notation_of_the_file() -> None:
    x, y = vectors()
    x[4, 2] = np.inf
    refused("a.npz", npz(x=x, y=y), "x[4, 2]", "one of 1")
    refused("a.mat", mat5(x=x, y=y), "x(5, 3)")
    refused("a.mat", mat73(x=x, y=y), "x(5, 3)")


def test_array_choices() -> None:
    data = npz(x=np.ones((4, 2)), y=np.arange(4), t=np.array(["a", "b", "c", "d"]))
    refused("a.npz", data, "no array 'z'", "'x', 'y'", samples="z")
    refused("a.npz", data, "'t'", "cannot hold samples", "text", samples="t")
    refused("a.npz", data, "'x'", "holds the samples", labels="x")
    refused("a.npz", npz(x=np.ones((4, 7))), "'x'", "no square image", kind="images", labels=None)
    refused("a.npz", npz(x=np.ones((4, 3, 8, 8))), "'x'", "no signals", kind="signals", labels=None)
    refused("a.npz", npz(x=np.ones((4, 2)), y=np.array(["a", " ", "b", "c"])), "'y'", "1 label is blank", "number 2")
    refused("a.npz", npz(x=np.ones((4, 2)), y=np.array([1, np.nan, 1, 1])), "'y'", "1 label is missing", "number 2")
    refused("a.npz", npz(x=np.ones((4, 2)), y=np.ones((4, 2), "i8")), "'y'", "4 x 2", "neither one label per sample")
    refused("a.npz", npz(x=np.ones((4, 2)), y=np.array(["2020"] * 4, "M8[Y]")), "'y'", "cannot be used", labels="y")


def test_pickles_are_never_loaded(tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> tuple:
            return open, (str(tmp_path / "pickled"), "w")

    objects = np.array([[Bomb(), 1]] * 3, dtype=object)
    stream = BytesIO()
    np.savez(stream, x=objects)
    refused("a.npz", stream.getvalue(), "'x'", "Python objects", "never loaded")
    stream = BytesIO()
    np.save(stream, objects)
    refused("a.npy", stream.getvalue(), "Python objects")
    assert not (tmp_path / "pickled").exists()


def test_declared_arrays_are_not_allocated() -> None:
    huge = npy_header((20_000, 20_000)) + bytes(100)
    frugally("a.npy", huge, "'array'", "3,052 MB", "512 MB")
    frugally("a.npz", zipped({"x.npy": huge}), "'x'", "3,052 MB")
    frugally("a.npz", zipped({"x.npy": npy_header((6_000, 6_000)) + bytes(100)}), "'x'", "cut off")
    frugally("a.npz", zipped({"x.npy": npy_header((2**62, 2**62)) + bytes(100)}), "'x'", "MB")
    frugally("a.npy", b"\x93NUMPY\x02\x00" + struct.pack("<I", 2**31) + bytes(MB), "header")
    frugally("a.npy", b"\x93NUMPY\x03\x00" + bytes(100), "NPY")
    refused("a.npz", zipped({"x.npy": b"hello"}), "damaged or cut off")
    refused("a.npz", zipped({"x.txt": b"hello"}), "no array in it")
    refused("a.npz", zipped({f"{i}.npy": b"" for i in range(1_001)}), "1,001 arrays")


# MAT of version 5


def element(kind: int, content: bytes, size: int | None = None) -> bytes:
    return struct.pack("<II", kind, len(content) if size is None else size) + content + bytes(-len(content) % 8)


def matrix(shape: tuple[int, ...], *parts: bytes, kind: int = 6) -> bytes:
    head = element(6, struct.pack("<II", kind, 0)) + element(5, struct.pack(f"<{len(shape)}i", *shape))
    return element(14, head + element(1, b"x") + b"".join(parts))


def mat_file(*elements: bytes) -> bytes:
    return b"MATLAB 5.0 MAT-file".ljust(124) + b"\x00\x01IM" + b"".join(elements)


def compressed_zeros(megabytes: int) -> bytes:
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(bytes(MB)) for _ in range(megabytes)) + packer.flush()


def test_forged_mat_files_are_not_believed() -> None:
    values = element(9, bytes(80))
    assert samples("a.mat", mat_file(matrix((5, 2), values)), labels=None).x.shape == (5, 2)
    for forged in (
        matrix((20_000, 20_000), values),
        matrix((6_000, 6_000), values),
        matrix((5, 2), element(9, bytes(80), 3_000_000_000)),
        element(14, b"", 3_000_000_000),
        element(15, compressed_zeros(100)),
        matrix((5, -2), values),
        matrix((5, 2), element(99, bytes(80))),
        element(14, struct.pack("<II", 5 << 16 | 6, 0) + bytes(40)),
        element(14, element(6, bytes(4)) * 3),
        b"abc",
        matrix((5, 2), struct.pack("<II", 1 << 16 | 1, 0) * MB),
        matrix((20_000, 20_000), values, kind=4),
    ):
        frugally("a.mat", mat_file(forged), "a.mat")
    refused("a.mat", mat_file(), "no array in it")


@pytest.mark.parametrize(
    ("rows", "starts"),
    [([0, 9], [0, 1, 2]), ([0, -1], [0, 1, 2]), ([0, 1], [0, 9, 2]), ([0, 1], [0, 10**9, 0]), ([0, 1], [1, 1, 2])],
)
def test_forged_sparse_matrices_lead_nowhere(rows: list[int], starts: list[int]) -> None:
    parts = [element(5, struct.pack(f"<{len(p)}i", *p)) for p in (rows, starts)]
    refused("a.mat", mat_file(matrix((3, 2), *parts, element(9, bytes(16)), kind=5)), "save it again")
    stream = BytesIO()
    with h5py.File(stream, "w") as root:
        group = root.create_group("x")
        group.attrs["MATLAB_sparse"] = 3
        group["data"], group["ir"], group["jc"] = [1.0, 2.0], rows, starts
    refused("a.mat", stream.getvalue(), "save it again")


def test_a_sparse_matrix_too_large_to_be_dense() -> None:
    parts = [element(5, bytes(4)), element(5, bytes(8)), element(9, bytes(8))]
    frugally("a.mat", mat_file(matrix((20_000, 20_000), *parts, kind=5)), "save")


# HDF5


def test_hdf5_leads_to_no_other_file(tmp_path: Path) -> None:
    other = tmp_path / "other.made"
    with h5py.File(other, "w") as root:
        root["secret"] = np.ones((4, 4))
    for make in (
        lambda root: root.__setitem__("x", h5py.ExternalLink(str(other), "secret")),
        lambda root: root.__setitem__("x", h5py.SoftLink("/elsewhere")),
        lambda root: root.create_dataset("x", (4, 4), "f8", external=[(str(other), 0, 128)]),
        lambda root: root.create_virtual_dataset("x", virtual_layout(other)),
    ):
        stream = BytesIO()
        with h5py.File(stream, "w") as root:
            make(root)
        refused("a.mat", stream.getvalue(), "no array in it can hold samples")


def virtual_layout(path: Path) -> h5py.VirtualLayout:
    layout = h5py.VirtualLayout((4, 4), "f8")
    layout[:] = h5py.VirtualSource(str(path), "secret", (4, 4))
    return layout


def test_hdf5_arrays_are_not_allocated() -> None:
    for options in (
        {"shape": (20_000, 20_000), "chunks": (100, 100)},
        {"shape": (3_000, 3_000), "chunks": (100, 100), "compression": "gzip"},
        {"shape": (4, 4), "maxshape": (None, None), "chunks": (9_000, 9_000), "compression": "gzip"},
    ):
        stream = BytesIO()
        with h5py.File(stream, "w") as root:
            root.create_dataset("x", dtype="f8", **options)
        frugally("a.h5", stream.getvalue(), "'x'", "512 MB")


def test_hdf5_of_other_things() -> None:
    stream = BytesIO()
    with h5py.File(stream, "w") as root:
        root.create_group("folder")
        root["text"] = "hello"
        root["table"] = np.zeros(3, [("a", "f8")])
    refused("a.h5", stream.getvalue(), "nothing in it is plainly the source's label")
    refused("a.mat", hdf5(x=np.ones((40, 40)))[:3_000], "damaged or cut off")


# Archives of images
