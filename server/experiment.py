"""The experiment of one visitor: domains, settings and run, and all that may happen to them.

Pages and the live channel change it; both are told by `heard` when the other one has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dann_core import domains
from dann_core.domains import Domain, DomainError, DomainPair
from dann_core.language import said
from dann_core.results.origin import Origin
from dann_core.settings import Settings
from dann_core.settings.choices import in_words
from dann_core.settings.knobs import KnobError
from dann_core.settings.methods import METHODS
from server.link import read_link
from server.showing import Showing
from server.shown import Notice, Now, built_in_pair, check_cost, redrawn
from server.trial import Trial
from server.view import read_view

if TYPE_CHECKING:
    from dann_core.lessons import Lesson
    from dann_core.sweeps.sweep import Sweep
    from server.comparison import Comparison
    from server.shelf import Shelved


class Experiment(Showing):
    """Every change of a visitor's domains and settings goes through here; besides, what other pages hold of it."""

    seeds = None
    """Of a comparison's lanes; an experiment by itself has one."""

    def __init__(
        self, domain: Domain | None, pair: DomainPair, settings: Settings, base: Settings, *, is_blind: bool = False
    ) -> None:
        super().__init__(domain, pair, settings, base, is_blind=is_blind)
        self._trial: Trial | None = None
        self.sweep: Sweep | None = None
        self.sweep_before: Sweep | None = None
        self.sweep_form: dict[str, Any] = {}
        self.sweep_cell: dict[str, Any] = {}
        self.comparison: Comparison | None = None
        # What a link says of them, until they are there; and from how many seeds each is trained.
        self.lanes: str | None = None
        self.seeds_at_once = 1

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Experiment:
        """The experiment that a link stands for; what is wrong in a link is said, and the preset stands instead."""
        link = read_link(query)
        made = cls(link.domain, link.pair, link.settings, link.preset, is_blind=link.is_blind)
        made.lanes, made.seeds_at_once, made.notice = link.lanes, link.seeds, link.notice
        made.run.speed = read_view(query)[0].speed
        return made

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
                self._say(Notice("text", "error", text=said(error)))
                return
            knob = (rebuilds or self.settings.differences(settings))[0]
            old, new = (in_words(getattr(s, knob.name)) for s in (self.settings, settings))
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
            self._say(Notice("no effect", labels=[knob.label for knob in changed]))

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
                self._say(Notice("text", "error", text=said(error)))
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

    def take(self, lesson: Lesson) -> None:
        """Go to a lesson's run: where it was, if it is kept, else at iteration 0; sealed, if the lesson is blind."""
        pair = built_in_pair(lesson.domain, lesson.settings.seed)
        with self._lock:
            notice = Notice("lesson", title=lesson.title)
            kept = self.branches.first(lambda now: now.run.pair is pair and now.run.settings_at(0) == lesson.settings)
            if kept is None:
                self._start(Origin(lesson.domain), pair, lesson.settings, domains.preset(lesson.domain.key), notice)
            elif kept is not self.branches.shown:
                self._return_to(kept, notice)
            if lesson.blind and not self.blind.is_on:
                self.go_blind(True)

    @property
    def watched(self) -> Sequence[Now]:
        """The run that is shown and a comparison's lanes, but for an oracle: its data are no pair of this visitor's."""
        lanes = self.comparison.nows if self.comparison else ()
        return (self.now, *(now for now in lanes if now.run.pair is self.comparison.pair))

    def open_shelved(self, shelved: Shelved) -> bool:
        """Go to the run of the shelf, at iteration 0; whether its pair is still to be had."""
        pair = shelved.pair() if shelved.domain is None else built_in_pair(shelved.domain, shelved.settings.seed)
        if pair is None:
            return False
        with self._lock:
            notice = Notice("shelved", changes=len(shelved.changes))
            self._start(shelved.origin, pair, shelved.settings, shelved.base, notice)
        return True

    def reset(self) -> None:
        """Back to iteration 0 with the same first weights."""
        with self._lock:
            # Settings and domains stay as they are: nothing that Streamlit draws changes.
            self._start(self.now.origin, self.pair, self.settings, self.now.base, Notice("reset"), redraws=0)

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

    def free(self) -> None:
        """Let go of everything that is large: nobody has come back for it."""
        # Streamlit remembers a session for some minutes, and with its buttons this object.
        self.run.free()
        if self.sweep:
            self.sweep.stop()
        if self.comparison:
            self.comparison.free()
        self.branches.forget()
        self.shelf.clear()


def _base(origin: Origin, pair: DomainPair) -> Settings:
    """The settings that a pair starts with."""
    return Settings.for_pair(pair) if origin.domain is None else domains.preset(origin.domain.key)
