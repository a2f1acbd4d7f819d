"""The shelf: a visitor's runs that have ended, with their curves; kept with the experiment, and as long."""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dann_core.domains import Domain, DomainPair
from dann_core.language import enumerated, joined, say
from dann_core.live.recording import FIGURES, binned
from dann_core.live.run import Run
from dann_core.method.history import Change
from dann_core.results.origin import Origin
from dann_core.settings import Settings
from dann_core.settings.choices import in_words
from server.shown import Now, new_id

MOST_RUNS, MOST_BYTES = 30, 500_000
"""Of one shelf: runs, and bytes of their curves and pictures; the oldest that is not pinned goes first."""

MOST_SHOWN = 4
"""Runs whose curves are laid over others at a time: as many as can be told apart."""

MOST_DELETED = 10
"""Deleted runs that Undo can bring back, the last one first."""

LONGEST_NAME, MOST_DIFFERENCES, ROWS = 80, 4, 160
"""Characters of a name, differences that a run's first name tells, and means of neighbours that its history becomes."""


@dataclass(frozen=True, eq=False)
class Shelved:
    """A run as it ended.

    `rows` f4 `(b, 6)` are its history in means of neighbours, columns as `dann_core.method.history.COLUMNS`; `figures`
    f4 `(m, 9)` those of its kept frames, columns as `FIGURES`; `target` f4 `(m,)` and `source_only` its target
    accuracies and its twin's (exam). `picture` is an SVG of its last features, without anything that target labels
    know. `settings` are those that it began with. An uploaded pair is not kept by it.
    """

    id: int
    name: str
    title: str
    origin: Origin
    base: Settings
    settings: Settings
    changes: tuple[Change, ...]
    pair: weakref.ref[DomainPair]
    iteration: int
    ended: float
    rows: np.ndarray
    figures: np.ndarray
    target: np.ndarray
    picture: bytes
    source_only: float | None = None
    pinned: bool = False
    slot: int | None = None
    """Of the curves that are laid over others: which of `MOST_SHOWN` looks these have."""

    @property
    def domain(self) -> Domain | None:
        """The built-in domain; None for an uploaded pair."""
        return self.origin.domain

    @property
    def size(self) -> int:
        """Bytes of its curves and its picture."""
        return self.rows.nbytes + self.figures.nbytes + self.target.nbytes + len(self.picture)

    @property
    def target_accuracy(self) -> float | None:
        """At its end (exam); None without target labels."""
        known = self.target[-1:]
        return float(known[0]) if np.isfinite(known).any() else None

    def figure(self, name: str) -> float:
        """One of `FIGURES` at its end."""
        return float(self.figures[-1, FIGURES.index(name)])

    def link(self) -> dict[str, str] | None:
        """What a link to its beginning holds; None for an upload."""
        return None if self.domain is None else self.domain.to_query(self.settings, self.base)

    def repeats(self, other: Shelved) -> bool:
        """Whether it is the other one once more, bit for bit."""
        mine, its = ((s.domain, s.settings, s.changes, s.iteration) for s in (self, other))
        # A built-in pair is drawn again, always the same.
        return mine == its and (self.domain is not None or self.pair() is other.pair())


class Shelf:
    """The runs in the order in which they ended. Thread-safe: what is read is replaced as a whole."""

    def __init__(self) -> None:
        self.kept: tuple[Shelved, ...] = ()
        self._deleted: list[Shelved] = []
        self._taken: weakref.WeakKeyDictionary[Run, tuple[int, int]] = weakref.WeakKeyDictionary()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self.kept)

    def take(self, nows: Iterable[Now]) -> bool:
        """Shelve those of the runs that have ended and are graded whole; whether that changed anything.

        A run that went on comes to its place again; one that was deleted stays away.
        """
        return any([self._take(now) for now in nows if _has_ended(now.run)])

    def _take(self, now: Now) -> bool:
        run = now.run
        source_only = now.twin.told().get("source_only")
        if self._taken.get(run, (None, None))[0] == run.iteration:
            return self._grade(run, source_only)
        # Not under the lock: who holds a run's may be on the way to this one.
        made = _shelved(now, source_only)
        with self._lock:
            at, id_ = self._taken.get(run, (None, None))
            if at == made.iteration:
                return False
            known = self.find(id_) or next((k for k in self.kept if made.repeats(k)), None)
            if known:
                name = known.name if known.name != known.title else made.name
                made = replace(made, id=known.id, name=name, pinned=known.pinned, slot=known.slot)
                self.kept = tuple(k for k in self.kept if k is not known)
            self._taken[run] = made.iteration, made.id
            self.kept += (made,)
            self._bound()
            return True

    def _grade(self, run: Run, source_only: float | None) -> bool:
        """Note what its twin has come to since it was shelved."""
        with self._lock:
            known = self.find(self._taken[run][1])
            if known is None or source_only is None or known.source_only == source_only:
                return False
            self._put(replace(known, source_only=source_only))
            return True

    def find(self, id_: int | None) -> Shelved | None:
        """The one of that id, if it is kept."""
        return next((k for k in self.kept if k.id == id_), None)

    @property
    def shown(self) -> list[Shelved]:
        """Those whose curves are laid over others, in the order of their looks."""
        return sorted((k for k in self.kept if k.slot is not None), key=lambda k: k.slot)

    @property
    def deleted(self) -> Shelved | None:
        """What Undo would bring back."""
        return self._deleted[-1] if self._deleted else None

    @property
    def is_full(self) -> bool:
        """Whether a run that ends finds no place, since all are pinned."""
        return len(self.kept) >= MOST_RUNS and all(k.pinned for k in self.kept)

    def rename(self, id_: int, name: str) -> None:
        """Call a run so, in one line of text; by nothing, what it was called first."""
        line = " ".join("".join(c if c.isprintable() else " " for c in name).split())[:LONGEST_NAME]
        self._change(id_, lambda known: replace(known, name=line or known.title))

    def pin(self, id_: int, pinned: bool) -> None:
        """Keep a run when others go, or no longer."""
        self._change(id_, lambda known: replace(known, pinned=pinned))

    def show(self, id_: int, is_shown: bool) -> None:
        """Lay its curves over others, where one of the looks is free, or no longer."""
        with self._lock:
            free = set(range(MOST_SHOWN)) - {k.slot for k in self.kept if k.id != id_}
            if known := self.find(id_):
                self._put(replace(known, slot=min(free, default=None) if is_shown else None))

    def delete(self, id_: int) -> None:
        """Take a run away; `undo` brings it back."""
        with self._lock:
            if known := self.find(id_):
                self.kept = tuple(k for k in self.kept if k is not known)
                self._deleted = [*self._deleted, replace(known, slot=None)][-MOST_DELETED:]

    def undo(self) -> None:
        """Bring back what was deleted last."""
        with self._lock:
            if self._deleted:
                back = self._deleted.pop()
                self.kept = tuple(sorted((*self.kept, back), key=lambda k: k.ended))
                self._bound(but=back)

    def clear(self) -> None:
        """Let go of everything."""
        with self._lock:
            self.kept, self._deleted = (), []

    def _change(self, id_: int, make) -> None:
        with self._lock:
            if known := self.find(id_):
                self._put(make(known))

    def _put(self, changed: Shelved) -> None:
        self.kept = tuple(changed if k.id == changed.id else k for k in self.kept)

    def _bound(self, but: Shelved | None = None) -> None:
        while len(self.kept) > MOST_RUNS or sum(k.size for k in self.kept) > MOST_BYTES:
            goes = next((k for k in self.kept if not k.pinned and k is not but), None)
            if goes is None:
                # Pinned ones stay: what came last has no place.
                goes = self.kept[-1]
            self.kept = tuple(k for k in self.kept if k is not goes)


def _has_ended(run: Run) -> bool:
    latest = run.recording.latest
    return run.finished and run.iteration > 0 and latest is not None and latest.complete


def _shelved(now: Now, source_only: float | None) -> Shelved:
    # What reads frames is no part of a first page.
    from dann_core.live.thumbnail import thumbnail

    # Its own, also of a lane that another one leads; a run that has ended does not grow.
    settings = now.run.settings_at(0)
    figures, target = now.run.recording.figures_after(0)
    name = _name(now, settings)
    return Shelved(
        id=new_id(),
        name=name,
        title=name,
        origin=now.origin,
        base=now.base,
        settings=settings,
        changes=now.run.changes,
        pair=weakref.ref(now.run.pair),
        iteration=now.run.iteration,
        ended=time.time(),
        rows=binned(now.run.history.rows, ROWS),
        figures=figures,
        target=target,
        picture=thumbnail(now.run.recording),
        source_only=source_only,
    )


def _name(now: Now, settings: Settings) -> str:
    """The domains, and what differs from what they begin with; what comes from a file is text."""
    differ: list[tuple[str, Any]] = []
    if now.domain is not None:
        differ += [(k.label, getattr(now.domain, k.name)) for k in now.domain.knobs()
                   if getattr(now.domain, k.name) != k.default]  # fmt: skip
    differ += [(k.label, getattr(settings, k.name)) for k in now.base.differences(settings)]
    told = [joined((label, in_words(value)), " ") for label, value in differ]
    labels = {k.name: k.label for k in settings.knobs()}
    told += [
        say("{label} {value} at {iteration:,}", label=labels[c.name], value=in_words(c.new), iteration=c.iteration)
        for c in now.run.changes
    ]
    title = now.title if now.domain else "".join(c if c.isprintable() else " " for c in now.title)[: LONGEST_NAME // 2]
    for n in range(min(len(told), MOST_DIFFERENCES), -1, -1):
        more = [say("{n} more", n=len(told) - n)] if n < len(told) else []
        name = enumerated([title, *told[:n], *more])
        if len(name) <= LONGEST_NAME:
            break
    return name
