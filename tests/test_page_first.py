"""What a person meets first, in a real Chromium: the film, a page that does not jump, its layout, and its keys."""

from __future__ import annotations

import itertools
import re

import pytest
from browser import (
    DESKTOP,
    PHONE,
    SAMPLES,
    button,
    choose_upload,
    iteration,
    notice,
    open_page,
    play_and_pause,
    player,
    progress,
    wait_for_iteration,
)
from playwright.sync_api import Browser, Page, expect

SIZES = [DESKTOP, {"width": 1920, "height": 1080}, {"width": 1000, "height": 800}, {"width": 700, "height": 900}, PHONE]


def test_a_film_plays_until_it_is_touched(page: Page, address: str, picture) -> None:
    sockets: list[str] = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    page.goto(address)
    wait_for_iteration(page, 100)
    expect(notice(page)).to_contain_text("film")
    picture(page, "film")
    # It costs the server nothing.
    assert not [url for url in sockets if url.endswith("/live")]
    button(page, "Play").click()
    expect(page).to_have_url(re.compile("run="))
    expect(player(page)).to_have_attribute("data-state", "playing")
    expect(notice(page)).not_to_contain_text("film")
    wait_for_iteration(page, 20)


def test_the_first_touch_of_a_control_ends_the_film(page: Page, address: str) -> None:
    page.goto(address)
    wait_for_iteration(page, 100)
    page.get_by_role("button", name="+", exact=True).first.click()
    expect(page).to_have_url(re.compile("gamma=10.5"))
    expect(notice(page)).not_to_contain_text("film")
    expect(player(page)).to_have_attribute("data-state", "playing")
    expect(progress(page)).to_contain_text("left")


SHIFTS = """() => {
    window.shifted = 0
    new PerformanceObserver(list => {
        for (const entry of list.getEntries()) window.shifted += entry.value
    }).observe({ type: 'layout-shift', buffered: true })
}"""


@pytest.mark.parametrize("query", ["", "?domain=blobs"])
def test_nothing_jumps_while_the_page_builds_itself(page: Page, address: str, query: str) -> None:
    page.add_init_script(f"({SHIFTS})()")
    page.goto(f"{address}/{query}")
    wait_for_iteration(page, 0)
    button(page, "Play").click()
    wait_for_iteration(page, 30)
    assert page.evaluate("window.shifted") <= 0.1


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size['width']}")
def test_the_page_fits_its_window(browser: Browser, address: str, size: dict[str, int], picture) -> None:
    page = browser.new_page(viewport=size)
    open_page(page, address)
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    box = button(page, "Play").bounding_box()
    assert box["x"] >= 0
    assert box["y"] + box["height"] < size["height"]
    assert box["height"] >= 32
    for host in page.locator(".dann-picture:visible").all():
        place = host.bounding_box()
        assert place["width"] >= min(300, size["width"] - 60)
        assert place["x"] + place["width"] <= size["width"]
    # Titles and figures are not cut.
    cut = "nodes => nodes.filter(n => n.offsetParent && n.scrollWidth > n.clientWidth + 1).map(n => n.textContent)"
    for part in ("h3", "dt", "dd", "button", ".dann-caption", ".dann-progress-text"):
        assert player(page).locator(part).evaluate_all(cut) == []
    if size["width"] >= 1400:
        assert page.get_by_test_id("stMain").evaluate("e => e.scrollHeight - e.clientHeight") <= 0
    picture(page, f"at {size['width']}")
    page.close()


def test_on_a_phone_everything_stays_with_the_picture(page: Page, address: str) -> None:
    page.set_viewport_size(PHONE)
    open_page(page, address)
    button(page, "Play").click()
    wait_for_iteration(page, 20)
    knob = page.locator(".st-key-phone-knob")
    knob.get_by_role("button", name="+", exact=True).scroll_into_view_if_needed()
    knob.get_by_role("button", name="+", exact=True).click()
    expect(page).to_have_url(re.compile("gamma=10.5"))
    for part in (".dann-transport", ".dann-sentence", ".dann-slider"):
        box = page.locator(part).bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= PHONE["height"]


def test_keys_work_from_everywhere_but_a_text_field(page: Page, address: str) -> None:
    open_page(page, address, "domain=blobs&max_iter=100000")
    page.get_by_role("combobox").first.click()
    page.get_by_text("Two moons, rotated").click()
    expect(page).to_have_url(re.compile("domain=moons"))
    expect(progress(page)).to_contain_text("iteration 0 of")
    # The box that was chosen from still has the focus.
    page.keyboard.press("p")
    wait_for_iteration(page, 10)
    slider = page.get_by_test_id("stSlider").filter(has_text="discriminator width").get_by_role("slider")
    slider.focus()
    page.keyboard.press("a")
    expect(player(page)).to_have_attribute("data-state", re.compile("paused|finished"))
    stopped = iteration(page)
    if stopped < 1000:
        page.keyboard.press("s")
        wait_for_iteration(page, stopped + 1)
    page.keyboard.press("0")
    expect(progress(page)).to_contain_text("iteration 0 of")
    page.keyboard.press("u")
    wait_for_iteration(page, stopped)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name=re.compile("key", re.I))).to_be_visible()
    box = page.get_by_role("spinbutton", name="max_iter")
    box.focus()
    page.keyboard.press("p")
    page.wait_for_timeout(500)
    assert player(page).get_attribute("data-state") in ("paused", "finished")


def test_a_notice_an_upload_and_another_page_do_not_break_it(page: Page, address: str) -> None:
    closed: list[str] = []
    page.on("websocket", lambda s: s.on("close", lambda _: closed.append(s.url)) if s.url.endswith("/live") else None)
    open_page(page, address, "max_iter=100000")
    button(page, "Play").click()
    wait_for_iteration(page, 20)
    page.get_by_role("combobox").first.click()
    page.get_by_text("Your own two files").click()
    expect(page.get_by_text("Source: labelled samples")).to_be_visible()
    wait_for_iteration(page, iteration(page) + 20)
    button(page, "Close").click()
    expect(page.get_by_text("Source: labelled samples")).to_have_count(0)
    wait_for_iteration(page, iteration(page) + 20)
    assert not closed
    before = iteration(page)
    page.get_by_role("link", name="Sweep").click()
    expect(page.get_by_text("Nothing is swept yet")).to_be_visible()
    page.get_by_role("link", name="Explore").click()
    wait_for_iteration(page, before)
    expect(player(page)).to_have_attribute("data-state", re.compile("playing|paused"))
    play_or_go_on = button(page, "Play")
    if play_or_go_on.is_enabled():
        play_or_go_on.click()
    wait_for_iteration(page, iteration(page) + 20)


def test_the_normal_speed_takes_a_storys_time(page: Page, address: str) -> None:
    open_page(page, address)
    button(page, "Play").click()
    expect(progress(page)).to_contain_text(re.compile(r"(1[5-9]|2\d) s left"))
    # Frames come evenly: no more than a story's share at a time, on a machine that keeps up or not.
    stops = [iteration(page)]
    while len(stops) < 6:
        page.wait_for_function(
            "before => !document.querySelector('.dann-progress-text').innerText.startsWith(before)",
            arg=f"iteration {stops[-1]} ",
        )
        stops.append(iteration(page))
    assert max(b - a for a, b in itertools.pairwise(stops)) <= 300


def test_slow_motion_takes_one_iteration_at_a_time_and_explains_it(page: Page, address: str) -> None:
    open_page(page, address)
    page.get_by_label("speed").select_option("slow")
    button(page, "Play").click()
    wait_for_iteration(page, 2)
    expect(notice(page)).to_contain_text(re.compile("feature|label|domain|reversed|update", re.I))
    stopped = play_and_pause(page, 3) if button(page, "Play").is_enabled() else iteration(page)
    assert stopped < 50


def test_a_stored_upload_is_seen_by_others_only_when_shared(page: Page, browser: Browser, address: str) -> None:
    open_page(page, address)
    choose_upload(page)
    for position, name in enumerate(("wine_source.csv", "wine_target.csv")):
        page.locator("input[type=file]").nth(position).set_input_files(SAMPLES / name)
    button(page, "Train on these").click()
    play_and_pause(page, 20)
    link = page.url.partition("?")[2]
    other = browser.new_page()
    open_page(other, address, link)
    expect(notice(other)).to_contain_text("link")
    assert iteration(other) == 0
    other.close()
    page.get_by_text("Share this run").click()
    watcher = browser.new_page()
    watcher.set_default_timeout(60_000)
    watcher.goto(f"{address}/?{link}")
    expect(watcher.get_by_text("You are watching a run")).to_be_visible()
    wait_for_iteration(watcher, 20)
    expect(button(watcher, "Play")).to_be_disabled()
    watcher.close()
