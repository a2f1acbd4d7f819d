"""The process that has all readers loaded and forks one of them for each file: `python -m ...forkserver SOCKET`.

It is handed one socket after another over the one that it was started with, and ends, with all that it forked, when
that one is closed: however the process that started it has ended.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys

from dann_core.domains.files.readers import answer, bounds


def serve(control: socket.socket) -> None:
    """Fork for each socket that arrives, until there will be no more."""
    bounds.be_silent()
    gc.collect()
    gc.freeze()
    # What a terminal sends to all at once is the caller's to decide on; children that have ended are not kept.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        _, sockets, _, _ = socket.recv_fds(control, 1, 1)
        if not sockets:
            break
        if os.fork() == 0:
            control.close()
            _read(socket.socket(fileno=sockets[0]))
        os.close(sockets[0])
    os.killpg(0, signal.SIGKILL)


def _read(connection: socket.socket) -> None:
    try:
        bounds.end_with_parent()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        with connection, connection.makefile("rwb") as stream:
            answer.answer(stream, stream)
    finally:
        # Nothing that the server itself would do at its end is done.
        os._exit(0)


if __name__ == "__main__":
    os.setsid()
    serve(socket.socket(fileno=int(sys.argv[1])))
