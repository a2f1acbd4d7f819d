"""Choosing without target labels: values known by hand, blindness to target labels, runs that went wrong."""

from __future__ import annotations

import math

import numpy as np
import pytest

from dann_core import DomainPair, Settings, Trainer, View, domains
from dann_core.engine import device
from dann_core.sweeps.selection import MEASURED_CORRELATIONS, NEIGHBOURS, SCORES, reverse_validation, scores

CHEAP = [name for name in SCORES if name != "reverse_validation"]
QUICK = Settings(batch_size=16, max_iter=150, learning_rate=0.01, activation="tanh", discriminator_depth=1)


def view(probabilities: list | np.ndarray) -> View:
    probabilities = np.asarray(probabilities, dtype=np.float32)
    return View(np.zeros((len(probabilities), 2)), probabilities, np.full(len(probabilities), 0.5))


def pair_of(source_y: list[int], n_target: int, target_y: np.ndarray | None = None) -> DomainPair:
    names = ("a", "b")
    return DomainPair(np.zeros((len(source_y), 2)), source_y, np.zeros((n_target, 2)), target_y, class_names=names)


def trained(pair: DomainPair, settings: Settings) -> tuple[View, View]:
    trainer = Trainer(pair, settings, device())
    trainer.advance(settings.max_iter)
    return trainer.look(pair.source_x, "source"), trainer.look(pair.target_x)


def test_values_known_by_hand() -> None:
    source = view([[0.5, 0.5], [0.25, 0.75]])
    target = view([[1, 0], [1, 0], [0, 1]])
    found = scores(pair_of([0, 1], 3), source, target)
    assert found["source_risk"] == pytest.approx((math.log(2) + math.log(4 / 3)) / 2)
    assert found["target_entropy"] == pytest.approx(0, abs=1e-6)
    # Twice a neighbour at cosine 1 against one at 0, once two at 0 and so equally near.
    near = 1 / (1 + math.exp(-20))
    certain = -near * math.log(near) - (1 - near) * math.log(1 - near)
    assert found["soft_neighbourhood_density"] == pytest.approx((2 * certain + math.log(2)) / 3)

    unsure = scores(pair_of([0, 1], 2), source, view([[0.5, 0.5], [1, 0]]))
    assert unsure["target_entropy"] == pytest.approx(math.log(2) / 2)
    assert unsure["source_risk"] == found["source_risk"]


def test_a_certain_mistake_costs_a_finite_risk() -> None:
    found = scores(pair_of([0, 1], 2), view([[0, 1], [0, 1]]), view([[1, 0], [0, 1]]))
    assert 10 < found["source_risk"] < math.inf


def test_density_stands_on_a_bounded_even_subset() -> None:
    n = 5 * NEIGHBOURS
    alike = scores(pair_of([0, 1], n), view([[1, 0], [0, 1]]), view(np.tile([1.0, 0.0], (n, 1))))
    assert alike["soft_neighbourhood_density"] == pytest.approx(math.log(NEIGHBOURS - 1))
    # Classes in two blocks: only a subset that reaches both ends finds two halves, each dense in itself.
    halves = scores(pair_of([0, 1], n), view([[1, 0], [0, 1]]), view(np.repeat([[1.0, 0.0], [0.0, 1.0]], n // 2, 0)))
    assert halves["soft_neighbourhood_density"] == pytest.approx(math.log(NEIGHBOURS / 2 - 1), abs=1e-3)


def test_target_labels_are_never_read() -> None:
    blobs = domains.load("blobs", size=60, classes=2)
    parts = blobs.source_x, blobs.source_y, blobs.target_x
    pairs = [DomainPair(*parts, y, class_names=blobs.class_names) for y in (blobs.target_y, 1 - blobs.target_y, None)]
    found = []
    for pair in pairs:
        source, target = trained(pair, QUICK)
        found.append({**scores(pair, source, target), "reverse_validation": reverse_validation(pair, QUICK, target)})
    assert found[0] == found[1] == found[2]
    assert found[0].keys() == SCORES.keys()


def test_reverse_validation_prefers_the_aligned_moons() -> None:
    risks = []
    # One seed's figures depend on the processor's rounding.
    for seed in range(3):
        moons, preset = domains.load("moons", seed=seed), domains.preset("moons").replace(max_iter=600, seed=seed)
        source_only = preset.replace(adversarial_weight=0.0)
        # The way back is the same for both, so that the predictions alone decide.
        risks.append([reverse_validation(moons, preset, trained(moons, s)[1]) for s in (preset, source_only)])
    aligned, plain = np.mean(risks, 0)
    assert aligned < plain


def test_reverse_validation_learns_from_the_predictions_alone() -> None:
    still = domains.load("blobs", size=120, classes=2, shift=0.0)
    truth = np.eye(2)[still.target_y]
    assert reverse_validation(still, QUICK, view(truth)) < 0.05
    assert reverse_validation(still, QUICK, view(1 - truth)) > 0.95


def test_one_class_for_everything() -> None:
    blobs = domains.load("blobs", size=60, classes=3)
    collapsed = view(np.tile([0.0, 1.0, 0.0], (60, 1)))
    assert reverse_validation(blobs, QUICK, collapsed) == 1.0
    found = scores(blobs, view(np.eye(3)[blobs.source_y]), collapsed)
    # The known weakness of both: nothing looks more certain, or denser.
    assert found["target_entropy"] == pytest.approx(0, abs=1e-6)
    assert found["soft_neighbourhood_density"] == pytest.approx(math.log(59))


def test_a_class_that_is_never_predicted_stops_nothing() -> None:
    blobs = domains.load("blobs", size=60, classes=3)
    two_of_three = view(np.eye(3)[np.minimum(blobs.target_y, 1)])
    assert 0.2 < reverse_validation(blobs, QUICK, two_of_three) < 1


@pytest.mark.parametrize("where", ["source", "target"])
@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_diverged_run_scores_nan(where: str, value: float) -> None:
    good, bad = view([[1, 0], [0, 1]]), view([[1, 0], [value, value]])
    pair = pair_of([0, 1], 2)
    found = scores(pair, *((bad, good) if where == "source" else (good, bad)))
    assert list(found) == CHEAP
    assert all(math.isnan(score) for score in found.values())
    assert math.isnan(reverse_validation(pair, QUICK, bad))


def test_a_way_back_that_diverges_scores_nan() -> None:
    blobs = domains.load("blobs", size=60, classes=2)
    wild = Settings(optimizer="sgd", learning_rate=1.0, lambda_max=10.0, learning_rate_decay="none", max_iter=100)
    assert math.isnan(reverse_validation(blobs, wild, view(np.eye(2)[blobs.target_y])))


def test_the_choice_follows_the_direction_and_passes_over_nan() -> None:
    values = [math.nan, 0.2, 0.7, 0.7, 0.2]
    assert SCORES["soft_neighbourhood_density"].best(values) == 2
    assert SCORES["reverse_validation"].best(values) == 1
    assert SCORES["target_entropy"].best([math.nan, math.nan]) is None


def test_measured_correlations_are_of_known_scores_and_domains() -> None:
    assert MEASURED_CORRELATIONS.keys() == SCORES.keys()
    for measured in MEASURED_CORRELATIONS.values():
        assert measured
        assert set(measured) <= set(domains.names())
        assert all(-1 <= value <= 1 for value in measured.values())
