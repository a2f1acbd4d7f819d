"""Domains to train on. To add one, write a class in a file of this folder and enter it in `_DOMAINS`."""

from __future__ import annotations

from typing import Any

from dann_core.domains.base import Domain
from dann_core.domains.images import Digits
from dann_core.domains.pair import DomainError, DomainPair
from dann_core.domains.synthetic import Blobs, Moons, Pinwheel
from dann_core.domains.vibration import Vibration, VibrationPictures
from dann_core.language import say
from dann_core.settings import Settings

__all__ = ["Domain", "DomainError", "DomainPair", "get", "load", "names", "preset"]

_DOMAINS: tuple[type[Domain], ...] = (Moons, Blobs, Pinwheel, Digits, Vibration, VibrationPictures)
_BY_KEY = {domain.key: domain for domain in _DOMAINS}


def names() -> tuple[str, ...]:
    """The keys of all built-in domains, in the order in which the page lists them."""
    return tuple(_BY_KEY)


def get(name: str) -> type[Domain]:
    """The built-in domain of that key. Raises `DomainError` if there is none."""
    if name not in _BY_KEY:
        raise DomainError(
            say(
                "There is no built-in domain {name}; choose one of: {names}.", name=repr(name), names=", ".join(_BY_KEY)
            )
        )
    return _BY_KEY[name]


def load(name: str, seed: int = 0, **parameters: Any) -> DomainPair:
    """Draw a built-in pair of domains: `load("moons", seed=1, angle=45)`.

    Raises `DomainError` for an unknown name or a negative seed, `KnobError` for a wrong parameter.
    """
    return get(name)(**parameters).pair(seed)


def preset(name: str) -> Settings:
    """Settings that work on a built-in domain. Raises `DomainError` if there is no such domain."""
    return Settings(**get(name).preset)
