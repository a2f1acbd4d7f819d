"""NPZ and MAT files of every shape and type that can be trained on."""

from __future__ import annotations

from io import BytesIO

import h5py
import numpy as np
import pytest
import scipy.sparse
from upload_files import hdf5, mat5, mat73, npz, opened, pictures, read, samples, vectors

from dann_core.domains.files import Unclear, guess


@pytest.mark.parametrize("write", [npz, mat5, mat73, hdf5])
@pytest.mark.parametrize(("data", "label"), [("x", "y"), ("fts", "labels"), ("feas", "Labs"), ("Z1", "trainlabels")])
def test_arrays_are_guessed_and_read(write, data: str, label: str) -> None:
    x, y = vectors()
    content = write(**{data: x, label: y[:, None], "other": np.ones((2, 2))})
    name = {npz: "a.npz", hdf5: "a.h5"}.get(write, "a.mat")
    contents = opened(name, content)
    assert next(i for i in contents.items if i.name == data).detail == "30 x 4, float64"
    plan = guess(contents, contents).plan
    assert (plan.source.name, plan.source.labels.name) == (data, label)
    read = samples(name, content)
    np.testing.assert_array_equal(read.x, x)
    np.testing.assert_array_equal(read.y, y)


def test_an_array_that_nothing_calls_a_label_is_asked_for() -> None:
    x, y = vectors()
    contents = opened("a.npz", npz(Z1=x, Z2=y))
    with pytest.raises(Unclear, match=r"'Z2' has 3 values \('0', '1', '2'\)"):
        guess(contents, contents)
    np.testing.assert_array_equal(samples("a.npz", npz(Z1=x, Z2=y), labels="Z2").y, y)


@pytest.mark.parametrize("write", [mat5, mat73])
def test_features_by_samples_are_turned(write) -> None:
    x, y = vectors()
    read = samples("a.mat", write(fts=x.T.copy(), labels=y[None]))
    np.testing.assert_array_equal(read.x, x)
    assert read.notes[0].rule == "samples last"


@pytest.mark.parametrize("shape", [(4,), (3, 40), (5, 5, 3)])
def test_an_unlabelled_target_lies_as_the_source(shape: tuple[int, ...]) -> None:
    x, y = np.random.default_rng(0).standard_normal((30, *shape)), np.arange(30) % 3
    turned = np.moveaxis(x, 0, -1)
    made = read(("s.npz", npz(x=turned, y=y)), ("t.npz", npz(x=turned[..., :9])))
    np.testing.assert_array_equal(made.pair.target_x, made.pair.source_x[:9])
    other = read(("s.npz", npz(x=x, y=y)), ("t.npz", npz(x=turned[..., :9])))
    np.testing.assert_array_equal(other.pair.target_x, made.pair.target_x)
    assert "moved to the first" in other.report.text


@pytest.mark.parametrize("names", [("X_src", "Y_src", "X_tar", "Y_tar"), ("Xs", "Ys", "Xt", "Yt")])
def test_one_file_for_both_domains(names: tuple[str, ...]) -> None:
    x, y = vectors()
    both = ("both.mat", mat5(**dict(zip(names, (x, y, x + 1, y), strict=True))))
    plan = read(both, both).plan
    assert (plan.source.name, plan.source.labels.name, plan.target.name, plan.target.labels.name) == names


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
    asked = {} if kind == "auto" else {"kind": kind}
    asked |= {} if labelled else {"labels": None}
    assert samples("a.npz", npz(**arrays), **asked).x.shape == expected


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
    np.testing.assert_array_equal(samples("a.npy", stream.getvalue(), labels=None).x, x)
    read = samples("a.npz", npz(x=x, y=np.eye(3)[y]))
    np.testing.assert_array_equal(read.y, y)
