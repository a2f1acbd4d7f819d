"""The gradients that a look tells of are those of plain autograd and of the training step; looking changes no bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from conftest import make_pair
from dense_settings import SMALL, UNEQUAL, Readable

from dann_core import Settings, Trainer, domains
from dann_core.engine import device
from dann_core.live.frame import frame_of
from dann_core.live.gradients import ARROWS, BATCH, STEPS, Gradients, TugOfWar, gradients
from dann_core.live.message import unpack
from dann_core.live.recording import FIGURES
from dann_core.live.sample import stratified_sample
from dann_core.live.snapshot import Observer

KINDS: dict[str, tuple[tuple[int, ...], dict[str, Any]]] = {
    "vectors": ((2,), {"lambda_max": 2.0, "classification_weight": 0.7, "adversarial_weight": 1.4}),
    "limited": ((2,), {"reversal_limit": 0.1, "lambda_max": 5.0, "adversarial_weight": 5.0}),
    "conditional": ((3,), {"discriminator_input": "conditional"}),
    "batch norm": ((2,), {"discriminator_norm": "batch"}),
    "images": ((1, 16, 16), {"discriminator_norm": "batch-joint"}),
    "signals": ((1, 64), {"bottleneck": 8}),
}


def trained(kind: str, iterations: int = 25) -> Trainer:
    shape, more = KINDS[kind]
    trainer = Readable(make_pair(shape), SMALL.replace(**more), device())
    trainer.advance(iterations)
    return trainer


def batch_of(trainer: Trainer) -> tuple[torch.Tensor, torch.Tensor]:
    return trainer._step.loader.batch(trainer.iteration)


def of(trainer: Trainer) -> Gradients:
    """Of the batch that comes next."""
    shares = torch.bincount(trainer.source_y) / len(trainer.source_y)
    return gradients(trainer.network, trainer.settings, trainer.lamb, *batch_of(trainer), shares)


def norm(parts: Any) -> float:
    return float(torch.cat([part.flatten() for part in parts]).norm())


def test_the_numbers_are_those_of_plain_autograd() -> None:
    trainer = trained("vectors")
    network, settings = trainer.network, trainer.settings
    x, y = batch_of(trainer)
    n = len(y)
    features = network.extractor(x)
    classification = settings.classification_weight * F.cross_entropy(network.classifier(features[:n]), y)
    logits = network.adversarial.discriminator(features)[:, 0]
    adversarial = (
        settings.adversarial_weight
        * 0.5
        * (
            F.binary_cross_entropy_with_logits(logits[:n], torch.ones_like(logits[:n]))
            + F.binary_cross_entropy_with_logits(logits[n:], torch.zeros_like(logits[n:]))
        )
    )

    def grad(loss: torch.Tensor, *at: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return torch.autograd.grad(loss, at, retain_graph=True)

    (g_y,), (g_d,) = grad(classification, features), grad(adversarial, features)
    found, lamb, extractor = of(trainer), trainer.lamb, list(network.extractor.parameters())
    assert lamb > 1
    assert found.classification == pytest.approx(float(g_y.norm()), rel=1e-4)
    assert found.adversarial == pytest.approx(float(g_d.norm()), rel=1e-4)
    assert found.reversed == pytest.approx(lamb * float(g_d.norm()), rel=1e-4)
    assert found.effective_lambda == pytest.approx(lamb, rel=1e-4)
    assert found.ratio == pytest.approx(lamb * float(g_d.norm() / g_y.norm()), rel=1e-4)
    cosine = -float((g_y * g_d).sum() / g_y.norm() / g_d.norm())
    assert found.cosine == pytest.approx(cosine, abs=1e-5)
    assert found.classifier == pytest.approx(norm(grad(classification, *network.classifier.parameters())), rel=1e-4)
    assert found.discriminator == pytest.approx(norm(grad(adversarial, *network.adversarial.parameters())), rel=1e-4)
    assert found.extractor_classification == pytest.approx(norm(grad(classification, *extractor)), rel=1e-4)
    assert found.extractor_reversed == pytest.approx(lamb * norm(grad(adversarial, *extractor)), rel=1e-4)
    np.testing.assert_allclose(found.at_features[1], -lamb * g_d.cpu().numpy(), rtol=1e-3, atol=1e-7)


@pytest.mark.parametrize("kind", KINDS)
def test_they_are_those_of_the_training_step(kind: str) -> None:
    trainer = trained(kind)
    network, found = trainer.network.train(), of(trainer)
    x, _ = batch_of(trainer)
    both = torch.from_numpy(found.at_features.sum(0)).to(x.device)
    of_extractor = torch.autograd.grad(network(x), list(network.extractor.parameters()), both)
    trainer.advance(1)
    # The step leaves its gradients where the optimizer has found them.
    for parameter, expected in zip(network.extractor.parameters(), of_extractor, strict=True):
        assert torch.allclose(parameter.grad, expected, rtol=1e-3, atol=1e-6)
    assert found.classifier == pytest.approx(norm(p.grad for p in network.classifier.parameters()), rel=1e-3)
    assert found.discriminator == pytest.approx(norm(p.grad for p in network.adversarial.parameters()), rel=1e-3)


def test_samples_are_weighed_as_in_the_training_step() -> None:
    pair = domains.load("blobs", target_shares="mostly class 0")
    trainer = Readable(pair, UNEQUAL.replace(entropy_weight=0.0, entropy_balance=0.0), device())
    # Shares are looked at again every few iterations, and not in the one that follows here.
    trainer.advance(97)
    found = of(trainer)
    assert float(trainer.network.shares.reference[0]) > 0.5
    trainer.advance(1)
    network = trainer.network
    assert found.classifier == pytest.approx(norm(p.grad for p in network.classifier.parameters()), rel=1e-3)
    assert found.discriminator == pytest.approx(norm(p.grad for p in network.adversarial.parameters()), rel=1e-3)


def test_the_effective_lambda_is_what_the_limit_leaves() -> None:
    trainer = trained("limited")
    found = of(trainer)
    assert found.effective_lambda < 0.5 * trainer.lamb
    assert found.ratio == pytest.approx(trainer.settings.reversal_limit, rel=1e-4)
    assert found.effective_lambda == pytest.approx(0.1 * found.classification / found.adversarial, rel=1e-4)


def test_without_an_adversary_there_is_no_lambda_to_tell() -> None:
    trainer = Trainer(make_pair(), SMALL.replace(adversarial_weight=0.0), device())
    snapshot = Observer(trainer.pair).observe(trainer)
    values = unpack(frame_of(snapshot, trainer.settings, 2).packed).values
    assert values["effective_lambda"] is None
    assert values["gradient_cosine"] is None
    assert values["gradients"]["reversed"] == values["gradients"]["discriminator"] == 0
    assert values["gradients"]["classification"] > 0


@pytest.mark.parametrize("kind", KINDS)
def test_a_look_changes_no_bit(kind: str) -> None:
    shape, more = KINDS[kind]
    looked, alone = (Trainer(make_pair(shape), SMALL.replace(**more), device()) for _ in range(2))
    tug = TugOfWar(stratified_sample(looked.pair), int(np.prod(shape)))
    for _ in range(4):
        random = torch.get_rng_state()
        for _ in range(3):
            tug.look(looked)
        assert torch.equal(torch.get_rng_state(), random)
        for trainer in (looked, alone):
            trainer.advance(5)
    assert np.array_equal(looked.history.rows, alone.history.rows)
    states = [trainer.state_dict() for trainer in (looked, alone)]
    for name, value in states[0]["network"].items():
        assert torch.equal(value, states[1]["network"][name]), name
    for one, other in zip(*(state["optimizer"]["state"].values() for state in states), strict=True):
        assert all(torch.equal(torch.as_tensor(one[name]), torch.as_tensor(other[name])) for name in one)


def test_a_frame_tells_them_and_they_are_columns_of_the_figures() -> None:
    pair, settings = domains.load("moons"), domains.preset("moons")
    trainer, observer = Trainer(pair, settings, device()), Observer(pair, settings.seed)
    observer.observe(trainer)
    trainer.advance(150)
    snapshot = observer.observe(trainer)
    shown = frame_of(snapshot, settings, pair.n_classes)
    values = unpack(shown.packed).values
    # The same batch, by another way: evenly spaced among the drawn ones.
    sample = stratified_sample(pair, seed=settings.seed)
    evenly = np.linspace(0, len(sample.source) - 1, BATCH).astype(int)
    x = torch.cat([trainer.source_x[sample.source[evenly]], trainer.target_x[sample.target[evenly]]])
    shares = torch.full((2,), 0.5)
    found = gradients(trainer.network, settings, trainer.lamb, x, trainer.source_y[sample.source[evenly]], shares)
    assert values["gradients"] == pytest.approx(found.facts())
    assert values["gradients"]["extractor_reversed"] > 0
    for name in ("effective_lambda", "gradient_ratio", "gradient_cosine"):
        assert shown.figures[FIGURES.index(name) - 1] == values[name]
    assert values["effective_lambda"] == pytest.approx(trainer.lamb, rel=1e-4)


def test_no_pull_is_shown_of_a_run_that_never_adapts() -> None:
    pair = domains.load("moons", angle=0.0)
    settings = domains.preset("moons").replace(class_shares="estimated", max_iter=100)
    trainer, observer = Trainer(pair, settings, device()), Observer(pair, settings.seed)
    shown = []
    # Before it decides, when it is about to, and after.
    for iteration in (24, 25, 26):
        trainer.advance(iteration - trainer.iteration)
        values = unpack(frame_of(observer.observe(trainer), settings, pair.n_classes).packed).values
        shown.append((values["lambda"] > 0, values["effective_lambda"]))
    assert shown == 3 * [(False, 0)]


def test_arrows_point_where_the_picture_would_move() -> None:
    pair, settings = domains.load("moons"), domains.preset("moons")
    trainer, observer = Trainer(pair, settings, device()), Observer(pair, settings.seed)
    for _ in range(2):
        trainer.advance(100)
        snapshot = observer.observe(trainer)
    arrays = unpack(frame_of(snapshot, settings, pair.n_classes).packed).arrays
    features, plane = observer._sight.features, observer._pca.plane
    assert (features - features.mean(0)) @ plane == pytest.approx(snapshot.pca, abs=1e-4)

    at, pulls = arrays["pulled"], arrays["pulls"] / STEPS
    assert len(at) == len(set(at.tolist())) == 2 * ARROWS
    assert (at < len(observer.sample.source)).sum() == ARROWS
    assert np.linalg.norm(pulls, axis=2).max() == pytest.approx(1, abs=1e-3)
    # The classifier has no label to pull a target sample by.
    assert not pulls[0, ARROWS:].any()
    # A step of the features along the discriminator's pull takes its loss up, one along the classifier's its own down.
    tug = observer._tug
    found = tug.look(trainer)
    both = np.concatenate([tug._source, tug._target])
    drawn = np.concatenate([pair.source_x[both[:BATCH]], pair.target_x[both[BATCH:]]])
    seen = torch.from_numpy(trainer.look(drawn).features)
    y = trainer.source_y[torch.from_numpy(tug._source)].cpu()
    steps = torch.from_numpy(-0.1 * found.at_features)
    before, classified, told = (losses(trainer, seen + step, y) for step in (0, *steps))
    assert classified[0] < before[0]
    assert told[1] > before[1]


def losses(trainer: Trainer, features: torch.Tensor, y: torch.Tensor) -> tuple[float, float]:
    """The classification and the adversarial loss of these features."""
    features, n = features.to(trainer.device), len(y)
    with torch.no_grad():
        told = trainer.network.classifier(features[:n]).cpu()
        return float(F.cross_entropy(told, y)), float(trainer.network.adversarial.joint(features, n, 1.0))


def test_a_run_that_has_diverged_has_no_gradients_to_tell() -> None:
    trainer = Trainer(make_pair(), SMALL.replace(optimizer="sgd", learning_rate=1.0, seed=2), device())
    with torch.no_grad():
        trainer.network.flat.fill_(float("nan"))
    snapshot = Observer(trainer.pair).observe(trainer)
    message = unpack(frame_of(snapshot, Settings(), 2).packed)
    assert message.values["gradients"] is message.values["gradient_ratio"] is None
    assert not message.arrays["pulls"].any()
