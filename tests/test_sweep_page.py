"""The Sweep page in a real Chromium against the running app."""

from __future__ import annotations

import re

import pandas as pd
from browser import PHONE, button, choose_upload, downloaded, open_page, point_at
from playwright.sync_api import Page, expect

from dann_core.sweeps.phases import PHASES, points

NETWORK = "gamma x discriminator width"


def open_sweep(page: Page, address: str, query: str) -> None:
    open_page(page, address, query)
    go_to_sweep(page)


def go_to_sweep(page: Page) -> None:
    page.get_by_role("link", name="Sweep").click()
    expect(page.get_by_text("Nothing is swept yet")).to_be_visible()


def choose_map(page: Page, title: str) -> None:
    page.get_by_role("combobox", name="map").click()
    page.get_by_role("option", name=title, exact=True).click()


def test_where_adapting_works_is_a_map_whose_cells_open_as_films_and_runs(page: Page, address: str, picture) -> None:
    open_sweep(page, address, "max_iter=200")
    for axis, values in (("angle", "0, 30, 150"), ("lambda_max", "0, 2")):
        box = page.get_by_role("textbox", name=axis)
        box.fill(values)
        box.press("Enter")
    expect(page.get_by_text("27 experiments of 200 iterations, 9 of them source-only twins")).to_be_visible()
    button(page, "Start").click()
    expect(page.get_by_text("27 of 27 experiments · done")).to_be_visible()
    table = pd.read_csv(downloaded(page, "CSV").path())
    cells = table.assign(gain=100 * (table.target_accuracy - table.source_only)).groupby(["lambda_max", "angle"])
    # Row by row from below, as the file has it.
    told = zip(cells.phase.first(), cells.gain.mean(), strict=True)
    written = [f"{PHASES[phase].sign}{points(gain / 100)}" for phase, gain in told]
    expect(page.locator(".heatmap-label")).to_have_text(written)
    picture(page, "sweep-phases")
    name = "angle 150, lambda_max 2"
    point_at(page, page.locator(".heatmap-label").last, "source only")
    page.mouse.down()
    page.mouse.up()
    expect(page.locator("strong", has_text=name)).to_be_visible()
    button(page, "Play as a film").click()
    film = page.frame_locator("iframe[title^='Film']")
    expect(film.locator(".dann-player")).to_have_attribute("data-state", re.compile("playing|finished"))
    expect(film.locator(".dann-progress-text")).to_contain_text("of 200")
    picture(page, "sweep-film")
    button(page, "Open as a run").click()
    expect(page.get_by_text("This is the run of the sweep's cell")).to_be_visible()
    expect(page).to_have_url(re.compile(r"angle=150"))
    # The film is still there for who comes back.
    page.get_by_role("link", name="Sweep").click()
    expect(film.locator(".dann-player")).to_be_visible()


def test_a_sweep_fills_its_map_and_opens_a_cell(page: Page, address: str, picture) -> None:
    open_page(page, address, "max_iter=20")
    choose_upload(page)
    go_to_sweep(page)
    choose_map(page, NETWORK)
    values = page.get_by_role("textbox", name="gamma")
    values.fill("1, 99")
    values.press("Enter")
    expect(page.get_by_text("gamma must be a number from 0 to 50")).to_be_visible()
    expect(button(page, "Start")).to_be_disabled()
    values.fill("1, 30")
    values.press("Enter")
    expect(page.get_by_text("21 experiments of 20 iterations")).to_be_visible()
    button(page, "Start").click()
    expect(page.get_by_text("21 of 21 experiments · done")).to_be_visible()
    page.get_by_role("radio", name="mean").or_(page.get_by_role("button", name="mean")).first.click()
    expect(page.locator(".heatmap-label").first).to_have_text(re.compile(r"\d+\.\d.*± \d+\.\d"))
    expect(button(page, "Parquet")).to_be_enabled()
    picture(page, "sweep")
    for corner, name in (("first", "gamma 1, discriminator width 16"), ("last", "gamma 30, discriminator width 256")):
        # The numbers in the cells let clicks through to the map.
        point_at(page, getattr(page.locator(".heatmap-label"), corner), name)
        # Plotly takes the pointer to be where it last said so: no hand is quick enough to click before that.
        page.mouse.down()
        page.mouse.up()
        expect(page.locator("strong", has_text=name)).to_be_visible()
    picture(page, "sweep-clicked")
    lines = downloaded(page, "CSV").path().read_text().splitlines()
    assert len(lines) == 19
    assert lines[0].startswith("gamma,discriminator_width,seed,target_accuracy")

    # Not the seed that happened to be done first.
    expect(page.get_by_role("combobox", name="seed")).to_have_value("0")
    button(page, "Open as a run").click()
    expect(page.get_by_text("This is the run of the sweep's cell")).to_be_visible()
    expect(page).to_have_url(re.compile(r"max_iter=20&"))
    expect(button(page, "Play")).to_be_enabled()
    # What stands there is the sweep's cell: a panel that was open belongs to the experiment before.
    expect(page.get_by_test_id("stFileUploader")).to_have_count(0)
    page.get_by_role("link", name="Sweep").click()
    expect(page.get_by_text("21 of 21 experiments · done")).to_be_visible()


def test_the_sweep_before_can_be_brought_back(page: Page, address: str) -> None:
    open_sweep(page, address, "max_iter=20")
    choose_map(page, NETWORK)
    button(page, "Start").click()
    expect(page.get_by_text("39 of 39 experiments · done")).to_be_visible()
    assert button(page, "The sweep before").count() == 0
    values = page.get_by_role("textbox", name="gamma")
    values.fill("2")
    values.press("Enter")
    expect(page.get_by_text("12 experiments of 20 iterations")).to_be_visible()
    button(page, "Start").click()
    for count in ("12 of 12", "39 of 39", "12 of 12"):
        expect(page.get_by_text(f"{count} experiments · done")).to_be_visible()
        expect(page.locator("table")).to_contain_text("seed 2")
        button(page, "The sweep before").click()


def test_a_cell_that_cannot_be_trained_is_marked_and_says_why(page: Page, address: str, picture) -> None:
    open_sweep(page, address, "domain=digits&max_iter=5")
    chosen = page.get_by_test_id("stMultiSelect")
    chosen.get_by_role("button", name="Clear all").click()
    chosen.locator("input").fill("extractor width")
    expect(page.get_by_role("option")).to_have_count(1)
    chosen.locator("input").press("Enter")
    page.keyboard.press("Escape")
    values = page.get_by_role("textbox", name="extractor width")
    values.fill("8, 4096")
    values.press("Enter")
    expect(page.get_by_text("12 experiments of 5 iterations")).to_be_visible()
    button(page, "Start").click()
    expect(page.get_by_text("12 of 12 experiments · done · 6 failed")).to_be_visible()
    expect(page.locator(".annotation", has_text="failed")).to_be_visible()
    page.get_by_text("1 cell with failures").click()
    expect(page.get_by_text("parameters")).to_be_visible()
    picture(page, "sweep-failed")


def test_stop_and_continue_on_a_phone(page: Page, address: str) -> None:
    open_sweep(page, address, "max_iter=1000")
    choose_map(page, NETWORK)
    button(page, "Start").click()
    button(page, "Stop").click()
    expect(page.get_by_text("· stopped")).to_be_visible()
    expect(button(page, "Start")).to_be_enabled()
    page.get_by_role("link", name="Explore").click()
    expect(button(page, "Play")).to_be_enabled()
    page.get_by_role("link", name="Sweep").click()
    page.set_viewport_size(PHONE)
    expect(button(page, "Continue")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    button(page, "Continue").click()
    expect(button(page, "Stop")).to_be_enabled()
    expect(page.get_by_text(re.compile(r"^[1-9]\d* of 39 experiments · about"))).to_be_visible()
