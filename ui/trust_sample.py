"""One target sample in the panel "Can I trust it?": found by its name, or one of those that are least sure."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from dann_core.live.message import unpack
from dann_core.results.trust import Opinion, find, least_sure, names, votes
from server.experiment import Experiment
from server.trust import Told
from ui import samples
from ui.controls import select
from ui.language import tell, worded
from ui.text import plain

FOUND = 20
"""Samples that a search offers."""


def marked(state: Experiment, known: Told) -> int | None:
    """Which of the drawn target samples is the one that is shown; None if it is not drawn."""
    found = _found(state, known)
    if not found:
        return None
    chosen = st.session_state.get(_key(state))
    return _place(state, chosen if chosen in found else found[0])


def draw(state: Experiment, known: Told) -> None:
    """The search, the sample, and what is told of it."""
    pair, called = state.pair, names(state.pair)
    query = st.text_input(tell("find a target sample by its row or file name"), key=_query_key(state))
    found = _found(state, known)
    if not len(found):
        name = plain(str(called[0]))
        st.caption(tell("No target sample is called so. Names are like {name}.", name=name))
        return
    at = select(
        tell("found") if query.strip() else tell("or look at those least sure"),
        found,
        found[0],
        format_func=lambda i: f"{_called(called[i])}: {pair.class_names[known.run.classes[i]]}",
        key=worded(_key(state)),
    )
    samples.draw(pair, state.now.origin, at)
    st.markdown("\n".join(f"- {line}" for line in _told_of(state, known, at)))
    is_drawn = _place(state, at) is not None
    there, elsewhere = tell("Marked in the pictures above."), tell("Not among the samples that the pictures draw.")
    st.caption(there if is_drawn else elsewhere)


def _query_key(state: Experiment) -> str:
    return f"trust query {state.now.scene}"


def _key(state: Experiment) -> str:
    """Of the choice among what was found: another one for each search."""
    return f"trust sample {state.run.iteration} {state.now.scene} {st.session_state.get(_query_key(state), '')}"


def _found(state: Experiment, known: Told) -> list[int]:
    """Positions of the samples that are offered, for what stands in the search."""
    query = st.session_state.get(_query_key(state), "")
    if query.strip():
        return find(names(state.pair), query, FOUND).tolist()
    return least_sure(known.run, known.seeds or ((known.twin,) if known.twin else ()), FOUND).tolist()


def _place(state: Experiment, at: int) -> int | None:
    """Where a target sample stands among those that the pictures draw; None if it does not."""
    places = np.flatnonzero(unpack(state.run.recording.scene).arrays["target_index"] == at)
    return int(places[0]) if len(places) else None


def _called(name: object) -> str:
    return tell("row {i}", i=name) if isinstance(name, int | np.integer) else str(name)


def _told_of(state: Experiment, known: Told, at: int) -> list[str]:
    pair = state.pair

    def says(opinion: Opinion) -> dict[str, Any]:
        return {"label": plain(pair.class_names[opinion.classes[at]]), "confidence": opinion.confidence[at]}

    lines = [tell("this run: **{label}, {confidence:.0%}**", **says(known.run))]
    if known.twin:
        lines.append(tell("source only: {label}, {confidence:.0%}", **says(known.twin)))
    if known.seeds:
        same = votes(known.run, known.seeds)[at]
        lines.append(tell("other seeds: {same} of {n} say the same", same=same, n=len(known.seeds)))
    if pair.target_y is not None and not state.blind.is_sealed:
        lines.append(tell("its label (exam): {label}", label=plain(pair.class_names[pair.target_y[at]])))
    return lines
