"""A small editor for the part of a link that says how Explore is shown, with a sketch of what will be seen."""

from __future__ import annotations

from html import escape
from typing import Any

import streamlit as st

from dann_core.settings import Settings
from server.view import CONTROLS, MAIN, NONE, PARTS, View
from ui.controls import control

EDITED = "edited view"
USUAL = (*PARTS, *MAIN)
"""What the page shows where a link says nothing."""

PLAYER_PARTS = ("draw", "remedy", "trust")
"""Parts that stand in or under the pictures, and not beside them."""

_LABELS = PARTS | {knob.name: knob.label for knob in Settings.knobs()}


def edited() -> View:
    """What has been chosen so far."""
    return st.session_state.setdefault(EDITED, View())


def draw() -> None:
    """The choices beside the sketch of what they show."""
    choices, seen = st.columns([2, 3], gap="large")
    with choices:
        _controls()
        for knob in View.knobs():
            if knob.name != "controls":
                control(edited(), knob, _change)
    with seen:
        st.caption("What your students see")
        st.html(sketch(edited()))


def _change(name: str, value: Any) -> None:
    st.session_state[EDITED] = edited().replace(**{name: value})


def _controls() -> None:
    st.multiselect(
        "controls that are shown",
        CONTROLS,
        default=USUAL,
        format_func=_LABELS.get,
        key="shown controls",
        on_change=_choose,
        help="Where More is not shown, single settings of it can be.",
    )


def _choose() -> None:
    chosen = st.session_state["shown controls"]
    # More has all the others.
    is_all = set(USUAL) <= set(chosen)
    _change("controls", "" if is_all else ",".join(name for name in CONTROLS if name in chosen) or NONE)


def sketch(view: View) -> str:
    """The page in outline, as HTML."""
    presents = view.view == "presentation"
    beside = [name for name in CONTROLS if name in USUAL or view.controls]
    beside = [_LABELS[name] for name in beside if view.shows(name) and name not in PLAYER_PARTS]
    figures = ["lambda", "source accuracy", "target accuracy (exam)", "domain accuracy", "proxy A-distance"]
    figures = [name for name in figures if view.exam or "exam" not in name]
    inputs = ["input", *(["Draw the shift"] if view.shows("draw") and not presents else [])]
    pictures = [["features", f"{view.features}, colours by {view.colour}"], inputs, ["curves"]]
    top = "keys only: P, A, S, ?, Esc" if presents else f"Play · Pause · Step · Reset · Undo · speed {view.speed}"
    below = ["the verdict" + (" and what to try" if view.shows("remedy") and not presents else "")]
    if view.exam and view.shows("trust") and not presents:
        below.append(PARTS["trust"])
    main = "".join(
        [
            _row("top", [top]),
            _row("figures", figures),
            f"<div class='sketch-pictures'>{''.join(_box(lines) for lines in pictures)}</div>",
            *(_row("below", [line]) for line in below),
        ]
    )
    side = "" if presents else f"<div class='sketch-side'>{''.join(f'<p>{escape(name)}</p>' for name in beside)}</div>"
    kind = "sketch sketch-presents" if presents else "sketch"
    told = f"class='{kind}' role='img' aria-label='The page in outline'"
    return f"<div {told}>{side}<div class='sketch-main'>{main}</div></div>"


def _row(name: str, texts: list[str]) -> str:
    return f"<div class='sketch-{name}'>{''.join(f'<span>{escape(text)}</span>' for text in texts)}</div>"


def _box(lines: list[str]) -> str:
    return f"<div>{''.join(f'<span>{escape(line)}</span>' for line in lines)}</div>"
