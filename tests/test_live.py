"""Where a live run is trained: slices that end early, looks, and checkpoints that hold nothing but a run."""

from __future__ import annotations

import math
import pickle
import threading
from pathlib import Path

import numpy as np
import pytest
from conftest import make_pair

from dann_core import DomainPair, Settings, Trainer, domains
from dann_core.engine import device
from dann_core.live.message import SCENE, unpack
from dann_core.live.slices import Answer, Checkpoint, Resumption, Slice
from dann_core.live.worker import LiveRun

SMALL = {"batch_size": 8, "feature_width": 8, "discriminator_width": 8}
SETTINGS = Settings(**SMALL, extractor_width=8, max_iter=3000)


@pytest.mark.parametrize("iterations", [1, 7, None])
def test_slices_add_up_to_a_plain_run(iterations: int | None, vectors: DomainPair) -> None:
    settings = SETTINGS.replace(max_iter=60)
    run, plain, rows = LiveRun(vectors, settings, device=device()), Trainer(vectors, settings, device()), []
    while run.trainer.iteration < 60:
        rows.append(run.advance(Slice(settings, iterations)).rows)
    plain.advance(60)
    assert np.array_equal(np.concatenate(rows), plain.history.rows)
    # Beyond max_iter nothing is trained.
    assert len(run.advance(Slice(settings, iterations)).rows) == 0
    assert run.trainer.iteration == 60


def test_the_scene_comes_once(vectors: DomainPair) -> None:
    run = LiveRun(vectors, SETTINGS, device=device())
    first, second = (run.advance(Slice(SETTINGS, 0)) for _ in range(2))
    assert unpack(first.scene).kind == SCENE
    assert second.scene is None
    resumed = LiveRun(vectors, SETTINGS, Resumption(0), device=device())
    assert resumed.advance(Slice(SETTINGS, 0)).scene is None


def test_a_slice_that_has_not_begun_does_not(vectors: DomainPair) -> None:
    run = LiveRun(vectors, SETTINGS, device=device())
    run.advance(Slice(SETTINGS, 0, number=1))
    assert not run.halt(3)
    for number in (2, 3):
        answer = run.advance(Slice(SETTINGS, 5, number=number))
        assert answer.frame is None
        assert len(answer.rows) == 0
    assert run.advance(Slice(SETTINGS, 5, number=4)).frame.iteration == 5


def test_a_slice_under_way_ends_early_and_after_whole_iterations(vectors: DomainPair) -> None:
    settings = SETTINGS.replace(max_iter=1_000_000)
    run, plain = LiveRun(vectors, settings, device=device()), Trainer(vectors, settings, device())
    answers: list[Answer] = []
    thread = threading.Thread(target=lambda: answers.append(run.advance(Slice(settings, None, seconds=3600, number=1))))
    thread.start()
    while run.trainer.iteration < 50:
        thread.join(0.01)
        assert thread.is_alive()
    assert run.halt(1)
    thread.join(120)
    (answer,) = answers
    assert answer.frame.iteration == len(answer.rows) == run.trainer.iteration
    plain.advance(run.trainer.iteration)
    assert np.array_equal(answer.rows, plain.history.rows)
    # What comes after it is not halted too.
    assert run.advance(Slice(settings, 3, number=2)).frame.iteration == plain.iteration + 3


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
    answer = first.advance(Slice(settings, 5, seconds=math.inf))
    second = LiveRun(pair, settings, Resumption(5, (), answer.checkpoint), device=device())
    ahead, again = (run.advance(Slice(settings, 5, seconds=math.inf)) for run in (first, second))
    assert answer.frame.iteration == answer.checkpoint.iteration == 5
    assert np.array_equal(ahead.rows, again.rows)
    # The same picture too, not one that starts anew.
    pictures = [unpack(a.frame.packed).arrays["pca"] for a in (ahead, again)]
    assert np.array_equal(*pictures)


def test_what_came_after_the_checkpoint_is_trained_again_with_its_changes(vectors: DomainPair) -> None:
    first, plain = LiveRun(vectors, SETTINGS, device=device()), Trainer(vectors, SETTINGS, device())
    checkpoint = first.advance(Slice(SETTINGS, 20)).checkpoint
    first.advance(Slice(SETTINGS, 13))
    later = SETTINGS.replace(gamma=2.0, lambda_max=0.5)
    answer = first.advance(Slice(later, 10))
    assert checkpoint.iteration == 20
    resumption = Resumption(answer.frame.iteration, answer.changes, checkpoint)
    resumed = LiveRun(vectors, SETTINGS, resumption, device=device()).advance(Slice(later, 7))
    plain.advance(33)
    plain.apply(later)
    plain.advance(17)
    assert resumed.changes == answer.changes
    assert resumed.frame.first == 43
    assert np.array_equal(resumed.rows, plain.history.rows[43:])


def test_a_checkpoint_that_names_anything_else_is_refused(tmp_path: Path) -> None:
    class Call:
        def __reduce__(self):
            return open, (str(tmp_path / "written"), "w")

    foreign = Checkpoint(3, pickle.dumps((Call(), {})))
    with pytest.raises(pickle.UnpicklingError, match="holds no"):
        LiveRun(make_pair(), Settings(), Resumption(3, (), foreign), device=device())
    assert not (tmp_path / "written").exists()


def test_looking_disturbs_no_training() -> None:
    pair, settings = domains.load("moons"), domains.preset("moons")
    run, plain, rows = LiveRun(pair, settings, device=device()), Trainer(pair, settings, device()), []
    for complete in (False, True, False):
        rows.append(run.advance(Slice(settings, 15, unhurried=not complete)).rows)
        run.advance(Slice(settings, 0, complete=complete))
    plain.advance(45)
    assert np.array_equal(np.concatenate(rows), plain.history.rows)
