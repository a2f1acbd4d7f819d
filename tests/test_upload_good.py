"""What people upload and what becomes of it."""

from __future__ import annotations

import importlib.util
from io import BytesIO
from pathlib import Path

import h5py
import numpy as np
import pytest
import scipy.sparse
from PIL import Image
from upload_files import csv, hdf5, mat5, mat73, npz, picture, pictures, samples, vectors, zipped

from dann_core.domains.upload import FOLDERS, UploadError, inspect, load_files, make_pair, preview

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "assets" / "samples"
ROWS = ["1,2.5,cat", "3,4,dog", "5,-6e-1,cat"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_csv_in_every_dialect(encoding: str, separator: str, ending: str) -> None:
    text = csv(ROWS, "größe,b,label", ending).decode().replace(",", separator) + ending
    table = inspect("a.csv", text.encode(encoding))
    assert table.label_options == ("größe", "b", "label")
    assert table.guess.labels == "label"
    assert [e.dtype for e in table.entries] == ["numbers", "numbers", "text"]
    read = samples("a.csv", text.encode(encoding))
    assert read.columns == ("größe", "b")
    np.testing.assert_array_equal(read.x, [[1, 2.5], [3, 4], [5, -0.6]])
    assert read.y.tolist() == ["cat", "dog", "cat"]


def test_csv_quotes_blank_lines_and_row_numbers_column() -> None:
    read = samples("a.csv", csv(['0,"1",2,"a, ""b"""', "", "1,3,4, c ", ""], ',"x, y",z,class'))
    assert read.columns == ("x, y", "z")
    assert read.y.tolist() == ['a, "b"', "c"]
    assert "row numbers" in read.notes[0]


@pytest.mark.parametrize(
    ("header", "rows", "guess"),
    [
        ("Class,a,b", ["0,1.5,2", "1,2.5,3"], "Class"),
        ("a,kind,b", ["1.5,x,2", "2.5,y,3"], "kind"),
        ("a,b,c", ["1.5,2.5,0", "2.5,3.5,1", "1,2,0", "1,2,1"], "c"),
        ("a,b,c", ["1.5,2.5,0.25", "2.5,3.5,0.5"], None),
    ],
)
def test_csv_label_guess(header: str, rows: list[str], guess: str | None) -> None:
    assert inspect("a.csv", csv(rows, header)).guess.labels == guess


def test_csv_columns_are_matched_by_name() -> None:
    source = samples("s.csv", csv(ROWS))
    target = samples("t.csv", csv(["9,cat,7,1", "8,cat,6,2"], "b,label,extra,a"), labels="label")
    pair = make_pair(source, target)
    np.testing.assert_array_equal(pair.target_x, [[1, 9], [2, 8]])
    notes = " | ".join(preview(pair, source, target).notes)
    assert "another order" in notes
    assert "'extra'" in notes
    assert "lacks the class 'dog'" in notes


def test_csv_without_labels_leaves_the_label_column_out() -> None:
    target = samples("t.csv", csv(ROWS), labels=None)
    assert target.y is None
    assert target.columns == ("a", "b")
    pair = make_pair(samples("s.csv", csv(ROWS)), target)
    assert pair.target_y is None


def test_numeric_labels_as_text_and_numbers_are_one() -> None:
    x, _ = vectors(12)
    source = samples("s.npz", npz(x=x, y=np.array(["10", "9", "2"] * 4)))
    target = samples("t.npz", npz(x=x, y=np.array([2.0, 9.0, 10.0] * 4)))
    pair = make_pair(source, target)
    assert pair.class_names == ("2", "9", "10")
    assert pair.source_y[:3].tolist() == [2, 1, 0]
    assert pair.target_y[:3].tolist() == [0, 1, 2]


@pytest.mark.parametrize("write", [npz, mat5, mat73, hdf5])
@pytest.mark.parametrize(("data", "label"), [("x", "y"), ("fts", "labels"), ("feas", "Labs"), ("Z1", "Z2")])
def test_arrays_are_guessed_and_read(write, data: str, label: str) -> None:
    x, y = vectors()
    content = write(**{data: x, label: y[:, None], "other": np.ones((2, 2))})
    name = {npz: "a.npz", hdf5: "a.h5"}.get(write, "a.mat")
    table = inspect(name, content)
    assert (table.guess.data, table.guess.labels) == (data, label)
    assert next(e for e in table.entries if e.name == data).detail == "30 x 4, float64"
    read = samples(name, content)
    np.testing.assert_array_equal(read.x, x)
    np.testing.assert_array_equal(read.y, y)


@pytest.mark.parametrize("write", [mat5, mat73])
def test_features_by_samples_are_turned(write) -> None:
    x, y = vectors()
    read = samples("a.mat", write(fts=x.T.copy(), labels=y[None]))
    np.testing.assert_array_equal(read.x, x)
    assert "turned" in read.notes[0]


def test_unlabelled_target_is_turned_to_fit_the_source() -> None:
    x, y = vectors()
    source, target = samples("s.npz", npz(x=x, y=y)), samples("t.npz", npz(x=x[:9].T.copy()))
    pair = make_pair(source, target)
    np.testing.assert_array_equal(pair.target_x, x[:9])
    assert any("turned" in note for note in preview(pair, source, target).notes)


@pytest.mark.parametrize("role", ["source", "target"])
def test_one_file_for_both_domains(role: str) -> None:
    x, y = vectors()
    table = inspect("both.mat", mat5(X_src=x, Y_src=y, X_tar=x + 1, Y_tar=y), role)
    end = role[:3].replace("sou", "src")
    assert (table.guess.data, table.guess.labels) == (f"X_{end}", f"Y_{end}")


def test_mat5_compressed_big_endian_characters_and_logicals() -> None:
    x, _ = vectors(6)
    names = np.array(["cat", "horse"] * 3)
    read = samples("a.mat", mat5(compressed=True, x=x.astype(">f4"), label=names))
    np.testing.assert_array_equal(read.x, x.astype(np.float32))
    assert read.y.tolist() == ["cat", "horse"] * 3
    assert samples("a.mat", mat5(x=x, y=np.array([True, False] * 3))).y.tolist() == [1, 0] * 3


def test_sparse_matrices_become_dense() -> None:
    matrix = scipy.sparse.random(20, 6, 0.3, format="csc", random_state=0)
    y = np.arange(20) % 2
    np.testing.assert_array_equal(samples("a.mat", mat5(x=matrix, y=y)).x, matrix.toarray())
    stream = BytesIO()
    with h5py.File(stream, "w") as root:
        group = root.create_group("x")
        group.attrs["MATLAB_sparse"] = np.uint64(20)
        group["data"], group["ir"], group["jc"] = matrix.data, matrix.indices, matrix.indptr
        root["y"] = y
    np.testing.assert_array_equal(samples("a.mat", stream.getvalue()).x, matrix.toarray())


@pytest.mark.parametrize(
    ("shape", "kind", "expected"),
    [
        ((20, 7), "auto", (20, 7)),
        ((20, 7), "signals", (20, 1, 7)),
        ((20, 64), "images", (20, 1, 8, 8)),
        ((20, 192), "images", (20, 3, 8, 8)),
        ((20, 8, 8), "auto", (20, 1, 8, 8)),
        ((8, 8, 20), "auto", (20, 1, 8, 8)),
        ((20, 8, 8), "vectors", (20, 64)),
        ((20, 2, 100), "auto", (20, 2, 100)),
        ((20, 100, 2), "auto", (20, 2, 100)),
        ((20, 30, 50), "signals", (20, 30, 50)),
        ((20, 8, 9, 3), "auto", (20, 3, 8, 9)),
        ((20, 3, 8, 9), "auto", (20, 3, 8, 9)),
        ((20, 8, 9, 4), "auto", (20, 3, 8, 9)),
        ((8, 9, 3, 20), "auto", (20, 3, 8, 9)),
        ((20, 1, 200, 100), "auto", (20, 1, 128, 64)),
    ],
)
@pytest.mark.parametrize("labelled", [True, False])
def test_shapes(shape: tuple[int, ...], kind: str, expected: tuple[int, ...], labelled: bool) -> None:
    x = np.random.default_rng(0).random(shape)
    arrays = {"x": x, "y": np.arange(20) % 2} if labelled else {"x": x}
    assert samples("a.npz", npz(**arrays), kind=kind).x.shape == expected


def test_svhn_style_images_keep_their_pixels() -> None:
    images = np.stack(pictures(10, 8, 9, 3))
    for write in (mat5, mat73):
        read = samples("svhn.mat", write(X=images.transpose(1, 2, 3, 0), y=np.arange(10)[:, None] % 2))
        np.testing.assert_array_equal(read.x, images.transpose(0, 3, 1, 2))
        assert read.x.dtype == np.uint8


@pytest.mark.parametrize(
    ("dtype", "expected"),
    [("u1", "u1"), ("f2", "f4"), (">f4", "f4"), (">f8", "f8"), ("i2", "f4"), ("i8", "f8"), ("?", "f4")],
)
def test_types_that_can_be_trained_on(dtype: str, expected: str) -> None:
    x = (np.arange(12).reshape(4, 3) % 2).astype(dtype)
    read = samples("a.npz", npz(x=x, y=np.array([0, 1, 0, 1])))
    assert read.x.dtype == np.dtype(expected)
    np.testing.assert_array_equal(read.x, x.astype(expected))


def test_whole_pixels_are_bytes_whatever_their_type() -> None:
    images = np.stack(pictures(6, 8, 8))
    for dtype in ("i8", "f8"):
        read = samples("a.npz", npz(x=images.astype(dtype), y=np.arange(6) % 2))
        assert read.x.dtype == np.uint8
        np.testing.assert_array_equal(read.x[:, 0], images)


def test_npy_and_one_hot_labels() -> None:
    x, y = vectors()
    stream = BytesIO()
    np.save(stream, np.asfortranarray(x))
    np.testing.assert_array_equal(samples("a.npy", stream.getvalue()).x, x)
    read = samples("a.npz", npz(x=x, y=np.eye(3)[y]))
    np.testing.assert_array_equal(read.y, y)


@pytest.mark.parametrize("prefix", ["", "all/", "all/images/"])
def test_zip_of_images(prefix: str) -> None:
    arrays = pictures(6, 10, 12)
    files = {f"{prefix}{('cat', 'dog')[i % 2]}/{i}.png": picture(a) for i, a in enumerate(arrays)}
    files |= {"__MACOSX/cat/._0.png": b"junk", f"{prefix}cat/.DS_Store": b"junk", f"{prefix}readme.txt": b"hello"}
    table = inspect("pets.zip", zipped(files))
    assert [(e.name, e.shape) for e in table.entries] == [("cat", (3,)), ("dog", (3,))]
    assert table.label_options == (FOLDERS,)
    read = samples("pets.zip", zipped(files))
    np.testing.assert_array_equal(read.x[:, 0], [arrays[i] for i in (0, 2, 4, 1, 3, 5)])
    assert read.y.tolist() == ["cat"] * 3 + ["dog"] * 3
    assert read.notes == ("1 file is no image and left out",)


def test_zip_of_every_image_format() -> None:
    grey, colour = pictures(1, 20, 20)[0], pictures(1, 20, 20, 3)[0]
    deep = Image.fromarray(np.arange(400, dtype=np.uint16).reshape(20, 20) * 160)
    stream = BytesIO()
    deep.save(stream, "PNG")
    frames = [Image.fromarray(a) for a in pictures(2, 20, 20)]
    moving = BytesIO()
    frames[0].save(moving, "GIF", save_all=True, append_images=frames[1:])
    alpha = np.dstack([colour, np.full((20, 20), 99, np.uint8)])
    files = {
        "a/0.jpg": picture(grey, "JPEG"),
        "a/1.BMP": picture(colour, "BMP"),
        "a/2.webp": picture(colour, "WEBP", lossless=True),
        "b/3.png": stream.getvalue(),
        "b/4.gif": moving.getvalue(),
        "b/5.png": picture(alpha),
    }
    x = samples("mixed.zip", zipped(files)).x
    assert x.shape == (6, 3, 20, 20)
    for i in (1, 2, 5):
        np.testing.assert_array_equal(x[i], colour.transpose(2, 0, 1))
    np.testing.assert_array_equal(x[3, 0], np.asarray(deep) >> 8)
    np.testing.assert_array_equal(x[4, 0], np.asarray(frames[0]))


def test_zip_of_differing_and_large_images() -> None:
    sizes = [(10, 20), (12, 20), (12, 24)]
    files = {f"{i % 2}/{i}.png": picture(np.full(size, 7, np.uint8)) for i, size in enumerate(sizes)}
    read = samples("a.zip", zipped(files))
    assert read.x.shape == (3, 1, 12, 20)
    assert read.y.tolist() == [0, 0, 1]
    assert read.notes == ("images of 3 sizes were resized to 12 x 20",)
    large = samples(
        "b.zip", zipped({f"{i}/a.jpg": picture(np.full((300, 600, 3), 9, np.uint8), "JPEG") for i in (0, 1)})
    )
    assert large.x.shape == (2, 3, 64, 128)
    assert np.all(large.x == 9)
    assert "at most 128" in large.notes[0]


def test_images_are_brought_to_one_size_and_colour() -> None:
    files = {f"{i % 2}/{i}.png": picture(a) for i, a in enumerate(pictures(6, 16, 16))}
    source = samples("grey.zip", zipped(files))
    target = samples("colour.npz", npz(images=np.stack(pictures(5, 8, 8, 3)) / 255))
    pair = make_pair(source, target)
    assert pair.source_x.shape == (6, 3, 8, 8)
    assert pair.target_x.shape == (5, 3, 8, 8)
    assert pair.source_x.dtype == pair.target_x.dtype == np.float32
    assert pair.source_x.max() <= 1
    notes = preview(pair, source, target).notes
    assert any("16 x 16 were resized to 8 x 8" in n for n in notes)
    assert any("three channels" in n for n in notes)


def test_preview() -> None:
    x, y = vectors()
    source, target = samples("s.npz", npz(x=x, y=y)), samples("t.npz", npz(x=100 * x[:9], y=y[:9] * 0))
    facts = preview(make_pair(source, target, "mine"), source, target)
    assert (facts.kind, facts.sample_shape, facts.class_names) == ("vectors", (4,), ("0", "1", "2"))
    assert (facts.source.samples, facts.target.samples) == (30, 9)
    assert facts.source.balance == {"0": 10, "1": 10, "2": 10}
    assert facts.target.balance == {"0": 9, "1": 0, "2": 0}
    assert (facts.source.low, facts.source.high) == (x.min(), x.max())
    assert len(set(facts.source.examples)) == 8
    assert set(y[list(facts.source.examples)]) == {0, 1, 2}
    assert any("lacks the classes '1', '2'" in note for note in facts.notes)
    assert any("same unit" in note for note in facts.notes)


def test_long_and_odd_class_names_stay_apart() -> None:
    x, _ = vectors(6)
    long = ["a" * 50 + str(i) + "b" * 50 for i in range(2)]
    source = samples("s.npz", npz(x=x, y=np.array(long * 3)))
    names = make_pair(source, source).class_names
    assert len(set(names)) == 2
    assert max(map(len, names)) <= 60
    odd = samples("s.npz", npz(x=x, y=np.array(["a\x07\u202eb", "c"] * 3)))
    assert make_pair(odd, odd).class_names[0] == "a\ufffd\ufffdb"


def test_load_files(tmp_path: Path) -> None:
    x, y = vectors()
    (tmp_path / "s.mat").write_bytes(mat5(feats=x, gt=y, x=np.ones((3, 3))))
    (tmp_path / "t.npz").write_bytes(npz(feats=x + 1, y=y))
    pair = load_files(tmp_path / "s.mat", str(tmp_path / "t.npz"), data="feats", labels="gt")
    np.testing.assert_array_equal(pair.source_x, x)
    np.testing.assert_array_equal(pair.target_x, x + 1)
    np.testing.assert_array_equal(pair.target_y, y)
    assert pair.name == "s.mat and t.npz"
    bare = load_files(tmp_path / "t.npz", tmp_path / "t.npz", target_labels="none", name="mine")
    assert bare.target_y is None
    assert bare.name == "mine"
    with pytest.raises(UploadError, match=r"nothing\.csv: the source file cannot be opened"):
        load_files(tmp_path / "nothing.csv", tmp_path / "t.npz")


@pytest.mark.parametrize(
    ("name", "ending", "kind", "classes"),
    [
        ("wine", "csv", "vectors", 3),
        ("cells", "mat", "vectors", 2),
        ("digits", "npz", "images", 10),
        ("pictures", "zip", "images", 10),
    ],
)
def test_sample_uploads_load_at_once(name: str, ending: str, kind: str, classes: int) -> None:
    files = [SAMPLES / f"{name}_{role}.{ending}" for role in ("source", "target")]
    pair = load_files(*files)
    assert (pair.kind, pair.n_classes) == (kind, classes)
    assert (pair.target_y is None) == (name == "pictures")
    assert all(file.stat().st_size < 200_000 for file in files)


def test_sample_uploads_are_what_the_script_makes(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("make_samples", SAMPLES / "make.py")
    make = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make)
    make.HERE = tmp_path
    make.wine()
    make.cells()
    for path in tmp_path.iterdir():
        ours, kept = (samples(path.name, (folder / path.name).read_bytes()) for folder in (tmp_path, SAMPLES))
        np.testing.assert_allclose(ours.x, kept.x, rtol=1e-3)
        np.testing.assert_array_equal(ours.y, kept.y)
