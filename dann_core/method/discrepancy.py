"""Feature discrepancies: distances between the two domains' features that need no discriminator, and entropies.

The distances are entered in `settings.catalogue`. Both work on `(N, N)` Gram matrices, so wide features (12,544) cost
memory for neither an N x N x F nor an F x F tensor.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class MMDLoss(nn.Module):
    """Squared maximum mean discrepancy with a sum of Gaussian kernels (Long et al. 2015, DAN; Gretton et al. 2012).

    The bandwidths are `factor ** k` times the mean squared distance of all pairs, k around 0. `(source, target)`
    of shapes `(N_s, D)` and `(N_t, D)` give a scalar; 0 for identical batches.
    """

    def __init__(self, kernels: int = 5, factor: float = 2.0) -> None:
        super().__init__()
        self.multipliers = [factor ** (k - kernels // 2) for k in range(kernels)]

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        both = torch.cat([source, target])
        # Distances do not change with the origin, and a centred Gram matrix loses fewer digits.
        both = both - both.detach().mean(0)
        squared_norms = both.square().sum(1)
        distances = (squared_norms[:, None] + squared_norms[None] - 2 * both @ both.T).clamp(min=0)
        n = len(both)
        # The bandwidth is a scale, not something to learn; the floor keeps identical samples finite.
        bandwidth = (distances.detach().sum() / (n * (n - 1))).clamp(min=torch.finfo(both.dtype).tiny ** 0.5)
        kernel = sum(torch.exp(-distances / (bandwidth * m)) for m in self.multipliers)
        n_s = len(source)
        return kernel[:n_s, :n_s].mean() + kernel[n_s:, n_s:].mean() - 2 * kernel[:n_s, n_s:].mean()


class CORALLoss(nn.Module):
    """Squared Frobenius distance of the two covariance matrices over `4 D^2` (Sun & Saenko 2016, Deep CORAL).

    `(source, target)` of shapes `(N_s, D)` and `(N_t, D)` give a scalar; a single sample has covariance 0.
    """

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        scaled_s, scaled_t = _covariance_root(source), _covariance_root(target)
        dimension = source.shape[1]
        if dimension <= len(source) + len(target):
            difference = scaled_s.T @ scaled_s - scaled_t.T @ scaled_t  # (D, D)
            return difference.square().sum() / (4 * dimension**2)
        # ||A'A - B'B||^2 = ||AA'||^2 + ||BB'||^2 - 2 ||AB'||^2, with Gram matrices of N x N instead of D x D.
        squared = (
            (scaled_s @ scaled_s.T).square().sum()
            + (scaled_t @ scaled_t.T).square().sum()
            - 2 * (scaled_s @ scaled_t.T).square().sum()
        )
        return squared.clamp(min=0) / (4 * dimension**2)


def _covariance_root(x: Tensor) -> Tensor:
    """`r` with `r.T @ r` the covariance matrix of the rows of `x`."""
    return (x - x.mean(0)) / max(len(x) - 1, 1) ** 0.5


mmd, coral = MMDLoss(), CORALLoss()


def entropies(logits: Tensor) -> Tensor:
    """Entropies (nats) `(N,)` of the class probabilities that `logits` `(N, K)` stand for."""
    log_p = logits.log_softmax(1)
    return -(log_p.exp() * log_p).sum(1)


def entropy(logits: Tensor) -> Tensor:
    """Their mean (Grandvalet & Bengio 2004)."""
    return entropies(logits).mean()


def marginal_entropy(logits: Tensor, log_shares: Tensor | None = None) -> Tensor:
    """Entropy (nats) of the mean prediction: log K when the predictions are spread evenly over the K classes.

    With the logarithms of shares `(K,)`, minus the Kullback-Leibler divergence of the mean prediction from these, which
    is 0 where both agree; for equal shares both differ by a constant.
    """
    p = logits.softmax(1).mean(0)
    spread = -(p * p.clamp(min=torch.finfo(p.dtype).tiny).log()).sum()
    return spread if log_shares is None else spread + p @ log_shares
