"""One run in one folder or one ZIP: written when it has ended; `results.bundle` reads it again.

settings.json        the record: data, settings, live changes (`results.record`)
plan.json            how its files were read; not of a built-in domain
history.csv          one row an iteration, every digit
model.safetensors    weights, and the inputs' scale
predictions.csv, predictions.parquet
methods.txt          the run in words
reproduce.py         trains it again and compares; reads data.npz
data.npz             the arrays, of files only where that was asked for
recording.dann       what the page showed, where it was recorded; without pictures of the inputs where there are no data
figures/             of its last frame, as SVG and PNG
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

import numpy as np
import pandas as pd
import safetensors.torch

from dann_core.domains import DomainPair
from dann_core.live.recording import Recording
from dann_core.method.history import COLUMNS, History
from dann_core.method.training import Trainer
from dann_core.results.methods import methods
from dann_core.results.origin import Origin
from dann_core.results.predictions import places, predictions
from dann_core.results.predictions import write as write_table
from dann_core.results.record import Record
from dann_core.results.script import script

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The date of every file in a bundle: the same run gives the same bytes."""


@dataclass(frozen=True)
class Outcome:
    """A run that has been trained, where its pair comes from and, if it was recorded, what it looked like."""

    trainer: Trainer
    origin: Origin = field(default_factory=Origin)
    recording: Recording | None = None

    @property
    def record(self) -> Record:
        """As `settings.json` says it."""
        t = self.trainer
        return Record.of(t.pair, t.settings, t.changes, len(t.history), self.origin, str(t.device))

    def predictions(self, *, features: bool = False) -> Iterator[pd.DataFrame]:
        """Those of the target; with `features` also these, and the places of the samples that were drawn."""
        pair = self.trainer.pair
        embedding = places(self.recording, len(pair.target_x)) if features and self.recording else None
        return predictions(
            self.trainer.look,
            pair.target_x,
            pair.class_names,
            rows=pair.target_rows,
            features=features,
            embedding=embedding,
        )

    def write(self, folder: Path, *, with_data: bool = False, features: bool = False) -> None:
        """Write everything into a folder; see `predictions` for `features`. Raises `OSError`.

        The data of files, and pictures of them, only `with_data`.
        """
        trainer, pair, record = self.trainer, self.trainer.pair, self.record
        with_data = with_data or self.origin.domain is not None
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "settings.json").write_text(record.to_json(), encoding="utf-8")
        if self.origin.plan is not None:
            (folder / "plan.json").write_text(self.origin.plan.to_json(), encoding="utf-8")
        (folder / "history.csv").write_text(history_csv(trainer.history), encoding="utf-8", newline="")
        weights = {name: tensor.contiguous() for name, tensor in trainer.network.state_dict().items()}
        # Without the inputs' scale, the weights would be of no use to anyone.
        safetensors.torch.save_file({**weights, **trainer.standardizer.tensors()}, folder / "model.safetensors")
        write_table(self.predictions(features=features), folder / "predictions.csv", folder / "predictions.parquet")
        counts = len(pair.source_x), len(pair.target_x)
        (folder / "methods.txt").write_text(methods(record, counts, self.origin.said), encoding="utf-8")
        text = script(pair, record.settings, record.changes, record.iterations, with_data)
        (folder / "reproduce.py").write_text(text, encoding="utf-8")
        if with_data:
            _save_data(folder / "data.npz", pair, is_whole=self.origin.domain is None)
        if self.recording is not None:
            self._write_recording(folder, inputs=with_data)

    def _write_recording(self, folder: Path, *, inputs: bool) -> None:
        # Only those who have recorded something wait for what draws.
        from dann_core.film.cut import cut
        from dann_core.live.figures import figures

        recording = self.recording
        if not inputs:
            recording = cut(recording, len(recording.frames), self.trainer.history.rows, inputs=False)
        recording.save(folder / "recording.dann")
        (folder / "figures").mkdir(exist_ok=True)
        for name, drawn in figures(recording).items():
            (folder / "figures" / name).write_bytes(drawn)

    def pack(self, file: Path | BinaryIO, *, with_data: bool = False, features: bool = False) -> None:
        """Write the same as one ZIP. Raises `OSError`."""
        with TemporaryDirectory() as made:
            folder = Path(made)
            self.write(folder, with_data=with_data, features=features)
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                for path in sorted(p for p in folder.rglob("*") if p.is_file()):
                    info = zipfile.ZipInfo(path.relative_to(folder).as_posix(), EPOCH)
                    info.compress_type = zipfile.ZIP_DEFLATED
                    archive.writestr(info, path.read_bytes())


def history_csv(history: History) -> str:
    """A history as a CSV file with a header; each number in as many digits as it has."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows(history)
    return text.getvalue()


ARRAYS = ("source_x", "source_y", "target_x")
MORE_ARRAYS = ("target_y", "source_groups", "target_groups", "source_rows", "target_rows")
"""What a pair has beside them: training does not need it."""


def _save_data(file: Path, pair: DomainPair, *, is_whole: bool) -> None:
    arrays = {name: getattr(pair, name) for name in (ARRAYS + MORE_ARRAYS if is_whole else ARRAYS)}
    np.savez_compressed(file, **{name: array for name, array in arrays.items() if array is not None})
