"""Arrays as they stand in files, brought to `(N, F)`, `(N, C, L)` or `(N, C, H, W)`."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from dann_core.domains.files.errors import by, refusal, shown
from dann_core.domains.files.facts import Fact, fact
from dann_core.domains.files.limits import MAX_IMAGE_SIDE, MAX_SAMPLE_VALUES, MAX_VALUE
from dann_core.domains.files.pixels import capped, resized
from dann_core.language import say
from dann_core.settings.catalogue import Kind

CHANNELS = (1, 3, 4)

SMALLEST_SIDE = 8
"""Pixels; rows of fewer values are no pictures, even where their number is a square."""

Shaped = tuple[np.ndarray, tuple[Fact, ...]]


def shaped(file: str, place: str, x: np.ndarray, kind: Kind) -> Shaped:
    """Numbers `x` with the samples along the first of 2 to 4 sides as samples of that kind, and what was changed.

    Raises `UploadError` if the array does not hold samples of this kind, or too large ones.
    """
    x, notes = _AS_KIND[kind](file, place, x)
    values = math.prod(x.shape[1:])
    if x.ndim < 4 and values > MAX_SAMPLE_VALUES:
        text = say(
            "one sample has {n:,} values, more than {most:,}; shorten the samples or cut them into windows",
            n=values,
            most=MAX_SAMPLE_VALUES,
        )
        raise refusal(file, text, place)
    if x.ndim == 4:
        x, more = _capped_images(file, _as_pixels(x))
        notes += more
    return np.ascontiguousarray(trainable(x)), notes


def checked_range(file: str, name: str, x: np.ndarray, *, gaps: bool) -> np.ndarray:
    """`x`, once no value is infinite or beyond 1e30, and none missing unless `gaps` may stay (to be filled).

    Raises `UploadError` naming the first such place, in the notation of the program that wrote the file.
    """
    if x.dtype.kind != "f" or not x.size:
        return x
    bad = np.isinf(x) if gaps else ~np.isfinite(x)
    if bad.any():
        index = np.argwhere(bad)[0]
        n = int(bad.sum())
        text = say("the value is infinite, not finite (one of {n:,}); replace it or delete those samples", n=n)
        if np.isnan(x[tuple(index)]):
            text = say("the value is missing, not finite (one of {n:,}); replace it or delete those samples", n=n)
        raise refusal(file, text, index_text(file, name, index))
    if max(abs(float(np.nanmax(x, initial=0))), abs(float(np.nanmin(x, initial=0)))) > MAX_VALUE:
        index = np.argwhere(np.abs(x) > MAX_VALUE)[0]
        value = float(x[tuple(index)])
        text = say("the value {value:g} is beyond {most:g}; rescale the data", value=value, most=MAX_VALUE)
        raise refusal(file, text, index_text(file, name, index))
    return x


def index_text(file: str, name: str, index: np.ndarray) -> str:
    """An index as the program that wrote the file counts: `x[0, 2]` or, in MATLAB, `x(1, 3)`."""
    matlab = file.lower().endswith(".mat")
    numbers = ", ".join(str(int(i) + matlab) for i in index)
    return shown(name) + (f"({numbers})" if matlab else f"[{numbers}]")


def trainable(x: np.ndarray) -> np.ndarray:
    """uint8, float32 or float64 in this machine's byte order, whichever loses nothing."""
    if x.dtype == np.uint8:
        return x
    exact = x.dtype.itemsize <= (4 if x.dtype.kind == "f" else 2)
    return x.astype(np.float32 if exact else np.float64, copy=False)


def _vectors(file: str, place: str, x: np.ndarray) -> Shaped:
    if x.ndim == 2:
        return x, ()
    return x.reshape(len(x), -1), (fact("laid out", file, shape=x.shape[1:]),)


def _signals(file: str, place: str, x: np.ndarray) -> Shaped:
    if x.ndim == 2:
        return x[:, None], ()
    if x.ndim == 4:
        shape = by(x.shape[1:])
        text = say("samples of {shape} are no signals; read them as images or vectors (--kind)", shape=shape)
        raise refusal(file, text, place)
    if x.shape[1] <= x.shape[2]:
        return x, ()
    return x.swapaxes(1, 2), (fact("signals turned", file),)


def _images(file: str, place: str, x: np.ndarray) -> Shaped:
    if x.ndim == 2:
        return _unrolled(file, place, x)
    if x.ndim == 3:
        return x[:, None], ()
    if x.shape[1] not in CHANNELS:
        if x.shape[3] not in CHANNELS:
            text = say(
                "images of {shape} have no side for channels; give 1, 3 or 4 channels first or last",
                shape=by(x.shape[1:]),
            )
            raise refusal(file, text, place)
        x = np.moveaxis(x, 3, 1)
    return (x[:, :3], (fact("alpha dropped", file),)) if x.shape[1] == 4 else (x, ())


def _unrolled(file: str, place: str, x: np.ndarray) -> Shaped:
    """Square images from rows of pixels: `(N, side * side)`, or three colour planes one after another."""
    for channels in (1, 3):
        side = math.isqrt(x.shape[1] // channels)
        if channels * side * side == x.shape[1] and side >= SMALLEST_SIDE:
            return x.reshape(len(x), channels, side, side), (fact("unrolled", file, shape=(channels, side, side)),)
    n = x.shape[1]
    text = say("{n:,} values per sample make no square image; read them as vectors (--kind vectors)", n=n)
    raise refusal(file, text, place)


_AS_KIND: dict[Kind, Callable[[str, str, np.ndarray], Shaped]] = {
    "vectors": _vectors,
    "signals": _signals,
    "images": _images,
}


def _as_pixels(x: np.ndarray) -> np.ndarray:
    """uint8 where the values are whole numbers from 0 to 255, whatever type they were saved with."""
    if x.dtype == np.uint8 or x.dtype.kind == "b":
        return x
    whole = x.min() >= 0 and 1 < x.max() <= 255 and (x.dtype.kind in "iu" or bool(np.all(x == np.round(x))))
    return x.astype(np.uint8) if whole else x


def _capped_images(file: str, x: np.ndarray) -> Shaped:
    size = capped(*x.shape[2:])
    if size == x.shape[2:]:
        return x, ()
    note = fact("images shrunk", file, before=x.shape[2:], after=size, most=MAX_IMAGE_SIDE)
    return resized(trainable(x), size), (note,)
