"""Real pairs of domains made from the data that scikit-learn brings along: no download, no tuning set.

Each function takes a seed and returns a `DomainPair` with labels on both sides. Source and target never share a
sample; the seed decides which sample goes where and whatever noise a sensor adds. `PAIRS` lists them all.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from scipy import ndimage
from sklearn import datasets
from sklearn.cluster import MiniBatchKMeans

from dann_core.domains.pair import DomainPair

Drawn = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.random.Generator]


def digits_zoom(seed: int) -> DomainPair:
    """8 x 8 images; the target's scanner writes a fifth larger."""
    return _digit_images("digits, zoomed", seed, lambda images, rng: _zoomed(images, 1.2))


def digits_stroke(seed: int) -> DomainPair:
    """16 x 16 images; the target was written with a thick pen (grey dilation)."""
    return _digit_images("digits, thick pen", seed, lambda images, rng: _thick(images), upsample=2)


def digits_resolution(seed: int) -> DomainPair:
    """16 x 16 images; the target was scanned with a quarter of the pixels."""
    return _digit_images("digits, coarse scan", seed, lambda images, rng: _coarse(images, 3), upsample=2)


def digits_contrast(seed: int) -> DomainPair:
    """8 x 8 images; the target is a faint copy on grey paper with noise."""
    return _digit_images(
        "digits, faint and noisy", seed, lambda images, rng: 8 + images / 3 + rng.normal(0, 1.5, images.shape)
    )


def digits_zoom_vectors(seed: int) -> DomainPair:
    """The pixels of 8 x 8 images as 64 features; the target is written a fifth larger."""
    return _digit_vectors("digits as vectors, zoomed", seed, lambda images, rng: _zoomed(images, 1.2))


def digits_stroke_vectors(seed: int) -> DomainPair:
    """256 pixels of 16 x 16 images as features; thin pen in the source, thick in the target."""
    return _digit_vectors("digits as vectors, thick pen", seed, lambda images, rng: _thick(images), upsample=2)


def digits_label_shift(seed: int) -> DomainPair:
    """64 features; the target is coarser, and 0 to 4 are four times as frequent in it as 5 to 9."""
    source_x, source_y, target_x, target_y, rng = _drawn(*_digits(), seed)
    kept = (target_y < 5) | (rng.random(len(target_y)) < 0.25)
    target_x = _coarse(target_x[kept], 1.5)
    return DomainPair(_flat(source_x), source_y, _flat(target_x), target_y[kept], "digits, other class shares")


def digits_patches(seed: int) -> DomainPair:
    """400 sparse counts: how often each of 400 visual words occurs; few target samples, written with a thick pen."""
    source_x, source_y, target_x, target_y, _ = _drawn(*_digits(), seed)
    source_x, target_x = _upsampled(source_x, 2), _thick(_upsampled(target_x[:200], 2))
    words = _visual_words()
    return DomainPair(
        _bags(source_x[:600], words), source_y[:600], _bags(target_x, words), target_y[:200], "digits as visual words"
    )


def wine_drift(seed: int) -> DomainPair:
    """13 chemical measurements, 89 wines each; the target's instruments have drifted in gain and offset."""
    return _drifted("wine, drifted sensors", *datasets.load_wine(return_X_y=True), seed, gain=0.2, offset=0.7)


def iris_drift(seed: int) -> DomainPair:
    """4 measurements of 75 flowers each; the target's ruler is off."""
    return _drifted("iris, drifted ruler", *datasets.load_iris(return_X_y=True), seed, gain=0.15, offset=0.4)


def cancer_drift(seed: int) -> DomainPair:
    """30 measurements of cell nuclei; the target's microscope has drifted."""
    return _drifted("breast cancer, drifted", *datasets.load_breast_cancer(return_X_y=True), seed, gain=0.2, offset=0.7)


def cancer_texture(seed: int) -> DomainPair:
    """30 measurements; the target is the clinic whose slides are coarser in texture, and more often malignant."""
    x, y = datasets.load_breast_cancer(return_X_y=True)
    return _split_by("breast cancer, by texture", x, y, x[:, 1], seed)


def diabetes_age(seed: int) -> DomainPair:
    """10 measurements; from younger to older patients: does the disease progress more than in the median patient?"""
    x, progression = datasets.load_diabetes(return_X_y=True)
    return _split_by("diabetes, by age", x, (progression > np.median(progression)).astype(int), x[:, 0], seed)


def photo_patches(seed: int) -> DomainPair:
    """3 x 16 x 16 colour patches of two photographs (which one?); the target is the other half, darker and yellower."""
    rng = np.random.default_rng(seed)
    photos = datasets.load_sample_images().images
    sides = {"source": [], "target": []}
    for photo in photos:
        for side, columns in (("source", (0, 300)), ("target", (340, 640))):
            rows = rng.integers(0, photo.shape[0] - 32, 300)
            starts = rng.integers(columns[0], columns[1] - 32, 300)
            sides[side].append(
                [photo[r : r + 32 : 2, c : c + 32 : 2].transpose(2, 0, 1) for r, c in zip(rows, starts, strict=True)]
            )
    source_x, target_x = (np.concatenate(sides[s]).astype(np.float32) / 255 for s in ("source", "target"))
    y = np.repeat([0, 1], 300)
    tint = np.array([0.7, 0.65, 0.45], dtype=np.float32)[:, None, None]
    return DomainPair(source_x, y, target_x * tint, y, "photo patches, evening light")


PAIRS: dict[str, Callable[[int], DomainPair]] = {
    function.__name__: function
    for function in (
        digits_zoom,
        digits_stroke,
        digits_resolution,
        digits_contrast,
        digits_zoom_vectors,
        digits_stroke_vectors,
        digits_label_shift,
        digits_patches,
        wine_drift,
        iris_drift,
        cancer_drift,
        cancer_texture,
        diabetes_age,
        photo_patches,
    )
}


@cache
def _digits() -> tuple[np.ndarray, np.ndarray]:
    bunch = datasets.load_digits()
    return bunch.images.astype(np.float32), bunch.target  # (1797, 8, 8), 0..16


def _drawn(x: np.ndarray, y: np.ndarray, seed: int) -> Drawn:
    """Half of the samples for each domain, and the generator for whatever else is drawn."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(x))
    source, target = order[: len(x) // 2], order[len(x) // 2 :]
    return x[source], y[source], x[target], y[target], rng


def _digit_images(name: str, seed: int, shift: Callable, upsample: int = 1) -> DomainPair:
    source_x, source_y, target_x, target_y, rng = _drawn(*_digits(), seed)
    source_x, target_x = _upsampled(source_x, upsample), _upsampled(target_x, upsample)
    target_x = shift(target_x, rng).astype(np.float32)
    return DomainPair(source_x[:, None], source_y, target_x[:, None], target_y, name)


def _digit_vectors(name: str, seed: int, shift: Callable, upsample: int = 1) -> DomainPair:
    pair = _digit_images(name, seed, shift, upsample)
    return DomainPair(_flat(pair.source_x), pair.source_y, _flat(pair.target_x), pair.target_y, name)


def _drifted(name: str, x: np.ndarray, y: np.ndarray, seed: int, gain: float, offset: float) -> DomainPair:
    """Every sensor of the target has its own gain (a factor around 1) and offset (in standard deviations)."""
    source_x, source_y, target_x, target_y, rng = _drawn(x, y, seed)
    n = x.shape[1]
    moved = target_x * np.exp(rng.normal(0, gain, n)) + x.std(0) * rng.normal(0, offset, n)
    return DomainPair(source_x, source_y, moved, target_y, name)


def _split_by(name: str, x: np.ndarray, y: np.ndarray, value: np.ndarray, seed: int) -> DomainPair:
    """The samples with small values become the source, with large ones the target; the border is soft."""
    rng = np.random.default_rng(seed)
    rank = value.argsort().argsort() / len(value) + rng.normal(0, 0.1, len(value))
    source = rank < np.median(rank)
    return DomainPair(x[source], y[source], x[~source], y[~source], name)


def _flat(x: np.ndarray) -> np.ndarray:
    return x.reshape(len(x), -1)


def _upsampled(images: np.ndarray, factor: int) -> np.ndarray:
    return images if factor == 1 else ndimage.zoom(images, (1, factor, factor), order=1)


def _zoomed(images: np.ndarray, factor: float) -> np.ndarray:
    """Larger by `factor` about the centre; what leaves the frame is cut off."""
    centre = (images.shape[1] - 1) / 2
    start = centre * (1 - 1 / factor)
    return ndimage.affine_transform(images, (1, 1 / factor, 1 / factor), (0, start, start), order=1)


def _thick(images: np.ndarray) -> np.ndarray:
    return ndimage.grey_dilation(images, (1, 3, 3))


def _coarse(images: np.ndarray, factor: float) -> np.ndarray:
    """As a scanner with `factor` times fewer pixels a side sees it, drawn at the old size."""
    n = images.shape[1]
    small = ndimage.zoom(ndimage.uniform_filter(images, (0, factor, factor)), (1, 1 / factor, 1 / factor), order=1)
    return ndimage.zoom(small, (1, n / small.shape[1], n / small.shape[2]), order=1)


def _patches(images: np.ndarray) -> np.ndarray:
    """All 5 x 5 patches at every other position: `(N, P, 25)`."""
    windows = np.lib.stride_tricks.sliding_window_view(images, (5, 5), axis=(1, 2))[:, ::2, ::2]
    return windows.reshape(len(images), -1, 25)


@cache
def _visual_words() -> MiniBatchKMeans:
    images = _upsampled(_digits()[0][::6], 2)
    patches = _patches(np.concatenate([images, _thick(images)])).reshape(-1, 25)
    return MiniBatchKMeans(400, random_state=0, n_init=1, batch_size=4096, max_iter=20).fit(patches)


def _bags(images: np.ndarray, words: MiniBatchKMeans) -> np.ndarray:
    """How often each visual word occurs in each image: `(N, 400)` counts."""
    patches = _patches(images)
    found = words.predict(patches.reshape(-1, 25)).reshape(len(images), -1)
    return np.stack([np.bincount(row, minlength=words.n_clusters) for row in found])
