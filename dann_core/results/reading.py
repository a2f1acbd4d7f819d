"""The data of a run that was written: its own once more, or new samples for it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dann_core.domains import DomainPair
from dann_core.domains.files import inspect, load_files, read
from dann_core.domains.files.errors import by, quoted, refusal
from dann_core.results.bundle import Bundle
from dann_core.results.record import DataFile


@dataclass(frozen=True)
class NewSamples:
    """Raw inputs `(N, *sample_shape)`, and what each sample is called in its file."""

    x: np.ndarray
    rows: np.ndarray | None


def data_file(role: str, path: Path) -> DataFile:
    """What identifies a file on disk. Raises `OSError`."""
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return DataFile(role=role, name=path.name, size=path.stat().st_size, sha256=digest)


def same_data(bundle: Bundle, source: Path | None, target: Path | None) -> DomainPair:
    """The pair that a run was trained on; its files have to be given where the bundle does not hold the data.

    Raises `UploadError` for missing files, and for others than the run's.
    """
    pair = bundle.data()
    if pair is not None:
        return pair
    given = {"source": source, "target": target}
    if source is None or target is None:
        names = " and ".join(quoted(f.name) for f in bundle.record.files)
        raise refusal(bundle.name, f"the data are not in it; give its files, {names}, with --source and --target")
    for known in bundle.record.files:
        path = given.get(known.role)
        if path is not None and data_file(known.role, path).sha256 != known.sha256:
            why = f"this is not the {known.role} that the run was trained on (another SHA-256); give the very same file"
            raise refusal(path.name, why)
    pair = load_files(source, target)
    bundle.check_fits(pair)
    return pair


def new_samples(bundle: Bundle, path: Path) -> NewSamples:
    """New target samples, read as the run read its own. Raises `UploadError` for what does not fit."""
    table = inspect(path.name, path.read_bytes(), "target")
    x = read(table).x
    if x.shape[1:] != bundle.record.sample_shape:
        said = f"its samples are {by(x.shape[1:])}, those of the run {by(bundle.record.sample_shape)}"
        raise refusal(path.name, f"{said}; give a file like the run's target")
    return NewSamples(x, None)
