"""The experiment that a link stands for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from dann_core import domains
from dann_core.domains import Domain, DomainError, DomainPair
from dann_core.language import said, say
from dann_core.live.seeds import CHOICES
from dann_core.settings import Settings
from dann_core.settings.knobs import KnobError, from_text
from server.blind import BLIND
from server.shown import Notice, built_in_pair, check_cost
from server.view import NAMES

FIRST_DOMAIN = "moons"

LESSON = "lesson"
"""The link's name for the lesson that it is a run of."""


class Linked(NamedTuple):
    """A built-in domain with its pair, settings and preset; what is to be said.

    `lanes` as a comparison writes them, each from so many `seeds`; `is_blind` says whether target labels are sealed.
    """

    domain: Domain
    pair: DomainPair
    settings: Settings
    preset: Settings
    lanes: str | None = None
    seeds: int = 1
    is_blind: bool = False
    notice: Notice | None = None


def read_link(query: Mapping[str, str]) -> Linked:
    """What a link means; what is wrong in it is said, and the domain's preset stands instead."""
    name = query.get("domain", FIRST_DOMAIN)
    try:
        kind = domains.get(name)
    except DomainError as error:
        return _preset(domains.get(FIRST_DOMAIN)(), Notice("link refused", "error", why=said(error)))
    try:
        domain = kind(**{k.name: from_text(k, query[k.name]) for k in kind.knobs() if k.name in query})
        preset = domains.preset(name)
        settings = Settings.from_query(query, preset)
        pair = built_in_pair(domain, settings.seed)
        if settings.rebuilds(preset):
            check_cost(pair, settings)
        seeds = _seeds(query.get("seeds", "1"))
        is_blind = _blind(query.get(BLIND, "0"))
    except (DomainError, KnobError) as error:
        return _preset(kind(), Notice("link preset", "error", why=said(error)))
    known = {"domain", "lanes", "seeds", BLIND, LESSON} | NAMES | {k.name for k in (*kind.knobs(), *Settings.knobs())}
    unknown = sorted(set(query) - known)
    notice = Notice("unknown in link", "error", names=unknown) if unknown else None
    return Linked(domain, pair, settings, preset, query.get("lanes"), seeds, is_blind, notice)


def _seeds(text: str) -> int:
    if text not in map(str, CHOICES):
        raise KnobError(
            say(
                "A lane has {choices} seeds at once; got {value}.",
                choices=", ".join(map(str, CHOICES)),
                value=repr(text),
            )
        )
    return int(text)


def _blind(text: str) -> bool:
    if text not in ("0", "1"):
        raise KnobError(say("{name} is 1, to seal the target labels, or 0; got {value}.", name=BLIND, value=repr(text)))
    return text == "1"


def _preset(domain: Domain, notice: Notice) -> Linked:
    preset = domains.preset(domain.key)
    return Linked(domain, built_in_pair(domain, preset.seed), preset, preset, notice=notice)
