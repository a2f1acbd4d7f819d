"""Runs that outlive their page: found again, bounded, and let go."""

from __future__ import annotations

import pytest
from dann_core.live.registry import Full, Registry


@pytest.fixture
def here() -> set[str]:
    return {"ann", "bob", "eve"}


def made(here: set[str], *, limit: int = 2, keep_seconds: float = 1000) -> tuple[Registry[str], list[str]]:
    freed: list[str] = []
    return Registry(limit, keep_seconds, here.__contains__, freed.append), freed


def test_who_comes_back_finds_it_and_nobody_else_takes_it(here: set[str]) -> None:
    registry, _ = made(here)
    key = registry.add("run", "ann")
    assert registry.take(key, "bob") is None
    here.remove("ann")
    assert registry.take(key, "bob") == "run"
    here.add("ann")
    assert registry.take(key, "ann") is None
    assert registry.take("unknown", "ann") is None


def test_a_full_registry_refuses_until_somebody_leaves(here: set[str]) -> None:
    registry, freed = made(here)
    registry.add("first", "ann")
    registry.add("second", "bob")
    assert not registry.has_room()
    with pytest.raises(Full, match="All 2 places"):
        registry.add("third", "eve")
    here.remove("ann")
    assert registry.has_room()
    registry.add("third", "eve")
    assert freed == ["first"]
    assert len(registry) == 2


def test_what_nobody_asks_for_is_freed(here: set[str]) -> None:
    registry, freed = made(here, keep_seconds=-1)
    key = registry.add("run", "ann")
    assert registry.prune() == 0
    assert freed == []
    here.remove("ann")
    assert registry.prune() == 1
    assert freed == ["run"]
    assert key not in registry
