"""The experiment on a visitor's page: domains, settings and run, kept in one object of the session.

Streamlit forgets a widget that is not drawn, so widgets only show and change this object; they own nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, NamedTuple

import streamlit as st

from dann_core import domains
from dann_core.domains import Domain, DomainError, DomainPair
from dann_core.engine import Engine, EngineError, from_environment
from dann_core.live.run import Run
from dann_core.method import networks
from dann_core.settings import Settings
from dann_core.settings.knobs import KnobError, from_text, to_text
from dann_core.sweeps.sweep import Sweep

FIRST_DOMAIN = "moons"
KEPT_RUNS = 4
"""Trained runs that Undo can bring back."""

SWITCH_SECONDS = 0.001
"""After which a thread of the server lets others go on; Python's own value is five times that."""

# Iterations a frame; None: as many as are trained while a frame is drawn.
SPEEDS: dict[str, int | None] = {"slow": 1, "calm": 5, "steady": 20, "normal": None}


@st.cache_resource(show_spinner="Connecting to where training runs …")
def engine() -> Engine:
    """The server's one engine. Raises `EngineError` when its cluster does not answer."""
    # In a class many scripts run at once, and the server's event loop, which hears a click, must not wait for them all.
    sys.setswitchinterval(SWITCH_SECONDS)
    return from_environment()


@lru_cache(maxsize=16)
def built_in_pair(domain: Domain, seed: int) -> DomainPair:
    """A built-in pair, one object for all who train on it: it is drawn once and travels to each worker once."""
    return domain.pair(seed)


class Held(NamedTuple):
    """What Undo brings back."""

    domain: Domain | None
    base: Settings
    run: Run


@dataclass
class Notice:
    """One sentence for the person: news pass by, a warning or an error stays until the next action."""

    text: str
    level: Literal["info", "warning", "error"] = "info"


class Experiment:
    """Domains, settings and run of one visitor; every change of them goes through here.

    `domain` is None for an uploaded pair. `base` are the settings that the pair starts with: the preset of a
    built-in domain or `Settings.for_pair`; a link holds what differs from it.
    """

    def __init__(self, domain: Domain | None, pair: DomainPair, settings: Settings, base: Settings) -> None:
        self.domain = domain
        self.base = base
        self.run = Run(engine(), pair, settings)
        self.kept: list[Held] = []
        self.notice: Notice | None = None
        self.speed = "normal"
        self.view = "t-SNE"
        self.exam = True
        self.touched = False
        self.recoveries_seen = 0
        self.sweep: Sweep | None = None
        self.sweep_before: Sweep | None = None
        self.drawn: dict[str, tuple[Any, bytes]] = {}

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Experiment:
        """The experiment that a link stands for; what is wrong in a link is said, and the preset stands instead."""
        name = query.get("domain", FIRST_DOMAIN)
        try:
            kind = domains.get(name)
        except DomainError as error:
            return cls.built_in(domains.get(FIRST_DOMAIN)(), f"The link could not be followed: {error}")
        try:
            known = {"domain"} | {k.name for k in (*kind.knobs(), *Settings.knobs())}
            domain = kind(**{k.name: from_text(k, query[k.name]) for k in kind.knobs() if k.name in query})
            settings = Settings.from_query(query, domains.preset(name))
            pair = built_in_pair(domain, settings.seed)
            networks.cost(pair.sample_shape, pair.n_classes, settings)
        except (DomainError, KnobError) as error:
            return cls.built_in(kind(), f"The link could not be followed, its domain starts with its preset: {error}")
        made = cls(domain, pair, settings, domains.preset(name))
        unknown = sorted(set(query) - known)
        if unknown:
            made.notice = Notice(f"The link names {', '.join(unknown)}, which this experiment does not have.", "error")
        return made

    @classmethod
    def built_in(cls, domain: Domain, problem: str) -> Experiment:
        """A built-in domain with its preset, and what went wrong before."""
        preset = domains.preset(domain.key)
        made = cls(domain, built_in_pair(domain, preset.seed), preset, preset)
        made.notice = Notice(problem, "error")
        return made

    @property
    def pair(self) -> DomainPair:
        """The pair of domains of the run."""
        return self.run.pair

    @property
    def settings(self) -> Settings:
        """The settings of the run."""
        return self.run.settings

    def query(self) -> dict[str, str] | None:
        """What the link holds; None for an upload, which no link can carry."""
        if self.domain is None:
            return None
        knobs = {
            k.name: to_text(getattr(self.domain, k.name))
            for k in self.domain.knobs()
            if getattr(self.domain, k.name) != k.default
        }
        return {"domain": self.domain.key, **knobs, **self.settings.to_query(self.base)}

    def change(self, name: str, value: Any) -> None:
        """Change one setting, live if it can be, else with a new network that Undo takes back."""
        self.notice = None
        try:
            settings = self.settings.replace(**{name: value})
            rebuilds = self.settings.rebuilds(settings)
            if not rebuilds:
                self.run.apply(settings)
                return
            networks.cost(self.pair.sample_shape, self.pair.n_classes, settings)
            pair = self.pair
            if self.domain is not None and name == "seed":
                pair = built_in_pair(self.domain, settings.seed)
        except (KnobError, DomainError) as error:
            self.notice = Notice(str(error), "error")
            return
        old, new = to_text(getattr(self.settings, name)), to_text(value)
        self._start(
            self.domain, pair, settings, self.base, f"New network: {rebuilds[0].label} changed from {old} to {new}."
        )

    def change_domain(self, name: str, value: Any) -> None:
        """Change one knob of the built-in domain: new data, the same settings."""
        if self.domain is None:
            # A control of the domain before, changed while the page was on its way to an upload.
            return
        try:
            domain = self.domain.replace(**{name: value})
            pair = built_in_pair(domain, self.settings.seed)
            networks.cost(pair.sample_shape, pair.n_classes, self.settings)
        except (KnobError, DomainError) as error:
            self.notice = Notice(str(error), "error")
            return
        label = next(k.label for k in domain.knobs() if k.name == name)
        self._start(
            domain, pair, self.settings, self.base, f"New data and a new network: {label} is now {to_text(value)}."
        )

    def choose(self, name: str) -> None:
        """Go to another built-in domain with its preset."""
        domain, preset = domains.get(name)(), domains.preset(name)
        self._start(
            domain, built_in_pair(domain, preset.seed), preset, preset, f"{domain.title}, with settings that suit it."
        )

    def use_upload(self, pair: DomainPair, settings: Settings) -> None:
        """Go to an uploaded pair."""
        self._start(None, pair, settings, settings, f"Training on {pair.name}.")

    def open(self, domain: Domain | None, pair: DomainPair, settings: Settings) -> None:
        """Go to an experiment from elsewhere, a cell of a sweep: at iteration 0, as it was trained there."""
        base = Settings.for_pair(pair) if domain is None else domains.preset(domain.key)
        self._start(domain, pair, settings, base, "The experiment of the sweep's cell, at iteration 0: press Play.")

    def reset(self) -> None:
        """Back to iteration 0 with the same first weights."""
        self._start(
            self.domain, self.pair, self.settings, self.base, "Back at iteration 0, with the same first weights."
        )

    def undo(self) -> None:
        """Bring the run before the last rebuild back, where it was; a trained run that it replaces is kept too."""
        if self.kept:
            self.run.rest()
            now, before = Held(self.domain, self.base, self.run), self.kept.pop()
            if now.run.iteration:
                self.kept.insert(0, now)
            self.domain, self.base, self.run = before
            self.recoveries_seen = self.run.recoveries
            self.drawn.clear()
            self.notice = Notice("The run before is back, where it was.")

    def _start(self, domain: Domain | None, pair: DomainPair, settings: Settings, base: Settings, why: str) -> None:
        self.run.rest()
        if self.run.iteration:
            self.kept = [*self.kept, Held(self.domain, self.base, self.run)][-KEPT_RUNS:]
            why += " Undo brings the old run back."
        self.domain, self.base = domain, base
        self.run = Run(engine(), pair, settings)
        self.recoveries_seen = 0
        self.drawn.clear()
        self.notice = Notice(why)

    def reconnect(self) -> None:
        """After a failure: reach the engine again and let the run go on where it was."""
        try:
            engine().reconnect()
        except EngineError as error:
            if str(error) != str(self.run.failure):
                self.notice = Notice(str(error), "error")
            return
        self.run.retry()
        self.notice = Notice("Connected again; the run goes on where it was.")

    def notice_recovery(self) -> bool:
        """Say that the run's worker died, once for each time; whether there is something to say."""
        news = self.run.recoveries > self.recoveries_seen
        self.recoveries_seen = self.run.recoveries
        if news:
            self.notice = Notice(
                f"The worker that trained this run died; another one went on at iteration {self.run.iteration:,}. "
                "Nothing was lost."
            )
        return news

    def free(self) -> None:
        """Let go of everything that is large: nobody has come back for it."""
        # Streamlit remembers a session for some minutes, and with its buttons this object.
        self.run.free()
        if self.sweep:
            self.sweep.stop()
        self.kept.clear()
        self.drawn.clear()
