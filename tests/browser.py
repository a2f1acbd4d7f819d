"""What the tests in a real Chromium share."""

from __future__ import annotations

import re
import socket
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "assets" / "samples"
DESKTOP, PHONE = {"width": 1400, "height": 900}, {"width": 390, "height": 844}
CHROMIUM_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PATIENCE = 60_000
"""Milliseconds that a busy machine may take; no test measures time."""

expect.set_options(timeout=PATIENCE)


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def open_page(page: Page, address: str, query: str = "") -> None:
    page.goto(f"{address}/?{query}")
    expect(button(page, "Play")).to_be_enabled()
    expect(page.get_by_test_id("stProgress")).to_be_visible()
    expect(page.get_by_text("embedded together")).to_be_visible()


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name).first


def iteration(page: Page) -> int:
    text = page.get_by_test_id("stProgress").inner_text()
    return int(re.search(r"iteration\s+([\d,]+)", text).group(1).replace(",", ""))


def wait_for_iteration(page: Page, at_least: int) -> None:
    page.wait_for_function(
        """least => {
            const text = document.querySelector('[data-testid=stProgress]')?.innerText;
            const found = text?.match(/iteration\\s+([\\d,]+)/);
            return found && Number(found[1].replaceAll(',', '')) >= least;
        }""",
        arg=at_least,
    )


def figure(page: Page, label: str) -> str:
    return reading(page, label).inner_text()


def reading(page: Page, label: str) -> Locator:
    return page.locator(".figures > div").filter(has_text=label).locator("dd")
