"""Pictures of points for the scenes: plain figures with equal axes."""

from __future__ import annotations

from typing import Any

import numpy as np

from dann_core.story import plane
from ui.charts import Spec, base_layout, frame_axis
from ui.palette import DOMAIN_SCALE, FAINT, INK, SOURCE_SYMBOL, TARGET_SYMBOL, class_colour

HEIGHT = 450


def picture(traces: list[Spec], revision: str, *, height: int = HEIGHT, reach: float = plane.REACH) -> Spec:
    """A square plane from -reach to reach."""
    square = {"constrain": "domain", "showticklabels": False, "ticks": "", "range": [-reach, reach]}
    layout = base_layout(height, revision) | {
        "xaxis": frame_axis(**square),
        "yaxis": frame_axis(scaleanchor="x", **square),
        "dragmode": False,
    }
    return {"data": traces, "layout": layout}


def points(x: np.ndarray, colours: str | list[str], *, target: bool, name: str = "", size: float = 6) -> Spec:
    """Samples `(N, 2)` of one domain: circles of the source, open triangles of the target."""
    marker: dict[str, Any] = {"color": colours, "size": size, "symbol": SOURCE_SYMBOL}
    if target:
        marker |= {"symbol": TARGET_SYMBOL, "line": {"width": 1.3}}
    return _scatter(x, "markers", marker=marker, name=name)


def class_colours(y: np.ndarray) -> list[str]:
    """Of class indices `(N,)`."""
    return [class_colour(int(k)) for k in y]


def rings(x: np.ndarray, name: str) -> Spec:
    """Rings around points `(N, 2)`."""
    marker = {"color": INK, "size": 11, "symbol": "circle-open", "line": {"width": 1}}
    return _scatter(x, "markers", marker=marker, name=name)


def path(x: np.ndarray, name: str) -> Spec:
    """A walk `(N, 2)` from its first point on, an arrow at each stop."""
    marker = {"color": "#332288", "size": 10, "symbol": "arrow", "angleref": "previous"}
    return _scatter(x, "lines+markers", marker=marker, line={"color": "#332288", "width": 3}, name=name)


def start(x: np.ndarray, name: str) -> Spec:
    """One target feature `(2,)` that stands out."""
    marker = {"color": "#ffffff", "size": 15, "symbol": "triangle-up", "line": {"color": INK, "width": 2.5}}
    return _scatter(x[None], "markers", marker=marker, name=name)


def faint(x: np.ndarray, *, target: bool) -> Spec:
    """Samples that are not the point."""
    return points(x, FAINT, target=target, size=5)


def tint(probability: np.ndarray) -> Spec:
    """A discriminator's probability of "source" on the plane's grid, `(SIDE, SIDE)`."""
    scale = [[at, colour] for at, colour in DOMAIN_SCALE]
    return _field(probability, "heatmap") | {"zmin": 0, "zmax": 1, "colorscale": scale, "zsmooth": "best"}


def boundary(margin: np.ndarray) -> Spec:
    """The line where `margin`, `(SIDE, SIDE)` on the plane's grid, is 0."""
    contours = {"start": 0, "end": 0, "size": 1, "coloring": "none"}
    return _field(margin, "contour") | {"contours": contours, "line": {"color": INK, "width": 2}}


def _field(z: np.ndarray, kind: str) -> Spec:
    return {"type": kind, "x": plane.axis(), "y": plane.axis(), "z": z, "showscale": False, "hoverinfo": "skip"}


def _scatter(x: np.ndarray, mode: str, **looks: Any) -> Spec:
    return {"type": "scatter", "mode": mode, "x": x[:, 0], "y": x[:, 1], "hoverinfo": "name"} | looks
