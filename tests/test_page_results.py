"""Explore in a real Chromium: a run is taken away as predictions and a bundle, and comes back from one."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
from browser import ROOT, button, choose_upload, downloaded, figure, open_page, player
from playwright.sync_api import Page, expect

from dann_core import domains
from dann_core.results.bundle import Bundle, repeated

SAMPLES = ROOT / "assets" / "samples"
DROPS = "input[type=file]"


def run_to_its_end(page: Page) -> None:
    page.get_by_label("speed").select_option("fast")
    button(page, "Play").click()
    expect(player(page)).to_have_attribute("data-state", "finished")


def saved(page: Page, name: str, folder: Path) -> Path:
    download = downloaded(page, name)
    file = folder / download.suggested_filename
    download.save_as(file)
    return file


def test_a_run_is_taken_away_once_it_is_trained(page: Page, address: str, tmp_path: Path) -> None:
    open_page(page, address, "domain=moons&max_iter=60&seed=4")
    page.get_by_text("Take it away").click()
    expect(page.get_by_text("Press Play first")).to_be_visible()
    run_to_its_end(page)
    table = pd.read_csv(saved(page, "CSV", tmp_path))
    pair = domains.load("moons", seed=4)
    accuracy = np.mean(table["class"] == np.array(pair.class_names)[pair.target_y])
    assert figure(page, "target accuracy") == f"{accuracy:.1%}"
    page.get_by_text("features and embedding too").click()
    wide = pd.read_parquet(saved(page, "Parquet", tmp_path))
    assert {"feature_0", "x", "y"} <= set(wide.columns)
    bundle = Bundle.open(saved(page, "Bundle", tmp_path))
    again = repeated(bundle.record, bundle.data(), "cpu", lambda trainer: None)
    np.testing.assert_array_equal(again.history.rows, bundle.history())
    assert bundle.record.iterations == 60


def test_an_upload_comes_back_from_its_bundle_and_its_files(page: Page, address: str, tmp_path: Path) -> None:
    open_page(page, address, "domain=moons")
    choose_upload(page)
    page.locator(DROPS).nth(0).set_input_files(SAMPLES / "wine_source.csv")
    # Streamlit makes the drops anew when the source has been read.
    expect(page.get_by_text("Or a bundle")).to_be_hidden()
    page.locator(DROPS).nth(1).set_input_files(SAMPLES / "wine_target.csv")
    page.get_by_role("button", name="Train on these").click()
    page.get_by_text("Take it away").click()
    run_to_its_end(page)
    expect(page.get_by_text("Without your data")).to_be_visible()
    file = saved(page, "Bundle", tmp_path)
    assert Bundle.open(file).data() is None
    trained = figure(page, "target accuracy")

    page.get_by_role("button", name="Other files").click()
    page.locator(DROPS).nth(2).set_input_files(file)
    expect(page.get_by_text("The data are not in it")).to_be_visible()
    for place, name in ((1, "wine_target.csv"), (2, "wine_target.csv")):
        page.locator(DROPS).nth(place).set_input_files(SAMPLES / name)
        expect(page.get_by_text(name, exact=True)).to_have_count(place)
    expect(page.get_by_text(re.compile("this is not the file of the source"))).to_be_visible()
    page.locator(DROPS).nth(1).set_input_files(SAMPLES / "wine_source.csv")
    page.get_by_role("button", name="Open this run").click()
    expect(page.get_by_text("This is the bundle's run, from its beginning.")).to_be_visible()
    run_to_its_end(page)
    assert figure(page, "target accuracy") == trained


def test_what_is_no_bundle_is_refused_and_the_run_stays(page: Page, address: str) -> None:
    open_page(page, address, "domain=blobs")
    choose_upload(page)
    page.locator(DROPS).nth(2).set_input_files(SAMPLES / "pictures_source.zip")
    expect(page.get_by_text(re.compile(r"pictures_source.zip: settings\.json is not in it"))).to_be_visible()
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("combobox").first).to_have_value(domains.get("blobs").title)
