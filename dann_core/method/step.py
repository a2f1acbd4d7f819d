"""The training step, as the method is explained: what one iteration computes, term by term."""

from __future__ import annotations

from functools import partial
from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor, optim

from dann_core.domains.pair import DomainPair
from dann_core.method.data import Loader
from dann_core.method.discrepancy import entropies, marginal_entropy
from dann_core.method.networks import Network
from dann_core.method.reweighting import Look, Reweighting
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
        self.reweighting = reweighting(network, loader, settings, self._look)

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
        if self.reweighting:
            self.reweighting.begin(iteration)

        # Features: both domains in one pass through the same extractor.
        features = network(x)  # (2n, D)
        # Not every objective asks which classes target samples are given.
        asks = settings.entropy_weight or network.seen.needs_predictions
        logits = network.classifier(features if asks else features[:n])  # (n or 2n, K)

        # What samples count for: more, the more frequent their class is in the target; and what the discriminator says.
        class_weights = log_shares = None
        adapts = 1.0
        counts_for = network.seen.weights(logits)
        if self.reweighting:
            class_weights, log_shares = self.reweighting.weights[0, :, 0], self.reweighting.log_expected[0, :, 0]
            # 0 where there is nothing to align, or nothing says what, or not yet.
            adapts = self.reweighting.adapts.item()
            by_class = torch.cat([class_weights[y], class_weights.new_ones(n)])[:, None]
            counts_for = by_class if counts_for is None else by_class * counts_for

        # Classification loss: only the source has labels.
        classification = F.cross_entropy(logits[:n], y, class_weights, reduction="sum") / n

        # Adversarial loss: the discriminator descends it; through the reversal the extractor ascends it.
        limit = self._reversal_limit(classification, features)
        lamb = settings.lambda_sign * lambda_at(settings, iteration) * adapts
        seen = partial(network.seen, logits=logits)
        adversarial = network.adversarial.joint(features, n, lamb, limit, seen, counts_for)
        loss = settings.classification_weight * classification + settings.adversarial_weight * adversarial

        # Discrepancy and entropy: optional, and need no discriminator.
        discrepancy = uncertainty = features.new_zeros(())
        if settings.discrepancy != "none":
            discrepancy = DISCREPANCIES[settings.discrepancy].load()(features[:n], features[n:])
            if adapts:
                loss = loss + settings.discrepancy_weight * discrepancy
        if settings.entropy_weight:
            each = entropies(logits[n:])
            uncertainty, spread = each.mean(), marginal_entropy(logits[n:], log_shares)
            if self.reweighting:
                # Shares that chance alone may have moved need not be balanced.
                spread = (spread + self.reweighting.slack.squeeze()).clamp(max=0)
            term = uncertainty - settings.entropy_balance * spread
            picked = self.loader.target_batches(iteration)[None]
            held = self.reweighting and self.reweighting.held(picked, logits[n:].detach().softmax(1).T[None])
            if held is not None:
                # Few samples are sharpened as far as neighbours agree, and held to what they were.
                agreed, first = held[0][0, 0], held[1][0].T
                term = (agreed * each).mean() - agreed.mean() * settings.entropy_balance * spread
                term = term + self.reweighting.hold.squeeze() * F.cross_entropy(logits[n:], first)
            loss = loss + entropy_weight_at(settings, iteration) * adapts * term

        # Update. Gradients that lie in one tensor stay there; others are cheaper made anew.
        self.optimizer.zero_grad(set_to_none=network.flat is None)
        loss.backward()
        descend(self.optimizer, settings, iteration)
        return [term.detach() for term in (classification, adversarial, discrepancy, uncertainty)]

    def _look(self, _: int, x: Tensor) -> tuple[Tensor, Tensor]:
        network = self.network.eval()
        features = torch.cat([network(part) for part in x.split(64)])
        log_p = network.classifier(features).log_softmax(1)
        network.train()
        return features, log_p

    def _reversal_limit(self, classification: Tensor, features: Tensor) -> Tensor | None:
        """How long the reversed gradient may be: a multiple of the classification gradient, both at the features."""
        if not self.settings.reversal_limit:
            return None
        (gradient,) = torch.autograd.grad(classification, features, retain_graph=True)
        return self.settings.reversal_limit * self.settings.classification_weight * gradient.norm()


def reweighting(network: Network, loader: Loader, settings: Settings, look: Look) -> Reweighting | None:
    """What a run knows of the target's class shares, kept in its network; None where they are not estimated."""
    if not settings.weighs_classes:
        return None
    return Reweighting([network.shares], [(loader.source_x, loader.source_y)], [loader.target_x], [settings], look)


def descend(optimizer: optim.Optimizer, settings: Settings, iteration: int) -> None:
    """One step of the optimizer, with the learning rate of that iteration."""
    for group in optimizer.param_groups:
        group["lr"], group["weight_decay"] = learning_rate_at(settings, iteration), settings.weight_decay
    optimizer.step()
