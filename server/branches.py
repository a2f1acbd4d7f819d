"""A visitor's runs as one tree: all but the first have left another one, each after some iterations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dann_core.language import as_data
from dann_core.settings import Settings
from server.shown import Notice, Now, new_id

MOST_BRANCHES = 8
"""That are kept, the one that is shown included; the one shown longest ago goes first."""

MOST_CHANGES = 12
"""Of a branch that are told: it is their mere number that makes a name long."""


@dataclass
class Branch:
    """A run, and where it comes from.

    `number` is its name for people, `made_by` the notice with which it began. It left the branch of id `parent` after
    `at` iterations, where the settings were `left`; for the first of a tree, and where nothing is to be compared, these
    are None.
    """

    id: int
    number: int
    now: Now
    made_by: Notice
    parent: int | None
    at: int
    left: Settings | None
    _compared: tuple[Any, list[list[Any]]] | None = None

    @property
    def is_trained(self) -> bool:
        """Whether it has gone on from where it began."""
        return self.now.run.iteration > self.at

    def changes(self) -> list[list[Any]]:
        """What makes it differ from the branch that it left: iterations, names, values before and after, in order."""
        # Asked for with every frame, and nearly always the same.
        of = (self.now.run.changes, self.at, self.left)
        if self._compared is None or self._compared[0] != of:
            self._compared = of, self._compare()
        return self._compared[1]

    def _compare(self) -> list[list[Any]]:
        run, told = self.now.run, []
        if self.left is not None:
            begun = run.settings_at(self.at)
            named = [knob.name for knob in self.left.differences(begun)]
            told = [[self.at, name, getattr(self.left, name), getattr(begun, name)] for name in named]
        later = [c for c in run.changes if c.iteration > self.at or self.left is None]
        told += [[c.iteration, c.name, c.old, c.new] for c in later]
        return told[-MOST_CHANGES:]

    def told(self, shown: Branch) -> dict[str, Any]:
        """As it travels; `same` says whether it has the domains of the one that is shown."""
        return {
            "id": self.id,
            "number": self.number,
            "parent": self.parent,
            "at": self.at,
            "iteration": self.now.run.iteration,
            "rule": self.made_by.rule,
            "facts": as_data(self.made_by.facts),
            "title": as_data(self.now.title),
            "changes": self.changes(),
            "same": self.has_domains_of(shown),
        }

    def has_domains_of(self, other: Branch) -> bool:
        """Whether both are runs of one pair: only then can their curves be compared."""
        return self.now.run.pair is other.now.run.pair


class Branches:
    """The tree. Changed by one thread at a time; others may read meanwhile, since what they read is replaced whole."""

    def __init__(self, now: Now) -> None:
        self._made = 1
        self.shown = Branch(new_id(), self._made, now, Notice("first"), None, 0, None)
        # In the order in which they were shown last.
        self.kept: tuple[Branch, ...] = (self.shown,)
        self._before: list[Branch] = []

    def __len__(self) -> int:
        return len(self.kept)

    @property
    def before(self) -> Branch | None:
        """Where Undo goes: the branch that was shown before."""
        return self._before[-1] if self._before else None

    def find(self, branch: int | None) -> Branch | None:
        """The one of that id, if it is kept."""
        return next((b for b in self.kept if b.id == branch), None)

    def first(self, is_it: Callable[[Now], bool]) -> Branch | None:
        """The one shown last of those that are it."""
        return next((branch for branch in reversed(self.kept) if is_it(branch.now)), None)

    def told(self, *, is_owner: bool) -> dict[str, Any]:
        """As they travel; to others than their owner, only those of the domains that they see."""
        shown = self.shown
        kept = [b for b in self.kept if is_owner or b.has_domains_of(shown)]
        return {"branch": shown.id, "branches": [b.told(shown) for b in kept] if len(kept) > 1 else []}

    def curves(self, branch: int) -> bytes | None:
        """All rows and figures of a branch of the domains that are shown, as `rows_message` packs them."""
        kept = self.find(branch)
        if kept is None or not kept.has_domains_of(self.shown):
            return None
        return kept.now.run.missed(0, 0, kept.now.run.iteration)

    def holding(self, iteration: int) -> Branch:
        """That in whose own part of the shown run's way an iteration lies."""
        branch = self.shown
        while iteration < branch.at and (parent := self.find(branch.parent)):
            branch = parent
        return branch

    def grow(self, now: Now, made_by: Notice, *, at: int, parent: Branch, left: Settings | None) -> None:
        """Show a new run."""
        self._made += 1
        made = Branch(new_id(), self._made, now, made_by, parent.id, at, left)
        self.kept += (made,)
        self._turn_to(made, self.shown)

    def go(self, branch: Branch, now: Now, *, is_undo: bool = False) -> None:
        """Show a kept one, from now on as `now`; unless that is an undo itself, Undo comes back to the one before."""
        branch.now = now
        self._turn_to(branch, None if is_undo else self.shown)

    def forget(self) -> None:
        """Keep the shown one alone."""
        self._before.clear()
        for branch in self.kept:
            if branch is not self.shown:
                self._drop(branch)

    def _turn_to(self, branch: Branch, comes_before: Branch | None) -> None:
        left, self.shown = self.shown, branch
        self.kept = (*(b for b in self.kept if b is not branch), branch)
        # Undo comes to each once.
        self._before = [b for b in self._before if b is not branch and b is not comes_before]
        if comes_before is not None:
            self._before.append(comes_before)
        if not left.is_trained or self._repeats(left):
            self._drop(left)
        while len(self.kept) > MOST_BRANCHES:
            self._drop(self.kept[0])

    def _repeats(self, branch: Branch) -> bool:
        """Whether it only did from 0 on what the one that it left had done: as Play at a run's end does."""
        parent = self.find(branch.parent)
        return branch.at == 0 and parent is not None and parent.now.run.has_been(branch.now.run)

    def _drop(self, dropped: Branch) -> None:
        """Keep it no longer; what has left it has then left the branch before."""
        for child in self.kept:
            if child.parent == dropped.id:
                child.parent = dropped.parent
                if child.at >= dropped.at:
                    child.at, child.left = dropped.at, dropped.left
        self.kept = tuple(b for b in self.kept if b is not dropped)
        self._before = [b for b in self._before if b is not dropped]
