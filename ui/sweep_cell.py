"""One cell of a sweep: its numbers for each seed, what adapting did in it, its run and its film."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from dann_core.language import said
from dann_core.sweeps.axis import cell_text
from dann_core.sweeps.plan import Case
from dann_core.sweeps.sweep import MEASURES, Sweep
from server import films
from server.experiment import Experiment
from server.shown import built_in_pair
from ui import phase_map, upload
from ui.controls import select, showing
from ui.framed import framed
from ui.language import current, tell, told
from ui.sweep_charts import written
from ui.text import plain

LOOK_SECONDS = 1.0
"""Between two looks whether a film is there."""


BEST = "best"


def choose(state: Experiment, sweep: Sweep, place: list[int]) -> None:
    """Take the cell that stands there on the axes."""
    places = zip(sweep.plan.axes, place, strict=True)
    state.sweep_cell |= {axis.name: axis.values[position] for axis, position in places}


def draw(state: Experiment, sweep: Sweep, best: tuple[Any, ...] | None) -> Case:
    """Pick a cell, by default the best, and a seed: the numbers, and the ways to its run and film."""
    plan = sweep.plan
    best = best or plan.cells()[0]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        picked = [
            _choice(state, axis.name, told(axis.label), [BEST, *axis.values], width=150, format_func=_text)
            for axis in plan.axes
        ]
    cell = tuple(b if v == BEST else v for v, b in zip(picked, best, strict=True))
    st.markdown(f"**{told(cell_text(plan.axes, cell))}**")
    if gain := sweep.gain(cell):
        phase = gain.phase
        st.markdown(
            tell(
                "{sign} **{phase}** ({meaning}): {facts}.",
                sign=phase.sign,
                phase=phase.title,
                meaning=phase.meaning,
                facts=tell("; ").join(phase_map.facts(gain)),
            )
        )
    _numbers(sweep, cell)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        seeds = range(plan.base.seed, plan.base.seed + plan.seeds)
        seed = _choice(state, "seed", tell("seed"), seeds, width=90)
        case = plan.case(cell, seed)
        if st.button(
            tell("Open as a run"),
            icon=":material/open_in_new:",
            help=tell("On Explore, at iteration 0."),
            key="open cell",
        ):
            pair = plan.pair if case.domain is None else built_in_pair(case.domain, seed)
            state.open(case.domain, pair, case.settings)
            upload.close_panel()
            st.switch_page("explore.py")
        found = films.find(plan, case.key, current())
        help = tell("The run is trained once more and recorded, and then plays below.")
        if st.button(
            tell("Play as a film"),
            icon=":material/movie:",
            help=help,
            disabled=found is not None and not found.failed,
            key="play cell",
        ):
            films.ask(plan, case, current())
            st.rerun(scope="fragment")
    return case


def _choice(state: Experiment, name: str, label: str, options: Sequence[Any], **how: Any) -> Any:
    """A box that shows what was chosen before, also by a click or before another page came; by default the first."""
    value = state.sweep_cell.get(name, options[0])
    shared = showing(f"sweep cell {name}", value, lambda chosen: state.sweep_cell.update({name: chosen}))
    return select(label, options, value, **how, **shared)


def _text(value: Any) -> str:
    return tell("best") if value == BEST else written(value)


def _numbers(sweep: Sweep, cell: tuple[Any, ...]) -> None:
    frame = sweep.frame()
    for name, value in zip(sweep.plan.names, cell, strict=True):
        frame = frame[frame[name] == value]
    if frame.empty:
        st.caption(tell("No result yet."))
        return
    columns = [m.name for m in sweep.measures]
    names = {name: told(MEASURES[name].label) + (" %" if MEASURES[name].percent else "") for name in columns}
    if sweep.plan.labelled:
        columns.insert(1, "source_only")
        names["source_only"] = tell("the same, source only %")
    text = {name: MEASURES.get(name, MEASURES["target_accuracy"]).text for name in columns}
    table = frame.set_index("seed")[columns].T.astype(object)
    texts = [[text[n](v) if v == v else "–" for v in row] for n, row in zip(columns, table.to_numpy(), strict=True)]
    table.index = [names[name] for name in columns]
    table.iloc[:, :] = texts
    table.columns = [tell("seed {n}", n=seed) for seed in table.columns]
    st.dataframe(table, width="stretch", height=35 * (len(columns) + 1) + 3)
    for reason in sorted({text for text in frame["failure"] if text}):
        st.warning(plain(told(reason)), icon=":material/error:")


def film(sweep: Sweep, case: Case) -> None:
    """The film of that experiment, once somebody has asked for it."""
    found = films.find(sweep.plan, case.key, current())
    # Always there: of what stands below an element that comes or goes, Streamlit's page makes everything anew.
    with st.container(key="cell-film"):
        if found is not None:
            waits = not found.making.done()
            st.fragment(_screen, run_every=LOOK_SECONDS if waits else None)(sweep, case, found, waits)


def _screen(sweep: Sweep, case: Case, found: films.Film, waited: bool) -> None:
    where = tell("{cell}, seed {n}", cell=cell_text(sweep.plan.axes, case.key.cell), n=case.key.seed)
    if not found.making.done():
        st.caption(
            tell(
                "Training {cell} once more and recording it. This takes about as long as a run at full speed …",
                cell=where,
            )
        )
    elif waited:
        st.rerun()
    elif found.failed:
        why = plain(told(said(found.making.exception())))
        st.warning(tell("There is no film of {cell}: {why}", cell=where, why=why), icon=":material/error:")
    else:
        st.caption(tell("The film of {cell}.", cell=where))
        framed("film", found.address, tell("Film: {cell}", cell=where))
