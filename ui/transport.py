"""What steers a run: Play, Pause, Step, Reset, Undo, the speed, and what the figures mean."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ui import visitors
from ui.experiment import SPEEDS, Experiment
from ui.parts import part
from ui.readings import FIGURES
from ui.text import plain

TRANSPORT, STAGE = "transport", "stage"
"""The page's parts that are drawn anew by themselves: these buttons, and the live view below them."""


@part(TRANSPORT)
def draw(state: Experiment) -> None:
    """The row of buttons above the live view, and the notice of what they did."""
    _row(state)
    if state.notice:
        stays = {"warning": st.warning, "error": st.error}
        stays.get(state.notice.level, st.toast)(plain(state.notice.text))
        if state.notice.level not in stays:
            state.notice = None


def _row(state: Experiment) -> None:
    run = state.run
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="transport"):
        with st.container(key="play-first" if not state.touched else "play", width="content"):
            st.button(
                "Play",
                icon=":material/play_arrow:",
                type="primary",
                on_click=steer,
                args=(_play, state),
                shortcut="P",
                disabled=run.playing or run.finished,
                help="Train until max_iter.",
            )
        st.button("Pause", icon=":material/pause:", on_click=run.pause, shortcut="A", disabled=not run.playing)
        st.button(
            "Step",
            icon=":material/skip_next:",
            on_click=steer,
            args=(run.step,),
            shortcut="S",
            disabled=run.playing or run.finished,
            help="Train one iteration.",
        )
        untouched = run.iteration == 0 and run.still and not run.failure
        st.button(
            "Reset",
            icon=":material/restart_alt:",
            on_click=steer,
            args=(state.reset,),
            disabled=untouched,
        )
        st.button(
            "Undo",
            icon=":material/undo:",
            on_click=_undo,
            args=(state,),
            shortcut="U",
            disabled=not state.kept,
            help="Bring back the run before the last rebuild or reset.",
        )
        st.select_slider(
            "speed",
            list(SPEEDS),
            value=state.speed,
            key="speed",
            on_change=_speed,
            args=(state,),
            width=230,
            help="Iterations a frame: slow 1, calm 5, steady 20; normal: as many as are trained meanwhile.",
        )
        with st.popover("Figures", icon=":material/help:", help="What the figures mean."):
            st.markdown("\n\n".join(f"**{figure.label}**: {figure.meaning}" for figure in FIGURES))


def steer(do: Callable[..., None], *args: Any) -> None:
    """A button's callback: `do` it, then draw the buttons and the live view, and nothing else."""
    visitors.insist_on_place()
    do(*args)
    asked = get_script_run_ctx().fragment_ids_this_run
    # What else has been asked for meanwhile would not be drawn.
    st.rerun([TRANSPORT, STAGE] if asked and len(asked) == 1 else "app")


def _undo(state: Experiment) -> None:
    state.undo()
    # That run has settings of its own, which stand in the sidebar.
    st.rerun()


def _play(state: Experiment) -> None:
    state.touched = True
    state.notice = None
    state.run.iterations_per_frame = SPEEDS[state.speed]
    state.run.play()


def _speed(state: Experiment) -> None:
    state.speed = st.session_state.speed
    state.run.iterations_per_frame = SPEEDS[state.speed]
