"""Kinds of tables and labels that people have: each is read as what it is, asked for, or refused with what to do."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from held_files import arrays, features, recording, rules, table
from held_files import read as read_held
from open_files import opened, refused
from upload_files import picture, pictures, read, zipped

from dann_core.domains.files import (
    Held,
    ReadPair,
    Remembered,
    Unclear,
    UploadError,
    guess,
    open_file,
    read_pair,
)

WORDS = np.array(["ash", "elm", "oak"])

# Tables that hold recordings, times, units


def steps(smooth: bool) -> Held:
    columns = {
        (c,): recording(k, 900) if smooth else np.random.default_rng(k).normal(size=900) for k, c in enumerate("abc")
    }
    return Held("s.csv", columns | {("activity",): np.repeat(["sit", "walk", "run"], 300)}, table=True)


def test_rows_that_look_like_steps_are_said_to() -> None:
    made = read_held(steps(True), steps(True))
    assert made.pair.kind == "vectors"
    assert "cut windows if they are (--window 128)" in made.report.text
    assert "rows are steps" not in rules(read_held(steps(False), steps(False)))
    columns, y = features()
    assert "rows are steps" not in rules(read_held(*[table(f, **columns, gt=y) for f in ("s.csv", "t.csv")]))


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("time (s)", np.cumsum(np.random.default_rng(0).random(60))),
        ("timestamp_ms", np.cumsum(np.random.default_rng(0).integers(1, 9, 60))),
        ("t", np.tile(np.sort(np.random.default_rng(0).random(30)), 2)),
        ("recorded", np.array(["2024-03-01 10:00", "2024-03-02 11:30:15"])[np.arange(60) % 2]),
        ("day", np.array(["01.03.2024", "2.3.2024"])[np.arange(60) % 2]),
    ],
)
def test_times_are_no_features(name: str, cells: np.ndarray) -> None:
    columns, y = features()
    made = read_held(*[table(f, **{name: cells}, **columns, gt=WORDS[y]) for f in ("s.csv", "t.csv")])
    assert made.plan.drop == (name,)
    assert {"times", "identifiers"} & rules(made)


def logged(lines: list[str], header: str = "acc,gyro,state") -> list[str]:
    random = np.random.default_rng(0)
    rows = [f"{random.normal(i % 2):.3f},{random.normal():.3f},{('ok', 'bad')[i % 2]}" for i in range(40)]
    return [header, *lines, *rows]


def of_csv(lines: list[str], **asked: object) -> ReadPair:
    data = "\n".join(lines).encode()
    return read(("s.csv", data), ("t.csv", data), **asked)


def test_a_row_of_units_is_no_sample() -> None:
    made = of_csv(logged(["m/s2,deg/s,"]))
    assert len(made.pair.source_x) == 40
    assert made.plan.fitted.columns == ("acc", "gyro")
    assert "row under the header holds no numbers" in made.report.text
    assert len(of_csv(logged([])).pair.source_x) == 40


def test_wavelengths_are_a_header() -> None:
    random = np.random.default_rng(0)
    header = ",".join(["tree", *(f"{w:.1f}" for w in np.linspace(700, 400, 20))])
    rows = [",".join([WORDS[i % 3], *(f"{v:.3f}" for v in random.random(20) + i % 3)]) for i in range(30)]
    made = of_csv([header, *rows])
    assert made.pair.class_names == ("ash", "elm", "oak")
    assert made.plan.fitted.columns[:2] == ("700.0", "684.2")
    assert len(made.pair.source_x) == 30


def test_what_excel_writes_before_a_table_is_no_row() -> None:
    assert list(opened("a.csv", b"sep=;\na;b\n1;2\n3;4\n")) == ["a", "b"]


def test_lists_of_numbers_in_one_cell_are_an_array_and_a_usage_is_no_label() -> None:
    """As FER-2013: emotion, pixels, Usage; and as embeddings that pandas has saved."""
    random = np.random.default_rng(0)
    lines = ["emotion,pixels,Usage"]
    lines += [
        f"{i % 3},{' '.join(map(str, random.integers(0, 256, 64)))},{('Training', 'Test')[i % 2]}" for i in range(40)
    ]
    with pytest.raises(Unclear, match="'emotion' has 3 values"):
        of_csv(lines)
    made = of_csv(lines, labels="emotion", kind="images")
    assert made.pair.sample_shape == (1, 8, 8)
    frame = pd.DataFrame({"vector": [[0.5, -1.25, i / 8] for i in range(40)], "label": np.arange(40) % 2})
    made = of_csv(frame.to_csv(index=False).splitlines())
    np.testing.assert_array_equal(made.pair.source_x[3], [0.5, -1.25, 0.375])


# Labels


def test_labels_of_rows_are_found_by_what_identifies_them() -> None:
    columns, y = features()
    order = np.random.default_rng(0).permutation(60)
    source, target = table("s.csv", id=1000 + 7 * np.arange(60), **columns), table("t.csv", **columns)
    labels = table("y.csv", id=(1000 + 7 * np.arange(60))[order], tree=WORDS[y][order])
    plan = guess(source, target, source_labels=labels).plan
    made = read_pair(source, target, plan, source_labels=labels)
    np.testing.assert_array_equal(made.pair.source_y, y)
    other = table("y.csv", id=np.arange(60) * 3, tree=WORDS[y])
    with pytest.raises(UploadError, match=r"y\.csv, column 'id': it names other rows than that of 's\.csv'"):
        read_pair(source, target, plan, source_labels=other)


def test_pictures_are_labelled_by_numbers_as_by_names() -> None:
    """As Kaggle's CIFAR-10: 1.png, ..., and a table of id and label in another order."""
    file = zipped({f"{i + 1:04d}.png": picture(x) for i, x in enumerate(pictures(12, 9, 9))})
    order = np.random.default_rng(0).permutation(12)
    labels = open_file("labels.csv", "\n".join(["id,label", *(f"{i + 1},{'ab'[i % 2]}" for i in order)]).encode())
    source = Remembered(open_file("s.zip", file))
    made = read_pair(source, source, guess(source, source, source_labels=labels).plan, source_labels=labels)
    assert made.pair.source_y.tolist() == [0, 1] * 6


def test_labels_that_may_be_none_or_one_are_named() -> None:
    columns, _ = features()
    made = read_held(
        *[table(f, **columns, gt=np.array(["Cat", "cat", "?"])[np.arange(60) % 3]) for f in ("s.csv", "t.csv")]
    )
    assert "'Cat', 'cat' are classes of their own" in made.report.text
    assert "'?' among the labels became a class" in made.report.text


def test_a_property_is_not_plainly_the_label() -> None:
    columns, y = features()
    with pytest.raises(Unclear, match="'survived' has 2 whole numbers"):
        read_held(*[table(f, **columns, survived=y % 2, Sex=np.array(["m", "f"])[y % 2]) for f in ("s.csv", "t.csv")])


@pytest.mark.parametrize(
    ("last", "says"),
    [("Total,3.5,", "'Total'"), ("# end of file", "row 42"), ("mean,,", "'mean'"), ("0.5,0.5,", "label is blank")],
)
def test_a_footer_is_refused_by_its_row(last: str, says: str) -> None:
    with pytest.raises(UploadError, match=says):
        of_csv([*logged([]), last])


@pytest.mark.parametrize(
    "cells", [np.array([True, False]), np.array([0.0, 1.0]), np.array(["False", "True"]), np.array(["0.0", "1.0"])]
)
def test_labels_of_two_kinds_are_two_classes(cells: np.ndarray) -> None:
    columns, y = features()
    made = read_held(*[table(f, **columns, label=cells[y % 2]) for f in ("s.csv", "t.csv")])
    assert len(made.pair.class_names) == 2


def test_labels_that_are_not_a_number_are_refused() -> None:
    y = np.where(np.arange(30) == 4, np.nan, np.arange(30) % 2)
    refused_by = arrays("s.npz", X=np.random.default_rng(0).normal(size=(30, 4)), y=y)
    with pytest.raises(UploadError, match=r"'y': 1 label is missing, the first is number 5"):
        read_held(refused_by, refused_by)
    refused("a.csv", b"", "empty")


def test_a_header_of_two_rows_names_columns_by_both() -> None:
    lines = logged(["x,y,state"], header="acc,acc,")
    assert of_csv(lines).plan.fitted.columns == ("acc x", "acc y")


def test_what_closes_rows_is_no_cell() -> None:
    """As WISDM's raw file: commas between the cells, a semicolon behind each row."""
    found = opened("a.txt", b"33,Jogging,0.5;\n33,Walking,1.5;\n34,Walking,2.5;\n")
    np.testing.assert_array_equal(found["3"], [0.5, 1.5, 2.5])
    assert len(opened("a.csv", b"a,b\n1,2\n3,4\n,\n,\n")["a"]) == 2


def test_numbers_that_differ_in_each_row_are_named() -> None:
    columns, y = features()
    case = 842_302 + 977 * np.random.default_rng(0).permutation(60)
    made = read_held(*[table(f, case=case, price=case % 500, **columns, gt=WORDS[y]) for f in ("s.csv", "t.csv")])
    assert [f.values["name"] for f in made.report.facts if f.rule == "feature differs"] == ["case"]


def test_signs_of_numbers_tell_classes_apart() -> None:
    columns, y = features()
    made = read_held(*[table(f, **columns, label=y - 1) for f in ("s.csv", "t.csv")])
    assert not {"classes alike", "maybe unlabelled"} & rules(made)
    made = read_held(*[table(f, **columns, label=np.arange(60) % 4 - 1) for f in ("s.csv", "t.csv")])
    assert "'-1' among the labels became a class" in made.report.text


def test_parts_of_a_data_set_are_no_classes() -> None:
    random = np.random.default_rng(0)
    both = arrays("s.npz", train=random.normal(size=(64, 8)), test=random.normal(size=(70, 8)))
    with pytest.raises(UploadError):
        read_held(both, both)
