"""What a built-in pair of domains is."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from functools import cache
from typing import Any, ClassVar, Literal

import numpy as np

from dann_core.domains.pair import DomainError, DomainPair
from dann_core.language import say
from dann_core.settings import Settings
from dann_core.settings.knobs import Knob, Knobs, knob, to_text

ClassShares = Literal["as drawn", "mostly class 0", "classes missing"]

RARER = 10
"""How many times fewer samples the other classes keep in a domain that is mostly class 0."""

FEWEST = 2
"""Samples that a thinned class keeps, where it has so many."""


class Domain(Knobs):
    """A built-in pair of domains; its knobs are what the page shows for it.

    `key` names it in links and on the command line, `title` on the page, `summary` says in one sentence what
    shifts between source and target, and `preset` holds the keyword arguments of `Settings` that work on it. `swept`
    names the knob that moves the target, and the values of it that a map begins with.
    """

    # A source without a class could not teach it, so that only the target may lack some.
    source_shares: Literal["as drawn", "mostly class 0"] = knob(
        "as drawn",
        say("How frequent the classes are in the source; mostly class 0: of all but the first, only a tenth is kept."),
        label=say("class shares of the source"),
    )
    target_shares: ClassShares = knob(
        "as drawn",
        say(
            "How frequent the classes are in the target; mostly class 0: of all but the first, only a tenth is "
            "kept, as where most bearings are healthy; classes missing: the last half of them is left out."
        ),
        label=say("class shares of the target"),
    )

    key: ClassVar[str]
    title: ClassVar[str]
    summary: ClassVar[str]
    preset: ClassVar[dict[str, Any]] = {}
    swept: ClassVar[tuple[str, str]]

    @classmethod
    @cache
    def knobs(cls) -> tuple[Knob, ...]:
        """All knobs of this domain: its own, the class shares, then what is done by hand."""
        return tuple(sorted(super().knobs(), key=lambda k: (k.group, k.name in Domain.model_fields)))

    def to_query(self, settings: Settings, base: Settings | None = None) -> dict[str, str]:
        """What a link to this domain with these settings holds: all that differs from `base`, by default the preset."""
        knobs = {k.name: to_text(getattr(self, k.name)) for k in self.knobs() if getattr(self, k.name) != k.default}
        return {"domain": self.key, **knobs, **settings.to_query(base or Settings(**self.preset))}

    def pair(self, seed: int) -> DomainPair:
        """The two domains drawn with this seed: the same seed and knobs give identical arrays.

        Raises `DomainError` if the seed is negative.
        """
        drawn = self.as_drawn(seed)
        kept = {
            domain: thinned(getattr(drawn, f"{domain}_y"), drawn.n_classes, how, generator(seed, f"{domain} shares"))
            for domain, how in (("source", self.source_shares), ("target", self.target_shares))
            if how != "as drawn"
        }
        arrays = {f"{d}_{part}": getattr(drawn, f"{d}_{part}")[rows] for d, rows in kept.items() for part in "xy"}
        return replace(drawn, **arrays) if arrays else drawn

    @abstractmethod
    def as_drawn(self, seed: int) -> DomainPair:
        """The two domains before their classes are thinned; see `pair`."""


def thinned(y: np.ndarray, n_classes: int, shares: ClassShares, rng: np.random.Generator) -> np.ndarray:
    """Rows, in order, of the samples with labels `(N,)` that make such class shares; see `Domain`'s knobs."""
    count = np.bincount(y, minlength=n_classes)
    if shares == "mostly class 0":
        rarer = np.maximum(count // RARER, np.minimum(count, FEWEST))
        count = np.where(np.arange(n_classes) > 0, rarer, count)
    elif shares == "classes missing":
        count[n_classes - n_classes // 2 :] = 0
    order = rng.permutation(len(y))
    return np.sort(np.concatenate([order[y[order] == c][:kept] for c, kept in enumerate(count)]))


def generator(seed: int, purpose: str) -> np.random.Generator:
    """A random generator of its own for each purpose, so that one domain's draws never move another's.

    Raises `DomainError` if the seed is negative.
    """
    if seed < 0:
        raise DomainError(say("The seed must be a whole number from 0 on; got {seed}.", seed=seed))
    return np.random.default_rng([seed, *purpose.encode()])


def balanced_labels(size: int, n_classes: int) -> np.ndarray:
    """`(size,)` labels 0..n_classes-1 in turn, so that no two classes differ by more than one sample."""
    return np.arange(size) % n_classes
