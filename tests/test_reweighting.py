"""What nearest samples are believed to say of the target's class shares, and what that makes of a run."""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence

import numpy as np
import pytest
import torch
from conftest import make_pair

from bench.share_pairs import SHARE_PAIRS
from dann_core import DomainPair, Settings, Trainer, domains
from dann_core.method import reweighting
from dann_core.method.reweighting import (
    FEW,
    HALF_HELD,
    HELD,
    LEAST_TRUST,
    MANY,
    UNDECIDED,
    Reweighting,
    ShareState,
    few_of,
    hold_of,
)
from dann_core.method.schedules import decides_in, lambda_at
from dann_core.method.step import ReadableStep, Step
from dann_core.method.written_step import WrittenStep

ESTIMATED = Settings(class_shares="estimated", max_iter=320)
START = decides_in(ESTIMATED)


def asking(share: float, *, samples: int, knows: bool = True) -> Reweighting:
    """Of two equal classes, `share` of the target's samples are of the first; the domains lie apart.

    Samples of one class lie together, unless nothing `knows` them.
    """
    rng = np.random.default_rng(0)
    y = torch.arange(samples) % 2
    of_target = (torch.arange(samples) >= share * samples).long()
    source, target = (
        torch.from_numpy(rng.normal(size=(samples, 3)) + 6 * knows * labels.numpy()[:, None] * [1, 0, 0]).float()
        for labels in (y, of_target)
    )
    target[:, 2] += 99
    both = torch.cat([source, target])
    source, target = ((x - both.mean(0)) / both.std(0) for x in (source, target))
    made = Reweighting([ShareState(2)], [(source, y)], [target], [ESTIMATED], lambda _, x: (x, x.new_zeros(len(x), 2)))
    made.begin(0)
    assert made.trust.item() == UNDECIDED
    assert made.weights.eq(1).all()
    # At once, where the shares are about the source's, and there are enough samples to tell.
    assert made.adapts.item() == (knows and abs(share - 0.5) < 0.15 and samples > 30)
    made.begin(START - 1)
    assert made.trust.item() == UNDECIDED
    made.begin(START)
    return made


def test_what_united_neighbours_say_is_believed() -> None:
    found = asking(0.8, samples=2000)
    assert found.trust.item() == 1
    assert found.reference[0].tolist() == pytest.approx([0.8, 0.2], abs=1e-2)
    assert found.weights[0, :, 0].tolist() == pytest.approx([1.6, 0.4], abs=2e-2)
    assert found.log_expected[0, :, 0].tolist() == pytest.approx(np.log([0.8, 0.2]), abs=5e-2)


def test_what_chance_explains_is_hardly_believed() -> None:
    found = asking(0.6, samples=30)
    assert found.trust.item() == pytest.approx(LEAST_TRUST)
    assert found.reference[0].tolist() == pytest.approx([0.5 + 0.1 * LEAST_TRUST, 0.5 - 0.1 * LEAST_TRUST], abs=1e-2)


def test_where_neighbours_are_divided_nothing_is_weighed_or_adapted() -> None:
    found = asking(0.8, samples=2000, knows=False)
    assert found.adapts.item() == found.trust.item() == 0
    assert found.weights[0, :, 0].tolist() == [1, 1]
    assert torch.equal(found.reference, found.source)
    assert asking(0.8, samples=2000).adapts.item() == 1


def test_nothing_is_pulled_for_what_chance_explains() -> None:
    few, many = asking(0.5, samples=30), asking(0.5, samples=10_000)
    assert few.slack.item() == pytest.approx((2 * few.by_chance.item()) ** 2 / 2)
    assert few.slack.item() > 100 * many.slack.item() > 0


@pytest.mark.parametrize(("target_shares", "begins"), [("as drawn", 0), ("mostly class 0", START)])
@pytest.mark.parametrize("step", [WrittenStep, ReadableStep])
def test_a_run_adapts_at_once_where_shares_are_about_the_same_and_else_once_they_count(
    target_shares: str, begins: int, step: type[Step], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Trainer, "steps", (step,))
    settings = domains.preset("blobs").replace(class_shares="estimated", max_iter=ESTIMATED.max_iter)
    pair = domains.load("blobs", target_shares=target_shares)
    alone = settings.replace(lambda_max=0.0, entropy_weight=0.0)
    trainers = [Trainer(pair, s) for s in (settings.replace(entropy_weight=0.2), alone)]
    for iterations, are_alike in ((2, begins > 0), (START - 2, begins > 0), (2, False)):
        for trainer in trainers:
            trainer.advance(iterations)
        weights = [torch.cat([p.flatten() for p in t.network.extractor.parameters()]) for t in trainers]
        assert torch.allclose(*weights, atol=1e-6) is are_alike
    recorded = trainers[0].history["lambda"]
    assert recorded.tolist() == [0.0] * begins + [lambda_at(settings, i) for i in range(begins, START + 2)]
    assert trainers[0].lamb == lambda_at(settings, START + 2)
    assert trainers[0].network.shares.begins == begins


def test_a_run_that_was_saved_before_its_shares_count_goes_on_bit_for_bit() -> None:
    settings = domains.preset("blobs").replace(class_shares="estimated", max_iter=ESTIMATED.max_iter)
    for target_shares in ("as drawn", "mostly class 0"):
        pair = domains.load("blobs", target_shares=target_shares)
        whole, first, second = (Trainer(pair, settings) for _ in range(3))
        whole.advance(START + 9)
        first.advance(START // 2)
        second.load_state_dict(copy.deepcopy(first.state_dict()))
        second.advance(START + 9 - START // 2)
        assert np.array_equal(whole.history.rows, second.history.rows)


def test_shares_switched_on_in_the_middle_count_at_once_and_stay() -> None:
    pair, settings = domains.load("blobs", target_shares="mostly class 0"), domains.preset("blobs")
    trainer = Trainer(pair, settings)
    trainer.advance(240)
    trainer.apply(settings.replace(class_shares="estimated"))
    assert trainer.network.shares.trust == UNDECIDED
    trainer.advance(1)
    found = trainer.network.shares.reference.clone()
    assert trainer.network.shares.trust > 0
    # Another step, made in the middle, does not ask again.
    trainer.apply(trainer.settings.replace(entropy_weight=0.1))
    trainer.advance(16)
    assert torch.equal(trainer.network.shares.reference, found)


def moved(pair: DomainPair, by: Sequence[float]) -> DomainPair:
    """The same with the target so far away, in each feature."""
    return DomainPair(pair.source_x, pair.source_y, pair.target_x + np.array(by), pair.target_y)


def far(pair: DomainPair) -> DomainPair:
    """The target lies apart, but not in the direction in which classes differ; and neighbours know these."""
    source, target = (x + y[:, None] for x, y in ((pair.source_x, pair.source_y), (pair.target_x, pair.target_y)))
    return moved(DomainPair(source, pair.source_y, target, pair.target_y), [3, -3, 3, -3])


def test_a_discrepancy_waits_too_and_alone_weighs_nothing(vectors: DomainPair) -> None:
    matched = ESTIMATED.replace(discrepancy="mmd", discrepancy_weight=1.0, batch_size=8, max_iter=40)
    assert not matched.replace(adversarial_weight=0).weighs_classes
    trainers = [Trainer(far(vectors), s) for s in (matched, matched.replace(discrepancy_weight=0.0))]
    for iterations, are_alike in ((decides_in(matched), True), (1, False)):
        for trainer in trainers:
            trainer.advance(iterations)
        first, second = (next(iter(t.network.extractor.parameters())) for t in trainers)
        assert torch.allclose(first, second, atol=1e-6) is are_alike


def test_a_quarter_of_a_run_learns_the_source_alone() -> None:
    assert [decides_in(ESTIMATED.replace(max_iter=n)) for n in (1, 299, 300, 310, 600)] == [75, 75, 75, 77, 150]


def test_without_adaptation_nothing_is_weighed(vectors: DomainPair) -> None:
    alone = ESTIMATED.replace(adversarial_weight=0, max_iter=40, batch_size=8)
    assert not alone.weighs_classes
    histories = []
    for class_shares in ("estimated", "ignored"):
        trainer = Trainer(vectors, alone.replace(class_shares=class_shares))
        trainer.advance(40)
        histories.append(trainer.history.rows)
    assert np.array_equal(histories[0][:, 2:], histories[1][:, 2:])


def test_a_target_of_other_shares_is_not_harmed() -> None:
    pair = SHARE_PAIRS["digits_zoom_vectors_rare"](0)
    settings = Settings.for_pair(pair)
    accuracy = {}
    for name, changes in {
        "source only": {"adversarial_weight": 0, "entropy_weight": 0},
        "ignored": {"class_shares": "ignored"},
        "estimated": {},
    }.items():
        trainer = Trainer(pair, settings.replace(**changes))
        trainer.advance(settings.max_iter)
        accuracy[name] = trainer.evaluate().target_accuracy
    assert settings.class_shares == "estimated"
    assert accuracy["estimated"] > accuracy["source only"] > accuracy["ignored"] + 0.05


def test_of_signals_features_are_asked_for_class_shares() -> None:
    pair = domains.load("vibration", target_shares="mostly class 0", seed=1)
    settings = Settings.for_pair(pair).replace(seed=1)
    trainer, alone = Trainer(pair, settings), Trainer(pair, settings.replace(adversarial_weight=0, entropy_weight=0))
    trainer.advance(decides_in(settings) + 1)
    true = np.bincount(pair.target_y) / len(pair.target_y)
    assert trainer.network.shares.begins == decides_in(settings)
    assert np.abs(trainer.network.shares.reference.numpy() - true).sum() < 0.2
    trainer.advance(settings.max_iter - trainer.iteration)
    alone.advance(settings.max_iter)
    assert trainer.evaluate().target_accuracy > alone.evaluate().target_accuracy


def began(pair: DomainPair, settings: Settings) -> ShareState:
    """What is kept of the target's samples from the iteration that begins to adapt."""
    trainer = Trainer(pair, settings)
    trainer.advance(decides_in(settings))
    assert not trainer.network.shares.held.any()
    first = torch.from_numpy(trainer.look(pair.target_x).probabilities)
    trainer.advance(1)
    found = copy.deepcopy(trainer.network.shares)
    if len(found.held):
        torch.testing.assert_close(found.held, first, atol=1e-5, rtol=1e-4)
    trainer.advance(40)
    assert torch.equal(trainer.network.shares.held, found.held)
    return found


def test_few_target_samples_are_held_to_what_they_were_when_adapting_began() -> None:
    settings = ESTIMATED.replace(entropy_weight=0.2, batch_size=8)
    found = began(make_pair(), settings)
    assert len(found.held) == len(found.around) == 40
    assert torch.allclose(found.around.sum(1), torch.ones(40))
    assert not len(began(make_pair(n=MANY), settings).held)


def test_the_fewer_samples_the_more_they_are_held() -> None:
    assert [few_of(n) for n in (1, 2, FEW, (FEW + MANY) // 2, MANY)] == [0, 1, 1, 0.5, 0]
    assert [hold_of(n) / HELD for n in (1, HALF_HELD, MANY)] == [0, 0.5, 0]


def test_a_held_sample_keeps_its_class_where_entropy_would_turn_it(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = ESTIMATED.replace(entropy_weight=5.0, batch_size=8)
    pair = far(make_pair())
    changed = []
    for weight in (0.0, 20.0):
        monkeypatch.setattr(reweighting, "HELD", weight)
        trainer = Trainer(pair, settings)
        trainer.advance(START)
        began = trainer.predict(trainer.pair.target_x)
        trainer.advance(settings.max_iter - START)
        changed.append(int((trainer.predict(trainer.pair.target_x) != began).sum()))
    assert changed[1] < changed[0]


def test_older_states_are_read() -> None:
    new, old = ShareState(3), ShareState(3)
    old.reference += 0.5
    state = {name: value for name, value in old.state_dict().items() if name not in ("held", "around")}
    # Predictions were counted once.
    counts = {"counted": torch.ones(3), "first": torch.ones(3), "confidence": torch.ones(())}
    new.load_state_dict(state | counts)
    assert torch.equal(new.reference, old.reference)
    assert new.held.shape == (0, 3)


@pytest.mark.parametrize("discriminator_norm", ["none", "layer"])
def test_domains_that_are_mixed_are_left_alone(discriminator_norm: str) -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(400, 4)), rng.integers(0, 2, 400)
    # One population, of which the target has fewer of one class; once as it is, and once moved away.
    kept = np.flatnonzero((y[200:] == 0) | (rng.random(200) < 0.2)) + 200
    x += 2 * y[:, None]
    mixed = DomainPair(x[:200], y[:200], x[kept], y[kept])
    settings = ESTIMATED.replace(entropy_weight=0.2, batch_size=32, discriminator_norm=discriminator_norm)
    alone = settings.replace(entropy_weight=0.0, adversarial_weight=0.0)
    for pair, is_alike in ((mixed, True), (moved(mixed, [3, -3, 3, -3]), False)):
        trainers = [Trainer(pair, s) for s in (settings, alone)]
        for trainer in trainers:
            trainer.advance(settings.max_iter)
        # Left alone are weights, reversed gradient and entropy: what is left is source-only training.
        weights = [torch.cat([p.flatten() for p in t.network.extractor.parameters()]) for t in trainers]
        assert torch.allclose(*weights, atol=1e-4) is is_alike
        assert trainers[0].network.shares.why_not(settings) == ("domains overlap" if is_alike else None)


def test_whether_a_run_adapts_is_saved_and_older_states_do(vectors: DomainPair) -> None:
    settings = ESTIMATED.replace(batch_size=8)
    trainer = Trainer(vectors, settings)
    trainer.advance(START + 1)
    assert trainer.network.shares.adapts_from(settings) == math.inf
    assert trainer.lamb == 0
    state = trainer.state_dict()
    older = {k: v for k, v in state["network"].items() if not k.endswith("begins")}
    for network, begins in (
        (state["network"], math.inf),
        (older | {"shares.strength": torch.tensor(0.0)}, math.inf),
        (older | {"shares.strength": torch.tensor(0.4)}, 0),
        (older, 0),
    ):
        resumed = Trainer(vectors, settings)
        resumed.load_state_dict({**state, "network": dict(network)})
        assert resumed.network.shares.adapts_from(settings) == begins
        assert (resumed.network.shares.why_not(settings) is None) is (begins == 0)
