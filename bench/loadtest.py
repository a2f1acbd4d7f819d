"""A class on one server: sessions that do what students do, and how the page keeps up with them.

`python -m bench.loadtest --sessions 30 --seconds 60 --gap 1 --pause 0.1 --memory 10` starts the app, lets sessions
arrive over 15 s that hold a page and a player's socket as a browser does, and a few that are a real Chromium, and ends
with status 1 if a bound is missed. Clients and server share the machine; what the clients took of it is printed.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import sys
import tempfile
import time
import traceback
from collections import Counter
from inspect import getfile
from pathlib import Path

import numpy as np
import websockets

from bench.chromium import visit_in_chromium
from bench.serving import Server, Usage
from bench.student import PAIRS, Record, Student

UPLOADER_EVERY = 5
"""Every fifth session trains on files of its own."""

ARRIVAL_SECONDS = 15
WARM_FRAMES = 8
KEEP_SECONDS = 10
CLIENTS_NICE = 5
"""How far clients stand back behind the server; workers stand back further."""
GRACE_SECONDS = 60
"""How much longer than asked for a session may take before it counts as stuck."""


async def visit(address: str, query: str, name: str, delay: float, seconds: float, uploads: bool) -> Record:
    """One session from its arrival to its end; what goes wrong stands in the record."""
    await asyncio.sleep(delay)
    student = Student(address, query, name, uploads=uploads)
    try:
        async with asyncio.timeout(seconds + GRACE_SECONDS), student:
            await student.live(seconds)
    except (TimeoutError, OSError, KeyError, websockets.WebSocketException) as error:
        student.errors[f"the session broke off at {_step(error)}: {error!r}"] += 1
    student.record.stop(time.time())
    return student.record


def _step(error: BaseException) -> str:
    """The student's methods that were under way when a session broke off."""
    frames = traceback.extract_tb((error.__cause__ or error).__traceback__)
    return " > ".join(f"{f.name}:{f.lineno}" for f in frames if f.filename == getfile(Student))


async def warm_up(address: str, query: str) -> None:
    """One session that does everything once, so that what is loaded late is not taken for a leak."""
    async with Student(address, query, "warm-up", uploads=True) as student:
        await student.open()
        await student.play()
        await student.player.until(lambda: student.player.is_done or student.record.frames > WARM_FRAMES)
        await student.pause()
        await student.reset()
        await student.train_on(*PAIRS[1])
        await student.play()
        await student.player.until(lambda: student.player.is_done or student.record.frames > 2 * WARM_FRAMES)
        await student.pause()


async def sample(server: Server, samples: list[Usage]) -> None:
    """Add what the server uses to `samples`, every other second."""
    while True:
        samples.append(await asyncio.to_thread(server.usage))
        await asyncio.sleep(2)


async def attend(server: Server, asked: argparse.Namespace) -> tuple[list[Record], list[Usage]]:
    """The whole class; its records and the usages at the start, during it and at the end."""
    await warm_up(server.address, asked.query)
    await asyncio.sleep(asked.cool_down)
    usages = [server.usage()]
    print(f"warm          {usages[0]}", flush=True)
    sampling = asyncio.create_task(sample(server, usages))
    n = asked.sessions
    visits = [
        visit(
            server.address, asked.query, f"session {i}", ARRIVAL_SECONDS * i / n, asked.seconds, not i % UPLOADER_EVERY
        )
        for i in range(n)
    ]
    records = [Record(f"Chromium {k}") for k in range(asked.pages)]
    pages = visit_in_chromium(server.address, asked.query, records, asked.seconds + ARRIVAL_SECONDS)
    seen, _ = await asyncio.gather(asyncio.gather(*visits), pages)
    await asyncio.sleep(asked.cool_down)
    sampling.cancel()
    usages.append(server.usage())
    return [*seen, *records], usages


def percentiles(values: list[float]) -> tuple[float, float, float]:
    """The 50th, 95th and 99th; not a number where there are no values."""
    return tuple(np.percentile(values, (50, 95, 99))) if values else (float("nan"),) * 3


def report(records: list[Record], usages: list[Usage], tracebacks: int) -> dict[str, float]:
    """Print the figures; those that can be bounded are returned by the name of their option."""
    rates = [r.frames / r.played for r in records if r.played]
    gaps, pauses = ([v for r in records for v in getattr(r, name)] for name in ("gaps", "pauses"))
    worst = max((r for r in records if r.gaps), key=lambda r: percentiles(r.gaps)[1])
    errors = sum((r.errors for r in records), Counter())
    print(f"sessions      {len(records)}, {sum(r.frames for r in records):,} frames")
    print(f"frames/s      mean {np.mean(rates):.2f}, min {min(rates):.2f} a session, while playing")
    print("gap (s)       p50 {:.2f}, p95 {:.2f}, p99 {:.2f}".format(*percentiles(gaps)), end="")
    print(f", max {max(gaps):.2f}; worst session's p95 {percentiles(worst.gaps)[1]:.2f} ({worst.name})")
    print("Pause (s)     p50 {:.3f}, p95 {:.3f}, p99 {:.3f}".format(*percentiles(pauses)), end="")
    print(f", max {max(pauses, default=float('nan')):.3f}; {len(pauses)} times")
    moves = [r.move_seconds for r in records if r.played]
    print(f"t-SNE moves   every {np.mean(moves):.2f} s of playing (mean of sessions, longest {max(moves):.2f})")
    for record in records:
        if record.name.startswith("Chromium"):
            figures = percentiles(record.gaps)[1], percentiles(record.pauses)[1]
            print(f"  {record.name}: {record.frames} frames, gap p95 {figures[0]:.2f}, Pause p95 {figures[1]:.3f}")
    print(f"errors        {errors.total()} on pages, {tracebacks} tracebacks in the log")
    for text, count in errors.most_common(8):
        print(f"  {count} x {text[:160]}")
    start, end, peak = usages[0], usages[-1], max(usages, key=lambda u: u.mib)
    growth = 100 * (end.mib / start.mib - 1)
    for name, usage in (("start", start), ("peak", peak), ("end", end)):
        print(f"memory {name:<6} {usage}")
    print(f"memory grown  {growth:+.1f} %")
    server, workers = end.server_cpu - start.server_cpu, end.workers_cpu - start.workers_cpu
    own = resource.getrusage(resource.RUSAGE_SELF)
    print(f"CPU (s)       server {server:.1f}, workers {workers:.1f}; clients {own.ru_utime + own.ru_stime:.1f}")
    sent, size = (sum(getattr(r, name) for r in records) for name in ("sent", "sent_bytes"))
    print(f"a frame sent  {size / max(sent, 1):,.0f} bytes, {1000 * server / max(sent, 1):.1f} ms of the server's CPU")
    return {
        "gap": percentiles(gaps)[1],
        "pause": percentiles(pauses)[1],
        "moves": float(np.mean(moves)),
        "memory": growth,
        "errors": errors.total(),
    }


def main() -> int:
    """The command line; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench.loadtest", description=__doc__.splitlines()[0])
    parser.add_argument("--sessions", type=int, default=30, help="sessions without a browser")
    parser.add_argument("--pages", type=int, default=2, help="real Chromium pages beside them")
    parser.add_argument("--seconds", type=float, default=60, help="how long a session stays")
    parser.add_argument("--cool-down", type=float, default=30, help="seconds before memory is measured")
    parser.add_argument("--query", default="domain=moons&max_iter=100000", help="the link that everybody opens")
    parser.add_argument("--gap", type=float, help="bound on the gap's p95 (s)")
    parser.add_argument("--pause", type=float, help="bound on Pause's p95 (s)")
    parser.add_argument("--moves", type=float, help="bound on the seconds between two moves of the t-SNE (mean)")
    parser.add_argument("--memory", type=float, help="bound on memory at the end over that at the start (%%)")
    parser.add_argument("--errors", type=float, help="bound on errors on pages")
    parser.add_argument("--log", type=Path, help="the server's log; a temporary file if not given")
    asked = parser.parse_args()
    log = asked.log or Path(tempfile.mkstemp(prefix="loadtest-", suffix=".log")[1])
    print(f"server log    {log}", flush=True)
    with Server(log, {"DANN_KEEP_SECONDS": str(KEEP_SECONDS)}) as server:
        # In a class, pages have machines of their own.
        os.nice(CLIENTS_NICE)
        records, usages = asyncio.run(attend(server, asked))
    figures = report(records, usages, server.tracebacks())
    missed = [
        f"{name} is {figure:.2f}, asked for: at most {getattr(asked, name):g}"
        for name, figure in figures.items()
        # Not a number is a miss too: nothing was measured.
        if getattr(asked, name) is not None and not figure <= getattr(asked, name)
    ]
    print("\n".join(f"MISSED        {line}" for line in missed))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
