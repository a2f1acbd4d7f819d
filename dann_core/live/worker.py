"""A live run: a trainer and its observer, advanced one bounded slice at a time.

It lives where training happens, a worker, and can be made anew from its last checkpoint in any other one.
"""

from __future__ import annotations

import functools
import io
import pickle
import time
import weakref
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from dann_core import domains
from dann_core.domains.pair import DomainPair
from dann_core.live.snapshot import Observer, Snapshot
from dann_core.method.training import Change, Trainer
from dann_core.settings import Settings

SLICE_SECONDS = 0.45
"""The longest slice of a run that has its worker for itself."""

CHECKPOINT_SHARE, CHECKPOINT_BYTES_PER_SECOND = 0.1, 100e6
"""Large networks send checkpoints less often: sending them takes about this share of a run's time."""

RECENTLY = 4.0
"""Seconds after a slice in which a run counts as one that takes turns on its worker."""

LONGEST_IDLE = 1.0
"""Seconds before a slice in which its worker had nothing to do that count as time of the run's, at most. In slow motion
nearly all are such: a t-SNE that had its share of the slices alone would stand still."""


@dataclass(frozen=True)
class Slice:
    """What the page asks of a run: train under these settings, for at most so many iterations.

    A slice also ends at max_iter and, with at least one iteration done, after `seconds`, which the runs of one worker
    share; 0 iterations only look. `complete` asks for accuracies over all samples and a t-SNE that comes to rest.
    """

    settings: Settings
    iterations: int | None = None
    complete: bool = False
    seconds: float = SLICE_SECONDS


@dataclass(frozen=True)
class Checkpoint:
    """All that a run needs to go on in another process, less its history, which the page has.

    `state` is packed: the page carries it with every frame and hardly ever opens it.
    """

    iteration: int
    state: bytes

    @classmethod
    def of(cls, trainer: Trainer, observer: Observer) -> Checkpoint:
        """What they are now."""
        packed = io.BytesIO()
        _Packer(packed, pickle.HIGHEST_PROTOCOL).dump((trainer.state_dict(history=False), observer.state_dict()))
        return cls(trainer.iteration, packed.getvalue())

    def restore(self, trainer: Trainer, observer: Observer) -> None:
        """Bring both, made with the same settings, to where they were."""
        of_trainer, of_observer = _Unpacker(io.BytesIO(self.state)).load()
        trainer.load_state_dict(of_trainer)
        observer.load_state_dict(of_observer)


@dataclass(frozen=True)
class Resumption:
    """Where a run is to go on: its last checkpoint, if it has sent one, and what happened to it since."""

    iteration: int
    changes: tuple[Change, ...] = ()
    checkpoint: Checkpoint | None = None


class _Packer(pickle.Pickler):
    """Packs tensors as arrays: torch's own way, made for files, takes ten times as long as all the rest."""

    def reducer_override(self, thing: Any) -> Any:
        """Called by pickle for everything."""
        if not isinstance(thing, torch.Tensor):
            return NotImplemented
        channels_last = thing.ndim == 4 and thing.is_contiguous(memory_format=torch.channels_last)
        return _tensor, (thing.detach().cpu().numpy(), channels_last)


def _tensor(array: np.ndarray, channels_last: bool) -> torch.Tensor:
    tensor = torch.from_numpy(array)
    return tensor.contiguous(memory_format=torch.channels_last) if channels_last else tensor


class _Unpacker(pickle.Unpickler):
    """Makes what `_Packer` has packed and nothing else: a checkpoint comes from another process."""

    KNOWN = frozenset(
        [
            (__name__, "_tensor"),
            ("collections", "OrderedDict"),
            ("numpy", "dtype"),
            ("numpy._core.numeric", "_frombuffer"),
        ]
    )

    def find_class(self, module: str, name: str) -> Any:
        """Called by pickle for every name that is not built in."""
        if (module, name) not in self.KNOWN:
            raise pickle.UnpicklingError(f"A checkpoint holds no {module}.{name}.")
        return super().find_class(module, name)


# All live runs of this process with the time of their last slice: those that take turns.
_asked: weakref.WeakKeyDictionary[LiveRun, float] = weakref.WeakKeyDictionary()

_idle_since = time.perf_counter()


class LiveRun:
    """Knows nothing of pages or of who asks.

    `settings` are those of iteration 0. With `resume`, what was trained after the checkpoint is trained again, live
    changes included, so that the run goes on bit for bit. Raises `KnobError` like `Trainer`.
    """

    def __init__(
        self, pair: DomainPair, settings: Settings, resume: Resumption | None = None, device: str = "cpu"
    ) -> None:
        self.trainer = Trainer(pair, settings, device)
        self.observer = Observer(pair, settings.seed)
        self._saved_at = float("-inf")
        if resume:
            self._catch_up(resume)

    def advance(self, asked: Slice) -> tuple[Snapshot, Checkpoint | None]:
        """Train one slice; what it looks like then, and a checkpoint when one is due."""
        global _idle_since
        started = time.perf_counter()
        counted_from = max(_idle_since, started - LONGEST_IDLE)
        now = time.monotonic()
        _asked[self] = now
        turns = sum(now - last < RECENTLY for last in list(_asked.values()))
        if asked.settings != self.trainer.settings:
            self.trainer.apply(asked.settings)
        left = asked.settings.max_iter - self.trainer.iteration
        iterations = left if asked.iterations is None else min(asked.iterations, left)
        self._train(iterations, asked.seconds / turns)
        snapshot = self.observer.observe(self.trainer, complete=asked.complete, turns=turns, started=counted_from)
        checkpoint = self._checkpoint()
        _idle_since = time.perf_counter()
        return snapshot, checkpoint

    def _train(self, iterations: int, seconds: float) -> None:
        """Whole iterations until there are enough or the time is used up, in chunks so that little is overshot."""
        deadline = time.perf_counter() + seconds
        chunk = 1
        # A last chunk is trained in any case: a slice of its own would cost a look as well.
        while iterations > 0 and (iterations <= chunk or time.perf_counter() < deadline):
            started = time.perf_counter()
            self.trainer.advance(min(chunk, iterations))
            iterations -= chunk
            rate = chunk / (time.perf_counter() - started)
            # Doubled at most: one step that seemed to take no time must not start thousands.
            chunk = min(max(1, int(rate * seconds / 10)), 2 * chunk)

    def _checkpoint(self) -> Checkpoint | None:
        size = sum(p.nbytes for p in self.trainer.network.parameters()) * 3
        now = time.monotonic()
        if now - self._saved_at < size / CHECKPOINT_BYTES_PER_SECOND / CHECKPOINT_SHARE:
            return None
        self._saved_at = now
        return Checkpoint.of(self.trainer, self.observer)

    def _catch_up(self, resume: Resumption) -> None:
        if resume.checkpoint:
            resume.checkpoint.restore(self.trainer, self.observer)
        known = len(self.trainer.changes)
        for change in resume.changes[known:]:
            self.trainer.advance(change.iteration - self.trainer.iteration)
            self.trainer.apply(self.trainer.settings.replace(**{change.name: change.new}))
        self.trainer.advance(resume.iteration - self.trainer.iteration)
        self.observer.skip_history(self.trainer)


@functools.cache
def warm_up(device: str) -> None:
    """Load and run all that a live run needs, so that this process's first run starts like any later one.

    On CUDA it is seconds until a process has the card and its libraries. Raises `KnobError` like `Trainer`.
    """
    preset = domains.preset("moons")
    LiveRun(domains.load("moons"), preset, device=device).advance(Slice(preset, 2))
