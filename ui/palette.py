"""The colours of all charts, and Plotly's names of the domains' symbols."""

from __future__ import annotations

from dann_core.live.palette import CLASS_COLOURS, CURVES, DOMAIN_SCALE, FAINT, INK, class_colour

__all__ = [
    "CLASS_COLOURS",
    "CURVES",
    "DOMAIN_SCALE",
    "FAINT",
    "INK",
    "SOURCE_SYMBOL",
    "TARGET_SYMBOL",
    "class_colour",
]

SOURCE_SYMBOL, TARGET_SYMBOL = "circle", "triangle-up-open"
