"""What a look says of class shares: the target's, estimated without its labels, and whether they differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from dann_core.method.shares import estimated_shares

Rule = Literal["unknown", "agree", "unclear", "differ"]

KNOWS_THE_SOURCE = 0.5
"""How far the source accuracy must lie between always guessing the largest class (0) and always being right (1). Before
that the predictions hold next to nothing of the classes, and the estimate is anything."""

NOISE, ESTIMATORS_OWN = 3.0, 0.3
"""Shares differ where their L1 distance is beyond `NOISE` times what drawing so few samples explains, and beyond what
the estimate itself is off by where shares agree. Before the domains are aligned that is `unclear` all the same: the
shift moves predictions from class to class (by up to 1.0 on the built-in domains, whose shares agree), and nothing can
tell that without labels. An adversary works against any difference of the predicted shares; one that it has not
overcome is rather one of the classes themselves."""


@dataclass(frozen=True)
class ClassShares:
    """Shares (K,), sum 1; distances are L1, 0..2. `recall`, an exam, is None without target labels."""

    estimated: np.ndarray  # (K,), the target's; not numbers while unknown
    rule: Rule
    distance: float  # of the estimated shares from the source's
    limit: float  # beyond which they differ
    recall: np.ndarray | None  # (K,), 0..1; not a number for classes without target samples


def class_shares(
    source_shares: np.ndarray,
    source_accuracy: float,
    probabilities: np.ndarray,
    target_y: np.ndarray | None,
    *,
    is_aligned: bool,
    taken: np.ndarray | None = None,
) -> ClassShares:
    """Of a source with these shares `(K,)` and target samples with these predictions `(N, K)` and labels `(N,)`.

    `is_aligned`: something has pulled the domains together for a while. `taken` `(K,)`: what the run takes for the
    target's shares, which then is the estimate.
    """
    n, n_classes = probabilities.shape
    recall = None if target_y is None else recalls(target_y, probabilities.argmax(1), n_classes)
    # The mean absolute deviation of a share that is counted over n samples.
    noise = np.sqrt(2 / np.pi * source_shares * (1 - source_shares) / n).sum()
    limit = float(max(NOISE * noise, ESTIMATORS_OWN))
    if taken is not None:
        distance = float(np.abs(taken - source_shares).sum())
        return ClassShares(taken, "agree" if distance <= limit else "differ", distance, limit, recall)
    guessing = source_shares.max()
    knows = source_accuracy > guessing + KNOWS_THE_SOURCE * (1 - guessing)
    if not knows or not np.isfinite(probabilities).all():
        return ClassShares(np.full(n_classes, np.nan), "unknown", float("nan"), limit, recall)
    estimated = estimated_shares(source_shares, probabilities)
    distance = float(np.abs(estimated - source_shares).sum())
    rule: Rule = "agree" if distance <= limit else "differ" if is_aligned else "unclear"
    return ClassShares(estimated, rule, distance, limit, recall)


def recalls(y: np.ndarray, predicted: np.ndarray, n_classes: int) -> np.ndarray:
    """Of each class, the share of its samples that is predicted right: `(n_classes,)`, not a number without samples."""
    there, right = (np.bincount(labels, minlength=n_classes) for labels in (y, y[predicted == y]))
    return np.divide(right, there, out=np.full(n_classes, np.nan), where=there > 0)
