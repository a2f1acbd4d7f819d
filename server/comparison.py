"""An experiment's comparison: variants of it in lanes, trained in lockstep by one Play."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from dann_core.domains.oracle import oracle_pair
from dann_core.engine.base import Handle
from dann_core.live.lockstep import Lockstep, lanes_together
from dann_core.live.run import Run
from dann_core.live.seeds import Variant as Trained
from dann_core.live.seeds import seeds_beside
from dann_core.settings.variants import ORACLE, Variant, to_link
from server.experiment import Experiment
from server.place import engine
from server.seeds import Seeds
from server.shown import Notice, Now, check_cost, new_id
from server.twin import Twin

LANES, SEEDS = "lanes", "seeds"
"""The link's names for what the lanes are, and for how many seeds each is at once."""


class Comparison:
    """Lanes of one pair and the settings that they are variants of, each from `n_seeds` seeds at once.

    Raises `KnobError` for a variant whose network cannot be, `DomainError` for an oracle without labels.
    """

    def __init__(self, now: Now, variants: Sequence[Variant], heard: Callable[[], None], n_seeds: int = 1) -> None:
        self.variants, self.base, self.pair = tuple(variants), now.run.settings, now.run.pair
        self._now, self._heard = now, heard
        self._settings = [variant.settings(self.base) for variant in variants]
        # One object for all such lanes: it travels to a worker once.
        oracle = oracle_pair(self.pair) if any(v.name == ORACLE for v in variants) else self.pair
        self._pairs = [oracle if v.name == ORACLE else self.pair for v in variants]
        self._laters = [variant.later(self.base) for variant in variants]
        for settings in self._settings:
            check_cost(self.pair, settings)
        self.groups = lanes_together(self._pairs, self._settings, self._laters)
        """Positions of the lanes that train as one stack; those by themselves are runs of their own."""
        self.n_seeds = n_seeds
        self.seeds = self._seeds() if n_seeds > 1 else None
        self._begin()

    def is_of(self, now: Now, variants: Sequence[Variant], n_seeds: int = 1) -> bool:
        """Whether it compares these variants of what is shown now, each from so many seeds."""
        same = now.run.pair is self.pair and now.run.settings == self.base
        return same and tuple(variants) == self.variants and n_seeds == self.n_seeds

    def take_over(self, before: Comparison) -> None:
        """Go on at the speed of the one before, with what it knows of the same seeds; that one ends."""
        self.run.speed = before.run.speed
        before.run.rest()
        if self.seeds and before.seeds and self.seeds.is_like(before.seeds):
            self.seeds = before.seeds
        elif before.seeds:
            before.seeds.stop()

    def begin_again(self) -> None:
        """All lanes at iteration 0, with the same first weights."""
        speed = self.run.speed
        self.run.rest()
        self._begin()
        self.run.speed = speed
        self._heard()

    def free(self) -> None:
        """Let go of all that is large."""
        self.run.free()
        if self.seeds:
            self.seeds.stop()

    def _seeds(self) -> Seeds:
        each = zip(self._settings, self.variants, self._laters, strict=True)
        lanes = [Trained(settings, variant.name == ORACLE, later) for settings, variant, later in each]
        data = self._now.domain or self.pair
        return Seeds(data, self.pair, lanes, seeds_beside(self.base.seed, self.n_seeds), self._heard)

    def _changed(self) -> None:
        if self.seeds and self.run.iteration:
            self.seeds.begin()
        self._heard()

    def _begin(self) -> None:
        def launch(group: Sequence[int]) -> Handle:
            return engine().launch_together([self._pairs[k] for k in group], [self._settings[k] for k in group])

        launches = [partial(launch, group) for group in self.groups]
        self.run = Lockstep(launches, self._pairs, self._settings, self._changed, self.groups, self._laters)
        self.nows = [
            Now(self._now.origin, self._now.base, lane, Twin(lane, self._heard), new_id()) for lane in self.run.lanes
        ]


class Side:
    """One lane of an experiment's comparison, to be heard and steered as an experiment is; see `server.lane`.

    What is steered are all lanes.
    """

    can_undo, branches = False, None

    def __init__(self, experiment: Experiment, number: int) -> None:
        self.experiment, self.number = experiment, number

    @property
    def comparison(self) -> Comparison:
        """The one that is shown now."""
        return self.experiment.comparison

    @property
    def now(self) -> Now:
        """The lane; of fewer lanes than a player thinks there are, the last one."""
        nows, experiment = self.comparison.nows, self.experiment
        is_shared = experiment.now.is_shared and experiment.pair is self.comparison.pair
        return nows[min(self.number, len(nows) - 1)]._replace(is_shared=is_shared)

    @property
    def run(self) -> Run:
        """By which all lanes are played."""
        return self.comparison.run

    @property
    def seeds(self) -> Seeds | None:
        """What its lanes do from other seeds."""
        return self.comparison.seeds

    @property
    def notice(self) -> Notice | None:
        """What the experiment has to say."""
        return self.experiment.notice

    @notice.setter
    def notice(self, notice: Notice | None) -> None:
        self.experiment.notice = notice

    def link(self) -> dict[str, Any]:
        """What the address bar holds: the experiment's link, and the lanes."""
        seeds = {SEEDS: str(self.comparison.n_seeds)} if self.seeds else {}
        return self.experiment.link() | {LANES: to_link(self.comparison.variants)} | seeds

    def __getattr__(self, name: str) -> Any:
        # Who is here, who listens, what has been drawn: the experiment's.
        return getattr(self.experiment, name)

    def reset(self) -> None:
        """All lanes to iteration 0."""
        self.comparison.begin_again()

    def undo(self) -> None:
        """Nothing: what lanes are is changed by the page alone."""

    def fork(self, iteration: int) -> None:
        """Nothing: lanes have no branches."""

    def go_to(self, branch: int) -> None:
        """Nothing, likewise."""

    def reconnect(self) -> None:
        """See `Experiment.reconnect`."""
        self.experiment.reconnect(self.run)
