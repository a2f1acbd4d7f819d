"""What the values of knobs are called where a page shows them: in links, files and commands they are identifiers."""

from __future__ import annotations

from typing import Any

from dann_core.language import say
from dann_core.settings.knobs import to_text

_WORDS = {
    word: word
    for word in (
        say("true"), say("false"), say("none"), say("auto"),
        say("as drawn"), say("mostly class 0"), say("classes missing"), say("ignored"), say("estimated"),
        say("features"), say("conditional"), say("source"), say("pooled"), say("per-domain"),
        say("layer"), say("batch"), say("batch-joint"), say("reversed"), say("wrong"),
        say("page"), say("presentation"), say("slow"), say("normal"), say("fast"), say("class"), say("domain"),
    )
}  # fmt: skip
"""Names of networks, optimizers and losses are the same in all languages."""


def in_words(value: Any) -> str:
    """A knob's value for people: like `to_text`, and a choice that is an English word can be put into another one."""
    return _WORDS.get(to_text(value), to_text(value))
