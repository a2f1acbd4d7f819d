"""Pictures for docs/: drawn by Plotly and saved in the Chromium that the tests use."""

from __future__ import annotations

import shutil
import urllib.parse
from collections.abc import Mapping, Sequence
from pathlib import Path

import plotly.graph_objects as go
from playwright.sync_api import sync_playwright
from plotly.offline import get_plotlyjs
from plotly.subplots import make_subplots

from ui import palette

COLUMNS, WIDTH, ROW_HEIGHT = 4, 960, 250


def save_svg(path: Path, lines: Mapping[str, Sequence[tuple[float, float]]], title: str) -> None:
    """Save a row of small pictures, one a line of `(x, y)`, both axes logarithmic and the upright one shared."""
    rows = -(-len(lines) // COLUMNS)
    figure = make_subplots(rows, COLUMNS, shared_yaxes="all", subplot_titles=list(lines), vertical_spacing=0.22)
    for k, points in enumerate(lines.values()):
        x, y = zip(*points, strict=True)
        at = {"row": k // COLUMNS + 1, "col": k % COLUMNS + 1}
        figure.add_scatter(x=x, y=y, mode="lines+markers", line_color=palette.CLASS_COLOURS[0], **at)
        figure.add_hline(1, line_color=palette.FAINT, line_dash="dot", **at)
        figure.update_xaxes(type="log", tickvals=x, ticktext=[_short(v) for v in x], **at)
    figure.update_yaxes(type="log", dtick=1, gridcolor="#eeeeee")
    figure.update_annotations(font_size=13)
    figure.update_layout(
        template="plotly_white",
        title={"text": title, "font_size": 14},
        showlegend=False,
        font={"family": "sans-serif", "size": 11, "color": palette.INK},
        margin={"l": 50, "r": 10, "t": 80, "b": 30},
        width=WIDTH,
        height=rows * ROW_HEIGHT,
    )
    path.write_text(_svg(figure))


def _short(value: float) -> str:
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if value >= size and value % size == 0:
            return f"{value / size:g}{letter}"
    return f"{value:g}"


def _svg(figure: go.Figure) -> str:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        page.add_script_tag(content=get_plotlyjs())
        url = page.evaluate("figure => Plotly.toImage(JSON.parse(figure), {format: 'svg'})", figure.to_json())
        browser.close()
    return urllib.parse.unquote(url.partition(",")[2])
