"""What a process that reads a file may use at most."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from pathlib import Path

from dann_core.domains.files.readers import landlock

_FILES = 64
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG


def confine(memory: int, seconds: float, folder: Path | None = None) -> None:
    """Bound this process for good: `memory` bytes beyond what it has, `seconds` of the clock and of a processor, open
    files, no file written, and of this machine's files only `folder` and the program's own are read.

    Which of them hold on which system stands in docs/reading.md.
    """
    with contextlib.suppress(ImportError):
        import resource

        # Without a handler in Python, the signal ends the process inside any library too.
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, seconds)
        for what, most in (
            (resource.RLIMIT_CPU, int(seconds) + 1),
            (resource.RLIMIT_FSIZE, 0),
            (resource.RLIMIT_NOFILE, _FILES),
            (resource.RLIMIT_CORE, 0),
        ):
            resource.setrlimit(what, (most, most))
        if sys.platform == "linux":
            most = _virtual_bytes() + memory
            resource.setrlimit(resource.RLIMIT_AS, (most, most))
            landlock.confine({*landlock.of_python(), *([folder] if folder else [])})


def be_silent() -> None:
    """What parsers print about a file goes nowhere: it would fill the server's log, or get into the answer."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def end_with_parent() -> None:
    """Have the system end this process when the one that made it is gone (Linux)."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)


def _virtual_bytes() -> int:
    import resource

    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
