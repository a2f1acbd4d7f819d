"""The experiment of one visitor: domains, settings and run, and all that may happen to them.

Pages and the live channel change it; both are told by `heard` when the other one has.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from dann_core import domains
from dann_core.domains import Domain, DomainError, DomainPair
from dann_core.engine.base import EngineError, Handle
from dann_core.live.run import Run
from dann_core.live.slices import Resumption
from dann_core.results.origin import Origin
from dann_core.settings import Settings
from dann_core.settings.knobs import KnobError, to_text
from dann_core.settings.methods import METHODS
from server.branches import Branch, Branches
from server.link import read_link
from server.place import engine
from server.shown import Notice, Now, built_in_pair, check_cost, new_id, redrawn
from server.trial import Trial
from server.twin import Twin

if TYPE_CHECKING:
    from dann_core.sweeps.sweep import Sweep
    from server.comparison import Comparison


class Experiment:
    """Every change of a visitor's domains, settings and run goes through here. Thread-safe.

    `page` rises when something that Streamlit draws has changed; `touched` says whether somebody has done anything.
    """

    seeds = None
    """Of a comparison's lanes; an experiment by itself has one."""

    def __init__(self, domain: Domain | None, pair: DomainPair, settings: Settings, base: Settings) -> None:
        self.notice: Notice | None = None
        self._trial: Trial | None = None
        self.touched = False
        self.page = 0
        self.sweep: Sweep | None = None
        self.sweep_before: Sweep | None = None
        self.sweep_form: dict[str, Any] = {}
        self.sweep_cell: dict[str, Any] = {}
        self.comparison: Comparison | None = None
        # What a link says of them, until they are there; and from how many seeds each is trained.
        self.lanes: str | None = None
        self.seeds_at_once = 1
        self.owners = 0
        self.sessions: set[str] = set()
        self._listeners: set[Callable[[], None]] = set()
        self._recoveries_seen = 0
        self._lock = threading.RLock()
        run = self._made(pair, settings)
        self.branches = Branches(Now(Origin(domain), base, run, Twin(run, self.heard), new_id()))

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Experiment:
        """The experiment that a link stands for; what is wrong in a link is said, and the preset stands instead."""
        link = read_link(query)
        made = cls(link.domain, link.pair, link.settings, link.preset)
        made.lanes, made.seeds_at_once, made.notice = link.lanes, link.seeds, link.notice
        return made

    @property
    def now(self) -> Now:
        """What is shown now."""
        return self.branches.shown.now

    @property
    def run(self) -> Run:
        """The run that is shown now."""
        return self.now.run

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

    def change(self, name: str, value: Any) -> None:
        """Change one setting, live if it can be, else with a new network that Undo takes back."""
        self._turn({name: value})

    def use_method(self, name: str) -> None:
        """Take a named method's objective, likewise; the network's and the optimizer's settings stay."""
        self._turn(METHODS[name].settings)

    @property
    def trial(self) -> Trial | None:
        """What is being tried out on the run that is shown now."""
        return self._trial if self._trial and self._trial.holds(self.run) else None

    def try_out(self, name: str, value: Any, *, anew: bool = False) -> None:
        """Change one setting like `change`, so that Undo takes back a live change too, and let the run go on.

        A run that is over begins anew with it, and so does any where `anew` asks for that.
        """
        with self._lock:
            run, old = self.run, getattr(self.settings, name, None)
            if value == old:
                return
            tried = Trial(run, name, old, value, is_live=True)
            self._turn({name: value}, anew=anew or run.finished, tried=tried)
            if self.run is not run:
                self._trial = tried._replace(run=self.run, is_live=False)
            elif self._trial is not tried:
                return
            self.run.play()

    def _turn(self, values: Mapping[str, Any], *, anew: bool = False, tried: Trial | None = None) -> None:
        with self._lock:
            self.notice, self.touched = None, True
            try:
                settings = self.settings.replace(**values)
                rebuilds = self.settings.rebuilds(settings)
                if not rebuilds and not anew:
                    self._trial = tried or self._trial
                    self._change_live(settings, tried and tried.notice())
                    return
                pair = self.pair
                if self.domain is not None and settings.seed != self.settings.seed:
                    pair = built_in_pair(self.domain, settings.seed)
                check_cost(pair, settings)
            except (KnobError, DomainError) as error:
                self._say(Notice("text", "error", text=str(error)))
                return
            knob = (rebuilds or self.settings.differences(settings))[0]
            old, new = (to_text(getattr(s, knob.name)) for s in (self.settings, settings))
            notice = Notice("rebuilt", label=knob.label, old=old, new=new)
            self._start(self.now.origin, pair, settings, self.now.base, notice)

    def _change_live(self, settings: Settings, notice: Notice | None = None) -> None:
        changed = self.settings.differences(settings)
        if notice:
            # Before the change, so that nobody is told of it without the reason.
            self.notice = notice
            self.page += 1
        self.run.apply(settings)
        if changed and self.run.finished and self.run.iteration:
            self._say(Notice("no effect", label=", ".join(knob.label for knob in changed)))

    def change_domain(self, name: str, value: Any) -> None:
        """Change one knob of the built-in domain: new data, the same settings."""
        self.redraw({name: value})

    def redraw(self, values: Mapping[str, Any]) -> None:
        """Change knobs of the built-in domain, all at once."""
        with self._lock:
            if self.domain is None:
                # A control of the domain before, changed while the page was on its way to an upload.
                return
            try:
                domain = self.domain.replace(**values)
                pair = built_in_pair(domain, self.settings.seed)
                if pair.sample_shape != self.pair.sample_shape or pair.n_classes != self.pair.n_classes:
                    check_cost(pair, self.settings)
            except (KnobError, DomainError) as error:
                self._say(Notice("text", "error", text=str(error)))
                return
            if domain != self.domain:
                self._start(Origin(domain), pair, self.settings, self.now.base, redrawn(self.domain, domain))

    def choose(self, name: str) -> None:
        """Go to another built-in domain with its preset."""
        domain, preset = domains.get(name)(), domains.preset(name)
        pair = built_in_pair(domain, preset.seed)
        with self._lock:
            self._start(Origin(domain), pair, preset, preset, Notice("domain", title=domain.title))

    def use_upload(self, pair: DomainPair, settings: Settings, origin: Origin | None = None) -> None:
        """Go to an uploaded pair."""
        with self._lock:
            self._start(origin or Origin(), pair, settings, settings, Notice("upload", name=pair.name))

    def open(self, domain: Domain | None, pair: DomainPair, settings: Settings) -> None:
        """Go to a cell of a sweep: at iteration 0, as it was trained there."""
        with self._lock:
            origin = self.now.origin if pair is self.pair else Origin(domain)
            self._start(origin, pair, settings, _base(origin, pair), Notice("cell"))

    def open_bundle(self, origin: Origin, pair: DomainPair, settings: Settings) -> None:
        """Go to the run of a bundle, at iteration 0."""
        with self._lock:
            self._start(origin, pair, settings, _base(origin, pair), Notice("bundle"))

    def reset(self) -> None:
        """Back to iteration 0 with the same first weights."""
        with self._lock:
            # Settings and domains stay as they are: nothing that Streamlit draws changes.
            self._start(self.now.origin, self.pair, self.settings, self.now.base, Notice("reset"), redraws=0)

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

    @property
    def can_undo(self) -> bool:
        """Whether Undo has something to bring or to take back."""
        return self.branches.before is not None or self.trial is not None

    def undo(self) -> None:
        """Go to the branch that was shown before, where it was.

        A live change that is being tried out is taken back instead.
        """
        with self._lock:
            if self.trial and self.trial.is_live:
                before = self.settings.replace(**{self.trial.setting: self.trial.old})
                self._change_live(before, Notice("taken back"))
            elif self.branches.before:
                self._return_to(self.branches.before, Notice("undone"), is_undo=True)

    def share(self, is_shared: bool) -> None:
        """Let others see an uploaded pair's runs and samples, or no longer."""
        with self._lock:
            for branch in self.branches.kept:
                if branch.has_domains_of(self.branches.shown):
                    branch.now = branch.now._replace(is_shared=is_shared)
        self.heard()

    def dismiss(self, notice: int) -> None:
        """Forget the notice of that id: a person has read it."""
        with self._lock:
            if self.notice and self.notice.id == notice:
                self.notice = None
        self.heard()

    def link(self) -> dict[str, str]:
        """What the address bar holds besides the key; nothing for an upload, which no link can carry."""
        return self.now.query() or {}

    def reconnect(self, run: Run | None = None) -> None:
        """After a failure: reach the engine again and let a run, by default the one shown, go on. Takes seconds."""
        run = run or self.run
        try:
            engine().reconnect()
        except EngineError as error:
            if str(error) != str(run.failure):
                self._say(Notice("text", "error", text=str(error)))
            return
        run.retry()
        self._say(Notice("reconnected"))

    def free(self) -> None:
        """Let go of everything that is large: nobody has come back for it."""
        # Streamlit remembers a session for some minutes, and with its buttons this object.
        self.run.free()
        if self.sweep:
            self.sweep.stop()
        if self.comparison:
            self.comparison.free()
        self.branches.forget()

    def heard(self) -> None:
        """Tell all who listen that something has changed."""
        if self.run.recoveries > self._recoveries_seen:
            self._recoveries_seen = self.run.recoveries
            self.notice = Notice("recovered", iteration=self.run.iteration)
        self.now.twin.follow()
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


def _base(origin: Origin, pair: DomainPair) -> Settings:
    """The settings that a pair starts with."""
    return Settings.for_pair(pair) if origin.domain is None else domains.preset(origin.domain.key)
