"""How many workers an engine starts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize("engine", ["threads", "cluster"])
def test_an_engine_has_one_worker_for_each_core_that_its_process_may_use(engine, tmp_path: Path) -> None:
    code = """
import os
ties = hasattr(os, "sched_setaffinity")  # not every system does
if ties:
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
from dann_core.engine import from_environment
engine = from_environment()
getattr(engine, "wait_until_warm", int)()
print(engine.workers, 1 if ties else os.cpu_count())
engine.close()
"""
    environment = os.environ | {"DANN_ENGINE": engine, "DANN_WORKERS": "0", "TMPDIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, text=True, check=True)
    workers, usable = done.stdout.split()
    assert workers == usable
    # Dask's workers clear up after each other, and torch has a place of its own; a scheduler's file would stay.
    assert [path.name for path in tmp_path.iterdir() if not path.name.startswith(("dask-", "torch"))] == []
