"""Plotly figures on the page, updated in place.

`st.plotly_chart` gives each chart an identity made from its content, so that every new figure tears the old chart down,
with its zoom, and builds a new one (streamlit/streamlit#8782; #16052 would change it). This component keeps one chart
per key and hands it each new figure: nothing flickers, and `uirevision` keeps what a person has zoomed into.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import streamlit as st

from server import modules
from ui.charts import Spec
from ui.language import tell


def chart(spec: Spec, key: str, alt: str, clicked: Callable[[Any], None] | None = None) -> None:
    """Draw a figure, or update the one that this key has drawn before; `alt` is for screen readers.

    `clicked` is called with the `customdata` of a point that a person clicks. Raises `TypeError` for what is neither a
    number, an array nor made of what JSON knows.
    """
    mounted = f"chart {key}"
    heard = {"on_clicked_change": lambda: clicked(st.session_state[mounted]["clicked"])} if clicked else {}
    figure = orjson.dumps(spec, default=_plain)
    library = modules.address("plotly", "plotly.min.js")
    palette = modules.address("player", "palette.js")
    failed = tell("The chart could not be loaded: reload the page.")
    facts = {"plotly": library, "palette": palette, "alt": alt, "clicks": bool(heard), "failed": failed}
    data = orjson.dumps(facts | {"figure": orjson.Fragment(figure)})
    _component()(key=mounted, data=data, **heard)


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} cannot stand in a figure")


@st.cache_resource
def _component() -> Any:
    script = Path(__file__).with_name("plot.js").read_text(encoding="utf-8")
    return st.components.v2.component("plot", js=script, isolate_styles=False)
