"""Tables as people have them: what is taken for the label, what for features, and that it is said."""

from __future__ import annotations

import numpy as np
import pytest
from held_files import features, read, rules, table

from dann_core.domains.files import Unclear, Unmatched, UploadError

WORDS = np.array(["ash", "elm", "oak"])


def test_the_one_text_column_is_the_label_and_this_is_said() -> None:
    columns, y = features()
    made = read(table("s.csv", tree=WORDS[y], **columns), table("t.csv", tree=WORDS[y], **columns))
    assert (made.plan.source.labels.name, made.plan.target.labels.name) == ("tree", "tree")
    assert made.plan.fitted.columns == ("a", "b", "c")
    assert "the labels are 'tree', the one column of texts" in made.report.text


def test_no_whole_numbers_are_taken_for_a_label_by_their_place() -> None:
    columns, y = features()
    with pytest.raises(Unclear) as question:
        read(table("s.csv", **columns, grade=y, level=y % 2), table("t.csv", **columns))
    known = {c.name: c.possible for c in question.value.candidates}
    assert known == {"a": False, "b": False, "c": False, "grade": True, "level": True}
    assert question.value.role == "source"
    made = read(table("s.csv", **columns, grade=y, level=y % 2), table("t.csv", **columns, level=y % 2), labels="grade")
    assert made.plan.fitted.columns == ("a", "b", "c", "level")
    assert made.pair.target_y is None


@pytest.mark.parametrize("named", [True, False])
def test_a_feature_of_the_source_is_never_the_label_of_the_target(named: bool) -> None:
    columns, y = features()
    gear = {"class" if named else "gear": (y * 5) % 4}
    made = read(table("s.csv", **columns, **gear, state=WORDS[y]), table("t.csv", **columns, **gear), labels="state")
    assert made.pair.target_y is None
    assert "without labels" in made.report.text


def test_an_axis_called_y_is_no_label() -> None:
    columns, y = features()
    axes = dict(zip("xyz", columns.values(), strict=True))
    made = read(table("s.csv", **axes, gt=y), table("t.csv", **axes, gt=y))
    assert made.plan.fitted.columns == ("x", "y", "z")
    turned = {f"acc_{axis}": values for axis, values in axes.items()}
    assert read(table("s.csv", **turned, gt=y), table("t.csv", **turned)).plan.fitted.columns == tuple(turned)


@pytest.mark.parametrize(
    ("name", "values", "rule"),
    [
        ("Unnamed: 0", np.arange(60), "row numbers"),
        ("step", 0.02 * np.arange(60), "row numbers"),
        ("shuffled", np.random.default_rng(0).permutation(60) + 1, "row numbers"),
        ("patient_id", np.arange(60) // 3, "identifiers"),
        ("User", np.array(["x", "y"])[np.arange(60) % 2], "identifiers"),
        ("comment", np.array([f"text {i}" for i in range(60)]), "texts left out"),
        ("empty", np.full(60, np.nan), "blank columns"),
    ],
)
def test_columns_that_are_no_features_are_left_out_and_said(name: str, values: np.ndarray, rule: str) -> None:
    columns, y = features()
    made = read(table("s.csv", **{name: values}, **columns, gt=y), table("t.csv", **{name: values}, **columns, gt=y))
    assert made.plan.fitted.columns == ("a", "b", "c")
    assert made.plan.drop == (name,)
    assert rule in rules(made)
    assert f"'{name}'" in made.report.text


def test_a_column_that_looks_like_none_can_be_kept_and_another_left_out() -> None:
    columns, y = features()
    files = [table(f, step=np.arange(60), **columns, gt=y) for f in ("s.csv", "t.csv")]
    made = read(*files, keep=("step",), drop=("b",))
    assert made.plan.fitted.columns == ("step", "a", "c")
    assert "feature counts" in rules(made)


def test_a_feature_that_says_the_answer_is_named() -> None:
    columns, y = features()
    made = read(*[table(f, **columns, leak=2.0 * y + 1, gt=y) for f in ("s.csv", "t.csv")])
    assert [f.values["name"] for f in made.report.facts if f.rule == "one feature tells"] == ["leak"]
    assert "one feature tells" not in rules(read(*[table(f, **columns, gt=y) for f in ("s.csv", "t.csv")]))


@pytest.mark.parametrize("missing", ["median", "rows"])
def test_missing_cells_are_filled_or_their_rows_left_out(missing: str) -> None:
    columns, y = features()
    gaps = columns["a"].copy()
    gaps[[3, 7]] = np.nan
    source = table("s.csv", **columns, gt=y)
    made = read(source, table("t.csv", **(columns | {"a": gaps}), gt=y), missing=missing)
    if missing == "median":
        assert made.pair.target_x[3, 0] == np.nanmedian(np.concatenate([columns["a"], gaps]))
        assert "2 missing cells filled with the median of both domains: 'a'" in made.report.text
    else:
        assert made.pair.target_rows.tolist() == [i + 1 for i in range(60) if i not in (3, 7)]
        assert "2 rows of 60 left out" in made.report.text


def test_rows_without_a_label_are_refused_or_left_out() -> None:
    columns, y = features()
    words = WORDS[y]
    words[4] = ""
    files = table("s.csv", **columns, gt=words), table("t.csv", **columns)
    with pytest.raises(UploadError, match=r"data row 5, column 'gt': the label is blank \(one of 1\)"):
        read(*files)
    made = read(*files, missing="rows")
    assert len(made.pair.source_x) == 59
    assert "1 row without a label left out" in made.report.text


def test_a_text_among_numbers_is_no_category() -> None:
    columns, y = features()
    cells = columns["a"].round(3).astype(str)
    cells[8] = "1,5"
    with pytest.raises(UploadError, match=r"data row 9, column 'a': '1,5' is not a number \(1 such cell"):
        read(table("s.csv", **(columns | {"a": cells}), gt=y), table("t.csv", **columns))


def test_one_hot_columns_are_labels() -> None:
    columns, y = features()
    hot = {f"label_{word}": (y == k).astype(int) for k, word in enumerate(WORDS)}
    made = read(table("s.csv", **columns, **hot), table("t.csv", **columns, **hot))
    assert made.pair.class_names == ("ash", "elm", "oak")
    np.testing.assert_array_equal(made.pair.source_y, y)
    np.testing.assert_array_equal(made.pair.target_y, y)
    assert made.plan.fitted.columns == ("a", "b", "c")


@pytest.mark.parametrize("split_by", ["rig", "rig=1:0"])
def test_one_table_holds_both_domains(split_by: str) -> None:
    columns, y = features()
    both = table("both.csv", **columns, rig=np.arange(60) % 2, tree=WORDS[y])
    made = read(both, both, split_by=split_by)
    first = int(split_by.endswith("1:0"))
    np.testing.assert_array_equal(made.pair.source_rows, 1 + np.arange(first, 60, 2))
    assert len(made.pair.target_x) == 30
    assert made.plan.fitted.columns == ("a", "b", "c")


def test_more_than_two_parts_are_asked_for() -> None:
    columns, y = features()
    both = table("both.csv", **columns, rig=np.arange(60) % 3, tree=WORDS[y])
    with pytest.raises(Unclear, match="of its 3 values") as question:
        read(both, both, split_by="rig")
    assert (question.value.part, question.value.about) == ("domains", "rig")
    assert [c.name for c in question.value.candidates] == ["0", "1", "2"]


def test_labels_stand_in_a_second_file() -> None:
    from dann_core.domains.files import Asked, guess, read_pair

    columns, y = features()
    source, target, labels = table("s.csv", **columns), table("t.csv", **columns), table("y.csv", **{"1": y + 1})
    guessed = guess(source, target, Asked(), source_labels=labels)
    made = read_pair(source, target, guessed.plan, source_labels=labels)
    np.testing.assert_array_equal(made.pair.source_y, y)
    assert made.plan.source.labels.file == "y.csv"
    with pytest.raises(UploadError, match=r"second file, 'y\.csv'; give that too"):
        read_pair(source, target, guessed.plan)


# Labels of the target that are written differently


def spelled(target: object) -> tuple[object, object]:
    columns, y = features()
    return table("s.csv", **columns, gt=WORDS[y]), table("t.csv", **columns, gt=np.array(target)[y])


def test_spellings_are_matched_and_said() -> None:
    made = read(*spelled(["Ash", "ELM", "o_ak"]))
    assert made.plan.match == {"Ash": "ash", "ELM": "elm", "o_ak": "oak"}
    np.testing.assert_array_equal(made.pair.target_y, made.pair.source_y)
    assert "labels were matched: 'Ash' is 'ash'" in made.report.text


def test_other_names_are_asked_for_and_matched_by_a_table() -> None:
    with pytest.raises(Unmatched) as question:
        read(*spelled(["esche", "ulme", "eiche"]))
    assert question.value.found == ("eiche", "esche", "ulme")
    assert question.value.classes == ("ash", "elm", "oak")
    made = read(*spelled(["esche", "ulme", "eiche"]), match=("esche=ash", "ulme=elm", "eiche=oak"))
    np.testing.assert_array_equal(made.pair.target_y, made.pair.source_y)
    with pytest.raises(UploadError, match="--match takes LABEL=CLASS"):
        read(*spelled(["esche", "ulme", "eiche"]), match=("esche",))


def test_classes_that_one_side_has_are_said_with_what_happens() -> None:
    made = read(*spelled(["ash", "elm", "fir"]))
    assert len(made.pair.target_x) == 40
    assert "the source lacks 'fir': 20 samples left out" in made.report.text
    assert "no sample of 'oak'" in made.report.text


def numbered(k: int, first: tuple[int, int], **asked: object) -> object:
    columns, _ = features(10 * k)
    y = np.arange(10 * k) % k
    files = [table(f, **columns, gt=y + start) for f, start in zip(("s.csv", "t.csv"), first, strict=True)]
    return read(*files, **asked).pair


@pytest.mark.parametrize("first", [(0, 1), (1, 0)])
def test_one_to_k_is_zero_to_k_less_one(first: tuple[int, int]) -> None:
    pair = numbered(4, first)
    np.testing.assert_array_equal(pair.source_y, pair.target_y)


def test_of_ten_digits_ten_may_be_zero() -> None:
    with pytest.raises(Unmatched, match=r"10 is the digit 0 \(--match 10=0\) or all are one too many"):
        numbered(10, (0, 1))
    np.testing.assert_array_equal(numbered(10, (0, 1), match=("minus 1",)).target_y, np.arange(100) % 10)
    np.testing.assert_array_equal(numbered(10, (0, 1), match=("10=0",)).target_y, (np.arange(100) + 1) % 10)
    np.testing.assert_array_equal(numbered(10, (1, 0), match=("0=10",)).target_y, (np.arange(100) - 1) % 10)


def test_a_text_column_of_the_target_that_shares_no_class_is_no_label() -> None:
    columns, y = features()
    made = read(table("s.csv", **columns, tree=WORDS[y]), table("t.csv", **columns, note=np.array(["x", "y", "z"])[y]))
    assert made.pair.target_y is None
    assert (
        read(table("s.csv", **columns, tree=WORDS[y]), table("t.csv", **columns, kind=WORDS[y])).pair.target_y
        is not None
    )
