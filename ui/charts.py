"""What the charts of sweeps and uploads share: Plotly figures written as plain dicts.

Figure objects check every property again each time they are made, which takes fifteen times as long as all the rest (a
test checks the figures once instead). Every figure has a fixed size and a `uirevision`, so that a new one leaves a
person's zoom alone.
"""

from __future__ import annotations

from html import escape
from typing import Any

from ui import palette

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


def shown(name: str, limit: int = 16) -> str:
    """A name that may come from a file, short and as text instead of HTML."""
    return escape(name if len(name) <= limit else name[: limit - 1] + "…", quote=False)
