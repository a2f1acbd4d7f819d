"""Files, tables and pairs that cannot be trained on: each refused in one sentence that names the place."""

from __future__ import annotations

import numpy as np
import pytest
from upload_files import csv, npz, pictures, read, samples, vectors
from upload_refusals import MB, check, frugally, refused

from dann_core.domains.files import UploadError
from dann_core.domains.files.limits import MAX_COLUMNS, MAX_FILE_BYTES

pytestmark = pytest.mark.usefixtures("nothing_is_written")


ROWS = ["1,2.5,cat", "3,4,dog", "5,6,cat"]


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.csv", b"", ["empty"]),
        ("a.exe", b"MZ\x90\0", ["a Windows program"]),
        ("a.csv", b"MZ\x90\0\x03", ["a Windows program"]),
        ("a.npz", b"MZ\x90\0\x03", ["a Windows program"]),
        ("a.mat", b"PK\x03\x04", ["damaged or cut off"]),
        ("a.zip", b"\x93NUMPY\x01\0", ["damaged or cut off"]),
        ("a.npz", b"\x80\x04\x95\0\0", ["a Python pickle"]),
        ("a.mat", b"hello", ["save it again"]),
        ("a.csv", b"a,b\n1,\x002", ["NUL bytes"]),
    ],
)
def test_files_of_another_kind(name: str, data: bytes, words: list[str]) -> None:
    refused(name, data, *words)


def test_a_file_over_the_limit() -> None:
    refused("big.csv", bytes(MAX_FILE_BYTES + 1), "200 MB")


def test_names_are_shortened_and_cleaned() -> None:
    refused("x" * 100 + ".csv", b"", "xxx…xxx", ".csv")
    long = f"\x1b{'b' * 100}\u202e"
    refused("a.csv", csv(["1,1e31,cat", "2,2,dog"], f"a,{long},label"), "column '\ufffdbbb", "bbb\ufffd'")


# CSV


@pytest.mark.parametrize(
    ("header", "rows", "words"),
    [
        (
            "a,b,label",
            ["1,2,cat", "3,x,dog", "5,6,cat", "7,y,dog", "9,9,cat"],
            ["data row 2", "column 'b'", "'x'", "2 such"],
        ),
        ("a,b,label", ["1,2,cat", "3,-inf,dog"], ["data row 2", "column 'b'", "infinite"]),
        ("a,b,label", ["1,2,cat", "3,1e31,dog"], ["data row 2", "column 'b'", "1e+30"]),
        ("a,b,label", ["1,2,cat", "3,4,dog,5"], ["row 3", "4 cells"]),
        ("a,b,label", ["1,2,cat", "3,4, ", "5,6,dog"], ["data row 2", "column 'label'", "label is blank"]),
        ("a,b,label", ["1,,cat", "3,,dog"], []),
        (",".join(map(str, range(MAX_COLUMNS + 1))), [",".join(["1"] * (MAX_COLUMNS + 1))] * 2, ["10,001 columns"]),
    ],
)
def test_csv(header: str, rows: list[str], words: list[str]) -> None:
    if words:
        refused("table.csv", csv(rows, header), *words)
    else:
        assert samples("table.csv", csv(rows, header)).columns == ("a",)


def test_csv_choices_and_labels() -> None:
    refused("t.csv", csv(ROWS), "no column 'klass'", "'a', 'b', 'label'", labels="klass")
    numbers = [f"{i * 7 % 11},{i * 5 % 13},{i * 0.37}" for i in range(150)]
    for cells, why in (
        (numbers, "'label' holds fractions"),
        ([f"1,2,id{i}" for i in range(40)], "'label' has 40 values in 40 rows"),
        (["1,2,3", "2,4,3"], "'label' has one value only"),
    ):
        refused("t.csv", csv(cells), "nothing in it is plainly", why, "--labels NAME", "--labels-file FILE")
    refused("t.csv", csv(numbers), "'label'", "look continuous (150 different values)", labels="label")
    refused("t.csv", csv([f"1,2,id{i}" for i in range(40)]), "40 different values", "identifier", labels="label")
    refused("t.csv", csv(["1,2,1e300", "1,2,1"]), "'label'", "too large", labels="label")


def test_csv_rows_without_end() -> None:
    refused("t.csv", csv(['1,2,"' + "x" * 200_000]), "cannot be read")
    frugally("t.csv", b"a,b\n" + b"," * 3 * MB, "t.csv")
    frugally("t.csv", csv(['1,"\n",' * (MB // 3)]), "t.csv")


# Arrays


def refused_pair(source: tuple[str, bytes], target: tuple[str, bytes], *words: str) -> None:
    with pytest.raises(UploadError) as error:
        read(source, target)
    check(error, *words)


def test_pairs_that_do_not_fit() -> None:
    x, y = vectors()
    good = ("s.npz", npz(x=x, y=y))
    images = npz(x=np.stack(pictures(6, 8, 8)), y=np.arange(6) % 2)
    refused_pair(("s.npz", npz(x=x)), good, "s.npz", "nothing in it is plainly the source's label")
    refused_pair(("s.npz", npz(x=x, y=y * 0)), good, "s.npz", "one class only, '0'")
    refused_pair(good, ("t.npz", npz(x=x[:, :3], y=y)), "t.npz", "3 features", "s.npz 4")
    refused_pair(("s.npz", images), ("t.npz", npz(x=x, y=y)), "t.npz", "no square image")
    refused_pair(good, ("t.npz", npz(x=x, y=y + 2)), "t.npz", "the classes '3', '4' (20 samples)", "s.npz", "'0', '1'")
    refused_pair(("s.csv", csv(ROWS)), ("t.csv", csv(["1,cat", "2,dog"], "b,label")), "t.csv", "lacks the column 'a'")
    cows = ("t.csv", csv(["1,2,cow", "1,2,cow"]))
    refused_pair(("s.csv", csv(ROWS)), cows, "t.csv", "the class 'cow' (2 samples)", "'cat', 'dog'", "--match")
    refused_pair(("s.csv", csv(ROWS)), ("t.csv", csv(ROWS[:1])), "s.csv and t.csv", "one sample only")
    signals = [npz(x=np.ones((4, 2, n)), y=np.arange(4) % 2) for n in (20, 30)]
    refused_pair(("s.npz", signals[0]), ("t.npz", signals[1]), "t.npz", "2 x 30", "2 x 20")


# Damage at random
