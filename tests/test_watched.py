"""The benchmark of watching finds what it measures inside a run."""

from __future__ import annotations

from bench.watched import in_a_process


def test_where_the_time_of_a_run_goes_is_found() -> None:
    # Some slices on any machine: in the first one nothing but training is due.
    spent = in_a_process("inside", "moons", 2000)
    looking = spent["looking"]
    assert spent["run"] > spent["training"] + looking > looking > spent["embedding"] + spent["probe"]
    assert all(seconds > 0 for seconds in spent.values())
