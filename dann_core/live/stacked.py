"""Lanes that are trained as one stack of replicas, each looked at like a run of its own.

A lane of a stack is the run that it would be alone up to rounding (`dann_core.sweeps.replicas` says how far). The stack
itself is the same bit for bit, however it is sliced, paused and resumed.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from dann_core.domains.pair import DomainPair
from dann_core.live.slices import Answer, Resumption, Slice
from dann_core.live.worker import LiveRun
from dann_core.method.history import Change
from dann_core.method.training import Trainer
from dann_core.settings import Settings
from dann_core.sweeps.replicas import Replicas


def run_of(
    pairs: Sequence[DomainPair], settings: Sequence[Settings], resume: Resumption | None, device: str
) -> LiveRun:
    """One run, or several as a stack."""
    if len(pairs) == 1:
        return LiveRun(pairs[0], settings[0], resume, device)
    return StackedRun(pairs, settings, resume, device)


class StackedRun(LiveRun):
    """See `LiveRun`; it answers with a `Round`. All runs have the same `max_iter`; settings do not change."""

    def __init__(
        self,
        pairs: Sequence[DomainPair],
        settings: Sequence[Settings],
        resume: Resumption | None = None,
        device: str = "cpu",
    ) -> None:
        self.trainer = TrainersAsOne(pairs, settings, device)
        self._begin(self.trainer.trainers, resume)

    def _look(self, asked: Slice, turns: int, counted_from: float, graded_until: float) -> Answer:
        self.trainer.show()
        return super()._look(asked, turns, counted_from, graded_until)


class TrainersAsOne:
    """Trainers whose experiments are trained as one stack; each can be looked at after `show`.

    Raises `KnobError` like `Replicas`.
    """

    def __init__(self, pairs: Sequence[DomainPair], settings: Sequence[Settings], device: str = "cpu") -> None:
        self.settings, self.changes = settings[0], list[Change]()
        self._replicas = Replicas(pairs, settings, device)
        self.trainers = [_Led(pair, s, device) for pair, s in zip(pairs, settings, strict=True)]
        inputs: dict[Hashable, Trainer] = {}
        for trainer in self.trainers:
            # What many look at is held once.
            key = id(trainer.pair), trainer.settings.standardisation, trainer.settings.log_counts
            first = inputs.setdefault(key, trainer)
            trainer.source_x, trainer.target_x = first.source_x, first.target_x

    @property
    def iteration(self) -> int:
        """Of all."""
        return self._replicas.iteration

    def advance(self, iterations: int = 1) -> None:
        """Train for exactly that many iterations."""
        self._replicas.advance(iterations)
        rows = self._replicas.take_rows()
        for k, trainer in enumerate(self.trainers):
            trainer.history.extend(rows[:, k])

    def show(self) -> None:
        """Bring the trainers' networks to where the stack is."""
        for k, trainer in enumerate(self.trainers):
            self._replicas.copy_to(trainer.network, k)
            trainer.iteration = self.iteration

    def state_dict(self, *, history: bool = True) -> dict[str, Any]:
        """See `Replicas.state_dict`; histories are never in it."""
        return self._replicas.state_dict()

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue where `state` was taken, with histories that begin there."""
        self._replicas.load_state_dict(state)


class _Led(Trainer):
    """A trainer that others train: it has no step of its own."""

    def _step_for(self, settings: Settings) -> None:
        return None
