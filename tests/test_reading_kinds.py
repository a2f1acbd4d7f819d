"""Kinds of files that people have: each is read as what it is, asked for, or refused with what to do."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import numpy as np
import pytest
from held_files import arrays, recording, table
from held_files import read as read_held
from open_files import opened, values
from scipy.io import wavfile
from upload_files import npz, pictures, read, zipped

from dann_core.domains.files import (
    Held,
    Unclear,
    UploadError,
    guess,
    open_file,
    read_one,
    read_pair,
)

WORDS = np.array(["ash", "elm", "oak"])


# Numbers with signs


@pytest.mark.parametrize(
    ("cells", "separator", "wanted", "said"),
    [
        (["12.5 %", "7%", "", "-3.25 %", "0"], ",", [12.5, 7, np.nan, -3.25, 0], "without the sign %"),
        (
            ["$1,234.50", "-$5", "$ 12,345,678", "($3.50)", "$0"],
            ",",
            [1234.5, -5, 12345678, -3.5, 0],
            "without the sign $",
        ),
        (
            ["1 234,50 €", "5,25 €", "-0,5 €", "12\u00a0345 €", "1 €"],
            ";",
            [1234.5, 5.25, -0.5, 12345, 1],
            "without the sign €",
        ),
        (["1.234,50 €", "5,25 €", "7 €", "12.345 €", "1 €"], ";", [1234.5, 5.25, 7, 12345, 1], "without the sign €"),
        (["12,345 %", "7,5 %", "1 %", "2 %", "3 %"], ";", [12.345, 7.5, 1, 2, 3], "without the sign %"),
        (["1 234,5", "12,5", "2 000 000,0", "1", "3"], ";", [1234.5, 12.5, 2e6, 1, 3], "blanks part thousands"),
        (["1'234.5", "12.5", "2'000'000.0", "1", "3"], ";", [1234.5, 12.5, 2e6, 1, 3], "blanks part thousands"),
    ],
)
def test_numbers_with_signs_are_numbers_and_this_is_said(
    cells: list[str], separator: str, wanted: list[float], said: str
) -> None:
    rows = [f'"{cell}"{separator}{WORDS[i % 3]}' for i, cell in enumerate(cells)]
    contents = open_file("a.csv", "\n".join([f"rate{separator}kind", *rows]).encode())
    np.testing.assert_array_equal(values(contents)["rate"], wanted)
    assert any(said in note and "'rate'" in note for note in contents.notes)


@pytest.mark.parametrize(
    "cells",
    [
        ["5 %", "5", "7 %"],  # of 5 nobody knows whether it is 5 % or 500 %
        ["$5", "€5", "$7"],
        ["030 123 456", "030 123 457", "030 123 458"],
        ["555 123 456", "555 123 457", "555 123 458"],
        ["12:30", "12:45", "13:00"],
        ["5 % of 7", "3 %", "2 %"],
        ["1.5 €", "1,5 €", "12.34,5 €"],
    ],
)
def test_what_is_no_number_of_one_unit_stays_a_text(cells: list[str]) -> None:
    found = opened("a.csv", "\n".join(["a;b", *(f"{cell};{i}.5" for i, cell in enumerate(cells))]).encode())
    assert found["a"].tolist() == cells


def test_a_table_of_percent_without_a_header_keeps_its_first_row() -> None:
    found = opened("a.csv", b"5 %,7 %\n6 %,8 %\n7 %,9.5 %\n")
    np.testing.assert_array_equal(found["2"], [7, 8, 9.5])


# A sample in each column


def genes(n: int = 30, label: bool = False) -> Held:
    random = np.random.default_rng(0)
    y = np.arange(n) % 3
    columns = {("",): np.array([f"gene{g}" for g in range(40)] + ["group"] * label)}
    for j in range(n):
        cells = random.poisson(5 + 3 * y[j], 40)
        columns[f"GSM{j}",] = np.array([*map(str, cells), WORDS[y[j]]]) if label else cells
    return Held("genes.tsv", columns, table=True)


def test_features_in_rows_are_offered_to_be_transposed() -> None:
    with pytest.raises(
        Unclear, match=r"rows are the features and its columns the samples, transpose it \(--transpose\)"
    ):
        read_held(genes(), genes())
    made = read_held(genes(label=True), genes(), transpose=True, labels="group")
    assert made.pair.source_x.shape == (30, 40)
    np.testing.assert_array_equal(made.pair.source_y, np.arange(30) % 3)
    assert made.pair.target_y is None
    assert made.pair.target_rows[:2].tolist() == ["GSM0", "GSM1"]
    assert "its 30 columns are the samples, its rows the features" in made.report.text
    again = read_one(genes(), made.plan)
    np.testing.assert_array_equal(again.x, made.pair.target_x)


def test_labels_for_each_column_say_that_the_columns_are_the_samples() -> None:
    order = np.random.default_rng(1).permutation(30)
    labels = table("meta.csv", **{"sample id": np.array([f"GSM{j}" for j in order]), "group": WORDS[order % 3]})
    guessed = guess(genes(), genes(), source_labels=labels)
    made = read_pair(genes(), genes(), guessed.plan, source_labels=labels, notes=guessed.notes)
    # By the names of the samples, not by their order.
    np.testing.assert_array_equal(made.pair.source_y, np.arange(30) % 3)


def test_names_of_columns_that_come_again_are_classes() -> None:
    spectra = {("wavelength",): np.linspace(400, 700, 50)}
    random = np.random.default_rng(0)
    spectra |= {(name if i < 3 else f"{name}.{i // 3}",): random.random(50) for i, name in enumerate([*WORDS] * 6)}
    made = read_held(*[Held(f, spectra, table=True) for f in ("s.csv", "t.csv")], transpose=True)
    assert made.pair.class_names == ("ash", "elm", "oak")
    assert made.pair.source_x.shape == (18, 50)
    with pytest.raises(Unclear, match="--transpose"):
        read_held(*[Held(f, spectra, table=True) for f in ("s.csv", "t.csv")])


def test_an_array_is_turned_as_asked() -> None:
    random = np.random.default_rng(0)
    square = arrays("s.npz", X=random.normal(size=(30, 30)), y=np.arange(30) % 3)
    np.testing.assert_array_equal(
        read_held(square, square, transpose=True).pair.source_x, read_held(square, square).pair.source_x.T
    )


# Arrays of one class each, and arrays that are one sample each


def bearing(k: int, n: int, seed: int = 0) -> np.ndarray:
    return recording(k, steps=256 * n, seed=seed).reshape(n, 256)


@pytest.mark.parametrize("pack", ["npz", "zip", "folders"])
def test_an_array_of_windows_for_each_class(pack: str) -> None:
    pattern = {"npz": "{}", "zip": "{}.npy/array", "folders": "{}/windows.npy/array"}[pack]
    named = {pattern.format(name): bearing(k, 100 + 10 * k) for k, name in enumerate(("ball", "inner", "ok"))}
    made = read_held(arrays("s.x", **named), arrays("t.x", **named))
    assert made.pair.sample_shape == (1, 256)
    assert made.pair.class_names == ("ball", "inner", "ok")
    assert np.bincount(made.pair.source_y).tolist() == [100, 110, 120]
    np.testing.assert_array_equal(made.pair.source_x[100, 0], bearing(1, 110)[0])
    assert made.pair.source_rows[100].endswith(" 1")
    assert "3 arrays hold samples of 256 in their rows, each those of one class" in made.report.text


def test_rows_that_may_be_channels_are_asked_for() -> None:
    named = {name: bearing(k, 40) for k, name in enumerate(("ball", "inner", "ok"))}
    files = arrays("s.npz", **named), arrays("t.npz", **named)
    with pytest.raises(Unclear) as question:
        read_held(*files)
    assert [c.name for c in question.value.candidates] == ["array names", "file names"]
    assert read_held(*files, labels="array names").pair.source_x.shape == (120, 1, 256)
    assert read_held(*files, labels="file names").pair.sample_shape[0] == 40


def test_trials_with_channels_stay_recordings() -> None:
    trials = {
        f"{side}/{i}.npy/array": np.stack([recording(k, 500, seed=s) for s in range(22)])
        for k, side in enumerate("lr")
        for i in range(6)
    }
    assert read_held(arrays("s.zip", **trials), arrays("t.zip", **trials)).pair.sample_shape == (22, 500)
    eeg = {str(name): np.random.default_rng(k).normal(size=(5, 9_000)).cumsum(1) for k, name in enumerate(WORDS)}
    assert read_held(arrays("s.mat", **eeg), arrays("t.mat", **eeg)).pair.sample_shape[0] == 5


def test_features_of_one_class_an_array_are_no_steps_of_a_recording() -> None:
    named = {name: np.random.default_rng(k).normal(size=(300, 12)) for k, name in enumerate(WORDS)}
    with pytest.raises(Unclear, match="array names"):
        read_held(arrays("s.mat", **named), arrays("t.mat", **named))


def test_a_target_in_one_array_follows() -> None:
    named = {name: bearing(k, 100 + k) for k, name in enumerate(("ball", "inner", "ok"))}
    made = read_held(arrays("s.npz", **named), arrays("t.npz", signals=bearing(1, 80)))
    assert (made.pair.target_x.shape, made.pair.target_y) == ((80, 1, 256), None)


def npy(array: np.ndarray) -> bytes:
    stream = BytesIO()
    np.save(stream, array)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("shape", "sample"), [((12, 12), (1, 12, 12)), ((12, 16, 3), (3, 12, 16)), ((3, 12, 16), (3, 12, 16))]
)
def test_a_picture_for_each_array(shape: tuple[int, ...], sample: tuple[int, ...]) -> None:
    made = [pictures(6, *shape, seed=k) for k in range(2)]
    file = zipped(
        {f"train/{name}/{i}.npy": npy(x) for name, part in zip("ab", made, strict=True) for i, x in enumerate(part)}
    )
    found = read(("s.zip", file), ("t.zip", file))
    assert found.pair.sample_shape == sample
    assert found.pair.class_names == ("a", "b")
    assert found.pair.source_y.tolist() == [0] * 6 + [1] * 6
    assert found.pair.source_rows[7] == "train/b/1.npy"
    assert found.pair.source_x.dtype == np.uint8
    assert "each of 12 arrays is one sample" in found.report.text


def test_pictures_in_arrays_may_differ_in_size_and_hold_fractions() -> None:
    random = np.random.default_rng(0)
    named = {f"{name}/{i}.npy/array": random.random((20 + i, 24 + i)) for name in "ab" for i in range(6)}
    assert read_held(arrays("s.zip", **named), arrays("t.zip", **named), kind="images").pair.sample_shape == (1, 22, 26)


# Records, bit depths


def test_an_array_of_records_is_a_table() -> None:
    y = np.arange(60) % 3
    records = np.zeros(60, [("width", "f8"), ("count", "i4"), ("kind", "U4"), ("place", "f4", 2), ("when", "M8[s]")])
    records["place"] = np.random.default_rng(1).normal(size=(60, 2))
    records["width"], records["count"], records["kind"] = np.random.default_rng(0).normal(size=60) + y, y * y, WORDS[y]
    made = read(("s.npy", npy(records)), ("t.npy", npy(records)))
    assert made.pair.class_names == ("ash", "elm", "oak")
    assert made.plan.fitted.columns == ("width", "count", "place 1", "place 2")
    assert "array of records was read as a table of its 5 fields" in made.report.text
    found = opened("a.npz", npz(r=records[:2], x=np.ones(3), s=np.zeros(2, [("signal", "f4", 100), ("label", "i4")])))
    assert found["r/count"].tolist() == [0, 1]
    assert found["s/signal"].shape == (2, 100)


def test_wav_of_all_bit_depths_is_one_scale() -> None:
    wave = 0.5 * np.sin(np.arange(4_000) / 5)
    depths: dict[str, Callable[[], np.ndarray]] = {
        "u8": lambda: (128 + 128 * wave).astype(np.uint8),
        "i16": lambda: (2**15 * wave).astype(np.int16),
        "i32": lambda: (2**31 * wave).astype(np.int32),
        "f32": lambda: wave.astype(np.float32),
    }
    files = {}
    for name, made in depths.items():
        stream = BytesIO()
        wavfile.write(stream, 8_000, made())
        files[f"{name}.wav"] = stream.getvalue()
        np.testing.assert_allclose(opened("a.wav", stream.getvalue())["signal"], wave, atol=0.01)
    contents = open_file("a.zip", zipped(files))
    assert any("3 files" in note and "-1 to 1" in note for note in contents.notes)


def test_windows_in_columns_are_windows() -> None:
    named = {name: bearing(k, 100 + 10 * k).T for k, name in enumerate(("ball", "inner", "ok"))}
    made = read_held(arrays("s.mat", **named), arrays("t.mat", **named))
    np.testing.assert_array_equal(made.pair.source_x[100, 0], bearing(1, 110)[0])
    same = {name: bearing(k, 100).T for k, name in enumerate(("ball", "inner", "ok"))}
    with pytest.raises(Unclear, match="--transpose for samples in columns"):
        read_held(arrays("s.mat", **same), arrays("t.mat", **same))
    made = read_held(arrays("s.mat", **same), arrays("t.mat", **same), labels="array names", transpose=True)
    np.testing.assert_array_equal(made.pair.source_x[100, 0], bearing(1, 100)[0])


def test_several_files_of_many_rows_a_class_are_asked_for() -> None:
    named = {
        f"{name}/{i}.npy/array": bearing(k, 160, seed=i).reshape(80, 512)
        for k, name in enumerate("ab")
        for i in range(2)
    }
    with pytest.raises(Unclear) as question:
        read_held(arrays("s.zip", **named), arrays("t.zip", **named))
    assert [c.name for c in question.value.candidates] == ["array names", "folder names"]
    made = read_held(arrays("s.zip", **named), arrays("t.zip", **named), labels="array names")
    assert (made.pair.class_names, made.pair.source_x.shape) == (("a", "b"), (320, 1, 512))


def test_tables_of_features_a_class_are_no_recordings() -> None:
    random = np.random.default_rng(0)
    named = {
        (f"{name}.csv", c): random.normal(size=90) + k for k, name in enumerate(WORDS) for c in ("rms", "peak", "skew")
    }
    features_ = Held("s.zip", {**named}, table=True)
    with pytest.raises(UploadError, match=r"do not go on from one to the next.*join the tables in one"):
        read_held(features_, features_)
    assert read_held(features_, features_, window=(30, None)).pair.sample_shape == (3, 30)
