"""The live view of Explore: transport, figures, pictures, the sentence and the way back through the run."""

from __future__ import annotations

import time
from collections.abc import Callable

import streamlit as st

from dann_core.engine import EngineError
from dann_core.observation import Snapshot
from dann_core.run import Run
from dann_core.settings import Settings
from ui import charts, inputs
from ui.experiment import SPEEDS, Experiment
from ui.plot import chart_json, to_json
from ui.text import plain

TICK_SECONDS, CROWDED_TICK_SECONDS = 0.5, 2.0
"""From one frame to the next on a page that is alone, and at most. A frame must have ended when the next is asked for:
of frames that overlap, Streamlit's pages keep every chart they ever got."""

SECONDS_A_PAGE = 0.05
"""What a frame may cost the server: with more pages, ticks get longer instead of queueing up."""

FIRST_SNAPSHOT_SECONDS = 3
NEARLY = 0.25
"""How much of a tick a frame waits for the slice under way."""

SEND_SECONDS = 0.05

PANEL_HEIGHT = 440
VIEWS = ("t-SNE", "PCA")
_BARE = {"label_visibility": "collapsed"}
ICONS = {
    "idle": ":material/play_circle:",
    "wait": ":material/hourglass_top:",
    "good": ":material/check_circle:",
    "warn": ":material/warning:",
    "bad": ":material/error:",
}
BOXES = {"idle": st.info, "wait": st.info, "good": st.success, "warn": st.warning, "bad": st.error}


# Times of the last frames, by their run; a plain dict, since other pages' threads write while one counts.
_drawn_at: dict[int, float] = {}
RECENTLY = 3.0


def draw(state: Experiment) -> None:
    """Everything right of the sidebar."""
    transport(state)
    run = state.run
    if run.failure:
        _failure(state, run.failure)
    tick = _tick() if run.playing or run.busy else None
    st.fragment(frame, run_every=tick)(state, run, tick)


def _tick() -> float:
    """Seconds between two frames, given how many pages are being drawn now."""
    now = time.monotonic()
    for run, last in list(_drawn_at.items()):
        if now - last > RECENTLY:
            _drawn_at.pop(run, None)
    pages = len(_drawn_at)
    return min(max(TICK_SECONDS, SECONDS_A_PAGE * pages), CROWDED_TICK_SECONDS)


def look_on(state: Experiment, places: int) -> None:
    """For people who find every place taken: a run that nobody steers."""
    with st.container(horizontal=True, vertical_alignment="center", key="full"):
        st.warning(
            f"All {places} places on this server are taken, so this run is one to look at. A place becomes free when "
            "somebody leaves.",
            icon=":material/group:",
        )
        st.button("Try again", icon=":material/refresh:")
    run = state.run
    # Always slow, whatever the crowd: no tick for the frame to compare with.
    st.fragment(frame, run_every=CROWDED_TICK_SECONDS if run.playing or run.busy else None)(state, run, None)


def _failure(state: Experiment, failure: Exception) -> None:
    if isinstance(failure, EngineError):
        st.error(plain(str(failure)))
        st.button("Reconnect", icon=":material/sync:", type="primary", on_click=state.reconnect)
        return
    st.error(f"Training stopped with an error: {plain(str(failure))} Reset starts again; nothing else was lost.")


def transport(state: Experiment) -> None:
    """Play, Pause, Step, Reset, Undo and the speed."""
    run = state.run
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="transport"):
        with st.container(key="play-first" if not state.touched else "play", width="content"):
            st.button(
                "Play",
                icon=":material/play_arrow:",
                type="primary",
                on_click=_play,
                args=(state,),
                shortcut="P",
                disabled=run.playing or run.finished,
                help="Train until max_iter.",
            )
        st.button("Pause", icon=":material/pause:", on_click=run.pause, shortcut="A", disabled=not run.playing)
        st.button(
            "Step",
            icon=":material/skip_next:",
            on_click=run.step,
            shortcut="S",
            disabled=run.playing or run.finished,
            help="Train one iteration.",
        )
        untouched = run.iteration == 0 and not (run.playing or run.failure)
        st.button("Reset", icon=":material/restart_alt:", on_click=state.reset, disabled=untouched)
        st.button(
            "Undo",
            icon=":material/undo:",
            on_click=state.undo,
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
    if state.notice:
        show = st.error if state.notice.level == "error" else st.toast
        show(plain(state.notice.text))
        if state.notice.level != "error":
            state.notice = None


def _play(state: Experiment) -> None:
    state.touched = True
    state.notice = None
    state.run.iterations_per_frame = SPEEDS[state.speed]
    state.run.play()


def _speed(state: Experiment) -> None:
    state.speed = st.session_state.speed
    state.run.iterations_per_frame = SPEEDS[state.speed]


def frame(state: Experiment, run: Run, tick: float | None) -> None:
    """One frame: take in what has been trained, then draw it; `tick` seconds later comes the next."""
    _drawn_at[id(run)] = time.monotonic()
    was_moving = run.playing or run.busy
    if run.latest is None:
        run.wait(FIRST_SNAPSHOT_SECONDS)
    elif run.playing and tick:
        # What is nearly there would otherwise be seen a whole tick later, and so would the end.
        ending = (run.seconds_left() or tick) < tick
        run.wait(tick if ending else tick * NEARLY)
    run.poll(tick or CROWDED_TICK_SECONDS)
    news = state.notice_recovery()
    snapshot = _shown(run)
    if snapshot is None:
        if not run.failure:
            st.info("The network is being built…", icon=":material/hourglass_top:")
        elif was_moving:
            st.rerun()
        return
    _progress(run)
    _figures(snapshot, run.settings)
    _panels(state, run, snapshot)
    BOXES[snapshot.diagnosis.level](snapshot.diagnosis.sentence, icon=ICONS[snapshot.diagnosis.level])
    _look_back(run)
    # When the script's next run starts, Streamlit throws away what it has not sent yet, and with it charts of this
    # frame.
    time.sleep(SEND_SECONDS)
    ended = was_moving and not (run.playing or run.busy)
    crowd_changed = tick is not None and not 0.6 < _tick() / tick < 1.6
    if ended or news or crowd_changed:
        # Buttons, the timer and notices belong to the page: draw it once more.
        st.rerun()


def _progress(run: Run) -> None:
    left = run.seconds_left() if run.playing else None
    text = f"iteration **{run.iteration:,}** of {run.settings.max_iter:,}"
    text += f" · {_duration(left)} left" if left is not None else " · done" if run.finished else ""
    if run.late:
        text += " · waiting for a worker"
    st.progress(min(run.iteration / run.settings.max_iter, 1.0), text=text)


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def _figures(s: Snapshot, settings: Settings) -> None:
    accuracy = s.evaluation
    basis = f"Over {s.evaluated[0]:,} source and {s.evaluated[1]:,} target samples."
    with st.container(horizontal=True, gap="medium", key="figures"):
        st.metric("lambda", f"{s.lamb:.3f}", help="What multiplies the reversed gradient now.", width=110)
        st.metric("source accuracy", f"{accuracy.source_accuracy:.1%}", help=basis, width=150)
        # A discriminator of weight 0 learns nothing: its 50 % would look like success.
        domain = f"{accuracy.domain_accuracy:.1%}" if settings.adversarial_weight else "not trained"
        with st.container(key="exam", width="content"):
            target = "no labels" if accuracy.target_accuracy is None else f"{accuracy.target_accuracy:.1%}"
            st.metric(
                "target accuracy (exam)",
                target,
                width=180,
                help="Uses the target's labels, which training never sees. " + basis,
            )
        st.metric(
            "domain accuracy (50 % = cannot tell)",
            domain,
            width=260,
            help="How often the discriminator names the right domain. " + basis,
        )
        st.metric(
            "proxy A-distance",
            f"{s.proxy_a_distance:.2f}",
            width=150,
            help="From a fresh linear probe on the features: 0 = the domains cannot be told apart, 2 = always.",
        )


def _panels(state: Experiment, run: Run, snapshot: Snapshot) -> None:
    left, middle, right = st.columns(3, gap="small")
    revision = str(id(run))
    with left, _header("features"):
        state.view = st.segmented_control("picture", VIEWS, default=state.view, required=True, **_BARE)
    with middle, _header("input"):
        labelled = run.pair.target_y is not None
        help = "Colour the target by its true labels instead of the predictions. Training never sees them."
        state.exam = st.toggle("true target labels", value=state.exam, disabled=not labelled, help=help)
    with right, _header("curves"):
        pass
    shared = {"exam": state.exam and labelled, "height": PANEL_HEIGHT, "revision": revision}
    basis = id(snapshot), run.iteration, len(run.timeline.snapshots), run.settings, shared["exam"]

    def show(name: str, alt: str, make: Callable[[], charts.Spec], basis: object = basis) -> None:
        # A page that waits for its turn on a busy server shows the same frame again: that must cost next to nothing.
        if state.drawn.get(name, (None,))[0] != basis:
            state.drawn[name] = basis, to_json(make(), alt)
        chart_json(state.drawn[name][1], name)

    with left:
        xy = snapshot.tsne if state.view == VIEWS[0] else snapshot.pca
        # The t-SNE moves less often than the rest: its colours alone are worth a new picture every second.
        still = xy.tobytes(), id(run), shared["exam"], int(time.monotonic())
        show(
            f"features.{state.view}",
            f"{state.view} of the features of both domains",
            lambda: charts.features(run.pair, run.sample, snapshot, xy, **shared),
            still if run.playing else basis,
        )
        colours = "the exam's" if shared["exam"] else "predictions"
        st.caption(f"{run.sample.how}; target colours: {colours}.")
    with middle:
        caption = inputs.caption(run.pair)
        show("input", caption, lambda: inputs.figure(run.pair, run.sample, snapshot, **shared))
        st.caption(caption)
    with right:
        curves = run.history, run.timeline.snapshots, snapshot, run.settings, run.pair.n_classes
        layout = {"height": PANEL_HEIGHT, "revision": revision}
        show("curves", "losses, lambda and accuracies over the iterations", lambda: charts.curves(*curves, **layout))
        st.caption("Dotted: needs target labels, so it is an exam only. Dotted upright lines: a setting changed.")


def _header(title: str):
    row = st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"header.{title}")
    row.markdown(f"**{title}**", width="content")
    return row


def _shown(run: Run) -> Snapshot | None:
    """The newest snapshot, or the one that a person has gone back to."""
    chosen = st.session_state.get(_look_back_key(run))
    return run.latest if chosen is None or run.playing else run.timeline.at(chosen)


def _look_back_key(run: Run) -> str:
    return f"look back {id(run)} {run.iteration}"


def _look_back(run: Run) -> None:
    kept = [s.iteration for s in run.timeline.snapshots]
    if run.playing or len(kept) < 2:
        # Drawn always, so that nothing moves when it comes into use.
        resting = ("", "look back: when paused")
        st.select_slider("look back", resting, value=resting[1], key="look back", disabled=True, **_BARE)
        return
    key = _look_back_key(run)
    st.select_slider("look back", kept, value=kept[-1], key=key, format_func=_iteration, **_BARE)


def _iteration(value: int) -> str:
    return f"look back: iteration {value:,}"
