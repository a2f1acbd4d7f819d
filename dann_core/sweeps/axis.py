"""An axis of a sweep: one parameter, a setting or one of the built-in domain's, and the values that it takes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dann_core.domains.base import Domain
from dann_core.language import enumerated, joined, say
from dann_core.settings import Settings
from dann_core.settings.choices import in_words
from dann_core.settings.knobs import Knob, KnobError, Knobs, from_text, to_text

LIMIT = 20_000
"""Experiments in one sweep, and so values on an axis."""


def variables(domain: type[Domain] | None = None) -> dict[str, Knob]:
    """What can be an axis, by name: the domain's parameters but texts, then all settings but the seed, which every
    cell varies anyway."""
    kinds = [Settings] if domain is None else [domain, Settings]
    return {k.name: k for kind in kinds for k in kind.knobs() if k.name != "seed" and k.kind != "text"}


@dataclass(frozen=True)
class Axis:
    """One parameter and its values, in order and each but once; `domain` is the built-in one that it may belong to.

    Numbers rise; choices stand as their knob lists them. Raises `KnobError` for what it cannot be.
    """

    name: str
    values: tuple[Any, ...]
    domain: type[Domain] | None = None

    def __post_init__(self) -> None:
        if self.name not in variables(self.domain):
            raise KnobError(
                say(
                    "{name} cannot be an axis; choose one of: {names}.",
                    name=self.name,
                    names=", ".join(variables(self.domain)),
                )
            )
        if not self.values:
            raise KnobError(
                say(
                    "The axis {name} has no values: give some, as in {example}.",
                    name=self.name,
                    example=_example(self.knob),
                )
            )
        checked = {getattr(self.owner(**{self.name: value}), self.name) for value in self.values}
        in_order = self.knob.choices.index if self.knob.kind == "choice" else None
        object.__setattr__(self, "values", tuple(sorted(checked, key=in_order)))

    @classmethod
    def parse(cls, name: str, text: str, domain: type[Domain] | None = None) -> Axis:
        """The axis that a person writes: `1,3,10`, or `start:stop:count` for evenly spaced values, or both.

        Raises `KnobError` for what does not parse or is out of range.
        """
        knob = variables(domain).get(name)
        parts = [part.strip() for part in text.split(",") if part.strip()] if knob else []
        return cls(name, tuple(value for part in parts for value in _values(knob, part)), domain)

    @property
    def knob(self) -> Knob:
        """The parameter."""
        return variables(self.domain)[self.name]

    @property
    def owner(self) -> type[Knobs]:
        """Whose parameter it is: `Settings`, or the domain."""
        return Settings if self.name in Settings.model_fields else self.domain

    @property
    def label(self) -> str:
        """For people, with its unit."""
        if not self.knob.unit:
            return self.knob.label
        return say("{label} ({unit})", label=self.knob.label, unit=self.knob.unit)


def _example(knob: Knob) -> str:
    return ",".join(knob.choices) or ("true,false" if knob.kind == "bool" else say("1,3,10 or 0:30:7"))


def _values(knob: Knob, part: str) -> list[Any]:
    if knob.kind in ("bool", "choice"):
        return [from_text(knob, part)]
    return _span(knob, part) if ":" in part else [from_text(knob, part.replace("_", ""))]


def _span(knob: Knob, text: str) -> list[float]:
    try:
        start, stop, count = text.split(":")
        first, last, n = float(start), float(stop), int(count)
    except ValueError:
        raise KnobError(
            say("{name} takes values or start:stop:count; got {value}.", name=knob.name, value=repr(text))
        ) from None
    if not 2 <= n <= LIMIT or not math.isfinite(first + last):
        raise KnobError(
            say(
                "{name} takes start:stop:count with a count from 2 to {limit:,}; got {value}.",
                name=knob.name,
                limit=LIMIT,
                value=repr(text),
            )
        )
    values = np.linspace(first, last, n).tolist()
    return [round(v) for v in values] if knob.kind == "int" else [float(f"{v:.12g}") for v in values]


def cell_text(axes: Sequence[Axis], cell: Sequence[Any]) -> str:
    """A cell as a person reads it: `gamma 10, discriminator width 64`."""
    told = zip(axes, cell, strict=True)
    return enumerated(joined((axis.knob.label, value_text(value)), " ") for axis, value in told)


def value_text(value: Any) -> str:
    """A value on an axis, short: `0.001`, `10`, `2,000`, `as drawn`."""
    if isinstance(value, bool | str):
        return in_words(value)
    return f"{value:,}" if isinstance(value, int) else to_text(int(value) if value.is_integer() else value)
