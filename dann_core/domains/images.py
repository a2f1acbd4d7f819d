"""Handwritten digits on a plain ground against other digits over photographs."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, ClassVar

import numpy as np

from dann_core.domains.base import Domain, generator
from dann_core.domains.pair import DomainPair
from dann_core.language import say
from dann_core.settings.knobs import knob

DIGITS = (
    say("zero"), say("one"), say("two"), say("three"), say("four"),
    say("five"), say("six"), say("seven"), say("eight"), say("nine"),
)  # fmt: skip

_STRUCTURE = 20.0  # standard deviation of brightness within a piece of a photograph, of 255


class Digits(Domain):
    """Grey handwritten digits against other digits over colour photographs.

    The recipe of MNIST-M (Ganin et al. 2016, JMLR 17(59)): the absolute difference, channel by channel, of the
    digit and a random piece of a photograph, here one with some structure in it. Digits and photographs are those
    that come with scikit-learn (1,797 digits of 8 x 8 pixels from the UCI repository), so nothing is downloaded.
    Images are `(N, 3, resolution, resolution)`, uint8; no digit is in both domains.
    """

    key: ClassVar[str] = "digits"
    title: ClassVar[str] = say("Digits, over photographs")
    summary: ClassVar[str] = say(
        "Handwritten digits on a plain ground; in the target, other digits are blended into pieces of colour "
        "photographs, as in MNIST-M (Ganin et al. 2016)."
    )

    preset: ClassVar[dict[str, Any]] = {
        "activation": "tanh",
        "extractor_width": 16,
        "discriminator_width": 128,
        "lambda_max": 2.0,
        "learning_rate": 0.002,
        "weight_decay": 0.002,
        "max_iter": 2000,
    }
    swept: ClassVar[tuple[str, str]] = "photo", "0, 0.4, 0.8"

    photo: float = knob(
        0.8,
        say("How strongly the photographs show through the target; 0 leaves a plain ground."),
        label=say("photo"),
        low=0,
        high=1,
        step=0.05,
    )
    size: int = knob(850, say("Images in each domain."), label=say("size"), low=100, high=890, step=10)
    resolution: int = knob(
        16, say("Width and height of an image."), label=say("resolution"), low=8, high=32, step=8, unit=say("pixels")
    )

    def as_drawn(self, seed: int) -> DomainPair:
        images, labels = _digits()
        source, target = self._split(labels, generator(seed, "digits split"))
        images = _enlarged(images, self.resolution)
        plain = np.repeat(images[:, None], 3, axis=1)
        photo = self.photo * self._crops(len(target), generator(seed, "digits photographs"))
        return DomainPair(
            np.round(plain[source]).astype(np.uint8),
            labels[source],
            np.round(np.abs(photo - plain[target])).astype(np.uint8),
            labels[target],
            name=self.title,
            class_names=DIGITS,
        )

    def _split(self, labels: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Rows for source and target: no row twice, and in both the classes are as frequent as in the bundle."""
        order = rng.permutation(len(labels))
        # Within each class, shuffled rows go to the two domains in turn; a rank from 0 to 1 within the class
        # then makes any prefix of the sorted rows stratified.
        by_class = [order[labels[order] == c] for c in range(len(DIGITS))]
        halves = []
        for start in (0, 1):
            rows = [members[start::2] for members in by_class]
            rank = np.concatenate([(np.arange(len(r)) + 0.5) / len(r) for r in rows])
            halves.append(np.concatenate(rows)[np.argsort(rank, kind="stable")][: self.size])
        return halves[0], halves[1]

    def _crops(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """`(n, 3, resolution, resolution)` pieces of the photographs, each from a random place with some structure."""
        size = (self.resolution, self.resolution)
        windows = np.lib.stride_tricks.sliding_window_view(_photographs(), size, axis=(2, 3))
        places = _places_with_structure(self.resolution)
        which, top, left = places[rng.integers(len(places), size=n)].T
        return windows[which, :, top, left]


@lru_cache(maxsize=1)
def _digits() -> tuple[np.ndarray, np.ndarray]:
    # scikit-learn takes a second to import: only whoever wants digits pays for it.
    from sklearn.datasets import load_digits

    bundle = load_digits()
    return bundle.images * (255 / 16), bundle.target.astype(np.int64)


@lru_cache(maxsize=1)
def _photographs() -> np.ndarray:
    """The two photographs, halved so that a small crop holds some structure: `(2, 3, 213, 320)`, 0 to 255."""
    from sklearn.datasets import load_sample_images

    photos = np.stack(load_sample_images().images).astype(np.float64).transpose(0, 3, 1, 2)
    photos = photos[:, :, :426, :640]
    return photos.reshape(2, 3, 213, 2, 320, 2).mean(axis=(3, 5))


@lru_cache(maxsize=4)
def _places_with_structure(resolution: int) -> np.ndarray:
    """`(P, 3)`: photograph, top and left of all pieces whose brightness varies by `_STRUCTURE` or more.

    A piece of clear sky is a plain ground again, only brighter than the digit. It turns dark and bright around, and
    since no digit of the source is dark on bright, no alignment of the domains can tell that apart from other digits.
    """
    # Only who draws these domains waits for scipy.
    from scipy.ndimage import uniform_filter

    photos = _photographs()

    def average(x: np.ndarray) -> np.ndarray:
        means = uniform_filter(x, (1, 1, resolution, resolution))
        first = resolution // 2
        return means[:, :, first : first + x.shape[2] - resolution + 1, first : first + x.shape[3] - resolution + 1]

    variance = average(photos**2) - average(photos) ** 2
    return np.argwhere(np.sqrt(np.maximum(variance, 0)).mean(axis=1) >= _STRUCTURE)


def _enlarged(images: np.ndarray, resolution: int) -> np.ndarray:
    """Square images brought to `resolution` by cubic splines, which keep the strokes smooth."""
    from scipy.ndimage import zoom

    # Interpolation is linear and separable: what it does to the unit vectors, it does to rows and to columns.
    basis = zoom(np.eye(images.shape[-1]), (resolution / images.shape[-1], 1), order=3, mode="nearest", grid_mode=True)
    return np.clip(basis @ images @ basis.T, 0, 255)
