"""The real pairs again with class shares that differ: what real targets are like, and what no pair was tuned on.

`rare`: seven of ten classes (at least one) are ten times rarer in the target; `missing`: half of the classes are not in
it; `source_rare`: seven of ten are ten times rarer in the source. Which classes, the seed decides. And one pair of a
hundred classes, ten samples each: two digits side by side.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from bench.real_pairs import PAIRS, _digits, _zoomed
from dann_core.domains.pair import DomainPair

RARE, RARER = 0.7, 10
"""How many of the classes are rare, and how many times rarer."""


def thinned(y: np.ndarray, n_classes: int, how: str, seed: int) -> np.ndarray:
    """Rows, in order, of the samples with labels `(N,)` that are left when classes are made "rare" or "missing"."""
    rng = np.random.default_rng([seed, 77])
    order = rng.permutation(n_classes)
    few = order[: max(1, round(RARE * n_classes) if how == "rare" else n_classes // 2)]
    kept = ~np.isin(y, few)
    if how == "rare":
        for k in few:
            rows = rng.permutation(np.flatnonzero(y == k))
            kept[rows[: max(1, round(len(rows) / RARER))]] = True
    return np.flatnonzero(kept)


def target_thinned(name: str, how: str, seed: int) -> DomainPair:
    """One of `PAIRS` whose target has lost samples."""
    pair = PAIRS[name](seed)
    rows = thinned(pair.target_y, pair.n_classes, how, seed)
    return DomainPair(
        pair.source_x, pair.source_y, pair.target_x[rows], pair.target_y[rows], f"{name}, {how}", pair.class_names
    )


def source_thinned(name: str, how: str, seed: int) -> DomainPair:
    """One of `PAIRS` whose source has lost samples."""
    pair = PAIRS[name](seed)
    rows = thinned(pair.source_y, pair.n_classes, how, seed)
    return DomainPair(
        pair.source_x[rows],
        pair.source_y[rows],
        pair.target_x,
        pair.target_y,
        f"{name}, source {how}",
        pair.class_names,
    )


def digits_side_by_side(seed: int) -> DomainPair:
    """128 features, 100 classes of ten samples: two 8 x 8 digits side by side; the target is written a fifth larger."""
    images, y = _digits()
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(y))

    def pictures(rows: np.ndarray) -> np.ndarray:
        of_digit = [rows[y[rows] == digit] for digit in range(10)]
        sides = [[rng.choice(of_digit[digit], 10) for digit in divmod(k, 10)] for k in range(100)]
        return np.concatenate([np.concatenate([images[left], images[right]], 2) for left, right in sides])

    source_x, target_x = pictures(order[:900]), _zoomed(pictures(order[900:]), 1.2)
    labels = np.repeat(np.arange(100), 10)
    flat = source_x.reshape(1000, -1), target_x.reshape(1000, -1)
    return DomainPair(flat[0], labels, flat[1], labels, "digits side by side")


THINNED = (
    "digits_zoom",
    "digits_contrast",
    "digits_zoom_vectors",
    "digits_stroke_vectors",
    "digits_patches",
    "wine_drift",
    "iris_drift",
    "cancer_drift",
    "cancer_texture",
    "diabetes_age",
)

SHARE_PAIRS: dict[str, Callable[[int], DomainPair]] = {
    **{f"{name}_{how}": partial(target_thinned, name, how) for name in THINNED for how in ("rare", "missing")},
    **{
        f"{name}_source_rare": partial(source_thinned, name, "rare") for name in ("digits_zoom_vectors", "cancer_drift")
    },
    "digits_side_by_side": digits_side_by_side,
}
