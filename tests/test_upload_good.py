"""Tables, previews, pairs of files and the samples that the page offers."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from upload_files import csv, mat5, npz, opened, read, samples, vectors

from dann_core.domains.files import Asked, Unclear, UploadError, guess, load_files

ROOT = Path(__file__).parents[1]


SAMPLES = ROOT / "assets" / "samples"


ROWS = ["1,2.5,cat", "3,4,dog", "5,-6e-1,cat"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_in_every_dialect(encoding: str, separator: str) -> None:
    text = csv(ROWS, "größe,b,label").decode().replace(",", separator) + "\n"
    table = samples("a.csv", text.encode(encoding))
    assert table.columns == ("größe", "b")
    np.testing.assert_array_equal(table.x, [[1, 2.5], [3, 4], [5, -0.6]])
    assert table.y.tolist() == ["cat", "dog", "cat"]


def test_csv_quotes_blank_lines_and_row_numbers_column() -> None:
    pair = read(*[("a.csv", csv(['0,"1",2,"a, ""b"""', "", "1,3,4, c ", ""], ',"x, y",z,class'))] * 2)
    assert pair.plan.fitted.columns == ("x, y", "z")
    assert pair.pair.class_names == ('a, "b"', "c")
    assert "number the rows: 'Unnamed: 0'" in pair.report.text


@pytest.mark.parametrize(
    ("header", "rows", "label"),
    [
        ("Class,a,b", ["0,1.5,2", "1,2.5,3"], "Class"),
        ("a,kind,b", ["1.5,x,2", "2.5,y,3"], "kind"),
        ("a,b,c", ["1.5,2.5,0", "2.5,3.5,1", "1,2,0", "1,2,1"], None),
        ("a,b,c", ["1.5,2.5,0.25", "2.5,3.5,0.5"], None),
        ("x,y,z", ["1.5,0,0.25", "2.5,1,0.5", "1.5,1,3"], None),
    ],
)
def test_csv_label_guess(header: str, rows: list[str], label: str | None) -> None:
    contents = opened("a.csv", csv(rows, header))
    if label is None:
        with pytest.raises(Unclear) as question:
            guess(contents, contents)
        assert [c.name for c in question.value.candidates if c.possible] == [
            name
            for name in header.split(",")
            if all(row.split(",")[header.split(",").index(name)] in "01" for row in rows)
        ]
    else:
        assert guess(contents, contents).plan.source.labels.name == label


def test_csv_columns_are_matched_by_name() -> None:
    made = read(("s.csv", csv(ROWS)), ("t.csv", csv(["9,cat,7,1", "8,cat,6,2"], "b,label,extra,a")))
    np.testing.assert_array_equal(made.pair.target_x, [[1, 9], [2, 8]])
    notes = " | ".join(made.report.notes)
    assert "another order" in notes
    assert "'extra'" in notes
    assert "no sample of 'dog'" in notes


def test_csv_without_labels_leaves_the_label_column_out() -> None:
    made = read(("s.csv", csv(ROWS)), ("t.csv", csv(ROWS)), target_labels="none")
    assert made.pair.target_y is None
    assert made.plan.fitted.columns == ("a", "b")


def test_numeric_labels_as_text_and_numbers_are_one() -> None:
    x, _ = vectors(12)
    source = ("s.npz", npz(x=x, y=np.array(["10", "9", "2"] * 4)))
    pair = read(source, ("t.npz", npz(x=x, y=np.array([2.0, 9.0, 10.0] * 4)))).pair
    assert pair.class_names == ("2", "9", "10")
    assert pair.source_y[:3].tolist() == [2, 1, 0]
    assert pair.target_y[:3].tolist() == [0, 1, 2]


def test_the_report() -> None:
    x, y = vectors()
    facts = read(("s.npz", npz(x=x, y=y)), ("t.npz", npz(x=100 * x[:9], y=y[:9] * 0))).report
    assert (facts.kind, facts.sample_shape, facts.class_names) == ("vectors", (4,), ("0", "1", "2"))
    assert (facts.source.samples, facts.target.samples) == (30, 9)
    assert facts.source.balance == {"0": 10, "1": 10, "2": 10}
    assert facts.target.balance == {"0": 9, "1": 0, "2": 0}
    assert (facts.source.low, facts.source.high) == (x.min(), x.max())
    assert len(set(facts.source.examples)) == 8
    assert set(y[list(facts.source.examples)]) == {0, 1, 2}
    assert any("no sample of '1', '2'" in note for note in facts.notes)
    assert any("same unit" in note for note in facts.notes)
    assert facts.text.startswith(
        "What was read. Source s.npz: 30 vectors of 4; 3 classes: 0 10, 1 10, 2 10. Target t.npz"
    )


def test_long_and_odd_class_names_stay_apart() -> None:
    x, _ = vectors(6)
    long = ["a" * 50 + str(i) + "b" * 50 for i in range(2)]
    names = read(*[("s.npz", npz(x=x, y=np.array(long * 3)))] * 2).pair.class_names
    assert len(set(names)) == 2
    assert max(map(len, names)) <= 60
    odd = ("s.npz", npz(x=x, y=np.array(["a\x07\u202eb", "c"] * 3)))
    assert read(odd, odd).pair.class_names[0] == "a\ufffd\ufffdb"


def test_load_files(tmp_path: Path) -> None:
    x, y = vectors()
    (tmp_path / "s.mat").write_bytes(mat5(feats=x, gt=y, x=np.ones((3, 3))))
    (tmp_path / "t.npz").write_bytes(npz(feats=x + 1, y=y))
    pair = load_files(tmp_path / "s.mat", str(tmp_path / "t.npz"), Asked(samples="feats", labels="gt")).pair
    np.testing.assert_array_equal(pair.source_x, x)
    np.testing.assert_array_equal(pair.target_x, x + 1)
    np.testing.assert_array_equal(pair.target_y, y)
    assert pair.name == "s.mat and t.npz"
    bare = load_files(tmp_path / "t.npz", tmp_path / "t.npz", Asked(target_labels="none"), name="mine").pair
    assert bare.target_y is None
    assert bare.name == "mine"
    with pytest.raises(UploadError, match=r"nothing\.csv: the file cannot be opened"):
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
    pair = load_files(*files).pair
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
