"""The Sweep page: what to vary, the map that fills, one cell's numbers, and the results to take away."""

from __future__ import annotations

import io
from typing import Any

import streamlit as st

from dann_core.settings.knobs import KnobError
from dann_core.sweeps.plan import cell_text, numeric_knobs, value_text
from dann_core.sweeps.selection import MEASURED_CORRELATIONS, SCORES
from dann_core.sweeps.sweep import MEASURES, Axis, Measure, Plan, Sweep
from server.experiment import Experiment
from server.place import engine
from server.shown import built_in_pair
from ui import sweep_charts, upload
from ui.controls import showing
from ui.plot import chart
from ui.text import duration, plain

TICK_SECONDS = 1.0
HEIGHT = 430
MOST_AXES = 4
MOST_SEEDS = 50

DEFAULTS = {"gamma": "1, 3, 10, 30", "discriminator_width": "16, 64, 256"}


def default_values(name: str, present: float) -> str:
    """Values to start with: the present one and its surroundings, from the knob's ladder or range."""
    if name in DEFAULTS:
        return DEFAULTS[name]
    knob = numeric_knobs()[name]
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


def draw(state: Experiment) -> None:
    """The whole page, for the experiment that Explore shows."""
    sweep = state.sweep
    with st.sidebar:
        _plan(state, sweep)
    st.subheader("Sweep", anchor=False)
    if sweep is None:
        st.info(
            "Nothing is swept yet. Choose in the sidebar (» on a phone) what to vary and press Start: every "
            "combination of the values is trained with several seeds, the map fills while that runs, and you can stop "
            "at any time. All other settings are those of the experiment on Explore.",
            icon=":material/grid_on:",
        )
    else:
        seen = sweep.running, sweep.version
        st.fragment(_progress, run_every=TICK_SECONDS if sweep.running else None)(sweep, seen)
        st.fragment(_results)(state, sweep)
    _explain()


def _plan(state: Experiment, sweep: Sweep | None) -> None:
    knobs = numeric_knobs()
    name = state.pair.name if state.domain is None else state.domain.title
    st.caption(f"On **{plain(name)}**, with the settings of Explore.")
    value, shared = _remembered(state, "sweep axes", list(DEFAULTS))
    names = st.multiselect(
        "what to vary",
        list(knobs),
        default=value,
        format_func=lambda n: knobs[n].label,
        max_selections=MOST_AXES,
        help="Two make a map, one a line, more are drawn as parallel coordinates.",
        **shared,
    )
    texts = {}
    for n in names:
        value, shared = _remembered(state, f"sweep values {n}", default_values(n, getattr(state.settings, n)))
        help = f"Values with commas between them, or start:stop:count. {knobs[n].help}"
        texts[n] = st.text_input(knobs[n].label, value, help=help, **shared)
    value, shared = _remembered(state, "sweep seeds", 3)
    seeds = st.number_input("seeds a cell", 1, MOST_SEEDS, value, **shared)
    value, shared = _remembered(state, "sweep reverse", False)
    reverse = st.checkbox("Also measure by reverse validation (doubles the time)", value, **shared)
    try:
        base = state.settings
        axes = tuple(Axis.parse(n, text) for n, text in texts.items())
        plan = Plan(base, axes, int(seeds), state.domain, state.pair if state.domain is None else None, reverse)
    except KnobError as error:
        st.error(plain(str(error)))
        plan = None
    if plan is not None:
        st.caption(f"{plan.size:,} experiments of {base.max_iter:,} iterations.")
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


def _remembered(state: Experiment, name: str, default: Any) -> tuple[Any, dict[str, Any]]:
    """What a person has last made of a widget, or the default, and what makes the widget remember."""
    value = state.sweep_form.get(name, default)
    return value, showing(name, value, lambda chosen: state.sweep_form.update({name: chosen}))


def _turn_to(state: Experiment, sweep: Sweep) -> None:
    state.sweep, state.sweep_before = sweep, state.sweep
    # What was chosen of the other one may not exist in this one.
    for key in [k for k in st.session_state if str(k).startswith(("sweep measure", "sweep cell "))]:
        del st.session_state[key]


def _results(state: Experiment, sweep: Sweep) -> None:
    measure, spread = _measure(sweep)
    cells = sweep.cells(measure.name)
    spec = sweep_charts.chart(sweep.plan.axes, cells, measure, spread=spread, height=HEIGHT)
    left, right = st.columns([3, 2])
    with left:
        chart(spec, "sweep", f"{measure.label} over {', '.join(sweep.plan.names)}", lambda place: _choose(sweep, place))
        st.caption("A click chooses the cell whose numbers are shown.")
    with right:
        _cell(state, sweep, measure)
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


def _measure(sweep: Sweep) -> tuple[Measure, bool]:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox(
            "measure",
            [m.name for m in sweep.measures],
            format_func=lambda n: MEASURES[n].label,
            key="sweep measure",
            width=260,
        )
        shown = st.segmented_control(
            "show", ["mean", "spread"], default="mean", required=True, key="sweep shown",
            disabled=len(sweep.plan.axes) != 2,
        )  # fmt: skip
    if name == "target_accuracy":
        st.caption("Target accuracy is an exam: it reads labels that a real target does not have.")
    else:
        st.caption("This measure reads no target label." + (" Lower is better." if _lower(name) else ""))
    return MEASURES[name], shown == "spread"


def _lower(name: str) -> bool:
    return MEASURES[name].higher_is_better is False


def _choose(sweep: Sweep, place: list[int]) -> None:
    for axis, position in zip(sweep.plan.axes, place, strict=True):
        st.session_state[f"sweep cell {axis.name}"] = axis.values[position]


def _cell(state: Experiment, sweep: Sweep, measure: Measure) -> None:
    """Pick a cell, by default the best: its numbers for each seed, and the way to Explore."""
    plan = sweep.plan
    best = sweep.best(measure.name) or plan.cells()[0]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        cell = tuple(
            st.selectbox(
                sweep_charts.label(axis), ["best", *axis.values],
                format_func=lambda v: v if v == "best" else value_text(v), key=f"sweep cell {axis.name}", width=150,
            )
            for axis in plan.axes
        )  # fmt: skip
    cell = tuple(b if v == "best" else v for v, b in zip(cell, best, strict=True))
    st.markdown(f"**{cell_text(plan.names, cell)}**")
    frame = sweep.frame()
    for name, value in zip(plan.names, cell, strict=True):
        frame = frame[frame[name] == value]
    if frame.empty:
        st.caption("No result yet.")
        return
    columns = [m.name for m in sweep.measures]
    told = frame.set_index("seed")[columns].T
    told.index = [MEASURES[name].label + (" %" if MEASURES[name].percent else "") for name in columns]
    texts = [
        [MEASURES[n].text(v) if v == v else "–" for v in row] for n, row in zip(columns, told.to_numpy(), strict=True)
    ]
    told = told.astype(object)
    told.iloc[:, :] = texts
    told.columns = [f"seed {seed}" for seed in told.columns]
    st.dataframe(told, width="stretch", height=35 * (len(columns) + 1) + 3)
    for reason in sorted({text for text in frame["failure"] if text}):
        st.warning(plain(reason), icon=":material/error:")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        first = plan.base.seed
        seed = st.selectbox("seed", range(first, first + plan.seeds), key="sweep cell seed", width=90)
        if st.button("Open on Explore", icon=":material/open_in_new:"):
            settings = plan.settings(cell, seed)
            pair = plan.pair if plan.domain is None else built_in_pair(plan.domain, seed)
            state.open(plan.domain, pair, settings)
            upload.close_panel()
            st.switch_page("explore.py")


def _failures(sweep: Sweep) -> None:
    failed = sweep.cells("source_accuracy").query("failed > 0")
    if len(failed):
        with st.expander(f"{len(failed)} {'cell' if len(failed) == 1 else 'cells'} with failures"):
            for row in failed.to_dict("records"):
                where = cell_text(sweep.plan.names, [row[n] for n in sweep.plan.names])
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
