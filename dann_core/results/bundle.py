"""A run's folder or bundle, as `results.outcome` has written it, read as an upload like any other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from dann_core.domains import DomainPair
from dann_core.domains.files.errors import megabytes, refusal
from dann_core.domains.files.limits import MAX_ARRAY_BYTES
from dann_core.method.training import Trainer
from dann_core.results.record import Record


def _file(path: Path) -> bytes | None:
    try:
        if path.stat().st_size > MAX_ARRAY_BYTES:
            raise refusal(
                path.name, f"it has more than {megabytes(MAX_ARRAY_BYTES)}; give a file that a run has written"
            )
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise refusal(path.name, f"it cannot be read ({error.strerror}); check the path {path}") from None


def repeated(record: Record, pair: DomainPair, device: str, trained: Callable[[Trainer], None]) -> Trainer:
    """The run of that record once more, live changes included; `trained` is called now and then.

    Raises `KnobError` like `Trainer`.
    """
    trainer = Trainer(pair, record.settings, device)
    for change in record.changes:
        _advance(trainer, min(change.iteration, record.iterations), trained)
        trainer.apply(trainer.settings.replace(**{change.name: change.new}))
    _advance(trainer, record.iterations, trained)
    return trainer


EVERY = 25
"""Iterations between two calls of `trained`."""


def _advance(trainer: Trainer, until: int, trained: Callable[[Trainer], None]) -> None:
    while trainer.iteration < until:
        trainer.advance(min(EVERY, until - trainer.iteration))
        trained(trainer)
