"""The Explore page in a real Chromium against the running app.

`pytest --pictures DIR` also saves the screenshots that the README shows.
"""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "assets" / "samples"
DESKTOP, PHONE = {"width": 1400, "height": 900}, {"width": 390, "height": 844}
CHROMIUM_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PATIENCE = 60_000
"""Milliseconds that a busy machine may take; no test measures time."""

expect.set_options(timeout=PATIENCE)


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app, started as the README says, on a port of its own."""
    port = free_port()
    log = (tmp_path_factory.mktemp("app") / "log").open("w")
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)
    retry = urllib.request.Request(f"http://127.0.0.1:{port}/_stcore/health")
    for _ in range(600):
        try:
            if urllib.request.urlopen(retry, timeout=1).status == 200:
                break
        except OSError:
            try:
                process.wait(0.1)
                pytest.fail(f"the app ended: {Path(log.name).read_text()}")
            except subprocess.TimeoutExpired:
                continue
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(10)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=CHROMIUM_FLAGS)
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport=DESKTOP)
    page.set_default_timeout(PATIENCE)
    yield page
    page.close()


@pytest.fixture
def picture(request: pytest.FixtureRequest):
    folder = request.config.getoption("--pictures")

    def save(page: Page, name: str) -> None:
        if folder:
            page.wait_for_timeout(1000)  # for fonts, tables and toasts
            page.screenshot(path=Path(folder) / f"{name}.png")

    return save


expect.set_options(timeout=PATIENCE)


def open_page(page: Page, address: str, query: str = "") -> None:
    page.goto(f"{address}/?{query}")
    expect(button(page, "Play")).to_be_enabled()
    expect(page.get_by_test_id("stProgress")).to_be_visible()
    expect(page.get_by_text("embedded together")).to_be_visible()


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name).first


def iteration(page: Page) -> int:
    text = page.get_by_test_id("stProgress").inner_text()
    return int(re.search(r"iteration\s+([\d,]+)", text).group(1).replace(",", ""))


def wait_for_iteration(page: Page, at_least: int) -> None:
    page.wait_for_function(
        """least => {
            const text = document.querySelector('[data-testid=stProgress]').innerText;
            return Number(text.match(/iteration\\s+([\\d,]+)/)[1].replaceAll(',', '')) >= least;
        }""",
        arg=at_least,
    )


def figure(page: Page, label: str) -> str:
    metric = page.get_by_test_id("stMetric").filter(has_text=label)
    return metric.get_by_test_id("stMetricValue").inner_text()


def test_play_pause_step_and_reset(page: Page, address: str, picture) -> None:
    open_page(page, address, "max_iter=100000")
    assert iteration(page) == 0
    expect(page.get_by_text("Press Play and watch")).to_be_visible()
    picture(page, "opened")

    button(page, "Play").click()
    wait_for_iteration(page, 40)
    button(page, "Pause").click()
    expect(button(page, "Step")).to_be_enabled()
    page.wait_for_timeout(1000)
    stopped = iteration(page)
    page.wait_for_timeout(1500)
    assert iteration(page) == stopped

    button(page, "Step").click()
    wait_for_iteration(page, stopped + 1)
    assert iteration(page) == stopped + 1
    expect(button(page, "Reset")).to_be_enabled()
    button(page, "Reset").click()
    expect(page.get_by_test_id("stProgress")).to_contain_text("iteration 0")
    expect(button(page, "Undo")).to_be_enabled()
    button(page, "Undo").click()
    wait_for_iteration(page, stopped + 1)


def test_a_run_ends_at_max_iter_aligned(page: Page, address: str, picture) -> None:
    open_page(page, address)
    button(page, "Play").click()
    wait_for_iteration(page, 300)
    picture(page, "training")
    wait_for_iteration(page, 1000)
    expect(page.get_by_test_id("stProgress")).to_contain_text("done")
    expect(button(page, "Play")).to_be_disabled()
    assert figure(page, "lambda").startswith(("0.99", "1.", "2."))
    assert float(figure(page, "target accuracy").rstrip("%")) > 90
    picture(page, "aligned")


def test_gamma_acts_live_and_leaves_a_mark(page: Page, address: str) -> None:
    open_page(page, address, "max_iter=5000")
    button(page, "Play").click()
    wait_for_iteration(page, 60)
    page.get_by_role("button", name="+", exact=True).first.click()
    expect(page.get_by_text("10.50").first).to_be_visible()
    before = iteration(page)
    wait_for_iteration(page, before + 40)
    button(page, "Pause").click()
    expect(page.get_by_text("gamma 10 → 10.5")).to_be_visible()
    assert iteration(page) >= before
    expect(page).to_have_url(re.compile("gamma=10.5"))


def test_width_rebuilds_and_undo_brings_the_run_back(page: Page, address: str) -> None:
    open_page(page, address, "max_iter=5000")
    button(page, "Play").click()
    wait_for_iteration(page, 40)
    button(page, "Pause").click()
    expect(button(page, "Step")).to_be_enabled()
    page.wait_for_timeout(1000)
    old = iteration(page)
    slider = page.get_by_test_id("stSlider").filter(has_text="discriminator width").get_by_role("slider")
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_test_id("stProgress")).to_contain_text("iteration 0")
    expect(page.get_by_text("discriminator width changed from 64 to 128")).to_be_visible()
    expect(page).to_have_url(re.compile("discriminator_width=128"))
    button(page, "Undo").click()
    wait_for_iteration(page, old)
    expect(page).not_to_have_url(re.compile("discriminator_width"))


ZOOM = """() => {
    const plot = document.querySelector('.js-plotly-plot');
    return [...plot._fullLayout.xaxis.range, ...plot._fullLayout.yaxis.range].map(v => Math.round(v * 1e6) / 1e6);
}"""


COUNT_FRAMES = """() => {
    window.frames_drawn = 0;
    document.querySelector('.js-plotly-plot').on('plotly_afterplot', () => window.frames_drawn++);
}"""


def test_zoom_survives_twenty_frames(page: Page, address: str) -> None:
    open_page(page, address, "max_iter=100000")
    expect(page.locator(".js-plotly-plot .nsewdrag").first).to_be_visible()
    whole = page.evaluate(ZOOM)
    box = page.locator(".js-plotly-plot .nsewdrag").first.bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 200, steps=8)
    page.mouse.up()
    page.wait_for_function(f"whole => JSON.stringify(({ZOOM})()) !== JSON.stringify(whole)", arg=whole)
    zoomed = page.evaluate(ZOOM)
    page.evaluate(COUNT_FRAMES)
    button(page, "Play").click()
    page.wait_for_function("() => window.frames_drawn >= 20")
    assert iteration(page) > 20
    assert page.evaluate(ZOOM) == zoomed


def choose_upload(page: Page) -> None:
    page.get_by_role("combobox").first.click()
    page.get_by_text("Your own two files").click()
    expect(page.get_by_text("Source: labelled samples")).to_be_visible()


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
    picture(page, "upload")
    button(page, "Train on these").click()
    expect(page.get_by_text("Training on")).to_be_visible()
    expect(button(page, "Play")).to_be_enabled()
    button(page, "Play").click()
    wait_for_iteration(page, 20)
    button(page, "Pause").click()
    assert "domain=" not in page.url
    picture(page, "uploaded")


def test_a_bad_file_is_refused_and_the_run_remains(page: Page, address: str, tmp_path: Path) -> None:
    open_page(page, address, "max_iter=5000")
    button(page, "Play").click()
    wait_for_iteration(page, 40)
    button(page, "Pause").click()
    expect(button(page, "Step")).to_be_enabled()
    page.wait_for_timeout(1000)
    before = iteration(page)
    bad = tmp_path / "<b>bad<b>.csv"
    bad.write_text("a,b,label\n1,2,x\n3,oops,y\n4,5,x\n")
    choose_upload(page)
    drop(page, 0, bad)
    refusal = page.get_by_test_id("stAlert").filter(has_text="oops")
    expect(refusal).to_be_visible()
    expect(refusal).to_contain_text("<b>bad<b>.csv")
    expect(refusal).to_contain_text("row 3")
    assert iteration(page) == before
    button(page, "Close").click()
    button(page, "Play").click()
    wait_for_iteration(page, before + 20)


def test_the_link_opens_the_same_experiment(page: Page, address: str) -> None:
    open_page(page, address, "domain=blobs&classes=4&gamma=3&seed=2")
    expect(page.locator(".legendtext", has_text="blob D")).to_be_visible()
    for part in ("domain=blobs", "classes=4", "gamma=3", "seed=2"):
        assert part in page.url
    assert "lambda_max" not in page.url


def test_a_broken_link_is_said_and_the_page_opens(page: Page, address: str) -> None:
    open_page(page, address, "domain=moons&gamma=plenty")
    expect(page.get_by_text("gamma must be a number from 0 to 50; got 'plenty'")).to_be_visible()


def test_looking_back_shows_an_earlier_iteration(page: Page, address: str) -> None:
    open_page(page, address, "max_iter=200")
    button(page, "Play").click()
    wait_for_iteration(page, 200)
    expect(page.get_by_test_id("stProgress")).to_contain_text("done")
    final = figure(page, "lambda")
    slider = page.get_by_test_id("stSlider").filter(has_text="look back").get_by_role("slider")
    expect(slider).to_be_enabled()
    slider.focus()
    page.keyboard.press("Home")
    expect(page.get_by_test_id("stMetricValue").first).to_have_text("0.000")
    page.wait_for_timeout(500)  # a key in the middle of a redraw is nobody's
    page.keyboard.press("End")
    expect(page.get_by_test_id("stMetricValue").first).to_have_text(final)


def test_a_phone_can_use_the_page(page: Page, address: str, picture) -> None:
    page.set_viewport_size(PHONE)
    open_page(page, address)
    picture(page, "phone")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    box = button(page, "Play").bounding_box()
    assert box["y"] + box["height"] < PHONE["height"]
    assert box["height"] >= 32
    button(page, "Play").click()
    wait_for_iteration(page, 20)
    plot = page.locator(".js-plotly-plot").first.bounding_box()
    assert plot["width"] > 300
    assert plot["x"] + plot["width"] <= PHONE["width"]


def test_the_desktop_page_fits_without_scrolling(page: Page, address: str) -> None:
    open_page(page, address)
    main = page.get_by_test_id("stMain")
    assert main.evaluate("e => e.scrollHeight - e.clientHeight") <= 0
