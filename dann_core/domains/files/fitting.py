"""Features of both domains brought to one form, and new files to the form that training fixed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from dann_core.domains.files import nouns
from dann_core.domains.files.errors import by, listed, quoted, refusal, shown
from dann_core.domains.files.facts import Fact, fact
from dann_core.domains.files.limits import MAX_COLUMNS
from dann_core.domains.files.matching import plain
from dann_core.domains.files.nouns import count_of
from dann_core.domains.files.pixels import resized
from dann_core.domains.files.plan import Fitted, Missing
from dann_core.domains.files.samples import Samples
from dann_core.domains.pair import KINDS
from dann_core.language import Text, say, say_many

Applied = tuple[np.ndarray, np.ndarray, tuple[Fact, ...]]


def fit(source: Samples, target: Samples, classes: Sequence[str], missing: Missing) -> Fitted:
    """What both domains' inputs (never the target's labels) fix for all files that are read by the plan.

    Raises `UploadError` if the two do not hold the same kind of sample, or not the same features.
    """
    a, b = source.x, target.x
    if a.ndim != b.ndim:
        text = say(
            "the target holds {theirs} ({shape}) and the source {source} {ours} ({other}); give both as the same kind",
            theirs=nouns.KINDS[KINDS[b.ndim]],
            shape=by(b.shape[1:]),
            source=shown(source.file),
            ours=nouns.KINDS[KINDS[a.ndim]],
            other=by(a.shape[1:]),
        )
        raise refusal(target.file, text)
    if a.ndim == 4:
        shape = (max(a.shape[1], b.shape[1]), *min(a.shape[2:], b.shape[2:], key=lambda s: s[0] * s[1]))
        same = a.dtype == b.dtype
        pixels = "fractions" if not same else "bytes" if a.dtype == np.uint8 else ""
        return Fitted(shape=shape, classes=tuple(classes), pixels=pixels)
    if a.ndim == 3:
        return Fitted(shape=a.shape[1:], classes=tuple(classes))
    pair = ((source, target), (target, source))
    source, target = (_widened(ours, other.columns or (), other.x.shape[1])[0] for ours, other in pair)
    a, b = source.x, target.x
    names = source.columns or ()
    target, _ = _respelled(target, (*names, *source.texts))
    order, _ = _order(source.file, names, set(source.texts), target)
    if len(order) != a.shape[1]:
        raise refusal(target.file, _other_width(len(order), source.file, a.shape[1]))
    medians = _medians(source, a, b[:, order]) if missing == "median" else ()
    categories = {
        name: tuple(np.unique(np.concatenate([values, _texts(source, target, name)])).tolist())
        for name, values in source.texts.items()
    }
    columns = (*names, *(f"{name}={value}"[:1_000] for name, values in categories.items() for value in values))
    if len(columns) > MAX_COLUMNS:
        text = say(
            "with one column for each category there are {n:,}, more than {most:,}; leave some out (--drop)",
            n=len(columns),
            most=MAX_COLUMNS,
        )
        raise refusal(source.file, text)
    medians += (0.0,) * (len(columns) - len(names)) if medians and columns else ()
    shape = (len(columns) or a.shape[1],)
    return Fitted(shape=shape, classes=tuple(classes), columns=columns, categories=categories, medians=medians)


def apply(samples: Samples, fitted: Fitted, missing: Missing) -> Applied:
    """These samples' inputs in the form that is fixed, which of them are kept `(n,)`, and what was changed.

    Raises `UploadError` for what does not fit.
    """
    kinds = {1: _vectors, 2: _signals, 3: _images}
    if samples.x.ndim - 1 != len(fitted.shape):
        text = say(
            "it holds {kind} ({shape}), not samples of {wanted}; give files like those of the training",
            kind=nouns.KINDS[KINDS[samples.x.ndim]],
            shape=by(samples.x.shape[1:]),
            wanted=by(fitted.shape),
        )
        raise refusal(samples.file, text)
    return kinds[len(fitted.shape)](samples, fitted, missing)


def _vectors(samples: Samples, fitted: Fitted, missing: Missing) -> Applied:
    n_numbers = fitted.shape[0] - sum(len(values) for values in fitted.categories.values())
    names = fitted.columns[:n_numbers]
    samples, widened = _widened(samples, names, n_numbers)
    samples, respelled = _respelled(samples, (*names, *fitted.categories))
    order, notes = _order(say("the training data"), names, set(fitted.categories), samples)
    notes = widened + respelled + notes
    # Of large tables a copy takes as long as a look.
    x = samples.x if order == list(range(samples.x.shape[1])) else samples.x[:, order]
    if x.shape[1] != n_numbers:
        text = say(
            "its samples have {features}, where {wanted:,} are wanted; give both the same features in the same order",
            features=count_of(x.shape[1], "feature"),
            wanted=n_numbers,
        )
        raise refusal(samples.file, text)
    gaps = np.isnan(x) if x.dtype.kind == "f" else np.zeros(x.shape, bool)
    keep = np.ones(len(x), bool)
    if gaps.any() and missing == "median":
        x = np.where(gaps, np.asarray(fitted.medians[:n_numbers], x.dtype), x)
        which = tuple(names[j] if names else say("feature {n}", n=j + 1) for j in np.flatnonzero(gaps.any(0)))
        notes += (fact("filled", samples.file, gaps=int(gaps.sum()), columns=which),)
    elif gaps.any():
        keep = ~gaps.any(1)
        notes += (fact("rows left out", samples.file, rows=int((~keep).sum()), of=len(keep)),)
        if not keep.any():
            text = say("every row has a missing cell; fill them (--missing median) or drop columns")
            raise refusal(samples.file, text)
    parts = [x]
    for name, values in fitted.categories.items():
        cells = samples.texts[name]
        unknown = np.setdiff1d(cells, values)
        if len(unknown):
            text = say(
                "the column has {names}, which the training data lacks; relabel or leave out those rows",
                names=listed(unknown),
            )
            raise refusal(samples.file, text, say("column {name}", name=quoted(name)))
        parts.append((cells[:, None] == np.array(values)).astype(x.dtype if x.dtype.kind == "f" else np.float64))
        notes += (fact("categories", samples.file, name=name, values=values),)
    x = np.concatenate(parts, axis=1) if len(parts) > 1 else x
    return x if keep.all() else x[keep], keep, notes


def _widened(samples: Samples, names: Sequence[str], width: int) -> tuple[Samples, tuple[Fact, ...]]:
    """The samples of an open-ended file with 0 for each feature, of these `names` or so many, after its last."""
    n, known = samples.x.shape[1], samples.columns or ()
    more = [name for name in names if name not in known] if names else [""] * max(0, width - n)
    if not samples.open_ended or not more or not _are_numbers(names):
        return samples, ()
    columns = (*known, *more) if names and known else None
    note = fact("never named", samples.file, features=len(more))
    return replace(samples, x=np.pad(samples.x, ((0, 0), (0, len(more)))), columns=columns), (note,)


def _respelled(samples: Samples, wanted: Sequence[str]) -> tuple[Samples, tuple[Fact, ...]]:
    """The samples with the wanted names for columns that differ from one of these in case, blanks and the like only."""
    known = (*(samples.columns or ()), *samples.texts)
    lacking = [name for name in wanted if name not in known]
    meant = {plain(name): name for name in lacking}
    pairs = {name: meant[plain(name)] for name in known if name not in wanted and plain(name) in meant}
    if not pairs or len(meant) < len(lacking) or len(set(pairs.values())) < len(pairs):
        return samples, ()
    columns = tuple(pairs.get(name, name) for name in samples.columns or ()) or None
    texts = {pairs.get(name, name): values for name, values in samples.texts.items()}
    return replace(samples, columns=columns, texts=texts), (fact("columns matched", samples.file, pairs=pairs),)


def _order(other: str, names: Sequence[str], texts: set[str], samples: Samples) -> tuple[list[int], tuple[Fact, ...]]:
    """Where each of these features stands in the samples; by name if they have names, else by order."""
    theirs, file = samples.columns or (), samples.file
    if not names and not texts:
        return list(range(samples.x.shape[1])), ()
    missing = [name for name in (*names, *sorted(texts)) if name not in (*theirs, *samples.texts)]
    if missing and len(names) == len(theirs) and not texts and (_are_numbers(names) or _are_numbers(theirs)):
        return list(range(len(names))), (fact("by order", file, n=len(names)),)
    if missing and (_are_numbers(names) or _are_numbers(theirs)):
        raise refusal(file, _other_width(len(theirs), other, len(names)))
    if missing:
        text = say_many(
            "it lacks the column {names} of {other} (it has {theirs}); add or rename, or leave out there (--drop)",
            "it lacks the columns {names} of {other} (it has {theirs}); add or rename, or leave out there (--drop)",
            len(missing),
            names=listed(missing),
            other=shown(other),
            theirs=listed(theirs),
        )
        raise refusal(file, text)
    swapped = [name for name in names if name in samples.texts] or [name for name in sorted(texts) if name in theirs]
    if swapped:
        text = say(
            "the column holds {what} here and not in {other}; write it alike or leave it out (--drop)",
            what=say("texts") if swapped[0] in samples.texts else say("numbers"),
            other=shown(other),
        )
        raise refusal(file, text, say("column {name}", name=quoted(swapped[0])))
    extra = tuple(c for c in (*theirs, *samples.texts) if c not in (*names, *texts))
    notes = (fact("extra columns", file, columns=extra),) if extra else ()
    at = {name: i for i, name in enumerate(theirs)}
    order = [at[name] for name in names]
    if order != sorted(order):
        notes += (fact("other order", file),)
    return order, notes


def _other_width(n: int, other: str, width: int) -> Text:
    return say(
        "its samples have {features} and those of {other} {width:,}; give both the same features in the same order",
        features=count_of(n, "feature"),
        other=shown(other),
        width=width,
    )


def _are_numbers(names: Sequence[str]) -> bool:
    return all(name.lower().removeprefix("column").strip().replace(",", "").isdigit() for name in names)


def _texts(source: Samples, target: Samples, name: str) -> np.ndarray:
    if name not in target.texts:
        _order(source.file, source.columns or (), set(source.texts), target)
        text = say("it lacks the column {name} of {other}; add it", name=quoted(name), other=shown(source.file))
        raise refusal(target.file, text)
    return target.texts[name]


def _medians(source: Samples, a: np.ndarray, b: np.ndarray) -> tuple[float, ...]:
    if not any(x.dtype.kind == "f" and np.isnan(x).any() for x in (a, b)):
        gaps = np.zeros(a.shape[1], bool)
    else:
        gaps = np.isnan(a).all(0) & np.isnan(b).all(0)
    if gaps.any():
        j = int(np.flatnonzero(gaps)[0])
        column = source.columns[j] if source.columns else say("feature {n}", n=j + 1)
        text = say("no cell of it holds a value; leave it out (--drop)")
        raise refusal(source.file, text, say("column {name}", name=quoted(column)))
    return tuple(float(np.nanmedian(np.concatenate([a[:, j], b[:, j]]))) for j in range(a.shape[1]))


def _signals(samples: Samples, fitted: Fitted, missing: Missing) -> Applied:
    x = samples.x
    if x.shape[1:] != fitted.shape:
        text = say(
            "its samples have {shape} (channels x steps), where {wanted} are wanted; give both the same channels and "
            "length",
            shape=by(x.shape[1:]),
            wanted=by(fitted.shape),
        )
        raise refusal(samples.file, text)
    return x, np.ones(len(x), bool), ()


def _images(samples: Samples, fitted: Fitted, missing: Missing) -> Applied:
    x, notes = samples.x, ()
    channels, *size = fitted.shape
    if x.shape[1] != channels and x.shape[1] != 1 and channels != 1:
        text = say(
            "its images have {n} channels, where {wanted} are wanted; give grey or colour as in training",
            n=x.shape[1],
            wanted=channels,
        )
        raise refusal(samples.file, text)
    if x.shape[2:] != tuple(size):
        notes += (fact("resized", samples.file, before=x.shape[2:], after=tuple(size)),)
        x = resized(x, (size[0], size[1]))
    if x.shape[1] < channels:
        notes += (fact("grey repeated", samples.file),)
        x = np.repeat(x, channels, axis=1)
    elif x.shape[1] > channels:
        notes += (fact("made grey", samples.file),)
        x = x.mean(1, keepdims=True).astype(x.dtype)
    return _in_unit(x, fitted.pixels), np.ones(len(x), bool), notes


def _in_unit(x: np.ndarray, pixels: str) -> np.ndarray:
    """Pixels as bytes (0 to 255) and as fractions (0 to 1) are the same picture in two units."""
    if pixels == "fractions":
        unit = np.float32(255 if x.dtype == np.uint8 or np.abs(x).max() > 1 else 1)
        return x.astype(np.float32) / unit
    if pixels == "bytes" and x.dtype != np.uint8 and x.min() >= 0 and x.max() <= 1:
        return (x * 255).round().astype(np.uint8)
    return x
