"""Parts of a page that are drawn anew by themselves: most of what a person does changes one of them, not the page."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ui import turns

SEND_SECONDS = 0.05


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
    """Wait until what has been drawn has left, if nothing is drawn after it.

    A request that comes when a script has ended starts a new one, and Streamlit forgets what the old one has drawn and
    the server has not yet sent: a button that was pressed would go on looking as before.
    """
    time.sleep(SEND_SECONDS)
