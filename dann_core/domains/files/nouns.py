"""What sentences about files count and name: nouns as texts, since languages count and name differently."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

from dann_core.domains.files.samples import Role
from dann_core.language import Text, joined, say, say_many
from dann_core.settings.catalogue import Kind

_COUNTED: dict[str, Callable[[int], Text]] = {
    "byte": lambda n: say_many("{n:,} byte", "{n:,} bytes", n),
    "cell": lambda n: say_many("{n:,} cell", "{n:,} cells", n),
    "class": lambda n: say_many("{n:,} class", "{n:,} classes", n),
    "feature": lambda n: say_many("{n:,} feature", "{n:,} features", n),
    "file": lambda n: say_many("{n:,} file", "{n:,} files", n),
    "label": lambda n: say_many("{n:,} label", "{n:,} labels", n),
    "missing cell": lambda n: say_many("{n:,} missing cell", "{n:,} missing cells", n),
    "recording": lambda n: say_many("{n:,} recording", "{n:,} recordings", n),
    "row": lambda n: say_many("{n:,} row", "{n:,} rows", n),
    "sample": lambda n: say_many("{n:,} sample", "{n:,} samples", n),
    "shape": lambda n: say_many("{n:,} shape", "{n:,} shapes", n),
    "step": lambda n: say_many("{n:,} step", "{n:,} steps", n),
    "value": lambda n: say_many("{n:,} value", "{n:,} values", n),
    "window": lambda n: say_many("{n:,} window", "{n:,} windows", n),
}

KINDS: dict[Kind, Text] = {"vectors": say("vectors"), "signals": say("signals"), "images": say("images")}
"""What samples are."""

ROLES: dict[Role, Text] = {"source": say("source"), "target": say("target")}
"""What domains are."""

Placed = Literal["array", "image", "recording"]

ONE: dict[Placed, Text] = {"array": say("array"), "image": say("image"), "recording": say("recording")}
MANY: dict[Placed, Text] = {"array": say("arrays"), "image": say("images"), "recording": say("recordings")}
"""What may lie in a folder that names its class."""


def count_of(n: int, noun: str) -> Text:
    """`1 row`, `2 rows`."""
    return _COUNTED[noun](n)


def series(parts: Iterable[str]) -> Text:
    """Parts of one sentence one after another, with commas."""
    return joined(parts, say(", "))


def clauses(parts: Iterable[str]) -> Text:
    """Clauses of one sentence one after another, with semicolons."""
    return joined(parts, say("; "))


def either(numbers: Iterable[int]) -> Text:
    """Numbers of which each is the case somewhere: `1 or 3`."""
    return joined(map(str, numbers), say(" or "))
