"""A discriminator in the plane of the moons, and one gradient of its loss on its way through the reversal.

Without torch, which would take a page seconds to load: `method.adversarial` has the real ones, and a test compares.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from dann_core.domains.pair import DomainPair
from dann_core.story.plane import SIDE, grid

STEPS, STEP = 12, 0.15
"""How often one feature follows its gradient, and how far it goes each time: its gradient times STEP."""


class Discriminator(NamedTuple):
    """Of points in the plane: one hidden layer of W units with ReLU, then one logit, positive for the source."""

    hidden_weight: np.ndarray  # (W, 2)
    hidden_bias: np.ndarray  # (W,)
    out_weight: np.ndarray  # (W,)
    out_bias: np.ndarray  # (1,)

    def logits(self, x: np.ndarray) -> np.ndarray:
        """Of points `(N, 2)`: `(N,)`."""
        return np.maximum(x @ self.hidden_weight.T + self.hidden_bias, 0) @ self.out_weight + self.out_bias

    def target_loss(self, x: np.ndarray) -> np.ndarray:
        """L_d of target points `(N, 2)`, each its own: `-log(1 - D(x))` in nats, `(N,)`."""
        return np.logaddexp(0, self.logits(x))

    def target_gradient(self, x: np.ndarray) -> np.ndarray:
        """dL_d/dx of target points `(N, 2)`, each its own: `(N, 2)`."""
        is_on = x @ self.hidden_weight.T + self.hidden_bias > 0
        return _sigmoid(self.logits(x))[:, None] * ((is_on * self.out_weight) @ self.hidden_weight)


class Told(NamedTuple):
    """What a discriminator makes of two domains."""

    tint: np.ndarray  # (SIDE, SIDE), rows are y: its probability of "source"
    accuracy: float  # mean of both domains, 0..1
    loss: float  # adversarial loss in nats; ln 2 where it cannot tell


class Walk(NamedTuple):
    """One feature that follows one gradient of L_d; losses are its own, of being called the target."""

    gradient: np.ndarray  # (2,): dL_d/df, as it comes from the discriminator
    passed: np.ndarray  # (2,): what reaches the extractor
    path: np.ndarray  # (STEPS + 1, 2)
    losses: np.ndarray  # (STEPS + 1,), nats


def told(discriminator: Discriminator, pair: DomainPair) -> Told:
    """Its tint of the plane, and how well it does on a pair."""
    source, target = discriminator.logits(pair.source_x), discriminator.logits(pair.target_x)
    loss = (np.logaddexp(0, -source).mean() + np.logaddexp(0, target).mean()) / 2
    tint = _sigmoid(discriminator.logits(grid())).reshape(SIDE, SIDE)
    return Told(tint, float((source > 0).mean() + (target <= 0).mean()) / 2, float(loss))


def typical(discriminator: Discriminator, pair: DomainPair) -> np.ndarray:
    """The target sample `(2,)` that has the median of all target samples' losses."""
    return pair.target_x[discriminator.target_loss(pair.target_x).argsort(kind="stable")[len(pair.target_x) // 2]]


def follow(discriminator: Discriminator, feature: np.ndarray, factor: float) -> Walk:
    """Let a target feature `(2,)` descend L_d with its gradient multiplied by `factor`: -lambda is the reversal,
    +lambda the wrong sign. The discriminator does not learn meanwhile."""
    path = [np.asarray(feature, dtype=np.float64)]
    for _ in range(STEPS):
        gradient = discriminator.target_gradient(path[-1][None])[0]
        path.append(path[-1] - STEP * factor * gradient)
    gradient = discriminator.target_gradient(path[0][None])[0]
    return Walk(gradient, factor * gradient, np.array(path), discriminator.target_loss(np.array(path)))


def _sigmoid(logits: np.ndarray) -> np.ndarray:
    return np.exp(-np.logaddexp(0, -logits))
