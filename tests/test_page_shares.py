"""Class shares on Explore in a real Chromium: what is estimated, and what is only an exam."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from browser import DESKTOP, PHONE, button, choose_upload, figure, notice, open_page, player, progress
from playwright.sync_api import Locator, Page, expect

from dann_core import domains

MOSTLY = "domain=blobs&target_shares=mostly class 0"


def run_to_its_end(page: Page) -> None:
    page.get_by_label("speed").select_option("fast")
    button(page, "Play").click()
    expect(player(page)).to_have_attribute("data-state", "finished")
    expect(progress(page)).to_contain_text("done")


def opened(page: Page) -> Locator:
    """The table behind the small bars."""
    button(page, "class shares, class by class").click()
    table = page.locator(".dann-shares")
    expect(table).to_be_visible()
    return table


def cells(table: Locator) -> list[list[str]]:
    """What stands in its rows: the class's name, and then the numbers."""
    return [
        [cell for cell in row.locator("th, td:not(.dann-share-lines)").all_inner_texts() if cell]
        for row in table.locator("tr").all()
    ]


def percents(row: list[str]) -> list[float]:
    return [float(cell.rstrip("%")) for cell in row[1:]]


def test_shares_are_estimated_and_the_true_ones_asked_for(page: Page, address: str, picture) -> None:
    open_page(page, address, MOSTLY)
    assert "target_shares=mostly" in page.url
    table = opened(page)
    popover = page.locator("[data-figure=shares] .dann-popover")
    expect(popover).to_contain_text("estimated once the classifier knows the source")
    assert cells(table)[1] == ["blob A", "34%", "–"]
    page.keyboard.press("Escape")
    expect(table).to_be_hidden()

    run_to_its_end(page)
    expect(page.locator(".dann-sentence")).to_contain_text(re.compile(r"Class shares seem to differ by \d+%"))
    opened(page)
    true = domains.load("blobs", target_shares="mostly class 0").target_y
    shares = [100 * np.mean(true == k) for k in range(3)]
    assert [row[0] for row in cells(table)] == ["source", "blob A", "blob B", "blob C"]
    for row, share in zip(cells(table)[1:], shares, strict=True):
        source, target = percents(row)
        assert source == pytest.approx(100 / 3, abs=1)
        assert target == pytest.approx(share, abs=3)

    # Not before somebody asks is anything seen that target labels are needed for.
    expect(popover.locator(".dann-exam")).to_have_count(0)
    expect(popover).to_contain_text("to see the target's true shares")
    page.keyboard.press("Escape")
    page.get_by_text("true labels (exam)", exact=True).click()
    opened(page)
    for row, share in zip(cells(table)[1:], shares, strict=True):
        _, _, exam, recall = percents(row)
        assert exam == pytest.approx(share, abs=0.51)
        assert recall > 90
    expect(popover.locator("th.dann-exam")).to_have_text(["true (exam)", "recall (exam)"])
    # The matrix counts in the browser what the worker has graded.
    drawn = 0
    for k, row in enumerate(popover.locator(".dann-matrix tr").all()[1:]):
        counts = [int(cell.replace("·", "0")) for cell in row.locator("td").all_inner_texts()]
        drawn += sum(counts)
        assert percents(cells(table)[k + 1])[3] == pytest.approx(100 * counts[k] / sum(counts), abs=0.51)
    expect(popover.locator(".dann-confusion .dann-note")).to_contain_text(f"Of the {drawn} drawn target samples")
    picture(page, "shares")


def test_each_pair_of_bars_says_what_it_is(page: Page, address: str) -> None:
    open_page(page, address, MOSTLY + "&max_iter=100")
    run_to_its_end(page)
    pairs = page.locator(".dann-share-bars .dann-share-pair")
    expect(pairs).to_have_count(3)
    expect(pairs.first).to_have_attribute("title", re.compile(r"^blob A: source 34%, target \d+% \(estimated\)$"))
    # In one go: looks at a run at rest draw the bars anew.
    source, target = page.evaluate(
        """() => [...document.querySelector(".dann-share-bars .dann-share-pair").children].map((bar) => ({
            height: bar.getBoundingClientRect().height, fill: getComputedStyle(bar).backgroundColor }))"""
    )
    assert target["height"] > 2 * source["height"]
    # An outline and a filled bar differ for everyone.
    assert source["fill"] != target["fill"]


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_shares_take_no_room_from_the_page(page: Page, address: str, size: dict[str, int]) -> None:
    page.set_viewport_size(size)
    open_page(page, address, "domain=digits")
    labels = page.locator(".dann-figure dt")
    # Each label still stands in one line.
    heights = [label.bounding_box()["height"] for label in labels.all()]
    assert max(heights) < 1.5 * min(heights)
    height = "document.querySelector('[data-testid=stMain]').scrollHeight"
    before = page.evaluate(height)
    if size == DESKTOP:
        assert before <= size["height"]
    opened(page)
    box = page.locator("[data-figure=shares] .dann-popover").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= size["width"]
    assert box["y"] + box["height"] <= size["height"]
    assert page.evaluate(height) == before


def test_beyond_fourteen_classes_the_others_stand_together_and_without_labels_there_is_no_exam(
    page: Page, address: str, tmp_path: Path
) -> None:
    rng = np.random.default_rng(0)
    y = np.repeat(np.arange(16), np.arange(30, 62, 2))
    x = np.stack([y % 4, y // 4], axis=1) + 0.1 * rng.standard_normal((len(y), 2))
    np.savez(tmp_path / "source.npz", x=x, y=y)
    np.savez(tmp_path / "target.npz", x=x[:200])
    open_page(page, address)
    choose_upload(page)
    for position, name in enumerate(("source.npz", "target.npz")):
        page.locator("input[type=file]").nth(position).set_input_files(tmp_path / name)
    button(page, "Train on these").click()
    expect(notice(page)).to_contain_text("source.npz")
    run_to_its_end(page)
    rows = cells(opened(page))
    assert len(rows) == 1 + 14 + 1
    assert rows[-1][0] == "2 others"
    for column in (0, 1):
        assert sum(percents(row)[column] for row in rows[1:]) == pytest.approx(100, abs=8)
    expect(page.locator("[data-figure=shares] .dann-popover .dann-note")).to_have_text("")


def test_harm_is_said_when_the_source_only_twin_is_better(page: Page, address: str, picture) -> None:
    open_page(page, address, "domain=pinwheel&target_shares=mostly class 0")
    run_to_its_end(page)
    sentence = page.locator(".dann-sentence")
    expect(sentence).to_contain_text("Adaptation did harm here (exam)")
    expect(sentence).to_have_attribute("data-level", "bad")
    twin = page.locator(".dann-twin")
    expect(twin).to_have_text(re.compile(r"^source-only \d+%$"))
    source_only = float(re.search(r"\d+", twin.inner_text()).group())
    assert source_only > float(figure(page, "target accuracy").rstrip("%")) + 2
    assert f"{source_only:.0f}% without it" in sentence.inner_text()
    picture(page, "harm")
    # It is of the end: further back nothing is said.
    page.get_by_role("slider", name="look back").focus()
    page.keyboard.press("Home")
    expect(twin).to_have_text("")
    expect(sentence).not_to_contain_text("harm")


def test_no_stronger_pull_is_offered_where_class_shares_differ(page: Page, address: str) -> None:
    open_page(page, address, "domain=blobs&target_shares=mostly class 0&class_shares=estimated&max_iter=200")
    run_to_its_end(page)
    expect(page.locator(".dann-sentence")).to_contain_text("Class shares seem to differ")
    expect(page.locator(".dann-sentence")).to_have_attribute("data-state", "within")
    expect(page.locator(".dann-try")).to_be_hidden()


def test_estimating_class_shares_is_offered_where_they_differ(page: Page, address: str) -> None:
    open_page(page, address, "domain=blobs&target_shares=mostly class 0&max_iter=200")
    run_to_its_end(page)
    expect(page.locator(".dann-sentence")).to_contain_text("Class shares seem to differ")
    expect(page.locator(".dann-try")).to_contain_text("estimated")


def test_the_method_that_weighs_shares_does_no_harm(page: Page, address: str, picture) -> None:
    open_page(page, address, "domain=pinwheel&target_shares=mostly class 0")
    page.get_by_role("combobox", name="method").click()
    page.get_by_role("option", name="Importance-weighted DANN").click()
    expect(page).to_have_url(re.compile("class_shares=estimated"))
    run_to_its_end(page)
    expect(page.locator(".dann-sentence")).to_contain_text("source samples count for about as much as their class")
    assert float(figure(page, "target accuracy").rstrip("%")) > 85
    picture(page, "method")


def test_domains_that_are_mixed_are_said_to_be_left_alone(page: Page, address: str) -> None:
    open_page(page, address, "domain=moons&angle=0&class_shares=estimated&max_iter=100")
    run_to_its_end(page)
    left_alone = "The domains overlap: 5"
    sentence = page.locator(".dann-sentence")
    expect(sentence).to_contain_text("Adaptation made no difference")
    expect(sentence).to_contain_text(left_alone)
    # No other setting of what is not done would help.
    expect(page.locator(".dann-try")).to_be_hidden()
    opened(page)
    expect(page.locator("[data-figure=shares] .dann-popover")).to_contain_text(left_alone)
