"""Class shares: how frequent each class is in a domain, also where the domain has no labels.

What the page shows of predictions. A run that weighs classes has an estimate of its own, which it shows once it counts:
`method.reweighting`.
"""

from __future__ import annotations

import numpy as np

MOST_ROUNDS, AT_REST = 200, 1e-5
"""Rounds of expectation maximisation at most, and the L1 distance of two rounds' shares that ends them."""


def shares(y: np.ndarray, n_classes: int) -> np.ndarray:
    """The share of each class among labels `(N,)` of 0..n_classes-1: `(n_classes,)`, sums to 1.

    Raises `ValueError` for no labels and for labels outside that range.
    """
    y = np.asarray(y)
    if not y.size or y.min() < 0 or y.max() >= n_classes:
        raise ValueError(f"Shares need at least one label, all from 0 to {n_classes - 1}.")
    return np.bincount(y, minlength=n_classes) / y.size


def estimated_shares(source_shares: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """The target's class shares `(K,)`, sum 1, from the source's `(K,)` and the predicted `(N, K)` of target samples.

    Expectation maximisation after Saerens, Latinne & Decaestecker 2002 (Neural Computation 14(1), eq. 2.9),
    from the source's shares on. Right where a sample of a class looks alike in both domains to a calibrated
    classifier; the likelihood has one top, so that the start decides nothing but the rounds. A class without source
    samples stays at 0: nothing was learnt about it. Samples that only such classes explain do not count.

    Raises `ValueError` for other shapes, no samples, and values that are negative or not finite.
    """
    prior, p = np.asarray(source_shares, np.float64), np.asarray(probabilities, np.float64)
    if p.ndim != 2 or not p.size or prior.shape != p.shape[1:]:
        raise ValueError(f"Shares (K,) and probabilities (N, K) are needed, not {prior.shape} and {p.shape}.")
    # A sum that is no number, or infinite, has such a term, or terms too large to be shares.
    if not np.isfinite(prior.sum() + p.sum()) or prior.min() < 0 or p.min() < 0 or not prior.sum():
        raise ValueError("Shares and probabilities must be finite and not negative, and some share must be above 0.")
    prior = prior / prior.sum()
    # What each sample says about a class whatever the shares are, up to a factor of its own.
    evidence = np.divide(p, prior, out=np.zeros_like(p), where=prior > 0)
    strongest = evidence.max(axis=1, keepdims=True)
    evidence = evidence[strongest[:, 0] > 0] / strongest[strongest[:, 0] > 0]
    estimate = prior
    if not len(evidence):
        return estimate
    for _ in range(MOST_ROUNDS):
        before = estimate
        estimate = before * (evidence / (evidence @ before)[:, None]).mean(axis=0)
        estimate /= estimate.sum()
        if np.abs(estimate - before).sum() < AT_REST:
            break
    return estimate
