"""The data of a run that was written: its own once more, or new samples for it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from dann_core.domains import DomainPair
from dann_core.domains.files import Contents, ReadPair, Samples, open_path, read_one, read_pair
from dann_core.domains.files.errors import by, listed, quoted, refusal
from dann_core.domains.files.identity import FileRole
from dann_core.language import say, say_many
from dann_core.results.bundle import Bundle
from dann_core.results.origin import Origin

_ROLES = {
    "source": say("source"),
    "target": say("target"),
    "source labels": say("source labels"),
    "target labels": say("target labels"),
}


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
    if source is None:
        names = listed(dict.fromkeys(f.name for f in bundle.record.files))
        raise refusal(
            bundle.name, say("the data are not in it; give its files, {names}, with --source and --target", names=names)
        )
    paths = {"source": source, "target": target, "source labels": labels_file, "target labels": target_labels_file}
    opened = {role: open_path(path, bundle.header) for role, path in paths.items() if path is not None}
    read = read_again(bundle, opened)
    return read.pair, Origin.of(read)


def read_again(bundle: Bundle, opened: Mapping[FileRole, Contents]) -> ReadPair:
    """The pair of the very files that a run was trained on, by its own plan; one that holds both domains is the source.

    Raises `UploadError` for other files, and for a bundle without a plan.
    """
    plan = bundle.plan()
    if plan is None:
        raise refusal(bundle.name, say("plan.json is not in it; give the folder or the bundle that a run has written"))
    by_role = {"target": opened["source"], **opened}
    for known in bundle.record.files:
        if known.role not in by_role:
            raise refusal(
                bundle.name,
                say(
                    "the file of its {role} is missing; give {file} too",
                    role=_ROLES[known.role],
                    file=quoted(known.name),
                ),
            )
        if by_role[known.role].sha256 != known.sha256:
            why = say(
                "this is not the file of the {role} that the run was trained on (another SHA-256); give the very same "
                "{file}",
                role=_ROLES[known.role],
                file=quoted(known.name),
            )
            raise refusal(by_role[known.role].file, why)
    labels = {"source_labels": by_role.get("source labels"), "target_labels": by_role.get("target labels")}
    read = read_pair(by_role["source"], by_role["target"], plan, name=bundle.record.pair, **labels)
    bundle.check_fits(read.pair)
    return read


def new_samples(bundle: Bundle, path: Path) -> Samples:
    """New target samples, read as the run read its own. Raises `UploadError` for what does not fit."""
    plan, shape = bundle.plan(), bundle.record.sample_shape
    samples = _plain(open_path(path), shape) if plan is None else read_one(open_path(path, plan.target.header), plan)
    if samples.x.shape[1:] != shape:
        why = say(
            "its samples are {theirs}, those of the run {ours}; take plan and settings from one run",
            theirs=by(samples.x.shape[1:]),
            ours=by(shape),
        )
        raise refusal(path.name, why)
    if not len(samples.x):
        raise refusal(path.name, say("there is no sample in it; give at least one"))
    if not np.isfinite(samples.x).all():
        raise refusal(path.name, say("it holds values that are not finite; fill the gaps or leave those samples out"))
    return samples


def _plain(contents: Contents, shape: tuple[int, ...]) -> Samples:
    """Samples for a built-in domain, which has no plan: the one array of this shape, or a table of as many numbers."""
    arrays = [i for i in contents.items if i.holds == "numbers" and i.table is None and i.shape[1:] == shape]
    if len(arrays) == 1:
        return Samples(contents.file, contents.load(arrays)[0], None)
    columns = [i for i in contents.items if i.holds == "numbers" and i.table is not None]
    if not arrays and shape == (len(columns),):
        return Samples(contents.file, np.column_stack(contents.load(columns)), None)
    wanted = say("one array of shape (samples, {shape})", shape=", ".join(map(str, shape)))
    if len(shape) == 1:
        table = say_many("a table of {n:,} column of numbers", "a table of {n:,} columns of numbers", shape[0])
        wanted = say("{array} or {table}", array=wanted, table=table)
    held = say_many(
        "it holds {arrays} such arrays and {n:,} such column",
        "it holds {arrays} such arrays and {n:,} such columns",
        len(columns),
        arrays=len(arrays),
    )
    why = say("the run reads {wanted}, and {held}; give samples like the run's target", wanted=wanted, held=held)
    raise refusal(contents.file, why)
