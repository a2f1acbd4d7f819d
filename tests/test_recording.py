"""Recordings: bounded, in order, whole again from a file, and small enough to travel."""

from __future__ import annotations

import importlib.util
import math
import struct
import threading
from pathlib import Path

import numpy as np
import pytest
from browser import ROOT
from conftest import make_pair

from dann_core import Settings, Trainer, domains
from dann_core.cli.main import main
from dann_core.live import recording as module
from dann_core.live.message import FRAME, ROWS, SCENE, Message, MessageError, unpack
from dann_core.live.record import record
from dann_core.live.recording import BINS, FIGURES, KEPT_BYTES, KEPT_FRAMES, Recording, Shown, binned, rows_message
from dann_core.live.slices import Slice
from dann_core.live.snapshot import MANY_TURNS
from dann_core.live.worker import LiveRun
from dann_core.method.history import COLUMNS, History

ENTRY = struct.Struct("<II")
SETTINGS = Settings(batch_size=8, max_iter=60, extractor_width=8, feature_width=8, discriminator_width=8)
SCENE_MESSAGE = Message(SCENE, {"name": "x"}).pack()
FRAME_BYTES = {"moons": 15_000, "digits": 20_000}


def frame(iteration: int, size: int = 0) -> Shown:
    figures = (float(iteration), 0.1, 0.9, 0.5, float("nan"), 0.1, 1.5, -0.2, 0.8)
    values = {"iteration": iteration, "first": max(iteration - 1, 0), "lambda": 0.1, "source_accuracy": 0.9}
    values |= {"domain_accuracy": 0.5, "a_distance": None}
    values |= {"effective_lambda": 0.1, "gradient_ratio": 1.5, "gradient_cosine": -0.2}
    packed = Message(FRAME, values, {"x": np.zeros(size, np.uint8)}, {"target_accuracy": 0.8}).pack()
    return Shown(iteration, values["first"], packed, figures)


def recording_of(n: int, limit: int = KEPT_FRAMES) -> Recording:
    made = Recording(limit)
    made.scene = SCENE_MESSAGE
    for i in range(n):
        made.add(frame(i))
    return made


def test_a_full_recording_gives_up_every_second_frame_of_its_older_half() -> None:
    recording = recording_of(10, limit=10)
    assert recording.numbers == list(range(1, 11))
    recording.add(frame(10))
    assert recording.numbers == [1, 3, 5, 6, 7, 8, 9, 10, 11]
    assert [f.iteration for f in recording.frames] == [n - 1 for n in recording.numbers]


def test_numbers_rise_and_the_first_and_the_newest_frame_stay() -> None:
    recording, given = Recording(limit=12), []
    for i in range(500):
        given.append(recording.add(frame(i)))
        assert len(recording.frames) <= 12
        assert recording.numbers == sorted(set(recording.numbers))
        assert recording.frames[0].iteration == 0
        assert recording.latest.iteration == i
        assert recording.numbers[-1] == given[-1]
    assert given == list(range(1, 501))


def test_its_bytes_are_bounded_too() -> None:
    recording = Recording()
    for i in range(100):
        recording.add(frame(i, size=300_000))
        assert sum(len(f.packed) for f in recording.frames) <= KEPT_BYTES
    assert recording.frames[0].iteration == 0
    assert recording.latest.iteration == 99


def test_a_frame_of_the_same_iteration_replaces_the_last_under_a_new_number() -> None:
    recording = recording_of(3)
    assert recording.add(frame(2)) == 4
    assert recording.numbers == [1, 2, 4]
    assert [f.iteration for f in recording.frames] == [0, 1, 2]
    assert recording.add(frame(3)) == 5


def test_frames_by_number_are_those_that_are_kept() -> None:
    recording = recording_of(11, limit=10)
    assert [n for n, _ in recording.between(2, 6)] == [3, 5, 6]
    assert [f.iteration for _, f in recording.between(11, 99)] == [10]
    assert recording.between(4, 4) == recording.between(6, 2) == []


def test_who_reads_while_another_adds_sees_frames_with_their_numbers() -> None:
    recording, made = Recording(limit=10), [frame(i) for i in range(300)]
    ended = threading.Event()

    def add() -> None:
        for k in range(30_000):
            # Every third replaces the one before it.
            recording.add(made[(k - (k % 3 == 2)) % 300])
        ended.set()

    adding = threading.Thread(target=add)
    adding.start()
    while not ended.is_set():
        read = recording.between(0, 2**32)
        assert [n for n, _ in read] == sorted({n for n, _ in read})
        assert not read or recording.latest is not None
        assert recording.figures_after(0)[0].shape[1] == len(FIGURES)
    adding.join()


def test_figures_of_what_was_kept_since() -> None:
    figures, target = recording_of(5).figures_after(3)
    assert figures[:, :3] == pytest.approx(np.array([[4, 3, 0.1], [5, 4, 0.1]]))
    assert np.isnan(figures[:, FIGURES.index("a_distance")]).all()
    assert target == pytest.approx([0.8, 0.8])
    assert recording_of(5).figures_after(5)[0].shape == (0, len(FIGURES))


def test_a_file_holds_the_whole_recording(tmp_path: Path) -> None:
    recording = recording_of(25, limit=10)
    recording.save(tmp_path / "x.dann")
    assert (tmp_path / "x.dann").stat().st_size % 8 == 0
    read = Recording.load(tmp_path / "x.dann")
    assert read.scene == recording.scene
    assert read.numbers == recording.numbers
    assert [f.packed for f in read.frames] == [f.packed for f in recording.frames]
    assert np.array([f.figures for f in read.frames]) == pytest.approx(
        np.array([f.figures for f in recording.frames]), nan_ok=True
    )
    # It could go on.
    assert read.add(frame(99)) == recording.numbers[-1] + 1


def test_a_file_without_the_exam_tells_nothing_of_target_labels(tmp_path: Path) -> None:
    pair = make_pair((2,))
    recording, _ = record(pair, SETTINGS, frames=3)
    recording.save(tmp_path / "x.dann", exam=False)
    read = Recording.load(tmp_path / "x.dann")
    assert len(read.frames) == len(recording.frames)
    for packed in (read.scene, *(f.packed for f in read.frames)):
        message = unpack(packed)
        assert (message.exam, message.exam_arrays) == ({}, {})
    assert all(math.isnan(f.figures[-1]) for f in read.frames)
    content = (tmp_path / "x.dann").read_bytes()
    assert b"target_class" not in content
    assert b"target_accuracy" not in content


def entries(*messages: tuple[int, bytes]) -> bytes:
    return b"".join(ENTRY.pack(len(m), number) + m + bytes(-len(m) % 8) for number, m in messages)


LACKS_FIGURES = Message(FRAME, {"iteration": 0}).pack()
ODD_FIGURES = Message(FRAME, {"iteration": "x", "first": 0, "lambda": [], "source_accuracy": 1}).pack()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "holds no frame"),
        (b"abc", "ends in the middle"),
        (b"PK\3\4" * 9, "ends in the middle"),
        (entries((0, b"nonsense, not a message")), "does not start with DANN"),
        (entries((0, SCENE_MESSAGE)), "holds no frame"),
        (entries((0, SCENE_MESSAGE), (1, SCENE_MESSAGE)), "one scene and then its frames"),
        (entries((1, frame(0).packed)), "one scene and then its frames"),
        (entries((0, SCENE_MESSAGE), (2, frame(0).packed), (2, frame(1).packed)), "in order"),
        (entries((0, SCENE_MESSAGE), (0, frame(0).packed)), "in order"),
        (entries((0, SCENE_MESSAGE), (1, LACKS_FIGURES)), "Frame 1 lacks its figures"),
        (entries((0, SCENE_MESSAGE), (1, ODD_FIGURES)), "Frame 1 lacks its figures"),
        (entries((0, SCENE_MESSAGE), (1, frame(0).packed))[:-9], "ends in the middle"),
        (entries((0, SCENE_MESSAGE), (1, frame(0).packed)) + b"1234", "ends in the middle"),
    ],
)
def test_a_damaged_file_is_said(content: bytes, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "x.dann").write_bytes(content)
    with pytest.raises(MessageError, match=sentence):
        Recording.load(tmp_path / "x.dann")


def test_a_file_changed_at_random_never_leads_to_another_error(tmp_path: Path) -> None:
    recording, _ = record(make_pair((2,)), SETTINGS, frames=3)
    file = tmp_path / "x.dann"
    recording.save(file)
    content, random, refused = file.read_bytes(), np.random.default_rng(4), 0
    for _ in range(100):
        changed = bytearray(content)
        for place in random.integers(0, len(changed), 20):
            changed[place] = random.integers(0, 256)
        file.write_bytes(changed)
        try:
            Recording.load(file)
        except MessageError:
            refused += 1
    assert refused > 20


def test_a_file_that_is_too_large_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FILE_BYTES", 2_000_000)
    with (tmp_path / "x.dann").open("wb") as file:
        file.truncate(2_000_001)
    monkeypatch.setattr(Path, "read_bytes", lambda path: pytest.fail("it was read"))
    with pytest.raises(MessageError, match=r"x\.dann has over 2 MB"):
        Recording.load(tmp_path / "x.dann")


def test_without_a_frame_there_is_nothing_to_save(tmp_path: Path) -> None:
    with pytest.raises(MessageError, match="nothing to save"):
        Recording().save(tmp_path / "x.dann")
    assert not (tmp_path / "x.dann").exists()


def history_of(n: int) -> History:
    rows = np.random.default_rng(0).random((n, len(COLUMNS)))
    rows[:, 0] = np.arange(n)
    return History(rows)


@pytest.mark.parametrize(("n", "after"), [(0, 0), (5, 0), (5, 5), (399, 0), (1000, 0), (1000, 999), (5000, 37)])
def test_what_was_missed_has_no_hole(n: int, after: int) -> None:
    history = history_of(n)
    message = unpack(rows_message(history, recording_of(7), after, 3))
    assert message.kind == ROWS
    assert (message.values["first"], message.values["end"]) == (after, n)
    rows, missed = message.arrays["rows"], history.rows[after:]
    assert len(rows) <= BINS
    # Every iteration is in exactly one mean, and all but the last are of equally many.
    size = math.ceil(len(missed) / BINS) if len(missed) else 1
    assert len(rows) == math.ceil(len(missed) / size)
    for k, row in enumerate(rows):
        assert row == pytest.approx(missed[k * size : (k + 1) * size].mean(0), rel=1e-6)
    assert message.arrays["figures"][:, 0].tolist() == [4, 5, 6, 7]
    assert message.exam_arrays["target_accuracy"] == pytest.approx([0.8] * 4)


def test_what_was_missed_ends_where_the_next_frame_begins() -> None:
    message = unpack(rows_message(history_of(50), recording_of(2), 10, 0, 30))
    assert (message.values["first"], message.values["end"], len(message.arrays["rows"])) == (10, 30, 20)


def test_few_rows_stay_as_they_are() -> None:
    rows = history_of(30).rows
    assert np.array_equal(binned(rows, 30), rows.astype(np.float32))
    assert binned(rows[:0], 30).shape == (0, len(COLUMNS))


@pytest.mark.parametrize("name", FRAME_BYTES)
def test_all_frames_of_a_run_are_small(name: str) -> None:
    pair, settings = domains.load(name), domains.preset(name)
    run, sizes = LiveRun(pair, settings), {}
    slices = [Slice(settings, 0), *[Slice(settings, 60, seconds=math.inf, unhurried=True)] * 4]
    slices += [Slice(settings, 0, complete=True, seconds=math.inf)] * 2
    for asked in slices:
        answer = run.advance(asked)
        sizes[answer.frame.iteration, asked.complete] = len(answer.frame.packed)
    # With as many live changes as a frame holds.
    for k in range(60):
        run.trainer.apply(run.trainer.settings.replace(lambda_max=0.9 if k % 2 else 1.0))
    sizes["changes"] = len(run.advance(Slice(run.trainer.settings, 60, seconds=math.inf)).frame.packed)
    # And in a crowd.
    others = [LiveRun(pair, settings) for _ in range(MANY_TURNS)]
    for other in others:
        sizes["crowd", id(other)] = len(other.advance(Slice(settings, 60, seconds=math.inf)).frame.packed)
    assert max(sizes.values()) <= FRAME_BYTES[name]


def test_the_command_line_records_what_it_trains(tmp_path: Path) -> None:
    command = f"train --domain moons --max-iter 40 --out {tmp_path / 'run'} --record {tmp_path / 'to' / 'x.dann'}"
    assert main(command.split()) == 0
    read = Recording.load(tmp_path / "to" / "x.dann")
    settings = domains.preset("moons").replace(max_iter=40)
    assert unpack(read.scene).values["settings"] == settings.model_dump()
    assert [f.iteration for f in read.frames] == list(range(41))
    plain = Trainer(domains.load("moons"), settings)
    plain.advance(40)
    last = unpack(read.frames[-1].packed)
    assert last.exam["target_accuracy"] == plain.evaluate().target_accuracy
    rows = np.concatenate([unpack(f.packed).arrays["rows"] for f in read.frames])
    assert np.array_equal(rows, np.asarray(plain.history.rows, np.float32))
    assert len((tmp_path / "run" / "history.csv").read_text().splitlines()) == 41


def test_the_film_is_what_makes_it() -> None:
    folder = ROOT / "assets" / "recordings"
    spec = importlib.util.spec_from_file_location("make", folder / "make.py")
    make = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make)
    kept, made = Recording.load(folder / "moons.dann"), make.film()
    assert [f.iteration for f in kept.frames] == [f.iteration for f in made.frames]
    ours, theirs = unpack(kept.scene), unpack(made.scene)
    # A setting that was added since is not in the film.
    assert ours.values["settings"].items() <= theirs.values["settings"].items()
    assert ours.values | {"settings": {}} == theirs.values | {"settings": {}}
    for name, array in theirs.arrays.items():
        assert ours.arrays[name] == pytest.approx(array, abs=1e-5)
    columns = [FIGURES.index(name) - 1 for name in ("source_accuracy", "domain_accuracy")] + [-1]
    figures = [np.array([f.figures for f in r.frames])[:, columns] for r in (kept, made)]
    # Another processor rounds otherwise, which two networks that play against each other amplify.
    assert figures[0][:5] == pytest.approx(figures[1][:5], abs=0.05)
    assert figures[0][-1] == pytest.approx(figures[1][-1], abs=0.15)
