"""What the discriminator sees of a sample, and what the sample counts for in the adversarial loss.

Each is a class with `Seen(feature_dim, n_classes)`, an `output_dim`, `forward(features, logits)` from `(N, D)` and
`(N, K)` to `(N, output_dim)`, and `weights(logits)`; it is entered in `settings.catalogue`. Predictions are only looked
at: what comes back from the discriminator reaches the features alone.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

WIDEST = 4096
"""Products of features and predictions that are wider are projected, to `PROJECTED`."""

PROJECTED = 1024


class Features(nn.Module):
    """The features alone (Ganin et al. 2016, DANN)."""

    needs_predictions = False
    """Whether target samples have to be classified for it."""

    def __init__(self, feature_dim: int, n_classes: int) -> None:
        super().__init__()
        self.output_dim = feature_dim

    def forward(self, features: Tensor, logits: Tensor) -> Tensor:
        return features

    def weights(self, logits: Tensor) -> Tensor | None:
        """None: all samples count alike."""
        return None


class Conditional(nn.Module):
    """Features and predictions together (Long et al. 2018, CDAN+E).

    The outer product of both (their eq. 5), so that domains are compared class by class; where it would be wider than
    `WIDEST`, its projection by two random maps (eq. 6), drawn with the network's first weights.
    """

    needs_predictions = True

    def __init__(self, feature_dim: int, n_classes: int) -> None:
        super().__init__()
        self.is_projected = feature_dim * n_classes > WIDEST
        self.output_dim = PROJECTED if self.is_projected else feature_dim * n_classes
        if self.is_projected:
            self.register_buffer("feature_map", torch.randn(feature_dim, PROJECTED))
            self.register_buffer("prediction_map", torch.randn(n_classes, PROJECTED))

    def forward(self, features: Tensor, logits: Tensor) -> Tensor:
        p = logits.detach().softmax(1)
        if self.is_projected:
            return (features @ self.feature_map) * (p @ self.prediction_map) / math.sqrt(PROJECTED)
        return (p[:, :, None] * features[:, None]).flatten(1)

    def weights(self, logits: Tensor) -> Tensor | None:
        """What each sample counts for, `(N, 1)`: 1 + exp(-entropy) (their eq. 9), on average 1."""
        log_p = logits.detach().log_softmax(1)
        certain = 1 + (log_p.exp() * log_p).sum(1, keepdim=True).exp()
        # Each domain by itself: half of the batch.
        return torch.cat([half / half.mean() for half in certain.chunk(2)])
