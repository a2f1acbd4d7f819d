"""The adversarial part against plain formulas written here."""

from __future__ import annotations

import copy
import math

import pytest
import torch
from torch import nn

from dann_core import AdversarialLoss, Discriminator, GradientReversal, LambdaScheduler
from dann_core.method.adversarial import CHANCE_LOSS


@pytest.mark.parametrize("lamb", [0.0, 0.3, 1.0, 2.5])
def test_gradient_reversal_is_identity_forward_and_minus_lambda_backward(lamb: float) -> None:
    x = torch.randn(5, 3, dtype=torch.float64, requires_grad=True)

    def loss(z: torch.Tensor) -> torch.Tensor:
        return (z.sin() * z).sum()

    assert torch.equal(GradientReversal.apply(x, lamb), x)
    loss(GradientReversal.apply(x, lamb)).backward()

    step = 1e-6
    for i in range(5):
        for j in range(3):
            moved = torch.zeros_like(x)
            moved[i, j] = step
            slope = (loss(x.detach() + moved) - loss(x.detach() - moved)) / (2 * step)
            assert x.grad[i, j].item() == pytest.approx(-lamb * slope.item(), abs=1e-7)


@pytest.mark.parametrize("gamma", [1.0, 10.0])
@pytest.mark.parametrize("lambda_max", [1.0, 2.0])
def test_lambda_follows_the_papers_formula_and_stops_at_max_iter(gamma: float, lambda_max: float) -> None:
    scheduler = LambdaScheduler(gamma, 50, lambda_max)
    for i in range(60):
        progress = min(i, 50) / 50
        assert scheduler.curr_iter == min(i, 50)
        assert scheduler.lamb() == pytest.approx(lambda_max * (2 / (1 + math.exp(-gamma * progress)) - 1), abs=1e-12)
        scheduler.step()


def test_schedule_defaults_are_those_of_deepda() -> None:
    scheduler = LambdaScheduler()
    assert (scheduler.gamma, scheduler.max_iter, scheduler.lambda_max, scheduler.lamb()) == (1.0, 1000, 1.0, 0.0)


def test_only_training_calls_advance_the_schedule() -> None:
    loss = AdversarialLoss(Discriminator(4, 8), max_iter=3)
    source, target = torch.randn(6, 4), torch.randn(6, 4)
    for _ in range(2):
        loss(source, target)
    assert loss.scheduler.curr_iter == 2
    loss.eval()
    for _ in range(5):
        loss(source, target)
    assert loss.scheduler.curr_iter == 2
    loss.train()
    for _ in range(5):
        loss(source, target)
    assert loss.scheduler.curr_iter == 3


def test_without_the_scheduler_lambda_is_lambda_max() -> None:
    loss = AdversarialLoss(Discriminator(4, 8), lambda_max=0.7, use_lambda_scheduler=False)
    for _ in range(3):
        assert loss.lamb() == 0.7
        loss(torch.randn(3, 4), torch.randn(3, 4))


class PlainDeepDA(nn.Module):
    """The loss as DeepDA computes it: a pass per domain, batch norm in each, a sigmoid, then BCE."""

    def __init__(self, layers: nn.Sequential, lamb: float) -> None:
        super().__init__()
        self.layers = nn.Sequential(*copy.deepcopy(layers), nn.Sigmoid())
        self.lamb = lamb

    def forward(self, source: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        losses = []
        for x, label in ((source, 1.0), (target, 0.0)):
            x = (1 + self.lamb) * x.detach() - self.lamb * x  # value x, gradient -lamb
            p = self.layers(x)
            losses.append(nn.BCELoss()(p, torch.full_like(p, label)))
        return 0.5 * (losses[0] + losses[1])


def test_batch_norm_gives_deepdas_loss_and_gradients() -> None:
    torch.manual_seed(0)
    ours = AdversarialLoss(Discriminator(16, 32, norm="batch"), gamma=1.0, max_iter=1000)
    ours.scheduler.curr_iter = 400
    plain = PlainDeepDA(ours.discriminator.layers, ours.lamb())
    source = torch.randn(24, 16, requires_grad=True)
    target = (torch.randn(24, 16) + 1).requires_grad_()
    ours(source, target).backward()
    got = [source.grad.clone(), target.grad.clone(), *(p.grad for p in ours.parameters())]
    source.grad = target.grad = None
    value = plain(source, target)
    value.backward()
    expected = [source.grad, target.grad, *(p.grad for p in plain.parameters())]
    ours.eval()
    for a, b in zip(got, expected, strict=True):
        torch.testing.assert_close(a, b, atol=1e-6, rtol=1e-5)
    for a, b in zip(ours.discriminator.layers.buffers(), plain.layers.buffers(), strict=True):
        torch.testing.assert_close(a, b)


@pytest.mark.parametrize("norm", ["none", "layer", "batch", "batch-joint"])
def test_every_norm_gives_logits_of_one_column(norm: str) -> None:
    logits = Discriminator(256, 32, norm)(torch.randn(8, 256))
    assert logits.shape == (8, 1)
    assert (logits < 0).any() or (logits > 1).any()


def test_an_unknown_norm_and_a_wrong_width_are_refused_in_words() -> None:
    with pytest.raises(ValueError, match="none, layer, batch, batch-joint"):
        Discriminator(4, 4, "instance")
    with pytest.raises(ValueError, match="built for 256 features and got 12"):
        Discriminator()(torch.zeros(2, 12))


def train_discriminator(discriminator: nn.Module, shift: float, steps: int = 300) -> tuple[float, float]:
    """Loss and accuracy on fresh features after training with the features frozen."""
    generator = torch.Generator().manual_seed(1)

    def draw() -> tuple[torch.Tensor, torch.Tensor]:
        return torch.randn(64, 8, generator=generator) + shift, torch.randn(64, 8, generator=generator) - shift

    loss = AdversarialLoss(discriminator, gamma=10, max_iter=steps)
    optimizer = torch.optim.Adam(discriminator.parameters(), 1e-2)
    for _ in range(steps):
        optimizer.zero_grad()
        loss(*draw()).backward()
        optimizer.step()
    source, target = draw()
    with torch.no_grad():
        right = (discriminator(source) > 0).float().mean() + (discriminator(target) <= 0).float().mean()
        return loss.eval()(source, target).item(), right.item() / 2


def test_the_discriminator_learns_separable_features_at_full_strength() -> None:
    torch.manual_seed(0)
    value, accuracy = train_discriminator(Discriminator(8, 16), shift=1.0)
    assert accuracy > 0.9
    assert value < 0.3


def test_a_discriminator_that_cannot_learn_is_caught_by_the_same_measure() -> None:
    class Dead(nn.Module):
        """Softmax over one logit: always 1, no gradient."""

        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(8, 1)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.layer(x).softmax(1)

    _, accuracy = train_discriminator(Dead(), shift=1.0)
    assert accuracy < 0.9


def test_equal_domains_leave_the_loss_at_ln_2() -> None:
    torch.manual_seed(0)
    value, accuracy = train_discriminator(Discriminator(8, 16), shift=0.0, steps=30)
    assert value == pytest.approx(CHANCE_LOSS, abs=0.05)
    assert accuracy == pytest.approx(0.5, abs=0.15)


def test_the_bottleneck_belongs_to_the_discriminator() -> None:
    discriminator = Discriminator(12_544, 64, bottleneck=32)
    loss = AdversarialLoss(discriminator, lambda_max=0.0, use_lambda_scheduler=False)
    features = torch.randn(4, 12_544, requires_grad=True)
    loss(features, features + 1).backward()
    assert features.grad.abs().max() == 0
    assert discriminator.bottleneck.weight.grad.abs().max() > 0
