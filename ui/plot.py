"""Plotly figures on the page, updated in place.

`st.plotly_chart` gives each chart an identity made from its content, so that every frame tears the old chart down,
with its zoom, and builds a new one (streamlit/streamlit#8782; #16052 would change it). This component keeps one chart
per key and hands it each new figure: nothing flickers, and `uirevision` keeps what a person has zoomed into. A `chart`
brings its figure itself; the figures of a `place` come from elsewhere on the page, by its name, with `put`.
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import plotly
import plotly.offline
import streamlit as st

from ui.charts import Spec

STATIC = Path(__file__).parent.parent / "static"
PLOTLY_JS = f"plotly-{plotly.__version__}.min.js"


def chart(spec: Spec, key: str, alt: str, clicked: Callable[[Any], None] | None = None) -> None:
    """Draw a figure, or update the one that this key has drawn before; `alt` is for screen readers.

    `clicked` is called with the `customdata` of a point that a person clicks.
    """
    mounted = f"chart {key}"
    told = {"on_clicked_change": lambda: clicked(st.session_state[mounted]["clicked"])} if clicked else {}
    figures = {key: orjson.Fragment(to_json(spec, alt))}
    _component()(key=mounted, data=_json({"place": key, "clicks": bool(told), "figures": figures}), **told)


def place(name: str, height: int) -> None:
    """Where on the page a figure comes that `put` sends, so high (pixels) that nothing below moves when it does."""
    _component()(key=f"chart {name}", data=_json({"place": name, "figures": {}}), height=height)


def put(figures: Mapping[str, bytes | None]) -> None:
    """Send the figures, made by `to_json`, to their places; None empties one.

    All of them together are one element: Streamlit sends one element in each round of the server's event loop, and in a
    class everybody waits for these rounds.
    """
    sent = {name: figure and orjson.Fragment(figure) for name, figure in figures.items()}
    _component()(key="pictures", data=_json({"figures": sent}))


def to_json(spec: Spec, alt: str) -> bytes:
    """A figure as it travels to the page, in JSON, arrays as Plotly's typed ones: a third of the size, read at once.

    With it go `alt` and a `version`, by which the page knows what it has drawn. Raises `TypeError` for what is neither
    a number, an array nor made of what JSON knows.
    """
    figure = _json(spec)
    version = hashlib.blake2b(figure + alt.encode(), digest_size=8).hexdigest()
    return _json({"version": version, "alt": alt, "figure": orjson.Fragment(figure)})


def _json(value: Any) -> bytes:
    return orjson.dumps(value, default=_typed)


def _typed(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    if not isinstance(value, np.ndarray):
        raise TypeError(f"{type(value).__name__} cannot stand in a figure")
    if value.dtype.kind not in "iuf":
        return value.tolist()
    # Plotly reads no 64-bit integers.
    array = value.astype(np.float64) if value.dtype.kind in "iu" and value.itemsize == 8 else value
    packed = {"dtype": array.dtype.str[1:], "bdata": base64.b64encode(array.tobytes()).decode()}
    return packed | ({"shape": ", ".join(map(str, array.shape))} if array.ndim > 1 else {})


@st.cache_resource
def _component():
    # Streamlit serves what lies in static/; the file comes from the installed package, so their versions agree.
    STATIC.mkdir(exist_ok=True)
    file = STATIC / PLOTLY_JS
    if not file.exists():
        # Whole or not at all: another server may be serving from the same folder.
        part = file.with_name(f"{os.getpid()}.js")
        part.write_text(plotly.offline.get_plotlyjs(), encoding="utf-8")
        part.replace(file)
    parts = (Path(__file__).with_name(name).read_text(encoding="utf-8") for name in ("canvas.js", "plot.js"))
    script = "\n".join(parts).replace("PLOTLY_JS", PLOTLY_JS)
    return st.components.v2.component("plot", js=script, isolate_styles=False)
