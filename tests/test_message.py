"""Messages: what was packed is read again, what target labels went into can be taken out, and damage is said."""

from __future__ import annotations

import json
import struct

import numpy as np
import pytest
from conftest import make_pair

from dann_core import Settings, domains
from dann_core.language import from_data
from dann_core.live.message import FRAME, ROWS, SCENE, TYPES, Message, MessageError, unpack, without_exam
from dann_core.live.slices import Slice
from dann_core.live.worker import LiveRun

START = struct.Struct("<4sHHI")
SMALL = Settings(batch_size=8, max_iter=50, extractor_width=8, feature_width=8, discriminator_width=8)


def example() -> Message:
    arrays = {
        "odd": np.arange(5, dtype=np.uint8),
        "table": np.arange(12, dtype=np.float32).reshape(3, 4) / 7,
        "pixels": np.arange(6, dtype=np.int16).reshape(2, 3) - 3,
        "empty": np.empty((0, 6), np.float32),
        "indices": np.array([0, 2**32 - 1], np.uint32),
        "classes": np.array([[1], [65_535]], np.uint16),
    }
    values = {"iteration": 3, "none": None, "name": "Größe 域 <b>", "nested": {"list": [1, 2.5, "x"]}}
    return Message(FRAME, values, arrays, {"target_accuracy": 0.5}, {"target_class": np.array([1, 0, 2], np.uint8)})


def of_a_run(shape: tuple[int, ...]) -> list[bytes]:
    """A scene and a frame as they come."""
    answer = LiveRun(make_pair(shape), SMALL).advance(Slice(SMALL, 3))
    return [answer.scene, answer.frame.packed]


@pytest.fixture(scope="module")
def real() -> list[bytes]:
    return [message for shape in ((2,), (5,), (3, 8, 8), (1, 40)) for message in of_a_run(shape)]


def assert_same(read: Message, written: Message) -> None:
    assert (read.kind, read.values, read.exam) == (written.kind, written.values, written.exam)
    for ours, theirs in ((read.arrays, written.arrays), (read.exam_arrays, written.exam_arrays)):
        assert list(ours) == list(theirs)
        for name, array in theirs.items():
            assert ours[name].dtype == array.dtype
            assert ours[name].shape == array.shape
            assert np.array_equal(ours[name], array, equal_nan=array.dtype.kind == "f")


def test_a_round_trip() -> None:
    assert_same(unpack(example().pack()), example())
    assert unpack(example().pack()).pack() == example().pack()


@pytest.mark.parametrize("kind", [SCENE, FRAME, ROWS])
def test_every_kind_and_type_travels(kind: int) -> None:
    arrays = {name: np.array([[1, 2]], name) for name in TYPES}
    assert_same(unpack(Message(kind, {}, arrays).pack()), Message(kind, {}, arrays))


def test_arrays_that_lie_otherwise_in_memory_travel_as_they_read() -> None:
    table = np.arange(12, dtype=np.int16).reshape(3, 4)
    others = {"turned": table.T, "every second": table[:, ::2], "big": table.astype(">i2"), "one": np.array(7, "u1")}
    read = unpack(Message(ROWS, {}, others).pack()).arrays
    assert read["big"].dtype == np.dtype("<i2")
    for name, array in others.items():
        assert np.array_equal(read[name], array)


def test_the_layout_is_the_documented_one() -> None:
    packed = example().pack()
    magic, version, kind, length = START.unpack_from(packed)
    assert (magic, version, kind) == (b"DANN", 1, FRAME)
    header = json.loads(packed[12 : 12 + length])
    assert set(header) == {"values", "exam", "arrays"}
    assert header["arrays"][-1] == ["target_class", "u1", [3], True]
    offset = 12 + length
    for name, type_, shape, is_exam in header["arrays"]:
        # Typed arrays of a browser must lie so.
        offset += -offset % 8
        array = np.frombuffer(packed, f"<{type_}", int(np.prod(shape)), offset)
        written = (example().exam_arrays if is_exam else example().arrays)[name]
        assert np.array_equal(array.reshape(shape), written)
        offset += array.nbytes
    assert offset == len(packed)


def test_without_the_exam_nothing_of_it_is_left(real: list[bytes]) -> None:
    for packed in [example().pack(), *real]:
        whole, bare = unpack(packed), unpack(without_exam(packed))
        assert whole.exam or whole.exam_arrays
        assert (bare.exam, bare.exam_arrays) == ({}, {})
        assert_same(bare, Message(whole.kind, whole.values, whole.arrays))
        assert len(bare.pack()) < len(packed)
        for name in (*whole.exam, *whole.exam_arrays):
            assert name.encode() not in bare.pack()


def test_without_the_exam_messages_of_other_labels_are_the_same() -> None:
    bare = []
    for labels in (lambda y: y, lambda y: (y + 1) % 3):
        pair = make_pair((2,), n=90)
        object.__setattr__(pair, "target_y", labels(pair.target_y))
        run = LiveRun(pair, SMALL)
        # The sample that is drawn is a stratified one.
        run.observer.sample = LiveRun(make_pair((2,), n=90), SMALL).observer.sample
        answer = run.advance(Slice(SMALL, 4, complete=True))
        bare.append((without_exam(answer.scene), without_exam(answer.frame.packed)))
    assert bare[0] == bare[1]


@pytest.mark.parametrize("array", [np.zeros(2), np.zeros(2, np.int64), np.zeros(2, bool), np.array(["a"])])
def test_other_types_are_refused_when_packed(array: np.ndarray) -> None:
    with pytest.raises(MessageError, match=r"The array x is of type .*; a message has u1, u2, u4, i2, f4\."):
        Message(FRAME, {}, {"x": array}).pack()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "\ud800"])
def test_what_no_browser_could_read_is_refused_when_packed(value: object) -> None:
    with pytest.raises(MessageError, match="The values cannot travel"):
        Message(FRAME, {"x": value}).pack()


def raw(header: bytes, *, magic: bytes = b"DANN", version: int = 1, kind: int = FRAME, more: bytes = b"") -> bytes:
    body = START.pack(magic, version, kind, len(header)) + header
    return body + (bytes(-len(body) % 8) + more if more else b"")


def with_arrays(*arrays: object, more: bytes = b"") -> bytes:
    return raw(json.dumps({"values": {}, "exam": {}, "arrays": list(arrays)}).encode(), more=more)


@pytest.mark.parametrize(
    ("packed", "sentence"),
    [
        (b"", "at least 12 bytes, not 0"),
        (b"DANN", "at least 12 bytes, not 4"),
        (raw(b"{}", magic=b"PK\3\4"), "does not start with DANN"),
        (raw(b"{}", version=2), "version 2 of the format; this program reads 1"),
        (raw(b"{}", kind=9), "no message of kind 9"),
        (raw(b"{}"), "damaged"),
        (raw(b"[]"), "damaged"),
        (raw(b"null"), "damaged"),
        (raw(b"\xff\xfe\x00"), "damaged"),
        (raw(b"[" * 100_000), "damaged"),
        (raw(b'{"arrays": ' + b"[" * 100_000), "damaged"),
        (raw(b'{"values": 5, "exam": {}, "arrays": []}'), "values have no names"),
        (raw(b'{"values": {}, "exam": [], "arrays": []}'), "values have no names"),
        (raw(b'{"values": {}, "exam": {}, "arrays": 3}'), "damaged"),
        (with_arrays("u1"), "damaged"),
        (with_arrays(["a", "u1", [1]], more=b"1"), "damaged"),
        (with_arrays(["a", "f8", [1], False], more=bytes(8)), "unknown type f8"),
        (with_arrays(["a", "O", [1], False], more=bytes(8)), "unknown type O"),
        (with_arrays(["a", ["u1"], [1], False], more=bytes(8)), "unknown type"),
        (with_arrays([["a"], "u1", [1], False], more=b"1"), "damaged"),
        (with_arrays(["a", "u1", [9], False], more=b"1"), "damaged"),
        (with_arrays(["a", "u1", [-1], False], more=b"123"), "damaged"),
        (with_arrays(["a", "u1", [10**30], False], more=b"1"), "damaged"),
        (with_arrays(["a", "u1", [2**40, 2**40], False], more=b"1"), "damaged"),
        (with_arrays(["a", "u1", ["x"], False], more=b"1"), "damaged"),
        (with_arrays(["a", "u1", [1.5], False], more=b"1"), "damaged"),
        (with_arrays(["a", "u1", {}, False], more=b"1"), "damaged"),
        (with_arrays(["a", "u1", [1] * 100, False], more=b"1"), "damaged"),
        (with_arrays(["a", "u1", [1], False], more=b"12"), "1 bytes are left over"),
        (example().pack()[:-1], "damaged"),
        (example().pack() + bytes(3), "3 bytes are left over"),
    ],
)
def test_damage_is_said_in_a_sentence(packed: bytes, sentence: str) -> None:
    for read in (unpack, without_exam):
        with pytest.raises(MessageError, match=sentence) as refused:
            read(packed)
        assert str(refused.value).endswith(".")


def test_a_value_that_json_reads_but_no_browser_is_refused_when_packed_again() -> None:
    packed = raw(b'{"values": {"lambda": NaN}, "exam": {}, "arrays": []}')
    with pytest.raises(MessageError):
        without_exam(packed)


def test_bytes_changed_at_random_never_lead_to_another_error(real: list[bytes]) -> None:
    random = np.random.default_rng(11)
    sentences = []
    for k in range(300):
        packed = bytearray(real[k % len(real)])
        # Most of a message is arrays, where any byte is a good one: the header is where the damage is.
        end = 12 + START.unpack_from(packed)[3] if k % 3 == 0 else len(packed)
        for place in random.integers(0, end, random.integers(1, 9)):
            packed[place] = random.integers(0, 256)
        if k % 5 == 0:
            del packed[random.integers(0, len(packed)) :]
        try:
            without_exam(bytes(packed))
        except MessageError as error:
            sentences.append(str(error))
    assert 100 < len(sentences) < 300
    assert all(sentence.endswith(".") for sentence in sentences)


def test_a_frame_of_each_domain_can_be_read() -> None:
    for name in domains.names():
        pair, settings = domains.load(name), domains.preset(name)
        answer = LiveRun(pair, settings).advance(Slice(settings, 1))
        assert from_data(unpack(answer.scene).values["name"]) == pair.name
        assert unpack(answer.frame.packed).values["iteration"] == 1
