"""The Sweep page: the map that fills, where adapting works on it, and the results to take away."""

from __future__ import annotations

import io
from functools import partial
from typing import Any

import streamlit as st

from dann_core.sweeps.axis import cell_text
from dann_core.sweeps.selection import MEASURED_CORRELATIONS, SCORES
from dann_core.sweeps.sweep import MEASURES, Measure, Plan, Sweep
from server.experiment import Experiment
from server.place import engine
from ui import phase_map, sweep_cell, sweep_charts, sweep_plan
from ui.plot import chart
from ui.text import duration, plain

TICK_SECONDS = 1.0
HEIGHT = 430
PHASE, MEAN, SPREAD = "phase", "mean", "spread"


def draw(state: Experiment) -> None:
    """The whole page, for the experiment that Explore shows."""
    sweep = state.sweep
    with st.sidebar:
        plan = sweep_plan.draw(state)
        _start(state, sweep, plan)
    st.subheader("Sweep", anchor=False)
    if sweep is None:
        st.info(
            "Nothing is swept yet. Choose a map in the sidebar (» on a phone), or what else to vary, and press Start: "
            "every combination of the values is trained with several seeds and beside each the same run without "
            "adaptation. The map fills meanwhile and says where adapting works, where it swaps classes and where it "
            "does nothing; every cell opens as a film or as a run. You can stop at any time. All other settings are "
            "those of the experiment on Explore.",
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
        "Start", icon=":material/play_arrow:", type="primary", width="stretch", disabled=plan is None or running
    )  # fmt: skip
    if started and plan is not None:
        _turn_to(state, Sweep(plan, engine()))
        state.sweep.start()
        st.rerun()
    if state.sweep_before is not None:
        st.button(
            "The sweep before", icon=":material/undo:", width="stretch", disabled=running,
            on_click=_turn_to, args=(state, state.sweep_before), help="Bring it back, with what is done of it.",
        )  # fmt: skip


def _turn_to(state: Experiment, sweep: Sweep) -> None:
    state.sweep, state.sweep_before = sweep, state.sweep
    # What was chosen of the other one may not exist in this one.
    state.sweep_cell.clear()
    for key in [k for k in st.session_state if k in ("sweep measure", "sweep shown")]:
        del st.session_state[key]


def _results(state: Experiment, sweep: Sweep) -> None:
    measure, how = _measure(sweep)
    axes = sweep.plan.axes
    if how == PHASE:
        gains = {cell: sweep.gain(cell) for cell in sweep.plan.cells()}
        failed = {tuple(row[n] for n in sweep.plan.names): row["reason"] for row in _failed(sweep)}
        spec = phase_map.chart(axes, gains, failed, height=HEIGHT)
        surest = max(filter(gains.get, gains), key=lambda cell: gains[cell].mean - gains[cell].noise, default=None)
        alt, best = "what adapting did", surest
    else:
        spec = sweep_charts.chart(axes, sweep.cells(measure.name), measure, spread=how == SPREAD, height=HEIGHT)
        alt, best = measure.label, sweep.best(measure.name)
    choose = partial(sweep_cell.choose, state, sweep)
    left, right = st.columns([3, 2])
    with left:
        if how == PHASE:
            st.html(phase_map.legend())
        chart(spec, "sweep", f"{alt} over {', '.join(sweep.plan.names)}", choose)
        st.caption("A click chooses the cell whose numbers are shown." + (phase_map.STATED if how == PHASE else ""))
    with right:
        case = sweep_cell.draw(state, sweep, best)
    sweep_cell.film(sweep, case)
    _failures(sweep)
    _downloads(sweep)


def _progress(sweep: Sweep, seen: tuple[bool, int]) -> None:
    """What moves while workers train; the page is drawn anew when results or the end have come since it has `seen`."""
    sweep.poll()
    left = sweep.seconds_left
    text = f"{sweep.done:,} of {sweep.total:,} experiments"
    if sweep.running:
        text += " · starting…" if left is None else f" · about {duration(left)} left"
    elif sweep.done < sweep.total:
        text += " · stopped"
    else:
        text += " · done"
    if sweep.failed:
        text += f" · {sweep.failed:,} failed"
    with st.container(horizontal=True, vertical_alignment="center", key="sweep-transport"):
        st.button("Stop", icon=":material/stop:", on_click=sweep.stop, disabled=not sweep.running)
        if not sweep.running and sweep.done < sweep.total:
            st.button("Continue", icon=":material/resume:", type="primary", on_click=sweep.start)
        elif not sweep.running and sweep.failed:
            st.button("Try the failed again", icon=":material/refresh:", on_click=sweep.start)
        st.progress(sweep.done / sweep.total, text=text)
    if (sweep.running, sweep.version) != seen:
        st.rerun()


def _measure(sweep: Sweep) -> tuple[Measure, str]:
    """By what the cells are compared, and which of its sides is drawn."""
    sides = [MEAN, SPREAD] if len(sweep.plan.axes) == 2 else [MEAN]
    if sweep.plan.labelled and len(sweep.plan.axes) == 2:
        sides = [PHASE, *sides]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        how = st.segmented_control("show", sides, default=sides[0], required=True, key="sweep shown")
        name = st.selectbox(
            "measure",
            [m.name for m in sweep.measures],
            format_func=lambda n: MEASURES[n].label,
            key="sweep measure",
            width=260,
            disabled=how == PHASE,
        )
    if how == PHASE:
        name = "target_accuracy"
    elif name == "target_accuracy":
        st.caption("Target accuracy is an exam: it reads labels that a real target does not have.")
    else:
        st.caption("This measure reads no target label." + (" Lower is better." if _lower(name) else ""))
    return MEASURES[name], how


def _lower(name: str) -> bool:
    return MEASURES[name].higher_is_better is False


def _failed(sweep: Sweep) -> list[dict[str, Any]]:
    """The rows of the cells with experiments that failed."""
    return sweep.cells("source_accuracy").query("failed > 0").to_dict("records")


def _failures(sweep: Sweep) -> None:
    if failed := _failed(sweep):
        with st.expander(f"{len(failed)} {'cell' if len(failed) == 1 else 'cells'} with failures"):
            for row in failed:
                where = cell_text(sweep.plan.axes, [row[n] for n in sweep.plan.names])
                st.markdown(f"**{where}** ({row['failed']} of {sweep.plan.seeds} seeds): {plain(row['reason'])}")


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
    with st.expander("Scores that need no target labels: what each means, and what it was worth"):
        for score in SCORES.values():
            better = "higher" if score.higher_is_better else "lower"
            measured = MEASURED_CORRELATIONS.get(score.name, {})
            worth = ", ".join(f"{domain} {value:+.2f}" for domain, value in measured.items())
            st.markdown(f"**{score.label}** ({better} is better). {plain(score.help)}")
            st.caption(f"Rank correlation with the true target accuracy, +1 agrees: {worth}. Source: {score.source}.")
