"""How soon a server that has just been started has a page, and how soon it answers the first Play.

`python -m bench.first_play --rounds 3 --answer 1` starts the app anew for each waiting time and ends with status 1 if a
median answer is later. It trains where DANN_DEVICE says, as the app does.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

from bench.serving import Server
from bench.student import Student

WATCHED_SECONDS = 8
"""For so long after Play: within them a run moves to the workers, once they are warm."""


async def first_visit(address: str, query: str, wait: float) -> tuple[float, list[float]]:
    """When the page was ready, by `time.time`; seconds from Play to its first frame and from each frame to the next."""
    async with Student(address, query, "the first visitor", uploads=False) as student:
        await student.open()
        ready = time.time()
        await asyncio.sleep(wait)
        await student.play()
        await student.until(lambda: student.record.frames > 0)
        try:
            await student.until(lambda: student.done, WATCHED_SECONDS)
        except TimeoutError:
            await student.pause()
        if student.errors:
            raise RuntimeError(f"The page tells of an error: {dict(student.errors)}")
        return ready, student.record.gaps


def main() -> int:
    """The command line; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench.first_play", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--waits", nargs="+", type=float, default=[0, 2, 20], help="seconds from the page to Play")
    parser.add_argument("--query", default="domain=moons", help="the page's address after the question mark")
    parser.add_argument("--answer", type=float, help="bound on the median seconds from Play to its first frame")
    asked = parser.parse_args()
    log = Path(tempfile.mkstemp(prefix="first-play-", suffix=".log")[1])
    print(f"log of the last server {log}; seconds, each the median of {asked.rounds} servers (longest)", flush=True)
    late = []
    for wait in asked.waits:
        ready, answer, longest = [], [], []
        for _ in range(asked.rounds):
            started = time.time()
            with Server(log) as server:
                ready_at, gaps = asyncio.run(first_visit(server.address, asked.query, wait))
            ready.append(ready_at - started)
            answer.append(gaps[0])
            longest.append(max(gaps[1:], default=0.0))
        said = [f"{statistics.median(v):.2f} ({max(v):.2f})" for v in (ready, answer, longest)]
        print(
            f"Play {wait:4.1f} s after the page: page ready {said[0]} after the start, first frame {said[1]} after "
            f"Play, longest gap later {said[2]}",
            flush=True,
        )
        if asked.answer and statistics.median(answer) > asked.answer:
            late.append(wait)
    if late:
        print(f"MISSED: above {asked.answer:g} s where Play follows {', '.join(f'{w:g}' for w in late)} s later")
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
