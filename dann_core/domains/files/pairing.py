"""A pair of domains by a plan: both files' samples brought to one shape and one set of classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from dann_core.domains.files.carry_out import carried_out
from dann_core.domains.files.contents import Contents
from dann_core.domains.files.errors import UploadError, quoted, refusal, shown
from dann_core.domains.files.facts import Fact, fact
from dann_core.domains.files.fitting import apply, fit
from dann_core.domains.files.identity import DataFile
from dann_core.domains.files.labelling import class_folders
from dann_core.domains.files.matching import asked_match, encoded, guessed_match, refused, shift
from dann_core.domains.files.piles import can_be_piled
from dann_core.domains.files.plan import Fitted, Labels, ReadingPlan
from dann_core.domains.files.recordings import is_long
from dann_core.domains.files.report import Report, report
from dann_core.domains.files.samples import Role, Samples
from dann_core.domains.pair import DomainError, DomainPair
from dann_core.language import said, say

_ENOUGH_SHARED = 2


@dataclass(frozen=True, eq=False)
class ReadPair:
    """What two files became: the pair, the plan with all that reading them fixed, and what is to be said of it.

    `files` says which they were, those of labels included.
    """

    pair: DomainPair
    plan: ReadingPlan
    report: Report
    files: tuple[DataFile, ...]


def read_pair(
    source: Contents,
    target: Contents,
    plan: ReadingPlan,
    *,
    source_labels: Contents | None = None,
    target_labels: Contents | None = None,
    match: Sequence[str] = (),
    notes: Sequence[Fact] = (),
    name: str | None = None,
) -> ReadPair:
    """The pair of domains that the plan makes of two files; `notes` are the guesses that the plan came from.

    `match` is what a person has said of labels (`10=0`, `minus 1`). A plan that has been carried out before reads both
    files as it read those. Raises `UploadError` for files that do not fit it or each other, `Unmatched` for labels of
    the target that mean no class of the source.
    """
    ours = carried_out(source, plan.source, plan, source_labels)
    theirs = carried_out(target, plan.target, plan, target_labels)
    classes = _classes(ours)
    plan = plan.model_copy(update={"match": _match(plan, theirs, classes, match)})
    fitted = plan.fitted or fit(ours, theirs, classes, plan.missing)
    plan = plan.model_copy(update={"fitted": fitted})
    ours = _fitted(ours, fitted, plan, {})
    theirs = _known(_fitted(theirs, fitted, plan, plan.match), ours.file, fitted.classes)
    try:
        pair = DomainPair(
            ours.x,
            ours.y,
            theirs.x,
            theirs.y,
            name=name or f"{shown(ours.file)} and {shown(theirs.file)}",
            class_names=_names(fitted.classes),
            source_groups=ours.groups,
            target_groups=theirs.groups,
            source_rows=ours.rows,
            target_rows=theirs.rows,
        )
    except DomainError as error:
        raise UploadError(
            say("{source} and {target}: {why}", source=shown(ours.file), target=shown(theirs.file), why=said(error))
        ) from None
    opened = [fact("note", c.file, text=note) for c in dict.fromkeys((source, target)) for note in c.notes]
    roles = {"source": source, "target": target, "source labels": source_labels, "target labels": target_labels}
    files = tuple(
        DataFile(role=role, name=c.file[:1000], size=c.size, sha256=c.sha256) for role, c in roles.items() if c
    )
    return ReadPair(pair, plan, report(pair, plan, ours, theirs, (*opened, *notes)), files)


def read_one(
    contents: Contents, plan: ReadingPlan, role: Role = "target", labels_from: Contents | None = None
) -> Samples:
    """The samples of a new file as the plan of a training read those of this domain.

    Inputs are `(N, *plan.fitted.shape)`, labels indices of `plan.fitted.classes` (-1: of none), or None where the file
    has none. Raises `UploadError` for a plan that was never carried out, and a file that does not fit it.
    """
    if plan.fitted is None:
        text = say("the plan was never carried out; give the plan.json of a run that has been trained")
        raise refusal(contents.file, text)
    reading = plan.source if role == "source" else plan.target
    reading = reading.model_copy(update={"labels": _if_there(contents, reading.labels, labels_from)})
    if reading.rows is not None and all(reading.rows[0] not in (i.name, i.path[-1]) for i in contents.items):
        reading = reading.model_copy(update={"rows": None})
    match = plan.match if role == "target" else {}
    return _fitted(carried_out(contents, reading, plan, labels_from), plan.fitted, plan, match)


def _if_there(contents: Contents, labels: Labels, labels_from: Contents | None) -> Labels:
    """New files often come without labels."""
    if labels.by == "item" and not labels.file and all(labels.name not in (i.name, i.path[-1]) for i in contents.items):
        return Labels()
    missing_file = bool(labels.file) and labels_from is None
    placed = [i for i in contents.items if i.holds == "picture" or is_long(i) or can_be_piled(i)]
    strays = labels.by == "folder" and not all(class_folders(placed, labels.level))
    columns = {i.path[-1] for i in contents.items}
    no_columns = labels.by == "columns" and not set(labels.names) <= columns
    return Labels() if missing_file or strays or no_columns else labels


def _classes(source: Samples) -> tuple[str, ...]:
    """The source's labels as texts, sorted as numbers if they are."""
    if source.y is None:
        text = say("the source has no labels; name its label column or array (--labels), or use class folders")
        raise refusal(source.file, text)
    classes = np.unique(source.y)
    if len(classes) < 2:
        text = say(
            "the source has one class only, {name}; choose other labels or add a second class", name=quoted(classes[0])
        )
        raise refusal(source.file, text)
    return tuple(str(c) for c in classes.tolist())


def _match(plan: ReadingPlan, target: Samples, classes: Sequence[str], asked: Sequence[str]) -> dict[str, str]:
    if target.y is None:
        return plan.match
    found = [str(v) for v in np.unique(target.y).tolist()]
    return plan.match or asked_match(asked, found) or guessed_match(found, classes)


def _fitted(samples: Samples, fitted: Fitted, plan: ReadingPlan, match: Mapping[str, str]) -> Samples:
    x, keep, notes = apply(samples, fitted, plan.missing)
    y = samples.y
    if y is not None:
        spelled = y.astype(str)[keep]
        y = encoded(spelled, fitted.classes, match)
        if (y < 0).any():
            unknown = np.unique(spelled[y < 0])
            notes += (fact("unknown labels", samples.file, names=tuple(unknown.tolist()), samples=int((y < 0).sum())),)
    rows, groups = (part if part is None else part[keep] for part in (samples.rows, samples.groups))
    notes = (*samples.notes, *notes)
    return replace(samples, x=x, y=y, columns=fitted.columns or None, texts={}, rows=rows, groups=groups, notes=notes)


def _known(target: Samples, source: str, classes: Sequence[str]) -> Samples:
    """The target without samples of classes that the source lacks, if it shares classes with the source at all."""
    if target.y is None or (target.y >= 0).all():
        return target
    unknown = next(n for n in target.notes if n.rule == "unknown labels")
    shared = len(np.unique(target.y[target.y >= 0]))
    is_shifted = shift([*(classes[k] for k in np.unique(target.y[target.y >= 0])), *unknown.values["names"]], classes)
    keep = target.y >= 0
    notes = tuple(n if n is not unknown else replace(n, rule="only in target") for n in target.notes)
    parts = {p: v[keep] for p in ("x", "y", "rows", "groups") if (v := getattr(target, p)) is not None}
    if is_shifted or shared < _ENOUGH_SHARED or shared < len(classes) // 2:
        raise refused(target.file, source, target.y, unknown.values["names"], classes)
    return replace(target, notes=notes, **parts)


def _names(classes: Sequence[str]) -> tuple[str, ...]:
    names = [shown(c) for c in classes]
    if len(set(names)) == len(names):
        return tuple(names)
    # Shortening may make two long names alike.
    return tuple(shown(f"{i}: {name}") for i, name in enumerate(names))
