"""Files are read in a process of their own: it is bounded, ends with its parent, and may end any time."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import numpy as np
import psutil
import pytest
from browser import ROOT
from open_files import opened, refused, values
from upload_files import csv, npz, vectors

from dann_core.domains.files import limits, reading_process
from dann_core.domains.files.opened import open_file
from dann_core.domains.files.readers import landlock

X, Y = vectors()
linux = pytest.mark.skipif(sys.platform != "linux", reason="forks on Linux only")


LANDLOCK = landlock.version() > 0
DENIED, REFUSED = ["PermissionError", "OSError"], ["ConnectionRefusedError"]


def server() -> psutil.Process:
    opened("a.npz", npz(x=X))
    return psutil.Process(reading_process._server.process.pid)


def gone(process: psutil.Process) -> bool:
    try:
        process.wait(30)
    except psutil.TimeoutExpired:
        return False
    return True


def inside(code: str) -> list[str]:
    """What a fork that keeps to its bounds says of that code: one line each, or the error it raised."""
    program = f"""
        from dann_core.domains.files.readers import bounds
        bounds.confine(200_000_000, 20)
        try:
            {code}
        except BaseException as error:
            print(type(error).__name__)
        else:
            print("done")
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], cwd=ROOT, capture_output=True, text=True)
    return [*done.stdout.split("\n")[:-1], *([str(done.returncode)] if done.returncode else [])]


@linux
@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("bytearray(100_000_000)", ["done"]),
        ("bytearray(300_000_000)", ["MemoryError"]),
        ("[__import__('os').dup(0) for _ in range(100)]", ["OSError"]),
        ("__import__('os').write(open('{folder}/new', 'wb').fileno(), b'text')", DENIED),
        ("open('{folder}/secret').read()", DENIED[:1] if LANDLOCK else ["done"]),
        ("__import__('subprocess').run('true')", DENIED[:1] if LANDLOCK else ["done"]),
        ("__import__('os').kill(1, 0)", DENIED[:1] if landlock.version() >= 6 else ["done", *DENIED]),
        ("__import__('socket').create_connection(('127.0.0.1', 9), 1)", DENIED if LANDLOCK else REFUSED),
    ],
)
def test_a_reader_keeps_to_its_bounds(code: str, says: list[str], tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("words")
    (said,) = inside(code.format(folder=tmp_path))
    assert said in says
    assert (tmp_path / "new").exists() <= (not LANDLOCK)


@linux
def test_a_reader_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "READ_SECONDS", 0.05)
    refused("a.csv", csv(["1,2,x"] * 2_000_000), "more than 0.05 seconds")


@linux
def test_a_reader_that_takes_too_much_memory_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "READ_BYTES", 30_000_000)
    refused("a.csv", csv(["1,2,x"] * 2_000_000), "too much memory")


@linux
def test_the_end_of_a_reader_is_one_sentence_and_nobody_elses() -> None:
    pid = server().pid
    big, answers = csv(["1,2,x"] * 2_000_000), []
    children: list[psutil.Process] = []

    def kill(_: float) -> None:
        if not children:
            children.extend(psutil.Process(pid).children())
            children[0].send_signal(signal.SIGSEGV)

    with pytest.raises(ValueError, match="reading it was ended"):
        open_file("a.csv", big, progress=kill)
    assert children
    answers.append(opened("a.npz", npz(x=X))["x"])
    np.testing.assert_array_equal(answers[0], X)
    assert server().pid == pid


@linux
def test_a_server_that_was_killed_is_started_again() -> None:
    process = server()
    process.kill()
    assert gone(process)
    np.testing.assert_array_equal(opened("a.npz", npz(x=X))["x"], X)


@linux
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_it_ends_with_its_parent_however_that_ends(how: signal.Signals) -> None:
    program = """
        import signal, sys
        from dann_core.domains.files import reading_process
        from dann_core.domains.files.opened import open_file

        # Shells make what they start in the background ignore it, tests and their children too.
        signal.signal(signal.SIGINT, signal.default_int_handler)

        def told(fraction):
            print(reading_process._server.process.pid, flush=True)
            sys.stdin.read()

        open_file("a.csv", b"a,b,label\\n" + b"1,2,x\\n" * 2_000_000, progress=told)
    """
    command = [sys.executable, "-c", textwrap.dedent(program)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as parent:
        own = psutil.Process(int(parent.stdout.readline()))
        readers = own.children()
        assert readers
        parent.send_signal(how)
        parent.wait(30)
        assert all(gone(process) for process in (own, *readers))


@linux
def test_a_killed_server_takes_its_readers_along() -> None:
    process, readers = server(), []

    def kill(_: float) -> None:
        if not readers:
            readers.extend(process.children())
            process.kill()

    with pytest.raises(ValueError, match="reading it was ended"):
        open_file("a.csv", csv(["1,2,x"] * 2_000_000), progress=kill)
    assert readers
    assert all(gone(reader) for reader in readers)


def test_a_few_read_at_once_and_the_others_wait() -> None:
    process = server()
    most, lock = [], threading.Lock()

    def told(_: float) -> None:
        with lock:
            most.append(len(process.children()))

    data = csv(["1,2,x"] * 100_000)
    with ThreadPoolExecutor(12) as pool:
        for contents in pool.map(lambda _: open_file("a.csv", data, progress=told), range(12)):
            assert contents.items[0].shape == (100_000,)
    assert most
    assert max(most) <= 2 * limits.READ_AT_ONCE  # those that have answered may still be leaving


def test_where_there_is_no_fork_each_file_has_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_process, "FORKS", False)
    found = values(open_file("a.npz", npz(x=X, y=Y)))
    np.testing.assert_array_equal(found["x"], X)
    refused("a.npz", b"PK\x03\x04nothing", "damaged")


def test_progress_is_told() -> None:
    told: list[float] = []
    open_file("a.csv", csv(["1,2,x"] * 300_000), progress=told.append)
    assert len(told) > 3
    assert told == sorted(told)
    assert 0 < told[0] < told[-1] <= 1


def test_what_the_caller_raises_ends_the_reader() -> None:
    class Stopped(Exception):
        pass

    process, readers = server(), []

    def stop(_: float) -> None:
        readers.extend(process.children())
        raise Stopped

    with pytest.raises(Stopped):
        open_file("a.csv", csv(["1,2,x"] * 2_000_000), progress=stop)
    assert readers
    assert all(gone(reader) for reader in readers)
    assert opened("a.npz", npz(x=X)).keys() == {"x"}


def test_nothing_of_python_travels() -> None:
    from dann_core.domains.files.readers import wire

    left, right = os.pipe()
    with os.fdopen(left, "rb") as reading, os.fdopen(right, "wb") as writing:
        wire.send(writing, {"a": 1}, [X, np.array(["x", "yz"]), np.array(True), np.zeros((0, 3))])
        message, arrays = wire.receive(reading)
        assert message == {"a": 1}
        np.testing.assert_array_equal(arrays[0], X)
        assert [a.shape for a in arrays] == [(30, 4), (2,), (), (0, 3)]
        assert not arrays[0].flags.f_contiguous
        # Arrays of MATLAB lie column by column, and stay so.
        turned = np.asfortranarray(np.arange(24).reshape(2, 3, 4))
        wire.send(writing, {}, [turned])
        ((array,),) = wire.receive(reading)[1:]
        np.testing.assert_array_equal(array, turned)
        assert array.flags.f_contiguous
        head = b'{"arrays": [["|O", [1], false]]}'
        writing.write(len(head).to_bytes(4, "big") + head + bytes(8))
        writing.flush()
        with pytest.raises(ValueError, match="an array of"):
            wire.receive(reading)


def framed(**message: object) -> bytes:
    head = json.dumps({"arrays": [], **message}).encode()
    return len(head).to_bytes(4, "big") + head


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\0\0",
        b"\xff\xff\xff\xff",
        b"\0\0\0\x02[]",
        b"\0\0\0\x02{}",
        b"\0\0\x10\x00" + b"[" * 4096,
        b"\0\0\0\x20" + b'{"arrays":[["<f8",[99999999999]]]}'[:32],
        b"\0\0\0\x28" + b'{"arrays":[["<f8",[99999999999],false]]}',
        b"\0\0\0\x22" + b'{"arrays":[["<f8",[-1,-1],false]]}',
        b"\0\0\0\x1c" + b'{"arrays":[["<f8",[-1,-1]]]}',
        b"\0\0\0\x2f" + b'{"arrays":[],"items":[1],"carried":[],"notes":3}'[:47],
        framed(refusal=3),
        framed(refusal=None),
        framed(refusal="two\nlines"),
        framed(refusal="long " * 1_000),
        framed(refusal={"text": 3}),
        framed(refusal={"text": "{a.__class__}", "values": {"a": "x"}}),
        framed(refusal={"text": "{a:>999999999}", "values": {"a": 1}}),
        framed(refusal={"text": "{a}{b}", "values": {"a": 1}}),
        framed(format="CSV", items=[], carried=[], notes=[{"text": "{a[0]}", "values": {"a": "x"}}]),
        framed(format="CSV", items=[[["a"], "numbers", [2], "int64", None, 0, {"text": ["x"]}]], carried=[], notes=[]),
    ],
)
def test_a_reader_that_was_taken_over_is_not_believed(answer: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def lying(seconds: float) -> Iterator[tuple[BytesIO, BytesIO]]:
        yield BytesIO(), BytesIO(answer)

    monkeypatch.setattr("dann_core.domains.files.opened.reader", lying)
    refused("a.csv", b"1,2\n", "reading it was ended")
