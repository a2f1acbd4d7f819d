"""Parts of a page: what one has drawn is not lost when the next request comes."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from ui import parts

PATIENCE = 30


@pytest.fixture
def loop(monkeypatch):
    """An event loop like the server's, in a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    monkeypatch.setattr(parts, "get_instance", lambda: SimpleNamespace(stopped=loop.create_future()))
    yield loop
    loop.call_soon_threadsafe(loop.stop)
    thread.join(PATIENCE)
    loop.close()


def assert_held_until(freed: Callable[[], None], held: Callable[[], None]) -> None:
    """`held` does not end before `freed` has been called, and ends then."""
    thread = threading.Thread(target=held)
    thread.start()
    thread.join(0.2)
    assert thread.is_alive()
    freed()
    thread.join(PATIENCE)
    assert not thread.is_alive()


def test_what_has_been_drawn_is_heard_of_before_its_part_ends(loop) -> None:
    busy, heard = threading.Event(), threading.Event()
    loop.call_soon_threadsafe(busy.wait, PATIENCE)
    loop.call_soon_threadsafe(heard.set)
    assert_held_until(busy.set, parts.let_go)
    assert heard.is_set()


def test_a_loop_that_hears_nothing_holds_nobody_for_ever(loop, monkeypatch) -> None:
    monkeypatch.setattr(parts, "LONGEST_WAIT", 0.1)
    busy = threading.Event()
    loop.call_soon_threadsafe(busy.wait, PATIENCE)
    parts.let_go()
    assert not busy.is_set()
    busy.set()


@pytest.fixture
def queue(loop, monkeypatch) -> list[str]:
    """What has been drawn and not been sent, of a session that is there."""
    unsent = ["a button"]
    session = SimpleNamespace(_browser_queue=SimpleNamespace(is_empty=lambda: not unsent))
    runtime = SimpleNamespace(stopped=loop.create_future(), get_app_session=lambda _: session)
    monkeypatch.setattr(parts, "get_instance", lambda: runtime)
    monkeypatch.setattr(parts, "get_script_run_ctx", lambda: SimpleNamespace(session_id="", yield_check=lambda: None))
    return unsent


def test_what_has_been_drawn_is_on_its_way_before_the_page_ends(queue) -> None:
    assert_held_until(queue.clear, parts.hand_over)


def test_a_server_that_sends_nothing_holds_nobody_for_ever(queue, monkeypatch) -> None:
    monkeypatch.setattr(parts, "LONGEST_SENDING", 0.1)
    parts.hand_over()
    assert queue


def test_who_has_left_is_not_waited_for(queue, monkeypatch) -> None:
    monkeypatch.setattr(parts.get_instance(), "get_app_session", lambda _: None)
    parts.hand_over()
    assert queue
