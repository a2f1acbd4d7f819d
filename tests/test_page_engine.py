"""Reloads, killed workers and a full server, in a real Chromium against the running app."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from browser import (
    at_rest,
    button,
    figure,
    iteration,
    notice,
    open_page,
    play_and_pause,
    player,
    progress,
    wait_for_iteration,
)
from conftest import serve
from playwright.sync_api import Browser, Page, WebSocketRoute, expect


def processes(server: psutil.Process, what: str) -> list[psutil.Process]:
    """The server's descendants that were started with `what`; workers proper are spawned by their nannies."""
    return [p for p in server.children(recursive=True) if what in " ".join(p.cmdline())]


def workers_of(page: Page, server: psutil.Process) -> list[psutil.Process]:
    """The worker processes, once both have been started."""
    while len(workers := processes(server, "spawn_main")) < 2:
        page.wait_for_timeout(500)
    return workers


def test_a_reload_finds_the_run_where_it_was(page: Page, browser: Browser, address: str) -> None:
    open_page(page, address, "max_iter=100000&gamma=3")
    stopped = play_and_pause(page, 40)
    expect(page).to_have_url(re.compile("run="))
    # At rest, figures over all samples follow those over the picture's.
    expect(page.locator("[data-figure=source]")).to_have_attribute("title", re.compile("over 300 source"))
    shown = figure(page, "source accuracy")
    page.reload()
    wait_for_iteration(page, stopped)
    assert iteration(page) == stopped
    assert figure(page, "source accuracy") == shown

    # The same link in somebody else's browser is a run of its own, also while the owner is away.
    link = page.url.partition("?")[2]
    page.goto("about:blank")
    other = browser.new_page()
    open_page(other, address, link)
    assert iteration(other) == 0
    assert "gamma=3" in other.url
    assert link not in other.url
    other.close()
    page.goto(f"{address}/?{link}")
    wait_for_iteration(page, stopped)
    button(page, "Play").click()
    wait_for_iteration(page, stopped + 20)


def test_a_run_that_is_gone_is_said_until_the_next_one_is_played(page: Page, address: str) -> None:
    open_page(page, address, "gamma=3&run=longgone")
    expect(notice(page)).to_contain_text("no longer kept")
    expect(page).not_to_have_url(re.compile("longgone"))
    assert "gamma=3" in page.url
    play_and_pause(page, 1)
    expect(notice(page)).not_to_contain_text("no longer kept")


class Connection:
    """A page's connections to the server, Streamlit's and the player's, which can be lost for a while."""

    def __init__(self, page: Page, what: str = "/_stcore/stream|/live") -> None:
        self._lost = False
        self._ends: list[WebSocketRoute] = []
        page.route_web_socket(re.compile(what), self._connect)

    def _connect(self, end: WebSocketRoute) -> None:
        if self._lost:
            end.close()
        else:
            self._ends += [end, end.connect_to_server()]

    def lose(self) -> None:
        """Now, and for everybody who tries again, until `restore`."""
        self._lost = True
        for end in self._ends:
            end.close()
        self._ends = []

    def restore(self) -> None:
        """The page's next try succeeds."""
        self._lost = False


def test_a_lost_connection_comes_back_by_itself_and_leaves_no_hole(page: Page, address: str) -> None:
    connection = Connection(page, "/live")
    open_page(page, address, "max_iter=100000")
    button(page, "Play").click()
    wait_for_iteration(page, 40)
    connection.lose()
    expect(notice(page)).to_contain_text("connection")
    stood = iteration(page)
    connection.restore()
    wait_for_iteration(page, stood + 40)
    button(page, "Pause").click()
    expect(player(page)).to_have_attribute("data-state", "paused")
    expect(notice(page)).not_to_contain_text("connection")


def test_both_connections_can_be_lost(page: Page, address: str) -> None:
    connection = Connection(page)
    open_page(page, address, "max_iter=100000")
    stopped = play_and_pause(page, 40)
    connection.lose()
    expect(notice(page)).to_contain_text("connection")
    connection.restore()
    expect(notice(page)).not_to_contain_text("connection")
    assert iteration(page) == stopped
    button(page, "Play").click()
    wait_for_iteration(page, stopped + 20)


def test_without_a_socket_the_page_asks_slowly_and_says_so(page: Page, address: str) -> None:
    page.route_web_socket(re.compile("/live"), lambda end: end.close())
    open_page(page, address, "max_iter=100000")
    expect(notice(page)).to_contain_text("asking once a second")
    play_and_pause(page, 20)


def test_a_killed_worker_is_said_and_the_run_goes_on(page: Page, address: str, server: psutil.Process) -> None:
    open_page(page, address, "max_iter=100000")
    workers = workers_of(page, server)
    button(page, "Play").click()
    wait_for_iteration(page, 40)
    for worker in workers:
        os.kill(worker.pid, signal.SIGKILL)
    expect(notice(page)).to_contain_text("died", timeout=120_000)
    wait_for_iteration(page, iteration(page) + 20)


def test_a_page_that_waits_for_its_network_shows_it_later(page: Page, address: str, server: psutil.Process) -> None:
    open_page(page, address)
    workers = workers_of(page, server)
    for worker in workers:
        worker.suspend()
    page.goto(f"{address}/?domain=blobs")
    expect(progress(page)).to_contain_text("being built")
    for worker in workers:
        worker.resume()
    wait_for_iteration(page, 0)
    expect(page.get_by_test_id("stException")).to_have_count(0)


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_the_servers_end_leaves_no_process_behind(tmp_path: Path, browser: Browser, end: signal.Signals) -> None:
    with serve(tmp_path) as (address, process):
        page = browser.new_page()
        open_page(page, address)
        workers = workers_of(page, process)
        page.close()
        children = process.children(recursive=True)
        process.send_signal(end)
        process.wait(20)
    assert len(workers) >= 2
    _, alive = psutil.wait_procs(children, timeout=60)
    assert not alive


@pytest.fixture
def small_server(tmp_path: Path) -> Iterator[str]:
    with serve(tmp_path, DANN_PLACES="1", DANN_KEEP_SECONDS="1", DANN_ENGINE="threads") as (address, _):
        yield address


def test_who_was_away_while_somebody_took_the_place_has_none(page: Page, browser: Browser, small_server: str) -> None:
    connection = Connection(page)
    open_page(page, small_server, "max_iter=100000")
    play_and_pause(page, 20)
    connection.lose()
    expect(notice(page)).to_contain_text("connection")
    late = browser.new_page()
    open_page(late, small_server)
    connection.restore()
    expect(notice(page)).to_contain_text("no longer on the server")
    page.reload()
    expect(page.get_by_text("All places on this server are taken (1)")).to_be_visible()
    late.close()


def test_a_full_server_says_so_and_shows_a_film(page: Page, browser: Browser, small_server: str, picture) -> None:
    open_page(page, small_server)
    late = browser.new_page()
    late.set_default_timeout(60_000)
    late.goto(small_server)
    expect(late.get_by_text("All places on this server are taken (1)")).to_be_visible()
    wait_for_iteration(late, 100)
    picture(late, "full")
    page.close()
    again = late.get_by_role("button", name="Try again")
    # Found and clicked at once: between the two, an earlier click may have brought the place.
    while again.evaluate_all("found => found.map((one) => one.click()).length"):
        late.wait_for_timeout(500)
    at_rest(late)
    button(late, "Play").click()
    expect(player(late)).to_have_attribute("data-state", "playing")
    late.close()
