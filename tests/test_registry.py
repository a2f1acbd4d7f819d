"""Things that outlive their page: found again, owned by who has the token, bounded, and let go."""

from __future__ import annotations

import pytest

from server.registry import Full, Registry


def made(present: set[str], *, limit: int = 2, keep_seconds: float = 1000) -> tuple[Registry[str], list[str]]:
    freed: list[str] = []
    return Registry(limit, keep_seconds, present.__contains__, freed.append), freed


def test_whoever_has_the_key_may_look_and_only_the_token_s_holder_owns() -> None:
    registry, _ = made(set())
    (key, token), (other_key, other_token) = registry.add("first"), registry.add("second")
    assert registry.find(key) == "first"
    assert registry.claim(key, token) == "first"
    assert registry.claim(other_key, other_token) == "second"
    assert len({key, token, other_key, other_token}) == 4


@pytest.mark.parametrize("wrong", ["", "x", "täuschend", "\ud800", "\0"])
def test_a_wrong_token_owns_nothing(wrong: str) -> None:
    registry, _ = made(set())
    key, token = registry.add("run")
    _, others = registry.add("other")
    for told in (wrong, others, key, token[:-1], token + "x", token.swapcase()):
        assert registry.claim(key, told) is None
    assert registry.claim("unknown", token) is None
    assert registry.find("unknown") is None
    assert registry.claim(key, token) == "run"


def test_keys_and_tokens_are_long_enough_not_to_be_guessed() -> None:
    registry, _ = made(set(), limit=300)
    pairs = [registry.add("run") for _ in range(300)]
    assert len({key for key, _ in pairs}) == len({token for _, token in pairs}) == 300
    assert min(len(token) for _, token in pairs) >= 21
    # In an address without being quoted.
    assert all(part.replace("-", "").replace("_", "").isalnum() for pair in pairs for part in pair)


def test_a_full_registry_refuses_until_somebody_leaves() -> None:
    present = {"first", "second", "third"}
    registry, freed = made(present)
    (first, _), _ = registry.add("first"), registry.add("second")
    assert not registry.has_room()
    with pytest.raises(Full, match="All 2 places"):
        registry.add("third")
    present.remove("first")
    assert registry.has_room()
    registry.add("third")
    assert freed == ["first"]
    assert len(registry) == 2
    assert registry.find(first) is None


def test_the_one_that_was_left_longest_ago_makes_room() -> None:
    registry, freed = made(set())
    first, _ = registry.add("first"), registry.add("second")
    # Its owner has asked for it since.
    registry.claim(*first)
    registry.add("third")
    assert freed == ["second"]


def test_what_nobody_uses_is_freed() -> None:
    present = {"run"}
    registry, freed = made(present, keep_seconds=-1)
    key, _ = registry.add("run")
    assert registry.prune() == 0
    assert freed == []
    present.clear()
    assert registry.prune() == 1
    assert freed == ["run"]
    assert key not in registry
    assert registry.prune() == 0


def test_who_has_just_left_has_time_to_come_back() -> None:
    present = {"run"}
    registry, freed = made(present, keep_seconds=1000)
    registry.add("run")
    present.clear()
    assert registry.prune() == 0
    assert freed == []
