"""The left side of Explore: which domains, and the knobs."""

from __future__ import annotations

import sys
from collections.abc import Iterable

import streamlit as st

from dann_core import domains
from dann_core.domains.plane import BY_HAND
from dann_core.settings import GROUPS, Settings
from dann_core.settings.knobs import Knob
from dann_core.settings.methods import METHODS, method_of
from server.experiment import Experiment
from server.place import engine
from server.view import View
from ui import results, upload
from ui.controls import control, select, showing
from ui.language import tell, told, worded
from ui.text import STANDARDISED

UPLOAD = "upload"
OWN = "own"
MISTAKES = "mistake"
TURNED_LIVE = ("gamma", "lambda_max", "learning_rate")
"""What people turn while they watch."""


def draw(state: Experiment, view: View) -> None:
    """Domains, the three main knobs, and everything else under "more"; or those of them that the view shows."""
    with st.sidebar:
        if view.shows("domain"):
            domain(state, with_shift=view.shows("shift"))
        elif view.shows("shift") and state.domain is not None:
            _shift(state)
        knobs = Settings.knobs()
        group(state, [knob for knob in knobs if view.shows(knob.name)], "main")
        if view.shows("method"):
            _method(state)
        if view.controls:
            _named(state, [knob for knob in knobs if knob.group != "main" and view.shows(knob.name)])
        if view.shows("more"):
            _more(state, knobs)
        if view.shows("blind"):
            _blind(state)
        if view.shows("away"):
            results.draw(state)


def _named(state: Experiment, knobs: Iterable[Knob]) -> None:
    """Settings of More that a view lists by their names."""
    for knob in knobs:
        control(state.settings, knob, state.change, buttons=knob.name in TURNED_LIVE, place="view")


def _more(state: Experiment, knobs: Iterable[Knob]) -> None:
    # Thirty controls that nobody looks at would be most of what a click costs the server.
    more = st.expander(tell("More"), key=worded("more"), on_change="rerun")
    if more.open:
        with more:
            for name, title in list(GROUPS.items())[1:]:
                if name == MISTAKES and not _is_mistaken(state):
                    continue
                st.caption(f"**{told(title)}**")
                group(state, knobs, name)
            _size(state)


def _is_mistaken(state: Experiment) -> bool:
    """Whether one of the mistakes is being made: nobody else is to come upon them."""
    return any(k.group == MISTAKES for k in state.settings.differences(Settings()))


def _blind(state: Experiment) -> None:
    if state.pair.target_y is None:
        return
    help = tell(
        "Target labels stay on the server. Choose an iteration by the numbers that need none, commit to it in the line "
        "above the pictures, and see what it was worth."
    )
    st.toggle(tell("Blind mode"), state.blind.is_on, help=help, **showing("blind", state.blind.is_on, state.go_blind))


def group(state: Experiment, knobs: Iterable[Knob], name: str) -> None:
    """The knobs of one group of settings."""
    for knob in knobs:
        if knob.group == name:
            control(state.settings, knob, state.change, buttons=knob.name in TURNED_LIVE)


def _method(state: Experiment) -> None:
    names, now = [*METHODS], method_of(state.settings) or OWN
    names += [OWN] if now == OWN else []
    titles = {name: told(method.title) for name, method in METHODS.items()} | {OWN: tell("an objective of your own")}
    sources = [tell("{title}: {source}", title=method.title, source=method.source) for method in METHODS.values()]
    help = tell(
        "What is minimised besides the classification loss; More has every weight. {methods}",
        methods=tell("; ").join(sources),
    )
    shared = {"help": help} | showing("method", now, lambda name: name == OWN or state.use_method(name))
    select(tell("method"), names, now, format_func=titles.get, **shared)


def domain(state: Experiment, *, with_shift: bool = True) -> None:
    """Which two domains, and what shifts between them."""
    titles = {name: told(domains.get(name).title) for name in domains.names()}
    titles[UPLOAD] = tell("Your own two files…")

    def choose(name: str) -> None:
        if name == UPLOAD:
            upload.open_panel()
            return
        upload.close_panel()
        if state.domain is None or name != state.domain.key:
            state.choose(name)

    is_open = upload.panel().is_open
    now = UPLOAD if is_open or state.domain is None else state.domain.key
    shared = showing("domain", now, choose)
    select(tell("source and target domain"), list(titles), now, format_func=titles.get, **shared)
    if is_open:
        return
    if state.domain is None:
        _upload(state)
    elif with_shift:
        _shift(state)


def _shift(state: Experiment) -> None:
    with st.expander(tell("What shifts"), key="what shifts"):
        st.caption(told(state.domain.summary))
        by_hand = [knob for knob in state.domain.knobs() if knob.group == BY_HAND]
        for knob in state.domain.knobs():
            if knob not in by_hand:
                control(state.domain, knob, state.change_domain)
        if by_hand:
            with st.expander(tell("The target, by hand"), key="by hand"):
                st.caption(tell("What “Draw the shift” above the input's picture sets."))
                for knob in by_hand:
                    control(state.domain, knob, state.change_domain)


def _upload(state: Experiment) -> None:
    st.button(tell("Other files"), icon=":material/upload_file:", width="stretch", on_click=upload.open_panel)
    st.caption(tell("An uploaded pair stays on this server until you leave: a link cannot hold it."))

    help = tell(
        "Whoever has this page's link may then watch this run, with its samples and their names, and steer nothing."
    )
    is_shared = state.now.is_shared
    st.toggle(tell("Share this run"), is_shared, help=help, **showing("shared", is_shared, state.share))


def _size(state: Experiment) -> None:
    # Counting parameters needs torch: for the first page of a server, that is loaded in the background.
    if "torch" not in sys.modules:
        return
    from dann_core.method import networks

    cost = networks.cost(state.pair.sample_shape, state.pair.n_classes, state.settings)
    st.caption(
        tell(
            "{parameters:,} parameters ({discriminator:,} of them the discriminator's), {megabytes:,.1f} MB to train; "
            "{features:,} features. {inputs} Trained {where}.",
            parameters=cost.parameters,
            discriminator=cost.discriminator_parameters,
            megabytes=cost.megabytes,
            features=cost.feature_dim,
            inputs=STANDARDISED[state.settings.standardisation],
            where=engine().where,
        )
    )
