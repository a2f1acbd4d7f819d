"""How soon a server that has just been started shows something, and how soon the first Play is answered.

`python -m bench.first_play --rounds 3 --answers 2 --film 7 --own 12 --shift 0.1` starts the app anew for each visit of
a real Chromium page, in turn: one that watches the film, one whose Play is pressed at once. All seconds count from the
start of `streamlit run`. Ends with status 1 if a median misses its bound.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from bench.chromium import FLAGS, POLL, executable, noted, noting, press
from bench.serving import Server

SETTLING_SECONDS = 3
"""For so long after the film has begun, a page may still build itself."""

FIGURES = {
    "answers": "the server answers (s)",
    "film": "the film moves (s)",
    "own": "the own run's first trained frame, Play pressed at once (s)",
    "shift": "layout shift while the page builds itself",
}


async def watch_film(browser: Browser, address: str) -> tuple[float, float]:
    """When the film moved, by `time.time`, and how much the page had shifted by the time that it was complete."""
    page = await noting(browser)
    await page.goto(address)
    await page.wait_for_function("noted.shown.length > 1", polling=POLL)
    await asyncio.sleep(SETTLING_SECONDS)
    seen = await noted(page)
    await page.close()
    return seen.shown[1][0], seen.shift


async def play_at_once(browser: Browser, address: str) -> float:
    """When a trained frame of the person's own run was on the screen, by `time.time`."""
    page = await noting(browser)
    await page.goto(address)
    await press(page, "Play")
    while (at := (await noted(page)).own_frame()) is None:
        await asyncio.sleep(POLL / 1000)
    await page.close()
    return at


async def measure(rounds: int, log: Path) -> dict[str, list[float]]:
    """The figures of every round, by their names in `FIGURES`."""
    figures: dict[str, list[float]] = defaultdict(list)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable(), args=FLAGS)
        for k in range(rounds):
            for visit in (watch_film, play_at_once):
                started = time.time()
                server = Server(log)
                await asyncio.to_thread(server.__enter__)
                try:
                    figures["answers"].append(time.time() - started)
                    if visit is watch_film:
                        at, shift = await watch_film(browser, server.address)
                        figures["film"].append(at - started)
                        figures["shift"].append(shift)
                    else:
                        figures["own"].append(await play_at_once(browser, server.address) - started)
                finally:
                    await asyncio.to_thread(server.__exit__)
            print(f"round {k + 1}: " + ", ".join(f"{name} {v[-1]:.2f}" for name, v in figures.items()), flush=True)
        await browser.close()
    return figures


def main() -> int:
    """The command line; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench.first_play", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    for name, what in FIGURES.items():
        parser.add_argument(f"--{name}", type=float, help=f"bound on the median: {what}")
    asked = parser.parse_args()
    log = Path(tempfile.mkstemp(prefix="first-play-", suffix=".log")[1])
    print(f"log of the last server {log}", flush=True)
    figures = asyncio.run(measure(asked.rounds, log))
    missed = []
    for name, what in FIGURES.items():
        median, bound = statistics.median(figures[name]), getattr(asked, name)
        print(f"{what}: median {median:.2f}, largest {max(figures[name]):.2f}")
        if bound is not None and median > bound:
            missed.append(name)
    if missed:
        print(f"MISSED: {', '.join(missed)}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
