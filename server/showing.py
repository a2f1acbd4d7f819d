"""What a visitor's page shows: a tree of runs, and what is told of it to all who listen."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from dann_core.domains import Domain, DomainPair
from dann_core.engine.base import EngineError, Handle
from dann_core.language import said
from dann_core.live.run import Run
from dann_core.live.slices import Resumption
from dann_core.results.origin import Origin
from dann_core.settings import Settings
from server.blind import BLIND, Blind
from server.branches import Branch, Branches
from server.place import engine
from server.shelf import Shelf
from server.shown import Notice, Now, new_id
from server.twin import Twin


class Showing:
    """The run that is shown, and the branches beside it. Thread-safe.

    `page` rises when something that Streamlit draws has changed; `touched` says whether somebody has done anything.
    """

    def __init__(
        self, domain: Domain | None, pair: DomainPair, settings: Settings, base: Settings, *, is_blind: bool = False
    ) -> None:
        self.blind = Blind(is_on=is_blind)
        self.notice: Notice | None = None
        self.touched = False
        self.page = 0
        self.owners = 0
        self.sessions: set[str] = set()
        self.shelf = Shelf()
        self._listeners: set[Callable[[], None]] = set()
        self._recoveries_seen = 0
        self._lock = threading.RLock()
        run = self._made(pair, settings)
        self.branches = Branches(Now(Origin(domain), base, run, Twin(run, self.heard), new_id()))

    @property
    def now(self) -> Now:
        """What is shown now."""
        return self.branches.shown.now

    @property
    def run(self) -> Run:
        """The run that is shown now."""
        return self.now.run

    @property
    def watched(self) -> Sequence[Now]:
        """Whose runs come to the shelf when they end."""
        return (self.now,)

    @property
    def domain(self) -> Domain | None:
        """The built-in domain; None for an uploaded pair."""
        return self.now.domain

    @property
    def pair(self) -> DomainPair:
        """The pair of domains of the run."""
        return self.run.pair

    @property
    def settings(self) -> Settings:
        """The settings of the run."""
        return self.run.settings

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Have a listener called, in any thread, when anything has changed; what is returned ends that."""
        self._listeners.add(listener)
        return lambda: self._listeners.discard(listener)

    def come(self) -> None:
        """Somebody who may steer it is here."""
        self.owners += 1
        self.touched = True

    def leave(self) -> None:
        """They are not any more."""
        self.owners -= 1

    def fork(self, iteration: int) -> None:
        """Begin another branch where the shown run was after so many iterations, with the settings of then."""
        with self._lock:
            if iteration > self.run.iteration:
                self._say(Notice("not so far", "warning", iteration=iteration, most=self.run.iteration))
                return
            of = self.branches.holding(iteration).now
            standing = of.run.standing(iteration)
            saved = standing.resumption.checkpoint
            notice = Notice("forked", iteration=iteration, again=iteration - (saved.iteration if saved else 0))
            run = Run.fork(standing, _launching(standing.pair, standing.settings), self.heard)
            self._grow(of.origin, run, of.base, notice, at=iteration)

    def go_to(self, branch: int) -> None:
        """Show the kept branch of that id, where it was."""
        with self._lock:
            kept = self.branches.find(branch)
            if kept is None:
                self._say(Notice("branch gone", "warning"))
            elif kept is not self.branches.shown:
                self._return_to(kept, Notice("branch"))

    def share(self, is_shared: bool) -> None:
        """Let others see an uploaded pair's runs and samples, or no longer."""
        with self._lock:
            for branch in self.branches.kept:
                if branch.has_domains_of(self.branches.shown):
                    branch.now = branch.now._replace(is_shared=is_shared)
        self.heard()

    def go_blind(self, is_on: bool) -> None:
        """Seal the target labels, and forget an earlier choice; or leave blind mode without one."""
        with self._lock:
            self.blind = Blind(is_on=is_on)
            self._show_anew()
        self.heard()

    def commit(self, iteration: int) -> None:
        """In blind mode, choose that iteration of the shown run."""
        with self._lock:
            if not self.blind.commit(self.branches, iteration):
                self._say(Notice("nothing to commit", "warning"))
        self.heard()

    def reveal(self) -> None:
        """In blind mode, let the labels say what the choice is worth."""
        with self._lock:
            if self.blind.reveal(self.branches):
                self._show_anew()
        self.heard()

    def _show_anew(self) -> None:
        """Whoever has been sent something of these runs is to forget it, and is sent it again."""
        for branch in self.branches.kept:
            branch.now = branch.now._replace(scene=new_id())
        self.page += 1

    def dismiss(self, notice: int) -> None:
        """Forget the notice of that id: a person has read it."""
        with self._lock:
            if self.notice and self.notice.id == notice:
                self.notice = None
        self.heard()

    def link(self) -> dict[str, str]:
        """What the address bar holds besides the key; nothing for an upload, which no link can carry."""
        return (self.now.query() or {}) | ({BLIND: "1"} if self.blind.is_on else {})

    def reconnect(self, run: Run | None = None) -> None:
        """After a failure: reach the engine again and let a run, by default the one shown, go on. Takes seconds."""
        run = run or self.run
        try:
            engine().reconnect()
        except EngineError as error:
            if str(error) != str(run.failure):
                self._say(Notice("text", "error", text=said(error)))
            return
        run.retry()
        self._say(Notice("reconnected"))

    def heard(self) -> None:
        """Tell all who listen that something has changed."""
        if self.run.recoveries > self._recoveries_seen:
            self._recoveries_seen = self.run.recoveries
            self.notice = Notice("recovered", iteration=self.run.iteration)
        self.now.twin.follow()
        if self.shelf.take(self.watched):
            # The shelf stands on the page.
            self.page += 1
        for listener in list(self._listeners):
            listener()

    def _start(
        self,
        origin: Origin,
        pair: DomainPair,
        settings: Settings,
        base: Settings,
        notice: Notice,
        redraws: int = 1,
    ) -> None:
        self._grow(origin, self._made(pair, settings), base, notice, at=0, redraws=redraws)

    def _grow(self, origin: Origin, run: Run, base: Settings, notice: Notice, *, at: int, redraws: int = 1) -> None:
        """Show a run as a new branch, which has left the shown one's way after `at` iterations."""
        before, parent = self.now, self.branches.holding(at)
        before.run.rest()
        if before.run.iteration:
            notice.facts["undo"] = True
        run.speed = before.run.speed
        # Share was pressed for the samples that were here.
        is_shared = before.is_shared and run.pair is before.run.pair
        now = Now(origin, base, run, Twin(run, self.heard), new_id(), is_shared)
        # Between domains that begin with other settings, a list of all that differs would say nothing.
        left = parent.now.run.settings_at(at) if base == parent.now.base else None
        self.branches.grow(now, notice, at=at, parent=parent, left=left)
        self._turned(notice, redraws)

    def _return_to(self, branch: Branch, notice: Notice, *, is_undo: bool = False) -> None:
        replaced = self.now
        replaced.run.rest()
        is_shared = replaced.is_shared and branch.has_domains_of(self.branches.shown)
        self.branches.go(branch, branch.now._replace(scene=new_id(), is_shared=is_shared), is_undo=is_undo)
        self._turned(notice)

    def _turned(self, notice: Notice, redraws: int = 1) -> None:
        self.touched = True
        self._recoveries_seen = self.run.recoveries
        self.page += redraws
        self._say(notice)

    def _made(self, pair: DomainPair, settings: Settings) -> Run:
        return Run(_launching(pair, settings), pair, settings, self.heard)

    def _say(self, notice: Notice) -> None:
        self.notice = notice
        self.heard()


def _launching(pair: DomainPair, settings: Settings) -> Callable[[Resumption | None], Handle]:
    return lambda resume: engine().launch(pair, settings, resume)
