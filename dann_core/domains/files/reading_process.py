"""Files are read in a process of their own: forked, for each file, from one that has all readers loaded.

Streamlit runs page scripts as `__main__`, which pools of `multiprocessing` would import once more: this one is started
as a module and spoken to over a socket. Where there is no safe fork, a process is started for each file.
"""

from __future__ import annotations

import atexit
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import psutil

from dann_core.domains.files.limits import MIB, READ_AT_ONCE, READ_BYTES

FORKS = sys.platform == "linux"
"""Whether readers are forked; macOS has fork, but its own libraries do not survive it."""

_READERS = "dann_core.domains.files.readers"
_ENVIRONMENT = {
    # Threads do not survive a fork, and one file is read by one processor.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    # HDF5 would load libraries that a file asks for.
    "HDF5_PLUGIN_PRELOAD": "::",
}
_LIBRARIES_BYTES = 512 * MIB  # more than the readers take before they read
_LOOK_SECONDS = 0.1
_BUFFER_BYTES = 4 * MIB
_at_once = threading.BoundedSemaphore(READ_AT_ONCE)


@contextmanager
def reader(seconds: float) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """What to write a request to and read the answer from, for `seconds` at most; a few are there at once.

    The streams end early when the reader does, or when its time is over. Raises `OSError` if none can be started.
    """
    with _at_once, (_forked if FORKS else _spawned)() as (to, back, end):
        watch = threading.Timer(seconds, end)
        watch.daemon = True
        watch.start()
        try:
            yield to, back
        finally:
            watch.cancel()


def warm_up() -> None:
    """Begin to load the readers, so that the first file need not wait for that."""
    if FORKS:
        with suppress(OSError):
            _server.running()


@dataclass
class _Server:
    """The process that forks, started when the first file comes, and again if it was ended."""

    process: subprocess.Popen | None = None
    control: socket.socket | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def running(self) -> socket.socket:
        """What it is handed sockets over."""
        with self.lock:
            if self.process is None or self.process.poll() is not None:
                if self.control is not None:
                    self.control.close()
                self.control, theirs = socket.socketpair()
                with theirs:
                    self.process = _started("forkserver", str(theirs.fileno()), pass_fds=[theirs.fileno()])
            return self.control

    def hand(self, *files: int) -> None:
        """Have it fork a reader that speaks over the first file, until the second is closed."""
        try:
            self._send(files)
        except ConnectionError:
            # It has been killed meanwhile.
            self.process.kill()
            self.process.wait()
            self._send(files)

    def _send(self, files: Sequence[int]) -> None:
        control = self.running()
        with self.lock:
            socket.send_fds(control, [b"."], files)

    def end(self) -> None:
        """At the end of this process; without it the server would notice by itself."""
        if self.process is not None:
            self.control.close()
            self.process.wait()


_server = _Server()
atexit.register(_server.end)


@contextmanager
def _forked() -> Iterator[tuple[BinaryIO, BinaryIO, object]]:
    ours, theirs = socket.socketpair()
    for side in (ours, theirs):
        # Large files and arrays pass through: with small buffers, most of the time goes into taking turns.
        side.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER_BYTES)
        side.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER_BYTES)
    held, alive = os.pipe()
    pipe = os.fdopen(alive, "wb")  # the reader is ended when it is closed

    def end() -> None:
        pipe.close()
        with suppress(OSError):
            ours.shutdown(socket.SHUT_RDWR)

    try:
        with theirs:
            try:
                _server.hand(theirs.fileno(), held)
            finally:
                os.close(held)
        with ours.makefile("rwb") as stream:
            yield stream, stream, end
    finally:
        end()
        ours.close()


@contextmanager
def _spawned() -> Iterator[tuple[BinaryIO, BinaryIO, object]]:
    process = _started("spawned", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    threading.Thread(target=_watch, args=(process,), daemon=True).start()
    try:
        yield process.stdin, process.stdout, process.kill
    finally:
        process.kill()
        with suppress(OSError):
            process.communicate()


def _watch(process: subprocess.Popen) -> None:
    """End a process that takes more memory than it may, where the system itself has no such bound."""
    with suppress(psutil.Error):
        watched = psutil.Process(process.pid)
        while process.poll() is None:
            if watched.memory_info().rss > READ_BYTES + _LIBRARIES_BYTES:
                process.kill()
            with suppress(subprocess.TimeoutExpired):
                process.wait(_LOOK_SECONDS)


def _started(module: str, *arguments: str, **options: object) -> subprocess.Popen:
    root = str(Path(__file__).parents[3])
    paths = [p for p in os.environ.get("PYTHONPATH", "").split(os.pathsep) if p not in ("", root)]
    environment = os.environ | _ENVIRONMENT | {"PYTHONPATH": os.pathsep.join([root, *paths])}
    options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, **options}
    return subprocess.Popen(
        [sys.executable, "-P", "-m", f"{_READERS}.{module}", *arguments], env=environment, **options
    )
