"""Schedulers and workers in processes of their own, started by hand as the README says."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from browser import ROOT

from dann_core import DomainPair
from dann_core.engine.cluster import ClusterEngine


def start_cluster(address: str, folder: Path = ROOT) -> list[subprocess.Popen]:
    """A scheduler that will listen at `address` on this machine, and one worker; both import from `folder`.

    Dask is set up by the environment.
    """
    protocol, _, place = address.partition("://")
    port = place.rpartition(":")[2]
    commands = [
        ["scheduler", "--protocol", protocol, "--host", "127.0.0.1", "--port", port, "--no-dashboard"],
        ["worker", address, "--nthreads", "4", "--no-dashboard", "--death-timeout", "60"],
    ]
    return [
        subprocess.Popen([sys.executable, "-m", "dask", *c], cwd=folder, stderr=subprocess.DEVNULL) for c in commands
    ]


def stop(processes: list[subprocess.Popen]) -> None:
    """Kill them with everything they have started."""
    for process in processes:
        for child in psutil.Process(process.pid).children(recursive=True):
            child.kill()
        process.kill()
        process.wait()


def workers_of(process: psutil.Process) -> list[psutil.Process]:
    """The worker processes proper, each the child of a nanny."""
    found = []
    for child in process.children(recursive=True):
        if "spawn_main" in " ".join(child.cmdline()):
            found.append(child)
    return found


def square(pair: DomainPair, number: int) -> tuple[int, int, int]:
    return len(pair.source_x), number**2, os.getpid()


def kill_workers() -> None:
    """All that this process has."""
    for worker in workers_of(psutil.Process()):
        worker.send_signal(signal.SIGKILL)


@contextmanager
def two_workers() -> Iterator[ClusterEngine]:
    """An engine of two processes, which import tasks from the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT / "tests"))
        made = ClusterEngine(workers=2)
        made.wait_for_all()
        yield made
        made.close()
