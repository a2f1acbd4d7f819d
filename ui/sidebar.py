"""The left side of Explore: which domains, and the knobs."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from dann_core import domains
from dann_core.method import networks
from dann_core.settings import GROUPS, Settings
from dann_core.settings.knobs import Knob
from ui import upload, visitors
from ui.controls import control, showing
from ui.experiment import Experiment, engine
from ui.parts import part
from ui.text import STANDARDISED

UPLOAD = "upload"
TURNED_LIVE = ("gamma", "lambda_max", "learning_rate")
"""What people turn while they watch."""


def draw(state: Experiment) -> None:
    """Domains, the three main knobs, and everything else under "more"."""
    with st.sidebar:
        _domain(state)
        knobs = {k.name: k for k in Settings.knobs()}
        for knob in knobs.values():
            if knob.group == "main":
                _knob(state, knob)
        # Thirty controls that nobody looks at would be half of what a click costs the server.
        more = st.expander("More", key="more", on_change="rerun")
        if more.open:
            with more:
                _more(state, knobs.values())
        _size(state)


def _knob(state: Experiment, knob: Knob) -> None:
    if knob.name in TURNED_LIVE:
        _live_knob(state, knob, state.settings)
    else:
        control(state.settings, knob, state.change)


@part()
def _live_knob(state: Experiment, knob: Knob, on_the_page: Settings) -> None:
    """While frames come, turning it draws nothing else anew."""
    control(state.settings, knob, state.change, buttons=True)
    visitors.share(state)
    if state.settings != on_the_page and not state.run.playing:
        st.rerun()


def _more(state: Experiment, knobs: Iterable[Knob]) -> None:
    for group, title in list(GROUPS.items())[1:]:
        st.caption(f"**{title}**")
        for knob in knobs:
            if knob.group == group:
                _knob(state, knob)


def _domain(state: Experiment) -> None:
    titles = {name: domains.get(name).title for name in domains.names()}
    titles[UPLOAD] = "Your own two files…"

    def choose(name: str) -> None:
        if name == UPLOAD:
            upload.open_panel()
            return
        upload.close_panel()
        if state.domain is None or name != state.domain.key:
            state.choose(name)

    is_open = upload.panel().is_open
    now = UPLOAD if is_open or state.domain is None else state.domain.key
    where, shared = list(titles).index(now), showing("domain", now, choose)
    st.selectbox("source and target domain", list(titles), where, format_func=titles.get, **shared)
    if is_open:
        return
    if state.domain is None:
        st.button("Other files", icon=":material/upload_file:", width="stretch", on_click=upload.open_panel)
        st.caption("An uploaded pair stays in this session: the link cannot hold it.")
        return
    with st.popover("About these domains", width="stretch", icon=":material/tune:"):
        st.write(state.domain.summary)
        for knob in state.domain.knobs():
            control(state.domain, knob, state.change_domain)


def _size(state: Experiment) -> None:
    cost = networks.cost(state.pair.sample_shape, state.pair.n_classes, state.settings)
    st.caption(
        f"{cost.parameters:,} parameters ({cost.discriminator_parameters:,} of them the discriminator's), "
        f"{cost.megabytes:,.1f} MB to train; {cost.feature_dim:,} features. "
        + STANDARDISED[state.settings.standardisation]
        + f" Trained {engine().where}."
    )
