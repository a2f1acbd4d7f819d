"""The one shape of a scene of Learn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from dann_core.language import Text


@dataclass(frozen=True)
class Said:
    """What a scene says: its title, the few words beside its element, and what to try."""

    title: Text
    words: Text
    to_try: Text


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
