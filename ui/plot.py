"""The one place where a Plotly figure enters the page."""

from __future__ import annotations

import json

import plotly.io
import streamlit as st
from streamlit.elements.lib.layout_utils import LayoutConfig
from streamlit.proto.PlotlyChart_pb2 import PlotlyChart

from ui.charts import Spec

CONFIG = json.dumps({"displayModeBar": False, "responsive": True})


def chart(spec: Spec, key: str, alt: str) -> None:
    """Draw a figure so that the next one under the same key updates it in place; `alt` is for screen readers.

    `st.plotly_chart` gives each chart an identity made from its content, so that every frame tears the old chart
    down, with its zoom, and builds a new one (streamlit/streamlit#8782; #16052 changes it). An element without an
    identity keeps its place and is updated. When that is released, this is `st.plotly_chart(spec, key=key)`.
    """
    element = PlotlyChart(spec=plotly.io.to_json(spec, validate=False), config=CONFIG, alt=alt)
    size = LayoutConfig(width="stretch", height=spec["layout"]["height"])
    st.container(key=f"chart {key}")._enqueue("plotly_chart", element, layout_config=size)
