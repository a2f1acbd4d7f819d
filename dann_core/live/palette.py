"""Colours: colour is the class, symbol the domain, everywhere the same. player/palette.js has them too, and a test
compares the two.

The seven class colours were searched for: all have 3 : 1 on white, and no two of them come close for readers with
normal sight, protanopia, deuteranopia or tritanopia (`tests/test_palette.py` states the distances). From the eighth
class on the colours come again with a dot in the symbol. Text in a colour has 4.5 : 1. The player's dark palette is its
own; what is made here is drawn on white.
"""

from __future__ import annotations

CLASS_COLOURS = ("#0072b2", "#c87800", "#245f43", "#883f72", "#139ceb", "#811400", "#35104c")
MOST_CLASSES = 2 * len(CLASS_COLOURS)

DOMAIN_SCALE = ((0.0, "#ead3a8"), (0.5, "#ffffff"), (1.0, "#cbd3f7"))
"""From target through "cannot tell" to source, pale enough to carry points."""

CURVES = {
    "classification_loss": "#0072b2",
    "adversarial_loss": "#d0334f",
    "discrepancy_loss": "#073a18",
    "entropy": "#620e46",
    "source": "#0072b2",
    "target": "#634600",
    "domain": "#d0334f",
    "lambda": "#332288",
}
INK, FAINT = "#31333f", "#b5b7c0"


def class_colour(index: int) -> str:
    """The colour of a class; after seven the colours repeat."""
    return CLASS_COLOURS[index % len(CLASS_COLOURS)]


def is_dotted(index: int) -> bool:
    """Whether the symbol of a class has a dot, by which it differs from another of its colour."""
    return index % MOST_CLASSES >= len(CLASS_COLOURS)
