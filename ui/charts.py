"""The charts of the live view, made from snapshots and settings; none of them knows Streamlit.

A chart is a Plotly figure written as a plain dict: figure objects check every property again in every frame, which
takes fifteen times as long as all the rest (a test checks them once instead). Every figure has a fixed size, fixed
ranges and a `uirevision`, so that a new frame moves points and leaves a person's zoom alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np

from dann_core.domains.pair import DomainPair
from dann_core.live.embedding import PICTURE_WIDTH
from dann_core.live.snapshot import Sample, Snapshot
from dann_core.method.adversarial import CHANCE_LOSS, schedule
from dann_core.method.history import History
from dann_core.settings import Settings
from ui import palette

CURVE_POINTS = 300
"""A curve is averaged over bins to about as many points as it has pixels."""

LEGEND_CLASSES = 10

ON_CANVAS = "canvas"
"""Marks what canvas.js draws. Plotly only says what is known of a point, and of what is not to be pointed at
(`"hoverinfo": "skip"`) it hears nothing."""

Spec = dict[str, Any]


def base_layout(height: int, revision: str) -> Spec:
    """What all figures share."""
    return {
        "height": height,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "uirevision": revision,
        # Without one of its own a figure carries the default template, which is larger than the data.
        "template": {"layout": {}},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"color": palette.INK, "size": 12},
        "showlegend": False,
        "hovermode": "closest",
    }


def frame_axis(**more: Any) -> Spec:
    """An axis that is only one side of a frame."""
    shared = {"showgrid": False, "zeroline": False, "showline": True, "mirror": True, "linecolor": palette.FAINT}
    return shared | {"tickfont": {"size": 10}} | more


def samples(
    pair: DomainPair, sample: Sample, snapshot: Snapshot, xy: np.ndarray, *, exam: bool, size: float = 7
) -> list[Spec]:
    """Source and target at `xy` `(n, 2)`, `size` pixels wide: colour from the class, symbol from the domain.

    The target's classes are predictions; only in the `exam` they are the true ones, and named as such.
    """
    n = len(sample.source)
    names = [shown(name, 40) for name in pair.class_names]
    target_y = pair.target_y[sample.target] if exam else snapshot.predicted[n:]
    classes = np.append(pair.source_y[sample.source], target_y).tolist()
    numbers = np.append(sample.source, sample.target)
    everything = {
        "x": xy[:, 0],
        "y": xy[:, 1],
        # The browser makes a sentence of these for the one point that is asked about.
        "text": [names[k] for k in classes],
        "hovertext": [names[k] for k in snapshot.predicted.tolist()],
        # In 32 bits, exact for the first 16 million samples.
        "customdata": np.column_stack([numbers, snapshot.confidence]).astype(np.float32),
    }
    colours = [palette.class_colour(k) for k in classes]

    def domain(name: str, part: slice, truth: str, marker: Spec) -> Spec:
        says = f"{name} sample %{{customdata[0]}}{truth}<br>predicted %{{hovertext}} (%{{customdata[1]:.0%}})"
        return {
            "type": "scatter",
            "mode": "none",
            "meta": ON_CANVAS,
            **{what: values[part] for what, values in everything.items()},
            "marker": {"color": colours[part]} | marker,
            "hovertemplate": says + "<extra></extra>",
        }

    source = {"symbol": palette.SOURCE_SYMBOL, "size": size, "line": {"width": 0.6, "color": "white"}}
    # An open symbol is all line, in the colour of its class, and looks smaller.
    target = {"symbol": palette.TARGET_SYMBOL, "size": size + 1, "line": {"width": 1.6}}
    return [
        domain("source", slice(n), "<br>class %{text}", source),
        domain("target", slice(n, None), "<br>class %{text} (exam)" if exam else "", target),
    ]


def features(
    pair: DomainPair, sample: Sample, snapshot: Snapshot, xy: np.ndarray, *, exam: bool, height: int, revision: str
) -> Spec:
    """The embedded features; `exam` colours the target by its true labels, otherwise by the predictions."""
    axis = frame_axis(range=[-PICTURE_WIDTH / 2, PICTURE_WIDTH / 2], showticklabels=False)
    return {
        "data": samples(pair, sample, snapshot, xy, exam=exam),
        "layout": base_layout(height, revision) | {"xaxis": axis, "yaxis": axis},
    }


def legend(pair: DomainPair) -> str:
    """Symbols of the domains and colours of the classes, as HTML: in the figure it would be drawn in every frame."""
    entries = [("●", palette.INK, "source"), ("△", palette.INK, "target")]
    entries += [("■", palette.class_colour(k), shown(n)) for k, n in enumerate(pair.class_names[:LEGEND_CLASSES])]
    items = [f'<li><span style="color:{colour}">{symbol}</span> {name}</li>' for symbol, colour, name in entries]
    if pair.n_classes > LEGEND_CLASSES:
        items.append(f"<li>and {pair.n_classes - LEGEND_CLASSES} more</li>")
    return f'<ul class="legend">{"".join(items)}</ul>'


def shown(name: str, limit: int = 16) -> str:
    """A name that may come from a file, short and as text instead of HTML."""
    return escape(name if len(name) <= limit else name[: limit - 1] + "…", quote=False)


def curves(
    history: History,
    snapshots: Sequence[Snapshot],
    shown_: Snapshot,
    settings: Settings,
    n_classes: int,
    *,
    height: int,
    revision: str,
) -> Spec:
    """Losses, lambda on its whole curve, and accuracies over the iterations, with marks where a setting changed."""
    losses, lambdas, accuracies = (
        _losses(history, settings),
        _lambda(history, shown_, settings),
        _accuracies(snapshots, settings),
    )
    domains_, titles = (
        ((0.66, 0.97), (0.40, 0.56), (0, 0.30)),
        (_loss_title(settings), "lambda", _accuracy_title(snapshots)),
    )
    top = max(settings.lambda_max, float(np.max(history["lambda"], initial=0.0)), 0.1)
    # A network that guesses has a classification loss of ln K.
    ranges = ([0, max(1.05, 1.15 * np.log(n_classes))], [-0.08 * top, 1.15 * top], [-0.02, 1.05])
    axes: Spec = {
        "xaxis": {
            "range": [0, max(settings.max_iter, shown_.iteration)],
            "showgrid": False,
            "zeroline": False,
            "anchor": "y3",
            "linecolor": palette.FAINT,
            "tickfont": {"size": 10},
        }
    }
    for k, (domain, bounds) in enumerate(zip(domains_, ranges, strict=True), 1):
        shared = {"gridcolor": "#eeeeee", "zeroline": False, "tickfont": {"size": 10}, "nticks": 4}
        axes[f"yaxis{k}"] = {"domain": domain, "range": bounds, **shared}
    axes["yaxis3"]["tickformat"] = ".0%"
    notes = [
        _note(0.5, domain[1], title, xref="paper", yref="paper", yanchor="bottom")
        for domain, title in zip(domains_, titles, strict=True)
    ]
    colour = palette.CURVES["adversarial_loss"]
    notes.append(_note(1, CHANCE_LOSS, "ln 2 = 0.693: domains look alike", yref="y1", colour=colour, yanchor="bottom"))
    notes.append(_note(1, 0.5, "50 %: cannot tell the domains", yref="y3", colour=colour, yanchor="top"))
    shapes = [_level(CHANCE_LOSS, "y1", colour), _level(0.5, "y3", colour)]
    shapes += [_upright(c.iteration, width=1, dash="dot") for c in shown_.changes]
    if shown_.changes:
        notes.append(_change_note(shown_, settings))
    if snapshots and shown_.iteration < snapshots[-1].iteration:
        shapes.append(_upright(shown_.iteration, width=2, dash="solid"))
    layout = {
        "margin": {"l": 34, "r": 8, "t": 4, "b": 22},
        "hovermode": "x unified",
        "annotations": notes,
        "shapes": shapes,
    }
    return {"data": losses + lambdas + accuracies, "layout": base_layout(height, revision) | layout | axes}


def _note(x: float, y: float, text: str, *, colour: str = palette.INK, xref: str = "x domain", **place: Any) -> Spec:
    side = "center" if x == 0.5 else "right" if x == 1 else "auto"
    font = {"size": 11 if x == 0.5 else 10, "color": colour}
    note = {"x": x, "y": y, "xref": xref, "text": text, "showarrow": False, "xanchor": side, "font": font}
    # Legible also where a curve runs below it.
    return note | {"bgcolor": "rgba(255,255,255,0.8)"} | place


def _level(y: float, yref: str, colour: str) -> Spec:
    line = {"dash": "dash", "width": 1, "color": colour}
    return {"type": "line", "xref": "x domain", "x0": 0, "x1": 1, "yref": yref, "y0": y, "y1": y, "line": line}


def _upright(x: float, *, width: float, dash: str) -> Spec:
    line = {"width": width, "dash": dash, "color": palette.INK}
    return {
        "type": "line",
        "xref": "x",
        "x0": x,
        "x1": x,
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "line": line,
        "opacity": 0.6,
    }


def _change_note(shown_: Snapshot, settings: Settings) -> Spec:
    last = shown_.changes[-1]
    text = f" {last.name} {_short(last.old)} → {_short(last.new)} "
    anchor = "left" if last.iteration < settings.max_iter / 2 else "right"
    place = {"xanchor": anchor, "yref": "paper", "yanchor": "top"}
    return _note(last.iteration, 0.97, text, xref="x") | place


def _short(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _loss_title(settings: Settings) -> str:
    return "losses (nats): " + ", ".join(_coloured(n.removesuffix("_loss"), n) for n in _shown_losses(settings))


def _accuracy_title(snapshots: Sequence[Snapshot]) -> str:
    labelled = bool(snapshots) and snapshots[-1].evaluation.target_accuracy is not None
    target = [_coloured("target (exam)", "target")] if labelled else []
    return "accuracies: " + ", ".join([_coloured("source", "source"), *target, _coloured("domain", "domain")])


def _coloured(text: str, curve: str) -> str:
    return f'<span style="color:{palette.CURVES[curve]}"><b>{text}</b></span>'


def _shown_losses(settings: Settings) -> list[str]:
    losses = ["classification_loss", "adversarial_loss"]
    losses += ["discrepancy_loss"] if settings.discrepancy != "none" else []
    return losses + (["entropy"] if settings.entropy_weight else [])


def _losses(history: History, settings: Settings) -> list[Spec]:
    return [
        _line(
            *binned(history["iteration"], history[name]), name.removesuffix("_loss"), palette.CURVES[name], ".3f", "y"
        )
        for name in _shown_losses(settings)
    ]


def _lambda(history: History, shown_: Snapshot, settings: Settings) -> list[Spec]:
    ahead = np.linspace(0, settings.max_iter, 80)
    rise = [schedule(i / settings.max_iter, settings.gamma) if settings.use_lambda_scheduler else 1.0 for i in ahead]
    whole = _line(ahead, settings.lambda_max * np.array(rise), "lambda ahead", palette.FAINT, ".3f", "y2", hover=False)
    past = _line(*binned(history["iteration"], history["lambda"]), "lambda", palette.CURVES["lambda"], ".3f", "y2")
    here = _line([shown_.iteration], [shown_.lamb], "now", palette.CURVES["lambda"], ".3f", "y2", hover=False)
    colour = palette.CURVES["lambda"]
    marker = {"symbol": "circle", "size": 8, "color": colour, "line": {"width": 1, "color": colour}}
    return [whole, past, here | {"mode": "markers", "marker": marker}]


def _accuracies(snapshots: Sequence[Snapshot], settings: Settings) -> list[Spec]:
    x = [s.iteration for s in snapshots]
    evaluations = [s.evaluation for s in snapshots]
    lines = [_line(x, [e.source_accuracy for e in evaluations], "source", palette.CURVES["source"], ".1%", "y3")]
    if settings.adversarial_weight:
        y = [e.domain_accuracy for e in evaluations]
        lines.append(_line(x, y, "domain", palette.CURVES["domain"], ".1%", "y3"))
    if evaluations and evaluations[-1].target_accuracy is not None:
        y = [e.target_accuracy for e in evaluations]
        # Dotted like everything that target labels were needed for.
        lines.append(_line(x, y, "target (exam)", palette.CURVES["target"], ".1%", "y3", dash="dot"))
    return lines


def _line(
    x: Sequence, y: Sequence, name: str, colour: str, fmt: str, yaxis: str, *, dash: str = "solid", hover: bool = True
) -> Spec:
    hovering = {"hovertemplate": f"{name} %{{y:{fmt}}}<extra></extra>"} if hover else {"hoverinfo": "skip"}
    line = {"color": colour, "width": 1.8, "dash": dash}
    shared = {"type": "scatter", "mode": "lines", "meta": ON_CANVAS, "line": line}
    return shared | {"x": x, "y": y, "name": name, "yaxis": yaxis} | hovering


def binned(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """At most `CURVE_POINTS` means of neighbours, in 32 bits; a curve that is short enough keeps its points."""
    size = max(1, -(-len(x) // CURVE_POINTS))
    starts = np.arange(0, len(x), size)
    counts = np.diff(np.append(starts, len(x)))
    return tuple((np.add.reduceat(values, starts) / counts).astype(np.float32) for values in (x, y))
