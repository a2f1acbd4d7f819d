"""Your own two files: drop, choose, look, train."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from dann_core.domains import DomainError, DomainPair, files
from dann_core.domains.files import limits
from dann_core.live.scene import as_rgb
from dann_core.settings import Settings
from dann_core.settings.knobs import KnobError
from server.experiment import Experiment
from ui import palette, visitors
from ui.charts import Spec, base_layout, shown
from ui.plot import chart
from ui.text import STANDARDISED, plain

SAMPLES = Path(__file__).parent.parent / "assets" / "samples"
SAMPLE_PAIRS = {
    "CSV: wines, measured by another instrument": ("wine_source.csv", "wine_target.csv"),
    "NPZ: digit images, darker and noisier": ("digits_source.npz", "digits_target.npz"),
    "MAT: cell measurements": ("cells_source.mat", "cells_target.mat"),
    "ZIP: pictures in one folder per class": ("pictures_source.zip", "pictures_target.zip"),
}
MOST_LABELS = 20
"""Class names under a bar chart; of more, only every second or third is written."""

KINDS = ("auto", "vectors", "signals", "images")
"""What a sample is; "auto" reads it from the array's shape."""


@dataclass
class Panel:
    """What a session knows of its panel; `held` is what was made of the dropped files, with what it was made from."""

    is_open: bool
    held: dict[str, tuple[object, Any]] = field(default_factory=dict)


def panel() -> Panel:
    """This session's panel."""
    return st.session_state.setdefault("upload panel", Panel(is_open=False))


def open_panel() -> None:
    """Let the page have an empty panel when it is drawn next."""
    st.session_state["upload panel"] = Panel(is_open=True)


def close_panel() -> None:
    """Let the page have none, and forget the files."""
    st.session_state["upload panel"] = Panel(is_open=False)


@st.fragment
def draw(state: Experiment) -> None:
    """The panel with both file drops; the experiment on the page stays until "Train on these" is pressed.

    A fragment, since when the whole page is drawn again, Streamlit forgets where it has told the browser to send a
    file if that has not left the server yet: a second file, dropped while the first is being read, would hang.
    """
    if not panel().is_open:
        st.rerun()
    with st.container(border=True, key="upload"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown("**Your own two files**: a labelled source and a target of the same kind.", width="stretch")
            _sample_downloads()
            st.button("Close", icon=":material/close:", on_click=close_panel)
        left, right = st.columns(2)
        with left:
            source = _file("source", "Source: labelled samples")
        with right:
            target = _file("target", "Target: samples of the other domain, labels optional (an exam only)")
        if source is None or target is None:
            st.caption(
                f"CSV with a header, NPZ, MAT (5 or 7.3) or a ZIP of images in one folder per class; up to "
                f"{limits.MAX_FILE_BYTES // limits.MIB} MB each. The run on the page stays until you train on these."
            )
            return
        _pair(state, source, target)


def _sample_downloads() -> None:
    with st.popover("Sample files", icon=":material/download:"):
        st.caption("A pair of each kind. Download both, drop them here, train.")
        for title, names in SAMPLE_PAIRS.items():
            st.markdown(f"**{title}**")
            with st.container(horizontal=True):
                for name in names:
                    st.download_button(
                        name, (SAMPLES / name).read_bytes(), name, key=f"sample {name}", on_click="ignore"
                    )


def _file(role: str, label: str) -> files.Samples | None:
    """One file drop with what is to be chosen in it; a refusal is shown in its place."""
    dropped = st.file_uploader(label, key=f"file {role}")
    if dropped is None:
        # Also after a visit to another page, which empties the drops.
        for slot in (f"table {role}", f"samples {role}", "pair"):
            panel().held.pop(slot, None)
        return None
    try:
        table = _remembered(
            f"table {role}", dropped.file_id, lambda: files.inspect(dropped.name, dropped.getvalue(), role)
        )
        choice = _choice(role, table)
        return _remembered(f"samples {role}", (dropped.file_id, choice), lambda: files.read(table, choice))
    except DomainError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return None


def _choice(role: str, table: files.Table) -> files.Choice:
    with st.container(horizontal=True):
        data = table.guess.data
        if len(table.data_options) > 1:
            data = _select(f"samples of the {role}", table.data_options, data, f"data {role} {table.file}")
        labels = table.guess.labels
        options = [*table.label_options, *([files.NO_LABELS] if role == "target" else [])]
        if options:
            chosen = _select(f"labels of the {role}", options, labels or files.NO_LABELS, f"labels {role} {table.file}")
            labels = None if chosen == files.NO_LABELS else chosen
        kind = "auto"
        if table.data_options:
            kind = _select(f"the {role} holds", KINDS, kind, f"kind {role} {table.file}")
    return files.Choice(data=data, labels=labels, kind=kind)


def _select(label: str, options: list[str], guess: str | None, key: str) -> str:
    index = list(options).index(guess) if guess in options else 0
    return st.selectbox(label, options, index=index, format_func=files.shown, key=key)


def _remembered(slot: str, key: object, make: Callable[[], Any]) -> Any:
    """The last result for this slot, made anew when the key changes: page scripts run again at every click."""
    held = panel().held
    if slot not in held or held[slot][0] != key:
        with st.spinner("Reading…"):
            held[slot] = key, make()
    return held[slot][1]


def _pair(state: Experiment, source: files.Samples, target: files.Samples) -> None:
    try:
        made_from = tuple(panel().held[f"samples {role}"][0] for role in ("source", "target"))
        pair, settings, facts = _remembered("pair", made_from, lambda: _paired(source, target))
    except (DomainError, KnobError) as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    _facts(facts)
    for role, column, domain, x, y in zip(
        ("source", "target"),
        st.columns(2),
        (facts.source, facts.target),
        (pair.source_x, pair.target_x),
        (pair.source_y, pair.target_y),
        strict=True,
    ):
        with column:
            _samples(role, pair, domain, x, y)
    # The style sheet takes the player's buttons away meanwhile: its Play is for another experiment.
    with st.container(horizontal=True, vertical_alignment="center", key="upload-ready"):
        st.button(
            "Train on these",
            type="primary",
            icon=":material/play_arrow:",
            on_click=_train,
            args=(state, pair, settings),
        )
        st.caption(STANDARDISED[settings.standardisation])


def _paired(source: files.Samples, target: files.Samples) -> tuple[DomainPair, Settings, files.Preview]:
    pair = files.make_pair(source, target)
    return pair, Settings.for_pair(pair), files.preview(pair, source, target)


def _train(state: Experiment, pair: DomainPair, settings: Settings) -> None:
    # Who was away for too long has no place any more: the page then says so, and keeps the files.
    if visitors.has_place():
        state.use_upload(pair, settings)
        close_panel()


def _facts(facts: files.Preview) -> None:
    shape = " x ".join(f"{n:,}" for n in facts.sample_shape)
    rows = {
        "file": [facts.source.file, facts.target.file],
        "samples": [f"{facts.source.samples:,}", f"{facts.target.samples:,}"],
        "one sample": [f"{facts.kind[:-1]}, {shape}"] * 2,
        "values": [f"{d.low:.4g} to {d.high:.4g}" for d in (facts.source, facts.target)],
    }
    left, right = st.columns([3, 2])
    with left:
        st.dataframe({"": ["source", "target"], **rows}, hide_index=True)
        for note in facts.notes:
            st.caption(":material/info: " + plain(note))
    with right:
        chart(_balance(facts), "balance", "samples per class")


def _balance(facts: files.Preview) -> Spec:
    names = [shown(name) for name in facts.class_names]
    colours = [palette.class_colour(k) for k in range(len(names))]
    bars = [
        {
            "type": "bar",
            "name": title,
            "x": list(range(len(names))),
            "y": list(domain.balance.values()),
            "marker": {"color": colours, "pattern": {"shape": shape}},
        }
        for title, domain, shape in (("source", facts.source, ""), ("target (exam)", facts.target, "/"))
        if domain.balance is not None
    ]
    labelled = range(0, len(names), -(-len(names) // MOST_LABELS))
    axis = {"tickvals": list(labelled), "ticktext": [names[k] for k in labelled]}
    title = {"text": "samples per class: source, target (hatched)", "font": {"size": 12}, "x": 0.02}
    layout = {
        "title": title,
        "margin": {"l": 30, "r": 8, "t": 28, "b": 20},
        "xaxis": axis,
    }
    return {"data": bars, "layout": base_layout(170, "balance") | layout}


def _samples(role: str, pair: DomainPair, facts: files.DomainFacts, x: np.ndarray, y: np.ndarray | None) -> None:
    picked = np.array(facts.examples)
    captions = [f"row {i}" if y is None else files.shown(pair.class_names[y[i]]) for i in picked]
    if pair.kind == "images":
        with st.container(horizontal=True, gap="xsmall"):
            for image, caption in zip(as_rgb(x[picked]), captions, strict=True):
                with st.container(width=52):
                    st.image(image, width=48)
                    st.caption(plain(caption))
    elif pair.kind == "signals":
        chart(_signals(x[picked, 0].astype(np.float64), captions), f"samples {role}", "eight signals")
    else:
        values = {f"{j + 1}": x[picked, j] for j in range(min(x.shape[1], 12))}
        st.dataframe({"class" if y is not None else "row": captions, **values}, hide_index=True, height=200)


def _signals(signals: np.ndarray, captions: list[str]) -> Spec:
    levels = [-k for k in range(len(signals))]
    scaled = (signals - signals.mean(1, keepdims=True)) / np.maximum(np.ptp(signals, axis=1, keepdims=True), 1e-12)
    line = {"width": 1, "color": palette.INK}
    traces = [
        {"type": "scatter", "mode": "lines", "y": signal + level, "line": line, "hoverinfo": "skip"}
        for signal, level in zip(scaled, levels, strict=True)
    ]
    axis = {"tickvals": levels, "ticktext": [shown(caption) for caption in captions]}
    return {
        "data": traces,
        "layout": base_layout(220, "samples") | {"yaxis": axis, "margin": {"l": 80, "r": 8, "t": 8, "b": 20}},
    }
