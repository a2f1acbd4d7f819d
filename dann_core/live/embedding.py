"""Embeddings that follow a training run: the same points in every frame, moving and never jumping."""

from __future__ import annotations

import hashlib
from collections import OrderedDict

import numpy as np
from openTSNE import TSNEEmbedding, affinity
from openTSNE.initialization import pca as pca_initialization
from openTSNE.nearest_neighbors import PrecomputedNeighbors
from scipy.linalg import orthogonal_procrustes
from sklearn.decomposition import PCA

PERPLEXITY = 30
PCA_DIMENSIONS = 50
"""Wider features are first reduced to that many principal components, as van der Maaten & Hinton (2008) do."""

PICTURE_WIDTH = 4.2
"""Width of the square, centred on the origin, in which a frame is drawn; a frame has unit root mean square radius."""

ROUNDS, ITERATIONS_A_ROUND = 10, 5
"""The most that one frame is optimised; after each round its motion is looked at."""

FIRST_EXAGGERATED, FIRST_PLAIN = 50, 50
"""Iterations of a first frame, from the features' principal components. It shows an untrained network, and what follows
goes on from it: with 100 and 200 its Kullback-Leibler divergence is 4 to 8 % less (moons, digits, vibration), and
everybody on the worker waits three times as long."""

MOTION_LIMIT = 0.025
"""Median step of a point from frame to frame, in picture widths, after which a frame is taken as it is."""

MOTION_AT_REST = 0.004
"""Median step, in picture widths, below which a frame counts as still."""

_first_frames: OrderedDict[tuple[int, bytes], np.ndarray] = OrderedDict()
FIRST_FRAMES = 32
"""First embeddings that a process remembers: a class that opens one link starts from one picture, the costly one."""


class TsneFollower:
    """t-SNE (van der Maaten & Hinton 2008) of changing features, each frame started from the last one.

    A frame is optimised a little further on the new features, then turned onto the previous frame, so that what
    moves on the screen is what moved in the features. Optimisation of a frame ends early when its points have
    moved far enough: the next frame goes on from there.
    """

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self.frame: np.ndarray | None = None
        self.motion = float("inf")  # the last median step of a point, in picture widths
        self._embedding: np.ndarray | None = None

    def follow(self, features: np.ndarray, rounds: int = ROUNDS) -> np.ndarray:
        """The next frame `(N, 2)` for features `(N, D)`; unit root mean square radius, centred.

        Optimised for so many rounds at most: fewer move the picture less at a time.
        """
        if self._embedding is None:
            self._embedding = self._first(features)
            self.frame = _normalized(self._embedding)
            return self.frame
        previous = self.frame
        embedding = self._start(features, self._embedding)
        for _ in range(rounds):
            embedding = embedding.optimize(ITERATIONS_A_ROUND, momentum=0.8)
            self._embedding = np.asarray(embedding)
            self.frame = aligned(self._embedding, previous)
            self.motion = _median_motion(self.frame, previous)
            if self.motion > MOTION_LIMIT:
                break
        return self.frame

    def state_dict(self) -> dict[str, np.ndarray | None]:
        """What the next frame starts from."""
        return {"frame": self.frame, "embedding": self._embedding}

    def load_state_dict(self, state: dict[str, np.ndarray | None]) -> None:
        """Go on from `state_dict`."""
        self.frame, self._embedding = state["frame"], state["embedding"]

    def _first(self, features: np.ndarray) -> np.ndarray:
        key = self.seed, hashlib.sha256(np.ascontiguousarray(features)).digest()
        if key not in _first_frames:
            embedding = self._start(features, None).optimize(FIRST_EXAGGERATED, exaggeration=12, momentum=0.5)
            _first_frames[key] = np.asarray(embedding.optimize(FIRST_PLAIN, momentum=0.8))
            while len(_first_frames) > FIRST_FRAMES:
                _first_frames.popitem(last=False)
        return _first_frames[key].copy()

    def _start(self, features: np.ndarray, start: np.ndarray | None) -> TSNEEmbedding:
        features = _reduced(features, self.seed)
        perplexity = min(PERPLEXITY, (len(features) - 1) / 3)
        affinities = affinity.PerplexityBasedNN(
            knn_index=_neighbours(features, int(3 * perplexity)), perplexity=perplexity, n_jobs=1
        )
        if start is None:
            start = pca_initialization(features, random_state=self.seed)
        return TSNEEmbedding(
            start, affinities, negative_gradient_method="bh", n_jobs=1, random_state=self.seed, learning_rate="auto"
        )


class PcaFollower:
    """The first two principal components of changing features, held in orientation from frame to frame."""

    def __init__(self) -> None:
        self.frame: np.ndarray | None = None
        self.plane: np.ndarray | None = None  # (D, 2), from a step in the features to one in the frame

    def follow(self, features: np.ndarray) -> np.ndarray:
        """The next frame `(N, 2)` for features `(N, D)`; unit root mean square radius, centred."""
        components = PCA(
            min(2, features.shape[1]), svd_solver="covariance_eigh" if features.shape[1] < 1000 else "auto"
        )
        scores = components.fit_transform(features.astype(np.float64))
        scores = np.pad(scores, ((0, 0), (0, 2 - scores.shape[1])))
        self.frame = _normalized(scores) if self.frame is None else aligned(scores, self.frame)
        turn, *_ = np.linalg.lstsq(scores, self.frame)
        self.plane = components.components_.T @ turn[: len(components.components_)]
        return self.frame


def aligned(points: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """`points` `(N, 2)` normalised and turned or mirrored onto `reference` (orthogonal Procrustes)."""
    normal = _normalized(points)
    rotation, _ = orthogonal_procrustes(normal, reference)
    return normal @ rotation


def _normalized(points: np.ndarray) -> np.ndarray:
    centred = points - points.mean(0)
    radius = np.sqrt(np.square(centred).sum(1).mean())
    return centred / (radius or 1.0)


def _median_motion(points: np.ndarray, reference: np.ndarray) -> float:
    return float(np.median(np.linalg.norm(points - reference, axis=1))) / PICTURE_WIDTH


def _neighbours(features: np.ndarray, k: int) -> PrecomputedNeighbors:
    """The exact `k` nearest neighbours of each row, which openTSNE's own search takes four times as long to find."""
    # In double precision, or what is close would be lost beside what is long.
    x = features.astype(np.float64)
    squares = np.square(x).sum(1)
    distances = squares[:, None] + squares - 2 * x @ x.T
    np.fill_diagonal(distances, np.inf)
    nearest = np.argpartition(distances, k - 1, axis=1)[:, :k]
    found = np.take_along_axis(distances, nearest, axis=1)
    order = np.argsort(found, axis=1)
    found = np.take_along_axis(found, order, axis=1)
    return PrecomputedNeighbors(np.take_along_axis(nearest, order, axis=1), np.sqrt(np.maximum(found, 0)))


def _reduced(features: np.ndarray, seed: int) -> np.ndarray:
    if features.shape[1] == 1:
        return np.pad(features, ((0, 0), (0, 1)))
    if features.shape[1] <= PCA_DIMENSIONS:
        return features
    return PCA(min(PCA_DIMENSIONS, len(features)), random_state=seed).fit_transform(features)
