"""Texts that several parts of the page share, and texts from a file made harmless for it."""

from __future__ import annotations

STANDARDISED = {
    "none": "Inputs are used as they are.",
    "source": "Inputs are standardised with the mean and deviation of the source; labels are not used.",
    "pooled": "Inputs are standardised with the mean and deviation of both domains together; labels are not used.",
    "per-domain": "Inputs are standardised by each domain's own mean and deviation; labels are not used.",
}


def plain(text: str) -> str:
    """`text` for a Markdown element, with every sign that Markdown or HTML would act on shown as it is."""
    return "".join("\\" + c if c in "\\`*_{}[]<>#|~$:&!" else c for c in text)


def duration(seconds: float) -> str:
    """How long something still takes, to the second or minute."""
    return f"{max(round(seconds), 1)} s" if seconds < 90 else f"{round(seconds / 60)} min"
