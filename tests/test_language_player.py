"""The player in Chinese, in a real Chromium: whole sentences, no word of English left, and nothing clipped by it."""

from __future__ import annotations

from pathlib import Path

import pytest
from browser import DESKTOP, PHONE, ROOT, notice, player
from playwright.sync_api import Browser, Page, Route, expect
from test_page_access import GEOMETRY, NAMELESS, WHOLE
from untranslated import in_chinese, left

from dann_core import Settings, domains
from dann_core.film.page import film
from dann_core.language import as_data, joined, say, say_many
from dann_core.live.record import record
from dann_core.settings.variants import Variant

CHINESE = "lang=zh&max_iter=60&speed=fast"

PLAYER = ".dann-player"


def play(page: Page) -> None:
    page.locator(".dann-play").first.click()
    expect(player(page)).to_have_attribute("data-state", "finished")


def test_explore(page: Page, address: str) -> None:
    moons = domains.get("moons")
    page.goto(f"{address}/?{CHINESE}")
    expect(page.locator(".dann-progress-text")).to_have_text("迭代 0 / 60")
    expect(page.locator(".dann-legend")).to_contain_text(in_chinese(moons().pair(0).class_names[0]))
    play(page)
    expect(page.locator(".dann-progress-text")).to_have_text("迭代 60 / 60 · 已完成")
    page.locator(".dann-tug-open").click()
    expect(page.locator(".dann-tug")).to_contain_text("特征处的拔河")
    assert left(page, within=PLAYER) == []
    page.keyboard.press("Escape")
    page.locator(".dann-draw-open").click()
    page.keyboard.press("ArrowRight")
    expect(notice(page)).to_contain_text("点击“撤销”可恢复原来的运行。")
    assert left(page, within=PLAYER) == []
    page.locator(".dann-undo").click()
    expect(notice(page)).to_contain_text("上一个分支已恢复到原来的位置。")


def test_compare(page: Page, address: str) -> None:
    page.goto(f"{address}/compare?{CHINESE}")
    expect(page.locator(".dann-headline")).to_contain_text("请点击“播放”")
    play(page)
    expect(page.locator(".dann-headline")).to_contain_text("（考核）")
    expect(page.locator(".dann-lane h3").first).to_have_text(
        in_chinese(Variant("method", "source-only").title(Settings()))
    )
    assert left(page, within=PLAYER) == []


def test_a_film(browser: Browser, tmp_path: Path) -> None:
    moons = domains.get("moons")
    recording = record(moons().pair(0), Settings(max_iter=20, batch_size=16), frames=4)[0]
    file = tmp_path / "film.html"
    file.write_bytes(film(recording, language="zh"))
    page = browser.new_page(viewport=DESKTOP, reduced_motion="reduce")
    page.goto(file.as_uri())
    expect(page.locator(".dann-progress-text")).to_have_text("迭代 20 / 20 · 已完成")
    expect(page.locator("h1")).to_have_text(in_chinese(moons.title))
    assert page.evaluate("document.documentElement.lang") == "zh"
    assert left(page, within=PLAYER) == []
    page.close()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1400", "390"])
@pytest.mark.parametrize("path", ["", "compare"])
def test_nothing_is_clipped_or_overlaps(browser: Browser, address: str, path: str, size: dict[str, int]) -> None:
    page = browser.new_page(viewport=size)
    page.goto(f"{address}/{path}?{CHINESE}")
    page.evaluate(WHOLE)
    play(page)
    assert page.evaluate(GEOMETRY) == []
    assert page.evaluate(NAMELESS) == []
    page.close()


TEXTS_OF_A_SERVER = [
    say("{n:,} of {share:.0%} {x:g} {y:.2f}", n=12345, share=0.256, x=0.000012, y=2 / 3),
    say("{a:g} {b:g} {c:.3g} {d:,.1f} {e:+.1f} {f}", a=1e7, b=12.50, c=1234.5, d=1234.56, e=0.5, f=7),
    say("{name} {{is}} {why}", name="a{name}b", why=say("since {x}", x="$&")),
    say("Braces {without} values"),
    say_many("{n} run of {all}", "{n} runs of {all}", 1, all=2),
    say_many("{n} run of {all}", "{n} runs of {all}", 5, all=6),
    joined([say("One."), "two {x}"], " {} "),
    "a name {as} it is",
]

CATALOGUE = """export const catalogue = { "{n} run": ["{n} Lauf", "{n} Läufe"], "{a}: {b}.": "{b} ({a})", "it": "es" }
export const plural = (n) => Number(n != 1)
"""


@pytest.fixture
def words(page: Page) -> Page:
    """A page from whose address a test imports what puts texts into words; `words.catalogue` is in its catalogue."""
    served = {"language.js": (ROOT / "player" / "language.js").read_text(), "catalogue.js": CATALOGUE}
    served["english/language.js"] = served["language.js"]
    served["english/catalogue.js"] = (ROOT / "player" / "catalogue.js").read_text()

    def answer(route: Route) -> None:
        name = route.request.url.partition("words.test/")[2]
        route.fulfill(body=served.get(name, ""), content_type="text/javascript" if name else "text/html")

    page.route("http://words.test/**", answer)
    page.goto("http://words.test/")
    return page


def test_the_browser_says_what_the_server_says(words: Page) -> None:
    said = words.evaluate(
        "async (told) => told.map((await import('/english/language.js')).told)", as_data(TEXTS_OF_A_SERVER)
    )
    assert said == [str(text) for text in TEXTS_OF_A_SERVER]


def test_a_catalogue_has_the_last_word(words: Page) -> None:
    texts = [
        say_many("{n} run", "{n} runs", 1),
        say_many("{n} run", "{n} runs", 0),
        say("{a}: {b}.", a=say("it"), b=say_many("{n} run", "{n} runs", 3)),
        say("not in it: {what}", what=say("it")),
        "it",
    ]
    said = words.evaluate("async (told) => told.map((await import('/language.js')).told)", as_data(texts))
    assert said == ["1 Lauf", "0 Läufe", "3 Läufe (es)", "not in it: es", "it"]
