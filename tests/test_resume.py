"""A live run that goes on elsewhere: changes before the checkpoint are part of it, those after it are made again."""

from __future__ import annotations

import copy

import numpy as np
import torch
from dense_settings import UNEQUAL, go

from dann_core import DomainPair, Settings, Trainer, domains
from dann_core.engine import device
from dann_core.live import checkpoint
from dann_core.live.slices import Resumption
from dann_core.live.worker import LiveRun

SETTINGS = Settings(batch_size=8, max_iter=60, extractor_width=8, feature_width=8, discriminator_width=8)

STEPS = [
    (5, {"gamma": 3.0}),
    (10, {"gamma": 5.0, "discrepancy": "coral"}),
    (15, {"lambda_max": 0.5}),
    (17, {"discrepancy": "none"}),
]
"""From which iteration on what holds: twice the same setting, so that going through it again would be seen. While there
is a discrepancy, another step trains."""


def resumed(pair: DomainPair, saved_at: int, settings: Settings = SETTINGS) -> tuple[Trainer, Trainer]:
    """A run that went on at iteration 20 from a checkpoint of `saved_at`, and one that was never moved."""
    first = LiveRun(pair, settings, device=device())
    go(first.trainer, STEPS, saved_at)
    saved = checkpoint.save(first.trainer, first.observer)
    go(first.trainer, STEPS, 20)
    second = LiveRun(pair, settings, Resumption(20, tuple(first.trainer.changes), saved), device=device())
    second.trainer.advance(10)
    first.trainer.advance(10)
    return second.trainer, first.trainer


def test_changes_before_the_checkpoint_are_not_made_again(vectors: DomainPair) -> None:
    moved, whole = resumed(vectors, saved_at=12)
    assert [(c.iteration, c.name, c.new) for c in whole.changes] == [
        (5, "gamma", 3.0), (10, "gamma", 5.0), (10, "discrepancy", "coral"), (15, "lambda_max", 0.5),
        (17, "discrepancy", "none"),
    ]  # fmt: skip
    assert moved.changes == whole.changes
    assert moved.settings == whole.settings
    assert np.array_equal(moved.history.rows, whole.history.rows[12:])


def test_a_change_in_the_checkpoints_own_iteration_is_made_once(vectors: DomainPair) -> None:
    for saved_at in (5, 6, 10, 15, 17, 18):
        moved, whole = resumed(vectors, saved_at)
        assert moved.changes == whole.changes
        assert np.array_equal(moved.history.rows, whole.history.rows[saved_at:])


def test_what_is_known_of_class_shares_goes_on() -> None:
    pair = domains.load("blobs", target_shares="mostly class 0")
    whole = Trainer(pair, UNEQUAL)
    whole.advance(90)
    for saved_at in (10, 80, 81, 85):
        first, second = Trainer(pair, UNEQUAL), Trainer(pair, UNEQUAL)
        first.advance(saved_at)
        second.load_state_dict(copy.deepcopy(first.state_dict()))
        second.advance(90 - saved_at)
        assert np.array_equal(second.history.rows, whole.history.rows)
        assert torch.equal(second.network.shares.reference, whole.network.shares.reference)
    assert whole.network.shares.trust == 1
