"""Parts of a page that are drawn anew by themselves: most of what a person does changes one of them, not the page."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import wraps
from typing import Any

import streamlit as st
from streamlit.runtime import get_instance
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ui import turns

LONGEST_WAIT = 2.0
"""Seconds: a loop that hangs must not hold the page's thread as well."""


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
