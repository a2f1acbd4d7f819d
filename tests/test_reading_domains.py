"""Two domains in one file beside each other, and two files whose features or arrays are not alike."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from held_files import arrays, read, recording, rules
from sklearn.datasets import dump_svmlight_file
from upload_files import mat5, opened, zipped

from dann_core.domains.files import Asked, Held, Unclear, UploadError, guess, read_one, read_pair
from dann_core.domains.files.contents import Contents

Y = np.arange(60) % 3
X = np.random.default_rng(0).normal(size=(60, 6)) + 2 * Y[:, None]
TECH = np.repeat(["old", "new", "newest"], 20)


def both(file: str = "both.npz", **more: np.ndarray) -> Held:
    return arrays(file, X=X, y=Y, **more)


# One array of samples, split by what stands beside it


@pytest.mark.parametrize("beside", [TECH, TECH[:, None], np.repeat([0, 1, 2], 20)])
def test_an_array_beside_the_samples_tells_the_domains_apart(beside: np.ndarray) -> None:
    source, target = ("0", "2") if beside.dtype.kind == "i" else ("old", "newest")
    file = both(tech=beside)
    made = read(file, file, split_by=f"tech={source}:{target}")
    np.testing.assert_array_equal(made.pair.source_x, X[:20])
    np.testing.assert_array_equal(made.pair.target_x, X[40:])
    np.testing.assert_array_equal(made.pair.target_y, Y[40:])
    np.testing.assert_array_equal(made.pair.target_rows, np.arange(41, 61))
    assert f"this one is the rows with '{target}' in 'tech'" in made.report.text
    with pytest.raises(Unclear, match=r"of its 3 values .* one must be named as the source"):
        read(file, file, split_by="tech")


def test_what_tells_the_domains_apart_is_no_label() -> None:
    file = arrays("both.npz", X=X, tech=TECH)
    with pytest.raises(Unclear, match="nothing in it is plainly the source's label") as unclear:
        read(file, file, split_by="tech=old:new")
    assert "tech" not in {c.name for c in unclear.value.candidates}


def test_skadas_domains_are_positive_for_the_source() -> None:
    file = both(sample_domain=np.where(np.arange(60) < 20, -2, 1))
    file.sha256 = "0" * 64
    made = read(file, file)
    np.testing.assert_array_equal(made.pair.source_x, X[20:])
    np.testing.assert_array_equal(made.pair.target_x, X[:20])


def test_a_split_that_cannot_be_made_is_refused() -> None:
    file = both(tech=TECH)
    plan = guess(file, file, Asked(split_by="tech=old:new")).plan
    plan = plan.model_copy(update={"source": plan.source.model_copy(update={"rows": ("tech", "older")})})
    with pytest.raises(UploadError, match="no row has 'older' in it"):
        read_pair(file, file, plan)
    short = both(tech=TECH[10:30])
    with pytest.raises(UploadError, match="'tech': it has 20 values for 60 samples"):
        read(short, short, split_by="tech=old:new")
    files = {f"{k}/{i}.mat": mat5(x=recording(i)) for i, k in enumerate("abab")} | {
        "about.csv": b"file,rig\n0,x\n1,y\n"
    }
    rigs = opened("rigs.zip", zipped(files))
    with pytest.raises(UploadError, match="its recordings have no rows to tell domains by; split by folders"):
        read(rigs, rigs, split_by="rig=x:y")


def test_new_files_need_not_say_which_domain_they_are() -> None:
    file = both(tech=TECH)
    plan = read(file, file, split_by="tech=old:new").plan
    np.testing.assert_array_equal(read_one(arrays("new.npz", X=X), plan).x, X)
    np.testing.assert_array_equal(read_one(file, plan).x, X[20:40])


def test_folders_with_files_are_domains_where_somebody_says_so() -> None:
    files = {
        f"{d}/{c}_{i}.mat": mat5(x=recording(k, seed=10 * int(i)))
        for k, c in enumerate("ab")
        for d in "st"
        for i in "12"
    }
    rigs = opened("rigs.zip", zipped(files))
    made = read(rigs, rigs, split_by="folder=t:s")
    assert (made.plan.source.folder, made.plan.source.labels.by) == ("t", "file name")
    assert made.pair.class_names == ("a", "b")
    with pytest.raises(Unclear, match=r"of its 2 folders \('s', 't'\) one must be named"):
        read(rigs, rigs, split_by="folder=s:u")


# Files that are not alike


def svmlight(file: str, x: np.ndarray, y: np.ndarray) -> Contents:
    stream = BytesIO()
    dump_svmlight_file(x, y, stream, zero_based=False)
    return opened(file, stream.getvalue())


def test_features_after_the_last_of_an_svmlight_file_are_0() -> None:
    wide, narrow = svmlight("wide.svm", X, Y), svmlight("narrow.svm", X[:, :4], Y)
    padded = np.pad(X[:, :4], ((0, 0), (0, 2)))
    for ours, theirs, a, b in ((wide, narrow, X, padded), (narrow, wide, padded, X)):
        made = read(ours, theirs)
        np.testing.assert_allclose(made.pair.source_x, a)
        np.testing.assert_allclose(made.pair.target_x, b)
        assert "narrow.svm: 0 stands for 2 features of the other file that it never names" in made.report.text
        np.testing.assert_allclose(read_one(narrow, made.plan).x, padded)
    # A matrix says how many features it has.
    with pytest.raises(UploadError, match="its samples have 4 features"):
        read(wide, arrays("narrow.npz", X=X[:, :4], y=Y))
    assert read(narrow, arrays("wide.npz", X=X, y=Y)).pair.sample_shape == (6,)
    made = read(wide, narrow, drop=("column 2",))
    np.testing.assert_allclose(made.pair.target_x, padded[:, [0, 2, 3, 4, 5]])


def test_names_of_features_bring_arrays_into_one_order() -> None:
    names = np.array(list("abcdef"))
    ours = arrays("s.npz", X=X, y=Y, feature_names=names)
    made = read(ours, arrays("t.npz", X=X[:, ::-1], y=Y, feature_names=names[::-1]))
    np.testing.assert_array_equal(made.pair.target_x, X)
    assert "other order" in rules(made)
    assert made.plan.fitted.columns == tuple("abcdef")
    assert read(ours, arrays("t.npz", X=X, y=Y)).plan.fitted.columns == tuple("abcdef")
    with pytest.raises(UploadError, match="lacks the column 'f' of s"):
        read(ours, arrays("t.npz", X=X, y=Y, feature_names=np.array(list("abcdeg"))))
    # Names of classes are as many here, and no names of features; so are names that come twice.
    for other in ({"class_names": names}, {"feature_names": np.array(list("abcdee"))}):
        assert read(*[arrays(f, X=X, y=Y, **other) for f in ("s.npz", "t.npz")]).plan.fitted.columns[0] == "column 1"


def test_names_of_samples_are_no_labels() -> None:
    names = np.array([f"cell{i}" for i in range(60)])
    made = read(*[arrays(f, X=X, cell=names, state=np.array(list("xyz"))[Y]) for f in ("s.npz", "t.npz")])
    assert made.plan.source.labels.name == "state"


def test_of_a_file_that_also_holds_anothers_recording_its_own_is_read() -> None:
    numbers = {"a": (97, 105), "b": (99, 118)}
    held = {f"{k}/{n}.mat": (n,) for k, of in numbers.items() for n in of} | {"b/99.mat": (98, 99)}
    files = {
        path: mat5(**{f"X{n:03d}_{c}_time": recording(1, seed=n)[:, None] for n in of for c in ("DE", "FE")})
        for path, of in held.items()
    }
    rigs = opened("rigs.zip", zipped(files))
    made = read(rigs, rigs)
    assert len(np.unique(made.pair.source_groups)) == 4
    assert "bear the numbers of other files: 'b/99.mat/X098_DE_time', 'b/99.mat/X098_FE_time'" in made.report.text
    # Trials of files with numbers are what they seem to be.
    files = {
        f"{k}/{n}.mat": mat5(**{f"eeg{i}_raw": recording(1, seed=i)[:, None] for i in (1, 2, 3)})
        for k, of in (("a", (1, 2)), ("b", (3, 4)))
        for n in of
    }
    trials = opened("trials.zip", zipped(files))
    assert len(np.unique(read(trials, trials, channel="raw").pair.source_groups)) == 12


def test_svmlight_features_keep_their_numbers_whichever_is_the_first() -> None:
    from_0, from_1 = (opened(f, svm_text(first).encode()) for f, first in (("s.svm", 0), ("t.svm", 1)))
    made = read(from_0, from_1)
    np.testing.assert_array_equal(made.pair.source_x[:, 1:], made.pair.target_x[:, 1:])
    assert not made.pair.target_x[:, 0].any()
    assert read(from_1, from_0).pair.source_x.shape == (60, 6)


def svm_text(first: int) -> str:
    rows = (" ".join(f"{i}:{v:.2f}" for i, v in enumerate(row) if i >= first) for row in X)
    return "".join(f"{k} {row}\n" for k, row in zip(Y, rows, strict=True))
