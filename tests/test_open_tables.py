"""Tables as people have them: every column with its values, and every guess in the notes."""

from __future__ import annotations

import gzip
import hashlib
from io import BytesIO

import numpy as np
import openpyxl
import pandas as pd
import pytest
from open_files import opened, refused, values
from sklearn.datasets import dump_svmlight_file

from dann_core.domains.files.opened import open_file

pytestmark = pytest.mark.usefixtures("nothing_is_written")

ROWS = [("1.5", "2", "oak"), ("3", "4", "ash"), ("-5e-1", "6", "oak")]


def table(separator: str = ",", header: bool = True, ending: str = "\n", rows: list[tuple[str, ...]] = ROWS) -> str:
    head = [("weight", "age", "kind")] if header else []
    return ending.join(separator.join(row) for row in [*head, *rows]) + ending


def check_rows(found: dict[str, np.ndarray], names: tuple[str, ...] = ("weight", "age", "kind")) -> None:
    assert tuple(found) == names
    weight, age, kind = found.values()
    np.testing.assert_array_equal(weight, [1.5, 3, -0.5])
    np.testing.assert_array_equal(age, [2, 4, 6])
    assert age.dtype == np.int64
    assert kind.tolist() == ["oak", "ash", "oak"]


@pytest.mark.parametrize("separator", [",", ", ", ";", "\t", "|", " ", "   "])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_separators_line_ends_and_encodings(separator: str, ending: str, encoding: str) -> None:
    check_rows(opened("a.csv", table(separator, ending=ending).encode(encoding)))


@pytest.mark.parametrize(("name", "pack"), [("a.csv.gz", gzip.compress), ("a.dat", bytes), ("noending", bytes)])
def test_names_and_packing(name: str, pack: type) -> None:
    check_rows(opened(name, pack(table().encode())))


def test_items_say_what_they_are() -> None:
    data = b"a,b,c\n1,x,\n,y,\n2.5,,\n"
    contents = open_file("a.csv", data)
    assert [(i.path, i.holds, i.shape, i.table, i.missing) for i in contents.items] == [
        (("a",), "numbers", (3,), (), 1),
        (("b",), "texts", (3,), (), 1),
        (("c",), "numbers", (3,), (), 3),
    ]
    found = values(contents)
    np.testing.assert_array_equal(found["a"], [1, np.nan, 2.5])
    assert found["b"].tolist() == ["x", "y", ""]
    assert (contents.size, contents.sha256) == (len(data), hashlib.sha256(data).hexdigest())


@pytest.mark.parametrize(
    ("text", "has"),
    [
        (table(), True),
        (table(header=False), False),
        ("1,2\n3,4\n5,6\n", False),
        ("0,1,2\n5,3,1\n7,7,1\n", True),  # pandas counts the columns of an array
        ("0,1,label\n5,3,x\n7,7,y\n", True),
        ("5,3,x\n7,7,y\n5,3,x\n", False),
        ("name,town\nAnn,Rome\nBob,Oslo\n", True),
        ("Ann,Rome\nBob,Oslo\nAnn,Oslo\n", False),
        ("1,?,3\n4,5,6\n7,8,9\n", False),
        ("label\nup\ndown\nup\n", True),
        ("3\n1\n2\n", False),
    ],
)
def test_the_header_is_guessed_and_said(text: str, has: bool) -> None:
    contents = open_file("a.csv", text.encode())
    first = text.partition("\n")[0].split(",")
    assert [i.name for i in contents.items] == (first if has else [str(i + 1) for i in range(len(first))])
    assert contents.items[0].shape == (text.count("\n") - has,)
    assert contents.notes[-1].startswith("the first row" if has else "no header was found: the first row is data")


def test_the_header_can_be_told() -> None:
    check_rows(opened("a.csv", table(header=False).encode(), header=False), ("1", "2", "3"))
    assert list(opened("a.csv", b"1,2\n3,4\n5,6\n", header=True)) == ["1", "2"]
    assert opened("a.csv", table().encode(), header=False)["2"].tolist() == ["age", "2", "4", "6"]


def test_decimal_commas() -> None:
    found = opened("a.csv", b"a;b;kind\n1,5;1.000,25;x\n2;3;y\n-0,5;12.345;x\n")
    np.testing.assert_array_equal(found["a"], [1.5, 2, -0.5])
    np.testing.assert_array_equal(found["b"], [1000.25, 3, 12345])
    found = opened("a.csv", b"a;b\n1,5;?\n2;3,5\n-0,5;4\n")
    np.testing.assert_array_equal(found["b"], [np.nan, 3.5, 4])
    found = opened("a.csv", b'a,b\n"1,5",x\n"2,25",y\n')
    np.testing.assert_array_equal(found["a"], [1.5, 2.25])
    found = opened("a.csv", b'a,b\n"1,500",x\n"2,250.5",y\n3,z\n')
    np.testing.assert_array_equal(found["a"], [1500, 2250.5, 3])
    # A comma among semicolons is a text, where numbers have points.
    assert opened("a.csv", b"a;b\n1.5;x, y\n2.5;z\n")["b"].tolist() == ["x, y", "z"]


def test_national_encodings_are_guessed_and_said() -> None:
    contents = open_file("a.csv", "值,类别\n1,正常\n2,内圈\n".encode("gbk"))
    assert values(contents)["类别"].tolist() == ["正常", "内圈"]
    assert any("GBK" in note for note in contents.notes)
    contents = open_file("a.csv", "Größe,Farbe\n1,grün\n2,weiß\n".encode("cp1252"))
    assert values(contents)["Farbe"].tolist() == ["grün", "weiß"]
    assert any("Windows-1252" in note for note in contents.notes)


def test_quoted_cells() -> None:
    found = opened("a.csv", b'"width ""outer"", mm",kind\n1,"size ""S"""\n2,"M, wide"\n3,"<b>\nL</b>"\n')
    assert list(found) == ['width "outer", mm', "kind"]
    assert found["kind"].tolist() == ['size "S"', "M, wide", "<b>\nL</b>"]


def test_names_that_are_missing_or_repeated() -> None:
    assert list(opened("a.csv", b",a,a,\n0,1,2,x\n1,3,4,y\n")) == ["Unnamed: 0", "a", "a.1", "Unnamed: 3"]
    # Without a name for the rows' own names, as R writes it, and with a separator behind each row.
    assert list(opened("a.txt", b"a b\nr1 1 2\nr2 3 4\n")) == ["Unnamed: 0", "a", "b"]
    found = opened("a.txt", b'"a b" "kind"\n"1" 1.5 "x y"\n"2" 2.5 "z"\n')
    assert list(found) == ["Unnamed: 0", "a b", "kind"]
    assert found["kind"].tolist() == ["x y", "z"]
    assert list(opened("a.csv", b"a,b,\n1,2,\n3,4,\n")) == ["a", "b"]


def test_comments_before_the_table() -> None:
    assert list(opened("a.csv", b"# made by a logger\n# a,b\n1,2\n3,4\n")) == ["a", "b"]
    assert list(opened("a.csv", b"# made by a logger\na,b\n1,2\n3,4\n")) == ["a", "b"]
    contents = open_file("a.csv", b"Report of May\n\nrate,5\na,b,c\n1,2,x\n3,4,y\n")
    assert values(contents)["c"].tolist() == ["x", "y"]


def test_what_stands_for_a_missing_value() -> None:
    found = opened("a.csv", b"n,sign,zone\n1,+,NA\n?,-,\n-,+,East\n4,-,East\n")
    np.testing.assert_array_equal(found["n"], [1, np.nan, np.nan, 4])
    assert found["sign"].tolist() == ["+", "-", "+", "-"]
    assert found["zone"].tolist() == ["", "", "East", "East"]


def test_texts_are_kept_as_they_are_written() -> None:
    # pandas reads a long file in parts, and the first of them holds numbers alone.
    many = "".join(f"{i % 7},00{i % 10}\n" for i in range(200_000))
    found = opened("a.csv", f"n,code\n{many}3,x7\n".encode())
    assert found["code"][[0, 9, -1]].tolist() == ["000", "009", "x7"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"a,b\n", ["no row of data"]),
        (b"\n \n", ["blank lines"]),
        (b"a,b,c\n1,2,3\n4,5\n6,7,8\n", ["row 3", "2 cells", "3"]),
        (b"a,b,c\n1,2,3\n4,5,6,7\n6,7,8\n", ["row 3", "4 cells", "3"]),
        (b"a,b\n1,\x002", ["NUL"]),
        (b",".join([b"a"] * 10_001) + b"\n", ["10,001 columns"]),
        (b"a" * 1_000_001 + b",b\n1,2\n", ["row 1", "1,000,000 characters"]),
        (b"1,2\n" * 15_000_001, ["cells", "30,000,000"]),
        (b'a,b\n1,"x\n2,y\n', ["row"]),
    ],
)
def test_refusals(data: bytes, words: list[str]) -> None:
    refused("a.csv", data, *words)


FRAME = pd.DataFrame(
    {
        "weight": [1.5, np.nan, -0.5],
        "age": [2, 4, 6],
        "kind": ["oak", "ash", None],
        "odd": [True, False, True],
        "group": pd.Categorical(["x", "y", "x"]),
    }
)


def check_frame(found: dict[str, np.ndarray]) -> None:
    np.testing.assert_array_equal(found["weight"], [1.5, np.nan, -0.5])
    np.testing.assert_array_equal(found["age"], [2, 4, 6])
    np.testing.assert_array_equal(found["odd"], [1, 0, 1])
    assert found["kind"].tolist() == ["oak", "ash", ""]
    assert found["group"].tolist() == ["x", "y", "x"]


def test_parquet() -> None:
    check_frame(opened("a.parquet", FRAME.to_parquet()))
    check_frame(opened("a.parquet", FRAME.to_parquet(compression="gzip")))
    contents = open_file("a.parquet", pd.DataFrame({"x": [[1, 2], [3, 4]], "y": [0, 1]}).to_parquet())
    assert [(i.shape, i.table) for i in contents.items] == [((2, 2), None), ((2,), ())]
    np.testing.assert_array_equal(values(contents)["x"], [[1, 2], [3, 4]])
    contents = open_file("a.parquet", pd.DataFrame({"x": [[1, 2], [3]], "y": [0, 1]}).to_parquet())
    assert ["lists" in i.problem for i in contents.items] == [True, False]
    refused("a.parquet", FRAME.to_parquet()[:-30], "damaged or cut off", "Parquet")


def workbook(**sheets: pd.DataFrame) -> bytes:
    stream = BytesIO()
    with pd.ExcelWriter(stream) as writer:
        for name, frame in sheets.items():
            frame.to_excel(writer, sheet_name=name, index=False)
    return stream.getvalue()


def test_excel() -> None:
    check_frame(opened("a.xlsx", workbook(first=FRAME)))
    contents = open_file("a.xlsx", workbook(first=FRAME, second=FRAME[["age"]], empty=FRAME[[]]))
    assert contents.items[-1].path == ("second", "age")
    assert contents.items[-1].table == ("second",)
    stream = BytesIO()
    pd.DataFrame([[1, "x"], [2, "y"]]).to_excel(stream, index=False, header=False)
    assert list(opened("a.xlsx", stream.getvalue())) == ["1", "2"]
    stream = BytesIO()
    FRAME.to_excel(stream, index=False, startrow=2)
    book = openpyxl.load_workbook(stream)
    book.active["A1"] = "Wood of May"
    book.save(stream)
    check_frame(opened("a.xlsx", stream.getvalue()))
    refused("a.xls", b"\xd0\xcf\x11\xe0" + bytes(600), "old Office document")


def test_arff() -> None:
    text = "% wood\n@RELATION trees\n@attribute 'the weight' real\n@attribute kind {oak, 'red ash'}\n@data\n"
    contents = open_file("a.arff", f"{text}1.5,oak\n% more\n?,'red ash'\n2,?\n".encode())
    found = values(contents)
    np.testing.assert_array_equal(found["the weight"], [1.5, np.nan, 2])
    assert found["kind"].tolist() == ["oak", "red ash", ""]
    assert [i.missing for i in contents.items] == [1, 1]
    refused("a.arff", b"@relation a\n@attribute s real\n@data\n{0 1}\n", "sparse", "CSV")
    refused("a.arff", b"@relation a\n@attribute s real\n1\n", "@data")


def test_svmlight() -> None:
    x, y = np.array([[1, 0, 2.5], [0, 0, -1], [3, 4, 0]]), np.array([1, -1, 1])
    stream = BytesIO()
    dump_svmlight_file(x, y, stream, zero_based=False)
    found = opened("a.txt", stream.getvalue())
    np.testing.assert_array_equal(found["X"], x)
    np.testing.assert_array_equal(found["y"], y)
    contents = open_file("batch.dat", b"1;10.5 1:2 2:3\n6;20 1:4 2:-5\n")
    assert values(contents)["y"].tolist() == [1, 6]
    assert any("semicolon" in note for note in contents.notes)
    refused("a.txt", b"1 1:2 99999999:3\n-1 1:3\n1 2:3\n", "dense", "512 MB")
