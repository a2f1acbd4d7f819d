"""The time machine on Explore in a real Chromium: playing backwards, changes of state, forks and branches."""

from __future__ import annotations

import re

import pytest
from browser import DESKTOP, PHONE, button, iteration, notice, open_page, play_and_pause, progress
from playwright.sync_api import Locator, Page, expect


def looked_back(page: Page) -> tuple[int, int]:
    """The iteration that is looked back to in a run that is at rest, and where that is: two steps further."""
    at = play_and_pause(page, 40)
    for step in (1, 2):
        button(page, "Step").click()
        expect(progress(page)).to_have_text(re.compile(f"^iteration {at + step} of"))
    expect(button(page, "Fork here")).to_be_hidden()
    for _ in range(2):
        page.keyboard.press("ArrowLeft")
    expect(progress(page)).to_have_text(re.compile(f"^looking back: iteration {at} of"))
    return at, at + 2


def branches(page: Page) -> Locator:
    return page.get_by_role("dialog", name="branches").get_by_role("list").get_by_role("button")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_fork_is_a_branch_to_go_back_from(page: Page, address: str, size: dict[str, int]) -> None:
    page.set_viewport_size(size)
    open_page(page, address, "max_iter=100000")
    expect(button(page, "branches of the run")).to_be_hidden()
    at, last = looked_back(page)
    button(page, "Fork here").click()
    expect(progress(page)).to_have_text(re.compile(f"^iteration {at} of"))
    expect(notice(page)).to_contain_text(f"Another branch, from iteration {at} on")
    # The run's curve is still there, before anything is trained.
    curves = page.locator(".dann-panel-curves .dann-picture")
    expect(curves).to_have_attribute("aria-label", re.compile(rf"Faint: run 1, {last} iterations"))

    # "Try" and the controls of the page change settings; here what matters is that they act from there on.
    page.keyboard.press("s")
    expect(progress(page)).to_have_text(re.compile(f"^iteration {at + 1} of"))
    page.keyboard.press("t")
    expect(branches(page)).to_have_count(2)
    expect(branches(page).nth(0)).to_contain_text(f"1first run{last} iterations")
    expect(branches(page).nth(1)).to_contain_text(f"2unchanged from {at}shown")
    expect(branches(page).nth(1)).to_be_focused()
    for place in branches(page).all():
        box = place.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= size["width"]
    # Without a mouse to the other one, and back by Undo.
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(progress(page)).to_have_text(re.compile(f"^iteration {last} of"))
    page.keyboard.press("u")
    expect(progress(page)).to_have_text(re.compile(f"^iteration {at + 1} of"))
    expect(curves).to_have_attribute("aria-label", re.compile("Faint: run 1"))


def test_a_branch_is_named_by_what_was_changed(page: Page, address: str) -> None:
    open_page(page, address, "max_iter=100000")
    at, last = looked_back(page)
    page.keyboard.press("f")
    expect(progress(page)).to_have_text(re.compile(f"^iteration {at} of"))
    page.get_by_role("button", name="+", exact=True).first.click()
    expect(page).to_have_url(re.compile("gamma=10.5"))
    button(page, "branches of the run").click()
    expect(branches(page).nth(1)).to_contain_text(f"gamma 10 → 10.5 at {at}")
    branches(page).nth(0).click()
    # What Streamlit draws follows.
    expect(page).not_to_have_url(re.compile("gamma"))
    expect(progress(page)).to_have_text(re.compile(f"^iteration {last} of"))


def test_branches_are_compared_as_lanes(page: Page, address: str) -> None:
    open_page(page, address, "max_iter=300")
    at = play_and_pause(page, at_least=30)
    # Frames to go back through on any machine: a busy one plays few of them.
    for step in (1, 2, 3):
        button(page, "Step").click()
        expect(progress(page)).to_contain_text(f"iteration {at + step} of")
    for _ in range(3):
        before = progress(page).inner_text()
        page.keyboard.press("ArrowLeft")
        expect(progress(page)).not_to_have_text(before)
    expect(progress(page)).to_contain_text(f"looking back: iteration {at} of")
    page.keyboard.press("f")
    expect(progress(page)).to_have_text(re.compile(f"^iteration {at} of"))
    page.get_by_role("button", name="+", exact=True).first.click()
    expect(page).to_have_url(re.compile("gamma=10.5"))
    button(page, "branches of the run").click()
    button(page, "Compare these").click()
    compared = page.locator(".dann-compare")
    expect(compared).to_have_attribute("data-iteration", "0")
    expect(page.locator(".dann-lane h3")).to_have_text(["gamma 10.0", f"gamma 10 → 10.5 at {at}"])
    expect(page.get_by_role("combobox", name="compare")).to_have_value("your branches")
    expect(page.get_by_test_id("stSidebar")).to_contain_text("Each lane trains by itself")
    page.get_by_label("speed").select_option("fast")
    button(page, "Play").click()
    expect(compared).to_have_attribute("data-state", "finished")
    # One's own changes are written into the lane, and what cannot be is refused.
    changes = page.get_by_role("textbox", name="changes of lane 2")
    expect(changes).to_have_value(f"0:gamma=10.0,{at}:gamma=10.5")
    changes.fill("5:gamma=3, 7:discriminator_width=4")
    changes.press("Enter")
    expect(notice(page)).to_contain_text("discriminator_width needs a new network")
    changes.fill("5:gamma=3")
    changes.press("Enter")
    expect(page.locator(".dann-lane h3")).to_have_text(["gamma 10.0", "gamma 10.5 → 3 at 5"])
    expect(page).to_have_url(re.compile("5%3Agamma%3D3.0"))


# No stop stays for long enough to be asked for.
NOTE = """text => {
    window.passed = [];
    new MutationObserver(() => passed.push(text.innerText)).observe(text, {childList: true, subtree: true});
}"""
PASSED = """iterations => {
    let at = -1;
    return iterations.every((iteration) => {
        at = passed.findIndex((text, k) => k > at && text.includes(`looking back: iteration ${iteration} of`));
        return at >= 0;
    });
}"""


def test_what_has_been_plays_backwards_again_and_again_and_to_changes(page: Page, address: str) -> None:
    open_page(page, address)
    page.get_by_label("speed").select_option("fast")
    page.keyboard.press("p")
    expect(progress(page)).to_contain_text("done")
    progress(page).evaluate(NOTE)
    page.keyboard.press("b")
    expect(progress(page)).to_contain_text("looking back: iteration 0 of")
    expect(button(page, "Play backwards")).to_have_attribute("aria-pressed", "false")
    # From the first stop forwards, then backwards to the last, and on.
    for name in ("Loop", "Play backwards"):
        button(page, name).click()
        expect(button(page, name)).to_have_attribute("aria-pressed", "true")
    page.wait_for_function(PASSED, arg=["1,000", "0", "1,000"])
    # A hand on the slider holds it.
    page.get_by_role("slider", name="look back").press("Home")
    expect(button(page, "Loop")).to_have_attribute("aria-pressed", "false")
    expect(progress(page)).to_contain_text("looking back: iteration 0 of")

    # When did it align? One stop earlier, it had not.
    sentence = page.locator(".dann-sentence")
    while sentence.get_attribute("data-state") != "aligned":
        before = iteration(page)
        page.keyboard.press("n")
        expect(progress(page)).not_to_contain_text(f"iteration {before:,} of")
        assert iteration(page) > before
    page.keyboard.press("ArrowLeft")
    expect(sentence).not_to_have_attribute("data-state", "aligned")
    button(page, "live").click()
    expect(progress(page)).to_contain_text("done")
