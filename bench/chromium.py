"""Real Chromium pages for the benchmarks: what is sent to them, what their screens show, and when."""

from __future__ import annotations

import asyncio
import random
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import psutil
from playwright.async_api import Browser, Error, Page, async_playwright, expect

from bench.student import Record

FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync")
PATIENCE = 120_000
"""Milliseconds that the page of a busy server may take."""

POLL = 50
"""Milliseconds between two looks: by itself, Playwright looks in every frame of the screen, which keeps it busy."""

# Begins before the page does. All times are seconds of the clock; offsets are those of server/channel.py's envelope and
# of dann_core/live/message.py.
NOTE = """(() => {
    const noted = window.noted = { sent: [], states: [], shown: [], clicked: 0, shift: 0 }
    const now = () => Date.now() / 1000
    const take = data => {
        if (typeof data === 'string') {
            const { is, state } = JSON.parse(data)
            if (is === 'state') noted.states.push([now(), state])
            return
        }
        const view = new DataView(data)
        if (view.getUint16(14, true) !== 2) return
        const header = new Uint8Array(data, 20, view.getUint32(16, true))
        const { values } = JSON.parse(new TextDecoder().decode(header))
        noted.sent.push([now(), values.iteration, values.moved, data.byteLength])
    }
    window.WebSocket = class extends WebSocket {
        constructor(url, ...rest) {
            super(url, ...rest)
            if (new URL(url).pathname.endsWith('/live')) this.addEventListener('message', ({ data }) => take(data))
        }
    }
    addEventListener('click', () => { noted.clicked = now() }, true)
    let last
    const look = () => {
        const said = document.querySelector('.dann-player [role=progressbar]')?.getAttribute('aria-valuetext')
        const found = said?.match(/iteration ([\\d,]+)/)
        const iteration = found && Number(found[1].replaceAll(',', ''))
        if (found && iteration !== last) noted.shown.push([now(), iteration])
        if (found) last = iteration
    }
    const what = { childList: true, subtree: true, attributes: true, attributeFilter: ['aria-valuetext'] }
    new MutationObserver(look).observe(document, what)
    new PerformanceObserver(list => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) noted.shift += entry.value
    }).observe({ type: 'layout-shift', buffered: true })
})()"""


@dataclass
class Noted:
    """What a page has noted: frames sent `(at, iteration, moved, bytes)`, states `(at, state)`, iterations on the
    screen `(at, iteration)`, the last click, and the sum of all layout shifts that no input has caused."""

    sent: list[tuple[float, int, bool, int]] = field(default_factory=list)
    states: list[tuple[float, str]] = field(default_factory=list)
    shown: list[tuple[float, int]] = field(default_factory=list)
    clicked: float = 0.0
    shift: float = 0.0

    def paused(self) -> float:
        """Seconds from the last click, on Pause, until the page had heard of it and showed nothing further."""
        heard = min(at for at, state in self.states if at >= self.clicked and state in ("paused", "finished"))
        return max([heard, *(at for at, _ in self.shown if at > self.clicked)]) - self.clicked

    def own_frame(self) -> float | None:
        """When the screen first showed a trained frame that the channel had sent, no film's; None before that."""
        own = [
            at
            for at, iteration in self.shown
            if iteration > 0 and any(came <= at and sent == iteration for came, sent, *_ in self.sent)
        ]
        return min(own, default=None)


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
    await page.get_by_role("button", name=name, exact=True).first.click()


async def can_press(page: Page, name: str) -> None:
    """Wait until a button is enabled."""
    await expect(page.get_by_role("button", name=name, exact=True).first).to_be_enabled(timeout=PATIENCE)


async def choose_speed(page: Page, text: str) -> None:
    """Choose one of the player's speeds."""
    await page.get_by_role("combobox", name="speed", exact=True).select_option(label=text)


async def noting(browser: Browser, **options: Any) -> Page:
    """A page of its own, without a cache, that notes what happens to it from its very beginning."""
    page = await browser.new_page(viewport={"width": 1400, "height": 900}, **options)
    page.set_default_timeout(PATIENCE)
    await page.add_init_script(NOTE)
    return page


async def opened(browser: Browser, address: str, query: str, **options: Any) -> Page:
    """A page with the first picture of a run that can be played."""
    page = await noting(browser, **options)
    await page.goto(f"{address}/?{query}")
    await page.wait_for_function("noted.shown.length > 0", polling=POLL)
    await can_press(page, "Play")
    return page


async def noted(page: Page, *, forget: bool = False) -> Noted:
    """What a page has noted so far; what is asked for once more after `forget` begins then."""
    script = "forget => { const was = { ...noted }; if (forget) for (const l of ['sent', 'states', 'shown']) "
    return Noted(**await page.evaluate(script + "noted[l] = []; return was }", forget))


async def visit_in_chromium(address: str, query: str, records: list[Record], seconds: float) -> None:
    """One page for each record, for so many seconds: Play, gamma, Pause, at least once."""
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
        while not record.pauses or time.time() < deadline:
            await noted(page, forget=True)
            await press(page, "Play")
            await can_press(page, "Pause")
            started = (await noted(page)).clicked
            for _ in range(2):
                await asyncio.sleep(chance.uniform(2, 4))
                await press(page, chance.choice("−+"))
            await asyncio.sleep(chance.uniform(2, 4))
            await press(page, "Pause")
            await can_press(page, "Step")
            # Whether it stands still is seen in the rest that follows.
            await asyncio.sleep(chance.uniform(2, 3))
            _note(record, started, await noted(page))
        for text in await page.get_by_test_id("stException").all_inner_texts():
            record.errors[text] += 1
    except (Error, AssertionError) as error:
        record.errors[f"the page broke off: {str(error).splitlines()[0]}"] += 1


def _note(record: Record, started: float, seen: Noted) -> None:
    record.pauses.append(seen.paused())
    record.play(started)
    highest = -1
    for at, iteration in seen.shown:
        if started < at < seen.clicked and iteration > highest:
            record.frame(at)
        highest = max(highest, iteration)
    for at, _, moved, size in seen.sent:
        record.came(size, moved and started < at < seen.clicked)
    record.stop(seen.clicked)
