"""Knobs: parameters that carry their default, range, unit and help text with them.

`Settings` and every built-in domain are `Knobs`. The page's controls, the command line's flags and the
link's query are all made from the fields declared there, so each of these facts stands in one place.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from types import UnionType
from typing import Any, Literal, Self, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dann_core.language import joined, said, say

Kind = Literal["int", "float", "bool", "choice", "text"]


class KnobError(ValueError):
    """A value that a knob refuses; the message names the knob, the rule and the value."""


@dataclass(frozen=True)
class Knob:
    """What the page and the command line need to know about one parameter."""

    name: str
    label: str
    default: Any
    help: str
    kind: Kind
    low: float | None
    high: float | None
    step: float | None
    ladder: tuple[float, ...]
    choices: tuple[str, ...]
    unit: str
    live: bool
    group: str


def knob(
    default: Any,
    help: str,
    *,
    label: str = "",
    low: float | None = None,
    high: float | None = None,
    step: float | None = None,
    ladder: tuple[float, ...] = (),
    unit: str = "",
    live: bool = False,
    group: str = "",
) -> Any:
    """Declare a field of a `Knobs` class.

    `step` is for scales with even steps, `ladder` lists the rungs of one without; `live` means that a change acts
    without a rebuild.
    """
    extra = {"label": label, "step": step, "ladder": ladder, "unit": unit, "live": live, "group": group}
    return Field(default, ge=low, le=high, description=help, json_schema_extra=extra)


class Knobs(BaseModel):
    """An immutable, validated set of knobs.

    Raises `KnobError`, one sentence per wrong value, instead of pydantic's report.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise KnobError(joined([self._sentence(e) for e in error.errors()], " ")) from None

    @classmethod
    def _sentence(cls, error: Any) -> str:
        name = str(error["loc"][0]) if error["loc"] else cls.__name__
        known = {k.name: k for k in cls.knobs()}
        if error["type"] == "extra_forbidden":
            return say(
                "{name} is not a parameter of {owner}; it has: {names}.",
                name=name,
                owner=cls.__name__,
                names=", ".join(known),
            )
        if error["type"] == "value_error":
            return said(error["ctx"]["error"])
        knob_, got = known[name], repr(error["input"])
        if knob_.kind == "choice":
            choices = ", ".join(knob_.choices)
            return say("{name} must be one of {choices}; got {value}.", name=name, choices=choices, value=got)
        if knob_.kind == "bool":
            return say("{name} must be true or false; got {value}.", name=name, value=got)
        if knob_.kind == "text":
            return say("{name} must be a text; got {value}.", name=name, value=got)
        facts = {"name": name, "low": f"{knob_.low:,}", "high": f"{knob_.high:,}", "value": got}
        if knob_.kind == "int":
            return say("{name} must be a whole number from {low} to {high}; got {value}.", **facts)
        return say("{name} must be a number from {low} to {high}; got {value}.", **facts)

    @classmethod
    @cache
    def knobs(cls) -> tuple[Knob, ...]:
        """All knobs of this class, in the order of their declaration."""
        # Asked for in every run of a page's script, and always the same.
        return tuple(_describe(name, field) for name, field in cls.model_fields.items())

    def replace(self, **changes: Any) -> Self:
        """A copy with some values changed, validated anew."""
        return type(self)(**{**self.model_dump(), **changes})


def _describe(name: str, field: Any) -> Knob:
    kind, choices = _kind(field.annotation)
    bounds = {type(m).__name__: getattr(m, type(m).__name__.lower()) for m in field.metadata}
    extra = field.json_schema_extra or {}
    return Knob(
        name=name,
        label=extra.get("label") or name.replace("_", " "),
        default=field.default,
        help=field.description or "",
        kind=kind,
        low=bounds.get("Ge"),
        high=bounds.get("Le"),
        step=extra.get("step"),
        ladder=tuple(extra.get("ladder", ())),
        choices=choices,
        unit=extra.get("unit", ""),
        live=extra.get("live", False),
        group=extra.get("group", ""),
    )


def _kind(annotation: Any) -> tuple[Kind, tuple[str, ...]]:
    if get_origin(annotation) is Literal:
        return "choice", get_args(annotation)
    if get_origin(annotation) in (Union, UnionType):
        raise TypeError(f"a knob has one type, not {annotation}")
    return {int: "int", float: "float", bool: "bool", str: "text"}[annotation], ()


def to_text(value: Any) -> str:
    """A knob's value as links and command lines write it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def from_text(knob_: Knob, text: str) -> Any:
    """The value that `text` stands for; what does not parse is returned as it is, for validation to name it."""
    if knob_.kind == "bool":
        return {"true": True, "false": False}.get(text.lower(), text)
    if knob_.kind in ("choice", "text"):
        return text
    try:
        return int(text) if knob_.kind == "int" else float(text)
    except ValueError:
        return text
