"""Networks of one shape as one: layers as batched products, a backward pass that is written out.

All parameters of G networks are one matrix `(G, P)`, and so are their gradients. Activations are laid out `(G, D, B)`:
network, unit, sample; the first n samples of a batch are the source's, the other n the target's. `dann_core.replicas`
says what this is for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dann_core.networks import Network
from dann_core.settings import Settings

ACTIVATIONS = {"tanh": torch.tanh_, "relu": torch.relu_, "none": lambda h: h}
"""In place."""


class Dense:
    """One linear layer of all networks and the activation behind it: "tanh", "relu" or "none".

    `weight` is `(G, out, in)`, `bias` `(G, out, 1)`, and `gradients` are their gradients. Both passes write into
    buffers that are kept from step to step once `reserve` has made them.
    """

    def __init__(self, weight: Tensor, bias: Tensor, activation: str, gradients: tuple[Tensor, ...] = ()) -> None:
        self.weight, self.bias, self.activation, self.gradients = weight, bias, activation, gradients
        self.output: Tensor | None = None
        self.input_gradient: Tensor | None = None
        self.weight_gradient: Tensor | None = None

    def reserve(self, batch: int) -> None:
        """Make the buffers for batches of that many samples."""
        g, out, width = self.weight.shape
        self.output, self.input_gradient = torch.empty(g, out, batch), torch.empty(g, width, batch)
        self.weight_gradient = torch.empty(g, *sorted((out, width)))

    def of(self, network: int) -> Dense:
        """The layer of one network, to look through only."""
        one = slice(network, network + 1)
        return Dense(self.weight[one], self.bias[one], self.activation)

    def forward(self, x: Tensor) -> Tensor:
        """From `(G, in, B)` to `(G, out, B)`."""
        h = torch.baddbmm(self.bias, self.weight, x, out=self.output)
        return ACTIVATIONS[self.activation](h)

    def backward(self, gradient: Tensor, x: Tensor, *, needed: bool = True) -> Tensor | None:
        """From the gradient at the output, which is overwritten, to those of weight and bias.

        Returns the gradient at the input `x` of the forward pass if it is `needed`.
        """
        if self.activation == "relu":
            torch.ops.aten.threshold_backward.grad_input(gradient, self.output, 0, grad_input=gradient)
        elif self.activation == "tanh":
            torch.ops.aten.tanh_backward.grad_input(gradient, self.output, grad_input=gradient)
        of_weight, of_bias = self.gradients
        # A product is several times as quick with its longer side innermost.
        if x.shape[1] < gradient.shape[1]:
            of_weight.mT.copy_(torch.bmm(x, gradient.mT, out=self.weight_gradient))
        else:
            of_weight.copy_(torch.bmm(gradient, x.mT, out=self.weight_gradient))
        torch.sum(gradient, 2, keepdim=True, out=of_bias)
        if not needed:
            return None
        product = torch.bmm if gradient.shape[1] > 1 else torch.mul
        return product(self.weight.mT, gradient, out=self.input_gradient)


class Stack:
    """Copies G networks (an mlp, a linear classifier, a discriminator without normalisation) into one.

    `batch` is the number of samples of both domains in a step.
    """

    def __init__(self, built: Sequence[Network], activation: str, batch: int) -> None:
        self.parameters = torch.zeros(len(built), sum(p.numel() for p in built[0].parameters()))
        self.gradients = torch.zeros_like(self.parameters)
        self._used = 0
        discriminators = [network.adversarial.discriminator for network in built]
        self.extractor = self._layers([network.extractor for network in built], activation)
        (self.classifier,) = self._layers([network.classifier for network in built], "none")
        self.discriminator = [
            *self._layers([d.bottleneck for d in discriminators], "none"),
            *self._layers([d.layers for d in discriminators], "relu"),
        ]
        self.discriminator[-1].activation = "none"
        for layer in [*self.extractor, self.classifier, *self.discriminator]:
            layer.reserve(batch)

    def _layers(self, parts: list[nn.Module], activation: str) -> list[Dense]:
        linears = [[m for m in part.modules() if isinstance(m, nn.Linear)] for part in parts]
        return [self._layer(same, activation) for same in zip(*linears, strict=True)]

    @torch.no_grad()
    def _layer(self, linears: Sequence[nn.Linear], activation: str) -> Dense:
        out, width = linears[0].weight.shape
        start, middle, end = self._used, self._used + out * width, self._used + out * (width + 1)
        self._used = end

        def views(of: Tensor) -> tuple[Tensor, Tensor]:
            weight = of[:, start:middle]
            # With the longer side innermost, as `Dense.backward` wants it.
            weight = weight.view(-1, width, out).mT if width < out else weight.view(-1, out, width)
            return weight, of[:, middle:end, None]

        weight, bias = views(self.parameters)
        weight.copy_(torch.stack([linear.weight for linear in linears]))
        bias.copy_(torch.stack([linear.bias for linear in linears])[:, :, None])
        return Dense(weight, bias, activation, views(self.gradients))

    @torch.no_grad()
    def look(self, network: int, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Features `(N, D)`, class logits `(N, K)` and domain logits `(N,)` of one network for inputs `(N, F)`."""

        def through(layers: Sequence[Dense], h: Tensor) -> Tensor:
            for layer in layers:
                h = layer.of(network).forward(h)
            return h

        features = through(self.extractor, x.T[None])
        logits, domain_logits = through([self.classifier], features), through(self.discriminator, features)
        return features[0].T, logits[0].T, domain_logits[0, 0]


class Now(NamedTuple):
    """What one iteration needs: rows `(G, 2n)` of the table of inputs, and vectors over the networks, `(G, 1)`."""

    rows: Tensor
    lamb: Tensor
    entropy_weight: Tensor


class Gradients:
    """The losses of all networks and, written out, what autograd would make of them.

    `x` `(N, F)` and `y` `(N, K)` (one-hot) are the tables that `Now.rows` points into.
    """

    def __init__(self, stack: Stack, settings: Sequence[Settings], x: Tensor, y: Tensor) -> None:
        def column(name: str) -> Tensor:
            return torch.tensor([getattr(s, name) for s in settings], dtype=torch.float32)[:, None, None]

        self.stack, self.x, self.y, self.n = stack, x, y, settings[0].batch_size
        self.classification_weight = column("classification_weight")
        self.adversarial_weight = column("adversarial_weight")
        self.reversal_limit = column("reversal_limit")
        self.entropy_balance = column("entropy_balance")
        self.sharpens = column("entropy_weight") > 0
        self.any_sharpens = bool(self.sharpens.any())
        self.any_limited = bool((self.reversal_limit > 0).any())
        # Domain labels are 1 (source) and 0 (target), and softplus(-d) and softplus(d) their losses at a logit d.
        self.sign = torch.cat([-torch.ones(self.n), torch.ones(self.n)])

    def __call__(self, now: Now, losses: Tensor) -> None:
        """Fill the stack's gradients, and `losses` `(G, 4)`, unweighted, in the order of `History`."""
        stack, n, g = self.stack, self.n, len(losses)
        x = self.x.index_select(0, now.rows.view(-1)).view(g, 2 * n, -1).mT  # (G, F, 2n)
        y = self.y.index_select(0, now.rows[:, :n].reshape(-1)).view(g, n, -1).mT  # (G, K, n)

        # Forward: both domains in one pass.
        inputs = _forward(stack.extractor, x)
        features = inputs[-1]
        log_p = stack.classifier.forward(features).log_softmax(1)  # (G, K, 2n)
        seen = _forward(stack.discriminator, features)

        # Losses and their gradients at the logits: the source has labels, the target may have an entropy term.
        p = log_p.exp()
        at_logits = torch.zeros_like(p)
        losses[:, 0] = (log_p[:, :, :n] * y).sum((1, 2)) / -n
        torch.mul(p[:, :, :n] - y, self.classification_weight / n, out=at_logits[:, :, :n])
        if self.any_sharpens:
            losses[:, 3] = self._entropy(p[:, :, n:], log_p[:, :, n:], now.entropy_weight, at_logits[:, :, n:])
        wrong = seen[-1] * self.sign  # (G, 1, 2n), how sure the discriminator is of the wrong domain
        losses[:, 1] = F.softplus(wrong).mean((1, 2))
        at_seen = wrong.sigmoid_().mul_(self.sign).mul_(self.adversarial_weight / (2 * n))

        # Backward: the discriminator learns at full strength; what it hands to the features is reversed.
        at_features = stack.classifier.backward(at_logits, features)
        at_seen = _backward(stack.discriminator, seen, at_seen)
        at_features.addcmul_(at_seen, self._reversal(now.lamb[:, :, None], at_seen, at_features), value=-1)
        _backward(stack.extractor, inputs, at_features, needed=False)

    def _entropy(self, p: Tensor, log_p: Tensor, weight: Tensor, at_logits: Tensor) -> Tensor:
        """Mean entropy `(G,)` of the target's predictions; `at_logits` gets the gradient of the whole entropy term."""
        uncertainty = -(p * log_p).sum(1, keepdim=True)  # (G, 1, n)
        rarity = -p.mean(2, keepdim=True).clamp(min=torch.finfo(p.dtype).tiny).log()  # (G, K, 1)
        sharper = -p * (log_p + uncertainty)
        more_even = p * (rarity - (p * rarity).sum(1, keepdim=True))
        torch.mul(sharper - self.entropy_balance * more_even, weight[:, :, None] / self.n, out=at_logits)
        return torch.where(self.sharpens, uncertainty, 0).mean((1, 2))

    def _reversal(self, lamb: Tensor, at_seen: Tensor, at_features: Tensor) -> Tensor:
        """lambda `(G, 1, 1)`, less where the reversed gradient would be longer than `reversal_limit` allows."""
        if not self.any_limited:
            return lamb
        # On the source half, the gradient at the features is the classification loss's own so far.
        limit = self.reversal_limit * at_features[:, :, : self.n].norm(dim=(1, 2), keepdim=True)
        length = lamb * at_seen.norm(dim=(1, 2), keepdim=True)
        shorter = lamb * (limit / length.clamp(min=torch.finfo(lamb.dtype).tiny)).clamp(max=1)
        return torch.where(self.reversal_limit > 0, shorter, lamb)


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
