"""The benchmarks of watching find what they measure."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from pathlib import Path

from conftest import finished

from bench.inside import describe, inside
from bench.player_client import Arrived
from bench.serving import Server
from bench.watched import Pace, compare


def test_where_the_time_of_a_run_goes_is_found() -> None:
    # Some slices on any machine: in the first one nothing but training is due.
    spent = inside("moons", 1000)
    looking = spent["looking"]
    assert spent["run"] > spent["training"] + looking > looking > spent["embedding"] + spent["probe"]
    assert all(seconds > 0 for seconds in spent.values())
    assert "packing" in describe("moons", spent)


def test_a_pace_is_that_between_its_frames() -> None:
    pace = Pace([Arrived(at, k, 100 * k, moved=False, bytes=1) for k, at in enumerate((2.0, 3.0, 6.0))])
    assert (pace.rate, pace.frame_rate) == (50.0, 0.5)


def test_the_same_run_is_trained_unwatched_and_watched(tmp_path: Path) -> None:
    with Server(tmp_path / "log") as server:
        ratios = finished(asyncio.wait_for(compare(server, Namespace(domains=["moons"], seconds=3, rounds=1)), 300))
        assert not server.tracebacks()
    assert set(ratios) == {("moons", "slow"), ("moons", "fast")}
    assert all(value > 0 for (value,) in ratios.values())
