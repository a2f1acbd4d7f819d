"""The page on a server that is slow to send, as in a full class."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import button, open_page, wait_for_iteration
from conftest import serve
from playwright.sync_api import Page, expect

SENDS_EVERY = 3
"""Seconds, in which the page is drawn several times."""


@pytest.fixture(scope="module")
def slow_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    program = str(Path(__file__).with_name("slow_to_send.py")), str(SENDS_EVERY)
    with serve(tmp_path_factory.mktemp("slow"), program, DANN_ENGINE="threads") as (address, _):
        yield address


def test_clicks_that_come_before_what_was_drawn_leave_the_page_whole(page: Page, slow_address: str) -> None:
    broken: list[str] = []
    asked: list[bytes | str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.on("websocket", lambda socket: socket.on("framesent", lambda sent: asked.append(sent)))
    open_page(page, slow_address)
    button(page, "Step").click()
    wait_for_iteration(page, 1)
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    # Streamlit's key for the whole page; then clicks on what is there, each with time to be drawn but not to be sent.
    before = len(asked)
    page.keyboard.press("r")
    page.wait_for_timeout(200 * SENDS_EVERY)
    assert len(asked) > before
    for _ in range(3):
        button(page, "Step").click()
        page.wait_for_timeout(200 * SENDS_EVERY)
    wait_for_iteration(page, 2)
    page.wait_for_timeout(1000 * SENDS_EVERY)
    assert not broken
    expect(button(page, "Step")).to_be_enabled()
