"""What the discriminator sees of features and predictions."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from dann_core import DomainPair, Settings, Trainer
from dann_core.method.conditioning import PROJECTED, WIDEST, Conditional, Features
from dann_core.method.step import ReadableStep


def test_features_alone_are_passed_on() -> None:
    features, logits = torch.randn(6, 5), torch.randn(6, 3)
    seen = Features(5, 3)
    assert seen.output_dim == 5
    assert seen(features, logits) is features
    assert seen.weights(logits) is None


def test_the_product_of_features_and_predictions() -> None:
    features, logits = torch.randn(6, 5, requires_grad=True), torch.randn(6, 3, requires_grad=True)
    seen = Conditional(5, 3)
    product = seen(features, logits)
    expected = torch.einsum("nk,nd->nkd", logits.softmax(1), features).reshape(6, 15)
    assert seen.output_dim == 15
    assert torch.allclose(product, expected)
    product.sum().backward()
    # Predictions are looked at: the discriminator must not reach the classifier.
    assert logits.grad is None
    # Their probabilities sum to 1.
    assert torch.allclose(features.grad, torch.ones(6, 5))


def test_a_wide_product_is_projected() -> None:
    seen = Conditional(WIDEST, 2)
    assert seen.output_dim == PROJECTED
    # Inner products of products are kept on average (Long et al. 2018, theorem 1).
    generator = torch.Generator().manual_seed(0)
    features, logits = torch.randn(2, WIDEST, generator=generator), torch.zeros(2, 2)
    same = (seen(features, logits) ** 2).sum(1)
    assert same.tolist() == pytest.approx((0.5 * features.square().sum(1)).tolist(), rel=0.3)


def test_sure_samples_count_for_more() -> None:
    logits = torch.tensor([[9.0, 0.0], [0.0, 0.0], [0.0, 9.0], [0.0, 9.0]])
    weights = Conditional(4, 2).weights(logits)
    assert weights.shape == (4, 1)
    assert weights[:2].mean() == pytest.approx(1)
    assert weights[2:].flatten().tolist() == pytest.approx([1, 1])
    assert (weights[0] / weights[1]).item() == pytest.approx(2 / 1.5, rel=1e-2)


def test_a_conditional_run_trains_by_the_readable_step(vectors: DomainPair) -> None:
    settings = Settings(discriminator_input="conditional", batch_size=8, feature_width=16, max_iter=20)
    trainer, plain = (Trainer(vectors, s) for s in (settings, settings.replace(discriminator_input="features")))
    assert isinstance(trainer._step, ReadableStep)
    assert trainer.network.adversarial.discriminator.input_dim == 16 * vectors.n_classes
    for run in (trainer, plain):
        run.advance(20)
    assert np.isfinite(trainer.history.rows).all()
    assert not np.array_equal(trainer.history.rows[:, 3], plain.history.rows[:, 3])
    assert 0 <= trainer.evaluate().domain_accuracy <= 1
