"""What a sweep is to train: some numeric settings as axes, every combination of their values with several seeds."""

from __future__ import annotations

import hashlib
import itertools
import math
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import Any

import numpy as np

from dann_core.domains.base import Domain
from dann_core.domains.pair import DomainPair
from dann_core.method.networks import cost
from dann_core.method.written_step import stackable
from dann_core.settings import Settings
from dann_core.settings.knobs import Knob, KnobError, from_text, to_text
from dann_core.sweeps.replicas import DECAYING, shape_key

LIMIT = 20_000
"""Experiments in one sweep."""

REPLICAS, REPLICA_ITERATIONS, FEWEST = 32, 60_000, 4
"""How large a task may be: so many replicas, so many iterations of all its replicas together (about ten seconds), but
never fewer replicas than are worth stacking."""

SMALL = 50_000
"""Parameters up to which an iteration is mostly overhead; networks twice as large take about twice as long."""

REVERSED = 4
"""Experiments in a task that also measures the reverse risk: each of them takes a training of its own."""


def numeric_knobs() -> dict[str, Knob]:
    """The settings that can be an axis, by name: all numbers but the seed, which every cell varies anyway."""
    return {k.name: k for k in Settings.knobs() if k.kind in ("int", "float") and k.name != "seed"}


@dataclass(frozen=True)
class Axis:
    """One setting and its values, rising and each but once. Raises `KnobError` for what it cannot be."""

    name: str
    values: tuple[float, ...]

    def __post_init__(self) -> None:
        if self.name not in numeric_knobs():
            raise KnobError(f"{self.name} cannot be an axis; choose one of: {', '.join(numeric_knobs())}.")
        if not self.values:
            raise KnobError(f"The axis {self.name} has no values: give some, as in 1,3,10 or 0:30:7.")
        checked = {getattr(Settings(**{self.name: value}), self.name) for value in self.values}
        object.__setattr__(self, "values", tuple(sorted(checked)))

    @classmethod
    def parse(cls, name: str, text: str) -> Axis:
        """The axis that a person writes: `1,3,10`, or `start:stop:count` for evenly spaced values, or both.

        Raises `KnobError` for what does not parse or is out of range.
        """
        knob = numeric_knobs().get(name)
        if knob is None:
            return cls(name, ())
        parts = [part.strip() for part in text.split(",") if part.strip()]
        return cls(name, tuple(v for part in parts for v in (_span(knob, part) if ":" in part else [_one(knob, part)])))


def _one(knob: Knob, text: str) -> Any:
    return from_text(knob, text.replace("_", ""))


def _span(knob: Knob, text: str) -> list[float]:
    try:
        start, stop, count = text.split(":")
        first, last, n = float(start), float(stop), int(count)
    except ValueError:
        raise KnobError(f"{knob.name} takes values or start:stop:count; got {text!r}.") from None
    if not 2 <= n <= LIMIT or not math.isfinite(first + last):
        raise KnobError(f"{knob.name} takes start:stop:count with a count from 2 to {LIMIT:,}; got {text!r}.")
    values = np.linspace(first, last, n).tolist()
    return [round(v) for v in values] if knob.kind == "int" else [float(f"{v:.12g}") for v in values]


@dataclass(frozen=True, eq=False)
class Plan:
    """A sweep over a built-in `domain`, whose data each seed draws anew, or over one given `pair`.

    The seeds are `base.seed` and those after it; `reverse` also measures the reverse risk, which doubles the time.
    Raises `KnobError` when there is nothing to sweep, or too much.
    """

    base: Settings
    axes: tuple[Axis, ...]
    seeds: int = 5
    domain: Domain | None = None
    pair: DomainPair | None = None
    reverse: bool = False

    def __post_init__(self) -> None:
        if (self.domain is None) == (self.pair is None):
            raise KnobError("A sweep is over a built-in domain or over one pair of domains.")
        names = [axis.name for axis in self.axes]
        if not names or len(set(names)) < len(names):
            raise KnobError("Give at least one axis, and each setting once.")
        if self.seeds < 1:
            raise KnobError(f"A cell needs at least one seed; got {self.seeds}.")
        if self.size > LIMIT:
            raise KnobError(f"This sweep has {self.size:,} experiments, the limit is {LIMIT:,}: give fewer values.")
        self.base.replace(seed=self.base.seed + self.seeds - 1)

    @property
    def names(self) -> tuple[str, ...]:
        """The settings on the axes."""
        return tuple(axis.name for axis in self.axes)

    @property
    def size(self) -> int:
        """How many experiments there are."""
        return self.seeds * math.prod(len(axis.values) for axis in self.axes)

    @property
    def data(self) -> Domain | DomainPair:
        """What travels to the workers."""
        return self.pair if self.domain is None else self.domain

    @cached_property
    def example(self) -> DomainPair:
        """The pair of the first seed."""
        return pair_of(self.data, self.base.seed)

    @property
    def labelled(self) -> bool:
        """Whether the target has labels to be examined with."""
        return self.example.target_y is not None

    def cells(self) -> list[tuple[float, ...]]:
        """Every combination of the axes' values."""
        return list(itertools.product(*(axis.values for axis in self.axes)))

    def experiments(self) -> list[Settings]:
        """All experiments, seed by seed: whoever stops early has every cell once before any cell twice."""
        cells, first = self.cells(), self.base.seed
        return [self.settings(cell, seed) for seed in range(first, first + self.seeds) for cell in cells]

    def settings(self, cell: Sequence[float], seed: int) -> Settings:
        """The experiment of one cell and seed."""
        # Every value was validated with its axis; doing so again for each experiment takes seconds.
        return self.base.model_copy(update={**dict(zip(self.names, cell, strict=True)), "seed": seed})

    def key(self, settings: Settings) -> tuple[float, ...]:
        """What tells this experiment from the others: the axes' values and the seed."""
        return (*(getattr(settings, name) for name in self.names), settings.seed)

    def tasks(self, experiments: Iterable[Settings], workers: int) -> list[list[Settings]]:
        """Experiments that are trained together, each list of them some seconds of work.

        Those of one shape and length are stacked, so widths are in groups of their own; what cannot be stacked is
        alone. Every worker gets a share of each shape.
        """
        shapes: dict[Hashable, list[Settings]] = {}
        for index, settings in enumerate(experiments):
            alone = not stackable(self.example, settings)
            key = index if alone else (shape_key(self.example, settings), settings.max_iter)
            shapes.setdefault(key, []).append(settings)
        tasks = [chunk for group in shapes.values() for chunk in _chunks(group, self._task_size(group, workers))]
        tasks.sort(key=lambda task: task[0].seed)
        # Neighbours whose learning rate is the same all along are stepped in one call.
        return [sorted(task, key=attrgetter(*DECAYING)) for task in tasks]

    def _task_size(self, group: list[Settings], workers: int) -> int:
        if self.reverse:
            return REVERSED
        try:
            parameters = cost(self.example.sample_shape, self.example.n_classes, group[0]).parameters
        except KnobError:
            # Too large to train: each will say so.
            return 1
        fewest = FEWEST if parameters <= SMALL else 1
        affordable = int(REPLICA_ITERATIONS / group[0].max_iter * min(1, SMALL / parameters))
        return max(fewest, min(REPLICAS, affordable, math.ceil(len(group) / workers)))

    def description(self) -> dict[str, Any]:
        """All that the results depend on, as JSON holds it."""
        return {
            "domain": None if self.domain is None else {"name": self.domain.key, **self.domain.model_dump()},
            "pair": None if self.pair is None else {"name": self.pair.name, "sha256": _fingerprint(self.pair)},
            "settings": self.base.model_dump(),
            "axes": {axis.name: list(axis.values) for axis in self.axes},
            "seeds": self.seeds,
            "reverse": self.reverse,
        }


def pair_of(data: Domain | DomainPair, seed: int) -> DomainPair:
    """A built-in domain drawn with that seed; a given pair is the same for every seed."""
    return data.pair(seed) if isinstance(data, Domain) else data


def cell_text(names: Sequence[str], cell: Sequence[float]) -> str:
    """A cell as a person reads it: `gamma 10, discriminator width 64`."""
    knobs = numeric_knobs()
    return ", ".join(f"{knobs[name].label} {value_text(value)}" for name, value in zip(names, cell, strict=True))


def value_text(value: float) -> str:
    """A value on an axis, short: `0.001`, `10`, `2,000`."""
    return f"{value:,}" if isinstance(value, int) else to_text(int(value) if float(value).is_integer() else value)


def _chunks(group: list[Settings], size: int) -> list[list[Settings]]:
    return [group[i : i + size] for i in range(0, len(group), size)]


def _fingerprint(pair: DomainPair) -> str:
    digest = hashlib.sha256()
    for array in (pair.source_x, pair.source_y, pair.target_x, pair.target_y):
        digest.update(b"none" if array is None else f"{array.dtype} {array.shape}".encode() + array.tobytes())
    return digest.hexdigest()
