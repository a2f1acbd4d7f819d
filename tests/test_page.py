"""The Explore page in a real Chromium against the running app.

`pytest --pictures DIR` also saves the screenshots that the README shows.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from browser import (
    SAMPLES,
    button,
    choose_upload,
    figure,
    iteration,
    notice,
    open_page,
    play_and_pause,
    player,
    progress,
    reading,
    wait_for_iteration,
)
from playwright.sync_api import Page, expect


def test_play_pause_step_and_reset(page: Page, address: str, picture) -> None:
    open_page(page, address, "max_iter=100000")
    assert iteration(page) == 0
    expect(page.get_by_text("Press Play and watch")).to_be_visible()
    picture(page, "opened")

    stopped = play_and_pause(page, 40)
    page.wait_for_timeout(1500)
    assert iteration(page) == stopped

    button(page, "Step").click()
    wait_for_iteration(page, stopped + 1)
    expect(player(page)).to_have_attribute("data-state", "paused")
    assert iteration(page) == stopped + 1
    button(page, "Reset").click()
    expect(progress(page)).to_contain_text("iteration 0 of")
    expect(notice(page)).to_contain_text("Undo brings the old run back")
    button(page, "Undo").click()
    wait_for_iteration(page, stopped + 1)


def test_a_run_ends_at_max_iter_aligned(page: Page, address: str, picture) -> None:
    open_page(page, address)
    page.get_by_label("speed").select_option("fast")
    button(page, "Play").click()
    wait_for_iteration(page, 300)
    # A verdict is held for a while; that nothing is trained yet is none.
    sentence = page.locator(".dann-sentence p")
    assert sentence.get_attribute("title") not in ("", "As of iteration 0.")
    picture(page, "training")
    wait_for_iteration(page, 1000)
    expect(progress(page)).to_contain_text("done")
    assert figure(page, "lambda").startswith(("0.99", "1.", "2."))
    assert float(figure(page, "target accuracy").rstrip("%")) > 90
    expect(sentence).to_contain_text("Adaptation paid off (exam)")
    picture(page, "aligned")

    # At the end, Play begins anew.
    button(page, "Play").click()
    expect(player(page)).to_have_attribute("data-state", "playing")
    expect(progress(page)).not_to_contain_text("1,000 of")
    expect(button(page, "Undo")).to_be_enabled()


def test_gamma_acts_live_and_leaves_a_mark(page: Page, address: str) -> None:
    open_page(page, address, "max_iter=100000")
    button(page, "Play").click()
    wait_for_iteration(page, 60)
    page.get_by_role("button", name="+", exact=True).first.click()
    expect(page.get_by_text("10.50").first).to_be_visible()
    before = iteration(page)
    wait_for_iteration(page, before + 40)
    button(page, "Pause").click()
    expect(player(page)).to_have_attribute("data-state", "paused")
    expect(page).to_have_url(re.compile("gamma=10.5"))
    curves = page.locator(".dann-panel-curves .dann-picture")
    expect(curves).to_have_attribute("aria-label", re.compile("gamma"))


def test_width_rebuilds_and_undo_brings_the_run_back(page: Page, address: str) -> None:
    open_page(page, address, "max_iter=100000")
    old = play_and_pause(page, 40)
    slider = page.get_by_test_id("stSlider").filter(has_text="discriminator width").get_by_role("slider")
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(progress(page)).to_contain_text("iteration 0 of")
    expect(notice(page)).to_contain_text("discriminator width changed from 64 to 128")
    expect(page).to_have_url(re.compile("discriminator_width=128"))
    button(page, "Undo").click()
    wait_for_iteration(page, old)
    expect(page).not_to_have_url(re.compile("discriminator_width"))
    # What Streamlit draws follows the player.
    # While one slider takes the other's place, both are there.
    sliders = page.get_by_test_id("stSlider").filter(has_text="discriminator width")
    expect(sliders.filter(has_text="(units)64")).to_have_count(1)
    expect(sliders).to_have_count(1)


def drop(page: Page, position: int, path: Path) -> None:
    page.locator("input[type=file]").nth(position).set_input_files(path)
    expect(page.get_by_test_id("stFileUploader").nth(position)).to_contain_text(path.name)


def test_a_pair_of_files_uploads_and_trains(page: Page, address: str, picture) -> None:
    open_page(page, address)
    choose_upload(page)
    drop(page, 0, SAMPLES / "digits_source.npz")
    drop(page, 1, SAMPLES / "digits_target.npz")
    expect(page.get_by_text("Train on these")).to_be_visible()
    expect(page.get_by_text("samples per class")).to_be_visible()
    expect(button(page, "Play")).to_be_hidden()
    errors = []
    page.on("pageerror", lambda error: errors.append(error))
    # Nothing happens: this chart is one to look at.
    bar = page.locator(".js-plotly-plot .bars .point").first.bounding_box()
    page.mouse.move(bar["x"] + bar["width"] / 2, bar["y"] + bar["height"] / 2)
    expect(page.locator(".hovertext").first).to_be_visible()
    page.mouse.click(bar["x"] + bar["width"] / 2, bar["y"] + bar["height"] / 2)
    page.mouse.move(0, 0)
    picture(page, "upload")
    button(page, "Train on these").click()
    expect(notice(page)).to_contain_text("digits_source.npz")
    assert not errors
    button(page, "Play").click()
    wait_for_iteration(page, 20)
    button(page, "Pause").click()
    assert "domain=" not in page.url
    picture(page, "uploaded")


def test_a_bad_file_is_refused_and_the_run_remains(page: Page, address: str, tmp_path: Path) -> None:
    open_page(page, address, "max_iter=100000")
    before = play_and_pause(page, 40)
    bad = tmp_path / "<b>bad<b>.csv"
    bad.write_text("a,b,label\n1,2,x\n3,oops,y\n4,5,x\n")
    choose_upload(page)
    drop(page, 0, bad)
    refusal = page.get_by_test_id("stAlert").filter(has_text="oops")
    expect(refusal).to_be_visible()
    expect(refusal).to_contain_text("<b>bad<b>.csv")
    expect(refusal).to_contain_text("data row 2")
    assert iteration(page) == before
    button(page, "Close").click()
    button(page, "Play").click()
    wait_for_iteration(page, before + 20)


def test_the_link_opens_the_same_experiment(page: Page, address: str) -> None:
    open_page(page, address, "domain=blobs&classes=4&gamma=3&seed=2")
    expect(page.locator(".dann-legend", has_text="blob D")).to_be_visible()
    for part in ("domain=blobs", "classes=4", "gamma=3", "seed=2"):
        assert part in page.url
    assert "lambda_max" not in page.url


def test_a_broken_link_is_said_and_the_page_opens(page: Page, address: str) -> None:
    open_page(page, address, "domain=moons&gamma=plenty")
    expect(notice(page)).to_contain_text("gamma must be a number from 0 to 50; got 'plenty'")


def test_back_goes_to_the_page_before_and_not_through_every_knob(page: Page, address: str) -> None:
    page.goto(f"{address}/_stcore/health")
    open_page(page, address)
    for _ in range(3):
        before = page.url
        page.get_by_role("button", name="+", exact=True).first.click()
        expect(page).not_to_have_url(before)
    page.go_back()
    expect(page).to_have_url(f"{address}/_stcore/health")


def test_looking_back_shows_an_earlier_iteration_and_only_that(page: Page, address: str) -> None:
    open_page(page, address, "max_iter=200")
    page.get_by_label("speed").select_option("fast")
    button(page, "Play").click()
    expect(progress(page)).to_contain_text("done")
    final = figure(page, "lambda")
    slider = page.get_by_role("slider", name="look back")
    slider.focus()
    page.keyboard.press("Home")
    expect(progress(page)).to_contain_text("looking back: iteration 0 of 200")
    expect(reading(page, "lambda")).to_have_text("0.000")
    expect(page.locator(".dann-sentence")).to_contain_text("Nothing is trained yet")
    page.keyboard.press("End")
    expect(progress(page)).to_contain_text("done")
    expect(reading(page, "lambda")).to_have_text(final)


def test_a_smaller_max_iter_at_the_end_claims_nothing_untrue(page: Page, address: str) -> None:
    open_page(page, address, "max_iter=200")
    page.get_by_label("speed").select_option("fast")
    button(page, "Play").click()
    expect(progress(page)).to_contain_text("done")
    box = page.get_by_role("spinbutton", name="max_iter")
    box.fill("100")
    box.press("Enter")
    expect(progress(page)).to_contain_text("200 iterations, max_iter is now 100")
    expect(progress(page)).not_to_contain_text("of 100")
    # A live change at the end says that it has no effect.
    page.get_by_role("button", name="+", exact=True).first.click()
    expect(notice(page)).to_contain_text("acts on iterations to come")


def test_what_the_files_do_not_say_is_asked_for(page: Page, address: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    y = np.arange(100) % 10
    x = (rng.uniform(0, 80, (100, 12, 12)) + 17 * y[:, None, None]).astype(np.uint8)
    np.savez(tmp_path / "source.npz", images=x, code=np.where(y == 0, 10, y))
    np.savez(tmp_path / "target.npz", images=x, code=y)
    open_page(page, address)
    choose_upload(page)
    drop(page, 0, tmp_path / "source.npz")
    question = page.get_by_test_id("stAlert").filter(has_text="nothing in it is plainly the source's label")
    expect(question).to_be_visible()
    expect(question).not_to_contain_text("--")
    # The target's labels follow the source's; a list that is open closes when the panel is drawn anew.
    page.get_by_label("labels of the source").click()
    page.get_by_role("option", name="code").click()
    expect(question).to_have_count(0)
    drop(page, 1, tmp_path / "target.npz")
    expect(page.get_by_test_id("stAlert").filter(has_text="10 is the digit 0")).to_be_visible()
    page.get_by_label("'0' is").click()
    page.get_by_role("option", name="10", exact=True).click()
    expect(page.get_by_text("labels were matched: '0' is '10'")).to_be_visible()
    expect(page.get_by_text("Train on these")).to_be_visible()
