"""The data of a run that was written: its own once more, or new samples for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from dann_core.domains import DomainPair
from dann_core.domains.files import Contents, Samples, load_files, open_path, read_one
from dann_core.domains.files.errors import by, count, listed, refusal
from dann_core.results.bundle import Bundle
from dann_core.results.origin import Origin


def same_data(
    bundle: Bundle,
    source: Path | None = None,
    target: Path | None = None,
    labels_file: Path | None = None,
    target_labels_file: Path | None = None,
) -> tuple[DomainPair, Origin]:
    """The pair that a run was trained on; its files have to be given where the bundle does not hold the data.

    Raises `UploadError` for missing files, and for others than the run's.
    """
    pair = bundle.data()
    if pair is not None:
        return pair, bundle.origin
    plan, known = bundle.plan(), {f.role: f for f in bundle.record.files}
    if plan is None:
        raise refusal(bundle.name, "plan.json is not in it; give the folder or the bundle that a run has written")
    if source is None:
        names = listed(dict.fromkeys(f.name for f in known.values()))
        raise refusal(bundle.name, f"the data are not in it; give its files, {names}, with --source and --target")
    labels = {"labels_file": labels_file, "target_labels_file": target_labels_file}
    read = load_files(source, target, plan=plan, name=bundle.record.pair, **labels)
    for file in read.files:
        if file.role not in known or file.sha256 != known[file.role].sha256:
            why = f"this is not the file of the {file.role} that the run was trained on (another SHA-256)"
            raise refusal(file.name, f"{why}; give the very same file")
    bundle.check_fits(read.pair)
    return read.pair, Origin.of(read)


def new_samples(bundle: Bundle, path: Path) -> Samples:
    """New target samples, read as the run read its own. Raises `UploadError` for what does not fit."""
    plan, shape = bundle.plan(), bundle.record.sample_shape
    if plan is None:
        return _plain(open_path(path), shape)
    samples = read_one(open_path(path, plan.target.header), plan)
    if samples.x.shape[1:] != shape:
        said = f"its samples are {by(samples.x.shape[1:])}, those of the run {by(shape)}"
        raise refusal(path.name, f"{said}; take plan and settings from one run")
    return samples


def _plain(contents: Contents, shape: tuple[int, ...]) -> Samples:
    """Samples for a built-in domain, which has no plan: the one array of this shape, or a table of as many numbers."""
    arrays = [i for i in contents.items if i.holds == "numbers" and i.table is None and i.shape[1:] == shape]
    if len(arrays) == 1:
        return Samples(contents.file, contents.load(arrays)[0], None)
    columns = [i for i in contents.items if i.holds == "numbers" and i.table is not None]
    if not arrays and shape == (len(columns),):
        return Samples(contents.file, np.column_stack(contents.load(columns)), None)
    wanted = f"one array of shape (samples, {', '.join(map(str, shape))})"
    if len(shape) == 1:
        wanted += f" or a table of {count(shape[0], 'column')} of numbers"
    said = f"it holds {len(arrays)} such arrays and {count(len(columns), 'such column')}"
    raise refusal(contents.file, f"the run reads {wanted}, and {said}; give samples like the run's target")
