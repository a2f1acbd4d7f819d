"""Compare in a real Chromium: one Play moves all lanes, and what is looked at in one is marked in the others."""

from __future__ import annotations

import re

import pytest
from browser import DESKTOP, PATIENCE, PHONE, button
from playwright.sync_api import Locator, Page, expect


def compared(page: Page) -> Locator:
    return page.locator(".dann-compare")


def open_compare(page: Page, address: str, query: str = "max_iter=200") -> None:
    page.goto(f"{address}/compare?{query}")
    # The first page of a server waits for its workers, and then for three networks.
    expect(compared(page)).to_have_attribute("data-iteration", "0", timeout=3 * PATIENCE)


def lanes(page: Page) -> list[int]:
    """At which iteration each lane is drawn, all read at once."""
    read = "lanes => lanes.map(lane => Number(lane.dataset.iteration))"
    return page.locator(".dann-lane").evaluate_all(read)


# Notes every iteration at which lanes are drawn, and whether they ever differ.
WATCH = """() => {
    window.seen = new Set()
    window.differed = false
    const look = () => {
        const at = [...document.querySelectorAll('.dann-lane')].map((lane) => lane.dataset.iteration)
        window.seen.add(at[0])
        if (new Set(at).size > 1) window.differed = true
    }
    new MutationObserver(look).observe(document.querySelector('.dann-lanes'), { attributes: true, subtree: true })
}"""


def test_one_play_moves_all_lanes_and_the_slider_goes_back_in_all(page: Page, address: str) -> None:
    open_compare(page, address)
    expect(page.locator(".dann-headline")).to_contain_text("Press Play")
    page.evaluate(WATCH)
    # At the normal speed no run is over before it can be paused.
    button(page, "Play").click()
    page.wait_for_function("() => Number(document.querySelector('.dann-compare').dataset.iteration) > 5")
    button(page, "Pause").click()
    expect(compared(page)).to_have_attribute("data-state", "paused")
    at = lanes(page)
    assert len(set(at)) == 1
    button(page, "Step").click()
    expect(compared(page)).to_have_attribute("data-iteration", re.compile("^[0-9]+$"))
    page.get_by_label("speed").select_option("fast")
    button(page, "Play").click()
    expect(compared(page)).to_have_attribute("data-state", "finished")
    expect(page.locator(".dann-headline")).to_contain_text("Gap closed: yours")
    assert lanes(page) == [200, 200, 200]
    expect(page.get_by_test_id("stSidebar")).to_contain_text("All lanes train together as one stack")
    # The three lanes are never drawn at different iterations.
    assert page.evaluate("() => window.seen.size") > 2
    assert not page.evaluate("() => window.differed")
    slider = page.get_by_role("slider", name="look back")
    slider.focus()
    page.keyboard.press("Home")
    expect(compared(page)).to_have_attribute("data-iteration", "0")
    assert lanes(page) == [0, 0, 0]
    page.keyboard.press("End")
    expect(compared(page)).to_have_attribute("data-iteration", "200")


def test_what_has_been_plays_backwards_and_again_in_all_lanes(page: Page, address: str) -> None:
    open_compare(page, address, "max_iter=200")
    expect(button(page, "Loop")).to_have_attribute("aria-disabled", "true")
    button(page, "Play").click()
    # At the normal speed a frame is some iterations on any machine, so that there is something to go back through.
    page.wait_for_function("() => Number(document.querySelector('.dann-compare').dataset.iteration) > 40")
    page.get_by_label("speed").select_option("fast")
    expect(compared(page)).to_have_attribute("data-state", "finished")
    page.evaluate(WATCH)
    page.keyboard.press("b")
    expect(compared(page)).to_have_attribute("data-iteration", "0")
    expect(button(page, "Play backwards")).to_have_attribute("aria-pressed", "false")
    assert page.evaluate("() => window.seen.size") > 2
    page.evaluate("() => window.seen.clear()")
    page.keyboard.press("l")
    expect(button(page, "Loop")).to_have_attribute("aria-pressed", "true")
    page.wait_for_function("() => window.seen.has('200') && window.seen.has('0')")
    assert not page.evaluate("() => window.differed")
    # A hand on the slider holds it, also one that moves nothing.
    slider = page.get_by_role("slider", name="look back")
    slider.dispatch_event("keydown", {"key": "Home"})
    expect(button(page, "Loop")).to_have_attribute("aria-pressed", "false")
    slider.press("Home")
    expect(compared(page)).to_have_attribute("data-iteration", "0")
    assert lanes(page) == [0, 0, 0]
    expect(button(page, "Next change of state")).to_have_count(0)


# Pictures are drawn on a clock of at most 30 beats a second: after some frames of the browser's, all have been.
DRAWN = """async () => {
    for (let k = 0; k < 8; k++) await new Promise(requestAnimationFrame)
}"""


def test_a_point_of_one_lane_is_marked_in_the_others_and_a_click_keeps_it(page: Page, address: str) -> None:
    open_compare(page, address)
    first = page.locator(".dann-lane").first.locator(".dann-picture-input")
    box = first.bounding_box()
    tooltips = page.locator(".dann-tooltip:visible")
    # All lanes draw the same target samples; of source samples, the oracle has others.
    for step in range(300):
        page.mouse.move(box["x"] + box["width"] * (0.1 + step / 400), box["y"] + box["height"] * (0.3 + step % 7 / 20))
        page.evaluate(DRAWN)
        if len(texts := tooltips.all_inner_texts()) == 6 and texts[0].startswith("target"):
            break
    # Features and input of three lanes, and each names the same sample.
    expect(tooltips).to_have_count(6)
    names = {text.split("\n")[0] for text in tooltips.all_inner_texts()}
    assert len(names) == 1
    page.mouse.down()
    page.mouse.up()
    page.mouse.move(5, 5)
    expect(tooltips).to_have_count(6)
    button(page, "Step").click()
    expect(compared(page)).to_have_attribute("data-iteration", "1")
    expect(tooltips).to_have_count(6)


def test_lanes_of_ones_own_stand_in_the_link(page: Page, address: str) -> None:
    open_compare(page, address, "max_iter=200&lanes=discriminator_norm%3Dlayer%7Cyours")
    expect(page.get_by_test_id("stSidebar")).to_contain_text("Each lane trains by itself")
    page.goto(f"{address}/compare?max_iter=200&lanes=gamma%3D3.0%7Cyours")
    expect(page.locator(".dann-lane h3")).to_have_text(["gamma 3.0", "yours"])
    page.get_by_role("button", name="Add a lane").click()
    expect(page.locator(".dann-lane h3")).to_have_text(["gamma 3.0", "yours", "yours"])
    expect(page).to_have_url(re.compile("lanes=gamma%3D3.0%7Cyours%7Cyours"))
    page.reload()
    expect(page.locator(".dann-lane h3")).to_have_text(["gamma 3.0", "yours", "yours"])


def test_zoom_and_cursor_of_the_curves_are_linked(page: Page, address: str) -> None:
    open_compare(page, address, "max_iter=60")
    page.get_by_label("speed").select_option("fast")
    button(page, "Play").click()
    expect(compared(page)).to_have_attribute("data-state", "finished")
    panels = page.locator(".dann-overlays .dann-picture")
    expect(panels).to_have_count(4)
    box = panels.first.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    tooltips = page.locator(".dann-overlays .dann-tooltip:visible")
    expect(tooltips).to_have_count(4)
    whole = page.locator(".dann-overlays button:visible", has_text="whole picture")
    page.mouse.down()
    page.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + box["height"] / 2, steps=5)
    page.mouse.up()
    expect(whole).to_have_count(4)


# What gap.js makes of accuracies, beside the fraction itself.
GAP = "async ([url, lanes, samples]) => (await import(url)).gapOf(lanes, samples)"


@pytest.mark.parametrize(
    ("accuracies", "rule"),
    [
        ((0.6, 0.9, 1.0), "closed"),
        ((0.6, 0.5, 1.0), "closed"),
        ((0.6, 0.59, 1.0), "closed"),
        ((0.99, 0.7, 1.0), "no gap"),
        ((1.0, 1.0, 0.9), "no gap"),
        ((0.6, None, 1.0), "unlabelled"),
    ],
)
def test_the_gap_is_the_fraction_that_it_says(
    page: Page, address: str, accuracies: tuple[float | None, ...], rule: str
) -> None:
    page.goto(f"{address}/compare")
    url = page.locator("link[rel=modulepreload][href*='gap.js']").evaluate("link => link.href")
    roles = ("source-only", "adapted", "oracle")
    told = [
        {"title": role, "role": role} | ({} if accuracy is None else {"accuracy": accuracy})
        for role, accuracy in zip(roles, accuracies, strict=True)
    ]
    said = page.evaluate(GAP, [url, told, 1000])
    assert said["rule"] == rule
    if rule == "closed":
        low, yours, high = accuracies
        (closed,) = said["facts"]["closed"]
        assert closed["share"] == pytest.approx((yours - low) / (high - low))
        assert closed["isHarmed"] == (yours < low - 0.02)


def test_without_both_ends_there_is_no_gap_to_speak_of(page: Page, address: str) -> None:
    page.goto(f"{address}/compare")
    url = page.locator("link[rel=modulepreload][href*='gap.js']").evaluate("link => link.href")
    told = [{"title": "a", "role": "adapted", "accuracy": 0.9}, {"title": "b", "role": "oracle", "accuracy": 1.0}]
    assert page.evaluate(GAP, [url, told, 1000])["rule"] == "no ends"


def test_the_picture_of_the_readme(page: Page, address: str, picture) -> None:
    page.set_viewport_size(DESKTOP)
    open_compare(page, address, "max_iter=400")
    page.get_by_label("speed").select_option("fast")
    button(page, "Play").click()
    expect(compared(page)).to_have_attribute("data-state", "finished")
    expect(page.locator(".dann-headline")).to_contain_text("Gap closed")
    # The whole fits without scrolling.
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight <= innerHeight")
    picture(page, "compare")


def test_on_a_phone_nothing_is_wider_than_the_screen(page: Page, address: str) -> None:
    page.set_viewport_size(PHONE)
    open_compare(page, address)
    assert page.evaluate("document.querySelector('.dann-compare').scrollWidth <= innerWidth")
    expect(page.locator(".dann-picture-input").first).to_be_hidden()
    page.locator(".dann-tab", has_text="input").click()
    expect(page.locator(".dann-picture-input").first).to_be_visible()
