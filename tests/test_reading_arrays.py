"""Arrays, pictures and recordings as people have them: samples, labels, kinds and windows."""

from __future__ import annotations

import numpy as np
import pytest
from held_files import arrays, read, recording, rules

from dann_core.domains.files import Asked, Held, Unclear, UploadError, guess, read_pair

Y = np.arange(60) % 3
X = np.random.default_rng(0).normal(size=(60, 6)) + 2 * Y[:, None]


def test_one_hot_rows_are_labels_under_any_name() -> None:
    made = read(*[arrays(f, pixels=X, code=np.eye(3)[Y]) for f in ("s.mat", "t.mat")])
    assert made.plan.source.labels.name == "code"
    np.testing.assert_array_equal(made.pair.source_y, Y)
    assert "one-hot rows, as many as the samples" in made.report.text
    # Not every row has a class here.
    blank = np.eye(3)[Y] * (np.arange(60) > 2)[:, None]
    with pytest.raises(Unclear, match="neither one label per sample nor one-hot rows"):
        read(*[arrays(f, pixels=X, code=blank) for f in ("s.mat", "t.mat")])


def test_groups_and_parts_of_a_data_set_keep_together() -> None:
    both = arrays("usps.h5", **{"test/data": X[:9], "test/target": Y[:9], "train/data": X, "train/target": Y})
    plan = read(both, both).plan
    assert (plan.source.name, plan.source.labels.name) == ("train/data", "train/target")
    assert "also in the file: 'test/data'" in read(both, both).report.text


@pytest.mark.parametrize(("label", "first"), [("column 1", True), ("-1", False), ("7", False)])
def test_a_column_of_the_matrix_is_the_label(label: str, first: bool) -> None:
    matrix = np.c_[Y, X] if first else np.c_[X, Y]
    with pytest.raises(Unclear, match=f"'column {1 if first else 7}' of 'all' has 3 values"):
        read(arrays("s.mat", all=matrix), arrays("t.mat", all=X))
    made = read(arrays("s.mat", all=matrix), arrays("t.mat", all=X), labels=label)
    np.testing.assert_array_equal(made.pair.source_x, X)
    np.testing.assert_array_equal(made.pair.source_y, Y)
    assert made.pair.target_y is None


# Kinds


def wave(n: int = 60, steps: int = 256) -> np.ndarray:
    random = np.random.default_rng(0)
    phase = random.uniform(0, 6.3, (n, 1))
    return np.sin(2 * np.pi * (4 + 3 * (np.arange(n) % 3))[:, None] * np.arange(steps) / steps + phase) + random.normal(
        0, 0.3, (n, steps)
    )


@pytest.mark.parametrize(
    ("x", "shape"),
    [
        (wave(), (1, 256)),
        (wave().reshape(60, 1, 256), (1, 256)),
        (np.random.default_rng(0).normal(size=(60, 62, 200)), (62, 200)),
        (np.random.default_rng(0).normal(size=(60, 200, 62)), (62, 200)),
        (np.random.default_rng(0).normal(size=(60, 256)), (256,)),
        (np.random.default_rng(0).poisson(0.3, (60, 256)).astype(float), (256,)),
        (np.random.default_rng(0).normal(size=(60, 8)) @ np.random.default_rng(1).normal(size=(8, 256)), (256,)),
        (np.random.default_rng(0).integers(0, 256, (60, 20, 24)), (1, 20, 24)),
        (np.random.default_rng(0).normal(size=(60, 16, 16)), (1, 16, 16)),
    ],
)
def test_what_numbers_look_like_says_what_a_sample_is(x: np.ndarray, shape: tuple[int, ...]) -> None:
    made = read(*[arrays(f, x=x, y=np.arange(60) % 3) for f in ("s.npz", "t.npz")])
    assert made.pair.sample_shape == shape
    guessed = {"signals guessed", "signals of channels", "images guessed"} & rules(made)
    pixels, plainly_signals = x.min() >= 0, 1 in x.shape[1:]
    assert bool(guessed) == (len(shape) > 1 and not pixels and not plainly_signals)
    assert (
        read(*[arrays(f, x=x, y=np.arange(60) % 3) for f in ("s.npz", "t.npz")], kind="vectors").pair.kind == "vectors"
    )


def test_pixels_in_rows_stay_vectors_and_pictures_are_offered() -> None:
    x = np.random.default_rng(0).integers(1, 256, (60, 64))
    files = [arrays(f, x=x, y=Y) for f in ("s.npz", "t.npz")]
    assert "may be pictures of 8 x 8" in read(*files).report.text
    assert read(*files, kind="images").pair.sample_shape == (1, 8, 8)


# Recordings


def archive(file: str, seed: int = 0, names: tuple[str, ...] = ("ok/1.mat", "ok/2.mat", "bad/1.mat")) -> Held:
    named = {}
    for k, name in enumerate(names):
        way = tuple(name.split("/"))
        for channel in ("DE", "FE"):
            signal = recording("bad" in name, seed=seed + k + 100 * (channel == "FE"))
            named[(*way, f"X{100 + k}_{channel}_time")] = signal[:, None]
        named[(*way, f"X{100 + k}RPM")] = np.array([[1797.0]])
    return Held(file, named)


def test_recordings_are_cut_into_windows_that_know_where_they_are_from() -> None:
    made = read(archive("s.zip"), archive("t.zip", seed=9))
    pair, windows = made.pair, made.plan.windows
    assert made.plan.channel == "DE_time"
    assert pair.class_names == ("bad", "ok")
    assert pair.sample_shape == (1, windows.length)
    assert np.bincount(pair.source_groups).tolist() == [6_000 // windows.length] * 3
    assert all(len(set(pair.source_y[pair.source_groups == g])) == 1 for g in range(3))
    # The recordings come in the order of their names: bad/1, ok/1, ok/2.
    np.testing.assert_array_equal(pair.source_x[1, 0], recording(1, seed=2)[windows.length : 2 * windows.length])
    assert pair.source_rows[1] == f"bad/1.mat/X102_DE_time @ {windows.length}"
    assert "the channel is 'DE_time', which every file has; also: 'FE_time'" in made.report.text


def test_windows_and_channel_can_be_told() -> None:
    made = read(archive("s.zip"), archive("t.zip", seed=9), window=(500, 250), channel="FE_time")
    np.testing.assert_array_equal(made.pair.source_x[1, 0], recording(1, seed=102)[250:750])
    with pytest.raises(UploadError, match="no channel 'BA_time'"):
        read(archive("s.zip"), archive("t.zip"), channel="BA_time")
    with pytest.raises(UploadError, match="fewer than a window of 9,000"):
        read(archive("s.zip"), archive("t.zip"), window=(9_000, None))


def test_names_of_files_are_classes_where_there_are_no_folders() -> None:
    names = ("load0_ok_1.mat", "load0_ok_2.mat", "load0_bad_10.mat")
    made = read(archive("s.zip", names=names), archive("t.zip", names=tuple(n.replace("0_", "3_", 1) for n in names)))
    assert made.pair.class_names == ("bad", "ok")
    assert set(made.pair.target_y[made.pair.target_groups == 0]) == {0}
    assert "the classes are in the files' names ('bad', 'ok')" in made.report.text


def test_one_long_signal_alone_has_one_class() -> None:
    alone = arrays("97.mat", X097_DE_time=recording(0)[:, None])
    with pytest.raises(UploadError, match=r"one long signal \(6,000 x 1\).*one folder per class"):
        read(alone, alone)
    made = read(archive("s.zip"), alone, channel="DE_time")
    assert made.pair.target_y is None
    assert len(set(made.pair.target_groups)) == 1


def test_labels_of_trials_come_in_the_order_of_their_numbers() -> None:
    trials = {f"djc_eeg{i + 1}": np.stack([recording(i % 3, seed=s) for s in range(4)]) for i in range(12)}
    source, labels = arrays("djc.mat", **trials), arrays("label.mat", label=(np.arange(12) % 3)[None] - 1)
    guessed = guess(source, source, Asked(window=(1_000, None)), source_labels=labels)
    made = read_pair(source, source, guessed.plan, source_labels=labels)
    assert made.pair.sample_shape == (4, 1_000)
    first = [made.pair.source_y[made.pair.source_groups == g][0] for g in range(12)]
    assert first == (np.arange(12) % 3).tolist()
    assert made.pair.source_rows[-1].startswith("djc_eeg12 @ ")


def test_a_table_of_steps_is_cut_where_its_label_changes() -> None:
    columns = {(c,): recording(k, 900) for k, c in enumerate(("ax", "ay", "az"))}
    steps = Held("s.csv", columns | {("activity",): np.repeat(["sit", "walk", "sit"], 300)}, table=True)
    made = read(steps, steps, window=(100, 50))
    assert made.pair.sample_shape == (3, 100)
    assert np.bincount(made.pair.source_groups).tolist() == [5, 5, 5]
    assert made.pair.source_y[::5].tolist() == [0, 1, 0]


# Pictures


def pictures(file: str, *paths: str) -> Held:
    random = np.random.default_rng(0)
    return Held(file, {p: random.integers(0, 256, (9, 9, 1), np.uint8) for p in paths})


@pytest.mark.parametrize(
    ("pattern", "classes", "rule"),
    [
        ("{split}/{name}/{i}.png", ("cat", "dog"), "splits joined"),
        ("set/{split}/{name}/images/{i}.png", ("cat", "dog"), "splits joined"),
        ("{name}/{i}.png", ("cat", "dog"), "label folder"),
        ("{i}/{name}/a.png", ("cat", "dog"), "label folder"),
    ],
)
def test_the_class_is_the_folder_next_to_the_picture(pattern: str, classes: tuple[str, ...], rule: str) -> None:
    paths = [
        pattern.format(split=split, name=name, i=i)
        for split in ("train", "val")
        for name in ("cat", "dog")
        for i in range(3)
    ]
    made = read(pictures("s.zip", *paths), pictures("t.zip", *paths))
    assert made.pair.class_names == classes
    assert rule in rules(made)
    assert made.pair.source_rows[0] in paths


def test_the_level_of_the_class_can_be_told() -> None:
    paths = [f"{pet}/{breed}{pet}/{i}.png" for pet in ("cat", "dog") for breed in "ab" for i in range(3)]
    assert len(read(pictures("s.zip", *paths), pictures("t.zip", *paths)).pair.class_names) == 4
    made = read(pictures("s.zip", *paths), pictures("t.zip", *paths), class_level=2)
    assert made.pair.class_names == ("cat", "dog")


def test_one_archive_holds_both_domains() -> None:
    paths = [
        f"office/{domain}/{name}/{i}.png" for domain in ("photo", "sketch", "toy") for name in "ab" for i in range(3)
    ]
    both = pictures("both.zip", *[p for p in paths if "toy" not in p])
    both.sha256 = "0" * 64
    made = read(both, both)
    assert (made.plan.source.folder, made.plan.target.folder) == ("office/photo", "office/sketch")
    assert made.pair.class_names == ("a", "b")
    assert len(made.pair.source_x) == len(made.pair.target_x) == 6
    three = pictures("three.zip", *paths)
    three.sha256 = "0" * 64
    with pytest.raises(Unclear, match="of its 3 folders"):
        read(three, three)
    made = read(three, three, split_by="folder=toy:photo")
    assert made.plan.source.folder == "office/toy"


def test_labels_are_given_to_pictures_by_their_names() -> None:
    files = {f"{name}.png": np.full((9, 9, 1), k, np.uint8) for k, name in enumerate("abcd")}
    columns = {("image",): np.array(["x/d.png", "b.png", "a.png", "c.png"]), ("kind",): np.array(["1", "2", "2", "1"])}
    source, labels = Held("s.zip", files), Held("labels.csv", columns, table=True)
    guessed = guess(source, source, source_labels=labels)
    made = read_pair(source, source, guessed.plan, source_labels=labels)
    assert made.pair.source_y.tolist() == [1, 1, 0, 0]
    short = Held("labels.csv", {k: v[:3] for k, v in columns.items()}, table=True)
    with pytest.raises(UploadError, match=r"no label for 'c\.png' \(one of 1\)"):
        read_pair(source, source, guessed.plan, source_labels=short)


def test_channels_of_a_struct_have_the_names_that_it_says() -> None:
    """As Paderborn's files: a struct with a Name and Data for each channel, sampled at two rates."""
    named = {}
    for k, way in enumerate((("K1", "a.mat"), ("K2", "b.mat"))):
        for j, (channel, steps) in enumerate((("force", 400), ("phase_current", 4_000), ("vibration_1", 4_000))):
            named[(*way, "rec", "Y", str(j + 1), "Name")] = np.array([channel])
            named[(*way, "rec", "Y", str(j + 1), "Data")] = recording(k, steps, seed=j)[None]
    made = read(Held("s.zip", named), Held("t.zip", named))
    assert made.plan.channel == "vibration_1"
    np.testing.assert_array_equal(made.pair.source_x[0, 0], recording(0, 4_000, seed=2)[: made.pair.sample_shape[1]])


def test_a_signal_with_a_label_for_each_step_is_cut_where_it_changes() -> None:
    steps = arrays("s.npz", signal=recording(0, 9_000), label=np.repeat([0, 1, 0], 3_000))
    made = read(steps, steps, window=(500, None))
    assert np.bincount(made.pair.source_groups).tolist() == [6, 6, 6]
    assert made.pair.source_y[::6].tolist() == [0, 1, 0]
