"""The app under other paths in a real Chromium: a base path, a proxy that strips a prefix, another folder."""

from __future__ import annotations

import re
from collections.abc import Iterator

import psutil
import pytest
from browser import ROOT, button, open_page, player, progress, wait_for_iteration
from conftest import serve
from playwright.sync_api import Page, expect
from proxy import stripping


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app under a base path, started from another folder than its own."""
    folder = tmp_path_factory.mktemp("elsewhere")
    with serve(folder, cwd=folder, STREAMLIT_SERVER_BASE_URL_PATH="lab", DANN_ENGINE="threads") as (address, _):
        yield address
    assert sorted(p.name for p in folder.iterdir()) == ["log"]


def visit(page: Page, address: str) -> None:
    """The film, a run, another page, and back again after a reload."""
    page.goto(f"{address}/")
    wait_for_iteration(page, 100)
    button(page, "Play").click()
    expect(player(page)).to_have_attribute("data-state", "playing")
    wait_for_iteration(page, 10)
    expect(page.locator(".dann-picture canvas")).to_have_count(3)
    page.get_by_role("link", name="Sweep").click()
    expect(page.get_by_text("Nothing is swept yet")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/sweep\?.*run="))
    page.reload()
    expect(page.get_by_text("Nothing is swept yet")).to_be_visible()
    page.get_by_role("link", name="Explore").click()
    expect(progress(page)).to_contain_text("iteration")
    wait_for_iteration(page, 10)


def test_under_a_base_path_and_from_another_folder(page: Page, elsewhere: str) -> None:
    visit(page, elsewhere)


def test_behind_a_proxy_that_strips_a_prefix(page: Page, address: str) -> None:
    with stripping("/behind/proxy", address) as proxied:
        visit(page, proxied)
        open_page(page, proxied, "domain=blobs")
        button(page, "Play").click()
        wait_for_iteration(page, 5)


def test_the_app_writes_nothing_into_its_source(page: Page, address: str, server: psutil.Process) -> None:
    open_page(page, address)
    button(page, "Play").click()
    wait_for_iteration(page, 5)
    folders = [ROOT / name for name in ("assets", "dann_core", "pages", "player", "server", "ui")]
    files = [p for folder in folders for p in folder.rglob("*") if p.is_file() and p.parent.name != "__pycache__"]
    assert files
    assert [p for p in files if p.stat().st_mtime > server.create_time()] == []
    assert not (ROOT / "static").exists()
