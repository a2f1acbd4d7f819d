"""The settings that an experiment on somebody's own data starts with, read from what the data look like.

The rule behind every line: a default must not make anything worse that nobody has looked at. What each choice was
worth on real pairs of domains stands in `docs/recipes.md`.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from dann_core.settings.catalogue import Kind


class DataShape(Protocol):
    """What the defaults look at: a `DomainPair` less its labels."""

    source_x: np.ndarray
    target_x: np.ndarray

    @property
    def kind(self) -> Kind:
        """What a sample is."""

    @property
    def sample_shape(self) -> tuple[int, ...]:
        """The shape of one sample."""

    @property
    def n_classes(self) -> int:
        """The number of classes in the source."""


MANY_SAMPLES = 4000
ITERATIONS_A_CLASS, LONGEST = 15, 3000
WIDE = 1000
LARGE_IMAGE = 48 * 48

EVERYWHERE: dict[str, Any] = {
    # Without a limit, lambda 1 lost 8 points in the mean of eleven pairs (38 on one of them) against the same network
    # without adaptation; with 0.2 it gained 2, and 1 run in 66 lost more than 2. With 0.5 it was 3 in 33.
    "reversal_limit": 0.2,
    "lambda_max": 0.5,
    # Sharper predictions on the target, spread over the classes: another 3 points in the mean. Without the balance,
    # sharpening put almost everything into a few classes on one pair (19 points lost).
    "entropy_weight": 0.2,
    "entropy_balance": 1.0,
    # Where shares differ, the two terms above lose 10 points in the mean; weighted to the estimated shares they gain.
    "class_shares": "estimated",
    # Bounded features, and a discriminator that sees broad differences rather than single samples.
    "activation": "tanh",
    "discriminator_depth": 1,
    # A step size that ends at 0 ends the game of the two networks as well, so the last iteration is no lottery.
    "learning_rate": 2e-3,
    "learning_rate_decay": "cosine",
    # The same map for both domains. Each domain by its own statistics is worth more where only sensors drifted, and
    # lost 26 points where the domains differ in their class shares. The source's alone blows up whatever hardly
    # varies in the source, such as the pixels at the border of images.
    "standardisation": "pooled",
}


def overrides(pair: DataShape) -> dict[str, Any]:
    """What to change in the default `Settings` for this pair: keyword arguments of `Settings`.

    Reads the kind, the shape and the inputs of both domains and never the target's labels.
    """
    samples = max(len(pair.source_x), len(pair.target_x))
    # A class needs to be seen for a while: a hundred of them still gained after 600 iterations.
    length = max(1000 if samples > MANY_SAMPLES else 600, ITERATIONS_A_CLASS * pair.n_classes)
    chosen = EVERYWHERE | {"max_iter": min(length, LONGEST)}
    if pair.kind == "vectors":
        if is_counts(pair.source_x) and is_counts(pair.target_x):
            chosen |= {"log_counts": True}
        if pair.sample_shape[0] >= WIDE:
            # Adam moves every weight by the same step, and a unit sums over as many steps as there are features.
            chosen |= {"learning_rate": 1e-3}
        return chosen
    # Convolutions cost a hundred times what a small MLP does: a run should still end within a minute.
    chosen |= {"extractor_width": 16}
    if pair.kind == "images" and np.prod(pair.sample_shape[1:]) > LARGE_IMAGE:
        chosen |= {"extractor_width": 8, "extractor_depth": 4, "batch_size": 32, "max_iter": 300}
    return chosen


def is_counts(x: np.ndarray) -> bool:
    """Whether `(N, F)` looks like occurrences (words, visual words): whole numbers, mostly 0, and the others small.

    Pixels may be whole numbers and mostly 0 too, but those that are not 0 are large.
    """
    if x.min() < 0 or np.any(x != np.round(x)):
        return False
    present = x[x > 0]
    return 0 < 2 * present.size < x.size and np.median(present) <= 5
