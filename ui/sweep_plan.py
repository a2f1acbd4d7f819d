"""What to sweep: presets, axes with their values, and seeds, in the sidebar."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from dann_core.domains import Domain
from dann_core.language import said
from dann_core.settings import Settings
from dann_core.settings.knobs import Knob, KnobError, to_text
from dann_core.sweeps.axis import variables
from dann_core.sweeps.presets import presets
from dann_core.sweeps.sweep import Axis, Plan
from server.experiment import Experiment
from ui.controls import choice, select, showing
from ui.language import tell, told
from ui.text import plain

MOST_AXES = 4
MOST_SEEDS = 50
OWN = "own"


def draw(state: Experiment) -> Plan | None:
    """The controls; the plan that they mean, None while they mean none."""
    name = plain(state.pair.name if state.domain is None else told(state.domain.title))
    st.caption(tell("On **{domain}**, with the settings of Explore.", domain=name))
    domain = None if state.domain is None else type(state.domain)
    _preset(state, domain)
    knobs = variables(domain)
    chosen = _axes(state, domain)
    names = st.multiselect(
        tell("what to vary"),
        list(knobs),
        default=chosen,
        format_func=lambda n: told(knobs[n].label),
        max_selections=MOST_AXES,
        placeholder=tell("Choose options"),
        help=tell(
            "What shifts between the domains, or any setting. Two make a map, the first to the right; one makes a "
            "line, more are drawn as parallel coordinates."
        ),
        **_remembering(state, "axes", chosen),
    )
    texts = {n: _values(state, knobs[n], _text(state, domain, n)) for n in names}
    seeds = state.sweep_form.get("seeds", 3)
    seeds = st.number_input(tell("seeds a cell"), 1, MOST_SEEDS, seeds, **_remembering(state, "seeds", seeds))
    reverse = state.sweep_form.get("reverse", False)
    asked = tell("Also measure by reverse validation (doubles the time)")
    reverse = st.checkbox(asked, reverse, **_remembering(state, "reverse", reverse))
    try:
        axes = tuple(Axis.parse(n, text, domain) for n, text in texts.items())
        pair = state.pair if domain is None else None
        plan = Plan(state.settings, axes, int(seeds), state.domain, pair, reverse)
    except KnobError as error:
        st.error(plain(told(said(error))))
        return None
    sizes = {"n": plan.size, "iterations": state.settings.max_iter, "twins": plan.twins}
    st.caption(
        tell(
            "{n:,} experiments of {iterations:,} iterations, {twins:,} of them source-only twins to measure the others "
            "against.",
            **sizes,
        )
        if plan.twins
        else tell("{n:,} experiments of {iterations:,} iterations.", **sizes)
    )
    return plan


def _axes(state: Experiment, domain: type[Domain] | None) -> list[str]:
    """What a person has chosen, where the present domain has all of it; else what the first preset varies."""
    first = [*next(iter(presets(domain).values())).axes]
    chosen = state.sweep_form.get("axes", first)
    return chosen if variables(domain).keys() >= set(chosen) else first


def _text(state: Experiment, domain: type[Domain] | None, name: str) -> str:
    """The values to start with: what a person or a preset has given, or the present value and its surroundings."""
    given = state.sweep_form.get(f"values {name}")
    if given is not None:
        return given
    known = [preset.axes[name] for preset in presets(domain).values() if name in preset.axes]
    holder = state.settings if name in Settings.model_fields else state.domain
    return known[0] if known else surroundings(variables(domain)[name], getattr(holder, name))


def surroundings(knob: Knob, present: Any) -> str:
    """The present value and its neighbours from the knob's ladder or range, as a person would write them."""
    if knob.kind in ("bool", "choice"):
        return ", ".join(knob.choices or ("false", "true"))
    if knob.ladder:
        nearest = min(range(len(knob.ladder)), key=lambda i: abs(knob.ladder[i] - present))
        values = knob.ladder[max(nearest - 3, 0) : nearest + 4 : 3 if len(knob.ladder) > 13 else 1]
    elif present:
        values = [present / 2, present, present * 2]
    else:
        values = [0, knob.step, 5 * knob.step]
    whole = knob.kind == "int"
    inside = {min(max(round(v) if whole else v, knob.low), knob.high) for v in values}
    return ", ".join(f"{v:g}" if v < 1e6 else str(v) for v in sorted(inside))


def _preset(state: Experiment, domain: type[Domain] | None) -> None:
    known = presets(domain)
    if len(known) < 2:
        return
    names = _axes(state, domain)
    form = {n: _text(state, domain, n) for n in names}
    now = next((name for name, preset in known.items() if preset.axes == form and [*preset.axes] == names), OWN)
    titles = {name: told(preset.title) for name, preset in known.items()} | {OWN: tell("axes of your own")}

    def choose(name: str) -> None:
        if name != OWN:
            state.sweep_form["axes"] = [*known[name].axes]
            state.sweep_form |= {f"values {n}": text for n, text in known[name].axes.items()}

    offered = [*known, OWN] if now == OWN else [*known]
    help = tell(
        "Where does adapting work? How strongly the domains are pulled together, against how far they are apart."
    )
    shared = {"help": help} | showing("sweep preset", now, choose)
    select(tell("map"), offered, now, format_func=titles.get, **shared)


def _values(state: Experiment, knob: Knob, text: str) -> str:
    """A control for the values of one axis; what it holds, as a person writes it."""
    name = f"values {knob.name}"
    if knob.kind in ("bool", "choice"):
        choices = knob.choices or (to_text(False), to_text(True))
        written = [part.strip() for part in text.split(",")]
        chosen = [choice for choice in choices if choice in written]
        shared = _remembering(state, name, chosen, ", ".join)
        words = {"format_func": choice, "help": told(knob.help), "placeholder": tell("Choose options")}
        return ", ".join(st.multiselect(told(knob.label), choices, default=chosen, **words, **shared))
    help = tell("Values with commas between them, or start:stop:count. {help}", help=knob.help)
    return st.text_input(told(knob.label), text, help=help, **_remembering(state, name, text))


def _remembering(state: Experiment, name: str, value: Any, kept: Callable[[Any], Any] = lambda v: v) -> dict[str, Any]:
    """What makes a widget that shows `value` remember, as `kept` has it, what a person makes of it."""
    return showing(f"sweep {name}", value, lambda chosen: state.sweep_form.update({name: kept(chosen)}))
