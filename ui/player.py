"""The player on a page: a component that loads its modules from a route of ours and listens to the live channel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from dann_core.language import as_data
from server import modules
from ui import lane_paths, viewed
from ui.language import address, current, tell

# Streamlit's own scripts lie beside our routes, whatever path the app is served under; a script of one line would be
# taken for a path.
_ENTRY = """
const app = new URL("../../", document.querySelector('script[src*="static/js"]').src)
const loading = new Map()

export default function ({ data, parentElement, setTriggerValue }) {
  const module = new URL(data.module, app).href
  if (!loading.has(module)) loading.set(module, import(module))
  let isGone = false
  let unmount
  loading.get(module).then(({ mount }) => {
    if (!isGone) unmount = mount(parentElement, { ...data, base: app.href }, setTriggerValue)
  }, (error) => {
    loading.delete(module)
    parentElement.textContent = `${data.failed} (${error.message})`
  })
  return () => {
    isGone = true
    unmount?.()
  }
}
"""


@st.cache_resource
def _component() -> Any:
    return st.components.v2.component("player", js=_ENTRY, isolate_styles=False)


def _failed() -> str:
    return tell("The player could not be loaded: reload the page.")


def player(
    key: str,
    *,
    run: str | None,
    token: str | None,
    page: int,
    film: str | None,
    title: str,
    mark: int | None = None,
    lesson: dict[str, Any] | None = None,
    overlays: Sequence[dict[str, Any]] = (),
) -> None:
    """A player that steers the run of that key, with its token, or looks at it; or shows a `film` until it is touched.

    `page` counts what Streamlit draws of the experiment: the player has the page drawn anew when the run's is higher.
    `mark` is which of the drawn target samples the pictures mark. `lesson` is what a lesson adds: its `key` for the
    link, whether the run waits for a prediction (`waits`), and the `curve` that was predicted, if one was.
    `overlays` are the curves of shelved runs.
    """
    # Nothing here changes but by a script that the player would have asked for: the player is left alone.
    data = {
        "key": key,
        "module": address("player.js"),
        "failed": _failed(),
        "channel": "live",
        "run": run,
        "token": token,
        "page": page,
        "film": film and modules.address("recordings", film),
        "title": as_data(title),
        "mark": mark,
        "lesson": lesson,
        "overlays": list(overlays),
        "view": viewed.told(),
    }
    # A player speaks one language.
    name = f"player {key} {current()}"
    _component()(
        key=name,
        data=data,
        on_page_change=lambda: None,
        on_start_change=lambda: None,
        on_compare_change=lane_paths.ask,
        on_present_change=lambda: viewed.present(st.session_state[name].present),
    )


def comparison(
    key: str,
    *,
    run: str,
    token: str | None,
    page: int,
    lanes: list[dict[str, Any]],
    overlays: Sequence[dict[str, Any]] = (),
) -> None:
    """A player of all lanes of that run's comparison, each told as its title and role; the others as for `player`."""
    data = {
        "module": address("compare.js"),
        "failed": _failed(),
        "channel": "live",
        "run": run,
        "token": token,
        "page": page,
        "lanes": as_data(lanes),
        "overlays": list(overlays),
        "link": viewed.in_link(),
    }
    _component()(key=f"player {key} {current()}", data=data, on_page_change=lambda: None, on_start_change=lambda: None)
