"""Drawing the shift on Explore in a real Chromium: by mouse, keys and finger, with a brush, and taken away."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pandas as pd
import pytest
from browser import PHONE, button, downloaded, notice, open_page, play_and_pause, player
from playwright.sync_api import Browser, Locator, Page, expect

from dann_core import domains
from dann_core.domains.plane import read_painting, write_painting
from server.link import read_link


def linked(page: Page) -> dict[str, str]:
    """What the address bar holds, less the run's key."""
    return {name: value for name, value in parse_qsl(urlsplit(page.url).query) if name != "run"}


def arrived(page: Page, holds: str) -> dict[str, str]:
    """The link, once it holds that and the page shows its run."""
    page.wait_for_url(re.compile(holds))
    expect(player(page)).to_have_attribute("data-state", "paused")
    return linked(page)


def surface(page: Page) -> Locator:
    return page.locator(".dann-draw-surface")


def middle(page: Page) -> tuple[float, float]:
    box = surface(page).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def stroke(page: Page, start: tuple[float, float], way: tuple[float, float]) -> None:
    """Press there, go so far, and let go."""
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(start[0] + way[0], start[1] + way[1], steps=8)
    page.mouse.up()


def test_a_dragged_target_is_other_data_and_undo_brings_the_old_back(page: Page, address: str, picture) -> None:
    open_page(page, address, "domain=moons&angle=20")
    play_and_pause(page, 20)
    button(page, "Draw the shift").click()
    expect(page.locator(".dann-panel-input .dann-caption")).to_contain_text("Drag inside to move the target")
    picture(page, "draw")
    # So little that the view need not grow.
    stroke(page, middle(page), (20, -16))
    link = arrived(page, "right=.*up=")
    assert (link["domain"], link["angle"]) == ("moons", "20.0")
    right, up = float(link["right"]), float(link["up"])
    assert right > 0.2
    assert up > 0.2
    expect(notice(page)).to_contain_text("right, up changed. Undo brings the old run back.")
    # The hand goes on where it has let go: twice as far back leaves it as far on the other side.
    stroke(page, middle(page), (-40, 32))
    link = arrived(page, "right=-.*up=-")
    assert float(link["right"]) == pytest.approx(-right, abs=0.03)
    assert float(link["up"]) == pytest.approx(-up, abs=0.03)

    page.keyboard.press("u")
    page.wait_for_url(lambda url: "right" not in url)
    assert linked(page) == {"domain": "moons", "angle": "20.0"}
    expect(notice(page)).to_contain_text("The branch before is back")


def test_keys_turn_scale_shear_and_move_it(page: Page, address: str) -> None:
    open_page(page, address, "domain=blobs")
    button(page, "Draw the shift").click()
    expect(surface(page)).to_be_focused()
    for key in ("]", "]", "+", ".", "ArrowUp", "ArrowRight"):
        page.keyboard.press(key)
    link = arrived(page, "turn=")
    assert (link["turn"], link["width"], link["height"], link["shear"]) == ("-10.0", "1.1", "1.1", "0.1")
    # It turned about its own middle, which the map takes about the origin.
    made = read_link(link)
    assert made.notice is None
    middles = [np.ptp(x, axis=0) / 2 + x.min(0) for x in (domains.load("blobs").target_x, made.pair.target_x)]
    assert np.abs(middles[1] - middles[0]).max() < 0.4

    button(page, "as drawn").click()
    page.wait_for_url(lambda url: "turn" not in url)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("drawing the shift: scale, turn, shear")
    surface(page).focus()
    page.keyboard.press("Escape")
    expect(surface(page)).to_be_hidden()
    expect(button(page, "Draw the shift")).to_be_focused()


def test_what_is_painted_is_trained_on_and_travels_in_the_link(page: Page, address: str, tmp_path: Path) -> None:
    open_page(page, address, "domain=moons&max_iter=60")
    button(page, "Draw the shift").click()
    button(page, "paint").click()
    x, y = middle(page)
    stroke(page, (x - 60, y), (20, 0))
    # Too few to train on: that is said, and nothing is lost.
    button(page, "Done").click()
    caption = page.locator(".dann-panel-input .dann-caption")
    expect(caption).to_contain_text("too few to train on")
    stroke(page, (x - 60, y - 60), (80, 0))
    page.get_by_role("button", name="B: paint points of class lower moon").click()
    stroke(page, (x, y + 60), (90, 0))
    painted = int(re.search(r"(\d+) points", caption.inner_text())[1])
    button(page, "Done").click()
    link = arrived(page, "painted=")
    points, labels = read_painting(link["painted"])
    assert len(labels) == painted
    assert points[labels == 0].mean(0)[1] > points[labels == 1].mean(0)[1] + 1

    page.get_by_label("speed").select_option("fast")
    button(page, "Play").click()
    expect(player(page)).to_have_attribute("data-state", "finished")
    expect(page.locator(".dann-panel-features .dann-caption")).to_contain_text(
        f"and {painted} of {painted} target samples"
    )
    # Who opens the link has the same target, and finds it under the brush.
    open_page(page, address, "&".join(f"{name}={value}" for name, value in link.items()))
    assert linked(page) == link
    button(page, "Draw the shift").click()
    expect(caption).to_contain_text(f"Paint the target: {painted} points")
    button(page, "Done").click()
    page.get_by_text("Take it away").click()
    table = pd.read_csv(downloaded(page, "target").path())
    np.testing.assert_array_equal(table[["x", "y"]], points)
    assert list(table["class"]) == [("upper moon", "lower moon")[label] for label in labels]


def test_what_the_server_refuses_is_not_lost(page: Page, address: str) -> None:
    """Where the second class is left out of the target, a target of that alone is empty."""
    open_page(page, address, "domain=moons&target_shares=classes missing")
    button(page, "Draw the shift").click()
    button(page, "paint").click()
    surface(page).focus()
    page.keyboard.press("2")
    stroke(page, middle(page), (80, 0))
    caption = page.locator(".dann-panel-input .dann-caption")
    painted = caption.inner_text()
    assert int(re.search(r"(\d+) points", painted)[1]) > 10
    button(page, "Done").click()
    expect(notice(page)).to_contain_text("The target is empty")
    expect(caption).to_have_text(painted)
    assert "painted" not in linked(page)


def test_the_page_computes_what_python_computes(page: Page, address: str) -> None:
    open_page(page, address, "domain=pinwheel")
    by_hand = {"turn": 33, "right": -1.25, "up": 0.5, "width": 1.5, "height": 0.4, "shear": -0.7}
    plain, moved = domains.load("pinwheel").target_x, domains.load("pinwheel", **by_hand).target_x
    labels = np.arange(40) % 3
    painting = write_painting(plain[:40], labels)
    placed, back, drawn, written = page.evaluate(
        """async ([knobs, points, painting]) => {
            const url = (name) => performance.getEntriesByType("resource").find((e) => e.name.endsWith(name)).name
            const map = await import(url("/draw-map.js"))
            const { readPainting, writePainting } = await import(url("/draw-painting.js"))
            const matrix = map.matrixOf(knobs)
            const placed = map.placeAll(matrix, points)
            const read = readPainting(painting, map.matrixOf(map.UNMOVED))
            return [[...placed], [...map.placeAll(map.inverse(matrix), placed)], read, writePainting(read)]
        }""",
        [by_hand, plain.ravel().tolist(), painting],
    )
    np.testing.assert_allclose(np.reshape(placed, (-1, 2)), moved, atol=1e-6)
    np.testing.assert_allclose(np.reshape(back, (-1, 2)), plain, atol=1e-5)
    np.testing.assert_array_equal([point["at"] for point in drawn], read_painting(painting)[0])
    assert [point["label"] for point in drawn] == labels.tolist()
    assert written == painting


def test_a_finger_moves_it_on_a_phone(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    page = context.new_page()
    open_page(page, address, "domain=moons")
    page.locator(".dann-tab[value=input]").tap()
    page.get_by_role("button", name="Draw the shift").tap()
    x, y = middle(page)
    fingers = context.new_cdp_session(page)
    for step in range(6):
        what = "touchStart" if step == 0 else "touchMove"
        places = [{"x": x, "y": y + 8 * step}]
        fingers.send("Input.dispatchTouchEvent", {"type": what, "touchPoints": places})
    fingers.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    link = arrived(page, "up=-")
    # Downwards, which without the surface would have scrolled the page.
    assert float(link["up"]) < -0.2
    assert "right" not in link
    context.close()


def test_only_a_domain_in_the_plane_can_be_drawn(page: Page, address: str) -> None:
    open_page(page, address, "domain=vibration")
    expect(page.locator(".dann-draw-open")).to_be_hidden()
    open_page(page, address, "domain=moons")
    expect(button(page, "Draw the shift")).to_be_visible()
