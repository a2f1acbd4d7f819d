"""The fixed samples of both domains that pictures are drawn from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dann_core.domains.pair import DomainPair

POINTS_PER_DOMAIN = 250
LARGE_SAMPLE, POINTS_OF_LARGE = 10_000, 60
"""Samples of more values than this cost the networks so much that fewer are drawn."""


@dataclass(frozen=True, eq=False)
class Sample:
    """Index arrays into the pair's domains, `(n_s,)` and `(n_t,)`."""

    source: np.ndarray
    target: np.ndarray


def stratified_sample(pair: DomainPair, per_domain: int | None = None, seed: int = 0) -> Sample:
    """A fixed sample of each domain, in the proportions of its classes where labels are known."""
    if per_domain is None:
        per_domain = POINTS_OF_LARGE if np.prod(pair.sample_shape) > LARGE_SAMPLE else POINTS_PER_DOMAIN
    source = _stratified(pair.source_y, len(pair.source_x), per_domain, seed)
    return Sample(source, _stratified(pair.target_y, len(pair.target_x), per_domain, seed + 1))


def _stratified(y: np.ndarray | None, n: int, wanted: int, seed: int) -> np.ndarray:
    order = np.random.default_rng([seed, 7]).permutation(n)
    if y is not None:
        # Sorted by class, equal steps through the domain meet each class in its proportion.
        order = order[np.argsort(y[order], kind="stable")]
    return np.sort(order[np.linspace(0, n - 1, min(wanted, n)).astype(int)])
