"""Can I trust it? in a real Chromium: what the panel says is what plain training says, and samples are found."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from browser import SAMPLES, button, choose_upload, open_page, player
from playwright.sync_api import Locator, Page, expect
from upload_files import picture, pictures, read, zipped

from dann_core import DomainPair, Settings, Trainer
from dann_core.live.twin import source_only

ITERATIONS = 30
DROPS = "input[type=file]"
INK = "host => host.querySelector('canvas').toDataURL()"


def panel(page: Page) -> Locator:
    return page.locator(".st-key-trust-panel")


def upload(page: Page, address: str, source: Path, target: Path) -> None:
    """Have a page train on two files for a while, with the panel open."""
    open_page(page, address, "domain=moons")
    choose_upload(page)
    page.locator(DROPS).nth(0).set_input_files(source)
    # Streamlit makes the drops anew when the source has been read.
    expect(page.get_by_text("Or a bundle")).to_be_hidden()
    page.locator(DROPS).nth(1).set_input_files(target)
    page.get_by_role("button", name="Train on these").click()
    box = page.get_by_role("spinbutton", name="max_iter")
    # Not the box of the run before, which the page draws anew.
    expect(box).to_have_value("600")
    box.fill(str(ITERATIONS))
    box.press("Enter")
    page.get_by_text("Can I trust it?").click()
    expect(panel(page).get_by_text("Nothing is trained yet")).to_be_visible()


def run_to_its_end(page: Page) -> None:
    page.get_by_label("speed").select_option("fast")
    button(page, "Play").click()
    expect(player(page)).to_have_attribute("data-state", "finished")
    expect(panel(page).get_by_text(re.compile("more runs? agrees? with this one"))).to_be_visible()
    expect(panel(page).get_by_text("Other runs are being trained")).to_be_hidden()


def outcome(pair: DomainPair, settings: Settings) -> tuple[np.ndarray, np.ndarray]:
    """Class indices and confidences of the whole target after plain training."""
    trainer = Trainer(pair, settings)
    trainer.advance(ITERATIONS)
    view = trainer.look(pair.target_x)
    return view.classes, view.probabilities.max(1)


STILL = f"""host => {{
    const ink = ({INK})(host)
    window.still = ink === window.ink ? (window.still ?? 0) + 1 : 0
    window.ink = ink
    return window.still >= 6 && ink
}}"""


def still(page: Page, host: Locator) -> str:
    """What a picture looks like once its points have come to rest."""
    return page.wait_for_function(STILL, arg=host.element_handle(), polling=250).json_value()


def expect_sample(page: Page, name: str, pair: DomainPair, at: int, run: tuple, twin: tuple) -> None:
    box = panel(page).get_by_label("find a target sample")
    box.fill(name)
    box.press("Enter")
    for said, (classes, confidence) in (("this run", run), ("source only", twin)):
        expect(panel(page).get_by_role("listitem").filter(has_text=f"{said}:").last).to_have_text(
            f"{said}: {pair.class_names[classes[at]]}, {confidence[at]:.0%}"
        )


def test_of_an_uploaded_table_it_says_what_plain_training_says(page: Page, address: str) -> None:
    files = [SAMPLES / f"wine_{role}.csv" for role in ("source", "target")]
    pair = read(*((f.name, f.read_bytes()) for f in files)).pair
    settings = Settings.for_pair(pair).replace(max_iter=ITERATIONS)
    run, twin = outcome(pair, settings), outcome(pair, source_only(settings))
    upload(page, address, *files)
    run_to_its_end(page)
    same, n = int((run[0] == twin[0]).sum()), len(pair.target_x)
    expect(panel(page)).to_contain_text(f"{(run[1] >= 0.9).sum()} of {n} target samples are predicted with at least")
    expect(panel(page)).to_contain_text(f"{same} of {n} would be predicted the same; adapting changed {n - same}")
    right = [f"{np.mean(classes == pair.target_y):.1%}" for classes, _ in (run, twin)]
    expect(panel(page)).to_contain_text(f"this run {right[0]}, source only {right[1]}")
    # Its counts stand in a table that is drawn, and in what a screen reader reads of it.
    counts, confidence = np.bincount(run[0], minlength=3), run[1]
    for k, name in enumerate(pair.class_names):
        told = f"{counts[k]} ({confidence[run[0] == k].mean():.0%})" if counts[k] else "0"
        row = panel(page).locator("canvas tr", has=page.locator("td", has_text=name)).first
        expect(row.locator("td").nth(1)).to_have_text(told)
    last = n - 1
    expect_sample(page, str(pair.target_rows[last]), pair, last, run, twin)
    page.get_by_label("find a target sample").fill("no such row")
    page.get_by_label("find a target sample").press("Enter")
    expect(panel(page).get_by_text("No target sample is called so. Names are like 1.")).to_be_visible()


@pytest.fixture
def zips(tmp_path: Path) -> tuple[Path, Path]:
    """Two ZIPs of pictures, the target without labels, one of its files with a name that would be markup."""
    random = np.random.default_rng(0)
    source, target = {}, {}
    for k in range(40):
        drawn = random.integers(0, 90, (12, 12, 3), dtype=np.uint8)
        drawn[:6, :, k % 2] += 120
        source[f"{['red', 'green'][k % 2]}/{k}.png"] = picture(drawn)
        target[f"photo {k:03}.png"] = picture(255 - drawn // 2 * 2)
    target["<img src=x onerror=alert(1)>**b**.png"] = picture(pictures(1, 12, 12, 3)[0])
    files = tmp_path / "source.zip", tmp_path / "target.zip"
    for file, entries in zip(files, (source, target), strict=True):
        file.write_bytes(zipped(entries))
    return files


def test_an_uploaded_picture_is_found_by_its_file_name(page: Page, address: str, zips: tuple[Path, Path]) -> None:
    pair = read(*((f.name, f.read_bytes()) for f in zips)).pair
    assert pair.target_y is None
    settings = Settings.for_pair(pair).replace(max_iter=ITERATIONS)
    run, twin = outcome(pair, settings), outcome(pair, source_only(settings))
    upload(page, address, *zips)
    run_to_its_end(page)
    names = pair.target_rows.tolist()
    at = names.index("photo 023.png")
    host = page.locator(".dann-panel-features .dann-picture")
    # Nothing is marked by a name that nobody has.
    page.get_by_label("find a target sample").fill("nobody.png")
    page.get_by_label("find a target sample").press("Enter")
    expect(panel(page).get_by_text("No target sample is called so")).to_be_visible()
    unmarked = still(page, host)
    expect_sample(page, "photo 023.png", pair, at, run, twin)
    expect(panel(page).get_by_role("img").first).to_be_visible()
    expect(panel(page).get_by_text("Marked in the pictures above")).to_be_visible()
    page.wait_for_function(f"([host, ink]) => ({INK})(host) !== ink", arg=[host.element_handle(), unmarked])
    marked = host.evaluate(INK)
    expect_sample(page, "PHOTO 007", pair, names.index("photo 007.png"), run, twin)
    page.wait_for_function(f"([host, ink]) => ({INK})(host) !== ink", arg=[host.element_handle(), marked])
    # A name from a file stays text.
    page.on("dialog", lambda dialog: pytest.fail("a name was carried out"))
    expect_sample(page, "<img", pair, next(i for i, name in enumerate(names) if "<img" in name), run, twin)
    assert panel(page).locator("img[src='x']").count() == 0
    page.get_by_text("Can I trust it?").click()
    page.wait_for_function(f"([host, ink]) => ({INK})(host) === ink", arg=[host.element_handle(), unmarked])
