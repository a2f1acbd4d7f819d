"""How this session's Explore is shown: what its link said of it, until a person leaves that."""

from __future__ import annotations

from typing import Any, NamedTuple

import streamlit as st

from server.view import CONTROLS, View, marks, read_view

VIEWED = "viewed"


class Viewed(NamedTuple):
    """The view, what of the link others read, and one sentence on what could not be read."""

    view: View
    marks: dict[str, str]
    wrong: str


def now() -> Viewed:
    """Of the link that this session began with."""
    if VIEWED not in st.session_state:
        query = st.query_params.to_dict()
        view, wrong = read_view(query)
        st.session_state[VIEWED] = Viewed(view, marks(query), wrong)
    return st.session_state[VIEWED]


def in_link() -> dict[str, str]:
    """What the address bar holds beside the experiment."""
    viewed = now()
    return viewed.view.to_query() | viewed.marks


def told() -> dict[str, Any]:
    """As a player is told."""
    view = now().view
    return {
        "presents": view.view == "presentation",
        "look": {"view": view.features, "colour": view.colour},
        "exam": view.exam,
        "hidden": [name for name in CONTROLS if not view.shows(name)],
        "link": in_link(),
    }


def present(shown_as: str) -> None:
    """Show Explore as a page or for a projector from now on."""
    viewed = now()
    if shown_as in ("page", "presentation"):
        st.session_state[VIEWED] = viewed._replace(view=viewed.view.replace(view=shown_as))


def speak(language: str) -> None:
    """Show all pages in that language from now on; the link holds it."""
    viewed = now()
    st.session_state[VIEWED] = viewed._replace(view=viewed.view.replace(lang=language))


def forget(mark: str) -> None:
    """Let the link say no more of what others read under that name."""
    viewed = now()
    st.session_state[VIEWED] = viewed._replace(marks={k: v for k, v in viewed.marks.items() if k != mark})


def close_wrong() -> None:
    """Say no more of what could not be read."""
    st.session_state[VIEWED] = now()._replace(wrong="")
