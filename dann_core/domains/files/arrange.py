"""Arrays as they stand in files, brought to `(N, F)`, `(N, C, L)` or `(N, C, H, W)`."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from dann_core.domains.files.errors import by, count, refusal, shown
from dann_core.domains.files.limits import MAX_IMAGE_SIDE, MAX_SAMPLE_VALUES, MAX_VALUE
from dann_core.domains.files.pixels import capped, resized
from dann_core.domains.files.tables import SampleKind

_CHANNELS = (1, 3, 4)
_SIGNAL_RATIO = 4  # a grey image is rarely this much longer than it is wide, a signal always is

Notes = tuple[str, ...]


def arrange(file: str, place: str, raw: np.ndarray, n: int | None, kind: SampleKind) -> tuple[np.ndarray, Notes]:
    """Finite numbers `raw` of 2 to 4 dimensions as samples, and notes on what was changed.

    `n` is the number of samples if labels tell it. Raises `UploadError` if no side of the array has that
    length or the array does not hold samples of this kind.
    """
    x, notes = _samples_first(file, place, raw, n)
    x, more = _AS_KIND[kind](file, place, x)
    values = math.prod(x.shape[1:])
    if x.ndim < 4 and values > MAX_SAMPLE_VALUES:
        raise refusal(
            file, f"one sample has {values:,} values, more than {MAX_SAMPLE_VALUES:,}; shorten the samples", place
        )
    if x.ndim == 4:
        x, shrunk = _capped_images(_as_pixels(x))
        more += shrunk
    return np.ascontiguousarray(_trainable(x)), notes + more


def check_finite_range(file: str, x: np.ndarray, place: Callable[[np.ndarray], str]) -> None:
    """Refuse values beyond 1e30; `place` words an index of `x`."""
    if x.dtype.kind != "f" or not x.size or max(abs(float(x.max())), abs(float(x.min()))) <= MAX_VALUE:
        return
    index = np.argwhere(np.abs(x) > MAX_VALUE)[0]
    raise refusal(file, f"the value {x[tuple(index)]:g} is beyond {MAX_VALUE:g}; rescale the data", place(index))


def _samples_first(file: str, place: str, x: np.ndarray, n: int | None) -> tuple[np.ndarray, Notes]:
    if n is None:
        last = _samples_look_last(x.shape)
    elif n in (x.shape[0], x.shape[-1]):
        last = x.shape[0] != n
    else:
        raise refusal(
            file,
            f"the array of {by(x.shape)} does not fit {count(n, 'label')}; its first or last side must be the number "
            "of labels",
            place,
        )
    if not last:
        return x, ()
    if x.ndim == 2:
        return x.T, ("the array lay as features x samples and was turned",)
    return np.moveaxis(x, -1, 0), ("the samples lay along the last side of the array and were moved to the first",)


def _samples_look_last(shape: tuple[int, ...]) -> bool:
    """Whether an unlabelled array is (H, W, N) or (H, W, C, N), as MATLAB keeps images."""
    if len(shape) == 3:
        return shape[0] == shape[1] != shape[2]
    return len(shape) == 4 and shape[2] in _CHANNELS and shape[1] not in _CHANNELS and shape[3] not in _CHANNELS


def _auto(file: str, place: str, x: np.ndarray) -> tuple[np.ndarray, Notes]:
    if x.ndim == 2:
        return x, ()
    if x.ndim == 3 and max(x.shape[1:]) >= _SIGNAL_RATIO * min(x.shape[1:]):
        return _signals(file, place, x)
    return _images(file, place, x)


def _vectors(file: str, place: str, x: np.ndarray) -> tuple[np.ndarray, Notes]:
    return x.reshape(len(x), -1), (f"samples of {by(x.shape[1:])} were laid out as vectors",) if x.ndim > 2 else ()


def _signals(file: str, place: str, x: np.ndarray) -> tuple[np.ndarray, Notes]:
    if x.ndim == 2:
        return x[:, None], ()
    if x.ndim == 4:
        raise refusal(file, f"samples of {by(x.shape[1:])} are no signals; read them as images or vectors", place)
    if x.shape[1] <= x.shape[2]:
        return x, ()
    return x.swapaxes(1, 2), ("the signals lay as steps x channels and were turned",)


def _images(file: str, place: str, x: np.ndarray) -> tuple[np.ndarray, Notes]:
    if x.ndim == 2:
        return _unrolled(file, place, x), ()
    if x.ndim == 3:
        return x[:, None], ()
    if x.shape[1] not in _CHANNELS:
        if x.shape[3] not in _CHANNELS:
            raise refusal(
                file,
                f"images of {by(x.shape[1:])} have no side for channels; give 1, 3 or 4 channels first or last",
                place,
            )
        x = np.moveaxis(x, 3, 1)
    return (x[:, :3], ("the alpha channel was dropped",)) if x.shape[1] == 4 else (x, ())


def _unrolled(file: str, place: str, x: np.ndarray) -> np.ndarray:
    """Square images from rows of pixels: `(N, side * side)`, or three colour planes one after another."""
    for channels in (1, 3):
        side = math.isqrt(x.shape[1] // channels)
        if channels * side * side == x.shape[1]:
            return x.reshape(len(x), channels, side, side)
    raise refusal(file, f"{x.shape[1]:,} values per sample make no square image; read them as vectors", place)


_AS_KIND: dict[SampleKind, Callable[[str, str, np.ndarray], tuple[np.ndarray, Notes]]] = {
    "auto": _auto,
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


def _capped_images(x: np.ndarray) -> tuple[np.ndarray, Notes]:
    height, width = x.shape[2:]
    size = capped(height, width)
    if size == (height, width):
        return x, ()
    return resized(_trainable(x), size), (
        f"images of {by((height, width))} were brought to {by(size)} (at most {MAX_IMAGE_SIDE} a side)",
    )


def _trainable(x: np.ndarray) -> np.ndarray:
    """uint8, float32 or float64 in this machine's byte order, whichever loses nothing."""
    if x.dtype == np.uint8:
        return x
    exact = x.dtype.itemsize <= (4 if x.dtype.kind == "f" else 2)
    return x.astype(np.float32 if exact else np.float64, copy=False)


def index_text(name: str, index: np.ndarray, *, matlab: bool) -> str:
    """An index in the notation of the program that wrote the file: `x[0, 2]` or, counted from 1, `x(1, 3)`."""
    numbers = ", ".join(str(int(i) + matlab) for i in index)
    return f"{shown(name)}({numbers})" if matlab else f"{shown(name)}[{numbers}]"
