"""What a page shows of an experiment, as one value, and what a person is told."""

from __future__ import annotations

import itertools
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from dann_core.domains import Domain, DomainPair
from dann_core.language import as_data
from dann_core.live.run import Run
from dann_core.results.origin import Origin
from dann_core.settings import Settings
from dann_core.settings.choices import in_words
from server.twin import Twin

_ids = itertools.count(1)


def new_id() -> int:
    """Of a scene or a notice: one that this server has not given before."""
    return next(_ids)


@lru_cache(maxsize=16)
def built_in_pair(domain: Domain, seed: int) -> DomainPair:
    """A built-in pair, one object for all who train on it: it is drawn once and travels to each worker once."""
    return domain.pair(seed)


def check_cost(pair: DomainPair, settings: Settings) -> None:
    """Raises `KnobError` for a network that is too large or does not fit the samples."""
    # Counting parameters needs torch, which a page that only opens must not wait for.
    from dann_core.method import networks

    networks.cost(pair.sample_shape, pair.n_classes, settings)


def redrawn(before: Domain, after: Domain) -> Notice:
    """What is said of other knobs of a built-in domain."""
    changed = [k for k in after.knobs() if getattr(after, k.name) != getattr(before, k.name)]
    if len(changed) == 1 and changed[0].kind != "text":
        return Notice("new data", label=changed[0].label, value=in_words(getattr(after, changed[0].name)))
    return Notice("redrawn", labels=[k.label for k in changed])


class Now(NamedTuple):
    """What a page shows: read as one, since another thread may be about to replace it. Undo brings such back.

    `origin` says where the pair comes from. `base` are the settings that the pair starts with: the preset of a built-in
    domain or `Settings.for_pair`; a link holds what differs from it. `twin` is the run without adaptation. `scene` is
    another number whenever what players have of the run before is of no use. `is_shared` says whether others may see
    an uploaded pair's samples.
    """

    origin: Origin
    base: Settings
    run: Run
    twin: Twin
    scene: int
    is_shared: bool = False

    @property
    def domain(self) -> Domain | None:
        """The built-in domain; None for an uploaded pair."""
        return self.origin.domain

    @property
    def title(self) -> str:
        """Of the domains, for the page."""
        return self.run.pair.name if self.domain is None else self.domain.title

    def query(self) -> dict[str, str] | None:
        """What the link holds; None for an upload, which no link can carry."""
        return None if self.domain is None else dict(_query(self.domain, self.base, self.run.settings))


@lru_cache(maxsize=256)
def _query(domain: Domain, base: Settings, settings: Settings) -> dict[str, str]:
    # Asked for with every frame, and nearly always the same.
    return domain.to_query(settings, base)


class Notice:
    """Something to tell a person: a rule and its facts, put into words where it is shown.

    News pass by; a warning or an error stays until the next action, or until it is dismissed.
    """

    def __init__(self, rule: str, level: Literal["info", "warning", "error"] = "info", **facts: Any) -> None:
        self.id, self.rule, self.level, self.facts = new_id(), rule, level, facts

    def told(self) -> dict[str, Any]:
        """As it travels."""
        return {"id": self.id, "rule": self.rule, "level": self.level, "facts": as_data(self.facts)}
