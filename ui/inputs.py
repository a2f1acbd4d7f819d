"""The input panel: what the networks see, drawn by the kind of sample."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from sklearn.decomposition import PCA

from dann_core.domains.pair import DomainPair
from dann_core.observation import Sample, Snapshot
from ui import palette
from ui.charts import base_layout, hover_texts, points, shown

GRID_COLUMNS, SOURCE_ROWS, TARGET_ROWS = 4, 1, 3
SIGNALS_PER_DOMAIN = 4
SIGNAL_POINTS = 400


def figure(
    pair: DomainPair, sample: Sample, snapshot: Snapshot, *, exam: bool, height: int, revision: str
) -> go.Figure:
    """The figure that fits the pair; `exam` lets target labels be seen (colours, right and wrong marks)."""
    empty = go.Figure(layout=base_layout(height, revision))
    if pair.kind == "images":
        return _images(empty, pair, sample, snapshot, exam=exam)
    if pair.kind == "signals":
        return _signals(empty, pair, sample, snapshot, exam=exam)
    return _plane(empty, pair, sample, snapshot, exam=exam)


def caption(pair: DomainPair) -> str:
    """How to read the panel."""
    if pair.kind != "vectors":
        return "samples and what the classifier takes them for"
    if pair.sample_shape == (2,):
        return (
            "black: the classifier's boundary; tint: the discriminator (violet source, olive target, white cannot tell)"
        )
    return "the inputs' first two principal components; target coloured like the picture on the left"


def _plane(fig: go.Figure, pair: DomainPair, sample: Sample, snapshot: Snapshot, *, exam: bool) -> go.Figure:
    n = len(sample.source)
    xy = np.concatenate([pair.source_x[sample.source], pair.target_x[sample.target]]).astype(np.float64)
    if pair.sample_shape != (2,):
        xy = np.pad(PCA(min(2, xy.shape[1])).fit_transform(xy), ((0, 0), (0, max(0, 2 - xy.shape[1]))))
    surface = snapshot.surface
    if surface is not None:
        fig.add_trace(
            go.Heatmap(
                x=surface.x, y=surface.y, z=surface.source_probability, zmin=0, zmax=1, zsmooth="best",
                colorscale=palette.DOMAIN_SCALE, showscale=False, hoverinfo="skip",
            )
        )  # fmt: skip
        for margin in surface.margins[:-1]:
            fig.add_trace(
                go.Contour(
                    x=surface.x, y=surface.y, z=margin, showscale=False, hoverinfo="skip", line={"width": 2},
                    contours={"start": 0, "end": 0, "size": 1, "coloring": "none"}, colorscale=[[0, palette.INK], [1, palette.INK]],
                )
            )  # fmt: skip
        fig.update_xaxes(range=[surface.x[0], surface.x[-1]])
        fig.update_yaxes(range=[surface.y[0], surface.y[-1]])
    texts = hover_texts(pair, sample, snapshot)
    target_classes = pair.target_y[sample.target] if exam else snapshot.predicted[n:]
    fig.add_trace(points(xy[:n], pair.source_y[sample.source], texts[:n], symbol=palette.SOURCE_SYMBOL, size=6))
    fig.add_trace(points(xy[n:], target_classes, texts[n:], symbol=palette.TARGET_SYMBOL, size=7))
    fig.update_xaxes(showgrid=False, zeroline=False, mirror=True, linecolor=palette.FAINT, tickfont={"size": 10})
    fig.update_yaxes(showgrid=False, zeroline=False, mirror=True, linecolor=palette.FAINT, tickfont={"size": 10})
    return fig


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


def _images(fig: go.Figure, pair: DomainPair, sample: Sample, snapshot: Snapshot, *, exam: bool) -> go.Figure:
    n = len(sample.source)
    rows = SOURCE_ROWS + TARGET_ROWS
    picked_s = shown_samples(n, GRID_COLUMNS * SOURCE_ROWS)
    picked_t = shown_samples(len(sample.target), GRID_COLUMNS * TARGET_ROWS)
    images = np.concatenate([pair.source_x[sample.source[picked_s]], pair.target_x[sample.target[picked_t]]])
    for k, image in enumerate(as_rgb(images)):
        row, column = divmod(k, GRID_COLUMNS)
        height, width = image.shape[:2]
        x0, y0 = column * 1.12, row * 1.34
        fig.add_trace(
            go.Image(z=image, x0=x0 + 0.5 / width, dx=1 / width, y0=y0 + 0.5 / height, dy=1 / height, hoverinfo="skip")
        )
        is_source = k < len(picked_s)
        position = picked_s[k] if is_source else n + picked_t[k - len(picked_s)]
        truth = _truth(pair, sample, position, n, exam)
        text, colour = _verdict(pair, snapshot, position, truth)
        font = {"size": 11, "color": colour}
        fig.add_annotation(x=x0 + 0.5, y=y0 + 1.03, text=text, showarrow=False, yanchor="top", font=font)
    for row, name in ((0, "source"), (SOURCE_ROWS, "target")):
        fig.add_annotation(
            x=-0.05, y=row * 1.34 + 0.5, text=name, textangle=-90, showarrow=False, xanchor="right", font={"size": 12}
        )
    fig.update_xaxes(visible=False, range=[-0.3, GRID_COLUMNS * 1.12], constrain="domain")
    fig.update_yaxes(visible=False, range=[rows * 1.34, -0.05], scaleanchor="x", constrain="domain")
    return fig


def _signals(fig: go.Figure, pair: DomainPair, sample: Sample, snapshot: Snapshot, *, exam: bool) -> go.Figure:
    n = len(sample.source)
    positions = [*shown_samples(n, SIGNALS_PER_DOMAIN), *(n + shown_samples(len(sample.target), SIGNALS_PER_DOMAIN))]
    for k, position in enumerate(positions):
        is_source = position < n
        x = pair.source_x[sample.source[position]] if is_source else pair.target_x[sample.target[position - n]]
        signal = x[0, :SIGNAL_POINTS].astype(np.float64)
        span = np.ptp(signal) or 1.0
        level = -k - (0 if is_source else 0.5)
        truth = _truth(pair, sample, position, n, exam)
        text, _ = _verdict(pair, snapshot, position, truth)
        colour = palette.class_colour(int(snapshot.predicted[position]))
        fig.add_trace(
            go.Scatter(
                x=np.arange(len(signal)), y=level + 0.75 * (signal - signal.mean()) / span, mode="lines",
                line={"color": colour, "width": 1, "dash": "solid"}, hoverinfo="skip",
            )
        )  # fmt: skip
        fig.add_annotation(
            x=0, y=level + 0.5, xanchor="left", yanchor="top", showarrow=False, font={"size": 11}, bgcolor="rgba(255,255,255,.75)",
            text=("source: " if is_source else "target: ") + text,
        )  # fmt: skip
    fig.update_xaxes(title={"text": f"first {SIGNAL_POINTS} points of a window", "font": {"size": 11}}, showgrid=False)
    fig.update_yaxes(visible=False, range=[-len(positions) - 0.2, 0.8])
    return fig


def _truth(pair: DomainPair, sample: Sample, position: int, n: int, exam: bool) -> int | None:
    if position < n:
        return int(pair.source_y[sample.source[position]])
    return int(pair.target_y[sample.target[position - n]]) if exam else None


def _verdict(pair: DomainPair, snapshot: Snapshot, position: int, truth: int | None) -> tuple[str, str]:
    """The prediction in words, and a colour; right and wrong also differ by their sign."""
    predicted = int(snapshot.predicted[position])
    name = shown(pair.class_names[predicted])
    if truth is None:
        return f"{name} {snapshot.confidence[position]:.0%}", palette.INK
    return (f"✓ {name}", "#00795a") if predicted == truth else (f"✗ {name}", "#b34700")
