"""A page of this server in a frame: `st.iframe` takes addresses from the root alone, which a proxy may have moved."""

from __future__ import annotations

from typing import Any

import streamlit as st

_ENTRY = """
const app = new URL("../../", document.querySelector('script[src*="static/js"]').src)

export default function ({ data, parentElement }) {
  const { address, title, className } = data
  let frame = parentElement.querySelector(":scope > iframe")
  if (!frame) {
    frame = document.createElement("iframe")
    frame.setAttribute("sandbox", "allow-scripts")
    parentElement.append(frame)
  }
  frame.className = className
  frame.title = title
  const whole = new URL(address, app).href
  if (frame.src !== whole) frame.src = whole
}
"""


@st.cache_resource
def _component() -> Any:
    return st.components.v2.component("framed", js=_ENTRY, isolate_styles=False)


def framed(key: str, address: str, title: str) -> None:
    """Show the page at an address relative to the app; the style sheet sizes it by its class, `framed-KEY`."""
    _component()(key=f"framed {key}", data={"address": address, "title": title, "className": f"framed-{key}"})
