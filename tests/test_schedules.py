"""What changes over a run by itself, against the formulas of the papers."""

from __future__ import annotations

import math

import pytest

from dann_core import LambdaScheduler, Settings
from dann_core.method.schedules import entropy_weight_at, lambda_at, learning_rate_at, progress, rise

SETTINGS = Settings(gamma=4.0, max_iter=50, lambda_max=0.7, entropy_weight=0.3, learning_rate=0.02)


def test_progress_ends_at_max_iter() -> None:
    assert [progress(50, i) for i in (0, 25, 50, 90)] == [0, 0.5, 1, 1]


@pytest.mark.parametrize("iteration", [0, 1, 20, 49, 50, 80])
def test_lambda_and_the_entropys_weight_rise_as_in_the_paper(iteration: int) -> None:
    formula = 2 / (1 + math.exp(-4.0 * min(iteration, 50) / 50)) - 1
    assert rise(min(iteration, 50) / 50, 4.0) == pytest.approx(formula, abs=1e-12)
    assert lambda_at(SETTINGS, iteration) == pytest.approx(0.7 * formula, abs=1e-12)
    assert entropy_weight_at(SETTINGS, iteration) == pytest.approx(0.3 * formula, abs=1e-12)


def test_a_constant_lambda_leaves_the_entropys_weight_its_rise() -> None:
    constant = SETTINGS.replace(use_lambda_scheduler=False)
    assert [lambda_at(constant, i) for i in (0, 20, 80)] == [0.7] * 3
    assert entropy_weight_at(constant, 20) == entropy_weight_at(SETTINGS, 20)


def test_the_drop_in_scheduler_is_the_same_function() -> None:
    scheduler = LambdaScheduler(4.0, 50, 0.7)
    for i in range(60):
        assert scheduler.lamb() == lambda_at(SETTINGS, i)
        scheduler.step()


@pytest.mark.parametrize(
    ("decay", "expected"),
    [
        ("none", [0.02, 0.02, 0.02, 0.02]),
        ("ganin", [0.02, 0.02 / 6**0.75, 0.02 / 11**0.75, 0.02 / 11**0.75]),
        ("cosine", [0.02, 0.01, 0, 0]),
    ],
)
def test_the_learning_rate_falls_as_its_help_says(decay: str, expected: list[float]) -> None:
    settings = SETTINGS.replace(learning_rate_decay=decay)
    assert [learning_rate_at(settings, i) for i in (0, 25, 50, 80)] == pytest.approx(expected, abs=1e-12)
