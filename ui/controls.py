"""Controls made from knobs: one widget a knob, whatever it belongs to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from dann_core.knobs import Knob, Knobs

Change = Callable[[str, Any], None]


def control(knobs: Knobs, knob: Knob, change: Change, *, buttons: bool = False) -> None:
    """A widget that shows `knob`'s value in `knobs` and calls `change(name, value)`.

    `buttons` adds minus and plus: a slider reports only when it is let go.
    """
    key = f"{type(knobs).__name__}.{knob.name}"
    value = getattr(knobs, knob.name)

    def changed() -> None:
        change(knob.name, st.session_state[key])

    follow(key, value)
    label = knob.label + (f" ({knob.unit})" if knob.unit else "")
    shared = {"key": key, "help": knob.help, "on_change": changed}
    if knob.kind == "bool":
        st.toggle(label, **shared)
    elif knob.kind == "choice":
        st.selectbox(label, knob.choices, **shared)
    elif buttons:
        _with_buttons(label, knob, value, change, shared)
    elif knob.ladder or (knob.high - knob.low) / knob.step <= 300:
        _slider(label, knob, value, shared)
    else:
        number = type(value)
        st.number_input(label, number(knob.low), number(knob.high), step=number(knob.step), **shared)


def follow(key: str, value: Any) -> None:
    """Let the widget drawn next with that key show `value`.

    Only where it does not already: what is set is sent to the page, and there takes back whatever a person has changed
    since; a timer would then report the old value as the newest.
    """
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value


def _slider(label: str, knob: Knob, value: Any, shared: dict[str, Any]) -> None:
    if knob.ladder:
        st.select_slider(label, rungs(knob, value), format_func=_short, **shared)
        return
    number = type(value)
    st.slider(label, number(knob.low), number(knob.high), step=number(knob.step), **shared)


def _with_buttons(label: str, knob: Knob, value: Any, change: Change, shared: dict[str, Any]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall", key=f"row.{shared['key']}"):
        with st.container(width="stretch"):
            _slider(label, knob, value, shared)
        for sign, name in ((-1, "less"), (1, "more")):
            neighbour_ = neighbour(knob, value, sign)
            st.button(
                "−" if sign < 0 else "+",
                key=f"{shared['key']}.{name}",
                on_click=change,
                args=(knob.name, neighbour_),
                disabled=neighbour_ == value,
                help=f"{knob.label}: one step {name}",
            )


def neighbour(knob: Knob, value: Any, sign: int) -> Any:
    """The next value in that direction, or the value itself at the end of the range."""
    if knob.ladder:
        beyond = [r for r in knob.ladder if (r - value) * sign > 0]
        return (min if sign > 0 else max)(beyond, default=value)
    return type(value)(min(max(round(value + sign * knob.step, 10), knob.low), knob.high))


def rungs(knob: Knob, value: Any) -> list[Any]:
    """The ladder, and the present value where it lies between two rungs."""
    return sorted({*(type(value)(r) for r in knob.ladder), value})


def _short(value: float) -> str:
    return f"{value:g}" if isinstance(value, float) else f"{value:,}"
