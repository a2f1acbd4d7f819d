"""Replicas: each one is its own single run, whatever stands beside it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from conftest import make_pair
from dense_settings import BITING, NUMBERS, SHAPES, SMALL, WITHOUT_EFFECT, fitting, other_value

from dann_core import DomainPair, KnobError, Settings, Trainer, View, domains
from dann_core.engine import device
from dann_core.method.stack import tanh_by_sigmoid_
from dann_core.method.written_step import UNDERSTOOD, stackable
from dann_core.settings.knobs import knob
from dann_core.sweeps.replicas import Replicas, shape_key


def run_alone(pair: DomainPair, settings: Settings, iterations: int) -> Trainer:
    trainer = Trainer(pair, settings, device())
    trainer.advance(min(iterations, settings.max_iter))
    return trainer


def assert_like(replicas: Replicas, trainers: list[Trainer], tolerance: float) -> None:
    for history, trainer in zip(replicas.histories, trainers, strict=True):
        assert np.array_equal(history.rows[:, :2], trainer.history.rows[:, :2])
        np.testing.assert_allclose(
            history.rows[:, 2:], trainer.history.rows[:, 2:], rtol=tolerance, atol=tolerance / 10
        )


def assert_same_view(view: View, expected: View, tolerance: float) -> None:
    np.testing.assert_allclose(view.features, expected.features, atol=tolerance)
    np.testing.assert_allclose(view.probabilities, expected.probabilities, atol=tolerance)
    np.testing.assert_allclose(view.source_probability, expected.source_probability, atol=tolerance)


def test_tanh_by_sigmoid_is_tanh() -> None:
    h = torch.cat([torch.linspace(-30, 30, 100_001), torch.tensor([1e-8, -torch.inf, torch.inf, torch.nan])])
    expected = h.double().tanh()
    assert tanh_by_sigmoid_(h) is h
    torch.testing.assert_close(h.double(), expected, rtol=0, atol=2e-7, equal_nan=True)


@pytest.mark.parametrize("shape", SHAPES)
def test_every_number_acts_as_in_a_single_run(shape: str) -> None:
    settings = [SMALL.replace(**SHAPES[shape], **n) for n in fitting(shape)]
    pairs = [make_pair(n=40 + r) for r in range(len(settings))]
    replicas = Replicas(pairs, settings, device())
    replicas.advance(40)
    trainers = [run_alone(p, s, 40) for p, s in zip(pairs, settings, strict=True)]
    assert replicas.finished
    assert_like(replicas, trainers, 1e-3)
    for r, (pair, trainer) in enumerate(zip(pairs, trainers, strict=True)):
        source, target = replicas.views(r)
        assert_same_view(source, trainer.look(pair.source_x, "source"), 1e-3)
        assert_same_view(target, trainer.look(pair.target_x, "target"), 1e-3)


def test_settings_for_somebodys_own_vectors_can_be_stacked() -> None:
    pair = make_pair((30,), n=60)
    settings = [Settings.for_pair(pair).replace(seed=s, max_iter=60) for s in range(3)]
    assert all(stackable(pair, s) for s in settings)
    replicas = Replicas([pair] * 3, settings, device())
    replicas.advance(60)
    trainers = [run_alone(pair, s, 60) for s in settings]
    assert_like(replicas, trainers, 1e-3)
    assert replicas.evaluate() == [t.evaluate() for t in trainers]


def test_the_blobs_preset_keeps_to_single_runs_for_a_hundred_iterations() -> None:
    settings = [domains.preset("blobs").replace(seed=s, gamma=g) for s, g in ((0, 10), (1, 5), (2, 20))]
    pairs = [domains.load("blobs", seed=s.seed) for s in settings]
    replicas = Replicas(pairs, settings, device())
    replicas.advance(100)
    assert_like(replicas, [run_alone(p, s, 100) for p, s in zip(pairs, settings, strict=True)], 1e-3)


def test_the_moons_preset_ends_where_single_runs_end() -> None:
    settings = [domains.preset("moons").replace(seed=s) for s in (0, 1, 3)]
    pairs = [domains.load("moons", seed=s.seed) for s in settings]
    replicas = Replicas(pairs, settings, device())
    replicas.advance(1000)
    trainers = [run_alone(p, s, 1000) for p, s in zip(pairs, settings, strict=True)]
    for history, trainer in zip(replicas.histories, trainers, strict=True):
        np.testing.assert_allclose(history.rows[:50], trainer.history.rows[:50], rtol=1e-3)
    found = [e.target_accuracy for e in replicas.evaluate()]
    np.testing.assert_allclose(found, [t.evaluate().target_accuracy for t in trainers], atol=0.05)


def test_slicing_and_looking_change_nothing(vectors: DomainPair) -> None:
    settings = [SMALL.replace(seed=s, max_iter=70) for s in range(3)]
    whole, sliced = Replicas([vectors] * 3, settings, device()), Replicas([vectors] * 3, settings, device())
    whole.advance(70)
    for part in (1, 7, 0, 30, 2, 100):
        sliced.advance(part)
        sliced.evaluate()
    assert sliced.iteration == 70
    assert sliced.finished
    for a, b in zip(whole.histories, sliced.histories, strict=True):
        assert np.array_equal(a.rows, b.rows)


def test_a_replica_stops_at_its_own_max_iter(vectors: DomainPair) -> None:
    replicas = Replicas(
        [vectors] * 2, [SMALL.replace(max_iter=10, weight_decay=0.1), SMALL.replace(max_iter=40)], device()
    )
    replicas.advance(10)
    stopped, going = (replicas.views(r)[0].features.copy() for r in (0, 1))
    assert not replicas.finished
    replicas.advance(100)
    assert [len(h) for h in replicas.histories] == [10, 40]
    assert replicas.iteration == 40
    assert np.array_equal(replicas.views(0)[0].features, stopped)
    assert not np.allclose(replicas.views(1)[0].features, going)


def test_a_diverging_replica_disturbs_no_other(vectors: DomainPair) -> None:
    def rows_of_others(**wild: Any) -> tuple[list[np.ndarray], np.ndarray]:
        base = SMALL.replace(optimizer="sgd", learning_rate=0.01, learning_rate_decay="none", entropy_weight=0.1)
        replicas = Replicas([vectors] * 3, [base, base.replace(seed=1, **wild), base.replace(seed=2)], device())
        replicas.advance(40)
        first, middle, last = (h.rows for h in replicas.histories)
        return [first, last], middle

    # The optimizer steps neighbours of one learning rate together, and rounds a shorter row elsewhere.
    calm, _ = rows_of_others(learning_rate=0.02)
    beside, wild = rows_of_others(learning_rate=1.0, classification_weight=10.0, adversarial_weight=10.0, lambda_max=10)
    assert not np.isfinite(wild).all()
    assert all(np.array_equal(a, b) for a, b in zip(calm, beside, strict=True))


def test_replicas_beyond_one_group_are_themselves() -> None:
    pair = make_pair()
    settings = [SMALL.replace(batch_size=1024, extractor_width=64, seed=s, max_iter=5 + s) for s in range(5)]
    replicas = Replicas([pair] * 5, settings, device())
    replicas.advance(10)
    trainers = [run_alone(pair, s, 10) for s in settings]
    assert_like(replicas, trainers, 1e-3)
    assert_same_view(replicas.views(4)[1], trainers[4].look(pair.target_x), 1e-3)


def test_target_labels_are_an_exam_only() -> None:
    labelled, bare = make_pair(), make_pair(labelled=False)
    replicas = Replicas([labelled, bare], [SMALL, SMALL], device())
    replicas.advance(20)
    with_labels, without = replicas.histories
    assert np.array_equal(with_labels.rows, without.rows)
    assert [e.target_accuracy is None for e in replicas.evaluate()] == [False, True]


@pytest.mark.parametrize(
    ("shape", "changes", "expected"),
    [
        ((4,), {}, True),
        ((1, 8, 8), {}, False),
        ((1, 8, 8), {"extractor": "mlp"}, True),
        ((4,), {"extractor": "cnn"}, False),
        ((4,), {"discrepancy": "mmd"}, False),
        ((4,), {"discriminator_norm": "layer"}, False),
    ],
)
def test_what_can_be_stacked(shape: tuple[int, ...], changes: dict[str, Any], expected: bool) -> None:
    assert stackable(make_pair(shape), SMALL.replace(**changes)) is expected


@pytest.mark.parametrize("name", [k.name for k in Settings.knobs()])
def test_every_setting_acts_as_in_a_single_run_or_is_refused(name: str, vectors: DomainPair) -> None:
    other = BITING.replace(**{name: other_value(BITING, name)})
    assert stackable(vectors, other) is (name in UNDERSTOOD)
    if name not in UNDERSTOOD:
        with pytest.raises(KnobError, match=f"default: .*{name}"):
            Replicas([vectors], [other], device())
        return
    beside = [BITING] if shape_key(vectors, other) == shape_key(vectors, BITING) else []
    replicas = Replicas([vectors] * (1 + len(beside)), [*beside, other], device())
    replicas.advance(8)
    expected, unchanged = (run_alone(vectors, s, 8).history.rows for s in (other, BITING))
    np.testing.assert_allclose(replicas.histories[-1].rows[:8], expected, rtol=1e-5, atol=1e-6)
    # Otherwise a setting that replicas ignore would pass as well.
    assert np.allclose(expected[:, 2:], unchanged[:, 2:], rtol=1e-4, atol=1e-5) is (name in WITHOUT_EFFECT)


def test_a_setting_that_is_new_is_refused_until_replicas_understand_it(vectors: DomainPair) -> None:
    class Tomorrow(Settings):
        label_smoothing: float = knob(0.0, "Softens the labels.", low=0, high=1, step=0.1, live=True, group="loss")

    assert stackable(vectors, Tomorrow(gamma=3.0))
    assert not stackable(vectors, Tomorrow(label_smoothing=0.1))


def test_keys_are_equal_where_shapes_are(vectors: DomainPair) -> None:
    key = shape_key(vectors, SMALL)
    assert {shape_key(vectors, SMALL.replace(**n)) for n in NUMBERS} == {key}
    assert shape_key(make_pair(n=50), SMALL) == key
    for other in ({"batch_size": 9}, {"activation": "tanh"}, {"feature_width": 17}, {"optimizer": "sgd"}):
        assert shape_key(vectors, SMALL.replace(**other)) != key
    assert shape_key(make_pair((5,)), SMALL) != key
    assert shape_key(make_pair(classes=2), SMALL) != key


def test_what_does_not_fit_together_is_refused(vectors: DomainPair) -> None:
    with pytest.raises(KnobError, match="must agree"):
        Replicas([vectors] * 2, [SMALL, SMALL.replace(batch_size=16)], device())
    with pytest.raises(KnobError, match="can be stacked"):
        Replicas([vectors], [SMALL.replace(discrepancy="coral")], device())
