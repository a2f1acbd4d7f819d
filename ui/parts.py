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

LONGEST_WAIT = 2.0
"""Seconds: a loop that hangs must not hold the page's thread as well."""

LONGEST_SENDING, LOOK_SECONDS = 10.0, 0.01
"""How long what has been drawn may take until it is on its way, and between two looks: Streamlit tells nobody."""


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
    """Wait until all that has been drawn is on its way to the page: at the end of what holds parts within parts.

    When a run of parts starts, Streamlit drops what these parts have drawn before and has not been sent yet, but not
    what the parts within them have drawn: that would arrive where there is nothing to put it into, and end the page.
    """
    let_go()
    runtime, context, deadline = get_instance(), get_script_run_ctx(), time.monotonic() + LONGEST_SENDING
    # Who has left has no session here.
    while (session := runtime.get_app_session(context.session_id)) and time.monotonic() < deadline:
        if session._browser_queue.is_empty():
            return
        time.sleep(LOOK_SECONDS)
        # A page that is to be drawn from its beginning loses nothing; one that came back has a new thread.
        context.yield_check()
