"""What drawing the pictures costs the browser: the page as it is, and the same page with each drawn anew by Plotly.

`python -m bench.pictures --rounds 3` watches a run of moons both ways in turn, in a Chromium, and ends with the ratio
of the times. Only the drawing is timed, not what the browser then does to show it.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from bench.chromium import FLAGS, executable, opened, press
from bench.serving import Server

SECONDS = 15

# Times every picture: the page's own way, or with nothing on a canvas, so that Plotly draws all of each anew.
TIME_PICTURES = """isPlotlys => {
    window.took = {}
    addEventListener('drawn', ({ target, detail }) => {
        const name = ['features', 'input', 'curves'][[...document.querySelectorAll('.figure')].indexOf(target)]
        ;(window.took[name] ??= []).push(detail)
    })
    if (!isPlotlys) return
    const parse = JSON.parse
    JSON.parse = (...given) => {
        const value = parse(...given)
        for (const { figure } of Object.values(value?.figures ?? {})) {
            for (const trace of figure.data) {
                delete trace.meta
                if (trace.mode === 'none') trace.mode = 'markers'
            }
        }
        return value
    }
}"""


async def drawn(browser: Browser, address: str, is_plotlys: bool) -> dict[str, float]:
    """Median milliseconds of each picture on a page that plays."""
    page = await opened(browser, address, "domain=moons&max_iter=100000")
    await page.get_by_text("embedded together").wait_for()
    await page.wait_for_function("window.Plotly")
    await page.evaluate(TIME_PICTURES, is_plotlys)
    await press(page, "Play")
    await asyncio.sleep(SECONDS)
    took = await page.evaluate("window.took")
    await page.close()
    return {name: statistics.median(times) for name, times in took.items()}


async def compare(server: Server, rounds: int) -> list[float]:
    """The ratio of every round; each prints its figures."""
    ratios = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable(), args=FLAGS)
        for k in range(rounds):
            ours, plotlys = [await drawn(browser, server.address, is_plotlys) for is_plotlys in (False, True)]
            ratios.append(sum(plotlys[name] for name in ours) / sum(ours.values()))
            for whose, took in (("as they are", ours), ("Plotly's", plotlys)):
                each = ", ".join(f"{name} {milliseconds:.0f} ms" for name, milliseconds in took.items())
                print(f"round {k + 1}, {whose}: {each}", flush=True)
        await browser.close()
    return ratios


def main() -> int:
    """The command line; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench.pictures", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    with Server(Path(tempfile.mkstemp(prefix="pictures-", suffix=".log")[1])) as server:
        ratios = asyncio.run(compare(server, asked.rounds))
    print(f"all left to Plotly takes {statistics.median(ratios):.1f} times as long (median of {asked.rounds} rounds)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
