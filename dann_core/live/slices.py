"""What is asked of a live run and what it answers: the words between a run and the process that trains it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from dann_core.domains.pair import DomainPair
from dann_core.live.recording import Recording, Shown
from dann_core.method.history import Change, History
from dann_core.settings import Settings
from dann_core.settings.path import Later

SLICE_SECONDS = 0.15
"""The longest slice of a run that has its worker for itself: with the look after it, some five frames a second."""


@dataclass(frozen=True)
class Slice:
    """Train under these settings, for at most so many iterations (0: only look; None: until max_iter).

    A slice also ends at max_iter and, with at least one iteration done, after `seconds`, which the runs of one worker
    share. `complete` asks for accuracies over all samples, of which as many are graded as the same `seconds` allow and
    the rest with the slices after it, and for a t-SNE that comes to rest; `unhurried` for t-SNE and
    probe in any case. `number` says which slice of its run this is, from 1 on; one of 0 is not halted. `later` are
    settings that take the place of these at stated iterations, whichever slice these lie in.
    """

    settings: Settings
    iterations: int | None = None
    complete: bool = False
    seconds: float = SLICE_SECONDS
    unhurried: bool = False
    number: int = 0
    later: Later = ()


@dataclass(frozen=True)
class Checkpoint:
    """All that a run needs to go on in another process, less its history, which the server has; `state` is packed."""

    iteration: int
    state: bytes


@dataclass(frozen=True)
class Answer:
    """What became of a slice; `frame` is None for one that was taken back before it began."""

    frame: Shown | None = None
    rows: np.ndarray = field(default_factory=lambda: History().rows)
    """Of the history, since the answer before."""

    changes: tuple[Change, ...] = ()
    """All live changes so far."""

    device: str = "cpu"
    scene: bytes | None = None
    """With a run's first answer."""

    checkpoint: Checkpoint | None = None
    """Where one was due."""

    seconds: float = 0.0
    """That training took."""

    @property
    def parts(self) -> tuple[Answer, ...]:
        """Of each run that was asked: of one, itself."""
        return (self,)


@dataclass(frozen=True)
class Round(Answer):
    """The answer of the first of several runs, and those of the others at the same iteration."""

    others: tuple[Answer, ...] = ()

    @classmethod
    def of(cls, parts: Sequence[Answer]) -> Round:
        """From the answer of each."""
        first, *others = parts
        return cls(**vars(first), others=tuple(others))

    @property
    def parts(self) -> tuple[Answer, ...]:
        """See `Answer.parts`."""
        first = {name: value for name, value in vars(self).items() if name != "others"}
        return (Answer(**first), *self.others)


@dataclass(frozen=True)
class Resumption:
    """Where a run is to go on: its last checkpoint, if it has sent one, and what happened to it since."""

    iteration: int
    changes: tuple[Change, ...] = ()
    checkpoint: Checkpoint | None = None


@dataclass(frozen=True)
class Standing:
    """A run at one moment: its pair, the settings of iteration 0, how to come there, and what was recorded until then.

    `rows` are the history's, one an iteration, `(iteration, 6)`.
    """

    pair: DomainPair
    settings: Settings
    resumption: Resumption
    rows: np.ndarray
    recording: Recording
