"""The training step with its backward pass written out: what `method.step` computes, twice as quick on small networks.

Of a small network's step, most is what autograd and single calls cost. Here one batched product stands for each layer,
buffers are kept, and the optimizer steps one tensor (`python -m bench.steps`). The same in NumPy was tried on moons:
six times as quick as the usual loop instead of five, too little for another copy of the method.

Sums are taken in another order, so a run is that of the readable step up to rounding, which two networks that play
against each other amplify, just as moving the first weights by one unit in the last place does. Measured, six
experiments each (seeds 0 to 5, gamma 2 to 20), largest relative difference of a loss within the first 50, 100 and 200
iterations: blobs 3e-6, 3e-6 and 5e-3; pinwheel 7e-7, 1e-4 and 8e-3; moons 2e-7, 3e-3 and 0.7. Target accuracies at the
end: within 4 points; where a preset is no sure thing (another gamma or angle) as far apart as moved first weights bring
them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, optim

from dann_core.domains.pair import DomainPair
from dann_core.method import networks
from dann_core.method.data import Loader
from dann_core.method.networks import Network
from dann_core.method.reweighting import Reweighting
from dann_core.method.schedules import entropy_weight_at, lambda_at
from dann_core.method.stack import Dense, Stack
from dann_core.method.step import descend, reweighting
from dann_core.settings import Settings
from dann_core.settings.knobs import KnobError

UNDERSTOOD = frozenset([
    "extractor_width", "extractor_depth", "feature_width", "activation", "discriminator_width", "discriminator_depth",
    "bottleneck", "batch_size", "optimizer", "learning_rate", "learning_rate_decay", "max_iter", "weight_decay",
    "gamma", "lambda_max", "use_lambda_scheduler", "reversal_limit", "classification_weight", "adversarial_weight",
    "entropy_weight", "entropy_balance", "class_shares", "standardisation", "log_counts", "seed",
    # Only an mlp is written out, by whichever name; and without a discrepancy its weight weighs nothing.
    "extractor", "discrepancy_weight",
])  # fmt: skip
"""All settings that act here as they do in the readable step. Any other must be at its default."""

BLOCK, BLOCK_BYTES = 32, 2**20
"""Iterations whose batches and schedules are laid out at once, fewer where their inputs would take more memory."""


def stackable(pair: DomainPair, settings: Settings) -> bool:
    """Whether this experiment can be written out: an mlp as extractor, and no setting changed but `UNDERSTOOD` ones."""
    try:
        is_mlp = networks.extractor_kind(pair.sample_shape, settings) == "mlp"
    except KnobError:
        return False
    return is_mlp and all(getattr(settings, k.name) == k.default for k in settings.knobs() if k.name not in UNDERSTOOD)


class Now(NamedTuple):
    """What one iteration needs."""

    x: Tensor  # (G, F, 2n)
    y: Tensor  # (G, K, n), one-hot
    lamb: Tensor  # (G, 1, 1)
    entropy_weight: Tensor  # (G, 1, 1)
    picked: Tensor  # (G, n), which samples the target's are
    iteration: int


class Gradients:
    """The losses of all networks and, written out, what autograd would make of them."""

    def __init__(self, stack: Stack, settings: Sequence[Settings], reweighting: Reweighting | None = None) -> None:
        self.reweighting = reweighting
        like = stack.classifier.weight

        def column(name: str) -> Tensor:
            return like.new_tensor([getattr(s, name) for s in settings])[:, None, None]

        self.stack, self.n = stack, settings[0].batch_size
        source, target = like.new_ones(2, self.n)
        # Domain labels are 1 (source) and 0 (target), and softplus(-d) and softplus(d) their losses at a logit d.
        self.sign = torch.cat([-source, target])
        # What one sample's gradient counts for.
        self.classification_share = column("classification_weight") / self.n
        self.adversarial_share = self.sign * column("adversarial_weight") / (2 * self.n)
        self.entropy_balance = column("entropy_balance")
        self.reversal_limit = column("reversal_limit")
        self.is_limited = self.reversal_limit > 0
        self.any_limited, self.all_limited = bool(self.is_limited.any()), bool(self.is_limited.all())
        # From sums over samples to the losses of `History`, (G, 4).
        self.means = like.new_tensor([[-1, 0.5, 0, -float(s.entropy_weight > 0)] for s in settings]) / self.n

    def __call__(self, now: Now, losses: Tensor) -> None:
        """Fill the stack's gradients, and `losses` `(G, 4)`, unweighted, in the order of `History`."""
        stack, n = self.stack, self.n
        classification, adversarial, _, uncertainty = losses.unbind(1)
        if self.reweighting:
            self.reweighting.begin(now.iteration)

        # Forward: both domains in one pass.
        inputs = _forward(stack.extractor, now.x)
        features = inputs[-1]
        classified = features[:, :, : stack.classifier.output.shape[2]]
        log_p = stack.classifier.forward(classified).log_softmax(1)  # (G, K, n), or 2n with an entropy term
        seen = _forward(stack.discriminator, features)
        if self.reweighting:
            # What source samples count for, (G, 1, n).
            counts_for = torch.bmm(self.reweighting.weights.mT, now.y)

        # Losses and their gradients at the logits: the source has labels, the target may have an entropy term.
        at_logits = log_p.exp()
        y = now.y * counts_for if self.reweighting else now.y
        torch.sum(log_p[:, :, :n] * y, (1, 2), out=classification)
        at_logits[:, :, :n].sub_(now.y).mul_(self.classification_share)
        if self.reweighting:
            at_logits[:, :, :n].mul_(counts_for)
        if log_p.shape[2] > n:
            self._entropy(at_logits[:, :, n:], log_p[:, :, n:], now, uncertainty)
        wrong = seen[-1].mul_(self.sign)  # (G, 1, 2n), how sure the discriminator is of the wrong domain
        penalty = F.softplus(wrong)
        at_seen = wrong.sigmoid_().mul_(self.adversarial_share)
        if self.reweighting:
            for weighted in (penalty, at_seen):
                weighted[:, :, :n].mul_(counts_for)
        torch.sum(penalty, (1, 2), out=adversarial)
        losses.mul_(self.means)

        # Backward: the discriminator learns at full strength; what it hands to the features is reversed.
        at_classified = stack.classifier.backward(at_logits, classified)
        at_features = _backward(stack.discriminator, seen, at_seen)
        lamb = now.lamb * self.reweighting.adapts if self.reweighting else now.lamb
        at_features.mul_(-self._reversal(lamb, at_features, at_classified))
        at_features[:, :, : log_p.shape[2]].add_(at_classified)
        _backward(stack.extractor, inputs, at_features, needed=False)

    def _entropy(self, p: Tensor, log_p: Tensor, now: Now, minus_entropy: Tensor) -> None:
        """From the target's predictions `p` to the gradient of the whole entropy term at their logits, in place.

        `minus_entropy` `(G,)` gets the sum over samples.
        """
        p_log_p = p * log_p
        certainty = p_log_p.sum(1, keepdim=True)  # (G, 1, n)
        mean = p.mean(2, keepdim=True).clamp_(min=torch.finfo(p.dtype).tiny)
        frequency, balance = mean.log(), self.entropy_balance  # (G, K, 1), (G, 1, 1)
        torch.sum(certainty, (1, 2), out=minus_entropy)
        held = None
        if self.reweighting:
            held = self.reweighting.held(now.picked, p)
            frequency.sub_(self.reweighting.log_expected)
            balance = balance * (torch.sum(mean * frequency, 1, keepdim=True) > self.reweighting.slack)
        # Sharper: p (certainty - log p). As much as the balance says, more even: p (frequency - its mean under p).
        sharper = torch.sub(frequency, torch.bmm(frequency.mT, p)).mul_(balance).add_(certainty)
        if held is not None:
            # Few samples: both as far as neighbours agree, and held to what they were, p - first.
            agreed, first = held
            sharper = sharper.sub_(certainty).mul_(agreed.mean(2, keepdim=True)).add_(certainty * agreed)
            p_log_p.mul_(agreed).sub_(torch.sub(p, first).mul_(self.reweighting.hold))
        weight = now.entropy_weight * self.reweighting.adapts if self.reweighting else now.entropy_weight
        p.mul_(sharper).sub_(p_log_p).mul_(weight / self.n)

    def _reversal(self, lamb: Tensor, at_seen: Tensor, at_classified: Tensor) -> Tensor:
        """lambda `(G, 1, 1)`, less where the reversed gradient would be longer than `reversal_limit` allows."""
        if not self.any_limited:
            return lamb
        # The source half of the gradient at what is classified is the classification loss's own.
        limit = self.reversal_limit * at_classified[:, :, : self.n].norm(dim=(1, 2), keepdim=True)
        length = lamb * at_seen.norm(dim=(1, 2), keepdim=True)
        shorter = lamb * (limit / length.clamp_(min=torch.finfo(lamb.dtype).tiny)).clamp_(max=1)
        return shorter if self.all_limited else torch.where(self.is_limited, shorter, lamb)


def _forward(layers: Sequence[Dense], x: Tensor) -> list[Tensor]:
    """The input of every layer, and the output of the last."""
    passed = [x]
    for layer in layers:
        passed.append(layer.forward(passed[-1]))
    return passed


def _backward(layers: Sequence[Dense], passed: list[Tensor], gradient: Tensor, *, needed: bool = True) -> Tensor | None:
    for i in reversed(range(len(layers))):
        gradient = layers[i].backward(gradient, passed[i], needed=needed or i > 0)
    return gradient


class WrittenStep:
    """Trains one network as a stack of one. The network must be `flatten`ed; the optimizer steps its one tensor."""

    knows = staticmethod(stackable)

    def __init__(self, network: Network, optimizer: optim.Optimizer, loader: Loader, settings: Settings) -> None:
        self.optimizer, self.loader, self.settings = optimizer, loader, settings
        n = settings.batch_size
        stack = Stack.over(network, settings.activation)
        # Without an entropy term nobody asks which classes target samples are given.
        stack.reserve(1, 2 * n, 2 * n if settings.entropy_weight else n)
        shares = reweighting(network, loader, settings, stack.classified)
        self._gradients = Gradients(stack, [settings], shares)
        self._one_hot = torch.eye(stack.classifier.weight.shape[1], device=loader.source_x.device)
        self._block = range(0)
        self._laid_out: list[Now] = []

    @torch.no_grad()
    def __call__(self, iterations: range) -> Tensor:
        losses = self.loader.source_x.new_zeros(len(iterations), 1, 4)
        for iteration, row in zip(iterations, losses, strict=True):
            if iteration not in self._block:
                self._lay_out(iteration)
            self._gradients(self._laid_out[iteration - self._block.start], row)
            descend(self.optimizer, self.settings, iteration)
        return losses[:, 0]

    def _lay_out(self, iteration: int) -> None:
        """Gather what the iterations of a block need."""
        loader, n = self.loader, self.settings.batch_size
        width = loader.source_x[0].numel()
        length = min(max(BLOCK_BYTES // (8 * n * width), 1), BLOCK)
        self._block = range(iteration, iteration + length)
        device = loader.source_x.device
        picked_s, picked_t = (
            batches.span(self._block).to(device) for batches in (loader.source_batches, loader.target_batches)
        )
        x = torch.cat([loader.source_x[picked_s], loader.target_x[picked_t]], 1).view(length, 2 * n, width).mT
        if width < 2 * n:
            # Products with few features are several times as quick with the longer side innermost.
            x = x.contiguous()
        y = self._one_hot[loader.source_y[picked_s]].mT
        course = [(lambda_at(self.settings, i), entropy_weight_at(self.settings, i)) for i in self._block]
        lamb, entropy_weight = x.new_tensor(course).T[..., None, None, None]
        self._laid_out = [
            Now(*now)
            for now in zip(x[:, None], y[:, None], lamb, entropy_weight, picked_t[:, None], self._block, strict=True)
        ]
