"""Settings that change while a run is trained, each at a stated iteration: what a fork is, told from iteration 0 on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from dann_core.language import Text, enumerated, say
from dann_core.settings.choices import in_words
from dann_core.settings.knobs import Knob, KnobError, from_text, to_text
from dann_core.settings.settings import Settings

COMMON = ("max_iter", "seed")
"""Settings that all lanes of a comparison share: they end together, and begin with the same weights and batches."""

MOST_STEPS = 12
"""Of one path."""

Later = tuple[tuple[int, Settings], ...]
"""Settings that take the place of those before, each from an iteration on, in order."""


class PathStep(NamedTuple):
    """A setting that takes a value at an iteration; those at 0 are what the run begins with."""

    at: int
    name: str
    value: Any


Path = tuple[PathStep, ...]
"""In the order of their iterations."""


def in_force(settings: Settings, later: Later, iteration: int) -> Settings:
    """Those that the coming iteration is trained with."""
    return next((s for at, s in reversed(later) if at <= iteration), settings)


def next_change(later: Later, iteration: int) -> int | None:
    """The next iteration after this one at which settings change."""
    return next((at for at, _ in later if at > iteration), None)


def begin(base: Settings, path: Path) -> Settings:
    """What a path begins with, where all else is as in `base`. Raises `KnobError` like `Settings`."""
    return base.replace(**{step.name: step.value for step in path if step.at == 0})


def later(base: Settings, path: Path) -> Later:
    """What it changes to. Raises `KnobError` for values that cannot stand together, and for a change after the end."""
    found: dict[int, Settings] = {}
    settings = begin(base, path)
    for at, name, value in path:
        if at >= base.max_iter:
            raise KnobError(
                say(
                    "A change at iteration {at:,} would come after the end: max_iter is {n:,}.",
                    at=at,
                    n=base.max_iter,
                )
            )
        if at > 0:
            found[at] = settings = settings.replace(**{name: value})
    return tuple(found.items())


def path_of(steps: Iterable[PathStep]) -> Path:
    """The steps in order. Raises `KnobError` for what no path can hold."""
    path = tuple(sorted(steps, key=lambda step: step.at))
    if not 0 < len(path) <= MOST_STEPS:
        raise KnobError(say("A lane changes settings 1 to {most} times; got {n}.", most=MOST_STEPS, n=len(path)))
    if len({(step.at, step.name) for step in path}) < len(path):
        raise KnobError(say("A setting changes once at an iteration."))
    for at, name, _ in path:
        if at > 0 and not lane_knob(name).live:
            raise KnobError(
                say(
                    "{name} needs a new network: a lane can begin with it, at 0, and not change it at {at:,}.",
                    name=name,
                    at=at,
                )
            )
    return path


def lane_knob(name: str) -> Knob:
    """The knob of that name. Raises `KnobError` for one that lanes of a comparison cannot differ in."""
    known = {k.name: k for k in Settings.knobs() if k.name not in COMMON}
    if name not in known:
        raise KnobError(say("Lanes cannot differ in {name}.", name=repr(name)))
    return known[name]


def value_of(name: str, text: str) -> Any:
    """A setting's value as a link writes it. Raises `KnobError` for one that cannot be."""
    # Raises for a value out of range.
    return getattr(Settings(**{name: from_text(lane_knob(name), text)}), name)


def path_to_text(path: Path) -> str:
    """As a link writes it: `240:gamma=3.0,300:lambda_max=0.5`."""
    return ",".join(f"{step.at}:{step.name}={to_text(step.value)}" for step in path)


def path_from_text(text: str) -> Path:
    """What `path_to_text` wrote. Raises `KnobError` for anything else."""
    return path_of(_step(part) for part in text.split(","))


def _step(text: str) -> PathStep:
    at, _, change = text.strip().partition(":")
    name, _, value = change.partition("=")
    # No iteration has more digits, and Python refuses to read thousands of them.
    if not (at.isascii() and at.isdigit() and len(at) <= 9) or not value:
        raise KnobError(
            say("A change is written like 240:gamma=3, the iteration first; got {text}.", text=repr(text[:40]))
        )
    return PathStep(int(at), name, value_of(name, value))


def path_title(base: Settings, path: Path) -> Text:
    """As Explore names a branch: what changes where, and what else it begins with."""
    before = begin(base, path)
    change_later = {step.name for step in path if step.at > 0}
    parts = [
        say("{setting} {value}", setting=lane_knob(s.name).label, value=_short(s.value))
        for s in path
        if s.at == 0 and s.name not in change_later
    ]
    for at, name, value in path:
        if at > 0:
            changed = {"old": _short(getattr(before, name)), "new": _short(value), "at": at}
            parts.append(say("{setting} {old} → {new} at {at:,}", setting=lane_knob(name).label, **changed))
            before = before.replace(**{name: value})
    return enumerated(parts)


def steps_between(base: Settings, begun: Settings, changes: Sequence[PathStep]) -> Path:
    """The path of a run that began with other settings than `base` and made these changes. Raises `KnobError`."""
    first = {knob.name: getattr(begun, knob.name) for knob in base.differences(begun)}
    found = {(0, name): value for name, value in first.items()} | {(c.at, c.name): c.value for c in changes}
    return path_of(PathStep(at, name, value) for (at, name), value in found.items()) if found else ()


def _short(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else in_words(value)
