"""DANN Explorer's server: Streamlit's pages, and beside them the live channel and the player's modules."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import streamlit as st
from starlette.routing import Route, WebSocketRoute
from streamlit import config

from server import asking, channel, classroom, films, modules, place, wall
from ui.pages import PAGES


@contextlib.asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Start where training runs, and end it; the pages answer meanwhile."""
    # A daemon: a cluster that does not answer must not keep the server from ending.
    threading.Thread(target=place.start_engine, name="start engine", daemon=True).start()
    with place.pruning(classroom.classes):
        yield
    await asyncio.to_thread(place.close_engine)


# Streamlit puts only its own routes under it.
base = f"/{config.get_option('server.baseUrlPath').strip('/')}".rstrip("/")

app = st.App(
    Path(__file__).parent / "pages" / "navigation.py",
    lifespan=lifespan,
    routes=[
        WebSocketRoute(f"{base}/live", channel.live),
        WebSocketRoute(f"{base}/wall", wall.serve),
        Route(f"{base}/live/ask", asking.ask, methods=["POST"]),
        Route(f"{base}/films/{{name}}", films.serve),
        *(Route(f"{base}/{path}", modules.page) for path in ("", *(page.name for page in PAGES[1:]))),
        *(Route(f"{base}/{folder}/{{version}}/{{name}}", modules.serving(folder)) for folder in modules.FOLDERS),
    ],
)
