"""The written-out training step is the readable one, up to rounding; a run may be handed from one to the other."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
import torch
from conftest import make_pair
from dense_settings import BITING, SHAPES, SMALL, UNEQUAL, WITHOUT_EFFECT, Readable, fitting, go, other_value

from dann_core import DomainPair, Settings, Trainer, domains
from dann_core.engine import device
from dann_core.method.step import ReadableStep
from dann_core.method.training import SPAN
from dann_core.method.written_step import BLOCK, BLOCK_BYTES, UNDERSTOOD, WrittenStep


def both(pair: DomainPair, settings: Settings, iterations: int) -> tuple[Trainer, Trainer]:
    """Trained by the written-out and by the readable step."""
    trainers = Trainer(pair, settings, device()), Readable(pair, settings, device())
    assert [type(t._step) for t in trainers] == [WrittenStep, ReadableStep]
    for trainer in trainers:
        trainer.advance(iterations)
    return trainers


def weights(trainer: Trainer) -> np.ndarray:
    parameters = [p.detach().cpu().numpy().ravel() for p in trainer.network.parameters()]
    return np.concatenate(parameters)


def same(a: Trainer, b: Trainer) -> bool:
    return np.array_equal(weights(a), weights(b)) and np.array_equal(a.history.rows, b.history.rows)


@pytest.mark.parametrize("shape", SHAPES)
def test_every_number_acts_as_in_the_readable_step(shape: str) -> None:
    for numbers in fitting(shape):
        written, readable = both(make_pair(), SMALL.replace(**SHAPES[shape], **numbers), 40)
        np.testing.assert_allclose(written.history.rows, readable.history.rows, rtol=1e-3, atol=1e-4)
        np.testing.assert_allclose(weights(written), weights(readable), atol=1e-3)


@pytest.mark.parametrize("name", [k.name for k in Settings.knobs()])
def test_every_setting_is_understood_or_left_to_the_readable_step(name: str, vectors: DomainPair) -> None:
    other = BITING.replace(**{name: other_value(BITING, name)})
    if name not in UNDERSTOOD:
        assert isinstance(Trainer(vectors, other)._step, ReadableStep)
        return
    written, readable = both(vectors, other, 8)
    np.testing.assert_allclose(written.history.rows, readable.history.rows, rtol=1e-5, atol=1e-6)
    unchanged = Readable(vectors, BITING, device())
    unchanged.advance(8)
    # Otherwise a setting that the written-out step ignores would pass as well.
    is_idle = np.allclose(readable.history.rows[:, 2:], unchanged.history.rows[:, 2:], rtol=1e-4, atol=1e-5)
    assert is_idle is (name in WITHOUT_EFFECT)


def test_samples_are_weighed_as_in_the_readable_step() -> None:
    pair = domains.load("blobs", target_shares="mostly class 0")
    written, readable = both(pair, UNEQUAL, 90)
    np.testing.assert_allclose(written.history.rows, readable.history.rows, rtol=1e-4, atol=1e-5)
    for trainer in (written, readable):
        assert trainer.network.shares.trust == 1
        assert trainer.network.shares.reference[0] > 0.6
    alike, _ = both(pair, UNEQUAL.replace(class_shares="ignored"), 90)
    assert np.abs(weights(alike) - weights(written)).max() > 0.05


@pytest.mark.parametrize("name", ["moons", "blobs", "pinwheel"])
def test_presets_start_alike(name: str) -> None:
    written, readable = both(domains.load(name), domains.preset(name), 30)
    np.testing.assert_allclose(written.history.rows, readable.history.rows, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("shape", "changes", "expected"),
    [
        ((4,), {}, WrittenStep),
        ((1, 8, 8), {"extractor": "mlp"}, WrittenStep),
        ((1, 8, 8), {}, ReadableStep),
        ((1, 64), {}, ReadableStep),
        ((4,), {"discrepancy": "mmd"}, ReadableStep),
        ((4,), {"discriminator_norm": "layer"}, ReadableStep),
    ],
)
def test_which_step_trains(shape: tuple[int, ...], changes: dict[str, Any], expected: type) -> None:
    assert type(Trainer(make_pair(shape), SMALL.replace(**changes), device())._step) is expected


@pytest.mark.parametrize("features", [4, 3000])
def test_slices_across_all_seams_change_nothing(features: int) -> None:
    pair, settings = make_pair((features,)), SMALL.replace(batch_size=32, entropy_weight=0.2)
    assert (8 * 32 * features * 2 > BLOCK_BYTES) is (features == 3000)
    whole, sliced = Trainer(pair, settings, device()), Trainer(pair, settings, device())
    total = SPAN + 3 * BLOCK
    whole.advance(total)
    for part in (1, BLOCK - 2, 3, BLOCK, SPAN, 0, 5, total):
        sliced.advance(min(part, total - sliced.iteration))
        sliced.evaluate()
    assert sliced.iteration == total
    assert same(whole, sliced)


CHANGES: list[tuple[int, dict[str, Any]]] = [
    (7, {"entropy_weight": 0.3, "entropy_balance": 1.0}),
    (12, {"discrepancy": "mmd", "discrepancy_weight": 0.5}),
    (20, {"reversal_limit": 0.2, "learning_rate": 2e-3}),
    (25, {"discrepancy": "none"}),
]
"""At 12 the readable step takes over, at 25 the written-out one."""


@pytest.mark.parametrize("optimizer", ["adam", "adamw", "sgd"])
def test_another_step_goes_on_from_weights_and_optimizer(optimizer: str, vectors: DomainPair) -> None:
    settings = SMALL.replace(optimizer=optimizer, weight_decay=0.01)
    handed, readable = Trainer(vectors, settings, device()), Readable(vectors, settings, device())
    kinds = []
    for until in (12, 24, 40):
        go(handed, CHANGES, until)
        kinds.append(type(handed._step))
    go(readable, CHANGES, 40)
    assert kinds == [WrittenStep, ReadableStep, WrittenStep]
    assert handed.changes == readable.changes
    np.testing.assert_allclose(handed.history.rows, readable.history.rows, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(weights(handed), weights(readable), atol=1e-4)


@pytest.mark.parametrize("saved_at", [5, 12, 13, 24, 25, 26])
def test_a_run_that_changes_its_step_resumes_bit_for_bit(saved_at: int, vectors: DomainPair) -> None:
    whole, first = Trainer(vectors, SMALL, device()), Trainer(vectors, SMALL, device())
    go(whole, CHANGES, 40)
    go(first, CHANGES, saved_at)
    file = io.BytesIO()
    torch.save(first.state_dict(), file)
    first.advance(5)
    file.seek(0)
    resumed = Trainer(vectors, SMALL, device())
    resumed.advance(3)
    resumed.load_state_dict(torch.load(file, weights_only=True))
    go(resumed, CHANGES, 40)
    assert same(whole, resumed)
    assert resumed.changes == whole.changes


def test_a_change_that_is_taken_back_changes_nothing(vectors: DomainPair) -> None:
    plain, moved = Trainer(vectors, SMALL, device()), Trainer(vectors, SMALL, device())
    for trainer in (plain, moved):
        trainer.advance(10)
    for changes in ({"discrepancy": "coral"}, {"entropy_weight": 0.5}, {}):
        moved.apply(SMALL.replace(**changes))
    for trainer in (plain, moved):
        trainer.advance(10)
    assert same(plain, moved)


def test_the_networks_parameters_are_what_is_trained(vectors: DomainPair) -> None:
    source, target = (Trainer(vectors, SMALL.replace(seed=seed, optimizer="sgd"), device()) for seed in (0, 1))
    source.advance(5)
    target.network.load_state_dict(source.network.state_dict())
    before = target.look(vectors.target_x)
    np.testing.assert_array_equal(before.features, source.features(vectors.target_x))
    rows = []
    for make in (Trainer, Readable):
        fresh = make(vectors, SMALL.replace(seed=1, optimizer="sgd"), device())
        fresh.network.load_state_dict(source.network.state_dict())
        fresh.advance(1)
        rows.append(fresh.history.rows)
    np.testing.assert_allclose(*rows, rtol=1e-5)
    target.advance(1)
    np.testing.assert_array_equal(target.history.rows, rows[0])
    assert not np.array_equal(target.features(vectors.target_x), before.features)
