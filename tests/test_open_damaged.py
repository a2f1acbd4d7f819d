"""Damaged files of all formats: read, or refused in one sentence; `python -m bench.fuzz` tries many more of them."""

from __future__ import annotations

import sys

import numpy as np
import psutil
import pytest
from open_files import opened, refused
from upload_files import mat5

from bench.fuzz import outcome
from bench.mutants import mutant, originals
from dann_core.domains.files import limits, reading_process

INPUTS = 300

pytestmark = pytest.mark.usefixtures("nothing_is_written")


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return originals()


def test_good_files_are_read(files: dict[str, bytes]) -> None:
    assert {name: what for name, data in files.items() if not (what := outcome(name, data)).startswith("read")} == {}


@pytest.mark.parametrize("first", range(0, INPUTS, 50))
def test_damaged_files(files: dict[str, bytes], first: int) -> None:
    own = psutil.Process()
    memory, outcomes = own.memory_info().rss, {}
    for seed in range(first, first + 50):
        outcomes[seed] = outcome(*mutant(files, seed))
    assert {seed: what for seed, what in outcomes.items() if not what.startswith(("read", "refused", "ended"))} == {}
    assert len(set(outcomes.values())) > 3
    assert own.memory_info().rss - memory < 200 * limits.MIB


def test_a_file_that_crashes_its_parser_is_one_sentence() -> None:
    data = mat5(x=np.eye(3), t="a longer text")
    # Of an unknown type for its characters SciPy has been seen to make an end of its process.
    forged = data.replace(b"\x10\0\0\0\x0d\0\0\0", b"\x18\0\0\0\x0d\0\0\0")
    assert forged != data
    refused("a.mat", forged, "damaged")
    assert list(opened("a.mat", data)) == ["x", "t"]


@pytest.mark.skipif(sys.platform != "linux", reason="forks on Linux only")
def test_a_file_that_ends_its_reader_is_one_sentence(files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    outcome("a.csv", files["comma.csv"])
    pid = reading_process._server.process.pid
    monkeypatch.setattr(limits, "READ_SECONDS", 0.001)
    assert outcome("a.csv", files["comma.csv"]) == "too slow"
    monkeypatch.undo()
    assert outcome("a.csv", files["comma.csv"]) == "read: text table"
    assert reading_process._server.process.pid == pid


def test_a_seed_decides_all(files: dict[str, bytes]) -> None:
    again = originals()
    assert [mutant(files, seed) for seed in range(60)] == [mutant(again, seed) for seed in range(60)]
