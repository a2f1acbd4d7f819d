"""Parts of a page that are drawn anew by themselves: most of what a person does changes one of them, not the page."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

import streamlit as st
from streamlit.runtime import get_instance
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ui import turns

LONGEST_WAIT, LONGEST_SENDING = 2.0, 10.0
"""Seconds: a loop that hangs must not hold the page's thread as well."""

LOOK_SECONDS = 0.01
"""Between two looks whether what has been drawn is on its way."""


def part(key: str | None = None) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A function that draws, as a Streamlit fragment that waits for its turn; `st.rerun` knows it by its `key`."""

    def decorate(draw: Callable[..., None]) -> Callable[..., None]:
        @st.fragment(key=key)
        @wraps(draw)
        def drawn(*args: Any) -> None:
            with turns.turn():
                draw(*args)
            if get_script_run_ctx().fragment_ids_this_run:
                let_go()

        return drawn

    return decorate


def let_go() -> None:
    """Wait until the server's event loop has taken over what has been drawn, if nothing is drawn after it.

    A request that comes when a script has ended starts a new one, and from then on Streamlit drops what the loop has
    not yet heard of the old one: a button that was pressed would go on looking as before.
    """
    heard = threading.Event()
    # The loop hears in order; it is that of the future with which Streamlit says that it has stopped.
    get_instance().stopped.get_loop().call_soon_threadsafe(heard.set)
    heard.wait(LONGEST_WAIT)


def hand_over() -> None:
    """Like `let_go`, after parts that hold other parts: wait until all that has been drawn is on its way to the page.

    When a run of parts starts, Streamlit drops what these parts have drawn before and has not been sent yet, but not
    what the parts within them have drawn: that would arrive where there is nothing to put it into, and end the page.
    """
    runtime, session_id = get_instance(), get_script_run_ctx().session_id
    session, loop = runtime.get_app_session(session_id), runtime.stopped.get_loop()
    sent, deadline = threading.Event(), time.monotonic() + LONGEST_SENDING

    def look() -> None:
        # Streamlit tells of a queue that is empty only once its script has ended.
        if not runtime.is_active_session(session_id) or session._browser_queue.is_empty():
            sent.set()
        elif time.monotonic() < deadline:
            loop.call_later(LOOK_SECONDS, look)

    loop.call_soon_threadsafe(look)
    sent.wait(LONGEST_SENDING)
