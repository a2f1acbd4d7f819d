"""A class on one server: sessions that do what students do, and how the page keeps up with them.

`python -m bench.loadtest --sessions 30 --seconds 60 --gap 3 --pause 1 --memory 10` starts the app, lets sessions arrive
over 15 s that speak the browser's protocol and a few that are a real Chromium, and ends with status 1 if a bound is
missed. Clients and server share the machine; what the clients took of it is printed.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import resource
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from bench.chromium import visit_in_chromium
from bench.serving import ROOT, Server, Usage
from bench.streamlit_client import Tab

SAMPLES = ROOT / "assets" / "samples"
PAIRS = (
    ("wine_source.csv", "wine_target.csv"),
    ("digits_source.npz", "digits_target.npz"),
    ("cells_source.mat", "cells_target.mat"),
)
UPLOAD = "Your own two files…"
UPLOADER_EVERY = 5
"""Every fifth session trains on files of its own."""

ARRIVAL_SECONDS = 15
WARM_FRAMES = 8
KEEP_SECONDS = 10
CLIENTS_NICE = 5
"""How far clients stand back behind the server; workers stand back further."""
GRACE_SECONDS = 60
"""How much longer than asked for a session may take before it counts as stuck."""
ITERATION = re.compile(r"iteration \**([\d,]+)")


class Record:
    """What one session has seen; `at` are seconds of `time.time`.

    A gap is the time from Play or a frame to the next frame; the time from the last frame to Pause counts only where
    it is the stretch's longest, so that a page which stands still does not look like one without gaps.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.gaps: list[float] = []
        self.pauses: list[float] = []
        self.frames = 0
        self.played = 0.0
        self.errors: Counter[str] = Counter()
        self._began = self._last = self._longest = 0.0

    @property
    def playing(self) -> bool:
        """Whether a stretch has begun and not ended."""
        return self._began > 0

    def play(self, at: float) -> None:
        """Play has been pressed."""
        self._began, self._last, self._longest = at, at, 0.0

    def frame(self, at: float) -> None:
        """A new frame is on the page."""
        if self.playing:
            self.gaps.append(at - self._last)
            self._longest = max(self._longest, at - self._last)
            self._last = at
            self.frames += 1

    def stop(self, at: float) -> None:
        """Pause or Reset has been pressed, the run is done, or the session ends."""
        if self.playing:
            if at - self._last > self._longest:
                self.gaps.append(at - self._last)
            self.played += at - self._began
            self._began = 0.0


class Student(Tab):
    """A session that plays, changes gamma, pauses, resets and, if it `uploads`, trains on files of its own."""

    def __init__(self, address: str, query: str, name: str, *, uploads: bool) -> None:
        super().__init__(address, query)
        self.record = Record(name)
        self.iteration: int | None = None
        self.done = False
        self._random = random.Random(name)
        self._uploads = uploads

    def shown(self, element: Any, fragment: str) -> None:
        """Count frames, and boxes that tell of an error; the frame's own sentence about the run is none."""
        kind = element.WhichOneof("type")
        if kind == "progress" and (found := ITERATION.search(element.progress.text)):
            iteration = int(found[1].replace(",", ""))
            if iteration != self.iteration:
                self.record.frame(time.time())
            self.iteration = iteration
            self.done = "done" in element.progress.text
        elif kind == "alert" and element.alert.format == element.alert.ERROR and not fragment:
            self.errors[f"error box: {element.alert.body}"] += 1

    async def open(self) -> None:
        """Wait for the page."""
        await self.until(lambda: self.iteration is not None and self.enabled("Play"))

    async def live(self, seconds: float) -> None:
        """Do what a student does."""
        await self.open()
        deadline = time.time() + seconds
        await self._think(0.5, 3)
        await self.play()
        while time.time() < deadline:
            await self._think(2, 5)
            if self.done:
                await self.reset()
                await self.play()
            elif self._uploads and self._random.random() < 0.3:
                self._uploads = False
                await self.pause()
                await self.train_on(*self._random.choice(PAIRS))
                await self.play()
            else:
                await self._random.choices((self.change_gamma, self._rest, self._again), (5, 3, 1))[0]()
        await self.pause()

    async def play(self) -> None:
        """Press Play."""
        await self.until(lambda: self.enabled("Play"))
        self.record.play(time.time())
        await self.click("Play")
        await self.until(lambda: self.enabled("Pause") or self.done)

    async def pause(self) -> None:
        """Press Pause and measure how long the page takes to show it."""
        if not self.enabled("Pause"):
            self.record.stop(time.time())
            return
        pressed = time.time()
        self.record.stop(pressed)
        await self.click("Pause")
        await self.until(lambda: not self.enabled("Pause"))
        self.record.pauses.append(time.time() - pressed)

    async def reset(self) -> None:
        """Pause, then press Reset, where there is something to reset, and wait for the new run."""
        await self.pause()
        if self.enabled("Reset"):
            await self.click("Reset")
            await self.until(lambda: self.iteration == 0 and self.enabled("Play"))

    async def change_gamma(self) -> None:
        """One step, while the run goes on."""
        name = f"Settings.gamma.{self._random.choice(('less', 'more'))}"
        if self.enabled(name):
            await self.click(name)

    async def train_on(self, source: str, target: str) -> None:
        """Upload a pair of the sample files and start a run on it."""
        await self.select(next(name for name in self.widgets if name.startswith("domain.")), UPLOAD)
        for role, file in (("source", source), ("target", target)):
            await self.until(lambda role=role: f"file {role}" in self.widgets)
            await self._think(0.5, 1.5)
            await self.upload(f"file {role}", SAMPLES / file)
        await self.until(lambda: self.enabled("Train on these"))
        await self._think(0.5, 1.5)
        await self.click("Train on these")
        await self.until(lambda: "Train on these" not in self.widgets and self.iteration == 0 and self.enabled("Play"))

    async def _rest(self) -> None:
        await self.pause()
        await self._think(0.5, 2)
        if not self.done:
            await self.play()

    async def _again(self) -> None:
        await self.reset()
        await self.play()

    async def _think(self, least: float, most: float) -> None:
        await asyncio.sleep(self._random.uniform(least, most))


async def visit(address: str, query: str, name: str, delay: float, seconds: float, uploads: bool) -> Record:
    """One session from its arrival to its end; what goes wrong stands in the record."""
    await asyncio.sleep(delay)
    student = Student(address, query, name, uploads=uploads)
    try:
        async with asyncio.timeout(seconds + GRACE_SECONDS), student:
            await student.live(seconds)
    except (TimeoutError, OSError, KeyError) as error:
        student.errors[f"the session broke off at {_step(error)}, iteration {student.iteration}: {error!r}"] += 1
    student.record.stop(time.time())
    student.record.errors = student.errors
    return student.record


def _step(error: BaseException) -> str:
    """The student's methods that were under way when a session broke off."""
    frames = traceback.extract_tb((error.__cause__ or error).__traceback__)
    return " > ".join(f"{f.name}:{f.lineno}" for f in frames if f.filename == __file__)


async def warm_up(address: str, query: str) -> None:
    """One session that does everything once, so that what is loaded late is not taken for a leak."""
    async with Student(address, query, "warm-up", uploads=True) as student:
        await student.open()
        await student.play()
        await student.until(lambda: student.record.frames > WARM_FRAMES)
        await student.pause()
        await student.reset()
        await student.train_on(*PAIRS[1])
        await student.play()
        await student.until(lambda: student.record.frames > 2 * WARM_FRAMES)
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
    print("Pause (s)     p50 {:.2f}, p95 {:.2f}, p99 {:.2f}".format(*percentiles(pauses)), end="")
    print(f", max {max(pauses, default=float('nan')):.2f}; {len(pauses)} times")
    for record in records:
        if record.name.startswith("Chromium"):
            figures = percentiles(record.gaps)[1], percentiles(record.pauses)[1]
            print(f"  {record.name}: {record.frames} frames, gap p95 {figures[0]:.2f}, Pause p95 {figures[1]:.2f}")
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
    return {"gap": percentiles(gaps)[1], "pause": percentiles(pauses)[1], "memory": growth, "errors": errors.total()}


def main() -> int:
    """The command line; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench.loadtest", description=__doc__.splitlines()[0])
    parser.add_argument("--sessions", type=int, default=30, help="sessions that speak the browser's protocol")
    parser.add_argument("--pages", type=int, default=2, help="real Chromium pages beside them")
    parser.add_argument("--seconds", type=float, default=60, help="how long a session stays")
    parser.add_argument("--cool-down", type=float, default=30, help="seconds before memory is measured")
    parser.add_argument("--query", default="domain=moons&max_iter=100000", help="the link that everybody opens")
    parser.add_argument("--gap", type=float, help="bound on the gap's p95 (s)")
    parser.add_argument("--pause", type=float, help="bound on Pause's p95 (s)")
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
