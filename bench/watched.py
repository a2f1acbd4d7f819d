"""What watching costs: the same run without a page, and watched in a Chromium from Play until the page says done.

`python -m bench.watched --rounds 3` takes both in turn, on the app's own settings of each domain, and ends with
status 1 if a domain's median ratio is above `--ratio`. A third figure is where the time of a live run goes, measured
in a process without a page.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from playwright.async_api import Browser, async_playwright

from bench.chromium import FLAGS, PATIENCE, cpu_of_browsers, executable, opened, press
from bench.serving import ROOT, Server

WARM_ITERATIONS = 50
POLL = 50  # ms


@dataclass(frozen=True)
class Watched:
    """One watched run: seconds from Play to done, frames on the screen, CPU seconds of server, workers, browser."""

    seconds: float
    frames: int
    longest_gap: float
    server_cpu: float
    workers_cpu: float
    browser_cpu: float


def headless(domain: str, iterations: int) -> dict[str, float]:
    """Seconds of a run in this process, on one thread, after a warm-up."""
    trainer, _ = _made(domain, iterations)
    trainer.advance(WARM_ITERATIONS)
    trainer, _ = _made(domain, iterations)
    started = time.perf_counter()
    trainer.advance(iterations)
    return {"run": time.perf_counter() - started}


def inside(domain: str, iterations: int) -> dict[str, float]:
    """Seconds of a live run by what they went into, in this process: what the page itself costs is not in them."""
    from dann_core.live import snapshot as observation
    from dann_core.live.worker import LiveRun, Slice

    trainer, pair = _made(domain, iterations)
    trainer.advance(WARM_ITERATIONS)
    run = LiveRun(pair, trainer.settings)
    asked = Slice(trainer.settings)
    # The first look is had before Play is pressed.
    run.advance(Slice(trainer.settings, 0))
    spent = dict.fromkeys(("training", "looking", "embedding", "probe", "checkpoints"), 0.0)
    _time(run.trainer, "advance", spent, "training")
    _time(run.observer, "observe", spent, "looking")
    _time(run.observer._tsne, "follow", spent, "embedding")
    _time(run.observer._pca, "follow", spent, "embedding")
    _time(observation, "proxy_a_distance", spent, "probe")
    _time(run, "_checkpoint", spent, "checkpoints")
    slices, started = 0, time.perf_counter()
    while run.trainer.iteration < iterations:
        run.advance(asked)
        slices += 1
    return {"run": time.perf_counter() - started, "slices": slices, **spent}


def _made(domain: str, iterations: int) -> tuple[Any, Any]:
    from dann_core import Trainer, domains
    from dann_core.engine import one_thread

    one_thread()
    settings = domains.preset(domain).replace(max_iter=iterations)
    pair = domains.load(domain, seed=settings.seed)
    return Trainer(pair, settings), pair


def _time(owner: Any, name: str, spent: dict[str, float], what: str) -> None:
    method: Callable[..., Any] = getattr(owner, name)

    def timed(*args: Any, **options: Any) -> Any:
        started = time.perf_counter()
        try:
            return method(*args, **options)
        finally:
            spent[what] += time.perf_counter() - started

    setattr(owner, name, timed)


def in_a_process(measure: str, domain: str, iterations: int) -> dict[str, float]:
    """`headless` or `inside` in a process of its own."""
    command = [sys.executable, "-m", "bench.watched", "--measure", measure, "--domains", domain]
    done = subprocess.run([*command, "--iterations", str(iterations)], cwd=ROOT, check=True, capture_output=True)
    return json.loads(done.stdout.splitlines()[-1])


async def watch(browser: Browser, server: Server, domain: str, iterations: int) -> Watched:
    """One page, from Play until its numbers say done; the last pictures follow."""
    page = await opened(browser, server.address, f"domain={domain}&max_iter={iterations}")
    await page.get_by_text("embedded together").wait_for()
    # Workers that still start, and a page that still loads, are another measurement's.
    await asyncio.to_thread(server.wait_until_idle)
    before, drawing = server.usage(), cpu_of_browsers()
    await press(page, "Play")
    # By a timer: Playwright else looks in every frame of the screen, which took a sixth of the browser's time.
    await page.wait_for_function("window.done_at", polling=POLL, timeout=5 * PATIENCE)
    after, drawn = server.usage(), cpu_of_browsers()
    # The page's own clock: what Playwright does before it clicks is no part of the run, nor when it looks.
    pressed = float(await page.evaluate("window.clicked_at"))
    ended = float(await page.evaluate("window.done_at"))
    times = [at for at, _ in await page.evaluate("window.frames_seen") if at > pressed]
    await page.close()
    return Watched(
        seconds=ended - pressed,
        frames=len(times),
        longest_gap=float(np.diff([pressed, *times]).max()),
        server_cpu=after.server_cpu - before.server_cpu,
        workers_cpu=after.workers_cpu - before.workers_cpu,
        # The page before may have ended meanwhile, and its processes with it.
        browser_cpu=sum(cpu - drawing.get(pid, 0.0) for pid, cpu in drawn.items()),
    )


async def compare(server: Server, domains: list[str], iterations: int, rounds: int) -> dict[str, list[float]]:
    """The ratios watched / headless of every domain; each round prints its figures."""
    ratios: dict[str, list[float]] = {domain: [] for domain in domains}
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable(), args=FLAGS)
        await watch(browser, server, domains[0], 200)
        for k in range(rounds):
            for domain in domains:
                alone = (await asyncio.to_thread(in_a_process, "headless", domain, iterations))["run"]
                seen = await watch(browser, server, domain, iterations)
                ratios[domain].append(seen.seconds / alone)
                print(
                    f"{domain:<8} round {k + 1}: headless {alone:6.2f} s, watched {seen.seconds:6.2f} s, "
                    f"ratio {seen.seconds / alone:.2f}; {seen.frames} frames, {iterations / seen.frames:.0f} "
                    f"iterations each, {seen.frames / seen.seconds:.1f} a second, longest gap {seen.longest_gap:.2f}; "
                    f"CPU a frame: server {1000 * seen.server_cpu / seen.frames:.0f} ms, browser "
                    f"{1000 * seen.browser_cpu / seen.frames:.0f} ms; workers busy "
                    f"{seen.workers_cpu / seen.seconds:.0%} of the time, {seen.workers_cpu:.2f} s",
                    flush=True,
                )
        await browser.close()
    return ratios


def describe(domain: str, parts: dict[str, float]) -> str:
    """Where the time of a live run goes, in one line."""
    total, slices = parts["run"], parts["slices"]
    shares = ", ".join(f"{n} {parts[n] / total:.1%}" for n in ("training", "looking", "embedding", "probe"))
    return (
        f"{domain:<8} live run without a page {total:.2f} s in {slices} slices of {1000 * total / slices:.0f} ms: "
        f"{shares} (embedding and probe are parts of looking, {1000 * parts['looking'] / slices:.0f} ms a slice), "
        f"checkpoints {parts['checkpoints'] / total:.1%}"
    )


def main() -> int:
    """The command line; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench.watched", description=__doc__.splitlines()[0])
    parser.add_argument("--domains", nargs="+", default=["moons", "digits"])
    parser.add_argument("--iterations", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--ratio", type=float, help="bound on each domain's median ratio")
    parser.add_argument("--measure", choices=("headless", "inside"), help="only this, without a page, as JSON")
    asked = parser.parse_args()
    if asked.measure:
        measure = {"headless": headless, "inside": inside}[asked.measure]
        print(json.dumps(measure(asked.domains[0], asked.iterations)))
        return 0
    for domain in asked.domains:
        print(describe(domain, in_a_process("inside", domain, asked.iterations)), flush=True)
    log = Path(tempfile.mkstemp(prefix="watched-", suffix=".log")[1])
    print(f"server log {log}", flush=True)
    with Server(log) as server:
        ratios = asyncio.run(compare(server, asked.domains, asked.iterations, asked.rounds))
    medians = {domain: statistics.median(values) for domain, values in ratios.items()}
    for domain, median in medians.items():
        print(f"{domain:<8} median ratio {median:.2f}")
    missed = [domain for domain, median in medians.items() if asked.ratio and median > asked.ratio]
    if missed:
        print(f"MISSED: {', '.join(missed)} above the ratio of {asked.ratio:g}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
