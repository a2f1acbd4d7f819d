"""The Sweep page: the map that fills, where adapting works on it, and the results to take away."""

from __future__ import annotations

import io
from functools import partial
from typing import Any

import streamlit as st

from dann_core.language import say
from dann_core.sweeps.axis import cell_text
from dann_core.sweeps.selection import MEASURED_CORRELATIONS, SCORES
from dann_core.sweeps.sweep import MEASURES, Measure, Plan, Sweep
from server.experiment import Experiment
from server.place import engine
from ui import phase_map, sweep_cell, sweep_charts, sweep_plan
from ui.controls import kept, select
from ui.language import tell, tell_many, told, worded
from ui.plot import chart
from ui.text import duration, listed, plain

TICK_SECONDS = 1.0
HEIGHT = 430
PHASE, MEAN, SPREAD = "phase", "mean", "spread"
SIDES = {PHASE: say("phase"), MEAN: say("mean"), SPREAD: say("spread")}
SIDE, MEASURE = "sweep shown", "sweep measure"


def draw(state: Experiment) -> None:
    """The whole page, for the experiment that Explore shows."""
    sweep = state.sweep
    with st.sidebar:
        plan = sweep_plan.draw(state)
        _start(state, sweep, plan)
    st.subheader(tell("Sweep"), anchor=False)
    if sweep is None:
        st.info(
            tell(
                "Nothing is swept yet. Choose a map in the sidebar (» on a phone), or what else to vary, and press "
                "Start: every combination of the values is trained with several seeds and beside each the same run "
                "without adaptation. The map fills meanwhile and says where adapting works, where it swaps classes and "
                "where it does nothing; every cell opens as a film or as a run. You can stop at any time. All other "
                "settings are those of the experiment on Explore."
            ),
            icon=":material/grid_on:",
        )
    else:
        seen = sweep.running, sweep.version
        st.fragment(_progress, run_every=TICK_SECONDS if sweep.running else None)(sweep, seen)
        st.fragment(_results)(state, sweep)
    _explain()


def _start(state: Experiment, sweep: Sweep | None, plan: Plan | None) -> None:
    running = sweep is not None and sweep.running
    # No callback, whose plan would be that of the page before a value was typed.
    started = st.button(
        tell("Start"),
        icon=":material/play_arrow:",
        type="primary",
        width="stretch",
        disabled=plan is None or running,
        key="start sweep",
    )
    if started and plan is not None:
        _turn_to(state, Sweep(plan, engine()))
        state.sweep.start()
        st.rerun()
    if state.sweep_before is not None:
        st.button(
            tell("The sweep before"),
            icon=":material/undo:",
            width="stretch",
            disabled=running,
            on_click=_turn_to,
            args=(state, state.sweep_before),
            help=tell("Bring it back, with what is done of it."),
        )


def _turn_to(state: Experiment, sweep: Sweep) -> None:
    state.sweep, state.sweep_before = sweep, state.sweep
    # What was chosen of the other one may not exist in this one.
    state.sweep_cell.clear()
    for key in [k for k in st.session_state if k in (MEASURE, SIDE)]:
        del st.session_state[key]


def _results(state: Experiment, sweep: Sweep) -> None:
    measure, how = _measure(sweep)
    axes = sweep.plan.axes
    if how == PHASE:
        gains = {cell: sweep.gain(cell) for cell in sweep.plan.cells()}
        failed = {tuple(row[n] for n in sweep.plan.names): row["reason"] for row in _failed(sweep)}
        spec = phase_map.chart(axes, gains, failed, height=HEIGHT)
        surest = max(filter(gains.get, gains), key=lambda cell: gains[cell].mean - gains[cell].noise, default=None)
        shows, best = tell("what adapting did"), surest
    else:
        spec = sweep_charts.chart(axes, sweep.cells(measure.name), measure, spread=how == SPREAD, height=HEIGHT)
        shows, best = told(measure.label), sweep.best(measure.name)
    choose = partial(sweep_cell.choose, state, sweep)
    left, right = st.columns([3, 2])
    with left:
        if how == PHASE:
            st.html(phase_map.legend())
        alt = tell("{shown} over {axes}", shown=shows, axes=listed(told(axis.label) for axis in sweep.plan.axes))
        chart(spec, "sweep", alt, choose)
        clicked = tell("A click chooses the cell whose numbers are shown.")
        st.caption(f"{clicked} {told(phase_map.STATED)}" if how == PHASE else clicked)
    with right:
        case = sweep_cell.draw(state, sweep, best)
    sweep_cell.film(sweep, case)
    _failures(sweep)
    _downloads(sweep)


def _progress(sweep: Sweep, seen: tuple[bool, int]) -> None:
    """What moves while workers train; the page is drawn anew when results or the end have come since it has `seen`."""
    sweep.poll()
    left = sweep.seconds_left
    texts = [tell("{done:,} of {total:,} experiments", done=sweep.done, total=sweep.total)]
    if sweep.running:
        texts.append(tell("starting…") if left is None else tell("about {time} left", time=duration(left)))
    else:
        texts.append(tell("stopped") if sweep.done < sweep.total else tell("done"))
    if sweep.failed:
        texts.append(tell("{n:,} failed", n=sweep.failed))
    with st.container(horizontal=True, vertical_alignment="center", key="sweep-transport"):
        st.button(tell("Stop"), icon=":material/stop:", on_click=sweep.stop, disabled=not sweep.running)
        if not sweep.running and sweep.done < sweep.total:
            st.button(tell("Continue"), icon=":material/resume:", type="primary", on_click=sweep.start)
        elif not sweep.running and sweep.failed:
            st.button(tell("Try the failed again"), icon=":material/refresh:", on_click=sweep.start)
        st.progress(sweep.done / sweep.total, text=" · ".join(texts))
    if (sweep.running, sweep.version) != seen:
        st.rerun()


def _measure(sweep: Sweep) -> tuple[Measure, str]:
    """By what the cells are compared, and which of its sides is drawn."""
    sides = [MEAN, SPREAD] if len(sweep.plan.axes) == 2 else [MEAN]
    if sweep.plan.labelled and len(sweep.plan.axes) == 2:
        sides = [PHASE, *sides]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        side, shared = kept(SIDE, sides)
        how = st.segmented_control(
            tell("show"), sides, default=side, required=True, format_func=lambda s: told(SIDES[s]), **shared
        )
        names = [m.name for m in sweep.measures]
        name = select(
            tell("measure"),
            names,
            names[0],
            format_func=lambda n: told(MEASURES[n].label),
            key=worded(MEASURE),
            width=260,
            disabled=how == PHASE,
        )
    if how == PHASE:
        name = "target_accuracy"
    elif name == "target_accuracy":
        st.caption(tell("Target accuracy is an exam: it reads labels that a real target does not have."))
    else:
        blind, lower = tell("This measure reads no target label."), tell("Lower is better.")
        st.caption(f"{blind} {lower}" if _lower(name) else blind)
    return MEASURES[name], how


def _lower(name: str) -> bool:
    return MEASURES[name].higher_is_better is False


def _failed(sweep: Sweep) -> list[dict[str, Any]]:
    """The rows of the cells with experiments that failed."""
    return sweep.cells("source_accuracy").query("failed > 0").to_dict("records")


def _failures(sweep: Sweep) -> None:
    if failed := _failed(sweep):
        label = tell_many("{n} cell with failures", "{n} cells with failures", len(failed))
        with st.expander(label, key="failures"):
            for row in failed:
                st.markdown(
                    tell(
                        "**{cell}** ({n} of {seeds} seeds): {reason}",
                        cell=cell_text(sweep.plan.axes, [row[n] for n in sweep.plan.names]),
                        n=row["failed"],
                        seeds=sweep.plan.seeds,
                        reason=plain(told(row["reason"])),
                    )
                )


def _downloads(sweep: Sweep) -> None:
    if sweep.running or not sweep.done:
        return
    frame, parquet = sweep.frame(), io.BytesIO()
    frame.to_parquet(parquet, index=False)
    with st.container(horizontal=True):
        st.download_button(
            "CSV", frame.to_csv(index=False), "sweep.csv", "text/csv", icon=":material/download:", on_click="ignore"
        )
        st.download_button(
            "Parquet", parquet.getvalue(), "sweep.parquet", icon=":material/download:", on_click="ignore"
        )


def _explain() -> None:
    label = tell("Scores that need no target labels: what each means, and what it was worth")
    with st.expander(label, key="scores"):
        for score in SCORES.values():
            facts = {"score": score.label, "help": plain(told(score.help))}
            st.markdown(
                tell("**{score}** (higher is better). {help}", **facts)
                if score.higher_is_better
                else tell("**{score}** (lower is better). {help}", **facts)
            )
            measured = MEASURED_CORRELATIONS.get(score.name, {})
            st.caption(
                tell(
                    "Rank correlation with the true target accuracy, +1 agrees: {worth}. Source: {source}.",
                    worth=listed(f"{domain} {value:+.2f}" for domain, value in measured.items()),
                    source=score.source,
                )
            )
