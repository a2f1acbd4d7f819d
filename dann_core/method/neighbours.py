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
source samples have more classes than those of a source sample have. That all say one class is no agreement, though: so
it also has to be beyond what the votes' own shares make by chance (Fleiss 1971). And where moving the whole target onto
the source makes neighbours as united and gives the source's shares, other shares are not what tells the domains apart.

Raw signals lie near each other whatever their class is: there nearest samples do not even know the source's own
classes, and the network's features are asked instead, once it has learnt the source.

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
"""How far the votes of nearest source samples for target samples agree at least where they are trusted: by themselves,
were all classes as likely, times as compared with those for source samples, at most 1."""

AGREEING = 0.5
"""And beyond what the votes for all make by chance, as compared with those for source samples."""

KNOWN = 0.2
"""How often nearest source samples have a source sample's own class at least, a mean over classes (0: as by chance, 1:
always), where they know classes at all."""

ALIKE, UNLIKE = 0.3, 0.5
"""Distances (L1) from the source's shares up to which shares are about these, and, of `MOST_SAMPLES`, may be."""


def some(x: Tensor, most: int = MOST_SAMPLES) -> Tensor:
    """At most so many of the samples, spread evenly."""
    if len(x) <= most:
        return x
    return x[torch.linspace(0, len(x) - 1, most, device=x.device).round().long()]


def most_compared(sample_shape: Sequence[int]) -> int:
    """How many source samples of that shape are compared at most: eigenvectors of 2,500 rows take seconds."""
    return MOST_SOURCE if math.prod(sample_shape) <= MOST_SAMPLES else MOST_SAMPLES


class Said(NamedTuple):
    """What nearest samples say of two domains."""

    shares: Tensor  # (K,), the target's class shares
    knows: bool  # whether classes of the source are `KNOWN` to them
    is_trusted: bool
    is_alike: bool  # whether these shares are about the source's
    mixed: float  # see `mixed`


class NearestSamples:
    """Source samples, and a target whose samples are told by the nearest of them which class they have.

    `target` and `source` are `(N, *sample_shape)`, `y` `(N,)` the source's labels. They are compared in principal
    components.
    """

    def __init__(self, target: Tensor, source: Tensor, y: Tensor, n_classes: int) -> None:
        components, lengths = whitened(torch.cat([source, target]))
        self.source, self.target = (components * lengths).split([len(source), len(target)])
        labels = F.one_hot(y, n_classes).to(self.source.dtype)
        self.shares = labels.mean(0)  # (K,), the source's
        # Each class has as much to say, however frequent it is.
        self._says = labels / self.shares.clamp(min=torch.finfo(labels.dtype).tiny)
        self._beside = nearest(torch.cdist(self.target, self.target).fill_diagonal_(torch.inf))

    def of_source(self) -> Tensor:
        """What source samples are told by each other: votes `(N, K)`."""
        return self._votes(torch.cdist(self.source, self.source).fill_diagonal_(torch.inf))

    def of_target(self, shares: Tensor, part: float) -> tuple[Tensor, Tensor]:
        """What target samples are told when moved that part of the way to a source of these class shares.

        Votes `(N, K)`, and the shares `(K,)` they say, once each has also heard what the ones beside it were told.
        """
        told = self._votes(torch.cdist(moved(self.target, self.source, self._says @ shares, part), self.source))
        heard = (told + told[self._beside].mean(1)) / 2
        return told, F.one_hot(heard.argmax(1), len(self.shares)).to(told.dtype).mean(0)

    def in_turn(self) -> tuple[Tensor, Tensor]:
        """The shares that moving the target halfway and asking again end at, with the last votes."""
        shares = self.shares
        for _ in range(ROUNDS):
            told, found = self.of_target(shares, 0.5)
            shares = (shares + found) / 2
        return shares, told

    def _votes(self, distances: Tensor) -> Tensor:
        given = self._says[nearest(distances)].sum(1)
        return given / given.sum(1, keepdim=True)


def said_by_nearest(target: Tensor, source: Tensor, y: Tensor, n_classes: int) -> Said:
    """What the nearest samples of standardised target inputs, or of features, say.

    `target` and `source` are `(N, *sample_shape)`, `y` `(N,)` the source's labels. Classes without source samples get
    no share.
    """
    most = most_compared(source.shape[1:])
    source, y = some(source, most), some(y, most)
    asked = NearestSamples(target, source, y, n_classes)
    shares, told = asked.in_turn()
    told_if_alike, if_alike = asked.of_target(asked.shares, 1.0)
    of_source = asked.of_source()

    apart, apart_if_alike = (float((found - asked.shares).abs().sum()) for found in (shares, if_alike))
    if agreement(told_if_alike) < agreement(told):
        apart_if_alike = math.inf
    is_explained = apart > UNLIKE and apart_if_alike <= ALIKE / 2
    # Few samples of few classes can be moved onto the source whatever their shares are.
    may_be = len(target) >= MOST_SAMPLES and apart <= UNLIKE
    is_alike = apart <= ALIKE or (may_be and apart_if_alike <= ALIKE)
    knows = recalled(of_source, y) >= KNOWN
    is_trusted = knows and are_united(told, of_source) and not is_explained
    return Said(shares, knows, is_trusted, is_alike, mixed(asked.source, asked.target))


def are_united(told: Tensor, of_known: Tensor) -> bool:
    """Whether votes for target samples, shares `(N, K)`, are united enough, given those for source samples."""
    even = 1 / told.shape[1]
    alone, known = agreement(told, even), agreement(of_known, even)
    # No source that neighbours know little of makes them more united than they are.
    is_united = min(alone, known) > 0 and min(alone / known, 1.0) * alone >= UNITED
    return is_united and agreement(told) >= AGREEING * agreement(of_known) > 0


def recalled(votes: Tensor, y: Tensor) -> float:
    """How often votes `(N, K)` are for the samples' classes `(N,)`, a mean over these; 0: as by chance, 1: always."""
    right = (votes.argmax(1) == y).double()
    classes = y.unique()
    by_chance = 1 / len(classes)
    found = float(torch.stack([right[y == k].mean() for k in classes]).mean())
    return (found - by_chance) / (1 - by_chance) if len(classes) > 1 else 1.0


def moved(target: Tensor, source: Tensor, counts_for: Tensor, part: float) -> Tensor:
    """The target's samples `(N, D)`, their means and deviations moved a part of the way to the source's.

    Source samples count for so much, `(M,)`. Deviations go the same part of their ratio's logarithm.
    """
    weights = counts_for / counts_for.sum()
    mean, own_mean = weights @ source, target.mean(0)
    deviation = (weights @ (source - mean).square()).sqrt()
    own_deviation = target.std(0, correction=0).clamp(min=1e-9)
    return (target - own_mean) * (deviation / own_deviation) ** part + torch.lerp(own_mean, mean, part)


def agreement(votes: Tensor, by_chance: float | None = None) -> float:
    """How far the votes for one sample are for one class, of shares `(N, K)` of votes; 0: as by chance, 1: always.

    `by_chance` is how likely two votes are for one class by chance; by default, as if all were drawn from the votes for
    all samples. 0 where all are for one class: that says nothing.
    """
    if by_chance is None:
        by_chance = float(votes.mean(0).square().sum())
    # One of them is a vote's agreement with itself.
    by_chance = 1 / NEIGHBOURS + (1 - 1 / NEIGHBOURS) * by_chance
    both = float(votes.square().sum(1).mean())
    return (both - by_chance) / (1 - by_chance) if by_chance < 1 - 1e-6 else 0.0


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
    product = centred @ centred.T if is_flat else centred.T @ centred
    if not product.isfinite().all():
        # Features of a run that has diverged say nothing: all are alike.
        return x.new_zeros(len(x), 1), x.new_zeros(1)
    variances, directions = torch.linalg.eigh(product.double())
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
