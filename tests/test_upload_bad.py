"""What people, and people who mean harm, upload: everything is refused in one sentence, and nothing is spent on it."""

from __future__ import annotations

import contextlib
import random
import re
import struct
import tempfile
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import h5py
import numpy as np
import pytest
from upload_files import csv, hdf5, mat5, mat73, npz, picture, pictures, samples, vectors, zipped

from dann_core.domains.pair import DomainError
from dann_core.domains.upload import Choice, UploadError, inspect, make_pair, read
from dann_core.domains.upload.limits import MAX_COLUMNS, MAX_ENTRIES, MAX_FILE_BYTES, MAX_FOLDER_DEPTH

SAMPLES = sorted(p for p in (Path(__file__).parents[1] / "assets" / "samples").iterdir() if "_" in p.name)
MB = 1_000_000
ROWS = ["1,2.5,cat", "3,4,dog", "5,6,cat"]


@pytest.fixture(autouse=True)
def nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = sorted(tmp_path.iterdir())
    yield
    assert sorted(p for p in tmp_path.iterdir() if p.suffix != ".made") == before


def check(error: pytest.ExceptionInfo[DomainError], *words: str) -> None:
    message = str(error.value)
    assert message.endswith(".")
    assert not re.search(r"[.!?]\s+[A-Z]|\n", message), message
    assert len(message) < 500
    for word in words:
        assert word in message, message


def refused(name: str, data: bytes, /, *words: str, **choice: object) -> None:
    with pytest.raises(UploadError) as error:
        samples(name, data, **choice)
    assert str(error.value).startswith(name[:20])
    check(error, *words)


def frugally(name: str, data: bytes, *words: str) -> None:
    """Refused without taking memory for what the file declares."""
    tracemalloc.start()
    try:
        refused(name, data, *words)
        assert tracemalloc.get_traced_memory()[1] < 50 * MB
    finally:
        tracemalloc.stop()


# Any file


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.csv", b"", ["empty"]),
        ("a.exe", b"MZ\x90\0", ["none of"]),
        ("noending", b"1,2", ["none of"]),
        ("a.csv", b"MZ\x90\0\x03", ["a Windows program", ".csv"]),
        ("a.npz", b"MZ\x90\0\x03", ["a Windows program", ".npz"]),
        ("a.mat", b"PK\x03\x04", ["a ZIP archive", ".mat"]),
        ("a.zip", b"\x93NUMPY\x01\0", ["a NumPy array", ".zip"]),
        ("a.npz", b"\x80\x04\x95\0\0", ["a Python pickle"]),
        ("a.mat", b"hello", ["something unknown", ".mat"]),
        ("a.csv", b"a,b\n1,\x002", ["NUL bytes"]),
        ("a.csv", b"a,b\n1,\xe9\n", ["row 2", "UTF-8"]),
        ("a.csv", b"\xff\xfea", ["UTF-8"]),
        ("a.csv", "a,b\n1,\0".encode("utf-16"), ["row 2", "NUL bytes"]),
    ],
)
def test_files_of_another_kind(name: str, data: bytes, words: list[str]) -> None:
    refused(name, data, *words)


def test_a_file_over_the_limit() -> None:
    refused("big.csv", bytes(MAX_FILE_BYTES + 1), "200 MB")


def test_names_are_shortened_and_cleaned() -> None:
    refused("x" * 100 + ".csv", b"", "xxx…xxx", ".csv")
    refused("a.csv", csv(["1,oops,cat"], f"a,\x1b{'b' * 100}\u202e,label"), "column '\ufffdbbb", "bbb\ufffd'")


# CSV


@pytest.mark.parametrize(
    ("header", "rows", "words"),
    [
        ("a,b,label", [], ["no row of data"]),
        ("", ["", " "], ["blank lines"]),
        ("a,b,label", ["1,2,cat", "3,x,dog", "5,y,cat"], ["row 3", "column 'b'", "'x' is not a number", "2 such"]),
        ("a,b,label", ["1,2,cat", "", "3,x,dog"], ["row 4", "column 'b'"]),
        ("a;b;label", ["1,5;2;cat", "3;4;dog"], ["row 2", "column 'a'", "'1,5'", "decimals with a point"]),
        ("a,b,label", ["1,2,cat", "3,,dog", "NA,?,dog"], ["row 3", "column 'b'", "blank", "3 in 2 rows"]),
        ("a,b,label", ["1,2,cat", "3,-inf,dog"], ["row 3", "column 'b'", "infinite"]),
        ("a,b,label", ["1,2,cat", "3,1e31,dog"], ["row 3", "column 'b'", "1e+30"]),
        ("a,b,label", ["1,2,cat", "3,4,dog,5"], ["row 3", "4 cells", "header has 3"]),
        ("a,b,label", ["1,2,cat", "3,4"], ["row 3", "2 cells"]),
        ("a,b,label", ["1,2,cat", '3,"4,dog'], ["row 3", "quotation marks"]),
        ("a,b,label", ["1,2,cat", "3,4, "], ["row 3", "column 'label'", "label is blank"]),
        (",".join(["x"] * 100), ["1," * 99 + "1"], ["row 1", "columns 1 and 2", "named 'x'", "99 repeated"]),
        ("a,,label", ["1,2,cat"], ["row 1", "column 2 has no name"]),
        ("1.5,2.5,0", ["1,2,0"], ["row 1", "numbers, not names"]),
        ("a", ["1", "2"], ["row 1", "one column only", "semicolon"]),
        (",".join(map(str, range(MAX_COLUMNS + 1))), ["1"], ["row 1", "10,001 columns"]),
        ("y,label", ["1,2"], []),
    ],
)
def test_csv(header: str, rows: list[str], words: list[str]) -> None:
    if words:
        refused("table.csv", csv(rows, header), *words)
    else:
        assert samples("table.csv", csv(rows, header)).columns == ("y",)


def test_csv_choices_and_labels() -> None:
    refused("t.csv", csv(ROWS), "no column 'klass'", "'a', 'b', 'label'", labels="klass")
    numbers = [f"{i},{i + 0.5},{i * 0.37}" for i in range(150)]
    refused("t.csv", csv(numbers), "'label'", "look continuous (150 different values)")
    refused("t.csv", csv(["1,2,0.5", "1,2,1.5"]), "'label'", "are fractions")
    refused("t.csv", csv([f"1,2,id{i}" for i in range(40)]), "'label'", "40 different labels", "identifier")
    refused("t.csv", csv(["1,2,1e300", "1,2,1"]), "'label'", "too large")


def test_csv_rows_without_end() -> None:
    refused("t.csv", csv(['1,2,"' + "x" * 200_000]), "row 2", "field larger")
    frugally("t.csv", b"a,b\n" + b"," * 10 * MB, "row 2", "longer than 1,000,000 characters")
    frugally("t.csv", csv(['1,"\n",' * MB]), "row 2", "longer than 1,000,000 characters")


# Arrays


@pytest.mark.parametrize("write", [npz, mat5, mat73, hdf5])
@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"x": np.ones((4, 2)) * 1j}, ["'x'", "complex"]),
        ({"x": np.ones(4), "y": np.arange(4)}, ["no array in it can hold samples", "'x'"]),
        ({"x": np.ones((4, 0))}, ["'x'"]),
        ({"x": np.ones((4, 2)), "y": np.arange(5)}, None),
        ({"x": np.array([[1, np.nan], [np.inf, 2]]), "y": np.arange(2)}, ["not finite", "2"]),
        ({"x": np.full((2, 2), 1e31), "y": np.arange(2)}, ["1e+31", "rescale"]),
        ({"x": np.ones((300, 2)), "y": np.random.default_rng(0).random(300)}, ["'y'", "continuous (300"]),
        ({"x": np.ones((5, 5, 5, 7)), "y": np.arange(5)}, ["'x'", "5 x 5 x 7", "channels"]),
        ({"x": np.ones((2, 250_000)), "y": np.arange(2)}, ["'x'", "250,000 values"]),
    ],
)
def test_arrays(write: Callable[..., bytes], arrays: dict[str, np.ndarray], words: list[str] | None) -> None:
    name = {npz: "a.npz", hdf5: "a.h5"}.get(write, "a.mat")
    if words is None:
        refused(name, write(**arrays), "'x'", "4 x 2", "5 labels", data="x", labels="y")
    else:
        refused(name, write(**arrays), *words)


def test_the_place_of_a_bad_value_is_in_the_notation_of_the_file() -> None:
    x, y = vectors()
    x[4, 2] = np.nan
    refused("a.npz", npz(x=x, y=y), "x[4, 2]", "one of 1")
    refused("a.mat", mat5(x=x, y=y), "x(5, 3)")
    refused("a.mat", mat73(x=x, y=y), "x(5, 3)")


def test_array_choices() -> None:
    data = npz(x=np.ones((4, 2)), y=np.arange(4), t=np.array(["a", "b", "c", "d"]))
    refused("a.npz", data, "no array 'z'", "'x', 'y'", data="z")
    refused("a.npz", data, "'t'", "cannot be used", "str", data="t")
    refused("a.npz", data, "'x'", "cannot be used", "4 x 2", labels="x")
    refused("a.npz", npz(x=np.ones((4, 7))), "'x'", "no square image", kind="images")
    refused("a.npz", npz(x=np.ones((4, 3, 8, 8))), "'x'", "no signals", kind="signals")
    refused("a.npz", npz(x=np.ones((4, 2)), y=np.array(["a", " ", "b", "c"])), "'y'", "1 labels are blank", "sample 2")
    refused("a.npz", npz(x=np.ones((4, 2)), y=np.array([1, np.nan, 1, 1])), "'y'", "not numbers")
    refused("a.npz", npz(x=np.ones((4, 2)), y=np.ones((4, 2), "i8")), "'y'", "4 x 2", "one per sample")
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


def npy_header(shape: tuple[int, ...]) -> bytes:
    stream = BytesIO()
    np.lib.format.write_array_header_1_0(stream, {"descr": "<f8", "fortran_order": False, "shape": shape})
    return stream.getvalue()


def test_declared_arrays_are_not_allocated() -> None:
    huge = npy_header((20_000, 20_000)) + bytes(100)
    frugally("a.npy", huge, "'array'", "3,052 MB", "512 MB")
    frugally("a.npz", zipped({"x.npy": huge}), "'x'", "3,052 MB")
    frugally("a.npz", zipped({"x.npy": npy_header((6_000, 6_000)) + bytes(100)}), "'x'", "cut off")
    frugally("a.npz", zipped({"x.npy": npy_header((2**62, 2**62)) + bytes(100)}), "'x'", "MB")
    frugally("a.npy", b"\x93NUMPY\x02\x00" + struct.pack("<I", 2**31) + bytes(MB), "header")
    frugally("a.npy", b"\x93NUMPY\x03\x00" + bytes(100), "header", "version 3.0")
    refused("a.npz", zipped({"x.npy": b"hello"}), "key 'x'", "header")
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
    assert samples("a.mat", mat_file(matrix((5, 2), values))).x.shape == (5, 2)
    frugally("a.mat", mat_file(matrix((20_000, 20_000), values)), "'x'", "3,052 MB")
    frugally("a.mat", mat_file(matrix((6_000, 6_000), values)), "'x'", "damaged")
    frugally("a.mat", mat_file(matrix((5, 2), element(9, bytes(80), 3_000_000_000))), "declares 3,000,000,000 bytes")
    frugally("a.mat", mat_file(element(14, b"", 3_000_000_000)), "declares 3,000,000,000 bytes")
    frugally("a.mat", mat_file(element(15, compressed_zeros(100))), "far more than the file's size")
    refused("a.mat", mat_file(matrix((5, -2), values)), "negative side")
    refused("a.mat", mat_file(matrix((5, 2), element(99, bytes(80)))), "'x'", "unknown type")
    refused("a.mat", mat_file(element(14, struct.pack("<II", 5 << 16 | 6, 0) + bytes(40))), "5 bytes", "where 4 fit")
    refused("a.mat", mat_file(element(14, element(6, bytes(4)) * 3)), "odd length")
    refused("a.mat", mat_file(b"abc"), "damaged")
    frugally("a.mat", mat_file(matrix((5, 2), struct.pack("<II", 1 << 16 | 1, 0) * MB)), "'x'", "damaged")
    frugally("a.mat", mat_file(matrix((20_000, 20_000), values, kind=4)), "'x'", "1,526 MB")
    refused("a.mat", mat_file(), "no array in it")
    refused("a.mat", mat5(x={"a": 1}, c=np.array(["a", 1], dtype=object)), "a struct", "a cell array")


@pytest.mark.parametrize(
    ("rows", "starts"),
    [([0, 9], [0, 1, 2]), ([0, -1], [0, 1, 2]), ([0, 1], [0, 9, 2]), ([0, 1], [0, 10**9, 0]), ([0, 1], [1, 1, 2])],
)
def test_forged_sparse_matrices_lead_nowhere(rows: list[int], starts: list[int]) -> None:
    parts = [element(5, struct.pack(f"<{len(p)}i", *p)) for p in (rows, starts)]
    refused("a.mat", mat_file(matrix((3, 2), *parts, element(9, bytes(16)), kind=5)), "'x'", "sparse matrix")
    stream = BytesIO()
    with h5py.File(stream, "w") as root:
        group = root.create_group("x")
        group.attrs["MATLAB_sparse"] = 3
        group["data"], group["ir"], group["jc"] = [1.0, 2.0], rows, starts
    refused("a.mat", stream.getvalue(), "sparse matrix")


def test_a_sparse_matrix_too_large_to_be_dense() -> None:
    parts = [element(5, bytes(4)), element(5, bytes(8)), element(9, bytes(8))]
    frugally("a.mat", mat_file(matrix((20_000, 20_000), *parts, kind=5)), "'x'", "as a dense array", "3,052 MB")


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
        refused("a.mat", stream.getvalue(), "'x'", "save")


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
    refused("a.h5", stream.getvalue(), "'folder'", "'text'", "'table'")
    refused("a.mat", hdf5(x=np.ones((40, 40)))[:3_000], "damaged or cut off")


# Archives of images


@pytest.mark.parametrize("path", ["../evil.png", "a/../../evil.png", "/evil.png", "C:/evil.png", "..\\evil.png"])
def test_paths_that_lead_out(path: str) -> None:
    refused("a.zip", zipped({"a/0.png": b"", path: b"x"}), "entry", "evil.png", "leads out of the archive")
    refused("a.npz", zipped({path: b"x"}), "leads out of the archive")


def test_archives_are_bounded() -> None:
    frugally("a.zip", zipped({"a/0.png": bytes(100 * MB)}), "entry 'a/0.png'", "95 MB packed")
    frugally("a.npz", zipped({"x.npy": npy_header((12 * MB,)) + bytes(96 * MB)}), "entry 'x.npy'", "packed")
    many = zipped({f"a/{i}.png": bytes(15 * MB) for i in range(3)})
    frugally("a.zip", many, "unpack to 43 MB")
    deep = "/".join(["d"] * (MAX_FOLDER_DEPTH + 1)) + "/0.png"
    refused("a.zip", zipped({deep: b"x"}), "entry", "8 folders deep")
    refused("a.zip", zipped({"a/0.png": b"x", "a/inner.zip": b"x"}), "entry 'a/inner.zip'", "archive inside")
    refused("a.zip", zipped({"a/0.png": b"x"}, zipfile.ZIP_BZIP2), "entry 'a/0.png'", "compression")
    refused("a.zip", zipped({"a/0.txt": b"x"}), "no image in it")
    refused("a.zip", zipped({}), "no image in it")
    refused("a.zip", zipped({"a.png": b"x"}).replace(b"a.png", b"\0.png"), "no image in it")
    refused("a.zip", zipped({"a/0.png": b"x" * 999})[:80], "damaged or cut off")


def test_too_many_entries_are_counted_before_the_archive_is_opened() -> None:
    one = zipped({"a": b""})
    at = one.index(b"PK\x01\x02")
    record, end = one[at : one.index(b"PK\x05\x06")], one[one.index(b"PK\x05\x06") :]
    size = struct.pack("<I", len(record) * (MAX_ENTRIES + 1))
    frugally("a.zip", one[:at] + record * (MAX_ENTRIES + 1) + end[:12] + size + end[16:], "50,001 entries")


def test_encrypted_and_lying_entries() -> None:
    data = bytearray(zipped({"a/0.png": b"x" * 50}, zipfile.ZIP_STORED))
    at = data.index(b"PK\x01\x02")
    refused("a.zip", bytes(data[: at + 8]) + b"\x01" + bytes(data[at + 9 :]), "entry 'a/0.png'", "encrypted")
    data[at + 24 : at + 28] = struct.pack("<I", 10 * MB)
    refused("a.zip", bytes(data), "entry 'a/0.png'", "damaged")


def png_of(width: int, height: int) -> bytes:
    """A PNG file that declares this size in a few bytes."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("side", [7_000, 12_000, 20_000, 2**30])
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_image_bombs(side: int) -> None:
    frugally("a.zip", zipped({"a/0.png": png_of(side, side)}), "entry 'a/0.png'", "40,000,000 pixels")


def test_images_that_are_none() -> None:
    good = picture(pictures(1, 30, 30)[0])
    for bad in (b"", b"hello", b"MZ\x90\0", good[:10]):
        refused("a.zip", zipped({"a/0.png": good, "b/1.png": bad}), "entry 'b/1.png'", "no image that can be read")
    refused("a.zip", zipped({"a/0.png": good, "b/1.png": good[:-40]}), "entry 'b/1.png'", "damaged or cut off")
    # Pillow would read this too, but through Ghostscript, a program of its own.
    refused(
        "a.zip", zipped({"a/0.png": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"}), "no image that can be read"
    )
    refused(
        "a.zip", zipped({"a/0.png": good, "1.png": good}), "entry '1.png'", "no class folder", labels="folder names"
    )
    refused("a.zip", zipped({"a/0.png": good, "b/1.png": good}), "'klass'", labels="klass")


# Pairs


def refused_pair(source: tuple[str, bytes], target: tuple[str, bytes], *words: str) -> None:
    pair = samples(*source), samples(*target)
    with pytest.raises(UploadError) as error:
        make_pair(*pair)
    check(error, *words)


def test_pairs_that_do_not_fit() -> None:
    x, y = vectors()
    good = ("s.npz", npz(x=x, y=y))
    images = npz(x=np.stack(pictures(6, 8, 8)), y=np.arange(6) % 2)
    refused_pair(("s.npz", npz(x=x)), good, "s.npz", "the source has no labels")
    refused_pair(("s.npz", npz(x=x, y=y * 0)), good, "s.npz", "one class only, '0'")
    refused_pair(good, ("t.npz", npz(x=x[:, :3], y=y)), "t.npz", "3 features", "s.npz 4")
    refused_pair(good, ("t.npz", images), "t.npz", "images (1 x 8 x 8)", "s.npz vectors (4)")
    refused_pair(good, ("t.npz", npz(x=x, y=y + 2)), "t.npz", "the classes '3', '4' (20 samples)", "s.npz", "'0', '1'")
    refused_pair(("s.csv", csv(ROWS)), ("t.csv", csv(["1,cat"], "b,label")), "t.csv", "lacks the column 'a'", "s.csv")
    refused_pair(
        ("s.csv", csv(ROWS)), ("t.csv", csv(["1,2,cow"])), "t.csv", "the class 'cow' (1 sample)", "'cat', 'dog'"
    )
    refused_pair(("s.csv", csv(ROWS)), ("t.csv", csv(ROWS[:1])), "s.csv and t.csv", "one sample only")
    signals = [npz(x=np.ones((4, 2, n)), y=np.arange(4) % 2) for n in (20, 30)]
    refused_pair(("s.npz", signals[0]), ("t.npz", signals[1]), "t.npz", "2 x 30", "2 x 20")


# Damage at random


def damaged(data: bytes, rng: random.Random) -> bytes:
    if rng.random() < 0.25:
        return data[: rng.randrange(len(data))]
    out = bytearray(data)
    for _ in range(rng.choice([1, 1, 4, 20])):
        # Headers stand at the beginning or the end, so half of the damage goes there.
        at = rng.choice([rng.randrange(len(out)), rng.randrange(min(600, len(out))), -1 - rng.randrange(200)])
        out[at] ^= 1 << rng.randrange(8)
    return bytes(out)


def everything(name: str, data: bytes) -> None:
    """Read all that the file offers; refusals are fine, anything else is not."""
    with contextlib.suppress(DomainError):
        table = inspect(name, data)
        for labels in (None, *table.label_options[:2]):
            for array in table.data_options or (None,):
                with contextlib.suppress(DomainError):
                    part = read(table, Choice(array, labels))
                    make_pair(part, part)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda p: p.name)
def test_damaged_samples(path: Path) -> None:
    rng = random.Random(path.name)
    for _ in range(40):
        everything(path.name, damaged(path.read_bytes(), rng))


@pytest.mark.parametrize("write", [mat5, mat73])
def test_damaged_mat_files(write: Callable[..., bytes]) -> None:
    x, y = vectors()
    data, rng = write(x=x, y=y, z=x[:5]), random.Random(5)
    for _ in range(300):
        everything("a.mat", damaged(data, rng))
