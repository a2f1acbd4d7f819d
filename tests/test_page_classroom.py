"""The classroom in a real Chromium: a teacher makes a link and a class, two students join, the wall shows them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from browser import DESKTOP, PATIENCE, PHONE, button, open_page, player
from playwright.sync_api import Browser, Page, expect

from dann_core.lessons import find

NAME = "<img src=x onerror=alert()>"


@pytest.fixture
def students(browser: Browser) -> Iterator[list[Page]]:
    pages = [browser.new_page(viewport=size) for size in (DESKTOP, PHONE)]
    for page in pages:
        page.set_default_timeout(PATIENCE)
    yield pages
    for page in pages:
        page.close()


def link(page: Page, of: str) -> str:
    return page.locator(f".st-key-link-of-{of} code").inner_text()


def join(student: Page, address: str, name: str) -> None:
    student.goto(address)
    expect(student.get_by_text("You are joining the class of 7b")).to_be_visible()
    # Before the answer nothing is shown of a run.
    expect(player(student)).to_have_count(0)
    student.get_by_label("your name").fill(name)
    button(student, "Join").click()
    expect(player(student)).to_have_attribute("data-state", "paused")


def test_a_teacher_sees_the_runs_of_two_students(page: Page, address: str, students: list[Page]) -> None:
    page.on("dialog", lambda dialog: pytest.fail("a name was carried out"))
    page.goto(f"{address}/classroom")
    sketch = page.locator(".sketch")
    expect(sketch).to_contain_text("target accuracy (exam)")
    # The link says what is left out, and the sketch shows it.
    page.get_by_text("show the exam").click()
    expect(page.locator(".st-key-link-of-pupils code")).to_contain_text("exam=0")
    expect(sketch).not_to_contain_text("target accuracy (exam)")
    page.get_by_text("show the exam").click()
    expect(page.locator(".st-key-link-of-pupils code")).not_to_contain_text("exam=0")
    page.get_by_label("whose class it is").fill("7b")
    button(page, "Open a class").click()
    expect(page.get_by_text("Nobody has joined yet")).to_be_visible()
    for student, name in zip(students, (NAME, ""), strict=True):
        join(student, link(page, "class"), name)
    films = page.locator(".dann-wall-film")
    expect(films).to_have_count(2)
    expect(films.locator(".dann-wall-name")).to_have_text([NAME, "student 2"])
    expect(films.first).to_contain_text("not started")
    assert page.locator("img[src='x']").count() == 0
    # One plays, and the wall follows; the other one stays where it is.
    students[0].keyboard.press("p")
    expect(films.first).to_contain_text("playing")
    expect(films.first).to_have_attribute("data-iteration", re.compile(r"[1-9]\d*"))
    expect(films.nth(1)).to_contain_text("not started")
    films.first.focus()
    page.keyboard.press("Enter")
    large = page.get_by_role("dialog")
    expect(large).to_contain_text(NAME)
    page.keyboard.press("ArrowRight")
    expect(large).to_contain_text("student 2")
    page.keyboard.press("Escape")
    expect(large).to_be_hidden()
    # The secret is in no address bar, yet a reload has it; the students' link has it not.
    assert "secret" not in page.url + link(page, "class")
    page.reload()
    expect(films).to_have_count(2)
    students[0].get_by_role("button", name="Leave the class").click()
    expect(films).to_have_count(1)
    button(page, "End the class").click()
    expect(page.get_by_text("Make a link for your class")).to_be_visible()
    students[0].goto(f"{address}/?class=nobody")
    expect(students[0].get_by_text("The class of this link is over")).to_be_visible()
    expect(player(students[0])).to_be_visible()


def choose(page: Page, of: str, name: str) -> None:
    page.locator(f"[class*=st-key-{of}]").get_by_role("combobox").click()
    page.get_by_role("option", name=name, exact=True).click()


def test_a_class_is_opened_on_a_lesson_and_in_a_language(page: Page, address: str, students: list[Page]) -> None:
    lesson, english = find("shift-too-large", "zh"), find("shift-too-large")
    page.goto(f"{address}/classroom")
    choose(page, "edited-lesson", english.title)
    expect(page.locator(".sketch-side")).to_contain_text(english.title)
    choose(page, "View-lang", "中文")
    expect(page.locator(".st-key-link-of-pupils code")).to_have_text(f"{address}/lessons?lesson={lesson.key}&lang=zh")
    page.get_by_label("whose class it is").fill("7b")
    button(page, "Open a class").click()
    expect(page.get_by_text("Nobody has joined yet")).to_be_visible()
    student = students[1]
    student.goto(link(page, "class"))
    expect(student.get_by_role("heading", name="加入班级：7b")).to_be_visible()
    # Before the answer there is no lesson either.
    expect(student.get_by_text(lesson.question)).to_have_count(0)
    student.get_by_label("名字").fill("Ada")
    button(student, "加入").click()
    expect(student.get_by_text(lesson.question)).to_be_visible()
    expect(page.locator(".dann-wall-name")).to_have_text("Ada")
    # Who turns to the list keeps class and language, a reload too.
    button(student, "全部课程").click()
    expect(student.get_by_role("heading", name="课程")).to_be_visible()
    expect(student).to_have_url(re.compile("lang=zh.*class="))
    button(page, "End the class").click()
    expect(page.get_by_text("Make a link for your class")).to_be_visible()


def test_for_a_projector_keys_steer_and_nothing_else_is_seen(page: Page, address: str) -> None:
    open_page(page, address, "view=presentation&controls=gamma,nothing&max_iter=1000&exam=0")
    expect(page.get_by_text("there is no control called 'nothing'")).to_be_visible()
    for hidden in (".dann-transport .dann-button", ".dann-slider", "[data-testid=stSidebar]", ".dann-caption"):
        expect(page.locator(hidden).locator("visible=true")).to_have_count(0)
    reading = page.locator(".dann-figure[data-figure=lambda] dd").first
    assert reading.evaluate("node => parseFloat(getComputedStyle(node).fontSize)") > 30
    for size in (DESKTOP, {"width": 1920, "height": 1080}):
        page.set_viewport_size(size)
        box = page.locator(".dann-presentation-keys").bounding_box()
        assert box["y"] + box["height"] <= size["height"]
    expect(page.locator(".dann-figure[data-figure=target]")).to_contain_text("hidden")
    page.keyboard.press("s")
    expect(page.locator(".dann-progress-text")).to_contain_text("iteration 1 of")
    keys = page.get_by_role("dialog", name="Keys")
    page.keyboard.press("?")
    expect(keys).to_be_visible()
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    page.keyboard.press("Escape")
    expect(button(page, "Play")).to_be_visible()
    expect(page.get_by_role("slider", name="gamma")).to_be_visible()
    expect(page.get_by_role("spinbutton", name="max_iter")).to_have_count(0)
    expect(page).to_have_url(re.compile("controls=gamma"))
    expect(page).not_to_have_url(re.compile("view="))
