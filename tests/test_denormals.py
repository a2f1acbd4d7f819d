"""Numbers below float32's normal range are zero while networks compute, and only then."""

from __future__ import annotations

import pytest
import torch
from dense_settings import Readable

from dann_core import domains
from dann_core.method.training import Trainer
from dann_core.sweeps.replicas import Replicas


def is_flushing() -> bool:
    return bool(torch.tensor(2e-38) * 0.1 == 0)


@pytest.mark.parametrize("make", [Trainer, Readable])
def test_they_are_zero_while_networks_are_trained_or_looked_at(make: type[Trainer]) -> None:
    pair, settings = domains.load("moons"), domains.preset("moons")
    trainer, replicas = make(pair, settings), Replicas([pair], [settings])
    seen = []

    def note(*_: object) -> None:
        seen.append(is_flushing())

    trainer.optimizer.register_step_post_hook(note)
    replicas._optimizer.register_step_post_hook(note)
    trainer.advance(2)
    replicas.advance(2)
    trainer.network.classifier.register_forward_hook(note)
    trainer.predict(pair.target_x)
    assert seen == [True] * 5
    assert not is_flushing()


def test_they_stay_where_not_all_threads_would_follow() -> None:
    trainer = Trainer(domains.load("moons"), domains.preset("moons"))
    seen = []
    trainer.optimizer.register_step_post_hook(lambda *_: seen.append(is_flushing()))
    torch.set_num_threads(2)
    try:
        trainer.advance(1)
    finally:
        torch.set_num_threads(1)
    assert seen == [False]
