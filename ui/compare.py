"""The left side of Compare: which domains, what the lanes are, and what they share."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dann_core.domains import DomainError
from dann_core.language import said, say
from dann_core.live.seeds import CHOICES
from dann_core.settings import Settings
from dann_core.settings.knobs import KnobError
from dann_core.settings.methods import METHODS
from dann_core.settings.path import COMMON
from dann_core.settings.variants import (
    FEWEST,
    METHOD,
    MOST,
    ORACLE,
    PATH,
    PRESETS,
    WITHOUT_EXAM,
    YOURS,
    Variant,
    from_link,
    to_link,
)
from server.comparison import Comparison
from server.experiment import Experiment
from server.shown import Notice
from ui import lane_paths, sidebar
from ui.controls import control, select, showing
from ui.language import tell, tell_many, told
from ui.text import listed

OWN = "own"


def draw(state: Experiment) -> None:
    """Domains, presets, a control for each lane, and the settings that all share."""
    with st.sidebar:
        sidebar.domain(state)
        variants = _variants(state)
        _presets(state, variants)
        for number, variant in enumerate(variants):
            _lane(state, variants, number, variant)
        st.button(
            tell("Add a lane"),
            icon=":material/add:",
            disabled=len(variants) >= MOST,
            on_click=_set,
            args=(state, (*variants, Variant())),
        )
        _seeds(state)
        with st.expander(tell("What all lanes share"), key="what lanes share"):
            st.caption(
                tell("The settings of Explore: “yours” is this experiment, and each lane differs from it in one thing.")
            )
            sidebar.group(state, Settings.knobs(), "main")


def comparison(state: Experiment) -> Comparison:
    """That of the experiment as it is now; begun anew where it or the lanes have changed."""
    variants, n_seeds = _variants(state), state.seeds_at_once
    before = state.comparison
    if before and before.is_of(state.now, variants, n_seeds):
        return before
    try:
        made = Comparison(state.now, variants, state.heard, n_seeds)
    except (KnobError, DomainError) as error:
        # What was there goes on; lanes that suit every pair stand where there is nothing yet.
        state.notice = Notice("text", "error", text=said(error))
        if before and before.is_of(state.now, before.variants, before.n_seeds):
            state.lanes = to_link(before.variants)
            return before
        state.lanes = to_link(WITHOUT_EXAM)
        made = Comparison(state.now, WITHOUT_EXAM, state.heard, n_seeds)
    if before:
        made.take_over(before)
    state.comparison = made
    return made


STACKED = say("All lanes train together as one stack: each is the run that it would be alone, up to rounding.")
ALONE = say(
    "Each lane trains by itself, in lockstep. Lanes stack where small networks for vectors differ in numbers only: not "
    "in norm, width, depth or discrepancy, and none changing on its way."
)


def say_how(shown: Comparison) -> None:
    """Which lanes train as one stack."""
    stacked, alone = [], []
    for group in shown.groups:
        (stacked if len(group) > 1 else alone).extend(told(shown.variants[k].title(shown.base)) for k in group)
    mixed = say(
        "Trained together as one stack, each the run that it would be alone up to rounding: {stacked}. Trained each by "
        "itself, in lockstep: {alone}.",
        stacked=listed(stacked),
        alone=listed(alone),
    )
    st.sidebar.caption(told(ALONE if not stacked else mixed if alone else STACKED))


def lanes(shown: Comparison) -> list[dict[str, Any]]:
    """What the player is told of each lane."""
    return [{"title": told(v.title(shown.base)), "role": v.role(shown.base)} for v in shown.variants]


def _variants(state: Experiment) -> tuple[Variant, ...]:
    """The lanes that are asked for; those of the first preset where none are, or none that can be read."""
    is_labelled = state.pair.target_y is not None
    if state.lanes is not None:
        try:
            variants = from_link(state.lanes)
        except KnobError as error:
            state.notice = Notice("link refused", "error", why=said(error))
        else:
            if is_labelled or Variant(ORACLE) not in variants:
                return variants
    variants = PRESETS["gap"].variants if is_labelled else WITHOUT_EXAM
    state.lanes = to_link(variants)
    return variants


def _set(state: Experiment, variants: tuple[Variant, ...]) -> None:
    state.lanes = to_link(variants)


def _presets(state: Experiment, variants: tuple[Variant, ...]) -> None:
    is_labelled = state.pair.target_y is not None
    known = {name: p for name, p in PRESETS.items() if is_labelled or Variant(ORACLE) not in p.variants}
    known |= lane_paths.presets(state)
    now = next((name for name, preset in known.items() if preset.variants == variants), OWN)
    names = [*known, OWN] if now == OWN else [*known]
    titles = {name: told(preset.title) for name, preset in known.items()} | {OWN: tell("lanes of your own")}
    help = tell(
        "Same data, same first weights, same batches: lanes differ in what is chosen below, and in nothing else."
    )
    chosen = showing("comparison", now, lambda name: name == OWN or _set(state, known[name].variants))
    select(tell("compare"), names, now, format_func=titles.get, help=help, **chosen)
    lane_paths.say_left_out(state, is_chosen=now == lane_paths.BRANCHES)


def _seeds(state: Experiment) -> None:
    help = tell(
        "Each lane is trained from so many seeds, the others in the background: other first weights and batches, and "
        "of built-in domains other samples. Curves become the median and a band from the lowest to the highest."
    )
    chosen = showing("seeds", state.seeds_at_once, lambda n: setattr(state, "seeds_at_once", n))
    titles = {n: tell_many("one seed", "{n} seeds at once", n) for n in CHOICES}
    select(tell("seeds"), CHOICES, state.seeds_at_once, format_func=titles.get, help=help, **chosen)


def _lane(state: Experiment, variants: tuple[Variant, ...], number: int, variant: Variant) -> None:
    """What a lane differs in, to which value, and a way to take it out."""

    def become(other: Variant) -> None:
        _set(state, (*variants[:number], other, *variants[number + 1 :]))

    knobs = {k.name: k for k in Settings.knobs() if k.name not in COMMON}
    branches = lane_paths.choices(state)

    def choose(name: str) -> None:
        become(branches.get(name) or _first(state.settings, name))

    names = [YOURS, *([ORACLE] if state.pair.target_y is not None else []), METHOD, *branches, PATH, *knobs]
    titles = {YOURS: tell("nothing: yours"), ORACLE: tell("its labels: an oracle"), METHOD: tell("method")}
    titles |= {PATH: told(lane_paths.CHANGES)} | {name: told(knob.label) for name, knob in knobs.items()}
    rest = (*variants[:number], *variants[number + 1 :])
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall", key=f"row.lane {number}"):
        with st.container(width="stretch"):
            chosen = showing(f"lane {number}", variant.name, choose)
            label = tell("lane {n} differs in", n=number + 1)
            select(label, names, variant.name, format_func=lambda name: titles.get(name, name), **chosen)
        st.button(
            "✕",
            key=f"without lane {number}",
            help=tell("Take lane {n} out", n=number + 1),
            disabled=len(variants) == FEWEST,
            on_click=_set,
            args=(state, rest),
        )
    if variant.name == METHOD:
        methods = [*METHODS]
        shared = showing(f"lane {number} method", variant.value, lambda name: become(Variant(METHOD, name)))
        label = {"label": tell("method of lane {n}", n=number + 1), "label_visibility": "collapsed"}
        select(options=methods, value=variant.value, format_func=_title, **label, **shared)
    elif variant.name == PATH:
        lane_paths.edit(state, number, variant, become)
    elif variant.name in knobs:
        settings = variant.settings(state.settings)
        control(settings, knobs[variant.name], lambda n, v: become(Variant(n, v)), place=f"lane {number} ")


def _title(name: str) -> str:
    return told(METHODS[name].title)


def _first(settings: Settings, name: str) -> Variant:
    """A lane that differs in that, with a value to begin with."""
    if name in (YOURS, ORACLE):
        return Variant(name)
    if name == METHOD:
        return Variant(METHOD, "source-only")
    if name == PATH:
        return lane_paths.first(settings)
    return Variant(name, getattr(settings, name))
