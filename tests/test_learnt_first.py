"""When a run has learnt enough for class shares to count, and what is asked where it has aligned before."""

from __future__ import annotations

import math

import pytest
import torch
from conftest import aligned_too_near

from dann_core import Trainer, domains
from dann_core.method.neighbours import mixed
from dann_core.method.reweighting import APART
from dann_core.method.schedules import LEARNT


@pytest.mark.parametrize(("max_iter", "begins"), [(4 * LEARNT, 0), (4 * LEARNT - 1, LEARNT), (LEARNT, math.inf)])
def test_few_iterations_learn_the_source_first(max_iter: int, begins: float) -> None:
    settings = domains.preset("blobs").replace(class_shares="estimated", max_iter=max_iter)
    trainer = Trainer(domains.load("blobs"), settings)
    assert trainer.network.shares.why_not(settings) == (None if max_iter > LEARNT else "run too short")
    trainer.advance(min(max_iter, LEARNT + 1))
    assert trainer.network.shares.begins == begins
    assert trainer.network.shares.why_not(settings.replace(max_iter=4 * LEARNT)) is None


def test_where_shares_count_late_the_inputs_say_how_mixed_the_domains_are() -> None:
    pair, iterations, settings = aligned_too_near()
    trainer = Trainer(pair, settings)
    trainer.advance(iterations)
    aligned = [torch.from_numpy(trainer.look(x).features) for x in (pair.source_x, pair.target_x)]
    assert mixed(*aligned) > APART
    trainer.apply(settings.replace(class_shares="estimated"))
    trainer.advance(1)
    shares = trainer.network.shares
    assert shares.mixed == pytest.approx(mixed(trainer.source_x, trainer.target_x), abs=0.02)
    assert shares.mixed < APART
    assert shares.begins == iterations
