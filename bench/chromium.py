"""Real Chromium pages for the benchmarks: what their screens show and when."""

from __future__ import annotations

import asyncio
import random
import shutil
import time
from contextlib import suppress

import psutil
from playwright.async_api import Browser, Error, Locator, Page, async_playwright, expect

from bench.student import Record

FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync")
PATIENCE = 120_000
"""Milliseconds that the page of a busy server may take."""

# Notes each new iteration that the page shows and when, when it first says done, and the last click, in seconds of the
# clock. What changes is observed: to look in every frame of the screen would keep the browser busy itself.
NOTE_FRAMES = """() => {
    window.frames_seen = []
    addEventListener('click', () => { window.clicked_at = Date.now() / 1000 }, true)
    let last
    const look = () => {
        const said = document.querySelector('[data-testid=stProgress]')?.textContent ?? ''
        const found = said.match(/iteration\\s+([\\d,]+)/)
        const iteration = found && Number(found[1].replaceAll(',', ''))
        if (found && iteration !== last) window.frames_seen.push([Date.now() / 1000, iteration])
        if (found) last = iteration
        if (said.includes('done')) window.done_at ??= Date.now() / 1000
    }
    look()
    new MutationObserver(look).observe(document.body, { childList: true, characterData: true, subtree: true })
}"""


def executable() -> str | None:
    """The system's Chromium; None leaves the choice to Playwright."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def cpu_of_browsers() -> dict[int, float]:
    """CPU seconds so far of each process of this process's browsers, by its id."""
    seconds = {}
    for process in psutil.Process().children(recursive=True):
        # A browser ends processes of its own at any time.
        with suppress(psutil.NoSuchProcess):
            if "chrom" in process.name():
                times = process.cpu_times()
                seconds[process.pid] = times.user + times.system
    return seconds


async def press(page: Page, name: str) -> None:
    """Press a button by its name."""
    await _button(page, name).click()


async def can_press(page: Page, name: str) -> None:
    """Wait until a button is enabled."""
    await expect(_button(page, name)).to_be_enabled(timeout=PATIENCE)


def _button(page: Page, name: str) -> Locator:
    # A button's name also holds its icon's and its shortcut's: only plus and minus are nothing else.
    return page.get_by_role("button", name=name, exact=len(name) == 1).first


async def opened(browser: Browser, address: str, query: str) -> Page:
    """A page whose run can be played, noting its frames."""
    page = await browser.new_page(viewport={"width": 1400, "height": 900})
    page.set_default_timeout(PATIENCE)
    await page.goto(f"{address}/?{query}")
    await can_press(page, "Play")
    await page.get_by_test_id("stProgress").wait_for()
    await page.evaluate(NOTE_FRAMES)
    return page


async def visit_in_chromium(address: str, query: str, records: list[Record], seconds: float) -> None:
    """One page for each record, for so many seconds: Play, gamma, Pause."""
    if not records:
        return
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable(), args=FLAGS)
        await asyncio.gather(*(_visit(browser, address, query, record, seconds) for record in records))
        await browser.close()


async def _visit(browser: Browser, address: str, query: str, record: Record, seconds: float) -> None:
    chance, deadline = random.Random(record.name), time.time() + seconds
    try:
        page = await opened(browser, address, query)
        page.on("pageerror", lambda error: record.errors.update([f"in the browser: {error}"]))
        while time.time() < deadline:
            started = time.time()
            await press(page, "Play")
            await can_press(page, "Pause")
            for _ in range(2):
                await asyncio.sleep(chance.uniform(2, 4))
                await press(page, chance.choice("−+"))
            await asyncio.sleep(chance.uniform(2, 4))
            pressed = time.time()
            await press(page, "Pause")
            await can_press(page, "Step")
            record.pauses.append(time.time() - pressed)
            record.play(started)
            for at, _ in await page.evaluate("window.frames_seen.splice(0)"):
                if started < at < pressed:
                    record.frame(at)
            record.stop(pressed)
            await asyncio.sleep(chance.uniform(0.5, 2))
        for text in await page.get_by_test_id("stException").all_inner_texts():
            record.errors[text] += 1
    except (Error, AssertionError) as error:
        record.errors[f"the page broke off: {str(error).splitlines()[0]}"] += 1
