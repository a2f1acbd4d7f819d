"""Checkpoints: whole for every kind of network, and nothing but a checkpoint."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
from conftest import make_pair

from dann_core import Settings
from dann_core.engine import device
from dann_core.live.worker import Checkpoint, LiveRun, Resumption, Slice

SMALL = {"batch_size": 8, "feature_width": 8, "discriminator_width": 8}


@pytest.mark.parametrize(
    ("shape", "more"),
    [
        ((4,), {"extractor_width": 8}),
        ((4,), {"extractor_width": 8, "optimizer": "sgd", "learning_rate": 0.01}),
        ((3, 16, 16), {}),
        ((1, 64), {"optimizer": "adamw"}),
    ],
    ids=["vectors", "sgd", "images", "signals"],
)
def test_a_checkpoint_holds_all_that_a_run_needs(shape: tuple[int, ...], more: dict) -> None:
    pair, settings = make_pair(shape), Settings(**SMALL, **more)
    first = LiveRun(pair, settings, device=device())
    snapshot, checkpoint = first.advance(Slice(settings, 5))
    second = LiveRun(pair, settings, Resumption(5, (), checkpoint), device=device())
    ahead, again = (run.advance(Slice(settings, 5))[0] for run in (first, second))
    assert snapshot.iteration == checkpoint.iteration == 5
    assert np.array_equal(ahead.rows, again.rows)


def test_a_checkpoint_that_names_anything_else_is_refused(tmp_path: Path) -> None:
    class Call:
        def __reduce__(self):
            return open, (str(tmp_path / "written"), "w")

    foreign = Checkpoint(3, pickle.dumps((Call(), {})))
    with pytest.raises(pickle.UnpicklingError, match="holds no"):
        LiveRun(make_pair(), Settings(), Resumption(3, (), foreign), device=device())
    assert not (tmp_path / "written").exists()
