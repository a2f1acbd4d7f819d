"""Parts of a page: what one has drawn is not lost when the next request comes."""

from __future__ import annotations

import asyncio
import threading
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


def test_what_has_been_drawn_is_heard_of_before_its_part_ends(loop) -> None:
    busy, heard = threading.Event(), threading.Event()
    loop.call_soon_threadsafe(busy.wait, PATIENCE)
    loop.call_soon_threadsafe(heard.set)
    letting_go = threading.Thread(target=parts.let_go)
    letting_go.start()
    letting_go.join(0.2)
    assert letting_go.is_alive()
    busy.set()
    letting_go.join(PATIENCE)
    assert heard.is_set()
    assert not letting_go.is_alive()


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
    handing_over = threading.Thread(target=parts.hand_over)
    handing_over.start()
    handing_over.join(0.2)
    assert handing_over.is_alive()
    queue.clear()
    handing_over.join(PATIENCE)
    assert not handing_over.is_alive()


def test_a_server_that_sends_nothing_holds_nobody_for_ever(queue, monkeypatch) -> None:
    monkeypatch.setattr(parts, "LONGEST_SENDING", 0.1)
    parts.hand_over()
    assert queue


def test_who_has_left_is_not_waited_for(queue, monkeypatch) -> None:
    monkeypatch.setattr(parts.get_instance(), "get_app_session", lambda _: None)
    parts.hand_over()
    assert queue
