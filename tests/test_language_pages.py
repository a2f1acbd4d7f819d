"""What Streamlit draws, in Chinese: nothing is left in English, and the switch loses nothing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest
from browser import PHONE, ROOT, SAMPLES, at_rest, open_page, player, progress
from playwright.sync_api import Browser, Locator, Page, expect
from untranslated import left


def summary(page: Page, title: str) -> Locator:
    return page.get_by_test_id("stExpander").locator("summary").filter(has_text=re.compile(rf"{title}$"))


def drop(page: Page, role: str, name: str) -> None:
    page.locator(f".st-key-file-{role} input[type=file]").set_input_files(SAMPLES / name)
    expect(page.locator(f".st-key-file-{role}")).to_contain_text(name)


def upload_two_tables(page: Page) -> None:
    page.get_by_role("combobox").first.click()
    page.get_by_role("option", name="自己的两个文件…").click()
    for role in ("source", "target"):
        drop(page, role, f"wine_{role}.csv")
    expect(page.get_by_role("button", name="用它们训练")).to_be_visible()


def speak(page: Page, name: str) -> None:
    page.get_by_role("radio", name=name).click()


def test_nothing_of_explore_is_left_in_english(page: Page, address: str) -> None:
    open_page(page, address, "max_iter=1000&lang=zh")
    for title in ("更多", "什么发生偏移", "带走结果", "书架", "结果可信吗？"):
        summary(page, title).click()
    expect(page.get_by_text("请先按“播放”")).to_be_visible()
    expect(page.get_by_text("还没有训练：")).to_be_visible()
    assert left(page) == []
    assert page.evaluate("document.documentElement.lang") == "zh"


def test_nothing_of_an_upload_is_left_in_english(page: Page, address: str) -> None:
    open_page(page, address, "max_iter=1000&lang=zh")
    upload_two_tables(page)
    page.get_by_role("button", name="源域的更多选项").click()
    expect(page.get_by_text("表格第一行")).to_be_visible()
    table = (SAMPLES / "wine_source.csv").read_text()
    names = ["wine_source.csv", "wine_target.csv", "label", "cultivar"]
    assert [text for text in left(page, names) if text not in table] == []


def test_nothing_of_a_comparison_is_left_in_english(page: Page, address: str) -> None:
    page.goto(f"{address}/compare?lang=zh")
    expect(page.get_by_role("combobox", name="通道 2 的不同之处")).to_be_visible()
    expect(player(page)).to_be_visible()
    summary(page, "各通道共用的设置").click()
    assert left(page) == []


def test_nothing_of_a_sweep_is_left_in_english_and_the_switch_keeps_it(page: Page, address: str) -> None:
    page.goto(f"{address}/sweep?max_iter=20&lang=zh")
    expect(page.get_by_text("还没有扫描")).to_be_visible()
    assert left(page) == []
    for axis, values in (("angle", "0, 30"), ("lambda_max", "0, 1")):
        box = page.locator(f".st-key-sweep-values-{axis}-0 input, [class*='st-key-sweep-values-{axis}'] input")
        box.fill(values)
        box.press("Enter")
    expect(page.get_by_text("18 个实验，每个 20 次迭代")).to_be_visible()
    page.get_by_role("button", name="开始", exact=True).click()
    expect(page.get_by_text("18 / 18 个实验 · 已完成")).to_be_visible()
    summary(page, "不需要目标域标签的评分：各自的含义与实测价值").click()
    page.get_by_role("radio", name="均值").click()
    expect(page.get_by_text("目标域准确率是考核")).to_be_visible()
    page.get_by_role("combobox", name="指标").click()
    page.get_by_role("option").nth(1).click()
    expect(page.get_by_text("此指标不读取目标域标签")).to_be_visible()
    assert left(page) == []
    speak(page, "English")
    expect(page.get_by_text("18 of 18 experiments · done")).to_be_visible()
    expect(page.get_by_role("radio", name="mean")).to_be_checked()
    expect(page.get_by_text("This measure reads no target label.")).to_be_visible()
    expect(page.get_by_role("textbox", name="lambda_max")).to_have_value("0, 1")
    expect(page).to_have_url(re.compile("lang=en"))


def test_the_switch_keeps_an_upload_in_progress_and_the_run(page: Page, address: str) -> None:
    open_page(page, address, "max_iter=1000&lang=zh&gamma=3")
    run = re.search(r"run=([^&]+)", page.url)[1]
    upload_two_tables(page)
    summary(page, "更多").click()
    page.get_by_role("button", name="源域的更多选项").click()
    page.get_by_role("combobox", name="表格第一行").click()
    page.get_by_role("option", name="是列名").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="用它们训练")).to_be_visible()
    speak(page, "English")
    expect(page.get_by_role("button", name="Train on these")).to_be_visible()
    expect(page.locator(".st-key-file-source")).to_contain_text("wine_source.csv")
    expect(page.get_by_text("Losses", exact=True)).to_be_visible()
    at_rest(page)
    page.get_by_role("button", name="More about the source").click()
    expect(page.get_by_role("combobox", name="first row of a table")).to_have_value("names the columns")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Close", exact=True).click()
    expect(page).to_have_url(re.compile(rf"gamma=3.*run={run}.*lang=en"))
    expect(progress(page)).to_contain_text("iteration 0 of 1,000")
    assert page.evaluate("document.documentElement.lang") == "en"


def test_a_page_speaks_the_browsers_language_until_somebody_chooses(browser: Browser, address: str) -> None:
    context = browser.new_context(locale="zh-CN", viewport=PHONE)
    page = context.new_page()
    open_page(page, address)
    expect(page.get_by_text("结果可信吗？")).to_be_visible()
    assert "lang=" not in page.url
    speak(page, "English")
    expect(page.get_by_text("Can I trust it?")).to_be_visible()
    page.goto(f"{address}/learn?lang=zh")
    expect(page).to_have_url(re.compile("lang=zh"))
    context.close()


def test_of_a_language_that_there_is_not_one_sentence_is_said(page: Page, address: str) -> None:
    open_page(page, address, "max_iter=1000&lang=xx")
    expect(page.locator(".st-key-view-wrong")).to_contain_text("lang must be one of")
    expect(page.get_by_role("radio", name="English")).to_be_checked()
    expect(progress(page)).to_contain_text("iteration 0 of 1,000")


@pytest.mark.parametrize("size", [(1400, 900), (390, 844)], ids=str)
def test_the_switch_covers_nothing_and_a_keyboard_reaches_it(browser: Browser, address: str, size) -> None:
    page = browser.new_page(viewport={"width": size[0], "height": size[1]})
    open_page(page, address)
    switch = page.locator(".st-key-language")
    box, above = switch.bounding_box(), page.locator(".stMainBlockContainer").bounding_box()
    assert box["x"] + box["width"] <= size[0]
    assert box["y"] + box["height"] <= player(page).bounding_box()["y"]
    # Without it, nothing would stand higher.
    padding = page.locator(".stMainBlockContainer").evaluate("e => parseFloat(getComputedStyle(e).paddingTop)")
    assert page.locator(".st-key-stage").bounding_box()["y"] == pytest.approx(above["y"] + padding, abs=1)
    page.get_by_role("radio", name="English").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect(page.get_by_text("结果可信吗？")).to_be_visible()
    expect(page.get_by_role("radiogroup", name="language / 语言")).to_be_visible()
    page.close()


SHOWS = re.compile(
    "button|caption|checkbox|download_button|error|expander|file_uploader|form_submit_button|header|info|markdown|metric|"
    "multiselect|number_input|popover|progress|segmented_control|select|select_slider|selectbox|slider|spinner|"
    "subheader|success|text_input|toggle|warning"
)


def plain_words() -> Iterator[str]:
    """English that is shown, or stands in a help, without going through a catalogue."""
    for path in sorted([*(ROOT / "ui").rglob("*.py"), *(ROOT / "pages").rglob("*.py")]):
        for call in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            given = [k.value for k in call.keywords if k.arg in ("help", "text", "placeholder", "label")]
            for node in [*call.args[:1], *given] if SHOWS.fullmatch(name) else []:
                parts = node.values if isinstance(node, ast.JoinedStr) else [node]
                words = "".join(p.value for p in parts if isinstance(p, ast.Constant) and isinstance(p.value, str))
                if re.search("[a-z]{2}", re.sub(r":material/\w+:|Parquet|gamma|max_iter|language / 语言", "", words)):
                    yield f"{path.relative_to(ROOT)}:{node.lineno}: {words}"


def test_no_page_shows_plain_words() -> None:
    assert [*plain_words()] == []
