"""Two files' samples brought to one shape and one set of classes."""

from __future__ import annotations

import numpy as np

from dann_core.domains.files.errors import UploadError, by, count, listed, quoted, refusal, shown
from dann_core.domains.files.pixels import resized
from dann_core.domains.files.tables import Samples
from dann_core.domains.pair import KINDS, DomainError, DomainPair


def make_pair(source: Samples, target: Samples, name: str | None = None) -> DomainPair:
    """The pair of domains of two files; `name` defaults to the names of the files.

    Columns are matched by name, images brought to the smaller of the two sizes and to colour if one domain is
    in colour. The classes are those of the source, sorted.

    Raises `UploadError` if the source has no labels or one class, the samples differ in kind or size, or the
    target has a class that the source lacks.
    """
    if source.y is None:
        raise refusal(source.file, "the source has no labels; choose its label column or array, or use class folders")
    source_x, target_x = _alike(source, target)
    classes = np.unique(source.y)
    if len(classes) < 2:
        raise refusal(
            source.file,
            f"the source has one class only, {quoted(classes[0])}; choose other labels or add a second class",
        )
    target_y = None if target.y is None else _encoded(target, source, classes)
    try:
        return DomainPair(
            source_x,
            np.searchsorted(classes, source.y),
            target_x,
            target_y,
            name=name or f"{shown(source.file)} and {shown(target.file)}",
            class_names=_names(classes),
        )
    except DomainError as error:
        raise UploadError(f"{shown(source.file)} and {shown(target.file)}: {error}") from None


def _names(classes: np.ndarray) -> tuple[str, ...]:
    names = [shown(c) for c in classes]
    if len(set(names)) == len(names):
        return tuple(names)
    # Shortening may make two long names alike.
    return tuple(shown(f"{i}: {name}") for i, name in enumerate(names))


def _encoded(target: Samples, source: Samples, classes: np.ndarray) -> np.ndarray:
    """The target's labels as indices of the source's classes."""
    # One file may spell as text what the other has as numbers.
    index = {str(c): i for i, c in enumerate(classes)}
    values, which, counts = np.unique(target.y, return_inverse=True, return_counts=True)
    found = [str(v) for v in values]
    unknown = sorted(set(found) - set(index))
    if unknown:
        named = "the class" if len(unknown) == 1 else "the classes"
        lost = sum(n for v, n in zip(found, counts.tolist(), strict=True) if v not in index)
        raise refusal(
            target.file,
            f"the target has {named} {listed(unknown)} ({count(lost, 'sample')}), which "
            f"the source {shown(source.file)} lacks (it has {listed(classes)}); relabel or remove these samples or "
            "choose no labels",
        )
    return np.array([index[v] for v in found])[which]


def _alike(source: Samples, target: Samples) -> tuple[np.ndarray, np.ndarray]:
    a, b = source.x, target.x
    if a.ndim != b.ndim:
        raise refusal(
            target.file,
            f"the target holds {KINDS[b.ndim]} ({by(b.shape[1:])}) and the source {shown(source.file)} "
            f"{KINDS[a.ndim]} ({by(a.shape[1:])}); give both as the same kind",
        )
    if a.ndim == 2:
        b = _same_features(source, target)
    if a.ndim == 4:
        a, b = _same_colours(a, b)
        a, b = _same_size(a, b)
        a, b = _same_scale(a, b)
    if a.shape[1:] != b.shape[1:]:
        unit = "features" if a.ndim == 2 else "(channels x steps)"
        raise refusal(
            target.file,
            f"the target's samples have {by(b.shape[1:])} {unit} and those of the source {shown(source.file)} "
            f"{by(a.shape[1:])}; give both the same features in the same order",
        )
    return a, b


def _same_features(source: Samples, target: Samples) -> np.ndarray:
    """The target's features in the order of the source."""
    if source.columns is None or target.columns is None:
        turned = target.y is None and target.x.shape[1] != source.x.shape[1] == target.x.shape[0]
        # Only labels tell how an array lies; without them the source's number of features does.
        return np.ascontiguousarray(target.x.T) if turned else target.x
    missing = [c for c in source.columns if c not in target.columns]
    if missing:
        raise refusal(
            target.file,
            f"the target lacks the {'column' if len(missing) == 1 else 'columns'} {listed(missing)} of the source "
            f"{shown(source.file)}; add or rename, or remove from the source",
        )
    order = {c: i for i, c in enumerate(target.columns)}
    return target.x[:, [order[c] for c in source.columns]]


def _same_colours(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    channels = max(a.shape[1], b.shape[1])
    return tuple(x if x.shape[1] == channels else np.repeat(x, channels, axis=1) for x in (a, b))


def _same_size(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    size = min(a.shape[2:], b.shape[2:], key=lambda s: s[0] * s[1])
    return tuple(x if x.shape[2:] == size else resized(x, size) for x in (a, b))


def _same_scale(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pixels as bytes (0 to 255) and as fractions (0 to 1) are the same picture in two units."""
    if a.dtype == b.dtype:
        return a, b
    floats = a if a.dtype != np.uint8 else b
    unit = np.float32(255 if np.abs(floats).max() <= 1 else 1)
    return tuple(x.astype(np.float32) / unit if x.dtype == np.uint8 else x.astype(np.float32) for x in (a, b))
