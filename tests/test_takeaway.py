"""What Explore offers to take away, in a real Chromium."""

from __future__ import annotations

import re
from pathlib import Path

from browser import SAMPLES, button, choose_upload, downloaded, open_page, play_and_pause, player, progress
from playwright.sync_api import Page, expect
from test_film import inside

from dann_core.live.message import unpack


def opened(page: Page) -> None:
    page.get_by_text("Take it away").click()


def film(page: Page) -> bytes:
    download = downloaded(page, "Film")
    assert download.suggested_filename == "film.html"
    return Path(download.path()).read_bytes()


def test_a_run_is_taken_away_as_a_film(page: Page, address: str, picture) -> None:
    open_page(page, address, "max_iter=300")
    at = play_and_pause(page, 60)
    opened(page)
    made = film(page)
    held = inside(made)
    assert held.latest.iteration == at
    # Whole curves, also where the server has thinned its frames.
    assert all(after.first == before.iteration for before, after in zip(held.frames, held.frames[1:], strict=False))
    assert "xy" in unpack(held.scene).arrays
    page.get_by_text("target labels (exam) in the film").click()
    page.get_by_text("input samples in the film").click()
    # Below the button, which is by then another one.
    expect(page.get_by_text("source labels and features and predictions of the drawn samples.")).to_be_visible()
    picture(page, "take-away")
    held = inside(film(page))
    assert not unpack(held.scene).exam_arrays
    assert "xy" not in unpack(held.scene).arrays
    # The run is as it was.
    expect(player(page)).to_have_attribute("data-state", "paused")
    expect(progress(page)).to_contain_text(f"iteration {at}")


def test_before_play_there_is_nothing_to_take_away(page: Page, address: str) -> None:
    page.goto(address)
    opened(page)
    expect(page.get_by_text("nothing trained yet")).to_be_visible()
    expect(page.get_by_role("button", name="Film", exact=True)).to_have_count(0)


def test_of_an_upload_nothing_of_one_s_own_travels_unasked(page: Page, address: str) -> None:
    open_page(page, address)
    choose_upload(page)
    for position, name in enumerate(("digits_source.npz", "digits_target.npz")):
        page.locator("input[type=file]").nth(position).set_input_files(SAMPLES / name)
    button(page, "Train on these").click()
    expect(page).not_to_have_url(re.compile("domain="))
    play_and_pause(page, 5)
    opened(page)
    expect(page.get_by_role("checkbox", name="input samples")).not_to_be_checked()
    scene = unpack(inside(film(page)).scene)
    assert scene.values["input"] == "none"
    assert not scene.exam_arrays
