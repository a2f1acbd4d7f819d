"""The plane in which the story happens, and what can be said of points without training anything."""

from __future__ import annotations

import numpy as np

from dann_core.domains.pair import DomainPair

REACH, SIDE = 3.8, 49
"""The moons' plane reaches from -REACH to REACH on both axes; a picture of it has SIDE points a side."""


def axis() -> np.ndarray:
    """The coordinates of a picture's points on either axis, `(SIDE,)`."""
    return np.linspace(-REACH, REACH, SIDE)


def grid() -> np.ndarray:
    """All points of a picture, `(SIDE * SIDE, 2)`; x changes first."""
    return np.stack(np.meshgrid(axis(), axis()), axis=-1).reshape(-1, 2)


def nearest_source(pair: DomainPair) -> np.ndarray:
    """For each target sample of vectors the index of the nearest source sample, `(N_t,)`."""
    return np.square(pair.target_x[:, None] - pair.source_x[None]).sum(-1).argmin(1)


def gap(points: np.ndarray, y: np.ndarray) -> float:
    """How far classes lie apart, in their own size: the mean distance between two of their centres over the mean
    distance of a point to its own class's centre. Points `(N, D)` of at least two classes `(N,)`, numbered from 0."""
    centres = np.stack([points[y == k].mean(0, dtype=np.float64) for k in range(y.max() + 1)])
    first, second = np.triu_indices(len(centres), 1)
    apart = np.linalg.norm(centres[first] - centres[second], axis=1).mean()
    return float(apart / np.linalg.norm(points - centres[y], axis=1).mean())
