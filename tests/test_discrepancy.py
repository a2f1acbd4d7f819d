"""MMD and CORAL against plain loops, and at their edges."""

from __future__ import annotations

import math

import pytest
import torch

from dann_core import CORALLoss, MMDLoss
from dann_core.method.discrepancy import entropy

LOSSES = [MMDLoss(), CORALLoss()]


def plain_mmd(source: torch.Tensor, target: torch.Tensor) -> float:
    both = [*source, *target]
    squared = [[float(((a - b) ** 2).sum()) for b in both] for a in both]
    n, n_s = len(both), len(source)
    bandwidth = sum(map(sum, squared)) / (n * n - n)

    def k(i: int, j: int) -> float:
        return sum(math.exp(-squared[i][j] / (bandwidth * 2.0**e)) for e in (-2, -1, 0, 1, 2))

    s, t = range(n_s), range(n_s, n)

    def mean(a: range, b: range) -> float:
        return sum(k(i, j) for i in a for j in b) / (len(a) * len(b))

    return mean(s, s) + mean(t, t) - 2 * mean(s, t)


@pytest.mark.parametrize(("n_s", "n_t"), [(7, 7), (5, 9)])
def test_mmd_is_the_plain_formula(n_s: int, n_t: int) -> None:
    torch.manual_seed(0)
    source, target = torch.randn(n_s, 6, dtype=torch.float64), torch.randn(n_t, 6, dtype=torch.float64) + 0.5
    assert MMDLoss()(source, target).item() == pytest.approx(plain_mmd(source, target), rel=1e-9)


@pytest.mark.parametrize(("n", "dimension"), [(40, 6), (5, 30)])
def test_coral_is_the_plain_formula_on_both_sides_of_its_switch(n: int, dimension: int) -> None:
    torch.manual_seed(0)
    source, target = torch.randn(n, dimension).double(), 2 * torch.randn(n + 1, dimension).double()
    difference = torch.cov(source.T) - torch.cov(target.T)
    expected = (difference**2).sum().item() / (4 * dimension**2)
    assert CORALLoss()(source, target).item() == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("loss", LOSSES)
def test_identical_batches_and_single_samples_are_finite(loss: torch.nn.Module) -> None:
    for x in (torch.ones(4, 3), torch.randn(4, 3), torch.zeros(1, 3), torch.randn(1, 300)):
        source = x.clone().requires_grad_()
        value = loss(source, x)
        value.backward()
        assert value.item() == pytest.approx(0, abs=1e-5)
        assert torch.isfinite(source.grad).all()
    far = loss(torch.zeros(1, 3), torch.ones(1, 3))
    assert torch.isfinite(far)


@pytest.mark.parametrize("loss", LOSSES)
def test_wide_features_cost_little_memory(loss: torch.nn.Module) -> None:
    source = torch.randn(64, 12_544, requires_grad=True)
    target = torch.randn(64, 12_544)
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU], profile_memory=True) as profile:
        loss(source, target).backward()
    largest = max(event.cpu_memory_usage for event in profile.events())
    # An N x N x F tensor would be 822 MB, an F x F one 629 MB.
    assert largest < 100e6
    assert torch.isfinite(source.grad).all()


@pytest.mark.parametrize("loss", LOSSES)
def test_a_shift_or_a_stretch_is_seen_and_descended(loss: torch.nn.Module) -> None:
    torch.manual_seed(0)
    target = torch.randn(64, 4)
    source = (3 * torch.randn(64, 4) + 1).requires_grad_()
    before = loss(source, target)
    before.backward()
    with torch.no_grad():
        after = loss(source - 0.5 * source.grad / source.grad.norm(), target)
    assert before.item() > 0.01
    assert after < before


def test_entropy_is_that_of_the_probabilities() -> None:
    assert entropy(torch.zeros(3, 4)).item() == pytest.approx(math.log(4))
    assert entropy(torch.tensor([[1000.0, 0, 0]])).item() == pytest.approx(0)
