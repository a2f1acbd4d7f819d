"""One run in one folder or one ZIP: written when it has ended; `results.bundle` reads it again.

settings.json        the record: data, settings, live changes (`results.record`)
plan.json            how its files were read; not of a built-in domain
history.csv          one row an iteration, every digit
model.safetensors    weights, and the inputs' scale
predictions.csv, predictions.parquet
methods.txt          the run in words
reproduce.py         trains it again and compares; reads data.npz
data.npz             the arrays, of files only where that was asked for
recording.dann       what the page showed, where it was recorded; figures/ are made of it
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import safetensors.torch

from dann_core.domains import Domain, DomainPair
from dann_core.live.recording import Recording
from dann_core.method.history import COLUMNS, History
from dann_core.method.training import Trainer
from dann_core.results.methods import methods
from dann_core.results.predictions import predictions
from dann_core.results.predictions import write as write_table
from dann_core.results.record import DataFile, Record
from dann_core.results.script import script

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The date of every file in a bundle: the same run gives the same bytes."""


@dataclass(frozen=True)
class Outcome:
    """A run that has been trained, and what it was trained on.

    `plan` is the text of its reading plan, `rows` what its target samples are called; both None for a built-in domain.
    `read` says in a sentence what was read.
    """

    trainer: Trainer
    domain: Domain | None = None
    recording: Recording | None = None
    plan: str | None = None
    files: Sequence[DataFile] = ()
    rows: np.ndarray | None = None
    read: str = ""

    @property
    def record(self) -> Record:
        """As `settings.json` says it."""
        t = self.trainer
        return Record.of(
            t.pair, t.settings, t.changes, len(t.history), domain=self.domain, files=self.files, device=str(t.device)
        )

    def write(self, folder: Path, *, with_data: bool = False) -> None:
        """Write everything into a folder. The data of files only `with_data`. Raises `OSError`."""
        trainer, pair, record = self.trainer, self.trainer.pair, self.record
        with_data = with_data or self.domain is not None
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "settings.json").write_text(record.to_json(), encoding="utf-8")
        if self.plan is not None:
            (folder / "plan.json").write_text(self.plan, encoding="utf-8")
        (folder / "history.csv").write_text(history_csv(trainer.history), encoding="utf-8", newline="")
        weights = {name: tensor.contiguous() for name, tensor in trainer.network.state_dict().items()}
        # Without the inputs' scale, the weights would be of no use to anyone.
        safetensors.torch.save_file({**weights, **trainer.standardizer.tensors()}, folder / "model.safetensors")
        parts = predictions(trainer.look, pair.target_x, record.class_names, rows=self.rows)
        write_table(parts, folder / "predictions.csv", folder / "predictions.parquet")
        counts = len(pair.source_x), len(pair.target_x)
        (folder / "methods.txt").write_text(methods(record, counts, self.read), encoding="utf-8")
        text = script(pair, record.settings, record.changes, record.iterations, with_data)
        (folder / "reproduce.py").write_text(text, encoding="utf-8")
        if with_data:
            _save_data(folder / "data.npz", pair, exam=self.domain is None)
        if self.recording is not None:
            self.recording.save(folder / "recording.dann")

    def pack(self, file: Path, *, with_data: bool = False) -> None:
        """Write the same as one ZIP. Raises `OSError`."""
        with TemporaryDirectory() as made:
            folder = Path(made)
            self.write(folder, with_data=with_data)
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


def _save_data(file: Path, pair: DomainPair, *, exam: bool) -> None:
    arrays = {"source_x": pair.source_x, "source_y": pair.source_y, "target_x": pair.target_x}
    if exam and pair.target_y is not None:
        arrays["target_y"] = pair.target_y
    np.savez_compressed(file, **arrays)
