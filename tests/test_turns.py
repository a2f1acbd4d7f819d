"""Turns: pages are drawn one at a time, and nobody waits for one that itself waits."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager

import pytest

from ui import turns

PATIENCE = 30


@pytest.fixture
def others():
    with ThreadPoolExecutor(4) as pool:
        yield pool


def within(block: AbstractContextManager, entered: threading.Event, leave: threading.Event) -> None:
    with block:
        entered.set()
        assert leave.wait(PATIENCE)


def test_a_turn_is_waited_for(others) -> None:
    entered, leave = threading.Event(), threading.Event()
    leave.set()
    with turns.turn():
        # Its own again: a frame is drawn in its page's turn.
        with turns.turn():
            other = others.submit(within, turns.turn(), entered, leave)
            assert not entered.wait(0.2)
        assert not entered.wait(0.2)
    other.result(PATIENCE)


def test_who_steps_aside_lets_others_go_on_and_waits_for_its_turn_again(others) -> None:
    entered, leave, back = threading.Event(), threading.Event(), threading.Event()

    def steps_aside() -> None:
        with turns.turn():
            with turns.aside():
                within(turns.aside(), threading.Event(), entered)
            back.set()

    waiting = others.submit(steps_aside)
    other = others.submit(within, turns.turn(), entered, leave)
    assert entered.wait(PATIENCE)
    assert not back.wait(0.2)
    leave.set()
    waiting.result(PATIENCE)
    other.result(PATIENCE)


def test_who_has_clicked_goes_before_frames_and_each_in_its_line(others) -> None:
    order: list[str] = []

    def noted(name: str, waiting: Callable[[], AbstractContextManager]) -> None:
        with waiting():
            order.append(name)

    asked = []
    with turns.turn():
        for name, waiting in (
            ("frame", turns.after_clicks),
            ("later frame", turns.after_clicks),
            ("click", turns.turn),
            ("later click", turns.turn),
        ):
            asked.append(others.submit(noted, name, waiting))
            # It stands in line.
            with pytest.raises(TimeoutError):
                asked[-1].result(0.2)
        # A frame within its page's turn waits for nobody.
        with turns.after_clicks():
            assert not order
    for each in asked:
        each.result(PATIENCE)
    assert order == ["click", "later click", "frame", "later frame"]


def test_a_turn_ends_with_an_error(others) -> None:
    with pytest.raises(KeyError), turns.turn():
        raise KeyError
    leave = threading.Event()
    leave.set()
    others.submit(within, turns.turn(), threading.Event(), leave).result(PATIENCE)


def test_one_that_is_stuck_does_not_stop_the_others(others, monkeypatch) -> None:
    monkeypatch.setattr(turns, "LONGEST_WAIT", 0.1)
    leave = threading.Event()
    leave.set()
    with turns.turn():
        # Without a turn it has none to give back either.
        for _ in range(2):
            others.submit(within, turns.turn(), threading.Event(), leave).result(PATIENCE)
    # Nobody's turn is kept for those who have gone on without it.
    monkeypatch.setattr(turns, "LONGEST_WAIT", 2 * PATIENCE)
    others.submit(within, turns.turn(), threading.Event(), leave).result(PATIENCE)
