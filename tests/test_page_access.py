"""Access, measured in real browsers: geometry at three sizes, names of controls, the focus, dark pages, still pages.

CI looks at a sample of pages and sizes; `pytest -m long tests/test_page_access.py` at all of them.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import DESKTOP, PHONE, button, open_page, player
from firefox import Firefox, firefox
from playwright.sync_api import Browser, Page, expect

WIDE = {"width": 1920, "height": 1080}
SIZES = {"1400": DESKTOP, "1920": WIDE, "390": PHONE}
PAGES = {
    "explore": "?max_iter=1000",
    "compare": "compare",
    "sweep": "sweep",
    "learn": "learn?scene=3",
    "learn in Chinese": "learn?scene=5&lang=zh",
    "lessons": "lessons",
    "lessons in Chinese": "lessons?lang=zh",
    "lesson": "lessons?lesson=one-seed",
    "lesson in Chinese": "lessons?lesson=discriminator-wins&lang=zh",
    "classroom": "classroom",
    "classroom in Chinese": "classroom?lang=zh",
}
SAMPLE = {("explore", "1400"), ("compare", "390"), ("learn", "390"), ("lesson in Chinese", "390")}
SAMPLE |= {("lessons in Chinese", "390"), ("classroom", "390"), ("classroom in Chinese", "1400")}
IN_FIREFOX = {("explore", "390")}
GEOMETRY = (Path(__file__).parent / "geometry.js").read_text()

# What a page has when it is whole.
WHOLE = """async () => {
    const player = ".dann-player:is([data-state=paused], [data-state=finished])"
    const whole = `${player}, .js-plotly-plot, .sketch, [class*=st-key-open-]`
    const still = "[data-stale=true], [data-testid=stStatusWidget], [data-testid=stSkeleton]"
    const start = performance.now()
    while (performance.now() - start < 60000) {
        await new Promise((resolve) => setTimeout(resolve, 250))
        const texts = document.querySelector("[data-testid=stMain]")?.innerText ?? ""
        const isWhole = document.querySelector(whole) || /Nothing is swept yet/.test(texts)
        if (isWhole && !document.querySelector(still)) return true
    }
    throw new Error("the page never was whole")
}"""

# Everything that can be reached or pressed and has no name.
NAMELESS = """() => {
    const roles = ["button", "slider", "combobox", "figure"].map((role) => `[role=${role}]`)
    const kinds = ["button", "a[href]", "input", "select", "textarea", ...roles].join()
    const textOf = (parts) => [...(parts ?? [])].map((part) => part?.textContent ?? "").join("")
    return [...document.querySelectorAll(kinds)]
        .filter((node) => node.checkVisibility() && !node.closest("[aria-hidden=true]"))
        .filter((node) => {
            const ids = (node.getAttribute("aria-labelledby") ?? "").split(" ")
            const labels = textOf(ids.map((id) => document.getElementById(id))) + textOf(node.labels)
            return ![node.ariaLabel, node.title, node.textContent, node.alt, labels].some((text) => text?.trim())
        }).map((node) => node.outerHTML.slice(0, 160))
}"""

# Of the letters above the first curves, whose ground is transparent: red of the most opaque pixels.
BRIGHTEST = """canvas => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, 16)
    let most = 0
    for (let k = 0; k < data.length; k += 4) if (data[k + 3] > 200) most = Math.max(most, data[k])
    return most
}"""
OUTLINE = """() => {
    const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement)
    return [outlineStyle, parseFloat(outlineWidth)]
}"""

BAD = """<main style="position: relative; font: 16px sans-serif">
    <p style="width: 60px; overflow: hidden; white-space: nowrap">a text that is longer than its place</p>
    <p style="position: absolute; top: 99px">one text</p><p style="position: absolute; top: 101px">another one</p>
    <div style="width: 3000px">wide</div><button></button><input>
</main>"""


def marked(chosen: set[tuple[str, str]]) -> list:
    """All pages at all sizes; those that were not chosen are long."""
    places = [(page, size) for page in PAGES for size in SIZES]
    return [pytest.param(*place, marks=[] if place in chosen else pytest.mark.long) for place in places]


@pytest.mark.parametrize(("name", "size"), marked(SAMPLE))
def test_nothing_is_clipped_or_overlaps(browser: Browser, address: str, name: str, size: str) -> None:
    page = browser.new_page(viewport=SIZES[size])
    page.goto(f"{address}/{PAGES[name]}")
    page.evaluate(WHOLE)
    assert page.evaluate(GEOMETRY) == []
    assert page.evaluate(NAMELESS) == []
    page.close()


def test_what_is_wrong_is_found(page: Page) -> None:
    page.set_content(BAD)
    wrong = page.evaluate(GEOMETRY)
    assert [word for word in ("wide in a window", "is clipped by", "lies on") if word not in " ".join(wrong)] == []
    assert len(page.evaluate(NAMELESS)) == 2


@pytest.fixture(scope="module")
def fox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    command = shutil.which("firefox-esr") or shutil.which("firefox")
    if command is None:
        pytest.skip("there is no Firefox: tests/install-browser installs Debian's")
    with firefox(command, tmp_path_factory.mktemp("firefox")) as started:
        yield started


@pytest.mark.parametrize(("name", "size"), marked(IN_FIREFOX))
def test_the_same_in_firefox(fox: Firefox, address: str, name: str, size: str) -> None:
    fox.set_viewport_size(SIZES[size])
    fox.goto(f"{address}/{PAGES[name]}")
    fox.evaluate(WHOLE)
    assert fox.evaluate(GEOMETRY) == []
    assert fox.evaluate(NAMELESS) == []


def test_the_player_turns_dark_with_the_page_and_the_focus_is_seen(page: Page, address: str) -> None:
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    open_page(page, address)
    expect(player(page)).to_have_attribute("data-theme", "dark")
    letters = page.locator(".dann-panel-curves canvas")
    assert letters.evaluate(BRIGHTEST) > 240, "the letters of a dark page are pale"
    # Nobody is invited by what moves.
    assert button(page, "Play").evaluate("node => getComputedStyle(node).animationName") == "none"
    button(page, "Play").focus()
    for _ in range(8):
        page.keyboard.press("Tab")
        style, width = page.evaluate(OUTLINE)
        assert style != "none"
        assert width >= 2
    page.emulate_media(color_scheme="light")
    expect(player(page)).to_have_attribute("data-theme", "light")
    page.wait_for_function(f"() => ({BRIGHTEST})(document.querySelector('.dann-panel-curves canvas')) < 240")
