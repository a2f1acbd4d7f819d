"""Files, tables and pairs that cannot be trained on: each refused in one sentence that names the place."""

from __future__ import annotations

import numpy as np
import pytest
from upload_files import csv, npz, pictures, samples, vectors
from upload_refusals import MB, check, frugally, refused

from dann_core.domains.files import UploadError, make_pair
from dann_core.domains.files.limits import MAX_COLUMNS, MAX_FILE_BYTES

pytestmark = pytest.mark.usefixtures("nothing_is_written")


ROWS = ["1,2.5,cat", "3,4,dog", "5,6,cat"]


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
