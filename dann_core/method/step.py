"""The training step, as the method is explained: what one iteration computes, term by term."""

from __future__ import annotations

from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor, optim

from dann_core.domains.pair import DomainPair
from dann_core.method.data import Loader
from dann_core.method.discrepancy import entropy, marginal_entropy
from dann_core.method.networks import Network
from dann_core.method.schedules import entropy_weight_at, lambda_at, learning_rate_at
from dann_core.settings import Settings
from dann_core.settings.catalogue import DISCREPANCIES


class Step(Protocol):
    """A way to carry out iterations of a run, made for its network and the settings in force.

    Whatever lasts is in network and optimizer, so that one step can go on from where another has stopped.
    """

    def __init__(self, network: Network, optimizer: optim.Optimizer, loader: Loader, settings: Settings) -> None: ...

    @staticmethod
    def knows(pair: DomainPair, settings: Settings) -> bool:
        """Whether it trains such an experiment."""

    def __call__(self, iterations: range) -> Tensor:
        """Train; returns the losses `(len(iterations), 4)`, unweighted, in the order of `History`."""


class ReadableStep:
    """Trains everything, by autograd. Other steps are held against it."""

    def __init__(self, network: Network, optimizer: optim.Optimizer, loader: Loader, settings: Settings) -> None:
        self.network, self.optimizer, self.loader, self.settings = network, optimizer, loader, settings

    @staticmethod
    def knows(pair: DomainPair, settings: Settings) -> bool:
        """Everything."""
        return True

    def __call__(self, iterations: range) -> Tensor:
        self.network.train()
        losses = [loss for iteration in iterations for loss in self._one(iteration)]
        return torch.stack(losses).view(-1, 4)

    def _one(self, iteration: int) -> list[Tensor]:
        settings, network = self.settings, self.network
        x, y = self.loader.batch(iteration)
        n = len(y)

        # Features: both domains in one pass through the same extractor.
        features = network(x)  # (2n, D)
        # Only the entropy term asks which classes target samples are given.
        logits = network.classifier(features if settings.entropy_weight else features[:n])  # (n or 2n, K)

        # Classification loss: only the source has labels.
        classification = F.cross_entropy(logits[:n], y)

        # Adversarial loss: the discriminator descends it; through the reversal the extractor ascends it.
        limit = self._reversal_limit(classification, features)
        adversarial = network.adversarial.joint(features, n, lambda_at(settings, iteration), limit)
        loss = settings.classification_weight * classification + settings.adversarial_weight * adversarial

        # Discrepancy and entropy: optional, and need no discriminator.
        discrepancy = uncertainty = features.new_zeros(())
        if settings.discrepancy != "none":
            discrepancy = DISCREPANCIES[settings.discrepancy].load()(features[:n], features[n:])
            loss = loss + settings.discrepancy_weight * discrepancy
        if settings.entropy_weight:
            uncertainty, spread = entropy(logits[n:]), marginal_entropy(logits[n:])
            entropy_weight = entropy_weight_at(settings, iteration)
            loss = loss + entropy_weight * (uncertainty - settings.entropy_balance * spread)

        # Update. Gradients that lie in one tensor stay there; others are cheaper made anew.
        self.optimizer.zero_grad(set_to_none=network.flat is None)
        loss.backward()
        descend(self.optimizer, settings, iteration)
        return [term.detach() for term in (classification, adversarial, discrepancy, uncertainty)]

    def _reversal_limit(self, classification: Tensor, features: Tensor) -> Tensor | None:
        """How long the reversed gradient may be: a multiple of the classification gradient, both at the features."""
        if not self.settings.reversal_limit:
            return None
        (gradient,) = torch.autograd.grad(classification, features, retain_graph=True)
        return self.settings.reversal_limit * self.settings.classification_weight * gradient.norm()


def descend(optimizer: optim.Optimizer, settings: Settings, iteration: int) -> None:
    """One step of the optimizer, with the learning rate of that iteration."""
    for group in optimizer.param_groups:
        group["lr"], group["weight_decay"] = learning_rate_at(settings, iteration), settings.weight_decay
    optimizer.step()
