"""Large pictures with the tutorials' CNN: `python -m bench.large_images --seeds 5 --jobs 2`, half an hour.

Two photographs in pieces of 3 x 128 x 128 (which photograph?); the target is the other half of both, in evening light.
"""

from __future__ import annotations

import sys

import numpy as np
from sklearn import datasets

from bench.measured import main
from dann_core import DomainPair, Settings

SIDE, SAMPLES = 128, 100
"""Pixels, and pieces of each photograph in each domain."""


def photo_pieces(seed: int) -> DomainPair:
    """3 x 128 x 128 pieces, `2 * SAMPLES` a domain, from halves of the photographs that share no pixel."""
    rng = np.random.default_rng(seed)
    pieces: dict[str, list[np.ndarray]] = {"source": [], "target": []}
    for photo in datasets.load_sample_images().images:
        for domain, (first, last) in {"source": (0, 320), "target": (320, 640)}.items():
            rows = rng.integers(0, photo.shape[0] - SIDE, SAMPLES)
            columns = rng.integers(first, last - SIDE, SAMPLES)
            pieces[domain] += [
                photo[r : r + SIDE, c : c + SIDE].transpose(2, 0, 1) for r, c in zip(rows, columns, strict=True)
            ]
    source, target = (np.stack(pieces[domain]).astype(np.float32) / 255 for domain in ("source", "target"))
    evening = np.array([0.7, 0.65, 0.45], dtype=np.float32)[:, None, None]
    y = np.repeat([0, 1], SAMPLES)
    return DomainPair(source, y, target * evening, y, "photo pieces, evening light")


def experiment(name: str, seed: int) -> tuple[DomainPair, Settings]:
    """The pair, and an upload's settings with the tutorials' CNN."""
    pair = photo_pieces(seed)
    return pair, Settings.for_pair(pair).replace(extractor="tutorial-cnn", seed=seed)


if __name__ == "__main__":
    sys.exit(main(__doc__.splitlines()[0], ["photo_pieces"], experiment))
