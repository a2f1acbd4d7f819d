"""What lies next to what: what neighbours say of the target's class shares, and whether the domains differ at all.

**The nearest source samples** of a target sample say which class it has, and so which shares the target's classes have.
In inputs of unlike scales and with little to learn from, that is cruder than a network, but it does not extrapolate: a
shift that drives a network's predictions into one class moves all distances alike. Each neighbour counts for the less,
the more frequent its class is in the source.

A target that lies elsewhere as a whole is moved halfway towards the source first: halfway, since the means of two
domains also differ because their class shares do. So the source's mean and deviation are taken of samples that count
as much as the shares found say, and shares and move are found in turn (a location and scale that shift together with
the shares: Zhang et al. 2013; in turn, as iterative closest points are: Besl & McKay 1992). And since samples that
lie together in the target mostly have one class, each also hears what its neighbours there were told.

**Whether to trust them** is seen from how united they are: in a target that the source says little about, the nearest
source samples have more classes than those of a source sample have.

**Do the domains differ?** Of equally many samples of both, is a target sample closer to a source sample or to another
target one? Where both are alike, each is as often (the nearest-neighbour test of two samples: Schilling 1986; Henze
1988), and there is nothing to align.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

MOST_SAMPLES, COMPONENTS, NEIGHBOURS = 500, 20, 5
"""Of the samples that are compared, of their principal components, and of the nearest ones of each."""

ROUNDS = 12
"""Of moving the target and asking again; each halves what is left of the shares that were begun with."""

MOST_SOURCE = 2000
"""Of the source samples that are compared, unless that would make the products below large."""

UNITED = 0.35
"""How united the nearest source samples of target samples are at least where they are trusted: by themselves (0: as by
chance, 1: always of one class) times as compared with those of source samples, at most 1."""


def some(x: Tensor, most: int = MOST_SAMPLES) -> Tensor:
    """At most so many of the samples, spread evenly."""
    if len(x) <= most:
        return x
    return x[torch.linspace(0, len(x) - 1, most, device=x.device).round().long()]


def most_compared(sample_shape: Sequence[int]) -> int:
    """How many source samples of that shape are compared at most: eigenvectors of 2,500 rows take seconds."""
    return MOST_SOURCE if math.prod(sample_shape) <= MOST_SAMPLES else MOST_SAMPLES


class Said(NamedTuple):
    """What nearest samples say of two domains' inputs."""

    shares: Tensor  # (K,), the target's class shares
    is_trusted: bool  # whether the nearest source samples are `UNITED`
    mixed: float  # see `mixed`


def said_by_nearest(target: Tensor, source: Tensor, y: Tensor, n_classes: int) -> Said:
    """What the nearest samples of standardised target inputs say.

    `target` and `source` are `(N, *sample_shape)`, `y` `(N,)` the source's labels. Classes without source samples get
    no share.
    """
    most = most_compared(source.shape[1:])
    source, y = some(source, most), some(y, most)
    components, lengths = whitened(torch.cat([source, target]))
    source, target = (components * lengths).split([len(source), len(target)])
    labels = F.one_hot(y, n_classes).to(source.dtype)
    of_source = labels.mean(0)
    # Each class has as much to say, however frequent it is.
    says = labels / of_source.clamp(min=torch.finfo(labels.dtype).tiny)

    def votes(distances: Tensor) -> Tensor:
        given = says[nearest(distances)].sum(1)
        return given / given.sum(1, keepdim=True)  # (N, K)

    beside = nearest(torch.cdist(target, target).fill_diagonal_(torch.inf))
    shares = of_source
    for _ in range(ROUNDS):
        told = votes(torch.cdist(halfway(target, source, says @ shares), source))
        heard = (told + told[beside].mean(1)) / 2
        shares = (shares + F.one_hot(heard.argmax(1), n_classes).to(shares.dtype).mean(0)) / 2

    by_chance = 1 / NEIGHBOURS + (1 - 1 / NEIGHBOURS) / n_classes
    in_source = united(votes(torch.cdist(source, source).fill_diagonal_(torch.inf))) - by_chance
    in_target = united(told) - by_chance
    compared = in_target / in_source if in_source > 0 else 0.0
    alone = in_target / (1 - by_chance) if n_classes > 1 else 0.0
    # No source that neighbours know little of makes them more united than they are.
    return Said(shares, min(compared, 1.0) * max(alone, 0.0) >= UNITED, mixed(source, target))


def halfway(target: Tensor, source: Tensor, counts_for: Tensor) -> Tensor:
    """The target's samples `(N, D)`, their means and deviations moved halfway to the source's.

    Source samples count for so much, `(M,)`. Of deviations the geometric mean is taken.
    """
    weights = counts_for / counts_for.sum()
    mean, own_mean = weights @ source, target.mean(0)
    deviation = (weights @ (source - mean).square()).sqrt()
    own_deviation = target.std(0, correction=0).clamp(min=1e-9)
    return (target - own_mean) * (deviation / own_deviation).sqrt() + (own_mean + mean) / 2


def united(votes: Tensor) -> float:
    """How likely two votes for one sample, with replacement, are for one class; of shares `(N, K)` of votes."""
    return float(votes.square().sum(1).mean())


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
    return nearest(torch.cdist(components, components).fill_diagonal_(torch.inf))


def nearest(distances: Tensor) -> Tensor:
    """Where each row's smallest distances `(N, M)` stand: indices `(N, NEIGHBOURS)`, or fewer of few."""
    return distances.topk(max(min(NEIGHBOURS, distances.shape[1] - 1), 1), largest=False).indices
