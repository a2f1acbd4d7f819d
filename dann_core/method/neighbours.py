"""Do samples that lie close to each other get the same class? What that says of class shares, without any label.

A shift of the domains can make a classifier give most of the target to one class, surely, and then counts of its
predictions speak of other class shares although only the inputs have moved. Predictions that were moved so cut through
what belongs together. So: shift the classifier's logits, class by class, until its predictions have other shares, and
ask whether neighbours in the *inputs* agree more often than before. If they do, these shares are the better guess. That
classes change where samples are rare is the cluster assumption (Chapelle & Zien 2005, *Semi-supervised classification
by low density separation*); neighbours as a label-free score of adaptation: Saito et al. 2021 (SND).
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

MOST_SAMPLES, COMPONENTS, NEIGHBOURS = 500, 20, 5
"""Of the samples that are compared, of their whitened principal components, and of the nearest ones of each."""

STEPS = (0.0, 0.25, 0.5, 0.75, 1.0)
"""How far shares are taken from the counted to equal ones. Only this way: predictions that are less even agree more for
that alone."""

OF_CHANCE, SURELY = 0.2, 2.5
"""How much of the agreement by chance is taken off, and by how many standard errors the rest must have gained. All of
it would be too much: a few scattered samples of a rare class would then speak for making it frequent."""

ROUNDS = 20


def some(x: Tensor) -> Tensor:
    """At most `MOST_SAMPLES` of the samples, spread evenly."""
    if len(x) <= MOST_SAMPLES:
        return x
    return x[torch.linspace(0, len(x) - 1, MOST_SAMPLES, device=x.device).round().long()]


def neighbours(x: Tensor) -> Tensor:
    """The nearest samples of each of N standardised inputs `(N, *sample_shape)`: indices `(N, NEIGHBOURS)` or fewer."""
    centred = x.flatten(1) - x.flatten(1).mean(0)
    # Of the two products of the matrix with itself, the smaller one has all that is asked for.
    is_flat = centred.shape[1] > len(x)
    variances, directions = torch.linalg.eigh((centred @ centred.T if is_flat else centred.T @ centred).double())
    kept = variances[-COMPONENTS:] > 1e-9 * variances[-1]
    directions, deviations = directions[:, -COMPONENTS:][:, kept], variances[-COMPONENTS:][kept].sqrt()
    whitened = (directions if is_flat else centred.double() @ directions / deviations).float()
    distances = torch.cdist(whitened, whitened).fill_diagonal_(torch.inf)
    return distances.topk(min(NEIGHBOURS, len(x) - 1), largest=False).indices


def rebalanced(log_p: Tensor, shares: Tensor) -> Tensor:
    """Predictions `(..., N, K)`, from logarithms of probabilities `(N, K)`, whose means are these shares `(..., K)`."""
    wanted, offset = shares.clamp(min=1e-9).log(), torch.zeros_like(shares)
    for _ in range(ROUNDS):
        p = (log_p + offset[..., None, :]).softmax(-1)
        offset += wanted - p.mean(-2).clamp(min=1e-30).log()
    return p


def agreed_shares(counts: Tensor, log_p: Tensor, near: Tensor) -> Tensor:
    """Class shares `(K,)` on the way from the counted to equal ones: those on which neighbours agree most.

    `log_p` `(N, K)` are the predictions of the samples whose neighbours are `near` `(N, n)`. The counts stay where no
    others are surely better, or samples are too few to tell.
    """
    if len(log_p) <= 2 * NEIGHBOURS:
        return counts
    step, p = log_p.new_tensor(STEPS)[:, None], log_p.exp()
    # Unsure predictions are less even counted than in their mean, which is what rebalancing moves.
    wanted = torch.lerp(p.mean(0), torch.full_like(p[0], 1 / len(counts)), step[1:])
    classes = torch.cat([p[None], rebalanced(log_p, wanted)]).argmax(-1)  # (len(STEPS), N)
    by_chance = F.one_hot(classes, len(counts)).double().mean(1).square().sum(1, keepdim=True)
    agreed = (classes[:, near] == classes[..., None]).double().mean(-1) - OF_CHANCE * by_chance
    gained = agreed - agreed[0]
    gain, error = gained.mean(1), gained.std(1) / math.sqrt(len(log_p))
    best = gain.argmax()
    is_sure = gain[best] > SURELY * error[best]
    return counts.lerp(torch.full_like(counts, 1 / len(counts)), STEPS[best]) if is_sure else counts
