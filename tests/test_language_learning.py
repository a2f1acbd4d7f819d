"""What pupils and teachers read, in Chinese, in a real Chromium: no word of English is left in it.

The player has a test of its own (`test_language_player.py`); geometry is measured in `test_page_access.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from browser import button, player
from playwright.sync_api import Page, expect

from dann_core.language import catalogue
from dann_core.lessons import find, read_all
from dann_core.settings import Settings
from server.view import PARTS, View
from ui.learn import SCENES

# Names of methods, parameters, people, files, keys and languages are no words of a language.
NAMES = {
    *("DANN", "TLlib", "DeepDA", "Ganin", "tllib", "modules", "grl", "py", "loss_funcs", "adv", "yaml", "epoch", "Esc"),
    *(
        "t-SNE",
        "PCA",
        "proxy",
        "A-distance",
        "lambda",
        "lambda_max",
        "gamma",
        "max_iter",
        "ln",
        "L_d",
        "English",
        "language",
    ),
}

# What other areas say on these pages, until they have said it in other words: names of choices, and Streamlit's own.
OTHERS = {
    *("page", "presentation", "slow", "normal", "fast", "class", "domain"),
    *(
        "Help",
        "for",
        "Selected",
        "Clear",
        "all",
        "Choose",
        "options",
        "open",
        "Copy",
        "to",
        "clipboard",
        "Remove",
        "Shortcut",
    ),
}

# Everything that is seen or heard beside the players.
TEXTS = """() => {
    const texts = []
    const root = document.querySelector("[data-testid=stMain]")
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT)
    for (let node = root; node; node = walker.nextNode()) {
        const element = node.parentElement
        if (element.closest(".dann-player, .dann-sketch, .katex, style, script, [data-testid=stIconMaterial]")) continue
        if (node.nodeType === Node.TEXT_NODE) texts.push(node.data)
        else for (const name of ["aria-label", "aria-valuetext", "title", "placeholder", "alt"])
            if (node.hasAttribute(name)) texts.push(node.getAttribute(name))
    }
    return texts
}"""


def in_chinese(text: str) -> str:
    return catalogue("zh").words(text)


def english(page: Page, data: Iterable[str] = ()) -> set[str]:
    """The words in Latin letters that a page holds, less names and data."""
    expect(page.locator("[data-stale=true], [data-testid=stSkeleton]")).to_have_count(0)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    said = "\n".join(page.evaluate(TEXTS))
    assert len(re.findall(r"[\u4e00-\u9fff]", said)) > 50
    assert "**" not in said, "a translation's Markdown is none"
    for name in sorted(data, key=len, reverse=True):
        said = said.replace(name, " ")
    return set(re.findall(r"[A-Za-z][A-Za-z_-]+", said)) - NAMES - OTHERS


def test_learn(page: Page, address: str) -> None:
    for number, scene in enumerate(SCENES, 1):
        page.goto(f"{address}/learn?scene={number}&lang=zh")
        expect(page.get_by_role("heading", level=2)).to_have_text(f"{number}. {in_chinese(scene.said.title)}")
        expect(page.locator(".figure .main-svg").first).to_be_visible()
        assert english(page) == set(), scene.said.title
    expect(page.get_by_role("button", name="看实时训练")).to_be_visible()


def test_lessons(page: Page, address: str) -> None:
    page.goto(f"{address}/lessons?lang=zh")
    expect(page.get_by_role("button", name="打开")).to_have_count(len(read_all()[0]))
    assert english(page) == set()
    lesson = find("discriminator-wins", "zh")
    page.locator(f".st-key-open-{lesson.key}").get_by_role("button").click()
    expect(page.get_by_role("heading", name=lesson.title)).to_be_visible()
    expect(page.get_by_text("预期会怎样？")).to_be_visible()
    assert english(page) == set()
    page.get_by_text(lesson.outcomes[0]).click()
    button(page, "提交预测").click()
    expect(page.get_by_text(f"预期：{lesson.outcomes[0]}")).to_be_visible()
    assert english(page) == set()
    page.locator(".dann-transport select").first.select_option("fast")
    page.locator(".dann-transport button").first.click()
    expect(player(page)).to_have_attribute("data-state", "finished")
    expect(page.get_by_text(f"结果：{lesson.outcomes[lesson.answer]}")).to_be_visible()
    assert english(page) == set()


def test_the_classroom(page: Page, address: str) -> None:
    knobs = [k for kind in (View, Settings) for k in kind.knobs()]
    data = [in_chinese(text) for k in knobs for text in (k.label, k.help)] + [in_chinese(p) for p in PARTS.values()]
    page.goto(f"{address}/classroom?lang=zh")
    expect(page.locator(".sketch-top")).to_contain_text("速度：正常")
    link = page.locator(".st-key-link-of-pupils code")
    assert english(page, [*data, link.inner_text()]) == set()
    button(page, "开设班级").click()
    expect(page.get_by_text("发给学生：")).to_be_visible()
    link = page.locator(".st-key-link-of-class code").inner_text()
    assert english(page, [link]) == set()
    page.goto(f"{link}&lang=zh")
    expect(page.get_by_role("heading", name="加入班级：老师")).to_be_visible()
    assert english(page) == set()
