"""Your own two files: drop, choose, look, train."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import streamlit as st

from dann_core.domains import files
from dann_core.domains.files import limits
from dann_core.language import say
from dann_core.live.scene import as_rgb
from dann_core.results.origin import Origin
from dann_core.settings import Settings
from dann_core.settings.knobs import KnobError
from server.experiment import Experiment
from ui import bundles, palette, visitors
from ui import upload_reading as reading
from ui.charts import Spec, base_layout, shown
from ui.language import tell, told
from ui.plot import chart
from ui.text import STANDARDISED, plain
from ui.upload_reading import close_panel, open_panel, panel

SAMPLES = Path(__file__).parent.parent / "assets" / "samples"
SAMPLE_PAIRS = {
    say("CSV: wines, measured by another instrument"): ("wine_source.csv", "wine_target.csv"),
    say("NPZ: digit images, darker and noisier"): ("digits_source.npz", "digits_target.npz"),
    say("MAT: cell measurements"): ("cells_source.mat", "cells_target.mat"),
    say("ZIP: pictures in one folder per class"): ("pictures_source.zip", "pictures_target.zip"),
}
ONE_SAMPLE = {"vectors": say("vector"), "signals": say("signal"), "images": say("image")}
__all__ = ["close_panel", "draw", "open_panel", "panel"]

MOST_LABELS = 20
"""Class names under a bar chart; of more, only every second or third is written."""


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
            st.markdown(
                tell("**Your own two files**: a labelled source and a target of the same kind."), width="stretch"
            )
            _sample_downloads()
            st.button(tell("Close"), icon=":material/close:", on_click=close_panel)
        if bundles.is_dropped():
            bundles.draw(state)
            return
        left, right = st.columns(2)
        with left:
            source = reading.dropped("source", tell("Source: labelled samples"))
        with right:
            target = reading.dropped(
                "target", tell("Target: samples of the other domain, labels optional (an exam only)")
            )
        if source is None or target is None:
            if source is not None:
                reading.source_alone(source)
            if source is None and target is None:
                bundles.draw(state)
            st.caption(
                tell(
                    "Tables (CSV, TSV, Excel, Parquet, ARFF, svmlight), arrays (NPZ, NPY, MAT, HDF5), a ZIP of "
                    "pictures or recordings; up to {n} MB each. The run on the page stays until you train on these.",
                    n=limits.MAX_FILE_BYTES // limits.MIB,
                )
            )
            return
        _pair(state, reading.pair_of(source, target))


def _sample_downloads() -> None:
    with st.popover(tell("Sample files"), icon=":material/download:"):
        st.caption(tell("A pair of each kind. Download both, drop them here, train."))
        for title, names in SAMPLE_PAIRS.items():
            st.markdown(f"**{told(title)}**")
            with st.container(horizontal=True):
                for name in names:
                    st.download_button(
                        name, (SAMPLES / name).read_bytes(), name, key=f"sample {name}", on_click="ignore"
                    )


def _pair(state: Experiment, read: files.ReadPair | None) -> None:
    if read is None:
        return
    pair, facts = read.pair, read.report
    try:
        settings = Settings.for_pair(pair)
    except KnobError as error:
        st.error(reading.refusal(error), icon=":material/error:")
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
            _samples(role, read, domain, x, y)
    # The style sheet takes the player's buttons away meanwhile: its Play is for another experiment.
    with st.container(horizontal=True, vertical_alignment="center", key="upload-ready"):
        st.button(
            tell("Train on these"),
            type="primary",
            icon=":material/play_arrow:",
            on_click=_train,
            args=(state, read, settings),
        )
        st.caption(told(STANDARDISED[settings.standardisation]))


def _train(state: Experiment, read: files.ReadPair, settings: Settings) -> None:
    # Who was away for too long has no place any more: the page then says so, and keeps the files.
    if visitors.has_place():
        state.use_upload(read.pair, settings, Origin.of(read))
        close_panel()


def _facts(facts: files.Report) -> None:
    shape = " x ".join(f"{n:,}" for n in facts.sample_shape)
    domains = facts.source, facts.target
    table = {
        "": [tell("source"), tell("target")],
        tell("file"): [d.file for d in domains],
        tell("samples"): [f"{d.samples:,}" for d in domains],
        tell("one sample"): [tell("{kind}, {shape}", kind=ONE_SAMPLE[facts.kind], shape=shape)] * 2,
        tell("values"): [tell("{low:.4g} to {high:.4g}", low=d.low, high=d.high) for d in domains],
    }
    left, right = st.columns([3, 2])
    with left:
        st.dataframe(table, hide_index=True)
        for note in facts.notes:
            st.caption(":material/info: " + plain(files.without_options(told(note))))
    with right:
        chart(_balance(facts), "balance", tell("samples per class"))


def _balance(facts: files.Report) -> Spec:
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
        for title, domain, shape in (
            (tell("source"), facts.source, ""),
            (tell("target (exam)"), facts.target, "/"),
        )
        if domain.balance is not None
    ]
    labelled = range(0, len(names), -(-len(names) // MOST_LABELS))
    axis = {"tickvals": list(labelled), "ticktext": [names[k] for k in labelled]}
    title = {"text": tell("samples per class: source, target (hatched)"), "font": {"size": 12}, "x": 0.02}
    layout = {
        "title": title,
        "margin": {"l": 30, "r": 8, "t": 28, "b": 20},
        "xaxis": axis,
    }
    return {"data": bars, "layout": base_layout(170, "balance") | layout}


def _samples(role: str, read: files.ReadPair, facts: files.DomainFacts, x: np.ndarray, y: np.ndarray | None) -> None:
    pair = read.pair
    picked = np.array(facts.examples)
    captions = [tell("row {i}", i=i) if y is None else files.shown(pair.class_names[y[i]]) for i in picked]
    if pair.kind == "images":
        with st.container(horizontal=True, gap="xsmall"):
            for image, caption in zip(as_rgb(x[picked]), captions, strict=True):
                with st.container(width=52):
                    st.image(image, width=48)
                    st.caption(plain(caption))
    elif pair.kind == "signals":
        chart(_signals(x[picked, 0].astype(np.float64), captions), f"samples {role}", tell("eight signals"))
    else:
        # As the file calls them, or by their number.
        names = read.report.columns or tuple(f"{j + 1}" for j in range(x.shape[1]))
        values = {files.shown(names[j]): x[picked, j] for j in range(min(x.shape[1], 12))}
        first = tell("row") if y is None else tell("class")
        st.dataframe({first: captions, **values}, hide_index=True, height=200)


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
