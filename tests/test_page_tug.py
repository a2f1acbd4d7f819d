"""The tug of war on Explore in a real Chromium: its arrows, the equation with its numbers, and the pulls on points."""

from __future__ import annotations

import re

import pytest
from browser import DESKTOP, PHONE, button, open_page, player, tooltip, wait_for_iteration
from playwright.sync_api import Locator, Page, expect

OPEN = "tug of war: how the two losses pull, with the equation"


def opened(page: Page) -> Locator:
    """The panel, opened without a mouse."""
    button(page, OPEN).focus()
    page.keyboard.press("Enter")
    panel = page.get_by_role("group", name="tug of war", exact=True)
    expect(panel).to_be_visible()
    return panel


def finished(page: Page) -> None:
    page.get_by_label("speed").select_option("fast")
    button(page, "Play").click()
    expect(player(page)).to_have_attribute("data-state", "finished")


def numbers(panel: Locator) -> list[str]:
    return panel.locator(".dann-tug-number").all_inner_texts()


def colour(place: Locator) -> str:
    return place.evaluate("node => getComputedStyle(node).color")


CUT = """panel => [...panel.querySelectorAll("p, li, label, span, sub")]
    .filter((node) => node.scrollWidth > node.clientWidth + 1 && getComputedStyle(node).display !== "inline")
    .map((node) => node.textContent)"""


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_arrows_and_equation_change_as_it_trains(page: Page, address: str, size: dict[str, int], picture) -> None:
    page.set_viewport_size(size)
    open_page(page, address)
    panel = opened(page)
    # lambda is 0 at the beginning: nothing is reversed yet.
    expect(panel.locator("[data-pull=classified]")).to_have_count(1)
    expect(panel.locator("[data-pull=reversed]")).to_have_count(0)
    expect(panel).to_contain_text("makes no difference while nothing is reversed")
    first = numbers(panel)

    page.keyboard.press("p")
    wait_for_iteration(page, 100)
    page.keyboard.press("a")
    expect(player(page)).to_have_attribute("data-state", "paused")
    expect(panel.locator("[data-pull=reversed]")).to_have_count(1)
    changed = numbers(panel)
    assert sum(one != other for one, other in zip(first, changed, strict=True)) > 10
    assert "–" not in changed

    box = panel.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= size["width"]
    assert box["y"] + box["height"] <= size["height"]
    assert panel.evaluate(CUT) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    height = "document.querySelector('[data-testid=stMain]').scrollHeight"
    beside_it = page.evaluate(height)
    picture(page, f"tug-{size['width']}")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    assert page.evaluate(height) == beside_it
    expect(button(page, OPEN)).to_be_focused()


def test_the_reversal_turns_colour_and_shape_and_both_signs_are_told(page: Page, address: str) -> None:
    open_page(page, address)
    finished(page)
    panel = opened(page)
    arrows = panel.locator(".dann-tug-way .dann-tug-arrow")
    before, between, behind = arrows.all()
    assert (before.inner_text(), colour(before)) == (between.inner_text(), colour(between))
    assert behind.inner_text() != before.inner_text()
    assert colour(behind) != colour(before)
    expect(panel.locator(".dann-tug-reversal")).to_have_text("× −2.00")

    right, wrong = panel.locator(".dann-tug-verdict").all()
    expect(right).to_have_text(re.compile(r"^✓ −λ: .*raises the discriminator’s loss \(\+[\d.e-]+\)"))
    expect(wrong).to_have_text(re.compile(r"^✗ \+λ: .*lowers the discriminator’s loss \(−[\d.e-]+\), so"))
    # Each of the three is told what it gets, of which the reversed part alone goes up.
    rows = panel.locator(".dann-tug-row").all_inner_texts()
    assert [("down" in row, "up" in row) for row in rows] == [(True, False), (True, False), (True, True)]
    number = r"[\d.e-]+"
    expect(panel).to_contain_text(re.compile(rf"discriminator, reversed {number} \(× {number}\)"))
    expect(panel).to_contain_text(re.compile(r"Angle \d+°: they pull"))


def test_a_limit_makes_an_effective_lambda(page: Page, address: str) -> None:
    open_page(page, address, "max_iter=300&reversal_limit=0.1")
    finished(page)
    panel = opened(page)
    expect(panel).to_contain_text("the reversal limit shortens λ = 2.00")
    expect(panel).to_contain_text("(× 0.1)")
    page.keyboard.press("Escape")
    box = page.locator(".dann-panel-curves .dann-picture").bounding_box()
    page.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + 0.5 * box["height"])
    expect(tooltip(page)).to_contain_text("effective lambda")


def test_pulls_are_drawn_on_points_where_the_picture_is_linear(page: Page, address: str, picture) -> None:
    page.emulate_media(reduced_motion="reduce")
    open_page(page, address)
    finished(page)
    canvas = page.locator(".dann-panel-features canvas")
    caption = page.locator(".dann-panel-features .dann-caption")

    def drawn() -> str:
        # A choice is drawn within the next beats, and nothing glides.
        return canvas.evaluate(
            """canvas => new Promise((done) => {
                const next = (beats) =>
                    requestAnimationFrame(() => (beats ? next(beats - 1) : done(canvas.toDataURL())));
                next(3);
            })"""
        )

    button(page, "PCA").click()
    without = drawn()
    opened(page)
    page.get_by_label("arrows on points (PCA)").check()
    expect(caption).to_contain_text("Arrows on some points")
    page.keyboard.press("Escape")
    assert drawn() != without
    picture(page, "pulls")
    button(page, "t-SNE").click()
    expect(caption).to_contain_text("t-SNE is no linear map")
    button(page, "PCA").click()
    opened(page)
    page.get_by_label("arrows on points (PCA)").uncheck()
    page.keyboard.press("Escape")
    expect(caption).not_to_contain_text("rrows")
    assert drawn() == without
