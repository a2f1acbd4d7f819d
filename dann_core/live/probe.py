"""A fresh probe: what the features themselves tell of the domains, whatever the discriminator sees in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SHUFFLES, DEVIATIONS = 16, 3.0
"""Shufflings of the domain labels behind the null band, and how many standard deviations it reaches beyond their mean.
"""

RIDGE = 10.0
"""The penalty of the kernel ridge regression. Trained features lie on thin curves, which a probe with a small penalty
always tells apart, however well the domains lie on each other; a linear one sees nothing of moons that do not. On the
built-in domains this one finds 0.2 to 0.7 where the target is classified well, and 0.9 and more where the discriminator
is too weak (but for domains that differ within classes far apart, see `fit`)."""

Groups = tuple[np.ndarray | None, np.ndarray | None]


@dataclass(frozen=True)
class Probe:
    """What was found in the features of one iteration; distances are proxy A-distances, 0..2."""

    distance: float
    chance: float
    """What the same probe reaches where there is nothing to find: the upper end of the null band."""

    rank: float
    """Effective dimensions of the features, 0 (all alike) to their number."""

    fit: float
    """How clearly the target lies in the classes that are predicted for it, as a share of how clearly the source lies
    in its own: the ratio of their `separation`, 0 upwards."""


def probe(source: np.ndarray, target: np.ndarray, y: np.ndarray, predicted: np.ndarray, groups: Groups) -> Probe:
    """Of features `(N_s, D)` and `(N_t, D)`, the source's labels `(N_s,)` and the target's predictions `(N_t,)`."""
    distance, chance = proxy_a_distance(source, target, groups)
    centres = np.unique(y), np.stack([source[y == k].mean(0, dtype=np.float64) for k in np.unique(y)])
    own, others = separation(source, y, *centres), separation(target, predicted, *centres)
    fit = max(others, 0.0) / own if own > 0 else 0.0
    return Probe(distance, chance, effective_rank(np.concatenate([source, target])), fit)


def proxy_a_distance(source: np.ndarray, target: np.ndarray, groups: Groups = (None, None)) -> tuple[float, float]:
    """`2 * (1 - 2 * error)` of a fresh linear classifier that tells the domains apart, and the top of its null band.

    Ben-David et al. 2007. Features `(N_s, D)` and `(N_t, D)`; the classifier is ridge regression on the domain labels
    with a Gaussian kernel as wide as the median distance, decided midway between the domains' means (kernel Fisher
    discriminant, Mika et al. 1999). Its error is cross-validated in two halves, so it is judged on samples it has not
    seen; samples of one of the `groups` `(N_s,)`, `(N_t,)`, such as windows of one recording, stay in one half. 0:
    cannot tell (values below are chance and clipped); 2: always right. The null band is that of the same features with
    shuffled domain labels (Ojala and Garriga 2010); groups are shuffled as wholes.
    """
    x = np.concatenate([source, target]).astype(np.float64)
    side = np.repeat([1.0, -1.0], [len(source), len(target)])
    # Drawn, and the same each time: samples that come sorted by class would be told by classes that it has not seen.
    random = np.random.default_rng(0)
    units = [_units(len(domain), g) for domain, g in zip((source, target), groups, strict=True)]
    half = np.concatenate([_half(u, random) for u in units])
    unit = np.concatenate([units[0], units[1] + units[0].max() + 1])
    sides = np.stack([side, *(_shuffled(side, unit, half, random) for _ in range(SHUFFLES))], 1)
    beyond = np.empty_like(sides)
    for held_out in (half, ~half):
        beyond[held_out] = _beyond(x[~held_out], sides[~held_out], x[held_out])
    is_source = sides > 0
    missed = (is_source & (beyond <= 0)).sum(0) / is_source.sum(0)
    mistaken = (~is_source & (beyond > 0)).sum(0) / (~is_source).sum(0)
    distances = 2 * (1 - missed - mistaken)
    chance = distances[1:].mean() + DEVIATIONS * distances[1:].std()
    return float(np.clip(distances[0], 0, 2)), float(np.clip(chance, 0, 2))


def effective_rank(features: np.ndarray) -> float:
    """The exponential of the entropy of the normalised singular values of centred features `(N, D)`.

    Roy and Vetterli 2007, "The effective rank". 0 where all samples are alike.
    """
    centred = features - features.mean(0, dtype=np.float64)
    gram = centred.T @ centred if centred.shape[1] <= len(centred) else centred @ centred.T
    values = np.sqrt(np.clip(np.linalg.eigvalsh(gram), 0, None))
    # Below that, it is the rounding of the features themselves.
    values = values[values > np.finfo(np.float32).eps * np.abs(features).max() * np.sqrt(len(features))]
    if not len(values):
        return 0.0
    shares = values / values.sum()
    return float(np.exp(-(shares * np.log(shares)).sum()))


def separation(features: np.ndarray, classes: np.ndarray, names: np.ndarray, centres: np.ndarray) -> float:
    """The simplified silhouette of samples `(N, D)` of these `classes` `(N,)` around the classes' centres, -1..1.

    Hruschka et al. 2006. `names` `(K,)` are those of the `centres` `(K, D)`; samples of other classes do not count.
    0.5: on average, a sample is twice as near to its own class's centre as to any other.
    """
    own = classes[:, None] == names
    known = own.any(1)
    if len(names) < 2 or not known.any():
        return 0.0
    distances, own = np.sqrt(_squared(features[known].astype(np.float64), centres)), own[known]
    a, b = distances[own], np.where(own, np.inf, distances).min(1)
    return float(np.mean((b - a) / np.maximum(np.maximum(a, b), np.finfo(np.float64).tiny)))


def _squared(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The squared distances `(N, M)`."""
    middle = y.mean(0)
    x, y = x - middle, y - middle
    return np.clip((x**2).sum(1)[:, None] + (y**2).sum(1) - 2 * x @ y.T, 0, None)


def _units(n: int, groups: np.ndarray | None) -> np.ndarray:
    """Of n samples, which belong together: groups, unless there is one only."""
    if groups is None or (groups == groups[0]).all():
        return np.arange(n)
    return np.unique(groups, return_inverse=True)[1]


def _half(units: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Which samples are in the first half: of whole units."""
    n = units.max() + 1
    return (2 * random.permutation(n) < n)[units]


def _shuffled(side: np.ndarray, unit: np.ndarray, half: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """The sides, changed about between units of one half, so that each half keeps both."""
    made = np.empty_like(side)
    for part in (half, ~half):
        _, first, which = np.unique(unit[part], return_index=True, return_inverse=True)
        made[part] = random.permutation(side[part][first])[which]
    return made


def _beyond(seen: np.ndarray, sides: np.ndarray, others: np.ndarray) -> np.ndarray:
    """How far beyond the middle, towards the source, ridge regressions on `sides` `(N, R)` put the `others`."""
    squared = _squared(seen, seen)
    width = np.median(squared[np.triu_indices(len(seen), 1)]) or 1.0
    own, across = np.exp(-squared / width), np.exp(-_squared(others, seen) / width)
    mean = own.mean(0)
    across += mean.mean() - mean - across.mean(1, keepdims=True)
    own += mean.mean() - mean - mean[:, None]
    weights = np.linalg.solve(own + RIDGE * np.eye(len(seen)), sides - sides.mean(0))
    told, is_source = own @ weights, sides > 0
    means = [np.where(mask, told, 0).sum(0) / np.maximum(mask.sum(0), 1) for mask in (is_source, ~is_source)]
    return across @ weights - sum(means) / 2
