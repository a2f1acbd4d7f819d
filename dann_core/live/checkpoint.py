"""Checkpoints: a trainer and its observers as bytes, small, quick, and safe to read."""

from __future__ import annotations

import io
import pickle
from typing import Any, Protocol

import numpy as np
import torch

from dann_core.live.slices import Checkpoint
from dann_core.live.snapshot import Observer


class Trained(Protocol):
    """A trainer, or several that train as one."""

    iteration: int

    def state_dict(self, *, history: bool = True) -> dict[str, Any]: ...

    def load_state_dict(self, state: dict[str, Any]) -> None: ...


def save(trainer: Trained, *observers: Observer) -> Checkpoint:
    """What they are now."""
    packed = io.BytesIO()
    state = trainer.state_dict(history=False), [observer.state_dict() for observer in observers]
    _Packer(packed, pickle.HIGHEST_PROTOCOL).dump(state)
    return Checkpoint(trainer.iteration, packed.getvalue())


def restore(checkpoint: Checkpoint, trainer: Trained, *observers: Observer) -> None:
    """Bring all of them, made with the same settings, to where they were."""
    of_trainer, of_observers = _Unpacker(io.BytesIO(checkpoint.state)).load()
    trainer.load_state_dict(of_trainer)
    for observer, state in zip(observers, of_observers, strict=True):
        observer.load_state_dict(state)


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
