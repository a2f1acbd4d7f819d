"""Controls made from knobs: one widget a knob, whatever it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from dann_core.settings.choices import in_words
from dann_core.settings.knobs import Knob, Knobs
from ui.language import current, tell, told

Change = Callable[[str, Any], None]


def control(knobs: Knobs, knob: Knob, change: Change, *, buttons: bool = False, place: str = "") -> None:
    """A widget that shows `knob`'s value in `knobs` and calls `change(name, value)`.

    `buttons` adds minus and plus: a slider reports only when it is let go. A knob that is shown twice on a page has a
    `place` for each.
    """
    name = f"{place}{type(knobs).__name__}.{knob.name}"
    value = getattr(knobs, knob.name)
    label = labelled(knob)
    shared = {"help": told(knob.help)} | showing(name, value, lambda chosen: change(knob.name, chosen))
    number = type(value)
    if knob.kind == "bool":
        st.toggle(label, value, **shared)
    elif knob.kind == "choice":
        select(label, knob.choices, value, format_func=choice, **shared)
    elif knob.kind == "text":
        st.text_input(label, value, **shared)
    elif buttons:
        _with_buttons(label, knob, value, change, shared)
    elif knob.ladder or (knob.high - knob.low) / knob.step <= 300:
        _slider(label, knob, value, shared)
    else:
        st.number_input(label, number(knob.low), number(knob.high), value, step=number(knob.step), **shared)


def select(label: str, options: Sequence[Any], value: Any, **how: Any) -> Any:
    """A box with one of these chosen, or None; Streamlit's own word for none is English in all languages."""
    at = None if value is None else options.index(value)
    return st.selectbox(label, options, at, placeholder=tell("Choose an option"), **how)


def labelled(knob: Knob) -> str:
    """A knob's label with its unit."""
    return tell("{label} ({unit})", label=knob.label, unit=knob.unit) if knob.unit else told(knob.label)


def choice(name: str) -> str:
    """One of a knob's choices."""
    return told(in_words(name))


def kept(name: str, choices: Sequence[Any]) -> tuple[Any, dict[str, Any]]:
    """Of a widget whose choice outlives a visit to another page: what was chosen of these, by default the first, and
    its `key` and `on_change`."""
    before = st.session_state.get(name)
    value = before if before in choices else choices[0]
    return value, showing(f"{name} box", value, lambda chosen: st.session_state.update({name: chosen}))


def showing(name: str, value: Any, chosen: Callable[[Any], None]) -> dict[str, Any]:
    """`key` and `on_change` of a widget that is given `value` and calls `chosen` with what a person makes of it.

    The key is a new one, and with it the widget, wherever something else has changed the value, or the language, in
    whose words the page reports what is chosen. Setting the value of the widget that is there would send it to the
    page instead: that takes back what a person changes meanwhile, and a page drawn again before it arrives shows, and
    reports, the lowest value.
    """
    shown = st.session_state.setdefault("shown", {})
    now = value, current()
    revision, before = shown.get(name, (0, now))
    revision += before != now
    shown[name] = revision, now
    key = f"{name}.{revision}"

    def changed() -> None:
        # A page that has not heard of the new widget still reports the old one, which Streamlit takes for a change.
        if shown[name][0] == revision:
            shown[name] = revision, (st.session_state[key], now[1])
            chosen(st.session_state[key])

    return {"key": key, "on_change": changed}


def _slider(label: str, knob: Knob, value: Any, shared: dict[str, Any]) -> None:
    if knob.ladder:
        st.select_slider(label, rungs(knob, value), value, format_func=_short, **shared)
        return
    number = type(value)
    st.slider(label, number(knob.low), number(knob.high), value, step=number(knob.step), **shared)


def _with_buttons(label: str, knob: Knob, value: Any, change: Change, shared: dict[str, Any]) -> None:
    name = shared["key"].rpartition(".")[0]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall", key=f"row.{name}"):
        with st.container(width="stretch"):
            _slider(label, knob, value, shared)
        for sign, which in ((-1, "less"), (1, "more")):
            neighbour_ = neighbour(knob, value, sign)
            st.button(
                "−" if sign < 0 else "+",
                key=f"{name}.{which}",
                on_click=_step,
                args=(name, knob, sign, change),
                disabled=neighbour_ == value,
                help=tell("{label}: one step less", label=knob.label)
                if sign < 0
                else tell("{label}: one step more", label=knob.label),
            )


def _step(name: str, knob: Knob, sign: int, change: Change) -> None:
    """One step from where it is, which a page that has not been drawn since the last click does not know."""
    revision, (value, language) = st.session_state["shown"][name]
    value = neighbour(knob, value, sign)
    st.session_state["shown"][name] = revision + 1, (value, language)
    change(knob.name, value)


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
