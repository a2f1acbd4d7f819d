"""The shelf on every page: this visitor's ended runs, in an expander of the sidebar that costs nothing while closed."""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Sequence
from functools import partial
from html import escape
from typing import Any

import streamlit as st

from dann_core.language import Text, say
from dann_core.settings.variants import to_link
from server.branch_lanes import shelved_lanes
from server.experiment import Experiment
from server.shelf import LONGEST_NAME, MOST_RUNS, MOST_SHOWN, Shelf, Shelved
from server.shelf_told import curves, curves_csv, letter, table_csv
from ui.controls import kept, select, showing
from ui.language import tell, tell_many, told, worded
from ui.text import plain

EMPTY = say(
    "Runs that reach their end come here by themselves, to be named, laid over other runs' curves and opened again. "
    "Press Play on Explore or Compare."
)
GONE = say("The data of this run are no longer kept here: drop the files again, as “Your own two files”.")

SIDE = 56
"""Pixels of a run's picture."""

EXAM_SORT = "target accuracy"
SORTS: dict[str, tuple[Text, Callable[[Shelved], Any]]] = {
    "newest": (say("newest first"), lambda s: -s.ended),
    "name": (say("name"), lambda s: s.name.casefold()),
    EXAM_SORT: (
        say("target accuracy (exam)"),
        lambda s: math.inf if s.target_accuracy is None else -s.target_accuracy,
    ),
    "domain": (say("domain"), lambda s: (s.domain.title if s.domain else s.title).casefold()),
}

CHOSEN, SORT, WITH_EXAM, OPENED = "shelf run", "shelf sort", "shelf exam", "shelf open"


def overlays(state: Experiment | None) -> list[dict[str, Any]]:
    """The curves that a player lays over its own."""
    known = curves(state.shelf.shown, exam=_has_exam(state)) if state else []
    return [curve | {"name": told(curve["name"])} for curve in known]


def draw(state: Experiment | None) -> None:
    """The panel; without an experiment of their own, a visitor has nothing on it yet."""
    with st.sidebar:
        # Each page makes its own, as the one before was left.
        st.session_state.setdefault("shelf", st.session_state.get(OPENED, False))
        place = st.expander(tell("Shelf"), key=worded("shelf"), on_change=_keep_open, icon=":material/shelves:")
    if not place.open:
        return
    with place:
        if state is None or not (len(state.shelf) or state.shelf.deleted):
            st.caption(told(EMPTY))
            return
        _undo(state.shelf)
        if len(state.shelf):
            _list(state)


def _keep_open() -> None:
    st.session_state[OPENED] = st.session_state["shelf"]


def _list(state: Experiment) -> None:
    shelf = state.shelf
    if shelf.is_full:
        st.caption(
            tell("All {n} places hold pinned runs: a new one finds no place until one is unpinned.", n=MOST_RUNS)
        )
    # In blind mode, the order would give away what is sealed.
    sorts = [name for name in SORTS if name != EXAM_SORT or not state.blind.is_sealed]
    now, shared = kept(SORT, sorts)
    sort = select(tell("sort by"), sorts, now, format_func=lambda n: told(SORTS[n][0]), **shared)
    runs = sorted(reversed(shelf.kept), key=SORTS[sort][1])
    st.caption(tell("Tick up to {n} to lay their curves, dashed, over those of Explore and Compare.", n=MOST_SHOWN))
    is_crowded = len(shelf.shown) == MOST_SHOWN
    for shelved in runs:
        _row(state, shelved, is_crowded)
    if any(s.target_accuracy is not None for s in runs) and not state.blind.is_sealed:
        help = tell("Accuracies on the target, here, in the curves and in the files. They use the target's labels.")
        shared = showing(WITH_EXAM, _has_exam(state), lambda on: st.session_state.update({WITH_EXAM: on}))
        st.toggle(tell("exam figures"), _has_exam(state), help=help, **shared)
    _downloads(runs, exam=_has_exam(state))


def _row(state: Experiment, shelved: Shelved, is_crowded: bool) -> None:
    """Whether its curves are shown, its figures, and, for the one that was chosen, what can be done with it."""
    shelf, id_ = state.shelf, shelved.id
    is_chosen = st.session_state.get(CHOSEN) == id_
    with st.container(horizontal=True, vertical_alignment="top", gap="xsmall", key=f"row.shelf {id_}"):
        with st.container(width="stretch", gap=None):
            is_shown = shelved.slot is not None
            marks = (f"**{letter(shelved)}** " if is_shown else "") + (":material/keep: " if shelved.pinned else "")
            st.checkbox(
                marks + plain(told(shelved.name)),
                is_shown,
                disabled=is_crowded and not is_shown,
                **showing(f"shelf {id_} shown", is_shown, lambda on: shelf.show(id_, on)),
            )
            st.html(_picture(shelved), width="content")
            st.caption(_figures(shelved, exam=_has_exam(state)))
        st.button(
            tell("Close") if is_chosen else tell("Edit"),
            type="tertiary",
            key=f"shelf {id_} more",
            on_click=lambda: st.session_state.update({CHOSEN: None if is_chosen else id_}),
        )
    if is_chosen:
        _actions(state, shelved)


def _actions(state: Experiment, shelved: Shelved) -> None:
    shelf, id_ = state.shelf, shelved.id
    renaming = showing(f"shelf {id_} name", shelved.name, lambda name: shelf.rename(id_, name))
    st.text_input(tell("name of this run"), told(shelved.name), max_chars=LONGEST_NAME, **renaming)
    with st.container(horizontal=True, gap="xsmall", key=f"actions.shelf {id_}"):
        st.button(
            tell("Unpin") if shelved.pinned else tell("Pin"),
            icon=":material/keep:",
            key=f"shelf {id_} pin",
            help=tell("A pinned run stays when the shelf is full."),
            on_click=shelf.pin,
            args=(id_, not shelved.pinned),
        )
        opens = st.button(
            tell("Open"),
            icon=":material/play_arrow:",
            key=f"shelf {id_} open",
            help=tell("On Explore, at iteration 0."),
        )
        lanes = shelved_lanes(shelved)
        compares = lanes and st.button(
            tell("Repeat on Compare"),
            icon=":material/compare_arrows:",
            key=f"shelf {id_} compare",
            help=tell("With the changes that were made while it ran, beside the same run without them."),
        )
        st.button(
            tell("Delete"),
            icon=":material/delete:",
            key=f"shelf {id_} delete",
            on_click=shelf.delete,
            args=(id_,),
        )
    if opens or compares:
        if state.open_shelved(shelved):
            if compares:
                state.lanes = to_link(lanes)
            st.switch_page("compare.py" if compares else "explore.py")
        st.warning(told(GONE))


def _undo(shelf: Shelf) -> None:
    if shelf.deleted:
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="shelf undo"):
            st.caption(tell("Deleted: {name}", name=plain(told(shelf.deleted.name))), width="stretch")
            st.button(tell("Undo"), icon=":material/undo:", key="shelf undo last", on_click=shelf.undo)


def _picture(shelved: Shelved) -> str:
    """Its last features, as an image that the page only shows; white, as its colours were made for."""
    alt = escape(
        tell("features at its end: dots source, triangles target; colours are classes, the target's as predicted")
    )
    source = f"data:image/svg+xml;base64,{base64.b64encode(shelved.picture).decode()}"
    style = "display:block;border-radius:4px;border:1px solid #b5b7c0"
    return f'<img src="{source}" alt="{alt}" title="{alt}" width="{SIDE}" height="{SIDE}" style="{style}">'


def _figures(shelved: Shelved, *, exam: bool) -> str:
    known = []
    if exam and shelved.target_accuracy is not None:
        figures = {"accuracy": shelved.target_accuracy, "twin": shelved.source_only}
        known.append(
            tell("target {accuracy:.1%} (exam)", **figures)
            if shelved.source_only is None
            else tell("target {accuracy:.1%}, source-only {twin:.1%} (exam)", **figures)
        )
    known.append(tell("source {accuracy:.1%}", accuracy=shelved.figure("source_accuracy")))
    known.append(tell_many("{n:,} iteration", "{n:,} iterations", shelved.iteration))
    return plain(" · ".join(known))


def _downloads(kept: Sequence[Shelved], *, exam: bool) -> None:
    with st.container(horizontal=True, gap="xsmall", key="shelf files"):
        for name, title, make, help in (
            ("table", tell("Table"), table_csv, tell("A CSV with one line a run: name, link, figures.")),
            (
                "curves",
                tell("Curves"),
                curves_csv,
                tell("A CSV with one line a value: run, curve, iteration, value."),
            ),
        ):
            st.download_button(
                title,
                partial(make, kept, exam=exam),
                f"shelf-{name}.csv",
                "text/csv",
                icon=":material/table:",
                help=help,
                key=f"shelf {name}",
                on_click="ignore",
            )


def _has_exam(state: Experiment) -> bool:
    """Whether what target labels say is shown: a choice, but in blind mode never."""
    return st.session_state.get(WITH_EXAM, True) and not state.blind.is_sealed
