"""What lanes of a comparison differ in: each takes one thing else than the experiment that they are variants of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from dann_core.language import joined, say
from dann_core.settings.knobs import KnobError, from_text, in_words, to_text
from dann_core.settings.methods import METHODS, SOURCE_ONLY
from dann_core.settings.settings import Settings

FEWEST, MOST = 2, 4
"""Lanes of a comparison."""

COMMON = ("max_iter", "seed")
"""Settings that all lanes share: they end together, and begin with the same weights and batches."""

YOURS, ORACLE, METHOD = "yours", "oracle", "method"
_NAMES = {YOURS: say("yours"), ORACLE: say("oracle")}

Role = Literal["source-only", "adapted", "oracle"]


@dataclass(frozen=True)
class Variant:
    """One lane: `name` is a setting that takes another `value`, or `METHOD`, `ORACLE`, or `YOURS` for no difference."""

    name: str = YOURS
    value: Any = None

    def settings(self, base: Settings) -> Settings:
        """The lane's settings. Raises `KnobError` for a value that cannot be."""
        if self.name == YOURS:
            return base
        if self.name == ORACLE:
            # With all labels there is nothing to adapt to.
            return base.replace(**SOURCE_ONLY)
        return base.replace(**(METHODS[self.value].settings if self.name == METHOD else {self.name: self.value}))

    def role(self, base: Settings) -> Role:
        """What it is to the gap that adapting may close."""
        if self.name == ORACLE:
            return "oracle"
        return "adapted" if self.settings(base).adapts else "source-only"

    @property
    def title(self) -> str:
        """For the page."""
        if self.name == METHOD:
            return METHODS[self.value].title
        return _NAMES.get(self.name) or joined((_knob(self.name).label, in_words(self.value)), " ")

    def to_text(self) -> str:
        """As a link writes it."""
        return self.name if self.name in (YOURS, ORACLE) else f"{self.name}={to_text(self.value)}"

    @classmethod
    def from_text(cls, text: str) -> Variant:
        """What `to_text` wrote. Raises `KnobError` for anything else."""
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
        read = from_text(_knob(name), value)
        # Raises for a value out of range.
        return cls(name, getattr(Settings(**{name: read}), name))


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


def _knob(name: str) -> Any:
    known = {k.name: k for k in Settings.knobs() if k.name not in COMMON}
    if name not in known:
        raise KnobError(say("Lanes cannot differ in {name}.", name=repr(name)))
    return known[name]


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
