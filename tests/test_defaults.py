"""The settings that uploads start with, and the presets of the built-in domains."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from bench.measured import NO_ADAPTATION
from bench.real_pairs import PAIRS
from dann_core import AdversarialLoss, Discriminator, DomainPair, Settings, Trainer, domains
from dann_core.engine import device
from dann_core.method.discrepancy import marginal_entropy
from dann_core.settings.defaults import is_counts


def a_pair(*sample_shape: int, n: int = 30, make=None) -> DomainPair:
    rng = np.random.default_rng(0)
    draw = make or (lambda shape: rng.normal(size=shape))
    y = np.arange(n) % 2
    return DomainPair(draw((n, *sample_shape)), y, draw((n, *sample_shape)), y)


def target_accuracy(pair: DomainPair, settings: Settings) -> float:
    trainer = Trainer(pair, settings, device())
    trainer.advance(settings.max_iter)
    return trainer.evaluate().target_accuracy


@pytest.mark.parametrize("shape", [(2,), (64,), (4096,), (1, 8, 8), (3, 128, 128), (1, 600), (2, 20)])
def test_every_shape_gets_settings_that_train(shape: tuple[int, ...]) -> None:
    pair = a_pair(*shape, n=8)
    trainer = Trainer(pair, Settings.for_pair(pair).replace(batch_size=4), device())
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


def test_the_limit_shortens_what_reaches_the_features_and_nothing_else() -> None:
    torch.manual_seed(0)
    loss = AdversarialLoss(Discriminator(4, 8), use_lambda_scheduler=False)
    source, target = torch.randn(2, 6, 4)
    gradients = {}
    for limit in (None, torch.tensor(1e-3), torch.tensor(1e3)):
        f_s, f_t = source.clone().requires_grad_(), target.clone().requires_grad_()
        loss.zero_grad()
        loss(f_s, f_t, limit).backward()
        weight = loss.discriminator.layers[0].weight
        gradients[None if limit is None else limit.item()] = torch.cat([f_s.grad, f_t.grad]), weight.grad.clone()
    free, short, long = gradients.values()
    assert short[0].norm() == pytest.approx(1e-3, rel=1e-4)
    torch.testing.assert_close(short[0] / short[0].norm(), free[0] / free[0].norm())
    torch.testing.assert_close(long[0], free[0])
    torch.testing.assert_close(short[1], free[1])


def test_the_limit_is_a_multiple_of_the_classification_gradient() -> None:
    """At a limit of 1e-6 a run is source-only but for rounding; without any adversarial weight it is so exactly."""
    pair = a_pair(4)
    settings = Settings(max_iter=20, gamma=50, optimizer="sgd")
    features = []
    for changes in ({"reversal_limit": 1e-6}, {"adversarial_weight": 0}, {}):
        trainer = Trainer(pair, settings.replace(**changes), device())
        trainer.advance(20)
        features.append(trainer.features(pair.target_x))
    np.testing.assert_allclose(features[0], features[1], atol=1e-5)
    assert np.abs(features[2] - features[1]).max() > 1e-4


def test_slices_change_nothing_under_the_defaults() -> None:
    pair = a_pair(4)
    settings = Settings.for_pair(pair)
    whole, sliced = Trainer(pair, settings, device()), Trainer(pair, settings, device())
    whole.advance(12)
    for n in (5, 1, 6):
        sliced.advance(n)
    np.testing.assert_array_equal(whole.history.rows, sliced.history.rows)


def test_balance_pays_for_predictions_that_spread() -> None:
    even, lumped = torch.eye(3) * 50, torch.eye(3)[[0, 0, 0]] * 50
    assert marginal_entropy(even).item() == pytest.approx(np.log(3), abs=1e-5)
    assert marginal_entropy(lumped).item() == pytest.approx(0, abs=1e-5)
