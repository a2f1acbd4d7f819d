"""A small editor for the part of a link that says how pages are shown, and which lesson it opens, with a sketch."""

from __future__ import annotations

from html import escape
from typing import Any

import streamlit as st

from dann_core.language import own_name, say
from dann_core.lessons import find, read_all
from dann_core.settings import Settings
from dann_core.settings.knobs import Knob
from server.view import CONTROLS, MAIN, NONE, PARTS, View
from ui.controls import control, select, showing
from ui.language import current, tell, told

EDITED, LESSON = "edited view", "edited lesson"
USUAL = (*PARTS, *MAIN)
"""What the page shows where a link says nothing."""

PLAYER_PARTS = ("draw", "remedy", "trust")
"""Parts that stand in or under the pictures, and not beside them."""

_LABELS = PARTS | {knob.name: knob.label for knob in Settings.knobs()}
_SPEEDS = {"slow": say("slow"), "normal": say("normal"), "fast": say("fast")}


def edited() -> View:
    """What has been chosen so far."""
    return st.session_state.setdefault(EDITED, View())


def lesson() -> str:
    """The key of the lesson that the link opens; empty where it opens Explore."""
    return st.session_state.setdefault(LESSON, "")


def draw() -> None:
    """The choices beside the sketch of what they show."""
    choices, seen = st.columns([2, 3], gap="large")
    with choices:
        _lesson()
        _controls()
        for knob in View.knobs():
            if knob.name == "lang":
                _language(knob)
            elif knob.name != "controls":
                control(edited(), knob, _change)
    with seen:
        st.caption(tell("What your students see"))
        opened = find(lesson(), current())
        st.html(sketch(edited(), opened.title if opened else ""))


def _change(name: str, value: Any) -> None:
    st.session_state[EDITED] = edited().replace(**{name: value})


def _lesson() -> None:
    titles = {"": tell("none: what Explore shows")} | {
        known.key: known.title for known in read_all(language=current())[0]
    }
    select(
        tell("lesson"),
        list(titles),
        lesson(),
        format_func=titles.get,
        help=tell("The link opens this lesson, with its own run."),
        **showing(LESSON, lesson(), lambda chosen: st.session_state.update({LESSON: chosen})),
    )


def _language(knob: Knob) -> None:
    select(
        told(knob.label),
        knob.choices,
        edited().lang,
        format_func=lambda name: own_name(name) if name else tell("the browser's"),
        help=told(knob.help),
        **showing("View.lang", edited().lang, lambda chosen: _change("lang", chosen)),
    )


def _controls() -> None:
    st.multiselect(
        tell("controls that are shown"),
        CONTROLS,
        default=USUAL,
        format_func=lambda name: told(_LABELS[name]),
        key="shown controls",
        placeholder=tell("Choose options"),
        on_change=_choose,
        help=tell("Where More is not shown, single settings of it can be."),
    )


def _choose() -> None:
    chosen = st.session_state["shown controls"]
    # More has all the others.
    is_all = set(USUAL) <= set(chosen)
    _change("controls", "" if is_all else ",".join(name for name in CONTROLS if name in chosen) or NONE)


def sketch(view: View, lesson: str = "") -> str:
    """The page in outline, as HTML: Explore's, or that of a lesson with its title."""
    presents = view.view == "presentation"
    if presents:
        top = tell("keys only: P, A, S, ?, Esc")
    else:
        top = tell("Play · Pause · Step · Reset · Undo · speed {speed}", speed=_SPEEDS[view.speed])
    main = "".join(
        [
            _row("top", [top]),
            _row("figures", _figures(view)),
            f"<div class='sketch-pictures'>{''.join(_box(lines) for lines in _pictures(view))}</div>",
            *(_row("below", [line]) for line in _below(view, lesson)),
        ]
    )
    beside = "".join(f"<p>{escape(line)}</p>" for line in _beside(view, lesson))
    side = "" if presents else f"<div class='sketch-side'>{beside}</div>"
    kind = "sketch sketch-presents" if presents else "sketch"
    named = tell("The page in outline")
    outline = f'class="{kind}" role="img" aria-label="{escape(named)}"'
    return f"<div {outline}>{side}<div class='sketch-main'>{main}</div></div>"


def _beside(view: View, lesson: str) -> list[str]:
    if lesson:
        return [lesson, tell("the question"), tell("what you expect"), tell("after the run, why")]
    there = [name for name in CONTROLS if name in USUAL or view.controls]
    return [told(_LABELS[name]) for name in there if view.shows(name) and name not in PLAYER_PARTS]


def _figures(view: View) -> list[str]:
    exam = [tell("target accuracy (exam)")] if view.exam else []
    return ["lambda", tell("source accuracy"), *exam, tell("domain accuracy"), tell("proxy A-distance")]


def _pictures(view: View) -> list[list[str]]:
    is_drawn = view.shows("draw") and view.view != "presentation"
    if view.colour == "domain":
        features = tell("{picture}, colours by domain", picture=view.features)
    else:
        features = tell("{picture}, colours by class", picture=view.features)
    inputs = [tell("input"), *([told(PARTS["draw"])] if is_drawn else [])]
    return [[tell("features"), features], inputs, [tell("curves")]]


def _below(view: View, lesson: str) -> list[str]:
    presents = view.view == "presentation"
    tries = view.shows("remedy") and not presents
    trust = view.exam and view.shows("trust") and not presents and not lesson
    verdict = tell("the verdict and what to try") if tries else tell("the verdict")
    return [verdict, *([told(PARTS["trust"])] if trust else [])]


def _row(name: str, texts: list[str]) -> str:
    return f"<div class='sketch-{name}'>{''.join(f'<span>{escape(text)}</span>' for text in texts)}</div>"


def _box(lines: list[str]) -> str:
    return f"<div>{''.join(f'<span>{escape(line)}</span>' for line in lines)}</div>"
