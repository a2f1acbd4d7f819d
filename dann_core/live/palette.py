"""Colours: colour is the class, symbol the domain, everywhere the same. player/palette.js has them too, and a test
compares the two.

The class colours are Okabe & Ito's (2008), made for colour-blind readers, then more of Paul Tol's muted scheme.
"""

from __future__ import annotations

CLASS_COLOURS = (
    "#0072b2",
    "#e69f00",
    "#009e73",
    "#cc79a7",
    "#56b4e9",
    "#d55e00",
    "#332288",
    "#999933",
    "#882255",
    "#777777",
)

DOMAIN_SCALE = ((0.0, "#cfcf9d"), (0.5, "#ffffff"), (1.0, "#c9b6dc"))
"""From target through "cannot tell" to source, pale enough to carry points."""

CURVES = {
    "classification_loss": "#0072b2",
    "adversarial_loss": "#d55e00",
    "discrepancy_loss": "#009e73",
    "entropy": "#cc79a7",
    "source": "#0072b2",
    "target": "#e69f00",
    "domain": "#d55e00",
    "lambda": "#332288",
}
INK, FAINT = "#31333f", "#b5b7c0"


def class_colour(index: int) -> str:
    """The colour of a class; after ten the colours repeat."""
    return CLASS_COLOURS[index % len(CLASS_COLOURS)]
