"""The one shape of a scene of Learn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import streamlit as st


@dataclass(frozen=True)
class Said:
    """What a scene says: its title, the few words beside its element, what to try, and its element's labels.

    Labels are templates for `str.format`.
    """

    title: str
    words: str
    to_try: str
    labels: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Scene:
    """Its words, and a function that draws its one live element."""

    said: Said
    draw: Callable[[], None]


def figures(*readings: tuple[str, str]) -> None:
    """Labels and their numbers, side by side."""
    with st.container(horizontal=True, gap="medium"):
        for label, value in readings:
            st.metric(label, value, width="content")


def percent(share: float) -> str:
    """A share of 0..1 for people."""
    return f"{share:.0%}"
