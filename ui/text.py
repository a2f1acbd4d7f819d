"""Texts that several parts of the page share, and texts from a file made harmless for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from dann_core.language import Text, enumerated, say
from ui.language import tell, told

STANDARDISED: Mapping[str, Text] = {
    "none": say("Inputs are used as they are."),
    "source": say("Inputs are standardised with the mean and deviation of the source; labels are not used."),
    "pooled": say("Inputs are standardised with the mean and deviation of both domains together; labels are not used."),
    "per-domain": say("Inputs are standardised by each domain's own mean and deviation; labels are not used."),
}


def plain(text: str) -> str:
    """`text` for a Markdown element, with every sign that Markdown or HTML would act on shown as it is."""
    return "".join("\\" + c if c in "\\`*_{}[]<>#|~$:&!" else c for c in text)


def duration(seconds: float) -> str:
    """How long something still takes, to the second or minute."""
    if seconds < 90:
        return tell("{n} s", n=max(round(seconds), 1))
    return tell("{n} min", n=round(seconds / 60))


def listed(words: Iterable[str]) -> str:
    """Words with commas between them."""
    return told(enumerated(words))


def together(words: Iterable[str]) -> str:
    """Words with commas between them, and an "and" before the last."""
    *others, last = words
    return tell("{others} and {last}", others=listed(others), last=last) if others else last
