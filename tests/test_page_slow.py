"""The page on a server that is slow to send, as in a full class."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import button, open_page, wait_for_iteration
from conftest import serve
from playwright.sync_api import Page

SENDS_EVERY = 3
"""Seconds, in which the page is drawn several times."""


@pytest.fixture(scope="module")
def slow_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    program = str(Path(__file__).with_name("slow_to_send.py")), str(SENDS_EVERY)
    with serve(tmp_path_factory.mktemp("slow"), program, DANN_ENGINE="threads") as (address, _):
        yield address


def test_clicks_that_come_before_what_was_drawn_leave_the_page_whole(page: Page, slow_address: str) -> None:
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    open_page(page, slow_address)
    button(page, "Step").click()
    wait_for_iteration(page, 1)
    # Streamlit's key for the whole page; then clicks on what is there, each with time to be drawn but not to be sent.
    page.keyboard.press("r")
    for _ in range(3):
        page.wait_for_timeout(200 * SENDS_EVERY)
        button(page, "Step").click()
    wait_for_iteration(page, 2)
    page.wait_for_timeout(1000 * SENDS_EVERY)
    assert not broken
    assert button(page, "Step").is_enabled()
