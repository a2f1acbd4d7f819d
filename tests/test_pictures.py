"""The pictures of Explore in a real Chromium: what is drawn, where, and what it says of itself."""

from __future__ import annotations

import re

from browser import button, open_page, play_and_pause, tooltip, wait_for_iteration
from playwright.sync_api import Locator, Page, expect


def picture_of(page: Page, name: str) -> Locator:
    return page.locator(f".dann-panel-{name} .dann-picture")


INK = "host => host.querySelector('canvas').toDataURL()"


def find_point(page: Page, host: Locator, says: re.Pattern[str]) -> None:
    """Move the pointer over a picture, in lines from its middle, until it names a point."""
    box = host.bounding_box()
    for row in range(40):
        y = box["y"] + box["height"] * (0.1 + 0.02 * row)
        for column in range(60):
            page.mouse.move(box["x"] + box["width"] * (0.1 + column / 75), y)
            # Asked for at once: between two questions it may have gone.
            if any(says.search(" ".join(text.split())) for text in tooltip(page).all_inner_texts()):
                return
    raise AssertionError(f"no point said {says.pattern!r}")


def test_a_point_says_what_it_is_and_true_labels_are_asked_for(page: Page, address: str) -> None:
    open_page(page, address)
    host = picture_of(page, "input")
    moon = "(upper|lower) moon"
    find_point(page, host, re.compile(rf"^target sample \d+ predicted {moon} \(\d+%\)$"))
    of_predictions = host.evaluate(INK)
    page.get_by_text("true labels (exam)").click()
    page.wait_for_function(f"([host, ink]) => ({INK})(host) !== ink", arg=[host.element_handle(), of_predictions])
    find_point(page, host, re.compile(rf"^target sample \d+ class {moon} \(exam\) predicted {moon} \(\d+%\)$"))


def test_colours_turn_while_it_trains(page: Page, address: str) -> None:
    open_page(page, address)
    host = picture_of(page, "features")
    first = host.evaluate(INK)
    play_and_pause(page, 100)
    assert host.evaluate(INK) != first
    ink = host.evaluate(INK)
    page.get_by_role("button", name="domain", exact=True).click()
    page.wait_for_function(f"([host, ink]) => ({INK})(host) !== ink", arg=[host.element_handle(), ink])


def zoom(page: Page, host: Locator) -> None:
    box = host.bounding_box()
    before = host.evaluate(INK)
    page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 0.2 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.6 * box["height"], steps=8)
    page.mouse.up()
    page.wait_for_function(f"([host, ink]) => ({INK})(host) !== ink", arg=[host.element_handle(), before])


# The axis of the input picture is drawn beside its points: where it says the same, it is zoomed as before.
AXIS = """host => {
    const canvas = host.querySelector('canvas'), pen = canvas.getContext('2d')
    const height = 14 * devicePixelRatio
    return [...pen.getImageData(0, canvas.height - height, canvas.width, height).data].join()
}"""


def test_zoom_survives_frames_and_a_double_click_ends_it(page: Page, address: str) -> None:
    open_page(page, address, "max_iter=100000")
    host = picture_of(page, "input")
    whole = host.evaluate(AXIS)
    zoom(page, host)
    page.mouse.move(5, 5)
    zoomed = host.evaluate(AXIS)
    assert zoomed != whole
    button(page, "Play").click()
    wait_for_iteration(page, 200)
    assert host.evaluate(AXIS) == zoomed
    button(page, "Pause").click()
    host.dblclick()
    page.mouse.move(5, 5)
    page.wait_for_function(f"([host, axis]) => ({AXIS})(host) === axis", arg=[host.element_handle(), whole])


def test_pictures_grow_with_the_window(page: Page, address: str) -> None:
    open_page(page, address)
    host = picture_of(page, "features")
    width, height = (host.bounding_box()[side] for side in ("width", "height"))
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.wait_for_function("([host, w]) => host.clientWidth > w + 100", arg=[host.element_handle(), width])
    assert host.bounding_box()["height"] > height + 100


def test_pictures_are_there_again_after_a_visit_to_another_page(page: Page, address: str) -> None:
    open_page(page, address)
    stopped = play_and_pause(page, 50)
    slider = page.get_by_role("slider", name="look back")
    stops = int(slider.get_attribute("max"))
    assert stops >= 3
    page.get_by_role("link", name="Sweep").click()
    expect(page.locator(".dann-player")).to_have_count(0)
    page.get_by_role("link", name="Explore").click()
    expect(page.locator(".dann-picture canvas")).to_have_count(3)
    wait_for_iteration(page, stopped)
    # What was before is there too, to look back on and in the curves.
    expect(slider).to_have_attribute("max", str(stops))
    find_point(page, picture_of(page, "curves"), re.compile(r"iteration \d\b.* classification \d"))


def test_curves_say_their_values(page: Page, address: str) -> None:
    open_page(page, address)
    play_and_pause(page, 200)
    find_point(page, picture_of(page, "curves"), re.compile(r"classification \d\.\d+"))


def test_a_digit_is_named_for_what_it_is_taken(page: Page, address: str) -> None:
    open_page(page, address, "domain=digits&max_iter=50")
    host = picture_of(page, "input")
    expect(host.locator("canvas")).to_be_visible()
    first = host.evaluate(INK)
    play_and_pause(page, 3)
    assert host.evaluate(INK) != first
