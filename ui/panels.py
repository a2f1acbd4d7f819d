"""The three pictures of Explore with what stands around them, and the way back through the run."""

from __future__ import annotations

import time
from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dann_core.live.run import Run
from dann_core.live.snapshot import Snapshot
from ui import charts, inputs
from ui.experiment import Experiment
from ui.plot import place, to_json

HEIGHT, LEGEND_HEIGHT = 440, 48
PLACES = ("features", "input", "curves")
VIEWS = ("t-SNE", "PCA")
_BARE = {"label_visibility": "collapsed"}


def surroundings(state: Experiment) -> DeltaGenerator:
    """Places, titles, choices and captions. They belong to the page: in a frame, each would cost as much as a curve.

    Returns where the frame's sentence goes, below them.
    """
    run = state.run
    labelled = run.pair.target_y is not None
    left, middle, right = st.columns(3, gap="small")
    with left:
        with _header("features"):
            state.view = st.segmented_control("picture", VIEWS, default=state.view, required=True, **_BARE)
        place("features", HEIGHT - LEGEND_HEIGHT)
        st.html(charts.legend(run.pair))
    with middle:
        with _header("input"):
            help = "Colour the target by its true labels instead of the predictions. Training never sees them."
            state.exam = st.toggle("true target labels", value=state.exam, disabled=not labelled, help=help)
        place("input", HEIGHT)
    with right:
        _header("curves")
        place("curves", HEIGHT)
    colours = "the exam's" if state.exam and labelled else "predictions"
    left.caption(f"{run.sample.how}; target colours: {colours}.")
    middle.caption(inputs.caption(run.pair))
    right.caption("Dotted: needs target labels, so it is an exam only. Dotted upright lines: a setting changed.")
    return st.container()


def _header(title: str) -> DeltaGenerator:
    row = st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"header.{title}")
    row.markdown(f"**{title}**", width="content")
    return row


def pictures(state: Experiment, run: Run, snapshot: Snapshot) -> dict[str, bytes]:
    """The pictures of one frame by their places, from left to right, as they travel to the page."""
    exam = state.exam and run.pair.target_y is not None
    shared = {"height": HEIGHT, "revision": str(id(run))}
    frame = id(snapshot), run.iteration, len(run.timeline.snapshots), run.settings, exam
    xy = snapshot.tsne if state.view == VIEWS[0] else snapshot.pca
    # The t-SNE moves less often than the rest: its colours alone are worth a new picture every second.
    still = xy.tobytes(), id(run), exam, int(time.monotonic())

    def features() -> charts.Spec:
        own = {"height": HEIGHT - LEGEND_HEIGHT, "revision": f"{id(run)} {state.view}"}
        return charts.features(run.pair, run.sample, snapshot, xy, exam=exam, **own)

    def input_() -> charts.Spec:
        return inputs.figure(run.pair, run.sample, snapshot, exam=exam, **shared)

    def curves() -> charts.Spec:
        kept = run.timeline.snapshots
        return charts.curves(run.history, kept, snapshot, run.settings, run.pair.n_classes, **shared)

    alt = f"{state.view} of the features of both domains"
    return {
        "features": _made_once(state, "features", alt, features, (state.view, still if run.playing else frame)),
        "input": _made_once(state, "input", inputs.caption(run.pair), input_, frame),
        "curves": _made_once(state, "curves", "losses, lambda and accuracies over the iterations", curves, frame),
    }


def _made_once(state: Experiment, name: str, alt: str, make: Callable[[], charts.Spec], basis: object) -> bytes:
    # A page that waits for its turn on a busy server shows the same frame again: that must cost next to nothing.
    if state.drawn.get(name, (None,))[0] != basis:
        state.drawn[name] = basis, to_json(make(), alt)
    return state.drawn[name][1]


def shown(run: Run) -> Snapshot | None:
    """The newest snapshot, or the one that a person has gone back to."""
    chosen = st.session_state.get(_look_back_key(run))
    return run.latest if chosen is None or run.playing else run.timeline.at(chosen)


def _look_back_key(run: Run) -> str:
    return f"look back {id(run)} {run.iteration}"


def look_back(run: Run) -> None:
    """A slider over the kept snapshots of a run at rest."""
    kept = [s.iteration for s in run.timeline.snapshots]
    if not run.still or len(kept) < 2:
        # Drawn always, so that nothing moves when it comes into use.
        resting = ("", "look back: when paused")
        st.select_slider("look back", resting, value=resting[1], key="look back", disabled=True, **_BARE)
        return
    key = _look_back_key(run)
    st.select_slider("look back", kept, value=kept[-1], key=key, format_func=_iteration, **_BARE)


def _iteration(value: int) -> str:
    return f"look back: iteration {value:,}"
