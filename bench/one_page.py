"""One page that watches a run as fast as it goes: frames a second, moves of its t-SNE, and what its browser takes.

`python -m bench.one_page --rounds 3 --frames 5 --gliding 35 --still 15 --moves 2` opens real Chromium pages in turn
whose points glide from frame to frame, and whose person prefers reduced motion. Ends with status 1 if a median misses
its bound.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from bench.chromium import FLAGS, choose_speed, cpu_of_browsers, executable, noted, opened, press
from bench.serving import Server

FASTEST = "as fast as it goes"
MOTIONS = {"gliding": "no-preference", "still": "reduce"}
SETTLING_SECONDS = 4


@dataclass(frozen=True)
class Watched:
    """What one page had: frames and moves a second, and of one core the percentage that its browser took."""

    frames: float
    moves: float
    browser: float


async def watch(browser: Browser, server: Server, query: str, motion: str, seconds: float) -> Watched:
    """One page that has played for some seconds already."""
    page = await opened(browser, server.address, query, reduced_motion=MOTIONS[motion])
    await choose_speed(page, FASTEST)
    # Workers that still start, and a page that still loads, are another measurement's.
    await asyncio.to_thread(server.wait_until_idle)
    await press(page, "Play")
    await asyncio.sleep(SETTLING_SECONDS)
    await noted(page, forget=True)
    before, loop = cpu_of_browsers(), asyncio.get_running_loop()
    started = loop.time()
    await asyncio.sleep(seconds)
    after, spent = cpu_of_browsers(), loop.time() - started
    seen = await noted(page)
    await page.close()
    drawn = sum(cpu - before.get(pid, 0.0) for pid, cpu in after.items())
    moves = sum(moved for _, _, moved, _ in seen.sent)
    return Watched(len(seen.sent) / spent, moves / spent, 100 * drawn / spent)


async def compare(server: Server, asked: argparse.Namespace) -> dict[str, list[Watched]]:
    """What the pages of each motion had, round by round."""
    watched: dict[str, list[Watched]] = {motion: [] for motion in MOTIONS}
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable(), args=FLAGS)
        for k in range(asked.rounds):
            for motion, seen in watched.items():
                seen.append(await watch(browser, server, asked.query, motion, asked.seconds))
                print(f"round {k + 1}, {motion:<8} {_described(seen[-1])}", flush=True)
        await browser.close()
    return watched


def _described(seen: Watched) -> str:
    return (
        f"{seen.frames:.2f} frames/s, t-SNE moves {seen.moves:.2f} times a second, browser {seen.browser:.0f} % of a "
        f"core, {10 * seen.browser / max(seen.frames, 1e-9):.0f} ms a frame"
    )


def main() -> int:
    """The command line; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench.one_page", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=10, help="for which each page is watched")
    parser.add_argument("--query", default="domain=moons&max_iter=100000", help="the page's link")
    parser.add_argument("--frames", type=float, help="bound on frames a second, from below")
    parser.add_argument("--moves", type=float, help="bound on moves of the t-SNE a second, from below")
    parser.add_argument("--gliding", type=float, help="bound on the browser's %% of a core while points glide")
    parser.add_argument("--still", type=float, help="bound on it with reduced motion")
    asked = parser.parse_args()
    with Server(Path(tempfile.mkstemp(prefix="one-page-", suffix=".log")[1])) as server:
        watched = asyncio.run(compare(server, asked))
    medians = {
        motion: Watched(*(statistics.median(getattr(s, n) for s in seen) for n in ("frames", "moves", "browser")))
        for motion, seen in watched.items()
    }
    for motion, seen in medians.items():
        print(f"median,  {motion:<8} {_described(seen)}")
    gliding = medians["gliding"]
    missed = [
        name for name in ("frames", "moves") if (bound := getattr(asked, name)) and getattr(gliding, name) < bound
    ]
    missed += [name for name, seen in medians.items() if (bound := getattr(asked, name)) and seen.browser > bound]
    if missed:
        print(f"MISSED: {', '.join(missed)}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
