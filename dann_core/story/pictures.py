"""The same features at three perplexities, without and with adaptation."""

from __future__ import annotations

import numpy as np
from openTSNE import TSNE

from dann_core import domains
from dann_core.method.training import Trainer

PERPLEXITIES = (5, 30, 90)
DOMAIN = "blobs"
"""Clusters show best what t-SNE keeps."""

EVERY = 2
"""Every other sample of each domain is embedded."""

LAST = 50
"""The adversarial loss is the mean of a run's last iterations."""


def runs() -> dict[str, np.ndarray]:
    """R = 2 whole runs: source-only, and the domain's preset.

    `features` `(R, N, D)` and `classes` `(N,)` of every other source sample and then of every other target sample;
    `accuracy`: the discriminator's, and `loss`: the adversarial one in nats, `(R,)`.
    """
    pair, preset = domains.load(DOMAIN), domains.preset(DOMAIN)
    features, accuracy, loss = [], [], []
    for lambda_max in (0.0, preset.lambda_max):
        settings = preset.replace(lambda_max=lambda_max)
        trainer = Trainer(pair, settings)
        trainer.advance(settings.max_iter)
        kept = trainer.features(pair.source_x[::EVERY], "source"), trainer.features(pair.target_x[::EVERY])
        features.append(np.concatenate(kept))
        accuracy.append(trainer.evaluate().domain_accuracy)
        loss.append(trainer.history["adversarial_loss"][-LAST:].mean())
    return {
        "perplexities": np.array(PERPLEXITIES),
        "classes": np.concatenate([pair.source_y[::EVERY], pair.target_y[::EVERY]]).astype(np.uint8),
        "features": np.array(features, dtype=np.float32),
        "accuracy": np.array(accuracy),
        "loss": np.array(loss),
    }


def embedded(features: np.ndarray, perplexity: float) -> np.ndarray:
    """t-SNE (van der Maaten & Hinton 2008) of features `(N, D)`: `(N, 2)`, the same each time."""
    made = TSNE(perplexity=perplexity, initialization="pca", n_jobs=1, random_state=0)
    return np.asarray(made.fit(features.astype(np.float64)), dtype=np.float32)


def pictures(features: np.ndarray) -> np.ndarray:
    """Of features `(R, N, D)`, at each of P perplexities: `(R, P, N, 2)`."""
    return np.array([[embedded(f, perplexity) for perplexity in PERPLEXITIES] for f in features])
