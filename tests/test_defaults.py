"""The settings that uploads start with, and the presets of the built-in domains."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from bench.measured import NO_ADAPTATION
from bench.real_pairs import PAIRS
from dann_core import DomainPair, Settings, Trainer, domains
from dann_core.defaults import is_counts


def a_pair(*sample_shape: int, n: int = 30, make=None) -> DomainPair:
    rng = np.random.default_rng(0)
    draw = make or (lambda shape: rng.normal(size=shape))
    y = np.arange(n) % 2
    return DomainPair(draw((n, *sample_shape)), y, draw((n, *sample_shape)), y)


def target_accuracy(pair: DomainPair, settings: Settings) -> float:
    trainer = Trainer(pair, settings)
    trainer.advance(settings.max_iter)
    return trainer.evaluate().target_accuracy


@pytest.mark.parametrize("shape", [(2,), (64,), (4096,), (1, 8, 8), (3, 128, 128), (1, 600), (2, 20)])
def test_every_shape_gets_settings_that_train(shape: tuple[int, ...]) -> None:
    pair = a_pair(*shape, n=8)
    trainer = Trainer(pair, Settings.for_pair(pair).replace(batch_size=4))
    trainer.advance(2)
    assert np.isfinite(trainer.history["classification_loss"]).all()


@pytest.mark.parametrize("shape", [(64,), (1, 8, 8), (1, 600)])
def test_the_discriminator_is_kept_on_a_leash_everywhere(shape: tuple[int, ...]) -> None:
    settings = Settings.for_pair(a_pair(*shape))
    assert 0 < settings.reversal_limit <= 0.5
    assert settings.adversarial_weight == 1
    assert settings.standardisation == "pooled"
    assert settings.entropy_balance == 1 or settings.entropy_weight == 0


def test_large_images_get_a_smaller_network_and_a_shorter_run() -> None:
    small, large = (Settings.for_pair(a_pair(1, n, n, n=4)) for n in (28, 128))
    assert large.max_iter < small.max_iter
    assert large.extractor_width < small.extractor_width


def test_counts_are_told_from_measurements_and_pixels() -> None:
    rng = np.random.default_rng(0)
    words = rng.poisson(0.1, (20, 100))
    pixels = rng.integers(0, 256, (20, 100)) * (rng.random((20, 100)) < 0.2)
    assert is_counts(words)
    assert not is_counts(pixels)
    assert not is_counts(words / 2)
    assert not is_counts(words - 1)
    assert not is_counts(np.zeros((20, 100)))
    assert Settings.for_pair(a_pair(100, make=lambda shape: rng.poisson(0.1, shape))).log_counts


def test_target_labels_do_not_matter() -> None:
    pair = PAIRS["wine_drift"](0)
    flipped = dataclasses.replace(pair, target_y=pair.target_y[::-1].copy())
    hidden = dataclasses.replace(pair, target_y=None)
    assert Settings.for_pair(pair) == Settings.for_pair(flipped) == Settings.for_pair(hidden)


def test_the_moons_preset_works() -> None:
    for seed in (0, 1):
        settings = domains.preset("moons").replace(seed=seed)
        assert settings.entropy_weight == settings.discrepancy_weight == 0
        assert target_accuracy(domains.load("moons", seed=seed), settings) > 0.9


def test_the_defaults_do_no_harm_on_a_real_pair() -> None:
    pair = PAIRS["wine_drift"](0)
    settings = Settings.for_pair(pair)
    plain = target_accuracy(pair, settings.replace(**NO_ADAPTATION))
    assert target_accuracy(pair, settings) >= plain - 0.02
