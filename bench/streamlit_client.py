"""A browser tab without the browser: speaks Streamlit's protocol, as its own frontend (1.67) does.

Keeps the widgets and components on the page; draws nothing, and remembers no large messages, so it is sent them anew.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import requests
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from bench.wire import PATIENCE, Wire

WIDGETS = ("button", "slider", "selectbox", "checkbox", "file_uploader", "bidi_component")


@dataclass
class Placed:
    """A widget as the page shows it, where in the page's tree, and the script run and fragment that drew it last."""

    proto: Any
    path: tuple[int, ...]
    run: str
    fragment: str


class Tab(Wire):
    """`async with Tab(address, query) as tab`: a session that lives until the block ends.

    Widgets are named by their key, those without one by their label, components by their own name. A subclass sees
    what is drawn in `shown`.
    """

    def __init__(self, address: str, query: str = "") -> None:
        super().__init__()
        self.address, self.query = address, query
        self.widgets: dict[str, Placed] = {}
        self._values: dict[str, WidgetState] = {}
        self._page = self._session = self._run = ""
        self._urls: dict[str, Any] = {}

    async def __aenter__(self) -> Self:
        self._xsrf = await asyncio.to_thread(_xsrf_cookie, self.address)
        cookie = {"Cookie": f"_streamlit_xsrf={self._xsrf}"}
        await self.connect(self.address, "/_stcore/stream", subprotocols=["streamlit"], additional_headers=cookie)
        await self._rerun()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def shown(self, element: Any) -> None:
        """Called for every element that the page is to draw."""

    def enabled(self, name: str) -> bool:
        """Whether there is such a button and it can be pressed."""
        return name in self.widgets and not self.widgets[name].proto.disabled

    def data(self, component: str) -> dict[str, Any] | None:
        """What a component on the page was given; None if there is none of that name."""
        return json.loads(self.widgets[component].proto.json) if component in self.widgets else None

    async def click(self, name: str) -> None:
        """Press a button; raises `KeyError` if it is not on the page."""
        button = self.widgets[name]
        await self._rerun(WidgetState(id=button.proto.id, trigger_value=True), fragment=button.fragment)

    async def select(self, name: str, option: str) -> None:
        """Choose in a select box."""
        await self._set(name, string_value=option)

    async def tell(self, component: str, value: dict[str, Any]) -> None:
        """What a component has to say."""
        await self._set(component, json_value=json.dumps(value))

    async def upload(self, name: str, file: Path) -> None:
        """Drop a file; the page's answer is not waited for."""
        request = uuid.uuid4().hex
        asked = BackMsg()
        asked.file_urls_request.request_id, asked.file_urls_request.session_id = request, self._session
        asked.file_urls_request.file_names.append(file.name)
        await self.socket.send(asked.SerializeToString())
        await self.until(lambda: request in self._urls)
        urls, content = self._urls.pop(request), file.read_bytes()
        await asyncio.to_thread(_put, self.address + urls.upload_url, self._xsrf, file.name, content)
        state = WidgetState().file_uploader_state_value
        state.uploaded_file_info.add(name=file.name, size=len(content), file_id=urls.file_id, file_urls=urls)
        await self._set(name, file_uploader_state_value=state)

    async def _set(self, name: str, **value: Any) -> None:
        widget = self.widgets[name]
        self._values[widget.proto.id] = WidgetState(id=widget.proto.id, **value)
        await self._rerun(fragment=widget.fragment)

    async def _rerun(self, pressed: WidgetState | None = None, *, fragment: str = "") -> None:
        message = BackMsg()
        state = message.rerun_script
        state.query_string, state.page_script_hash, state.fragment_id = self.query, self._page, fragment
        state.widget_states.widgets.extend(self._values.values())
        if pressed:
            state.widget_states.widgets.append(pressed)
        await self.socket.send(message.SerializeToString())

    def take(self, data: str | bytes) -> None:
        """Note a message of those that matter here."""
        message = ForwardMsg.FromString(data)
        kind = message.WhichOneof("type")
        if handle := getattr(self, f"_on_{kind}", None):
            handle(getattr(message, kind), message)

    def _on_new_session(self, session: Any, message: ForwardMsg) -> None:
        if session.initialize.session_id:
            self._session = session.initialize.session_id
        self._page, self._run = session.page_script_hash, message.metadata.run.script_run_id

    def _on_delta(self, delta: Any, message: ForwardMsg) -> None:
        if not delta.HasField("new_element"):
            return
        element = delta.new_element
        kind, path = element.WhichOneof("type"), tuple(message.metadata.delta_path)
        # An element takes the place of a block with all that is in it.
        self.widgets = {name: w for name, w in self.widgets.items() if w.path[: len(path)] != path or w.path == path}
        if kind == "exception":
            self.errors[f"{element.exception.type}: {element.exception.message}"] += 1
        if kind in WIDGETS:
            proto = getattr(element, kind)
            self.widgets[_name(proto)] = Placed(proto, path, self._run, delta.fragment_id)
        self.shown(element)

    def _on_script_finished(self, status: int, message: ForwardMsg) -> None:
        if status == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
            self.errors["the page's script does not compile"] += 1
        if status == ForwardMsg.FINISHED_EARLY_FOR_RERUN or not message.metadata.HasField("run"):
            return
        run, fragments = message.metadata.run.script_run_id, set(message.metadata.run.fragment_ids)
        if not fragments and run != self._run:
            return
        # What this run could have drawn and has not is no longer on the page.
        self.widgets = {
            name: w
            for name, w in self.widgets.items()
            if w.run == run or (bool(fragments) and w.fragment not in fragments)
        }
        present = {w.proto.id for w in self.widgets.values()}
        self._values = {id: value for id, value in self._values.items() if id in present}

    def _on_file_urls_response(self, response: Any, _: ForwardMsg) -> None:
        self._urls[response.response_id] = response.file_urls[0]


def _name(proto: Any) -> str:
    if hasattr(proto, "component_name"):
        return proto.component_name
    key = proto.id.split("-", 2)[-1]
    return proto.label if key == "None" else key


def _xsrf_cookie(address: str) -> str:
    return requests.get(f"{address}/_stcore/health", timeout=PATIENCE).cookies["_streamlit_xsrf"]


def _put(url: str, xsrf: str, name: str, content: bytes) -> None:
    cookies, headers = {"_streamlit_xsrf": xsrf}, {"X-Xsrftoken": xsrf}
    answer = requests.put(url, files={"file": (name, content)}, cookies=cookies, headers=headers, timeout=PATIENCE)
    answer.raise_for_status()
