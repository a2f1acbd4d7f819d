"""A reading plan is a value: saved, refused when it is none, and carried out again on new files."""

from __future__ import annotations

import json

import numpy as np
import pytest
from held_files import arrays, features, read, recording, table
from upload_refusals import check

from dann_core.domains.files import Held, ReadingPlan, UploadError, read_one


def a_plan() -> dict[str, object]:
    columns, y = features()
    return json.loads(read(table("s.csv", **columns, label=y), table("t.csv", **columns)).plan.to_json())


def test_a_plan_comes_back_from_its_text() -> None:
    columns, y = features()
    made = read(
        table("s.csv", **columns, site=np.array(["n", "s"])[y % 2], label=y), table("t.csv", **columns, site=["n"] * 60)
    )
    text = made.plan.to_json()
    assert ReadingPlan.from_json(text) == made.plan
    assert made.plan.fitted.columns == ("a", "b", "c", "site=n", "site=s")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"version": 2}, ["'version'"]),
        ({"kind": "sounds"}, ["'kind'"]),
        ({"more": 1}, ["'more'"]),
        ({"windows": {"length": 0, "step": 1}}, ["'windows/length'"]),
        ({"windows": {"length": 10**12, "step": 1}}, ["'windows/length'"]),
        ({"missing": "zero"}, ["'missing'"]),
        ({"kind": "images"}, ["samples of 1 sides are no images"]),
        ({"source": {"form": "pickle"}}, ["'source/form'"]),
        ({"source": {"form": "array", "name": "x" * 5_000}}, ["'source/name'"]),
        ({"match": {str(i): "0" for i in range(1_000)}}, ["'match'"]),
        ({"drop": ["x"] * 20_000}, ["'drop'"]),
    ],
)
def test_a_plan_that_is_none_is_refused_in_one_sentence(change: dict[str, object], words: list[str]) -> None:
    with pytest.raises(UploadError) as error:
        ReadingPlan.from_json(json.dumps(a_plan() | change))
    check(error, "plan.json", "plan.json of a run", *words)


@pytest.mark.parametrize("text", ["", "[]", "{", "null", "[" * 100_000, '{"version": 1e999}', b"\xff\xfe"])
def test_text_that_holds_no_plan_is_refused(text: str | bytes) -> None:
    with pytest.raises(UploadError) as error:
        ReadingPlan.from_json(text)
    check(error, "plan.json", "this is no reading plan")


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_plan_holds_finite_numbers_only(value: float) -> None:
    plan = a_plan()
    plan["fitted"]["medians"][0] = value
    with pytest.raises(UploadError):
        ReadingPlan.from_json(json.dumps(plan))


def test_new_files_are_read_as_the_training_was() -> None:
    columns, y = features()
    gaps = columns["b"].copy()
    gaps[:5] = np.nan
    names = np.array(["ash", "elm", "oak"])[y]
    source = table("s.csv", row=np.arange(60), **columns, site=np.array(["n", "s"])[y % 2], tree=names, gt=names)
    made = read(source, table("t.csv", site=["n"] * 60, b=gaps, c=columns["c"], a=columns["a"]), drop=("tree",))
    fitted = made.plan.fitted
    assert fitted.columns == ("a", "b", "c", "site=n", "site=s")
    new = table("new.csv", c=[1.0, 2.0], site=["s", "n"], a=[3.0, 4.0], b=[np.nan, 5.0], extra=[0, 0])
    found = read_one(new, made.plan)
    np.testing.assert_array_equal(found.x, [[3, fitted.medians[1], 1, 0, 1], [4, 5, 2, 1, 0]])
    assert fitted.medians[1] == np.nanmedian(np.concatenate([columns["b"], gaps]))
    assert (found.y, found.rows.tolist()) == (None, [1, 2])


def test_new_files_that_do_not_fit_are_refused() -> None:
    columns, y = features()
    site = np.array(["n", "s"])[y % 2]
    plan = read(table("s.csv", **columns, site=site, gt=y), table("t.csv", **columns, site=site)).plan
    short = {name: values[:3] for name, values in columns.items()}
    for new, words in (
        (table("n.csv", **{k: short[k] for k in "ab"}, site=["n"] * 3), ["lacks the column 'c'"]),
        (table("n.csv", **short, site=["n", "s", "west"]), ["column 'site'", "'west'"]),
        (table("n.csv", **(short | {"b": ["1", "2", "x"]}), site=["n"] * 3), ["column 'b'", "texts here"]),
        (arrays("n.npz", x=np.ones((3, 3))), ["no table"]),
    ):
        with pytest.raises(UploadError) as error:
            read_one(new, plan)
        check(error, new.file, *words)
    never = plan.model_copy(update={"fitted": None})
    with pytest.raises(UploadError, match="never carried out"):
        read_one(table("n.csv", **short, site=["n"] * 3), never)


def test_new_labels_are_indices_of_the_classes_of_the_training() -> None:
    columns, y = features()
    source = table("s.csv", **columns, gt=np.array(["ash", "elm", "oak"])[y])
    plan = read(source, table("t.csv", **columns, gt=np.array(["Ash", "Elm", "Oak"])[y])).plan
    new = table("n.csv", **{name: values[:4] for name, values in columns.items()}, gt=["Oak", "ash", "fir", "Elm"])
    assert read_one(new, plan).y.tolist() == [2, 0, -1, 1]


def test_a_new_recording_is_cut_as_those_of_the_training() -> None:
    def zipped(file: str, seed: int) -> Held:
        named = {
            (c, f"{k}.mat", f"X{k}_DE_time"): recording(k, seed=seed)[:, None] for k, c in enumerate(("ok", "bad"))
        }
        return Held(file, named)

    made = read(zipped("s.zip", 0), zipped("t.zip", 1))
    length = made.plan.windows.length
    one = Held("new.mat", {"X9_DE_time": recording(1)[:, None], "X9_FE_time": recording(0)[:, None]})
    plan = made.plan.model_copy(update={"channel": "DE_time"})
    found = read_one(one, plan)
    assert found.x.shape == (6_000 // length, 1, length)
    np.testing.assert_array_equal(found.x[1, 0], recording(1)[length : 2 * length])
    assert found.y is None
    with pytest.raises(UploadError, match="fewer than a window"):
        read_one(Held("short.mat", {"X9_DE_time": recording(1, 100)[:, None]}), plan)


def test_new_pictures_get_the_size_and_unit_of_the_training() -> None:
    random = np.random.default_rng(0)
    source = arrays("s.npz", X=random.integers(0, 256, (20, 12, 12, 3), np.uint8), y=np.arange(20) % 2)
    plan = read(source, arrays("t.npz", X=random.integers(0, 256, (20, 10, 10), np.uint8))).plan
    assert (plan.fitted.shape, plan.fitted.pixels) == ((3, 10, 10), "bytes")
    found = read_one(arrays("n.npz", X=random.random((4, 30, 30))), plan)
    assert (found.x.shape, found.x.dtype) == ((4, 3, 10, 10), np.uint8)
    assert found.x.max() > 100
