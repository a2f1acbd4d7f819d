"""A pair of domains: what every experiment starts from."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from dann_core.language import Text, say
from dann_core.settings.catalogue import Kind

SOURCE, TARGET = say("source"), say("target")
"""What the two domains are called in sentences; as strings, the names of their fields."""

KINDS: dict[int, Kind] = {2: "vectors", 3: "signals", 4: "images"}


class DomainError(ValueError):
    """A pair of domains that cannot be trained on; the message says what, where and how to mend it."""


@dataclass(frozen=True, eq=False)
class DomainPair:
    """A labelled source domain and a target domain whose labels, if any, are only ever an exam.

    Shapes: vectors `(N, F)`, signals `(N, C, L)` or images `(N, C, H, W)`, any numeric dtype; the two
    domains may differ in N only. Labels are `(N,)`; they are stored as integers 0..K-1 that index
    `class_names`. Without `class_names` the distinct *source* labels, sorted, become the classes; with
    it, labels must already be such integers.

    `source_groups`, `target_groups` `(N,)`, where given, are whole numbers: samples of one number, such as the windows
    of one recording, never stand on both sides of a split. `source_rows`, `target_rows` `(N,)` say what each sample is
    called where it comes from: its row, its file, its window.

    Raises `DomainError` for anything that cannot be trained on.
    """

    source_x: np.ndarray
    source_y: np.ndarray
    target_x: np.ndarray
    target_y: np.ndarray | None = None
    name: str = "domains"
    class_names: tuple[str, ...] | None = field(default=None)
    source_groups: np.ndarray | None = None
    target_groups: np.ndarray | None = None
    source_rows: np.ndarray | None = None
    target_rows: np.ndarray | None = None

    def __post_init__(self) -> None:
        source_x = _checked_inputs(SOURCE, self.source_x)
        target_x = _checked_inputs(TARGET, self.target_x)
        if source_x.shape[1:] != target_x.shape[1:]:
            raise DomainError(
                say(
                    "The source has samples of shape {source} and the target of shape {target}: bring both to the "
                    "same features, in the same order.",
                    source=_shape(source_x),
                    target=_shape(target_x),
                )
            )
        source_y = _checked_labels(SOURCE, self.source_y, len(source_x))
        target_y = None if self.target_y is None else _checked_labels(TARGET, self.target_y, len(target_x))
        if self.class_names is None:
            classes = np.unique(source_y)
            names = tuple(str(c) for c in classes)
            source_y = np.searchsorted(classes, source_y)
            target_y = None if target_y is None else _encode_target(target_y, classes)
        else:
            names = tuple(c if isinstance(c, Text) else str(c) for c in self.class_names)
            source_y = _checked_indices(SOURCE, source_y, len(names))
            target_y = None if target_y is None else _checked_indices(TARGET, target_y, len(names))
        if len(np.unique(source_y)) < 2:
            raise DomainError(say("The source labels hold one class only: a classifier needs at least two."))
        for domain, x in ((SOURCE, source_x), (TARGET, target_x)):
            for what in ("groups", "rows"):
                given = getattr(self, f"{domain}_{what}")
                if given is not None and np.shape(given) != (len(x),):
                    raise DomainError(
                        say(
                            "The {domain} has {n:,} samples but {what} of shape {shape}.",
                            domain=domain,
                            n=len(x),
                            what=what,
                            shape=str(np.shape(given)),
                        )
                    )
        for name, value in (
            ("source_x", source_x),
            ("target_x", target_x),
            ("source_y", source_y.astype(np.int64)),
            ("target_y", None if target_y is None else target_y.astype(np.int64)),
            ("class_names", names),
        ):
            object.__setattr__(self, name, value)

    @property
    def kind(self) -> Kind:
        """What a sample is, read from the number of its dimensions."""
        return KINDS[self.source_x.ndim]

    @property
    def sample_shape(self) -> tuple[int, ...]:
        """The shape of one sample: `(F,)`, `(C, L)` or `(C, H, W)`."""
        return self.source_x.shape[1:]

    @property
    def n_classes(self) -> int:
        """The number of classes, counted in the source."""
        return len(self.class_names or ())


def _shape(x: np.ndarray) -> str:
    return " x ".join(str(n) for n in x.shape[1:])


def _checked_inputs(domain: str, x: np.ndarray) -> np.ndarray:
    # In another order in memory, sums would differ in their last bits: a pair that was sent or saved must train alike.
    x = np.asarray(x, order="C")
    if x.dtype.kind not in "biuf":
        raise DomainError(
            say("The {domain} holds {type} values: only numbers can be trained on.", domain=domain, type=str(x.dtype))
        )
    if x.ndim not in KINDS:
        raise DomainError(
            say(
                "The {domain} has {n} dimensions: expected vectors (N, F), signals (N, C, L) or images (N, C, H, W).",
                domain=domain,
                n=x.ndim,
            )
        )
    if x.size == 0:
        raise DomainError(
            say(
                "The {domain} is empty (shape {shape}): give it at least two samples.",
                domain=domain,
                shape=str(x.shape),
            )
        )
    if len(x) < 2:
        raise DomainError(say("The {domain} has one sample only: give it at least two.", domain=domain))
    if x.dtype.kind == "f":
        if not np.isfinite(x).all():
            bad = np.argwhere(~np.isfinite(x))
            where = ", ".join(str(i) for i in bad[0][1:])
            raise DomainError(
                say(
                    "The {domain} has {n:,} values that are not finite, the first in sample {sample} at position "
                    "{place}: remove those samples or fill the gaps.",
                    domain=domain,
                    n=len(bad),
                    sample=int(bad[0][0]),
                    place=where,
                )
            )
        # The networks compute in single precision.
        if max(x.max(), -x.min()) > 1e30:
            raise DomainError(say("The {domain} holds values beyond 1e30: rescale them first.", domain=domain))
    return x


def _checked_labels(domain: str, y: np.ndarray, n: int) -> np.ndarray:
    y = np.asarray(y)
    if y.ndim == 2 and 1 in y.shape:
        y = y.reshape(-1)
    if y.ndim != 1:
        raise DomainError(
            say(
                "The {domain} labels have shape {shape}: expected one label per sample, ({n},).",
                domain=domain,
                shape=str(y.shape),
                n=n,
            )
        )
    if len(y) != n:
        raise DomainError(
            say(
                "The {domain} has {n:,} samples but {labels:,} labels: give one label per sample.",
                domain=domain,
                n=n,
                labels=len(y),
            )
        )
    if y.dtype.kind == "f":
        if not np.all(np.isfinite(y)) or np.any(y != np.round(y)):
            raise DomainError(
                say("The {domain} labels are not whole numbers: a label names a class, not a quantity.", domain=domain)
            )
        y = y.astype(np.int64)
    if y.dtype.kind == "O":
        y = y.astype(str)
    return y


def _checked_indices(domain: str, y: np.ndarray, n_classes: int) -> np.ndarray:
    if y.dtype.kind not in "biu" or y.min() < 0 or y.max() >= n_classes:
        raise DomainError(
            say(
                "The {domain} labels must be integers from 0 to {last}, one per class name.",
                domain=domain,
                last=n_classes - 1,
            )
        )
    return y


def _encode_target(target_y: np.ndarray, classes: np.ndarray) -> np.ndarray:
    if target_y.dtype.kind in "US" and classes.dtype.kind not in "US":
        classes = classes.astype(str)
    elif classes.dtype.kind in "US" and target_y.dtype.kind not in "US":
        target_y = target_y.astype(str)
    index = {c: i for i, c in enumerate(classes.tolist())}
    unknown = sorted(set(target_y.tolist()) - set(index))
    if unknown:
        raise DomainError(
            say(
                "The target has classes that the source lacks ({unknown}; the source has {known}): relabel them "
                "or leave the target's labels out.",
                unknown=", ".join(map(str, unknown[:5])),
                known=", ".join(map(str, classes[:5])),
            )
        )
    return np.array([index[v] for v in target_y.tolist()])
