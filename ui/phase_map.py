"""The phase map of a sweep: where adapting works, swaps classes or does nothing, in colour, sign and number."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

from dann_core.language import say
from dann_core.sweeps.axis import cell_text
from dann_core.sweeps.phases import ERRORS, HARMS, MIXED, NOTHING, PHASES, SWAPPED, WORKS, Gain, points
from dann_core.sweeps.sweep import Axis
from ui.charts import Spec, base_layout, frame_axis, shown
from ui.language import tell, told
from ui.sweep_charts import EMPTY, TEXT_COLUMNS, written

COLOURS = {
    WORKS.name: "#8cc8ea",
    HARMS.name: "#f5bd9d",
    SWAPPED.name: "#e08250",
    NOTHING.name: "#dfe1e6",
    MIXED.name: "#f5e9a8",
}
"""Tints that dark text can stand on; blue and vermilion stay apart for colour-blind readers."""

STATED = say(
    "The numbers are points of target accuracy (an exam) above or below the source-only twin: the same run without "
    "adaptation, on the same data and seed, in the mean over the seeds. Chance is what lies within 2 points, 2 target "
    "samples or {errors:g} standard errors of that mean, whichever is most.",
    errors=ERRORS,
)


def legend() -> str:
    """What colours and signs mean, as HTML."""
    entries = (
        f'<span title="{escape(told(phase.meaning))}" style="white-space:nowrap">'
        f'<b style="display:inline-block;min-width:1.5em;text-align:center;color:#111;border-radius:3px;'
        f'background:{COLOURS[phase.name]}">{phase.sign}</b> '
        f"{escape(told(phase.title))}</span>"
        for phase in PHASES.values()
    )
    return f'<div style="display:flex;flex-wrap:wrap;gap:0.2rem 1rem;font-size:0.85rem">{"".join(entries)}</div>'


def facts(gain: Gain) -> tuple[str, str, str]:
    """The figures behind a cell's phase: both accuracies, what was gained, and what may be chance."""
    n = len(gain.each)
    gained = {"mean": points(gain.mean), "low": points(min(gain.each)), "high": points(max(gain.each)), "n": n}
    return (
        tell(
            "target accuracy {adapted:.1f} %, source only {twin:.1f} %",
            adapted=100 * sum(gain.adapted) / n,
            twin=100 * sum(gain.source_only) / n,
        ),
        tell("{mean} points ({low} to {high} over {n} seeds)", **gained) if n > 1 else tell("{mean} points", **gained),
        tell("chance: ± {points:.1f}", points=100 * gain.noise),
    )


def chart(
    axes: Sequence[Axis],
    gains: Mapping[tuple[Any, ...], Gain | None],
    failed: Mapping[tuple[Any, ...], str],
    *,
    height: int,
) -> Spec:
    """Two axes: the first to the right, the second upwards; what has no result yet is pale, or says why it failed."""
    across, up = axes
    grid = [[(x, y) for x in across.values] for y in up.values]
    names = [*PHASES]
    # Equal steps: colour k stands for the k-th phase, and the first of all for none.
    colours = [EMPTY, *(COLOURS[name] for name in names)]
    steps = [[(k + end) / len(colours), colour] for k, colour in enumerate(colours) for end in (0, 1)]
    only_sign = len(across.values) > TEXT_COLUMNS

    def each(made: Callable[[tuple[Any, ...]], Any]) -> list[list[Any]]:
        return [[made(cell) for cell in line] for line in grid]

    def text(cell: tuple[Any, ...]) -> str:
        gain = gains[cell]
        if gain is None:
            return tell("failed") if cell in failed else ""
        # A phone's cells are narrow: the number stands under the sign.
        return gain.phase.sign if only_sign else f"{gain.phase.sign}<br>{points(gain.mean)}"

    def hover(cell: tuple[Any, ...]) -> str:
        gain, where = gains[cell], shown(told(cell_text(axes, cell)), 120)
        if gain is None:
            why = told(failed[cell]) if cell in failed else tell("not yet")
            return f"{where}<br>{shown(why, 100)}"
        return "<br>".join([where, f"<b>{gain.phase.sign} {told(gain.phase.title)}</b>", *facts(gain)])

    heat = {
        "type": "heatmap",
        "x": [written(v) for v in across.values],
        "y": [written(v) for v in up.values],
        "z": each(lambda cell: 1 + names.index(gains[cell].phase.name) if gains[cell] else 0),
        "zmin": -0.5,
        "zmax": len(colours) - 0.5,
        "colorscale": steps,
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
        "text": each(text),
        "texttemplate": "%{text}",
        "textfont": {"size": 12, "color": "#000"},
        "hovertext": each(hover),
        "hovertemplate": "%{hovertext}<extra></extra>",
        "customdata": each(lambda cell: [axis.values.index(v) for axis, v in zip(axes, cell, strict=True)]),
    }
    layout = base_layout(height, f"phase {across.name} {up.name}") | {
        "xaxis": frame_axis(type="category", title={"text": told(across.label)}, automargin=True),
        "yaxis": frame_axis(type="category", title={"text": told(up.label)}, automargin=True),
    }
    return {"data": [heat], "layout": layout}
