"""Schedulers and workers in processes of their own, started by hand as the README says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil
from browser import ROOT

from dann_core import DomainPair


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
