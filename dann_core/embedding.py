"""Embeddings that follow a training run: the same points in every frame, moving and never jumping."""

from __future__ import annotations

import numpy as np
from openTSNE import TSNEEmbedding, affinity
from openTSNE.initialization import pca as pca_initialization
from scipy.linalg import orthogonal_procrustes
from sklearn.decomposition import PCA

PERPLEXITY = 30
PCA_DIMENSIONS = 50
"""Wider features are first reduced to that many principal components, as van der Maaten & Hinton (2008) do."""

PICTURE_WIDTH = 4.2
"""Width of the square, centred on the origin, in which a frame is drawn; a frame has unit root mean square radius."""

MOTION_LIMIT = 0.025
"""Median step of a point from frame to frame, in picture widths, after which a frame is taken as it is."""


SETTLING_FRAMES, MOTION_AT_REST = 8, 0.004


class TsneFollower:
    """t-SNE (van der Maaten & Hinton 2008) of changing features, each frame started from the last one.

    A frame is optimised a little further on the new features, then turned onto the previous frame, so that what
    moves on the screen is what moved in the features. Optimisation of a frame ends early when its points have
    moved far enough: the next frame goes on from there.
    """

    ROUNDS, ROUND = 10, 5

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self.frame: np.ndarray | None = None
        self._embedding: np.ndarray | None = None

    def follow(self, features: np.ndarray) -> np.ndarray:
        """The next frame `(N, 2)` for features `(N, D)`; unit root mean square radius, centred."""
        if self._embedding is None:
            self._embedding = self._optimized(features, None)
            self.frame = _normalized(self._embedding)
            return self.frame
        previous = self.frame
        embedding = self._start(features, self._embedding)
        for _ in range(self.ROUNDS):
            embedding = embedding.optimize(self.ROUND, momentum=0.8)
            self._embedding = np.asarray(embedding)
            self.frame = aligned(self._embedding, previous)
            if _median_motion(self.frame, previous) > MOTION_LIMIT:
                break
        return self.frame

    def settle(self, features: np.ndarray) -> np.ndarray:
        """The frame in which points hardly move any more: what a run at rest shows."""
        for _ in range(SETTLING_FRAMES):
            previous = self.frame
            self.follow(features)
            if previous is not None and _median_motion(self.frame, previous) < MOTION_AT_REST:
                break
        return self.frame

    def _optimized(self, features: np.ndarray, start: np.ndarray | None) -> np.ndarray:
        embedding = self._start(features, start)
        embedding = embedding.optimize(100, exaggeration=12, momentum=0.5)
        return np.asarray(embedding.optimize(200, momentum=0.8))

    def _start(self, features: np.ndarray, start: np.ndarray | None) -> TSNEEmbedding:
        features = _reduced(features, self.seed)
        perplexity = min(PERPLEXITY, (len(features) - 1) / 3)
        affinities = affinity.PerplexityBasedNN(features, perplexity=perplexity, method="exact", n_jobs=1)
        if start is None:
            start = pca_initialization(features, random_state=self.seed)
        return TSNEEmbedding(
            start, affinities, negative_gradient_method="bh", n_jobs=1, random_state=self.seed, learning_rate="auto"
        )


class PcaFollower:
    """The first two principal components of changing features, held in orientation from frame to frame."""

    def __init__(self) -> None:
        self.frame: np.ndarray | None = None

    def follow(self, features: np.ndarray) -> np.ndarray:
        """The next frame `(N, 2)` for features `(N, D)`; unit root mean square radius, centred."""
        components = PCA(
            min(2, features.shape[1]), svd_solver="covariance_eigh" if features.shape[1] < 1000 else "auto"
        )
        scores = components.fit_transform(features.astype(np.float64))
        scores = np.pad(scores, ((0, 0), (0, 2 - scores.shape[1])))
        self.frame = _normalized(scores) if self.frame is None else aligned(scores, self.frame)
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


def _reduced(features: np.ndarray, seed: int) -> np.ndarray:
    if features.shape[1] == 1:
        return np.pad(features, ((0, 0), (0, 1)))
    if features.shape[1] <= PCA_DIMENSIONS:
        return features
    return PCA(min(PCA_DIMENSIONS, len(features)), random_state=seed).fit_transform(features)
