"""The processes of an embedded cluster end with the app."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psutil
from browser import ROOT

BRIEF = """
import os, psutil
from dann_core.engine.cluster import ClusterEngine
engine = ClusterEngine(workers=1)
while not (begun := psutil.Process().children()):
    pass
print(begun[0].pid, flush=True)
os._exit(0)
"""


def test_a_scheduler_that_was_just_begun_ends_with_an_app_that_is_gone_before_it_could_look(
    tmp_path: Path,
) -> None:
    # A pipe would stay open as long as the scheduler is there.
    with Path(tmp_path, "pid").open("w") as out:
        subprocess.run([sys.executable, "-c", BRIEF], cwd=ROOT, stdout=out, check=True)
    try:
        scheduler = psutil.Process(int(Path(tmp_path, "pid").read_text()))
    except psutil.NoSuchProcess:
        return
    assert psutil.wait_procs([scheduler], 60) == ([scheduler], [])
