"""The live view of Explore: one frame after the other, at the pace that the server can keep."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dann_core.engine import EngineError
from dann_core.live.run import Run
from ui import panels, readings, transport, turns
from ui.experiment import Experiment
from ui.parts import hand_over, let_go
from ui.plot import put
from ui.text import plain
from ui.upload import draw_page_again

TICK_SECONDS, CROWDED_TICK_SECONDS = 0.75, 2.0
"""From one frame to the next on a page that is alone, and at most. A frame must have ended when the next is asked for:
of frames that overlap, Streamlit's pages keep every chart they ever got."""

SECONDS_A_PAGE = 0.05
"""What a frame may cost the server: with more pages, ticks get longer instead of queueing up."""

FIRST_SNAPSHOT_SECONDS = 3
NEARLY, WITHIN = 0.25, 0.8
"""How much of a tick a frame waits for the slice under way before it is drawn, or for a run's end; and for a run's
first slice, or its end once it is drawn."""

_script_runs = itertools.count()

# Times of the last frames, by their run; a plain dict, since other pages' threads write while one counts.
_drawn_at: dict[int, float] = {}
RECENTLY = 3.0


def draw(state: Experiment) -> None:
    """Everything right of the sidebar, in two parts: most clicks change one or both of them, and nothing else."""
    transport.draw(state)
    _steered_stage(state)


@st.fragment(key=transport.STAGE)
def _steered_stage(state: Experiment) -> None:
    with turns.turn():
        above = st.container()
        _stage(state, _tick, _steered_frame)
        if state.run.failure:
            with above:
                _failure(state, state.run.failure)
    if get_script_run_ctx().fragment_ids_this_run:
        hand_over()


def look_on(state: Experiment, places: int, try_again: Callable[[], None]) -> None:
    """For people who find every place taken: a run that nobody steers, until they `try_again`."""
    with st.container(horizontal=True, vertical_alignment="center", key="full"):
        st.warning(
            f"All places on this server are taken ({places}), so this run is one to look at. A place becomes free "
            "when somebody leaves.",
            icon=":material/group:",
        )
        st.button("Try again", icon=":material/refresh:", on_click=try_again)
    _stage(state, lambda: CROWDED_TICK_SECONDS, frame)


def _moving(run: Run) -> bool:
    return run.playing or run.busy


def _tick() -> float:
    """Seconds between two frames, given how many pages are being drawn now."""
    now = time.monotonic()
    for run, last in list(_drawn_at.items()):
        if now - last > RECENTLY:
            _drawn_at.pop(run, None)
    pages = len(_drawn_at)
    return min(max(TICK_SECONDS, SECONDS_A_PAGE * pages), CROWDED_TICK_SECONDS)


def _failure(state: Experiment, failure: Exception) -> None:
    if isinstance(failure, EngineError):
        st.error(plain(str(failure)))
        st.button(
            "Reconnect",
            icon=":material/sync:",
            type="primary",
            on_click=transport.steer,
            args=(state.reconnect,),
        )
        return
    st.error(f"Training stopped with an error: {plain(str(failure))} Reset starts again; nothing else was lost.")


def _stage(state: Experiment, pace: Callable[[], float], draw_frame: Callable[..., None]) -> None:
    """The page's part of the live view, and the frames in it, `pace()` seconds apart; of a run at rest only one."""
    run, head = state.run, st.container()
    below = panels.surroundings(state)
    if run.latest is None:
        # Here and not in the frame, whose timer would run meanwhile.
        with turns.aside():
            run.wait(FIRST_SNAPSHOT_SECONDS)
        run.poll()
    tick = pace() if _moving(run) else None
    panels.look_back(run)

    def frames() -> None:
        draw_frame(state, run, tick, below)

    # Streamlit knows a fragment by its name and place. With a name for each script run, a page's late request for a
    # frame of the run before is dropped: under load it would end this script before the page has heard of it.
    frames.__qualname__ = f"frames of script run {next(_script_runs)}"
    with head:
        st.fragment(frames, run_every=tick)()


def frame(state: Experiment, run: Run, tick: float | None, below: DeltaGenerator) -> None:
    """One frame: take in what has been trained, then draw it, its sentence `below`; after `tick` seconds the next."""
    started = _drawn_at[id(run)] = time.monotonic()
    before, was_still = (run.finished, run.failure), run.still
    numbers = readings.Numbers()
    if run.playing and tick:
        # What is nearly there would otherwise be seen a whole tick later; a run that begins shows nothing else.
        with turns.aside():
            run.wait(tick * (NEARLY if run.iteration else WITHIN))
            if run.iterations_per_frame is None:
                # In slow motion no slice goes unseen.
                _await_end(run, started + NEARLY * tick)
    with turns.after_clicks():
        run.poll(tick)
        news = state.notice_recovery()
        _draw_frame(state, run, below, numbers)
    with turns.aside():
        let_go()
        if run.playing and tick:
            _await_end(run, started + WITHIN * tick)
            if run.finished:
                _say_end(run, numbers)
    ended = (run.finished, run.failure) != before
    # The way back can be used while the picture still settles; a crowded server draws the page once, when it has.
    stopped = tick == TICK_SECONDS and run.still and not was_still
    # A timer ends with a page that does not have it.
    if news or ended or stopped or (tick and not _moving(run)):
        draw_page_again()


def _draw_frame(state: Experiment, run: Run, below: DeltaGenerator, numbers: readings.Numbers) -> None:
    snapshot = panels.shown(run)
    if snapshot is None:
        put(dict.fromkeys(panels.PLACES))
        # Of the page's containers, later frames may only use those that this one has used.
        below.empty()
        if not run.failure:
            st.info("The network is being built…", icon=":material/hourglass_top:")
        return
    # Made before anything is sent: what comes together, the browser lays out once.
    pictures = panels.pictures(state, run, snapshot)
    numbers.draw(run, snapshot)
    put(pictures)
    with below:
        readings.sentence(run, snapshot)


def _await_end(run: Run, until: float) -> None:
    """Take in the end of a run if it is near: it would otherwise be seen up to a whole tick later."""
    while run.busy and (left := run.seconds_left()) is not None and (now := time.monotonic()) + left < until:
        run.wait(until - now)
        run.poll()


def _say_end(run: Run, numbers: readings.Numbers) -> None:
    """The numbers of an end that came after its last frame: the page, which follows, takes the browser longer."""
    with turns.after_clicks():
        numbers.draw(run, run.latest)
    let_go()


def _steered_frame(state: Experiment, run: Run, tick: float | None, below: DeltaGenerator) -> None:
    """A frame whose pace follows the crowd."""
    frame(state, run, tick, below)
    if tick is not None and not 0.6 < _tick() / tick < 1.6:
        draw_page_again()
