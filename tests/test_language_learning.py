"""What pupils and teachers read, in Chinese, in a real Chromium: no word of English is left in it.

The player has a test of its own (`test_language_player.py`); geometry is measured in `test_page_access.py`.
"""

from __future__ import annotations

from browser import button, player
from playwright.sync_api import Page, expect
from untranslated import in_chinese, left

from dann_core.lessons import find, read_all
from ui.learn import SCENES

MAIN = "[data-testid=stMain]"


def test_learn(page: Page, address: str) -> None:
    for number, scene in enumerate(SCENES, 1):
        page.goto(f"{address}/learn?scene={number}&lang=zh")
        expect(page.get_by_role("heading", level=2)).to_have_text(f"{number}. {in_chinese(scene.said.title)}")
        expect(page.locator(".figure .main-svg").first).to_be_visible()
        assert left(page, within=MAIN) == [], scene.said.title
    expect(page.get_by_role("button", name="看实时训练")).to_be_visible()


def test_lessons(page: Page, address: str) -> None:
    page.goto(f"{address}/lessons?lang=zh")
    expect(page.get_by_role("button", name="打开")).to_have_count(len(read_all()[0]))
    assert left(page, within=MAIN) == []
    lesson = find("discriminator-wins", "zh")
    page.locator(f".st-key-open-{lesson.key}").get_by_role("button").click()
    expect(page.get_by_role("heading", name=lesson.title)).to_be_visible()
    expect(page.get_by_text("预期会怎样？")).to_be_visible()
    assert left(page, within=MAIN) == []
    page.get_by_text(lesson.outcomes[0]).click()
    button(page, "提交预测").click()
    expect(page.get_by_text(f"预期：{lesson.outcomes[0]}")).to_be_visible()
    assert left(page, within=MAIN) == []
    page.locator(".dann-transport select").first.select_option("fast")
    page.locator(".dann-transport button").first.click()
    expect(player(page)).to_have_attribute("data-state", "finished")
    expect(page.get_by_text(f"结果：{lesson.outcomes[lesson.answer]}")).to_be_visible()
    assert left(page, within=MAIN) == []


def test_the_classroom(page: Page, address: str) -> None:
    page.goto(f"{address}/classroom?lang=zh")
    expect(page.locator(".sketch-top")).to_contain_text("速度：正常")
    link = page.locator(".st-key-link-of-pupils code")
    assert left(page, [link.inner_text()], MAIN) == []
    button(page, "开设班级").click()
    expect(page.get_by_text("发给学生：")).to_be_visible()
    link = page.locator(".st-key-link-of-class code").inner_text()
    assert left(page, [link], MAIN) == []
    page.goto(f"{link}&lang=zh")
    expect(page.get_by_role("heading", name="加入班级：老师")).to_be_visible()
    assert left(page, within=MAIN) == []
