"""The charts of the live view, made from snapshots and settings; none of them knows Streamlit.

Every figure has a fixed size, fixed ranges and a `uirevision`, so that a new frame moves points and leaves a
person's zoom alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from dann_core.adversarial import CHANCE_LOSS, schedule
from dann_core.domains.pair import DomainPair
from dann_core.embedding import PICTURE_WIDTH
from dann_core.history import History
from dann_core.observation import Sample, Snapshot
from dann_core.settings import Settings
from ui import palette

CURVE_POINTS = 300
"""A curve is averaged over bins to about as many points as it has pixels."""

LEGEND_CLASSES = 10


def base_layout(height: int, revision: str) -> dict:
    """What all figures share."""
    return {
        "height": height,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "uirevision": revision,
        "template": "plotly_white",
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"color": palette.INK, "size": 12},
        "showlegend": False,
        "hovermode": "closest",
    }


def points(xy: np.ndarray, classes: np.ndarray, texts: Sequence[str], *, symbol: str, size: float = 7) -> go.Scatter:
    """One domain's samples `(n, 2)`: colour from the class, symbol from the domain."""
    open_symbol = symbol.endswith("-open")
    colours = [palette.class_colour(int(c)) for c in classes]
    marker = {"symbol": symbol, "size": size, "color": colours, "opacity": 0.85}
    marker["line"] = {"width": 1.6 if open_symbol else 0.6, "color": colours if open_symbol else "white"}
    return go.Scatter(
        x=xy[:, 0], y=xy[:, 1], mode="markers", marker=marker, showlegend=False, text=texts, hovertemplate="%{text}<extra></extra>"
    )  # fmt: skip


def features(
    pair: DomainPair, sample: Sample, snapshot: Snapshot, xy: np.ndarray, *, exam: bool, height: int, revision: str
) -> go.Figure:
    """The embedded features; `exam` colours the target by its true labels, otherwise by the predictions."""
    n = len(sample.source)
    figure = go.Figure(layout=base_layout(height, revision))
    target_classes = pair.target_y[sample.target] if exam else snapshot.predicted[n:]
    texts = hover_texts(pair, sample, snapshot)
    figure.add_trace(points(xy[:n], pair.source_y[sample.source], texts[:n], symbol=palette.SOURCE_SYMBOL))
    figure.add_trace(points(xy[n:], target_classes, texts[n:], symbol=palette.TARGET_SYMBOL, size=8))
    _legend(figure, pair)
    half = PICTURE_WIDTH / 2
    for update in (figure.update_xaxes, figure.update_yaxes):
        update(
            range=[-half, half],
            showticklabels=False,
            showgrid=False,
            zeroline=False,
            mirror=True,
            linecolor=palette.FAINT,
        )
    return figure


def _legend(figure: go.Figure, pair: DomainPair) -> None:
    """Symbols of the domains and colours of the classes, under the picture."""
    entries = [("source", palette.SOURCE_SYMBOL, palette.INK), ("target", palette.TARGET_SYMBOL, palette.INK)]
    entries += [(shown(n), "square", palette.class_colour(k)) for k, n in enumerate(pair.class_names[:LEGEND_CLASSES])]
    if pair.n_classes > LEGEND_CLASSES:
        entries.append((f"and {pair.n_classes - LEGEND_CLASSES} more", "square", "rgba(0,0,0,0)"))
    for name, symbol, colour in entries:
        marker = {"symbol": symbol, "size": 9, "color": colour, "line": {"width": 1.6, "color": colour}}
        figure.add_trace(go.Scatter(x=[None], y=[None], mode="markers", marker=marker, name=name, showlegend=True))
    figure.update_layout(
        showlegend=True, margin={"b": 48},
        legend={"orientation": "h", "y": -0.01, "yanchor": "top", "x": 0, "font": {"size": 11}, "itemclick": False},
    )  # fmt: skip


def shown(name: str, limit: int = 16) -> str:
    """A name that may come from a file, short and as text instead of HTML."""
    return escape(name if len(name) <= limit else name[: limit - 1] + "…")


def hover_texts(pair: DomainPair, sample: Sample, snapshot: Snapshot) -> list[str]:
    """What a point says about itself; names may come from a file, so they are escaped."""
    names = [shown(name, 40) for name in pair.class_names]
    n = len(sample.source)
    source = [f"source sample {i}<br>class {names[pair.source_y[i]]}" for i in sample.source]
    known = pair.target_y
    target = [
        f"target sample {i}" + ("" if known is None else f"<br>class {names[known[i]]} (exam)") for i in sample.target
    ]
    predicted = [
        f"<br>predicted {names[k]} ({p:.0%})" for k, p in zip(snapshot.predicted, snapshot.confidence, strict=True)
    ]
    return [text + prediction for text, prediction in zip(source + target, predicted, strict=True)][: n + len(target)]


def curves(
    history: History,
    snapshots: Sequence[Snapshot],
    shown: Snapshot,
    settings: Settings,
    *,
    height: int,
    revision: str,
) -> go.Figure:
    """Losses, lambda on its whole curve, and accuracies over the iterations, with marks where a setting changed."""
    figure = make_subplots(
        rows=3, cols=1, shared_xaxes=True, vertical_spacing=0.075, row_heights=[0.4, 0.22, 0.38],
        subplot_titles=(_loss_title(settings), "lambda", _accuracy_title(snapshots)),
    )  # fmt: skip
    figure.update_layout(**base_layout(height, revision))
    figure.update_layout(margin={"l": 34, "r": 8, "t": 18, "b": 22}, hovermode="x unified")
    _losses(figure, history, settings)
    _lambda(figure, history, shown, settings)
    _accuracies(figure, snapshots, history)
    for change in shown.changes:
        figure.add_vline(x=change.iteration, line={"width": 1, "dash": "dot", "color": palette.INK}, opacity=0.6)
    if shown.changes:
        last = shown.changes[-1]
        figure.add_annotation(
            x=last.iteration, y=1, xref="x", yref="paper", yanchor="top", showarrow=False, font={"size": 10},
            xanchor="left" if last.iteration < settings.max_iter / 2 else "right",
            text=f" {last.name} {_short(last.old)} → {_short(last.new)} ", bgcolor="rgba(255,255,255,0.8)",
        )  # fmt: skip
    if snapshots and shown.iteration < snapshots[-1].iteration:
        figure.add_vline(x=shown.iteration, line={"width": 2, "color": palette.INK}, opacity=0.5)
    figure.update_xaxes(range=[0, max(settings.max_iter, shown.iteration)], showgrid=False, linecolor=palette.FAINT)
    figure.update_yaxes(gridcolor="#eeeeee", zeroline=False, tickfont={"size": 10})
    figure.update_annotations(font_size=11)
    return figure


def _short(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _loss_title(settings: Settings) -> str:
    return "losses (nats): " + ", ".join(_coloured(n.removesuffix("_loss"), n) for n in _shown_losses(settings))


def _accuracy_title(snapshots: Sequence[Snapshot]) -> str:
    target = [_coloured("target (exam)", "target")] if snapshots and snapshots[-1].evaluation.target_accuracy is not None else []
    return "accuracies: " + ", ".join([_coloured("source", "source"), *target, _coloured("domain", "domain")])


def _coloured(text: str, curve: str) -> str:
    return f'<span style="color:{palette.CURVES[curve]}"><b>{text}</b></span>'


def _shown_losses(settings: Settings) -> list[str]:
    shown = ["classification_loss", "adversarial_loss"]
    shown += ["discrepancy_loss"] if settings.discrepancy != "none" else []
    return shown + (["entropy"] if settings.entropy_weight else [])


def _losses(figure: go.Figure, history: History, settings: Settings) -> None:
    for name in _shown_losses(settings):
        x, y = binned(history["iteration"], history[name])
        figure.add_trace(_line(x, y, name.removesuffix("_loss"), palette.CURVES[name], ".3f"), row=1, col=1)
    figure.add_hline(
        y=CHANCE_LOSS, row=1, col=1, line={"dash": "dash", "width": 1, "color": palette.CURVES["adversarial_loss"]}
    )
    figure.add_annotation(
        x=1, xref="x domain", y=CHANCE_LOSS, yref="y", text="ln 2 = 0.693: domains look alike", showarrow=False,
        xanchor="right", yanchor="bottom", font={"size": 10, "color": palette.CURVES["adversarial_loss"]},
    )  # fmt: skip
    figure.update_yaxes(range=[0, 1.05], row=1, col=1)


def _lambda(figure: go.Figure, history: History, shown: Snapshot, settings: Settings) -> None:
    ahead = np.linspace(0, settings.max_iter, 80)
    rise = [schedule(i / settings.max_iter, settings.gamma) if settings.use_lambda_scheduler else 1.0 for i in ahead]
    curve = settings.lambda_max * np.array(rise)
    figure.add_trace(
        go.Scatter(x=ahead, y=curve, mode="lines", line={"color": palette.FAINT, "width": 2}, hoverinfo="skip"), row=2, col=1
    )  # fmt: skip
    x, y = binned(history["iteration"], history["lambda"])
    figure.add_trace(_line(x, y, "lambda", palette.CURVES["lambda"], ".3f", width=2.5), row=2, col=1)
    here = {"size": 9, "color": palette.CURVES["lambda"]}
    figure.add_trace(
        go.Scatter(x=[shown.iteration], y=[shown.lamb], mode="markers", marker=here, hoverinfo="skip"), row=2, col=1
    )
    top = max(settings.lambda_max, float(np.max(y, initial=0.0)), 0.1)
    figure.update_yaxes(range=[-0.08 * top, 1.15 * top], row=2, col=1)


def _accuracies(figure: go.Figure, snapshots: Sequence[Snapshot], history: History) -> None:
    x = [s.iteration for s in snapshots]
    lines = {
        "source": [s.evaluation.source_accuracy for s in snapshots],
        "target": [s.evaluation.target_accuracy for s in snapshots],
        "domain": [s.evaluation.domain_accuracy for s in snapshots],
    }
    for name, y in lines.items():
        if any(v is not None for v in y):
            line = _line(x, y, name + (" (exam)" if name == "target" else ""), palette.CURVES[name], ".1%")
            # Dotted like everything that target labels were needed for.
            line.line.dash = "dot" if name == "target" else "solid"
            figure.add_trace(line, row=3, col=1)
    figure.add_hline(y=0.5, row=3, col=1, line={"dash": "dash", "width": 1, "color": palette.CURVES["domain"]})
    figure.add_annotation(
        x=1, xref="x3 domain", y=0.5, yref="y3", text="50 %: cannot tell the domains", showarrow=False,
        xanchor="right", yanchor="top", font={"size": 10, "color": palette.CURVES["domain"]},
    )  # fmt: skip
    figure.update_yaxes(range=[-0.02, 1.05], tickformat=".0%", row=3, col=1)


def _line(x: Sequence, y: Sequence, name: str, colour: str, fmt: str, width: float = 1.8) -> go.Scatter:
    return go.Scatter(
        x=x, y=y, mode="lines", name=name, line={"color": colour, "width": width},
        hovertemplate=f"{name} %{{y:{fmt}}}<extra></extra>",
    )  # fmt: skip


def binned(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """At most `CURVE_POINTS` means of neighbouring values; a curve that is short enough stays as it is."""
    size = -(-len(x) // CURVE_POINTS)
    if size <= 1:
        return x, y
    starts = np.arange(0, len(x), size)
    counts = np.diff(np.append(starts, len(x)))
    return np.add.reduceat(x, starts) / counts, np.add.reduceat(y, starts) / counts
