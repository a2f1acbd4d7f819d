"""What is taken away of a run that stands on a page: made on a worker, from the run's last checkpoint.

The server names these functions and need not load torch.
"""

from __future__ import annotations

import io
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from dann_core.live.slices import Standing
from dann_core.results.origin import Origin

if TYPE_CHECKING:
    from dann_core.method.training import Trainer
    from dann_core.results.outcome import Outcome


def bundle(standing: Standing, origin: Origin, device: str, with_data: bool = False) -> bytes:
    """The run as a bundle. Raises `KnobError` like `Trainer`."""
    packed = io.BytesIO()
    _outcome(standing, origin, device).pack(packed, with_data=with_data)
    return packed.getvalue()


def predictions(standing: Standing, origin: Origin, device: str, ending: str, features: bool = False) -> bytes:
    """Its predictions for all target samples, as ".csv" or ".parquet". Raises `KnobError` like `Trainer`."""
    from dann_core.results.predictions import write

    with TemporaryDirectory() as made:
        file = Path(made) / f"predictions{ending}"
        write(_outcome(standing, origin, device).predictions(features=features), file)
        return file.read_bytes()


def trained(standing: Standing, device: str) -> Trainer:
    """The run's trainer where the run stands. Raises `KnobError` like `Trainer`."""
    from dann_core.live.worker import LiveRun
    from dann_core.method.history import History

    trainer = LiveRun(standing.pair, standing.settings, standing.resumption, device).trainer
    # What a checkpoint leaves out, the server has.
    trainer.history = History(standing.rows)
    return trainer


def _outcome(standing: Standing, origin: Origin, device: str) -> Outcome:
    from dann_core.results.outcome import Outcome

    trainer = trained(standing, device)
    return Outcome(trainer, origin, standing.recording if standing.recording.latest else None)
