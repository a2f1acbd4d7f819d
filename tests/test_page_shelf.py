"""The shelf in a real Chromium: a run that ends comes to it, is named, laid over others, deleted and found again."""

from __future__ import annotations

import re

from browser import PATIENCE, PHONE, button, open_page, player, wait_for_iteration
from playwright.sync_api import Locator, Page, expect

NAME = "<b>first</b> of all"


def ticks(page: Page) -> Locator:
    return page.get_by_test_id("stSidebar").get_by_role("checkbox", name=re.compile("moons|first"))


def curves(page: Page) -> Locator:
    return page.locator(".dann-panel-curves .dann-picture")


def test_a_run_that_ends_is_shelved_named_overlaid_deleted_and_found_again(page: Page, address: str) -> None:
    open_page(page, address, "max_iter=60")
    shelf = page.get_by_test_id("stExpander").filter(has_text="Shelf")
    shelf.get_by_text("Shelf", exact=True).click()
    expect(shelf).to_contain_text("Runs that reach their end come here")
    page.get_by_label("speed").select_option("fast")
    button(page, "Play").click()
    expect(player(page)).to_have_attribute("data-state", "finished")
    expect(ticks(page)).to_have_count(1)
    # Once its twin is trained, the curves have its level.
    expect(shelf).to_contain_text("source-only")
    expect(curves(page)).to_have_attribute("aria-label", re.compile(r"Dashed level: source-only twin [\d.]+% \(exam\)"))

    button(page, "Edit").click()
    page.get_by_label("name of this run").fill(NAME)
    page.get_by_label("name of this run").press("Enter")
    expect(shelf.locator("label").filter(has_text=NAME)).to_be_visible()
    button(page, "Pin").click()
    expect(button(page, "Unpin")).to_be_visible()
    shelf.locator("label").filter(has_text=NAME).click()
    expect(curves(page)).to_have_attribute("aria-label", re.compile(f"from the shelf: A, {NAME}"))

    page.get_by_role("link", name="Compare").click()
    expect(page.locator(".dann-compare")).to_have_attribute("data-iteration", "0", timeout=3 * PATIENCE)
    expect(page.locator(".dann-shelved")).to_have_text(f"A {NAME} (shelf)")
    button(page, "Delete").click()
    expect(page.locator(".dann-shelved")).to_have_count(0)
    button(page, "Undo").click()
    expect(ticks(page)).to_have_count(1)
    shelf.locator("label").filter(has_text=NAME).click()
    expect(page.locator(".dann-shelved")).to_have_count(1)

    expect(page).to_have_url(re.compile("run="))
    page.set_viewport_size(PHONE)
    page.reload()
    expect(page.locator(".dann-shelved")).to_have_text(f"A {NAME} (shelf)", timeout=3 * PATIENCE)
    assert page.evaluate("document.querySelector('.dann-compare').scrollWidth <= innerWidth")


def test_a_run_that_was_changed_is_repeated_on_compare(page: Page, address: str) -> None:
    open_page(page, address, "max_iter=60")
    for _ in range(2):
        button(page, "Step").click()
    wait_for_iteration(page, 2)
    page.get_by_role("button", name="+", exact=True).first.click()
    expect(page).to_have_url(re.compile("gamma=10.5"))
    page.get_by_label("speed").select_option("fast")
    button(page, "Play").click()
    expect(player(page)).to_have_attribute("data-state", "finished")
    page.get_by_test_id("stExpander").filter(has_text="Shelf").get_by_text("Shelf", exact=True).click()
    button(page, "Edit").click()
    button(page, "Repeat on Compare").click()
    expect(page.locator(".dann-compare")).to_have_attribute("data-iteration", "0", timeout=3 * PATIENCE)
    expect(page.locator(".dann-lane h3")).to_have_text(["yours", "gamma 10 → 10.5 at 2"])
