"""Lessons and blind mode in a real Chromium: predict, play, the prediction over the truth, why; choose, reveal."""

from __future__ import annotations

import re

from browser import DESKTOP, PHONE, button, figure, notice, open_page, player, progress
from playwright.sync_api import Page, WebSocket, expect

from dann_core.lessons import read_all
from dann_core.live.message import unpack

LESSONS = {lesson.key: lesson for lesson in read_all()[0]}
ENVELOPE = 8


def too_wide(page: Page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def run_to_its_end(page: Page) -> None:
    expect(progress(page)).to_contain_text("iteration")
    page.get_by_label("speed").select_option("fast")
    button(page, "Play").click()
    expect(player(page)).to_have_attribute("data-state", "finished")


def test_a_curve_is_drawn_played_and_held_against_the_truth(page: Page, address: str, picture) -> None:
    page.goto(f"{address}/lessons")
    expect(page.get_by_role("button", name="Open")).to_have_count(len(LESSONS))
    picture(page, "lessons")
    page.get_by_role("button", name="Open").first.click()
    lesson = LESSONS["it-works"]
    expect(page.get_by_role("heading", name=lesson.title)).to_be_visible()
    expect(page).to_have_url(re.compile("lesson=it-works.*run="))
    # Play waits for the prediction, its key too; and what comes of it is not told yet.
    expect(notice(page)).to_contain_text("Predict first")
    expect(button(page, "Play")).to_have_attribute("aria-disabled", "true")
    page.keyboard.press("p")
    expect(page.get_by_text("The boundary learnt on the source")).to_have_count(0)

    points = page.get_by_role("slider", name="target accuracy at iteration")
    expect(points).to_have_count(9)
    box = page.locator(".dann-sketch").bounding_box()
    page.mouse.move(box["x"] + 0.12 * box["width"], box["y"] + 0.5 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.97 * box["width"], box["y"] + 0.06 * box["height"], steps=2)
    page.mouse.up()
    heights = [int(points.nth(k).get_attribute("aria-valuenow")) for k in range(9)]
    assert heights == sorted(heights)
    assert heights[-1] - heights[0] > 30
    points.last.focus()
    page.keyboard.press("End")
    page.keyboard.press("ArrowDown")
    expect(points.last).to_have_attribute("aria-valuetext", "95%")
    page.keyboard.press("ArrowLeft")
    expect(points.nth(7)).to_be_focused()
    page.get_by_role("button", name="Predict this").click()
    expect(page.get_by_text("Your curve is drawn dashed")).to_be_visible()
    run_to_its_end(page)
    expect(page.get_by_text(re.compile(r"Your curve was \d+ points off"))).to_be_visible()
    expect(page.get_by_text("The boundary learnt on the source")).to_be_visible()
    assert page.locator(".dann-panel-curves").bounding_box()["y"] < DESKTOP["height"] / 2
    picture(page, "lesson")

    # Who goes elsewhere and comes back finds run and prediction.
    page.get_by_test_id("stExpandSidebarButton").click()
    page.get_by_role("link", name="Explore").click()
    expect(player(page)).to_have_attribute("data-state", "finished")
    page.get_by_role("link", name="Lessons").click()
    page.get_by_role("button", name="Open").first.click()
    expect(page.get_by_text(re.compile(r"Your curve was \d+ points off"))).to_be_visible()
    page.get_by_role("button", name="Predict again").click()
    expect(notice(page)).to_contain_text("Predict first")
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("heading", name=LESSONS["shift-too-large"].title)).to_be_visible()
    page.get_by_text("Skip the prediction").click()
    expect(button(page, "Play")).not_to_have_attribute("aria-disabled", "true")


def test_a_blind_lesson_is_chosen_and_revealed_and_no_label_comes_before(page: Page, address: str, picture) -> None:
    heard: list[bytes] = []
    sockets = []

    def listen(socket: WebSocket) -> None:
        sockets.append(socket.url)
        socket.on("framereceived", lambda payload: heard.append(payload) if isinstance(payload, bytes) else None)

    page.on("websocket", listen)
    page.goto(f"{address}/lessons?lesson=choose-blind")
    lesson = LESSONS["choose-blind"]
    page.get_by_text(lesson.outcomes[0]).click()
    page.get_by_role("button", name="Predict this").click()
    run_to_its_end(page)
    blind = page.get_by_role("region", name="blind mode")
    expect(blind).to_contain_text("the target labels stay on the server")
    assert figure(page, "target accuracy") == "hidden"
    page.get_by_role("button", name=re.compile("^Commit to")).click()
    expect(blind).to_contain_text(f"Committed: run 1, iteration {lesson.settings.max_iter}")
    live = [unpack(told[ENVELOPE:]) for told in heard if told[ENVELOPE : ENVELOPE + 4] == b"DANN"]
    assert any(url.endswith("/live") for url in sockets)
    assert len(live) > 3
    assert all(not message.exam and not message.exam_arrays for message in live)
    expect(page.get_by_text("No number in sight")).to_have_count(0)

    page.get_by_role("button", name="Reveal").click()
    expect(blind).to_contain_text(re.compile(r"a regret of \d+\.\d points"))
    table = blind.get_by_role("table")
    expect(table.get_by_role("row")).to_have_count(7)
    box, inside = blind.locator(".dann-popover").bounding_box(), table.bounding_box()
    assert inside["x"] + inside["width"] <= box["x"] + box["width"]
    expect(page.get_by_text("You expected:")).to_be_visible()
    expect(page.get_by_text("No number in sight")).to_be_visible()
    picture(page, "revealed")


def test_blind_mode_closes_what_grades_by_labels_and_is_left_again(page: Page, address: str) -> None:
    page.set_viewport_size(PHONE)
    page.goto(f"{address}/lessons?lesson=it-works")
    expect(page.locator(".dann-sketch")).to_be_visible()
    assert too_wide(page) <= 0
    page.goto(f"{address}/lessons")
    expect(page.get_by_role("button", name="Open").first).to_be_visible()
    assert too_wide(page) <= 0
    page.set_viewport_size(DESKTOP)
    open_page(page, address, "domain=moons&max_iter=60&blind=1")
    run_to_its_end(page)
    page.get_by_text("Take it away").click()
    expect(page.get_by_text("waits for the reveal")).to_be_visible()
    page.get_by_role("link", name="Sweep").click()
    expect(page.get_by_text("this page grades by them")).to_be_visible()
    page.get_by_role("link", name="Compare").click()
    expect(page.get_by_text("this page grades by them")).to_be_visible()
    page.get_by_role("button", name="Leave blind mode").click()
    expect(page.locator(".dann-player")).to_be_visible()
    page.get_by_role("link", name="Explore").click()
    expect(page.locator(".dann-figure").filter(has_text="target accuracy")).to_contain_text("%")
    assert "blind" not in page.url
