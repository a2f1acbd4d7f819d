"""The Trainer: repeatable bit for bit, blind to target labels, and equal to a plain loop."""

from __future__ import annotations

import dataclasses
import io
import math
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from conftest import make_pair
from dense_settings import Readable

from dann_core import DomainPair, KnobError, MMDLoss, Settings, Trainer, domains
from dann_core.engine import device
from dann_core.method import networks

PLAIN = Settings(batch_size=8, max_iter=40, feature_width=16, extractor_width=16, discriminator_width=16)


def weights(trainer: Trainer) -> torch.Tensor:
    return torch.cat([p.detach().reshape(-1) for p in trainer.network.parameters()])


def same(a: Trainer, b: Trainer) -> bool:
    return torch.equal(weights(a), weights(b)) and np.array_equal(a.history.rows, b.history.rows)


VARIANTS = {
    "plain": {},
    "tanh sgd": {"activation": "tanh", "optimizer": "sgd", "learning_rate": 0.01},
    "batch norm": {"discriminator_norm": "batch", "optimizer": "adamw"},
    "all losses": {"discrepancy": "mmd", "discrepancy_weight": 0.5, "entropy_weight": 0.2},
    "upload": {"reversal_limit": 0.2, "entropy_weight": 0.2, "entropy_balance": 1.0},
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_slicing_and_looking_change_nothing(variant: str, vectors: DomainPair) -> None:
    settings = PLAIN.replace(**VARIANTS[variant])
    whole, sliced = Trainer(vectors, settings, device()), Trainer(vectors, settings, device())
    whole.advance(30)
    for part in (1, 7, 0, 12, 10):
        sliced.advance(part)
        sliced.evaluate()
        sliced.features(vectors.target_x)
        torch.rand(3)
    assert sliced.iteration == 30
    assert same(whole, sliced)


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_saved_run_resumes_bit_for_bit(variant: str, vectors: DomainPair) -> None:
    settings = PLAIN.replace(**VARIANTS[variant])
    whole, first = Trainer(vectors, settings, device()), Trainer(vectors, settings, device())
    whole.advance(30)
    first.advance(13)
    file = io.BytesIO()
    torch.save(first.state_dict(), file)
    first.advance(5)
    file.seek(0)
    resumed = Trainer(vectors, settings, device())
    resumed.load_state_dict(torch.load(file, weights_only=True))
    resumed.advance(17)
    assert same(whole, resumed)


def test_a_run_with_convolutions_can_be_repeated() -> None:
    pair, settings = domains.load("vibration"), domains.preset("vibration")
    one, two = Trainer(pair, settings, device()), Trainer(pair, settings, device())
    for trainer in (one, two):
        trainer.advance(30)
    assert same(one, two)


def test_live_changes_survive_saving_and_act_from_their_iteration_on(vectors: DomainPair) -> None:
    changed = PLAIN.replace(gamma=3.0, lambda_max=0.5, max_iter=20, learning_rate=5e-3)
    one, two = Trainer(vectors, PLAIN, device()), Trainer(vectors, PLAIN, device())
    for trainer in (one, two):
        trainer.advance(10)
    two.load_state_dict(two.state_dict())
    one.apply(changed)
    one.advance(15)
    two.apply(changed)
    two.advance(5)
    resumed = Trainer(vectors, PLAIN, device())
    resumed.load_state_dict(two.state_dict())
    resumed.advance(10)
    assert same(one, resumed)
    assert [c.name for c in resumed.changes] == ["gamma", "max_iter", "lambda_max", "learning_rate"]
    assert {c.iteration for c in resumed.changes} == {10}
    lambdas = one.history["lambda"]
    assert lambdas[9] == pytest.approx(math.tanh(10 * 9 / 40 / 2))
    assert lambdas[10] == pytest.approx(0.5 * math.tanh(3 * 10 / 20 / 2))
    assert lambdas[24] == pytest.approx(0.5 * math.tanh(3 / 2))


def test_max_iter_may_be_raised_after_the_end(vectors: DomainPair) -> None:
    trainer = Trainer(vectors, PLAIN.replace(max_iter=10), device())
    trainer.advance(15)
    trainer.apply(PLAIN.replace(max_iter=30))
    trainer.advance(1)
    assert trainer.history[15]["lambda"] == pytest.approx(math.tanh(10 * 15 / 30 / 2))


def test_what_changes_the_network_is_refused_live(vectors: DomainPair) -> None:
    trainer = Trainer(vectors, PLAIN, device())
    with pytest.raises(KnobError, match="discriminator_width cannot change"):
        trainer.apply(PLAIN.replace(discriminator_width=32))
    with pytest.raises(KnobError, match="another discriminator_width"):
        Trainer(vectors, PLAIN.replace(discriminator_width=32), device()).load_state_dict(trainer.state_dict())


@pytest.mark.parametrize("standardisation", ["source", "pooled", "per-domain"])
def test_target_labels_change_no_weight(standardisation: str, vectors: DomainPair) -> None:
    settings = PLAIN.replace(standardisation=standardisation, entropy_weight=0.2, discrepancy="coral")
    shuffled = np.random.default_rng(0).permutation(vectors.target_y)
    pairs = [vectors, dataclasses.replace(vectors, target_y=shuffled), dataclasses.replace(vectors, target_y=None)]
    trainers = [Trainer(pair, settings, device()) for pair in pairs]
    for trainer in trainers:
        trainer.advance(20)
        trainer.evaluate()
        trainer.advance(5)
    assert same(trainers[0], trainers[1])
    assert same(trainers[0], trainers[2])
    assert trainers[0].evaluate().target_accuracy != trainers[1].evaluate().target_accuracy
    assert trainers[2].evaluate().target_accuracy is None
    assert Settings.for_pair(pairs[0]) == Settings.for_pair(pairs[1]) == Settings.for_pair(pairs[2])


def test_seeds_differ_and_leave_the_global_state_alone(vectors: DomainPair) -> None:
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    a, b = Trainer(vectors, PLAIN, device()), Trainer(vectors, PLAIN.replace(seed=1), device())
    a.advance(3)
    assert torch.equal(torch.rand(1), expected)
    assert not torch.equal(weights(a), weights(b))


@pytest.mark.parametrize("make", [Trainer, Readable])
def test_one_step_is_a_plain_loops_step(make: type[Trainer], vectors: DomainPair) -> None:
    settings = PLAIN.replace(
        optimizer="sgd",
        learning_rate=0.1,
        learning_rate_decay="none",
        use_lambda_scheduler=False,
        lambda_max=0.6,
        classification_weight=0.9,
        adversarial_weight=0.7,
        standardisation="source",
    )
    trainer, plain = make(vectors, settings, device()), Trainer(vectors, settings, device()).network
    mean, deviation = vectors.source_x.mean(0), vectors.source_x.std(0)
    picked_s, picked_t = trainer._source_batches(0), trainer._target_batches(0)
    x_s = torch.tensor(((vectors.source_x - mean) / deviation)[picked_s], dtype=torch.float32, device=trainer.device)
    x_t = torch.tensor(((vectors.target_x - mean) / deviation)[picked_t], dtype=torch.float32, device=trainer.device)
    y_s = torch.tensor(vectors.source_y, device=trainer.device)[picked_s]

    f_s, f_t = plain.extractor(x_s), plain.extractor(x_t)
    label_loss = F.nll_loss(plain.classifier(f_s).log_softmax(1), y_s)
    logits_s, logits_t = plain.adversarial.discriminator(f_s), plain.adversarial.discriminator(f_t)
    domain_loss = 0.5 * (-F.logsigmoid(logits_s).mean() - F.logsigmoid(-logits_t).mean())
    extractor, head = list(plain.extractor.parameters()), list(plain.classifier.parameters())
    discriminator = list(plain.adversarial.parameters())
    # theta_f descends the label loss and ascends lambda times the domain loss; theta_d descends it in full.
    steps = torch.autograd.grad(0.9 * label_loss - 0.7 * 0.6 * domain_loss, extractor, retain_graph=True)
    steps += torch.autograd.grad(0.9 * label_loss, head, retain_graph=True)
    steps += torch.autograd.grad(0.7 * domain_loss, discriminator)
    expected = torch.cat(
        [(p - 0.1 * g).reshape(-1) for p, g in zip([*extractor, *head, *discriminator], steps, strict=True)]
    )

    trainer.advance(1)
    torch.testing.assert_close(weights(trainer), expected.detach(), atol=1e-6, rtol=1e-5)
    row = trainer.history[0]
    assert row["classification_loss"] == pytest.approx(label_loss.item(), rel=1e-5)
    assert row["adversarial_loss"] == pytest.approx(domain_loss.item(), rel=1e-5)


@pytest.mark.parametrize("weight", [0.0, 0.5, 2.0])
def test_the_discrepancy_is_descended_with_its_weight(weight: float, vectors: DomainPair) -> None:
    without = PLAIN.replace(optimizer="sgd", learning_rate=0.1, learning_rate_decay="none")
    settings = without.replace(discrepancy="mmd", discrepancy_weight=weight)
    trainer, plain, fresh = (Trainer(vectors, s, device()) for s in (settings, without, settings))
    f_s = fresh.network(fresh.source_x[fresh._source_batches(0)])
    f_t = fresh.network(fresh.target_x[fresh._target_batches(0)])
    steps = torch.autograd.grad(MMDLoss()(f_s, f_t), list(fresh.network.extractor.parameters()))
    assert max(step.abs().max() for step in steps) > 0.01
    trainer.advance(1)
    plain.advance(1)
    pairs = zip(trainer.network.extractor.parameters(), plain.network.extractor.parameters(), steps, strict=True)
    for moved, left, step in pairs:
        torch.testing.assert_close(moved, left - 0.1 * weight * step, atol=1e-6, rtol=1e-5)


def test_history_has_one_row_an_iteration(vectors: DomainPair) -> None:
    trainer = Trainer(vectors, PLAIN, device())
    trainer.advance(5)
    trainer.advance(6)
    assert len(trainer.history) == 11
    assert trainer.history["iteration"].tolist() == list(range(11))
    expected = ["iteration", "lambda", "classification_loss", "adversarial_loss", "discrepancy_loss", "entropy"]
    assert list(trainer.history[-1]) == expected
    assert trainer.history[0]["lambda"] == 0


@pytest.mark.parametrize(
    ("shape", "extractor"),
    [
        ((4,), "mlp"),
        ((3, 16, 16), "cnn"),
        ((1, 8, 8), "cnn"),
        ((1, 600), "cnn1d"),
        ((2, 40), "cnn1d"),
        ((3, 32, 32), "tutorial-cnn"),
    ],
)
def test_every_extractor_trains_on_its_kind(shape: tuple[int, ...], extractor: str) -> None:
    pair = make_pair(shape)
    trainer = Trainer(pair, Settings(extractor=extractor, batch_size=8, extractor_width=8, bottleneck=32), device())
    before = weights(trainer).clone()
    trainer.advance(3)
    assert not torch.equal(weights(trainer), before)
    features = trainer.features(pair.target_x)
    assert features.shape == (40, trainer.network.feature_dim)
    assert trainer.predict(pair.target_x).shape == (40,)
    assert trainer.look(pair.target_x).probabilities.sum(1) == pytest.approx(1, abs=1e-5)


def test_the_tutorial_network_flattens_to_12544_and_a_wide_discriminator_is_refused_with_the_figure() -> None:
    pair = make_pair((3, 128, 128), n=6)
    trainer = Trainer(pair, Settings(extractor="tutorial-cnn"), device())
    assert trainer.network.feature_dim == 12_544
    assert trainer.network.adversarial.discriminator.bottleneck.out_features == 256
    with pytest.raises(KnobError, match=r"328 million parameters .* lower the discriminator width or set a bottleneck"):
        Trainer(pair, Settings(extractor="tutorial-cnn", discriminator_width=12_544, bottleneck=0), device())


def test_small_domains_and_large_batches_work() -> None:
    pair = make_pair(n=5)
    trainer = Trainer(pair, PLAIN.replace(batch_size=64), device())
    trainer.advance(3)
    counts = torch.bincount(trainer._source_batches(0), minlength=5)
    assert counts.sum() == 64
    assert counts.max() - counts.min() <= 1


def test_every_sample_is_seen_equally_often() -> None:
    trainer = Trainer(make_pair(n=41), PLAIN, device())
    seen = torch.cat([trainer._source_batches(i) for i in range(41)])
    assert torch.bincount(seen, minlength=41).tolist() == [8] * 41


def test_each_epoch_has_an_order_of_its_own() -> None:
    batches = Trainer(make_pair(n=40), PLAIN.replace(batch_size=40), device())._source_batches
    orders = [batches(i).tolist() for i in range(3)]
    assert sorted(orders[0]) == list(range(40))
    assert orders[0] != orders[1] != orders[2]


def test_networks_built_at_the_same_time_do_not_share_their_random_numbers() -> None:
    settings = Settings(extractor_width=512, feature_width=512)
    # Threads that take turns this often would mix their draws in nearly every pair of builds.
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            built = list(pool.map(lambda _: networks.build((64,), 3, settings), range(40)))
    finally:
        sys.setswitchinterval(interval)
    first = built[0].extractor[1].weight
    assert all(torch.equal(network.extractor[1].weight, first) for network in built)
