"""Shapes that people have and that were once read as something else, or refused without help."""

from __future__ import annotations

import numpy as np
import pytest
from held_files import arrays, features, read, recording, rules, table

from dann_core.domains.files import Held, Unclear, UploadError
from dann_core.domains.files.names import is_label_name


def pictures(file: str, *folders: str) -> Held:
    random = np.random.default_rng(0)
    paths = [f"{folder}/{i}.png" for folder in folders for i in range(6)]
    held = Held(file, {path: random.integers(0, 256, (9, 9, 1), np.uint8) for path in paths})
    held.sha256 = "0" * 64
    return held


@pytest.mark.parametrize("split_by", [None, "folder=real:sketch"])
def test_domains_below_train_and_val_are_found(split_by: str | None) -> None:
    ways = [f"{split}/{domain}/{c}" for split in ("train", "val") for domain in ("real", "sketch") for c in "ab"]
    both = pictures("both.zip", *ways)
    made = read(both, both, split_by=split_by)
    assert (made.plan.source.folder, made.plan.target.folder) == ("real", "sketch")
    assert made.pair.class_names == ("a", "b")
    assert (len(made.pair.source_x), len(made.pair.target_x)) == (24, 24)
    assert {row.split("/")[1] for row in made.pair.target_rows} == {"sketch"}
    told = read(both, both, split_by="folder=val:train")
    assert (told.plan.source.folder, len(told.pair.source_x)) == ("val", 24)


def test_a_folder_called_target_is_the_target_even_without_classes() -> None:
    both = pictures("both.zip", "set/source/a", "set/source/b", "set/target")
    made = read(both, both)
    assert made.pair.class_names == ("a", "b")
    assert made.pair.target_y is None
    assert "same file" not in rules(made)


def channels(file: str) -> Held:
    names = [(k, channel) for k in (97, 98, 99) for channel in ("DE", "FE")]
    return arrays(
        file, **{f"X{k}_{channel}_time": recording(k - 97, seed=len(channel))[:, None] for k, channel in names}
    )


def test_channels_of_several_recordings_in_one_file_are_no_classes() -> None:
    made = read(channels("s.mat"), channels("t.mat"))
    assert made.plan.channel == "DE_time"
    assert len(made.pair.class_names) == len(set(made.pair.source_groups)) == 3
    counted = {f"{name}_{i}": recording(k, seed=i) for k, name in enumerate(("walk", "run")) for i in (1, 2)}
    made = read(arrays("s.mat", **counted), arrays("t.mat", **counted))
    assert made.pair.class_names == ("run", "walk")
    assert len(set(made.pair.source_groups)) == 4


def test_one_value_a_row_beside_an_array_is_asked_for_as_its_label() -> None:
    _, y = features(200)
    x = np.random.default_rng(0).normal(size=(200, 6))
    with pytest.raises(Unclear) as question:
        read(arrays("s.npz", arr_0=x, arr_1=y), arrays("t.npz", arr_0=x))
    assert [c.name for c in question.value.candidates] == ["arr_1"]


def test_signals_of_two_channels_in_class_folders_are_recordings() -> None:
    files = {
        f"{name}/{i}.wav/signal": np.stack([recording(k), recording(k)], 1) for k, name in enumerate("ab") for i in "01"
    }
    made = read(arrays("s.zip", **files), arrays("t.zip", **files))
    assert made.pair.class_names == ("a", "b")
    assert made.pair.sample_shape[0] == 2
    assert "taken for recordings of 2 channels x 6,000 steps" in made.report.text


def test_a_list_of_texts_labels_recordings() -> None:
    signals = {f"signals/{k + 1}": recording(k) for k in range(3)}
    files = [arrays(f, **signals, names=np.array(["ok", "inner", "outer"])) for f in ("s.mat", "t.mat")]
    made = read(*files)
    assert made.plan.source.labels.name == "names"
    assert made.pair.class_names == ("inner", "ok", "outer")


def test_a_sheet_of_remarks_is_no_table_of_samples() -> None:
    columns, y = features()
    data = {("Data", name): values for name, values in {**columns, "kind": np.array(["u", "v", "w"])[y]}.items()}
    books = [Held(f, {**data, ("Info", "made by"): np.array(["somebody"])}, table=True) for f in ("s.xlsx", "t.xlsx")]
    made = read(*books)
    assert made.plan.source.name == "Data"
    assert "also in the file: 'Info'" in made.report.text
    twice = Held("s.xlsx", {**data, **{("More", name): v for (_, name), v in data.items()}}, table=True)
    with pytest.raises(UploadError, match=r"holds 2 tables.*join them in one"):
        read(twice, twice)


@pytest.mark.parametrize("beside", [False, True])
def test_one_hot_columns_are_labels_under_any_name(beside: bool) -> None:
    columns, y = features()
    hot = {name: (y == k).astype(int) for k, name in enumerate(("ash", "elm", "oak"))}
    more = {"gear": (np.arange(60) * 7 % 5)} if beside else {}
    source, target = table("s.csv", **columns, **more, **hot), table("t.csv", **columns, **more, **hot)
    if beside:
        with pytest.raises(Unclear, match="'ash,elm,oak' are one-hot together"):
            read(source, target)
    made = read(source, target, **({"labels": "ash,elm,oak"} if beside else {}))
    assert made.pair.class_names == ("ash", "elm", "oak")
    np.testing.assert_array_equal(made.pair.source_y, y)
    assert made.plan.fitted.columns == (*columns, *more)


def test_of_yes_and_no_beside_true_and_false_none_is_plainly_the_label() -> None:
    columns, y = features()
    table_ = table("s.csv", **columns, faulty=y == 1, married=np.array(["yes", "no"])[y % 2])
    with pytest.raises(Unclear, match=r"'faulty' has 2 .*'married' has 2 texts"):
        read(table_, table_)


@pytest.mark.parametrize(
    ("name", "is_label"), [("Activity", True), ("类别", True), ("fault_type", True), ("fault_age", False)]
)
def test_names_of_labels(name: str, is_label: bool) -> None:
    assert is_label_name(name) is is_label


def test_a_column_that_says_train_or_test_is_no_feature() -> None:
    columns, y = features()
    named = table("s.csv", **columns, split=np.array(["train", "test"])[y % 2], label=y)
    assert read(named, named).plan.drop == ("split",)


def test_a_value_that_stands_for_a_missing_cell_is_named() -> None:
    columns, y = features()
    columns["a"][[3, 8]] = -999
    text = read(table("s.csv", **columns, label=y), table("t.csv", **features()[0], label=y)).report.text
    assert "s.csv: 2 cells hold -999, far from all others" in text
    columns["a"] = 20.0 * np.arange(60)
    columns["a"][5:8] = 999
    assert "hold 999" not in read(*[table(f, **columns, label=y) for f in ("s.csv", "t.csv")]).report.text


def test_columns_that_differ_in_case_and_blanks_are_matched() -> None:
    columns, y = features()
    ours = table("s.csv", **columns, **{"room size": np.array(["big", "small"])[y % 2]}, Label=y)
    spelled = {"C": columns["c"], "A ": columns["a"], "b": columns["b"], "Room_Size": np.array(["big", "small"])[y % 2]}
    made = read(ours, table("t.csv", **spelled, label=y))
    np.testing.assert_array_equal(made.pair.target_x, made.pair.source_x)
    np.testing.assert_array_equal(made.pair.target_y, y)
    assert "columns were matched: 'C' is 'c', 'A ' is 'a', 'Room_Size' is 'room size'" in made.report.text
    with pytest.raises(UploadError, match="lacks the columns 'a', 'c', 'room size'"):
        read(ours, table("t.csv", **{**spelled, "a_": columns["a"]}, label=y))


def test_an_array_for_each_class_that_may_be_views_of_the_same_samples_is_asked_for() -> None:
    named = {name: np.random.default_rng(k).normal(size=(40, 6)) for k, name in enumerate(("ok", "inner", "outer"))}
    with pytest.raises(
        Unclear, match=r"3 arrays \('inner', 'ok', 'outer'\) may hold samples of one class each.*join them in"
    ):
        read(arrays("s.npz", **named), arrays("t.npz", **named))
    made = read(arrays("s.npz", **named), arrays("t.npz", **named), labels="array names", target_labels="array names")
    assert np.bincount(made.pair.source_y).tolist() == [40, 40, 40]
