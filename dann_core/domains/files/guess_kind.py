"""Vectors, signals or pictures: what the numbers of an array or a table look like."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from dann_core.domains.files.domain_file import DomainFile
from dann_core.domains.files.evidence import looks_like_pixels, looks_like_signals
from dann_core.domains.files.plan import ReadingPlan, Windows
from dann_core.domains.files.shaping import SMALLEST_SIDE
from dann_core.domains.files.windows import ENOUGH, LENGTHS
from dann_core.settings.catalogue import Kind

RATIO = 4
"""A grey picture is rarely this much longer than it is wide, a signal always is."""

FAINT = 5
"""Of grey levels; counts of words or genes are mostly below."""

_LONG, _FEW = 4 * LENGTHS[0], 32


def guess_kind(source: DomainFile, plan: ReadingPlan, values: Callable[[], np.ndarray]) -> ReadingPlan:
    """The plan with the kind of its samples: as asked, or what the source's `values` `(N, ...)` look like; a few
    long signals are cut into windows."""
    if source.asked.kind is not None and source.asked.window is None:
        return plan
    if source.asked.window is not None:
        return plan.model_copy(update={"kind": "signals"})
    x = values()
    kind = _kind(source, x)
    if kind == "signals" and len(x) < _FEW and max(x.shape[1:]) >= _LONG:
        length = next(n for n in (*LENGTHS, 1) if len(x) * (max(x.shape[1:]) // n) >= ENOUGH)
        return plan.model_copy(update={"kind": kind, "windows": Windows(length=length, step=length)})
    return plan.model_copy(update={"kind": kind})


def _kind(source: DomainFile, x: np.ndarray) -> Kind:
    if x.ndim == 2:
        return _of_rows(source, x)
    if x.ndim == 4:
        return "images"
    shorter, longer = sorted(x.shape[1:])
    if 1 in x.shape[1:] or longer >= RATIO * shorter:
        return "signals"
    is_square = shorter == longer
    if x.dtype.kind in "biuf" and np.isfinite(x).all() and (is_square or looks_like_pixels(x)):
        if not looks_like_pixels(x):
            source.note("images guessed", shape=x.shape[1:])
        return "images"
    source.note("signals of channels", shape=x.shape[1:], channels=shorter, steps=longer)
    return "signals"


def _of_rows(source: DomainFile, x: np.ndarray) -> Kind:
    if looks_like_signals(x):
        source.note("signals guessed", steps=x.shape[1])
        return "signals"
    side = math.isqrt(x.shape[1])
    is_finite = x.dtype.kind in "biuf" and bool(np.isfinite(x).all())
    is_square = side * side == x.shape[1] and side >= SMALLEST_SIDE
    if is_square and is_finite and looks_like_pixels(x) and np.median(x[x > 0]) > FAINT:
        source.note("maybe images", n=x.shape[1], shape=(side, side))
    return "vectors"
