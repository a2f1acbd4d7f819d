"""The app in a process of its own, started as the README says, and what it and its workers use."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psutil

ROOT = Path(__file__).parent.parent
START_SECONDS, STOP_SECONDS = 120, 15
MIB = 2**20
IDLE_SECONDS, IDLE_SHARE = 2, 0.05
"""An idle server has used less than this share of a core for so long."""


@dataclass(frozen=True)
class Usage:
    """Memory (MiB) and CPU time (seconds, since the start) of the server and of all its descendants.

    Memory is the proportional set size where the system tells it: pages that processes share are counted once.
    """

    server_mib: float
    workers_mib: float
    workers: int
    server_cpu: float
    workers_cpu: float
    server_rss: float
    workers_rss: float

    @property
    def mib(self) -> float:
        """Memory of all processes together."""
        return self.server_mib + self.workers_mib

    def __str__(self) -> str:
        return (
            f"{self.mib:.0f} MiB (server {self.server_mib:.0f}, {self.workers} workers {self.workers_mib:.0f}; "
            f"resident {self.server_rss:.0f} and {self.workers_rss:.0f})"
        )


class Server:
    """`with Server(log) as server`: the app answers at `server.address` until the block ends.

    `environment` is added to this process's own. Raises `RuntimeError` with the log if the app does not come up.
    """

    def __init__(self, log: Path, environment: dict[str, str] | None = None) -> None:
        self.log = log
        self.address = f"http://127.0.0.1:{_free_port()}"
        self._environment = {**os.environ, **(environment or {})}
        self._cpu: dict[int, float] = {}

    def __enter__(self) -> Self:
        port = self.address.rsplit(":", 1)[1]
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", port]
        with self.log.open("w") as log:
            self._popen = subprocess.Popen(command, cwd=ROOT, env=self._environment, stdout=log, stderr=log)
        self._process = psutil.Process(self._popen.pid)
        try:
            self._wait_until_it_answers()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        family = self.processes()
        self._popen.terminate()
        try:
            self._popen.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._popen.kill()
        _, alive = psutil.wait_procs(family[1:], 3)
        for process in alive:
            process.kill()

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{self.address}/_stcore/health", timeout=1):
                    return
            except OSError:
                if self._popen.poll() is not None:
                    break
                time.sleep(0.1)
        raise RuntimeError(f"The app did not start: {self.log.read_text()}")

    def usage(self) -> Usage:
        """What the server and its workers use now; CPU time of workers that have ended stays in the sum."""
        server, *workers = (_measured(p) for p in self.processes())
        self._cpu |= {pid: cpu for pid, _, _, cpu in workers if pid}
        return Usage(
            server_mib=server[1],
            workers_mib=sum(w[1] for w in workers),
            workers=len(workers),
            server_cpu=server[3],
            workers_cpu=sum(self._cpu.values()),
            server_rss=server[2],
            workers_rss=sum(w[2] for w in workers),
        )

    def wait_until_idle(self) -> None:
        """Wait until server and workers have started and done what they had to; raises `TimeoutError`."""
        deadline, before = time.monotonic() + START_SECONDS, self._cpu_seconds()
        while time.monotonic() < deadline:
            time.sleep(IDLE_SECONDS)
            now = self._cpu_seconds()
            if now - before < IDLE_SHARE * IDLE_SECONDS:
                return
            before = now
        raise TimeoutError("server or workers are never idle")

    def _cpu_seconds(self) -> float:
        usage = self.usage()
        return usage.server_cpu + usage.workers_cpu

    def tracebacks(self) -> int:
        """How often the log holds a traceback."""
        return self.log.read_text(errors="replace").count("Traceback (most recent call last)")

    def processes(self) -> list[psutil.Process]:
        """The server and all its descendants."""
        try:
            return [self._process, *self._process.children(recursive=True)]
        except psutil.NoSuchProcess:
            return [self._process]


def _measured(process: psutil.Process) -> tuple[int, float, float, float]:
    """Process id, proportional and resident MiB, CPU seconds; zeros for one that has just ended."""
    try:
        memory, times = process.memory_full_info(), process.cpu_times()
    except psutil.Error:
        return 0, 0.0, 0.0, 0.0
    return process.pid, getattr(memory, "pss", memory.rss) / MIB, memory.rss / MIB, times.user + times.system


def _free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]
