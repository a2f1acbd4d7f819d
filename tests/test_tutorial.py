"""The tutorial that this project comes from, step by step, with this package's parts and then trained."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from dann_core import AdversarialLoss, Discriminator, DomainPair, Settings
from dann_core.method import networks

CLASSES, SIDE = 3, 128


def pictures(n: int, shift: float) -> tuple[np.ndarray, np.ndarray]:
    """`(n, 3, 128, 128)` pictures, brighter in another third for each class; `shift` is added to the ground."""
    rng = np.random.default_rng([n, round(100 * shift)])
    y = np.arange(n) % CLASSES
    x = 0.3 * rng.random((n, 3, SIDE, SIDE)) + shift
    for picture, label in zip(x, y, strict=True):
        picture[:, :, label * 42 : label * 42 + 42] += 0.5
    return x.astype(np.float32), y


def test_the_loss_needs_no_arguments() -> None:
    torch.manual_seed(0)
    source, target = torch.randn(64, 256, requires_grad=True), torch.randn(64, 256, requires_grad=True)
    adv = AdversarialLoss()
    loss = adv(source, target)
    assert loss.shape == ()
    assert loss.item() == pytest.approx(math.log(2), abs=0.1)
    discriminator = adv.discriminator
    widths = [(m.in_features, m.out_features) for m in discriminator.modules() if isinstance(m, torch.nn.Linear)]
    assert widths == [(256, 256), (256, 256), (256, 1)]
    assert discriminator.norm == "batch"
    # At the first iteration lambda is 0: the discriminator learns, the features do not hear of it.
    loss.backward()
    assert source.grad.abs().max() == 0
    assert all(p.grad.abs().max() > 0 for name, p in discriminator.named_parameters() if "weight" in name)
    adv(source, target).backward()
    assert adv.scheduler.curr_iter == 2
    assert source.grad.abs().max() > 0


def test_the_tutorials_cnn_gives_12544_features_and_trains_with_the_loss() -> None:
    torch.manual_seed(0)
    pair = DomainPair(*pictures(48, 0.0), *pictures(45, 0.2), name="pictures")
    network = networks.build(pair.sample_shape, CLASSES, Settings(extractor="tutorial-cnn"))
    extractor, classifier = network.extractor, network.classifier
    source, target = torch.from_numpy(pair.source_x), torch.from_numpy(pair.target_x)
    labels = torch.from_numpy(pair.source_y)
    assert extractor(source[:4]).shape == (4, 12_544)

    with pytest.raises(ValueError, match="built for 256 features and got 12544"):
        AdversarialLoss()(extractor(source[:4]), extractor(target[:4]))
    steps = 12
    adv = AdversarialLoss(Discriminator(12_544, norm="batch"), gamma=10, max_iter=steps)

    modules = torch.nn.ModuleList([extractor, classifier, adv])
    optimizer = torch.optim.Adam(modules.parameters(), 1e-3)
    classification, adversarial, lambdas = [], [], []
    for step in range(steps):
        picked = torch.arange(12) + 12 * (step % 3)
        f_s, f_t = extractor(source[picked]), extractor(target[picked])
        label_loss = torch.nn.functional.cross_entropy(classifier(f_s), labels[picked])
        lambdas.append(adv.lamb())
        domain_loss = adv(f_s, f_t)
        optimizer.zero_grad()
        (label_loss + domain_loss).backward()
        optimizer.step()
        classification.append(label_loss.item())
        adversarial.append(domain_loss.item())

    assert lambdas[0] == 0
    assert lambdas == sorted(lambdas)
    assert adv.lamb() == pytest.approx(2 / (1 + math.exp(-10)) - 1)
    assert np.mean(classification[-3:]) < 0.5 * classification[0]
    # Each domain's own batch statistics hide that the target is brighter: the discriminator stays near chance.
    assert adversarial == pytest.approx([math.log(2)] * steps, abs=0.15)
