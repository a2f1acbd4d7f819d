"""What was decided while reading, as data: a rule's name and its values. `words` says it in English."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Fact:
    """One thing that a person should know about how a file was read.

    `rule` is a key of `words.SENTENCES`, `values` what stands in it, `file` the file that it is said of.
    """

    rule: str
    file: str = ""
    values: dict[str, Any] = field(default_factory=dict)


def fact(rule: str, file: str = "", /, **values: Any) -> Fact:
    """A fact of that rule with these values."""
    return Fact(rule, file, values)
