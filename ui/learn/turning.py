"""A scene begins at its top, however far the one before was scrolled."""

from __future__ import annotations

from typing import Any

import streamlit as st

_ENTRY = """
let shown

export default function ({ data }) {
  if (shown !== undefined && shown !== data) document.querySelector('[data-testid="stMain"]')?.scrollTo(0, 0)
  shown = data
}
"""


@st.cache_resource
def _component() -> Any:
    return st.components.v2.component("turning", js=_ENTRY)


def to_the_top(number: int) -> None:
    """Scroll up where `number` is another one than before."""
    _component()(key="turning", data=number)
