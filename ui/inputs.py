"""The input panel: what the networks see, drawn by the kind of sample."""

from __future__ import annotations

import base64
import io
from functools import lru_cache

import numpy as np
from contourpy import contour_generator
from PIL import Image
from sklearn.decomposition import PCA

from dann_core.domains.pair import DomainPair
from dann_core.live.snapshot import Sample, Snapshot, Surface
from ui import palette
from ui.charts import ON_CANVAS, Spec, base_layout, frame_axis, samples, shown

GRID_COLUMNS, SOURCE_ROWS, TARGET_ROWS = 4, 1, 3
CELL_WIDTH, CELL_HEIGHT, CELL_PIXELS = 1.12, 1.34, 100
"""From one picture to the next, in picture widths, and the pixels of a picture."""

SIGNALS_PER_DOMAIN = 4
SIGNAL_POINTS = 400


def figure(pair: DomainPair, sample: Sample, snapshot: Snapshot, *, exam: bool, height: int, revision: str) -> Spec:
    """The figure that fits the pair; `exam` lets target labels be seen (colours, right and wrong marks)."""
    draw = {"images": _images, "signals": _signals, "vectors": _plane}[pair.kind]
    drawn = draw(pair, sample, snapshot, exam)
    return {"data": drawn["data"], "layout": base_layout(height, revision) | drawn["layout"]}


def caption(pair: DomainPair) -> str:
    """How to read the panel."""
    if pair.kind != "vectors":
        return "Samples and what the classifier takes them for."
    if pair.sample_shape == (2,):
        return (
            "Black: the classifier's boundary. Tint: the discriminator (violet source, olive target, white at a loss)."
        )
    return "The inputs' first two principal components, coloured like the picture on the left."


def _plane(pair: DomainPair, sample: Sample, snapshot: Snapshot, exam: bool) -> Spec:
    surface, xy = snapshot.surface, _flat(pair, sample)
    sides = (surface.x, surface.y) if surface else (_with_margin(values) for values in xy.T)
    x_axis, y_axis = (frame_axis(range=[float(side[0]), float(side[-1])]) for side in sides)
    views = _views(surface) if surface else []
    dots = samples(pair, sample, snapshot, xy, exam=exam, size=6)
    layout = {"xaxis": x_axis, "yaxis": y_axis, "margin": {"l": 28, "r": 8, "t": 8, "b": 22}}
    return {"data": [*views, *dots], "layout": layout}


def _with_margin(values: np.ndarray) -> tuple[float, float]:
    """Limits of an axis: Plotly leaves no room around points that it does not draw."""
    low, high = values.min(), values.max()
    margin = 0.05 * (high - low) or 1.0
    return low - margin, high + margin


@lru_cache(maxsize=8)
def _flat(pair: DomainPair, sample: Sample) -> np.ndarray:
    """The sampled inputs in the plane `(n, 2)`: as they are, or their first two principal components."""
    xy = np.concatenate([pair.source_x[sample.source], pair.target_x[sample.target]]).astype(np.float64)
    if pair.sample_shape == (2,):
        return xy
    scores = PCA(min(2, xy.shape[1]), svd_solver="randomized", random_state=0).fit_transform(xy)
    return np.pad(scores, ((0, 0), (0, 2 - scores.shape[1])))


def _views(surface: Surface) -> list[Spec]:
    """The discriminator's view as a tint, the classifier's as its boundaries."""
    shared = {"meta": ON_CANVAS, "hoverinfo": "skip"}
    # Limits and the missing legend are for a Plotly that draws it, as in bench.pictures; the canvas knows no others.
    tint = {
        "type": "heatmap",
        "x": surface.x,
        "y": surface.y,
        "z": surface.source_probability.astype(np.float32),
        "zmin": 0,
        "zmax": 1,
        "colorscale": [list(stop) for stop in palette.DOMAIN_SCALE],
        "showscale": False,
    }
    x, y = boundaries(surface)
    line = {"width": 2, "color": palette.INK}
    return [shared | tint, shared | {"type": "scatter", "mode": "lines", "x": x, "y": y, "line": line}]


def boundaries(surface: Surface) -> tuple[np.ndarray, np.ndarray]:
    """Where the classes' margins are zero: x and y `(m,)` of all the lines, each followed by a gap (not a number)."""
    lines = [
        points
        for margin in surface.margins
        for points in contour_generator(surface.x, surface.y, margin, line_type="ChunkCombinedNan").lines(0)[0]
        if points is not None
    ]
    gap = np.full((1, 2), np.nan)
    parts = [part for points in lines for part in (points, gap)]
    joined = np.concatenate(parts) if parts else np.empty((0, 2))
    return tuple(joined.T)


def shown_samples(n: int, wanted: int) -> np.ndarray:
    """Positions of `wanted` samples spread over `n`."""
    return np.linspace(0, n - 1, min(wanted, n)).astype(int)


def as_rgb(images: np.ndarray) -> np.ndarray:
    """Images `(N, C, H, W)` of any numeric dtype as `(N, H, W, 3)` uint8, stretched from their range to 0..255."""
    x = images[:, :3] if images.shape[1] >= 3 else np.repeat(images[:, :1], 3, axis=1)
    x = x.transpose(0, 2, 3, 1)
    if x.dtype != np.uint8:
        x = x.astype(np.float64)
        low, high = x.min(), x.max()
        x = ((x - low) / ((high - low) or 1.0) * 255).astype(np.uint8)
    return x


def _images(pair: DomainPair, sample: Sample, snapshot: Snapshot, exam: bool) -> Spec:
    rows, cells = SOURCE_ROWS + TARGET_ROWS, _cells(pair, sample)
    verdicts = [_verdict(pair, sample, snapshot, position, exam) for position, _, _ in cells]
    # One trace: as annotations, they took the browser three times as long as all the rest of the figure.
    below = {
        "type": "scatter",
        "mode": "text",
        "x": [column * CELL_WIDTH + 0.5 for _, column, _ in cells],
        "y": [row * CELL_HEIGHT + 1.07 for _, _, row in cells],
        "text": [text for text, _ in verdicts],
        "textposition": "bottom center",
        "textfont": {"size": 11, "color": [colour for _, colour in verdicts]},
        "hoverinfo": "skip",
    }
    notes = [
        _note(-0.05, row * CELL_HEIGHT + 0.5, name, textangle=-90, xanchor="right")
        for row, name in ((0, "source"), (SOURCE_ROWS, "target"))
    ]
    width, height = GRID_COLUMNS * CELL_WIDTH, rows * CELL_HEIGHT
    mosaic = {
        "source": _mosaic(pair, sample), "xref": "x", "yref": "y", "x": 0, "y": 0, "sizex": width, "sizey": height,
        "xanchor": "left", "yanchor": "top", "sizing": "stretch", "layer": "below",
    }  # fmt: skip
    x_axis = {"visible": False, "range": [-0.3, width], "constrain": "domain"}
    y_axis = {"visible": False, "range": [height, -0.05], "scaleanchor": "x", "constrain": "domain"}
    return {"data": [below], "layout": {"xaxis": x_axis, "yaxis": y_axis, "annotations": notes, "images": [mosaic]}}


def _cells(pair: DomainPair, sample: Sample) -> list[tuple[int, int, int]]:
    """Position in the sample, column and row of each picture; the target starts on a row of its own."""
    n = len(sample.source)
    source = shown_samples(n, GRID_COLUMNS * SOURCE_ROWS)
    target = shown_samples(len(sample.target), GRID_COLUMNS * TARGET_ROWS)
    return [(int(p), k % GRID_COLUMNS, k // GRID_COLUMNS) for k, p in enumerate(source)] + [
        (int(n + p), k % GRID_COLUMNS, SOURCE_ROWS + k // GRID_COLUMNS) for k, p in enumerate(target)
    ]


@lru_cache(maxsize=8)
def _mosaic(pair: DomainPair, sample: Sample) -> str:
    """All pictures as one PNG (a data URI): a trace for each took the browser longer than the rest of the page."""
    n, rows = len(sample.source), SOURCE_ROWS + TARGET_ROWS
    cells = _cells(pair, sample)
    pictures = [pair.source_x[sample.source[p]] if p < n else pair.target_x[sample.target[p - n]] for p, _, _ in cells]
    size = round(GRID_COLUMNS * CELL_WIDTH * CELL_PIXELS), round(rows * CELL_HEIGHT * CELL_PIXELS)
    mosaic = Image.new("RGBA", size)
    for (_, column, row), picture in zip(cells, as_rgb(np.stack(pictures)), strict=True):
        cell = Image.fromarray(picture).resize((CELL_PIXELS, CELL_PIXELS), Image.Resampling.NEAREST)
        mosaic.paste(cell, (round(column * CELL_WIDTH * CELL_PIXELS), round(row * CELL_HEIGHT * CELL_PIXELS)))
    packed = io.BytesIO()
    mosaic.save(packed, "PNG")
    return "data:image/png;base64," + base64.b64encode(packed.getvalue()).decode()


def _signals(pair: DomainPair, sample: Sample, snapshot: Snapshot, exam: bool) -> Spec:
    n = len(sample.source)
    picked_s, picked_t = shown_samples(n, SIGNALS_PER_DOMAIN), shown_samples(len(sample.target), SIGNALS_PER_DOMAIN)
    traces, notes = [], []
    for k, position in enumerate([*picked_s, *(n + picked_t)]):
        is_source = position < n
        window = pair.source_x[sample.source[position]] if is_source else pair.target_x[sample.target[position - n]]
        signal = window[0, :SIGNAL_POINTS].astype(np.float64)
        level = -k - (0 if is_source else 0.5)
        curve = level + 0.75 * (signal - signal.mean()) / (np.ptp(signal) or 1.0)
        line = {"color": palette.class_colour(int(snapshot.predicted[position])), "width": 1}
        traces.append({"type": "scatter", "mode": "lines", "y": curve, "line": line, "hoverinfo": "skip"})
        text, _ = _verdict(pair, sample, snapshot, position, exam)
        text = ("source: " if is_source else "target: ") + text
        place = {"xanchor": "left", "yanchor": "top", "bgcolor": "rgba(255,255,255,0.75)"}
        notes.append(_note(0, level + 0.5, text, **place))
    title = {"text": f"first {SIGNAL_POINTS} points of a window", "font": {"size": 11}}
    y_axis = {"visible": False, "range": [-len(traces) - 0.2, 0.8]}
    margin = {"l": 8, "r": 8, "t": 8, "b": 36}
    layout = {"xaxis": frame_axis(title=title), "yaxis": y_axis, "annotations": notes, "margin": margin}
    return {"data": traces, "layout": layout}


def _note(x: float, y: float, text: str, **more: object) -> Spec:
    return {"x": x, "y": y, "text": text, "showarrow": False, "font": {"size": 11}} | more


def _verdict(pair: DomainPair, sample: Sample, snapshot: Snapshot, position: int, exam: bool) -> tuple[str, str]:
    """The prediction in words, and a colour; right and wrong also differ by their sign."""
    n = len(sample.source)
    predicted = int(snapshot.predicted[position])
    name = shown(pair.class_names[predicted])
    if position >= n and not exam:
        return f"{name} {snapshot.confidence[position]:.0%}", palette.INK
    truth = pair.source_y[sample.source[position]] if position < n else pair.target_y[sample.target[position - n]]
    return (f"✓ {name}", "#00795a") if predicted == truth else (f"✗ {name}", "#b34700")
