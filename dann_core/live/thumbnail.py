"""A small picture of a run's features, as a list shows it: an SVG of a few kB, of the last frame."""

from __future__ import annotations

import numpy as np

from dann_core.live.frame import SCALE
from dann_core.live.message import unpack
from dann_core.live.palette import class_colour
from dann_core.live.recording import Recording

SIDE, MARGIN = 200, 8
"""Of the picture, in its own units."""

MOST_POINTS = 110
"""Of one domain: more of them lie on each other at the size of a line of text."""


def thumbnail(recording: Recording) -> bytes:
    """The t-SNE of the last frame: colour is the class, the target's as predicted; dots source, triangles target.

    Nothing in it comes from target labels, and no text from a file is in it.
    """
    scene, frame = unpack(recording.scene), unpack(recording.latest.packed)
    n = len(scene.arrays["source_class"])
    classes = np.concatenate([scene.arrays["source_class"], frame.arrays["predicted"][n:]])
    xy = frame.arrays["tsne"] / SCALE
    reach = max(np.abs(xy).max(), 0.1)
    places = np.round(SIDE / 2 + (SIDE / 2 - MARGIN) * xy / reach * [1, -1]).astype(int)
    drawn = [
        _paths(places[part], classes[part], is_source=is_source)
        for part, is_source in ((_some(0, n), True), (_some(n, len(xy)), False))
    ]
    start = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}" fill="none">'
    return f'{start}<rect width="100%" height="100%" fill="#fff"/>{"".join(drawn)}</svg>'.encode()


def _some(first: int, end: int) -> np.ndarray:
    """So many as are drawn, evenly over all, and always the same."""
    return np.unique(np.linspace(first, end - 1, min(end - first, MOST_POINTS)).astype(int))


def _paths(places: np.ndarray, classes: np.ndarray, *, is_source: bool) -> str:
    """One path a colour: a line without length is a dot."""
    looks = 'stroke-width="9" stroke-linecap="round"' if is_source else 'stroke-width="2.5"'
    shape = "h0" if is_source else "l6 11h-12z"
    colours = np.array([class_colour(k) for k in classes])
    paths = []
    for colour in sorted(set(colours)):
        points = "".join(f"M{x} {y if is_source else y - 6}{shape}" for x, y in places[colours == colour])
        paths.append(f'<path stroke="{colour}" {looks} d="{points}"/>')
    return "".join(paths)
