"""What a person should see of two uploads before training on them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dann_core.domains.files.errors import by, listed, shown
from dann_core.domains.files.tables import Samples
from dann_core.domains.pair import DomainPair

_EXAMPLES = 8
_RANGE_RATIO = 10


@dataclass(frozen=True)
class DomainFacts:
    """One domain: number of samples, lowest and highest value, samples per class (None without labels, in the
    order of the class names) and the rows of up to eight samples, spread over the classes."""

    file: str
    samples: int
    low: float
    high: float
    balance: dict[str, int] | None
    examples: tuple[int, ...]


@dataclass(frozen=True)
class Preview:
    """The facts about a pair of uploads; `notes` are sentences about what was changed or looks odd."""

    kind: str
    sample_shape: tuple[int, ...]
    class_names: tuple[str, ...]
    source: DomainFacts
    target: DomainFacts
    notes: tuple[str, ...]


def preview(pair: DomainPair, source: Samples, target: Samples) -> Preview:
    """The facts about `pair`, which `make_pair(source, target)` made."""
    facts = (
        _facts(source.file, pair.source_x, pair.source_y, pair.class_names),
        _facts(target.file, pair.target_x, pair.target_y, pair.class_names),
    )
    return Preview(
        kind=pair.kind,
        sample_shape=pair.sample_shape,
        class_names=pair.class_names,
        source=facts[0],
        target=facts[1],
        notes=(
            *(f"{shown(s.file)}: {note}" for s in (source, target) for note in (*s.notes, *_fitting(s, pair))),
            *_columns(source, target),
            *_classes(facts[1]),
            *_ranges(*facts),
        ),
    )


def _facts(file: str, x: np.ndarray, y: np.ndarray | None, names: tuple[str, ...]) -> DomainFacts:
    order = np.arange(len(x)) if y is None else np.argsort(y, kind="stable")
    picked = np.linspace(0, len(x) - 1, min(_EXAMPLES, len(x))).round().astype(int)
    counts = None if y is None else np.bincount(y, minlength=len(names)).tolist()
    return DomainFacts(
        file=shown(file),
        samples=len(x),
        low=float(x.min()),
        high=float(x.max()),
        balance=None if counts is None else dict(zip(names, counts, strict=True)),
        examples=tuple(order[picked].tolist()),
    )


def _fitting(samples: Samples, pair: DomainPair) -> list[str]:
    """What `make_pair` did to this file, read from the shapes before and after."""
    before, after = samples.x.shape[1:], pair.sample_shape
    if len(before) == 1:
        turned = before != after and samples.columns is None
        return ["the array lay as features x samples and was turned"] if turned else []
    notes = []
    if before[0] != after[0]:
        notes.append("grey images were repeated in three channels to match colour")
    if before[1:] != after[1:]:
        notes.append(f"images of {by(before[1:])} were resized to {by(after[1:])}")
    return notes


def _columns(source: Samples, target: Samples) -> list[str]:
    a, b = source.columns, target.columns
    if a is None or b is None:
        return ["columns were matched by their order"] if a != b else []
    notes = []
    extra = [c for c in b if c not in a]
    if extra:
        notes.append(f"the target's {'column' if len(extra) == 1 else 'columns'} {listed(extra)} were left out")
    if [c for c in b if c in a] != list(a):
        notes.append("the target's columns were matched by name: they stand in another order")
    return notes


def _classes(target: DomainFacts) -> list[str]:
    if target.balance is None:
        return ["the target has no labels: its accuracy cannot be shown"]
    lacking = [name for name, n in target.balance.items() if n == 0]
    return [f"the target lacks the {'class' if len(lacking) == 1 else 'classes'} {listed(lacking)}"] if lacking else []


def _ranges(source: DomainFacts, target: DomainFacts) -> list[str]:
    a, b = (max(abs(f.low), abs(f.high)) for f in (source, target))
    if max(a, b) <= _RANGE_RATIO * min(a, b):
        return []
    return [f"values reach {a:.3g} in the source and {b:.3g} in the target: are both in the same unit?"]
