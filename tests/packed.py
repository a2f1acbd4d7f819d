"""Both domains of a pair in one array, as estimators take them."""

from __future__ import annotations

import numpy as np

from dann_core import DomainPair


def packed(pair: DomainPair) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """X, y and sample_domain of source (1) and target (-2), mixed; the target's labels are masked by -1."""
    n_source, n_target = len(pair.source_x), len(pair.target_x)
    domain = np.random.default_rng(0).permutation(np.repeat([1, -2], [n_source, n_target]))
    x = np.empty((len(domain), *pair.sample_shape), pair.source_x.dtype)
    # The order within a domain stays, since batches are drawn by it.
    x[domain > 0], x[domain < 0] = pair.source_x, pair.target_x
    y = np.full(len(domain), -1)
    y[domain > 0] = pair.source_y
    return x, y, domain
