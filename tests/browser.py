"""What the tests in a real Chromium share."""

from __future__ import annotations

import re
import socket
from pathlib import Path

from playwright.sync_api import Download, Locator, Page, TimeoutError, expect

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "assets" / "samples"
DESKTOP, PHONE = {"width": 1400, "height": 900}, {"width": 390, "height": 844}
CHROMIUM_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PATIENCE = 60_000
"""Milliseconds that a busy machine may take; no test measures time."""
MAKING = 180_000
"""Milliseconds that Streamlit itself waits for a file: workers that make one give way to all else on a busy machine."""

expect.set_options(timeout=PATIENCE)


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def open_page(page: Page, address: str, query: str = "max_iter=1000") -> None:
    """Open a link, by default one that shows a run and no film, and wait for its first picture."""
    page.goto(f"{address}/?{query}")
    expect(player(page)).to_have_attribute("data-state", re.compile("paused|playing|finished"))
    expect(progress(page)).to_contain_text(re.compile("iteration|迭代"))


def at_rest(page: Page) -> None:
    """Wait until Streamlit has drawn the page: what is being drawn anew takes no click."""
    expect(page.locator("[data-testid=stApp]")).to_have_attribute("data-test-script-state", "notRunning")


def downloaded(page: Page, name: str) -> Download:
    """What a button of Streamlit's brings.

    Whenever the page is drawn anew, Streamlit forgets what a button would have made until then, and refuses a press
    that meets it: it is pressed again, as a person does.
    """
    wanted = page.get_by_role("button", name=name, exact=True)
    expect(wanted).to_be_visible()
    brought: list[Download] = []
    page.once("download", lambda download: brought.append(download))
    for _ in range(3):
        at_rest(page)
        wanted.click()
        # It takes no press while its file is being made.
        expect(wanted).to_be_enabled(timeout=MAKING)
        refused = page.get_by_test_id("stDownloadButtonError")
        if not refused.is_visible():
            return brought[0] if brought else page.wait_for_event("download")
        reason = refused.inner_text()
    raise AssertionError(f"{name}: {reason}")


def player(page: Page) -> Locator:
    return page.locator(".dann-player")


def progress(page: Page) -> Locator:
    return page.locator(".dann-progress-text")


def notice(page: Page) -> Locator:
    return page.locator(".dann-notice")


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True).first


def choose_upload(page: Page) -> None:
    # A list that opens while the page is drawn anew closes again.
    expect(page.get_by_role("combobox").first).to_be_visible()
    at_rest(page)
    page.get_by_role("combobox").first.click()
    page.get_by_text("Your own two files").click()
    expect(page.get_by_text("Source: labelled samples")).to_be_visible()


ITERATION = r"^(?:looking back: )?iteration ([\d,]+)"


def iteration(page: Page) -> int:
    return int(re.search(ITERATION, progress(page).inner_text()).group(1).replace(",", ""))


def wait_for_iteration(page: Page, at_least: int) -> None:
    page.wait_for_function(
        """least => {
            const text = document.querySelector('.dann-progress-text')?.innerText;
            const found = text?.match(/iteration ([\\d,]+)/);
            return found && Number(found[1].replaceAll(',', '')) >= least;
        }""",
        arg=at_least,
    )


def play_and_pause(page: Page, at_least: int) -> int:
    """Play until some iterations are done and pause; the iteration at rest."""
    button(page, "Play").click()
    wait_for_iteration(page, at_least)
    button(page, "Pause").click()
    expect(player(page)).to_have_attribute("data-state", "paused")
    return iteration(page)


def figure(page: Page, label: str) -> str:
    return reading(page, label).inner_text()


def reading(page: Page, label: str) -> Locator:
    return page.locator(".dann-figure").filter(has_text=label).locator("dd:not(.dann-aside)").first


def tooltip(page: Page) -> Locator:
    return page.locator(".dann-tooltip:visible")


MIDDLE = """place => {
    const box = place.getBoundingClientRect();
    return [box.x + box.width / 2, box.y + box.height / 2];
}"""


def point_at(page: Page, place: Locator, text: str | re.Pattern[str], where: str = MIDDLE) -> None:
    """Move the pointer to a place on a chart, by default its middle, until the chart says so.

    A chart that is being drawn forgets where the pointer was, until it is moved again, as every hand does.
    """
    for attempt in range(PATIENCE // 1000):
        x, y = place.evaluate(where)
        page.mouse.move(x + attempt % 2, y)
        try:
            page.locator(".hovertext, .hoverlayer .legend", has_text=text).wait_for(timeout=1000)
            return
        except TimeoutError:
            continue
    raise AssertionError(f"the chart never said {text!r}")
