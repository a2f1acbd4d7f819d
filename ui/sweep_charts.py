"""The charts of a sweep, plain dicts like those of `ui.charts`: a map, a line with its band, parallel coordinates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import plotly.colors

from dann_core.sweeps.axis import cell_text, value_text
from dann_core.sweeps.sweep import Axis, Measure
from ui import palette
from ui.charts import Spec, base_layout, frame_axis, shown
from ui.language import tell, tell_many, told

SCALE = "Cividis"
"""Even in lightness, and alike for colour-blind readers."""

EMPTY = "#f0f1f4"
"""A cell without a value: what is still to come can be seen."""

TEXT_COLUMNS = 10
"""More columns than this leave no room for numbers in the cells; hovering still tells them."""

SHADES = 12
"""Colours of the parallel coordinates: one trace each."""


def chart(axes: Sequence[Axis], cells: pd.DataFrame, measure: Measure, *, spread: bool, height: int) -> Spec:
    """The chart for that many axes, of a measure's mean or, with `spread`, of its deviation over the seeds."""
    if len(axes) == 1:
        return line(axes[0], cells, measure, height=height)
    if len(axes) == 2:
        return heatmap(axes, cells, measure, spread=spread, height=height)
    return parallel(axes, cells, measure, height=height)


def written(value: Any) -> str:
    """A value on an axis, short."""
    return told(value_text(value))


def number(row: dict[str, Any], measure: Measure) -> str:
    """A cell's figure: `97.1 ± 1.2`, "failed", or nothing yet."""
    if not row["n"]:
        return tell("failed") if row["failed"] else ""
    text = f"{measure.text(row['mean'])} ± {measure.text(row['std'])}" if row["n"] > 1 else measure.text(row["mean"])
    return tell("{value} ({n} failed)", value=text, n=row["failed"]) if row["failed"] else text


def _hover(axes: Sequence[Axis], row: dict[str, Any], measure: Measure) -> str:
    where = told(cell_text(axes, [row[a.name] for a in axes]))
    value = number(row, measure) or tell("not yet")
    lines = [shown(where, 120), tell("{measure}: {value}", measure=measure.label, value=value)]
    if row["n"]:
        lines.append(
            tell_many(
                "from {low} to {high} over {n} seed",
                "from {low} to {high} over {n} seeds",
                row["n"],
                low=measure.text(row["min"]),
                high=measure.text(row["max"]),
            )
        )
    if row["reason"]:
        lines.append(shown(told(row["reason"]), 100))
    return "<br>".join(lines)


def _place(axes: Sequence[Axis], row: dict[str, Any]) -> list[int]:
    """What a click tells: where the cell stands on each axis."""
    return [axis.values.index(row[axis.name]) for axis in axes]


def heatmap(axes: Sequence[Axis], cells: pd.DataFrame, measure: Measure, *, spread: bool, height: int) -> Spec:
    """Two axes: the first to the right, the second upwards; a cell that failed is grey."""
    across, up = axes
    rows = cells.to_dict("records")
    factor = 100 if measure.percent else 1
    table = {(row[across.name], row[up.name]): row for row in rows}
    grid = [[table[x, y] for x in across.values] for y in up.values]
    column = "std" if spread else "mean"
    flat = [factor * row[column] for row in rows if row["n"]]
    x, y = ([written(v) for v in axis.values] for axis in axes)
    many = len(x) > TEXT_COLUMNS
    texts = [[_two_lines(row, measure) for row in line] for line in grid]
    failed = [(written(r[across.name]), written(r[up.name])) for r in rows if r["failed"] and not r["n"]]
    shared = {"x": x, "y": y, "xgap": 2, "ygap": 2}
    hovers = [[_hover(axes, row, measure) for row in line] for line in grid]
    # Cells without a value are drawn too, pale, so that what is still to come can be seen.
    ground = {"type": "heatmap", "z": [[float((a, b) in failed) for a in x] for b in y], "zmin": 0, "zmax": 1}
    ground |= {"colorscale": [[0, EMPTY], [1, palette.FAINT]], "showscale": False}
    values = {
        "type": "heatmap",
        "z": [[factor * row[column] if row["n"] else None for row in line] for line in grid],
        "zmin": min(flat, default=0),
        "zmax": max(flat, default=1),
        "colorscale": SCALE,
        "reversescale": spread or measure.higher_is_better is False,
        "colorbar": {"thickness": 10, "len": 0.9, "tickfont": {"size": 10}, "outlinewidth": 0},
        "hoverongaps": False,
    }
    if not many:
        values |= {"text": texts, "texttemplate": "%{text}", "textfont": {"size": 12}}
        ground |= {
            "text": [[tell("failed") if (a, b) in failed else "" for a in x] for b in y],
            "texttemplate": "%{text}",
            "textfont": {"size": 12},
        }
    points = {"hovertext": hovers, "hovertemplate": "%{hovertext}<extra></extra>"}
    points["customdata"] = [[_place(axes, row) for row in line] for line in grid]
    layout = base_layout(height, f"{across.name} {up.name}") | {
        "xaxis": frame_axis(type="category", title={"text": told(across.label)}, automargin=True),
        "yaxis": frame_axis(type="category", title={"text": told(up.label)}, automargin=True),
    }
    return {"data": [ground | shared | points, values | shared | points], "layout": layout}


def _two_lines(row: dict[str, Any], measure: Measure) -> str:
    # A phone's cells are narrow: the spread stands under the mean.
    return number(row, measure).replace(" ± ", "<br>± ").replace(" (", "<br>(").replace("（", "<br>（")


def line(axis: Axis, cells: pd.DataFrame, measure: Measure, *, height: int) -> Spec:
    """One axis: the mean with a band of one deviation, the extremes as whiskers, and where a cell failed."""
    factor = 100 if measure.percent else 1
    everything = cells.to_dict("records")
    rows = [row for row in everything if row["n"]]
    x = [written(row[axis.name]) for row in rows]
    mean, low, high, least, most = (
        [factor * f(row) for row in rows]
        for f in (
            lambda r: r["mean"],
            # No further than the extremes: an accuracy above 100 % would look like a mistake.
            lambda r: max(r["mean"] - r["std"], r["min"]),
            lambda r: min(r["mean"] + r["std"], r["max"]),
            lambda r: r["mean"] - r["min"],
            lambda r: r["max"] - r["mean"],
        )
    )
    colour = palette.CLASS_COLOURS[0]
    quiet = {"type": "scatter", "mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    values = {
        "type": "scatter",
        "mode": "lines+markers",
        "x": x,
        "y": mean,
        "line": {"color": colour, "width": 2},
        "error_y": {"type": "data", "array": most, "arrayminus": least, "color": colour, "thickness": 1, "width": 3},
        "hovertext": [_hover([axis], row, measure) for row in rows],
        "customdata": [_place([axis], row) for row in rows],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
    band = [quiet | {"x": x, "y": low}, quiet | {"x": x, "y": high, "fill": "tonexty", "fillcolor": f"{colour}26"}]
    failed = [
        {
            "x": written(row[axis.name]), "y": 0, "yref": "paper", "yanchor": "bottom", "text": tell("failed"),
            "showarrow": False, "hovertext": _hover([axis], row, measure),
        }
        for row in everything
        if row["failed"] and not row["n"]
    ]  # fmt: skip
    every = [written(v) for v in axis.values]
    layout = base_layout(height, axis.name) | {
        "annotations": failed,
        "xaxis": frame_axis(
            type="category",
            title={"text": told(axis.label)},
            categoryarray=every,
            range=[-0.5, len(every) - 0.5],
            automargin=True,
        ),
        "yaxis": frame_axis(
            title={"text": told(measure.label) + (", %" if measure.percent else "")}, showgrid=True, automargin=True
        ),
    }
    return {"data": [*band, values], "layout": layout}


def parallel(axes: Sequence[Axis], cells: pd.DataFrame, measure: Measure, *, height: int) -> Spec:
    """More axes: one upright for each and one for the measure; a line is a cell, its colour the measure."""
    rows = [row for row in cells.to_dict("records") if row["n"]]
    low, high = min((r["mean"] for r in rows), default=0.0), max((r["mean"] for r in rows), default=1.0)
    places = {a.name: {v: i / max(len(a.values) - 1, 1) for i, v in enumerate(a.values)} for a in axes}
    shades: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        share = (row["mean"] - low) / (high - low) if high > low else 1.0
        shades.setdefault(round(share * (SHADES - 1)), []).append(row | {"share": share})
    colours = plotly.colors.sample_colorscale(SCALE, SHADES)
    if measure.higher_is_better is False:
        colours = colours[::-1]
    traces = []
    for shade, members in sorted(shades.items()):
        xs: list[float | None] = []
        ys: list[float | None] = []
        texts: list[str] = []
        clicks: list[list[int]] = []
        for row in members:
            xs += [*range(len(axes) + 1), None]
            ys += [*(places[a.name][row[a.name]] for a in axes), row["share"], None]
            texts += [_hover(axes, row, measure)] * (len(axes) + 2)
            clicks += [_place(axes, row)] * (len(axes) + 2)
        traces.append(
            {
                "type": "scatter", "mode": "lines+markers", "x": xs, "y": ys, "text": texts, "customdata": clicks,
                "line": {"color": colours[shade], "width": 1.6}, "marker": {"size": 5}, "opacity": 0.8,
                "hovertemplate": "%{text}<extra></extra>",
            }
        )  # fmt: skip
    titles = [told(title) for title in (*(a.label for a in axes), measure.label)]
    ticks = [[(places[a.name][v], written(v)) for v in a.values] for a in axes]
    ticks.append([(0, measure.text(low)), (1, measure.text(high))] if rows else [])
    notes = [
        {
            "x": i, "y": y, "text": text, "showarrow": False, "xanchor": "right", "xshift": -6, "font": {"size": 10},
            # Lines run through the numbers otherwise.
            "bgcolor": "#ffffffd9", "borderpad": 1,
        }
        for i, marks in enumerate(ticks)
        for y, text in marks
    ]  # fmt: skip
    # Word below word: a phone leaves some 70 pixels between uprights.
    notes += [
        {
            "x": i, "y": 1.03, "yanchor": "bottom", "text": f"<b>{title.replace(' ', '<br>')}</b>",
            "showarrow": False, "font": {"size": 11},
        }
        for i, title in enumerate(titles)
    ]  # fmt: skip
    uprights = [
        {"type": "line", "x0": i, "x1": i, "y0": 0, "y1": 1, "line": {"color": palette.FAINT, "width": 1}}
        for i in range(len(titles))
    ]
    hidden = {"visible": False}
    layout = base_layout(height, " ".join(a.name for a in axes)) | {
        "xaxis": hidden | {"range": [-0.4, len(axes) + 0.6]},
        "yaxis": hidden | {"range": [-0.06, 1.18]},
        "annotations": notes,
        "shapes": uprights,
    }
    return {"data": traces, "layout": layout}
