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
