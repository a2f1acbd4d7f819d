"""A browser tab without the browser: speaks Streamlit's protocol, as its own frontend (1.67) does.

Keeps the widgets on the page, the cache of large messages and the timers of fragments; draws nothing.
"""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import requests
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

PATIENCE = 120.0
"""Seconds after which a page that does not answer counts as broken."""

WIDGETS = ("button", "slider", "selectbox", "checkbox", "file_uploader")


@dataclass
class Placed:
    """A widget as the page shows it, where in the page's tree, and the script run and fragment that drew it last."""

    proto: Any
    path: tuple[int, ...]
    run: str
    fragment: str


@dataclass
class Cached:
    """An element that the server may refer to by its hash instead of sending it again."""

    element: Any
    fragment: str
    since: int


class Tab:
    """`async with Tab(address, query) as tab`: a session that lives until the block ends.

    Widgets are named by their key, those without one by their label. A subclass sees what is drawn in `shown`.
    `errors` counts what a person or the browser's console would call an error.
    """

    def __init__(self, address: str, query: str = "") -> None:
        self.address, self.query = address, query
        self.widgets: dict[str, Placed] = {}
        self.errors: Counter[str] = Counter()
        self._values: dict[str, WidgetState] = {}
        self._cache: dict[str, Cached] = {}
        self._age, self._oldest = 0, 2
        self._timers: dict[str, tuple[float, asyncio.Task]] = {}
        self._page = self._session = self._run = ""
        self._urls: dict[str, Any] = {}
        self._changed = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._xsrf = await asyncio.to_thread(_xsrf_cookie, self.address)
        self._socket = await websockets.connect(
            self.address.replace("http", "ws", 1) + "/_stcore/stream",
            subprotocols=["streamlit"],
            additional_headers={"Cookie": f"_streamlit_xsrf={self._xsrf}"},
            origin=self.address,
            max_size=None,
            open_timeout=PATIENCE,
        )
        self._reader = asyncio.create_task(self._read())
        await self._rerun()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._stop_timers()
        self._reader.cancel()
        with suppress(asyncio.CancelledError):
            await self._reader
        await self._socket.close()

    def shown(self, element: Any, fragment: str) -> None:
        """Called for every element that the page is to draw, with the id of its fragment or ""."""

    def button(self, name: str) -> Any:
        """The newest state of a button, or None."""
        placed = self.widgets.get(name)
        return placed.proto if placed else None

    def enabled(self, name: str) -> bool:
        """Whether there is such a button and it can be pressed."""
        button = self.button(name)
        return button is not None and not button.disabled

    async def until(self, ready: Callable[[], bool], seconds: float = PATIENCE) -> None:
        """Wait for `ready()`, asked after every message; raises `TimeoutError`, `ConnectionError` if the tab is cut."""
        async with asyncio.timeout(seconds):
            while not ready():
                if self._reader.done():
                    raise ConnectionError("the server has closed the connection")
                self._changed.clear()
                await self._changed.wait()

    async def click(self, name: str) -> None:
        """Press a button; raises `KeyError` if it is not on the page."""
        button = self.widgets[name]
        await self._rerun(WidgetState(id=button.proto.id, trigger_value=True), fragment=button.fragment)

    async def select(self, name: str, option: str) -> None:
        """Choose in a select box."""
        box = self.widgets[name]
        self._values[box.proto.id] = WidgetState(id=box.proto.id, string_value=option)
        await self._rerun(fragment=box.fragment)

    async def upload(self, name: str, file: Path) -> None:
        """Drop a file; the page's answer is not waited for."""
        request = uuid.uuid4().hex
        asked = BackMsg()
        asked.file_urls_request.request_id, asked.file_urls_request.session_id = request, self._session
        asked.file_urls_request.file_names.append(file.name)
        await self._socket.send(asked.SerializeToString())
        await self.until(lambda: request in self._urls)
        urls, content = self._urls.pop(request), file.read_bytes()
        await asyncio.to_thread(_put, self.address + urls.upload_url, self._xsrf, file.name, content)
        drop = self.widgets[name]
        state = WidgetState(id=drop.proto.id)
        state.file_uploader_state_value.uploaded_file_info.add(
            name=file.name, size=len(content), file_id=urls.file_id, file_urls=urls
        )
        self._values[state.id] = state
        await self._rerun(fragment=drop.fragment)

    async def _rerun(self, pressed: WidgetState | None = None, *, fragment: str = "", timer: bool = False) -> None:
        message = BackMsg()
        state = message.rerun_script
        state.query_string, state.page_script_hash = self.query, self._page
        state.fragment_id, state.is_auto_rerun = fragment, timer
        state.widget_states.widgets.extend(self._values.values())
        if pressed:
            state.widget_states.widgets.append(pressed)
        state.cached_message_hashes.extend(self._cache)
        await self._socket.send(message.SerializeToString())

    async def _read(self) -> None:
        try:
            async for data in self._socket:
                message = ForwardMsg.FromString(data)
                kind = message.WhichOneof("type")
                handle = getattr(self, f"_on_{kind}", None)
                if handle:
                    handle(getattr(message, kind), message)
                    self._changed.set()
        except websockets.ConnectionClosed as closed:
            self.errors[f"connection lost: {closed}"] += 1
        finally:
            self._changed.set()

    def _on_new_session(self, session: Any, message: ForwardMsg) -> None:
        if session.initialize.session_id:
            self._session = session.initialize.session_id
        self._oldest = session.config.max_cached_message_age
        self._page, self._run = session.page_script_hash, message.metadata.run.script_run_id
        if not message.metadata.run.fragment_ids:
            self._stop_timers()

    def _on_delta(self, delta: Any, message: ForwardMsg) -> None:
        if not delta.HasField("new_element"):
            return
        if message.metadata.cacheable:
            known = self._cache.setdefault(
                message.hash, Cached(_light(delta.new_element), delta.fragment_id, self._age)
            )
            known.since = self._age
        self._show(delta.new_element, delta.fragment_id, message)

    def _on_ref_hash(self, hash: str, message: ForwardMsg) -> None:
        cached = self._cache.get(hash)
        if cached is None:
            self.errors["the server refers to a message that the page no longer holds"] += 1
            return
        cached.since = self._age
        self._show(cached.element, cached.fragment, message)

    def _show(self, element: Any, fragment: str, message: ForwardMsg) -> None:
        kind, path = element.WhichOneof("type"), tuple(message.metadata.delta_path)
        # An element takes the place of a block with all that is in it.
        self.widgets = {name: w for name, w in self.widgets.items() if w.path[: len(path)] != path or w.path == path}
        if kind == "exception":
            self.errors[f"{element.exception.type}: {element.exception.message}"] += 1
        if kind in WIDGETS:
            proto = getattr(element, kind)
            self.widgets[_name(proto)] = Placed(proto, path, self._run, fragment)
            if kind in INITIAL and (proto.id not in self._values or proto.set_value):
                self._values[proto.id] = INITIAL[kind](proto)
        self.shown(element, fragment)

    def _on_script_finished(self, status: int, message: ForwardMsg) -> None:
        if status == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
            self.errors["the page's script does not compile"] += 1
        if status == ForwardMsg.FINISHED_EARLY_FOR_RERUN or not message.metadata.HasField("run"):
            return
        run, fragments = message.metadata.run.script_run_id, set(message.metadata.run.fragment_ids)
        if not fragments and run != self._run:
            return

        def untouched(fragment: str) -> bool:
            return bool(fragments) and fragment not in fragments

        # What this run could have drawn and has not is no longer on the page.
        kept = {name: w for name, w in self.widgets.items() if w.run == run or untouched(w.fragment)}
        self.widgets = kept
        present = {w.proto.id for w in kept.values()}
        self._values = {id: value for id, value in self._values.items() if id in present}
        self._age += 1
        self._cache = {
            hash: c for hash, c in self._cache.items() if untouched(c.fragment) or self._age - c.since <= self._oldest
        }

    def _on_page_info_changed(self, info: Any, _: ForwardMsg) -> None:
        self.query = info.query_string

    def _on_file_urls_response(self, response: Any, _: ForwardMsg) -> None:
        self._urls[response.response_id] = response.file_urls[0]

    def _on_auto_rerun(self, asked: Any, _: ForwardMsg) -> None:
        interval, _task = self._timers.get(asked.fragment_id, (None, None))
        if interval == asked.interval:
            return
        self._stop_timers([asked.fragment_id])
        task = asyncio.create_task(self._repeat(asked.fragment_id, asked.interval))
        self._timers[asked.fragment_id] = asked.interval, task

    def _on_stop_auto_rerun(self, asked: Any, _: ForwardMsg) -> None:
        self._stop_timers(asked.fragment_ids)

    def _stop_timers(self, fragments: list[str] | None = None) -> None:
        for fragment in list(self._timers) if fragments is None else fragments:
            _, task = self._timers.pop(fragment, (None, None))
            if task:
                task.cancel()

    async def _repeat(self, fragment: str, interval: float) -> None:
        with suppress(websockets.ConnectionClosed):
            while True:
                await asyncio.sleep(interval)
                await self._rerun(fragment=fragment, timer=True)


def _name(proto: Any) -> str:
    key = proto.id.split("-", 2)[-1]
    return proto.label if key == "None" else key


def _light(element: Any) -> Any:
    """The element without the data of a figure: only its being there again matters here."""
    if element.WhichOneof("type") != "bidi_component":
        return element
    light = type(element)()
    light.bidi_component.id = element.bidi_component.id
    return light


def _slider(proto: Any) -> WidgetState:
    state = WidgetState(id=proto.id)
    if proto.type == proto.SELECT_SLIDER:
        chosen = proto.raw_value if proto.set_value else [proto.options[int(i)] for i in proto.default]
        state.string_array_value.data.extend(chosen)
    else:
        state.double_array_value.data.extend(proto.value if proto.set_value else proto.default)
    return state


def _selectbox(proto: Any) -> WidgetState:
    chosen = proto.raw_value if proto.set_value else proto.options[proto.default]
    return WidgetState(id=proto.id, string_value=chosen)


def _checkbox(proto: Any) -> WidgetState:
    return WidgetState(id=proto.id, bool_value=proto.value if proto.set_value else proto.default)


# What a widget that has just appeared, or that the script has set, adds to what the page sends.
INITIAL = {"slider": _slider, "selectbox": _selectbox, "checkbox": _checkbox}


def _xsrf_cookie(address: str) -> str:
    return requests.get(f"{address}/_stcore/health", timeout=PATIENCE).cookies["_streamlit_xsrf"]


def _put(url: str, xsrf: str, name: str, content: bytes) -> None:
    cookies, headers = {"_streamlit_xsrf": xsrf}, {"X-Xsrftoken": xsrf}
    answer = requests.put(url, files={"file": (name, content)}, cookies=cookies, headers=headers, timeout=PATIENCE)
    answer.raise_for_status()
