"""What a sweep is to train: some parameters as axes, every combination of their values with several seeds."""

from __future__ import annotations

import hashlib
import itertools
import math
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import Any, NamedTuple

from dann_core.domains.base import Domain
from dann_core.domains.pair import DomainPair
from dann_core.language import say
from dann_core.live.twin import source_only
from dann_core.method.networks import cost
from dann_core.method.written_step import stackable
from dann_core.settings import Settings
from dann_core.settings.knobs import KnobError
from dann_core.settings.methods import ADAPTING
from dann_core.sweeps.axis import LIMIT, Axis
from dann_core.sweeps.replicas import DECAYING, shape_key

REPLICAS, REPLICA_ITERATIONS, FEWEST = 32, 60_000, 4
"""How large a task may be: so many replicas, so many iterations of all its replicas together (about ten seconds), but
never fewer replicas than are worth stacking."""

SMALL = 50_000
"""Parameters up to which an iteration is mostly overhead; networks twice as large take about twice as long."""

REVERSED = 4
"""Experiments in a task that also measures the reverse risk: each of them takes a training of its own."""


class Key(NamedTuple):
    """What tells an experiment from the others: the axes' values, the seed, and whether it is a source-only twin.

    A twin has None where the axis acts only on what adapts: all cells along it share the twin.
    """

    cell: tuple[Any, ...]
    seed: int
    is_twin: bool = False


class Case(NamedTuple):
    """One experiment: its settings, and its domain, which the settings' seed draws; None where a pair is given."""

    key: Key
    settings: Settings
    domain: Domain | None = None

    def pair(self, given: DomainPair | None) -> DomainPair:
        """What it is trained on."""
        return given if self.domain is None else self.domain.pair(self.settings.seed)


@dataclass(frozen=True, eq=False)
class Plan:
    """A sweep over a built-in `domain`, whose data each seed draws anew, or over one given `pair`.

    The seeds are `base.seed` and those after it. Where the target has labels, each experiment is measured against its
    source-only twin, of the same data and seed. `reverse` also measures the reverse risk, which doubles the time.
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
            raise KnobError(say("A sweep is over a built-in domain or over one pair of domains."))
        if not self.names or len(set(self.names)) < len(self.names):
            raise KnobError(say("Give at least one axis, and each parameter once."))
        for axis in self.axes:
            if axis.owner not in (Settings, type(self.domain)):
                raise KnobError(
                    say(
                        "{name} is a parameter of {owner}, which this sweep is not over.",
                        name=axis.name,
                        owner=axis.owner.key,
                    )
                )
        if self.seeds < 1:
            raise KnobError(say("A cell needs at least one seed; got {n}.", n=self.seeds))
        if self.size > LIMIT:
            raise KnobError(
                say(
                    "This sweep has {n:,} experiments, the limit is {limit:,}: give fewer values.",
                    n=self.size,
                    limit=LIMIT,
                )
            )
        self.base.replace(seed=self.base.seed + self.seeds - 1)

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters on the axes."""
        return tuple(axis.name for axis in self.axes)

    @property
    def size(self) -> int:
        """How many experiments there are, twins included."""
        return self.seeds * math.prod(len(axis.values) for axis in self.axes) + self.twins

    @property
    def twins(self) -> int:
        """How many of them are source-only twins."""
        if not self.labelled:
            return 0
        return self.seeds * math.prod(len(axis.values) for axis in self.axes if axis.name not in ADAPTING)

    @cached_property
    def example(self) -> DomainPair:
        """A pair of the kind that is trained on."""
        return self.pair if self.domain is None else self.domain.pair(self.base.seed)

    @property
    def labelled(self) -> bool:
        """Whether the target has labels to be examined with; those of built-in domains all have."""
        return self.pair is None or self.pair.target_y is not None

    def cells(self) -> list[tuple[Any, ...]]:
        """Every combination of the axes' values."""
        return list(itertools.product(*(axis.values for axis in self.axes)))

    def experiments(self) -> list[Case]:
        """All experiments, seed by seed, twins first: who stops early has every cell once before any cell twice."""
        cells, seeds = self.cells(), range(self.base.seed, self.base.seed + self.seeds)
        twins = dict.fromkeys(map(self._shared, cells)) if self.labelled else ()
        return [
            case
            for seed in seeds
            for case in (*(self._twin(cell, seed) for cell in twins), *(self.case(cell, seed) for cell in cells))
        ]

    def case(self, cell: Sequence[Any], seed: int) -> Case:
        """The experiment of one cell and seed."""
        return self._made(self.base, Key(tuple(cell), seed))

    def twin_key(self, cell: Sequence[Any], seed: int) -> Key:
        """Of the source-only twin that the experiment is measured against."""
        return Key(self._shared(cell), seed, is_twin=True)

    def _shared(self, cell: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(None if a.name in ADAPTING else value for a, value in zip(self.axes, cell, strict=True))

    def _twin(self, shared: tuple[Any, ...], seed: int) -> Case:
        return self._made(self._bare, Key(shared, seed, is_twin=True))

    @cached_property
    def _bare(self) -> Settings:
        return source_only(self.base)

    def _made(self, base: Settings, key: Key) -> Case:
        given = [(axis, value) for axis, value in zip(self.axes, key.cell, strict=True) if value is not None]
        # Every value was validated with its axis; doing so again for each experiment takes seconds.
        settings = base.model_copy(update={a.name: v for a, v in given if a.owner is Settings} | {"seed": key.seed})
        moved = {a.name: v for a, v in given if a.owner is not Settings}
        return Case(key, settings, self.domain.model_copy(update=moved) if moved else self.domain)

    def tasks(self, experiments: Iterable[Case], workers: int) -> list[list[Case]]:
        """Experiments that are trained together, each list of them some seconds of work.

        Those of one shape and length are stacked, so widths are in groups of their own; what cannot be stacked is
        alone. Every worker gets a share of each shape. Of a built-in domain's sizes the worker sees to it: data are
        drawn there.
        """
        shapes: dict[Hashable, list[Case]] = {}
        for index, case in enumerate(experiments):
            alone = not stackable(self.example, case.settings)
            key = index if alone else (shape_key(self.example, case.settings), case.settings.max_iter)
            shapes.setdefault(key, []).append(case)
        tasks = [chunk for group in shapes.values() for chunk in _chunks(group, self._task_size(group, workers))]
        tasks.sort(key=lambda task: task[0].settings.seed)
        # Neighbours whose learning rate is the same all along are stepped in one call.
        decaying = attrgetter(*DECAYING)
        return [sorted(task, key=lambda case: decaying(case.settings)) for task in tasks]

    def _task_size(self, group: list[Case], workers: int) -> int:
        if self.reverse:
            return REVERSED
        settings = group[0].settings
        try:
            parameters = cost(self.example.sample_shape, self.example.n_classes, settings).parameters
        except KnobError:
            # Too large to train: each will say so.
            return 1
        fewest = FEWEST if parameters <= SMALL else 1
        affordable = int(REPLICA_ITERATIONS / settings.max_iter * min(1, SMALL / parameters))
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


def _chunks(group: list[Case], size: int) -> list[list[Case]]:
    return [group[i : i + size] for i in range(0, len(group), size)]


def _fingerprint(pair: DomainPair) -> str:
    digest = hashlib.sha256()
    for array in (pair.source_x, pair.source_y, pair.target_x, pair.target_y):
        digest.update(b"none" if array is None else f"{array.dtype} {array.shape}".encode() + array.tobytes())
    return digest.hexdigest()
