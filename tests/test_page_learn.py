"""Learn in a real Chromium: every scene opens, is turned by buttons, keys and links, and answers its control."""

from __future__ import annotations

import re

from browser import (
    DESKTOP,
    PATIENCE,
    PHONE,
    iteration,
    notice,
    open_page,
    play_and_pause,
    player,
    wait_for_iteration,
)
from playwright.sync_api import Browser, Locator, Page, expect

from dann_core import domains
from dann_core.story.discriminator import follow, typical
from ui.learn import SCENES
from ui.learn.stored import discriminator


def title(page: Page) -> Locator:
    return page.get_by_role("heading", level=2)


def is_open(page: Page, number: int) -> None:
    """That scene, whole, and no exception."""
    scene = SCENES[number - 1]
    expect(title(page)).to_have_text(f"{number}. {scene.said.title}")
    expect(page.get_by_text(f"scene {number} of {len(SCENES)}")).to_be_visible()
    expect(page.locator(".figure .main-svg").first).to_be_visible()
    expect(page.get_by_test_id("stAlert")).to_have_count(1)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def turn(page: Page, name: str) -> Locator:
    """Its name ends with its key."""
    return page.get_by_role("button", name=re.compile(f"^{name}"))


def too_wide(page: Page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def test_all_scenes_open_and_fill_one_screen(page: Page, address: str, picture) -> None:
    page.goto(f"{address}/learn")
    for number in range(1, len(SCENES) + 1):
        is_open(page, number)
        assert too_wide(page) <= 0
        assert page.get_by_test_id("stMain").evaluate("e => e.scrollHeight - e.clientHeight") <= 0
        box = turn(page, "Back").bounding_box()
        assert box["y"] + box["height"] <= DESKTOP["height"]
        picture(page, f"learn {number}")
        if number < len(SCENES):
            turn(page, "Next").click()
    # Who reads takes nobody's place on the server.
    assert "run=" not in page.url
    turn(page, ".*Watch it live").click()
    wait_for_iteration(page, 10)
    expect(notice(page)).to_contain_text("Domain adaptation")


def test_keys_links_and_the_browsers_own_back_turn_the_pages(page: Page, address: str) -> None:
    page.goto(f"{address}/learn?scene=3")
    is_open(page, 3)
    page.keyboard.press("ArrowRight")
    is_open(page, 4)
    expect(page).to_have_url(re.compile(r"scene=4"))
    page.keyboard.press("ArrowLeft")
    is_open(page, 3)
    turn(page, "Back").click()
    is_open(page, 2)
    page.go_back()
    is_open(page, 3)
    for link, number in (("99", len(SCENES)), ("0", 1), ("two", 1)):
        page.goto(f"{address}/learn?scene={link}")
        is_open(page, number)


def test_a_run_is_found_again_by_who_reloads_here_and_only_by_them(page: Page, browser: Browser, address: str) -> None:
    open_page(page, address)
    stopped = play_and_pause(page, 20)
    page.get_by_role("link", name="Learn").click()
    is_open(page, 1)
    expect(page).to_have_url(re.compile("run="))
    page.reload()
    is_open(page, 1)
    other = browser.new_page()
    other.set_default_timeout(PATIENCE)
    other.goto(page.url)
    is_open(other, 1)
    other.get_by_role("link", name="Explore").click()
    expect(player(other)).to_have_attribute("data-state", "playing")
    expect(notice(other)).to_contain_text("a film")
    other.close()
    page.get_by_role("link", name="Explore").click()
    wait_for_iteration(page, stopped)
    assert iteration(page) == stopped


def reading(page: Page, place: int) -> Locator:
    return page.get_by_test_id("stMetricValue").nth(place)


def test_a_control_changes_the_picture_and_keeps_what_was_chosen(page: Page, address: str) -> None:
    page.goto(f"{address}/learn?scene=4")
    is_open(page, 4)
    pair, judge = domains.load("moons"), discriminator(35)
    expect(reading(page, 1)).to_have_text(f"{follow(judge, typical(judge, pair), -1).losses[-1]:.2f}")
    chart = page.locator(".figure")
    before = chart.screenshot()
    slider = page.get_by_role("slider")
    slider.focus()
    # In a field the arrows are the field's: no page is turned.
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    wrong = f"{follow(judge, typical(judge, pair), 1).losses[-1]:.2f}"
    expect(reading(page, 1)).to_have_text(wrong)
    is_open(page, 4)
    assert chart.screenshot() != before
    turn(page, "Next").click()
    is_open(page, 5)
    turn(page, "Back").click()
    is_open(page, 4)
    expect(reading(page, 1)).to_have_text(wrong)


def test_on_a_phone_a_scene_scrolls_down_and_never_sideways(page: Page, address: str) -> None:
    page.set_viewport_size(PHONE)
    page.goto(f"{address}/learn")
    for number in range(1, len(SCENES) + 1):
        is_open(page, number)
        assert too_wide(page) <= 0
        main = page.get_by_test_id("stMain")
        assert main.evaluate("e => e.scrollTop") == 0
        for chart in page.locator(".figure").all():
            box = chart.bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= PHONE["width"]
        main.evaluate("e => e.scrollTo(0, e.scrollHeight)")
        box = turn(page, "Back").bounding_box()
        assert box["y"] + box["height"] <= PHONE["height"]
        if number < len(SCENES):
            turn(page, "Next").click()
