"""The process that has all readers loaded and forks one of them for each file: `python -m ...forkserver SOCKET`.

Over that socket it is handed others, with a pipe each. It ends, with all that it forked, when its socket is closed:
however the process that started it has ended.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import socket
import sys

from dann_core.domains.files.readers import answer, bounds


def serve(control: socket.socket) -> None:
    """Fork for each pair of a socket and a pipe that arrives, until there will be no more.

    Over the socket the reader is spoken to; it is ended when the other end of the pipe is closed.
    """
    bounds.be_silent()
    gc.collect()
    gc.freeze()
    # What a terminal sends to all at once is the caller's to decide on.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    readers: dict[int, int] = {}
    watch = select.poll()
    watch.register(control, select.POLLIN)
    while True:
        for place, _ in watch.poll():
            if place in readers:
                watch.unregister(place)
                _end(place, readers.pop(place))
                continue
            _, handed, _, _ = socket.recv_fds(control, 1, 2)
            if not handed:
                os.killpg(0, signal.SIGKILL)
            connection, pipe = handed
            readers[pipe] = os.fork()
            if readers[pipe] == 0:
                control.close()
                _read(socket.socket(fileno=connection))
            os.close(connection)
            watch.register(pipe, 0)  # for its end alone


def _end(pipe: int, process: int) -> None:
    os.close(pipe)
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)


def _read(connection: socket.socket) -> None:
    try:
        bounds.end_with_parent()
        with connection, connection.makefile("rwb") as stream:
            answer.answer(stream, stream)
    finally:
        # Nothing that the server itself would do at its end is done.
        os._exit(0)


if __name__ == "__main__":
    os.setsid()
    serve(socket.socket(fileno=int(sys.argv[1])))
