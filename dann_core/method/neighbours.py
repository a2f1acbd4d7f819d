"""What lies next to what: what neighbours say of the target's class shares, and whether the domains differ at all.

**The nearest source samples** of a target sample say which class it has, and so which shares the target's classes have.
In inputs of unlike scales and with little to learn from, that is cruder than a network, but it does not extrapolate: a
shift that drives a network's predictions into one class moves all distances alike. Each neighbour counts for the less,
the more frequent its class is in the source. How well it works is known: the source's own samples are asked likewise.

**Neighbours in the target**: do samples that lie close to each other get the same class? A shift of the domains can
make a classifier give most of the target to one class, surely, and then counts of its predictions speak of other class
shares although only the inputs have moved. Predictions that were moved so cut through what belongs together. So: shift
the classifier's logits, class by class, until its predictions have other shares, and ask whether neighbours in the
*inputs* agree more often than before. If they do, these shares are the better guess. That classes change where samples
are rare is the cluster assumption (Chapelle & Zien 2005, *Semi-supervised classification by low density separation*);
neighbours as a label-free score of adaptation: Saito et al. 2021 (SND).

**Do the domains differ?** Of equally many samples of both, is a target sample closer to a source sample or to another
target one? Where features are alike, each is as often (the nearest-neighbour test of two samples: Schilling 1986; Henze
1988), and there is nothing to align.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

MOST_SAMPLES, COMPONENTS, NEIGHBOURS = 500, 20, 5
"""Of the samples that are compared, of their principal components, and of the nearest ones of each."""

STEPS = (0.0, 0.25, 0.5, 0.75, 1.0)
"""How far shares are taken from the counted to equal ones. Only this way: predictions that are less even agree more for
that alone."""

OF_CHANCE, SURELY = 0.2, 2.5
"""How much of the agreement by chance is taken off, and by how many standard errors the rest must have gained. All of
it would be too much: a few scattered samples of a rare class would then speak for making it frequent."""

ROUNDS = 20

MOST_SOURCE = 2000
"""Of the source samples that are compared, unless that would make the products below large."""

BLIND, SEEING = 0.4, 0.6
"""How well neighbours know the classes of source samples (mean recall, 0: by chance, 1: all) up to which they are not
asked for the target's, and from which on believed like counts of predictions."""


def some(x: Tensor, most: int = MOST_SAMPLES) -> Tensor:
    """At most so many of the samples, spread evenly."""
    if len(x) <= most:
        return x
    return x[torch.linspace(0, len(x) - 1, most, device=x.device).round().long()]


def most_compared(sample_shape: Sequence[int]) -> int:
    """How many source samples of that shape are compared at most: eigenvectors of 2,500 rows take seconds."""
    return MOST_SOURCE if math.prod(sample_shape) <= MOST_SAMPLES else MOST_SAMPLES


def shares_of_nearest(target: Tensor, source: Tensor, y: Tensor, n_classes: int) -> tuple[Tensor, float]:
    """Class shares `(K,)` that the nearest source samples give standardised target inputs, and how they are believed.

    The latter, 0..1, is by how well they know the source's own classes, from `BLIND` to `SEEING`. `target` and `source`
    are `(N, *sample_shape)`, `y` `(N,)` the source's labels.
    """
    most = most_compared(source.shape[1:])
    source, y = some(source, most), some(y, most)
    components, lengths = whitened(torch.cat([source, target]))
    source, target = (components * lengths).split([len(source), len(target)])
    labels = F.one_hot(y, n_classes).to(source.dtype)
    # Each class has as much to say, however frequent it is.
    votes = labels / labels.mean(0).clamp(min=torch.finfo(labels.dtype).tiny)

    def most_voted(distances: Tensor) -> Tensor:
        near = distances.topk(min(NEIGHBOURS, len(source) - 1), largest=False).indices
        return F.one_hot(votes[near].sum(1).argmax(1), n_classes).to(labels.dtype)  # (N, K)

    shares = most_voted(torch.cdist(target, source)).mean(0)
    right = (most_voted(torch.cdist(source, source).fill_diagonal_(torch.inf)) * labels).sum(0)  # (K,)
    present = labels.sum(0) > 0
    recall, by_chance = float((right / labels.sum(0))[present].mean()), 1 / n_classes
    known = (recall - by_chance) / (1 - by_chance)
    return shares, min(max((known - BLIND) / (SEEING - BLIND), 0.0), 1.0)


def mixed(source: Tensor, target: Tensor) -> float:
    """How many of equally many target samples are closer to a source sample than to a target one, 0..1.

    About 0.5 where both are alike. `(N, D)` each; of more, `MOST_SAMPLES` are compared.
    """
    most = min(len(source), len(target), MOST_SAMPLES)
    source, target = some(source, most), some(target, most)
    other = torch.cdist(target, source).amin(1)
    own = torch.cdist(target, target).fill_diagonal_(torch.inf).amin(1)
    return float((other < own).double().mean() + (other == own).double().mean() / 2)


def whitened(x: Tensor) -> tuple[Tensor, Tensor]:
    """The first principal components `(N, C)` of inputs `(N, *sample_shape)`, all of one length, and lengths `(C,)`."""
    centred = x.flatten(1) - x.flatten(1).mean(0)
    # Of the two products of the matrix with itself, the smaller one has all that is asked for.
    is_flat = centred.shape[1] > len(x)
    variances, directions = torch.linalg.eigh((centred @ centred.T if is_flat else centred.T @ centred).double())
    kept = variances[-COMPONENTS:] > 1e-9 * variances[-1]
    directions, lengths = directions[:, -COMPONENTS:][:, kept], variances[-COMPONENTS:][kept].sqrt()
    return (directions if is_flat else centred.double() @ directions / lengths).float(), lengths.float()


def neighbours(x: Tensor) -> Tensor:
    """The nearest samples of each of N standardised inputs `(N, *sample_shape)`: indices `(N, NEIGHBOURS)` or fewer."""
    components, _ = whitened(x)
    distances = torch.cdist(components, components).fill_diagonal_(torch.inf)
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
