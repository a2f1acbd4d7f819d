"""What a built-in pair of domains is."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

import numpy as np

from dann_core.domains.pair import DomainError, DomainPair
from dann_core.settings.knobs import Knobs


class Domain(Knobs):
    """A built-in pair of domains; its knobs are what the page shows for it.

    `key` names it in links and on the command line, `title` on the page, `summary` says in one sentence what
    shifts between source and target, and `preset` holds the keyword arguments of `Settings` that work on it.
    """

    key: ClassVar[str]
    title: ClassVar[str]
    summary: ClassVar[str]
    preset: ClassVar[dict[str, Any]] = {}

    @abstractmethod
    def pair(self, seed: int) -> DomainPair:
        """The two domains drawn with this seed: the same seed and knobs give identical arrays.

        Raises `DomainError` if the seed is negative.
        """


def generator(seed: int, purpose: str) -> np.random.Generator:
    """A random generator of its own for each purpose, so that one domain's draws never move another's.

    Raises `DomainError` if the seed is negative.
    """
    if seed < 0:
        raise DomainError(f"The seed must be a whole number from 0 on; got {seed}.")
    return np.random.default_rng([seed, *purpose.encode()])


def balanced_labels(size: int, n_classes: int) -> np.ndarray:
    """`(size,)` labels 0..n_classes-1 in turn, so that no two classes differ by more than one sample."""
    return np.arange(size) % n_classes
