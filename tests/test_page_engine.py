"""Reloads, killed workers and a full server, in a real Chromium against the running app."""

from __future__ import annotations

import os
import re
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from browser import button, figure, iteration, open_page, play_and_pause, wait_for_iteration
from conftest import serve
from playwright.sync_api import Browser, Page, WebSocketRoute, expect


def processes(server: psutil.Process, what: str) -> list[psutil.Process]:
    """The server's descendants that were started with `what`; workers proper are spawned by their nannies."""
    return [p for p in server.children(recursive=True) if what in " ".join(p.cmdline())]


def idle_workers(server: psutil.Process) -> list[psutil.Process]:
    """The worker processes, once they have warmed up and nothing is left to do."""
    while True:
        family = [server, *server.children(recursive=True)]
        for process in family:
            process.cpu_percent()
        threading.Event().wait(2)
        used = sum(p.cpu_percent() for p in family if p.is_running())
        workers = processes(server, "spawn_main")
        if len(workers) >= 2 and used < 10:
            return workers


def test_a_reload_finds_the_run_where_it_was(page: Page, browser: Browser, address: str) -> None:
    open_page(page, address, "max_iter=100000&gamma=3")
    stopped = play_and_pause(page, 40)
    expect(page).to_have_url(re.compile("run="))
    shown = figure(page, "source accuracy")
    page.reload()
    expect(page.get_by_text("embedded together")).to_be_visible()
    wait_for_iteration(page, stopped)
    assert iteration(page) == stopped
    assert figure(page, "source accuracy") == shown
    button(page, "Play").click()
    wait_for_iteration(page, stopped + 20)

    # The same link in somebody else's browser is the same experiment, and a run of its own.
    other = browser.new_page()
    open_page(other, address, page.url.partition("?")[2])
    assert iteration(other) == 0
    assert "gamma=3" in other.url
    expect(other).not_to_have_url(page.url)
    other.close()


def test_a_run_that_is_gone_is_said_until_the_next_one_is_played(page: Page, address: str) -> None:
    open_page(page, address, "gamma=3&run=longgone")
    # Not a toast, which is gone before who looked away looks again.
    said = page.get_by_test_id("stAlert").filter(has_text="no longer kept here: it starts anew")
    expect(said).to_be_visible()
    expect(page).not_to_have_url(re.compile("longgone"))
    assert "gamma=3" in page.url
    play_and_pause(page, 1)
    expect(said).to_be_hidden()


class Connection:
    """A page's connection to the server, which can be lost for a while."""

    def __init__(self, page: Page) -> None:
        self._lost = False
        self._ends: list[WebSocketRoute] = []
        page.route_web_socket(re.compile("/_stcore/stream"), self._connect)

    def _connect(self, end: WebSocketRoute) -> None:
        if self._lost:
            end.close()
        else:
            self._ends = [end, end.connect_to_server()]

    def lose(self) -> None:
        """Now, and for everybody who tries again, until `restore`."""
        self._lost = True
        for end in self._ends:
            end.close()

    def restore(self) -> None:
        """The page's next try succeeds."""
        self._lost = False


def test_a_lost_connection_finds_the_run_where_it_was(page: Page, address: str) -> None:
    connection = Connection(page)
    open_page(page, address, "max_iter=100000")
    stopped = play_and_pause(page, 40)
    connection.lose()
    expect(button(page, "Play")).to_be_disabled()
    connection.restore()
    expect(button(page, "Play")).to_be_enabled()
    assert iteration(page) == stopped
    button(page, "Play").click()
    wait_for_iteration(page, stopped + 20)


def test_a_killed_worker_is_said_and_the_run_goes_on(page: Page, address: str, server: psutil.Process) -> None:
    open_page(page, address, "max_iter=100000")
    # While they warm up, a run is trained in the server.
    workers = idle_workers(server)
    button(page, "Play").click()
    wait_for_iteration(page, 40)
    for worker in workers:
        os.kill(worker.pid, signal.SIGKILL)
    expect(page.get_by_text("The worker that trained this run died")).to_be_visible(timeout=120_000)
    wait_for_iteration(page, iteration(page) + 20)


def test_a_page_that_waits_for_its_network_shows_it_later(page: Page, address: str, server: psutil.Process) -> None:
    open_page(page, address)
    workers = idle_workers(server)
    for worker in workers:
        worker.suspend()
    page.goto(f"{address}/?domain=blobs")
    expect(page.get_by_text("The network is being built")).to_be_visible()
    for worker in workers:
        worker.resume()
    expect(page.locator(".js-plotly-plot")).to_have_count(3)
    expect(page.get_by_test_id("stException")).to_have_count(0)


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_the_servers_end_leaves_no_process_behind(tmp_path: Path, browser: Browser, end: signal.Signals) -> None:
    with serve(tmp_path) as (address, process):
        page = browser.new_page()
        open_page(page, address)
        while len(workers := processes(process, "spawn_main")) < 2:
            page.wait_for_timeout(500)
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
    expect(button(page, "Play")).to_be_disabled()
    late = browser.new_page()
    open_page(late, small_server)
    connection.restore()
    expect(page.get_by_text("All places on this server are taken (1)")).to_be_visible(timeout=60_000)
    late.close()


def test_a_full_server_says_so_and_lets_people_look(page: Page, browser: Browser, small_server: str, picture) -> None:
    open_page(page, small_server)
    late = browser.new_page()
    late.set_default_timeout(60_000)
    late.goto(small_server)
    expect(late.get_by_text("All places on this server are taken (1)")).to_be_visible()
    expect(late.get_by_text("embedded together")).to_be_visible()
    wait_for_iteration(late, 100)
    expect(late.get_by_role("button", name="Play")).to_have_count(0)
    picture(late, "full")
    page.close()
    expect(late.get_by_test_id("stProgress")).to_contain_text("done")
    late.get_by_role("button", name="Try again").click()
    expect(button(late, "Play")).to_be_enabled()
    late.close()
