"""What lanes of a comparison differ in: each takes one thing else than the experiment that they are variants of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from dann_core.language import joined, say
from dann_core.settings.choices import in_words
from dann_core.settings.knobs import KnobError, to_text
from dann_core.settings.methods import METHODS, SOURCE_ONLY
from dann_core.settings.path import (
    Later,
    begin,
    lane_knob,
    later,
    path_from_text,
    path_title,
    path_to_text,
    value_of,
)
from dann_core.settings.settings import Settings

FEWEST, MOST = 2, 4
"""Lanes of a comparison."""

YOURS, ORACLE, METHOD, PATH = "yours", "oracle", "method", "path"
_NAMES = {YOURS: say("yours"), ORACLE: say("oracle")}

Role = Literal["source-only", "adapted", "oracle"]


@dataclass(frozen=True)
class Variant:
    """One lane: `name` is a setting that takes another `value`, or `METHOD`, `ORACLE`, or `YOURS` for no difference.

    With `PATH`, `value` is a `Path`: settings that the lane begins with, or changes to at stated iterations.
    """

    name: str = YOURS
    value: Any = None

    def settings(self, base: Settings) -> Settings:
        """Those that the lane begins with. Raises `KnobError` for a value that cannot be."""
        if self.name == YOURS:
            return base
        if self.name == PATH:
            return begin(base, self.value)
        if self.name == ORACLE:
            # With all labels there is nothing to adapt to.
            return base.replace(**SOURCE_ONLY)
        return base.replace(**(METHODS[self.value].settings if self.name == METHOD else {self.name: self.value}))

    def later(self, base: Settings) -> Later:
        """Those that it changes to while it is trained. Raises `KnobError` likewise."""
        return later(base, self.value) if self.name == PATH else ()

    def role(self, base: Settings) -> Role:
        """What it is to the gap that adapting may close."""
        if self.name == ORACLE:
            return "oracle"
        stages = [self.settings(base), *(settings for _, settings in self.later(base))]
        return "adapted" if any(settings.adapts for settings in stages) else "source-only"

    def title(self, base: Settings) -> str:
        """For the page."""
        if self.name == METHOD:
            return METHODS[self.value].title
        if self.name == PATH:
            return path_title(base, self.value)
        return _NAMES.get(self.name) or joined((lane_knob(self.name).label, in_words(self.value)), " ")

    def to_text(self) -> str:
        """As a link writes it."""
        if self.name == PATH:
            return path_to_text(self.value)
        return self.name if self.name in (YOURS, ORACLE) else f"{self.name}={to_text(self.value)}"

    @classmethod
    def from_text(cls, text: str) -> Variant:
        """What `to_text` wrote. Raises `KnobError` for anything else."""
        if text.partition(":")[0].isdigit():
            return cls(PATH, path_from_text(text))
        name, _, value = text.partition("=")
        if name in (YOURS, ORACLE) and not value:
            return cls(name)
        if name == METHOD:
            if value not in METHODS:
                raise KnobError(
                    say(
                        "There is no method {value}; choose one of: {names}.",
                        value=repr(value),
                        names=", ".join(METHODS),
                    )
                )
            return cls(name, value)
        return cls(name, value_of(name, value))


def to_link(variants: Sequence[Variant]) -> str:
    """All lanes, as a link writes them."""
    return "|".join(variant.to_text() for variant in variants)


def from_link(text: str) -> tuple[Variant, ...]:
    """The lanes of a link. Raises `KnobError` for what cannot be read, and for too few or too many."""
    variants = tuple(Variant.from_text(part) for part in text.split("|"))
    if not FEWEST <= len(variants) <= MOST:
        raise KnobError(
            say("A comparison has {fewest} to {most} lanes; got {n}.", fewest=FEWEST, most=MOST, n=len(variants))
        )
    return variants


@dataclass(frozen=True)
class Preset:
    """A comparison to begin with."""

    title: str
    variants: tuple[Variant, ...]


def _of(name: str, *values: Any) -> tuple[Variant, ...]:
    return tuple(Variant(name, value) for value in values)


PRESETS = {
    "gap": Preset(say("source only, yours, oracle"), (*_of(METHOD, "source-only"), Variant(), Variant(ORACLE))),
    "methods": Preset(say("four methods"), _of(METHOD, "dann", "cdan", "dan", "deep-coral")),
    "norms": Preset(say("discriminator norms"), _of("discriminator_norm", "none", "layer", "batch", "batch-joint")),
    "gammas": Preset(say("gammas"), _of("gamma", 1.0, 3.0, 10.0, 30.0)),
    "widths": Preset(say("discriminator widths"), _of("discriminator_width", 4, 64, 1024)),
}

WITHOUT_EXAM = (*_of(METHOD, "source-only"), Variant())
"""To begin with where there are no target labels, and so no oracle."""
