"""Pictures of one domain brought to one size and one colour mode."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dann_core.domains.files.contents import Contents, Item
from dann_core.domains.files.errors import by, megabytes, refusal
from dann_core.domains.files.facts import Fact, fact
from dann_core.domains.files.limits import MAX_ARRAY_BYTES, MAX_IMAGE_SIDE, MAX_TOTAL_PIXELS
from dann_core.domains.files.pixels import capped, resized
from dann_core.language import say

_AT_ONCE = 4_000_000
"""Pixels that are decoded at a time."""


def decoded(
    contents: Contents, items: Sequence[Item], shape: tuple[int, ...] | None = None
) -> tuple[np.ndarray, tuple[Fact, ...]]:
    """All pictures as `(N, C, H, W)` uint8: the median size, in colour if one of them is; or `shape`, if given.

    Raises `UploadError` for pictures that are damaged or too many.
    """
    file = contents.file
    sizes = np.array([i.shape[:2] for i in items])
    if sizes.prod(1).sum() > MAX_TOTAL_PIXELS:
        text = say(
            "the images have more than {most:,} pixels in all; pack fewer or smaller images", most=MAX_TOTAL_PIXELS
        )
        raise refusal(file, text)
    size = capped(*(int(n) for n in np.median(sizes, axis=0)))
    channels = max(i.shape[2] if len(i.shape) == 3 else 1 for i in items)
    if shape is not None:
        channels, size = shape[0], (shape[1], shape[2])
    nbytes = len(items) * channels * size[0] * size[1]
    if nbytes > MAX_ARRAY_BYTES:
        text = say(
            "{n:,} images of {shape} take {size}, more than {most}; pack fewer or smaller images",
            n=len(items),
            shape=by(size),
            size=megabytes(nbytes),
            most=megabytes(MAX_ARRAY_BYTES),
        )
        raise refusal(file, text)
    pixels = np.empty((len(items), channels, *size), np.uint8)
    for start, stop in _portions(sizes.prod(1)):
        for i, picture in enumerate(contents.load(items[start:stop]), start):
            pixels[i] = _fitting(picture, channels, size)
    return pixels, _size_notes(file, sizes, size)


def _fitting(picture: np.ndarray, channels: int, size: tuple[int, int]) -> np.ndarray:
    picture = picture[..., None] if picture.ndim == 2 else picture
    planes = np.moveaxis(picture, 2, 0)
    if channels == 1 and len(planes) == 3:
        # ITU-R BT.601 luma, as Pillow's convert("L").
        planes = np.tensordot([0.299, 0.587, 0.114], planes, 1).round().astype(np.uint8)[None]
    if planes.shape[1:] != size:
        planes = resized(planes[None], size)[0]
    return planes if len(planes) == channels else np.repeat(planes[:1], channels, axis=0)


def _portions(pixels: np.ndarray) -> list[tuple[int, int]]:
    bounds, held = [0], 0
    for i, n in enumerate(pixels.tolist()):
        if held and held + n > _AT_ONCE:
            bounds.append(i)
            held = 0
        held += n
    return list(zip(bounds, [*bounds[1:], len(pixels)], strict=True))


def _size_notes(file: str, sizes: np.ndarray, size: tuple[int, int]) -> tuple[Fact, ...]:
    different = np.unique(sizes, axis=0)
    if len(different) > 1:
        return (fact("sizes", file, n=len(different), after=size),)
    before = tuple(int(n) for n in different[0])
    return (fact("images shrunk", file, before=before, after=size, most=MAX_IMAGE_SIDE),) if before != size else ()
