"""Networks of one shape as one: layers as batched products, a backward pass that is written out.

Every parameter of G networks is one tensor, `(G, ...)`, and so is its gradient. Activations are laid out `(G, D, B)`:
network, unit, sample; the first n samples of a batch are the source's, the other n the target's. `sweeps.replicas`
says what this is for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dann_core.method.networks import Network
from dann_core.settings import Settings

# Where AVX2 is the best there is, PyTorch's tanh takes almost three times as long as a sigmoid's, a quarter of a step;
# with AVX-512 it takes half as long.
_IS_TANH_SLOW = torch.backends.cpu.get_cpu_capability() == "AVX2"

_MINUS_ONE = torch.tensor(-1.0)


def tanh_by_sigmoid_(h: Tensor) -> Tensor:
    """tanh(h) = 2 sigmoid(2 h) - 1, in place and within 2e-7."""
    # The last two steps at once: each step reads and writes all of h.
    return torch.add(_MINUS_ONE, h.mul_(2).sigmoid_(), alpha=2, out=h)


def _tanh_(h: Tensor) -> Tensor:
    return tanh_by_sigmoid_(h) if _IS_TANH_SLOW and h.device.type == "cpu" else h.tanh_()


ACTIVATIONS = {"tanh": _tanh_, "relu": torch.relu_, "none": lambda h: h}
"""In place."""


class Dense:
    """One linear layer of all networks and the activation behind it: "tanh", "relu" or "none".

    `weight` is `(G, out, in)`, `bias` `(G, out, 1)`; their `grad` holds their gradients. What a step computes is
    written into `output` `(G, out, B)` and `input_gradient` `(G, in, B)`, once `reserve` has made them.
    """

    def __init__(self, weight: Tensor, bias: Tensor, activation: str) -> None:
        self.weight, self.bias, self.activation = weight, bias, activation
        self.output: Tensor
        self.input_gradient: Tensor

    def reserve(self, networks: int, samples: int) -> None:
        """Make the buffers, for that many networks at a time."""
        _, out, width = self.weight.shape
        self.output, self.input_gradient = (self.weight.new_empty(networks, size, samples) for size in (out, width))

    def part(self, networks: slice) -> Dense:
        """The layer of some of the networks: the same memory, buffers included."""
        layer = Dense(part(self.weight, networks), part(self.bias, networks), self.activation)
        layer.output, layer.input_gradient = (
            buffer[: len(layer.weight)] for buffer in (self.output, self.input_gradient)
        )
        return layer

    def look(self, x: Tensor) -> Tensor:
        """From `(G, in, B)` to `(G, out, B)`, any B."""
        return ACTIVATIONS[self.activation](torch.baddbmm(self.bias, self.weight, x))

    def forward(self, x: Tensor) -> Tensor:
        """Like `look`, into the buffer."""
        return ACTIVATIONS[self.activation](torch.baddbmm(self.bias, self.weight, x, out=self.output))

    def backward(self, gradient: Tensor, x: Tensor, *, needed: bool = True) -> Tensor | None:
        """From the gradient at the output, which is overwritten, to those of weight and bias.

        Returns the gradient at the input `x` of the forward pass if it is `needed`.
        """
        if self.activation == "relu":
            torch.ops.aten.threshold_backward.grad_input(gradient, self.output, 0, grad_input=gradient)
        elif self.activation == "tanh":
            torch.ops.aten.tanh_backward.grad_input(gradient, self.output, grad_input=gradient)
        if x.shape[1] < gradient.shape[1]:
            torch.bmm(x, gradient.mT, out=self.weight.grad.mT)
        else:
            torch.bmm(gradient, x.mT, out=self.weight.grad)
        torch.sum(gradient, 2, keepdim=True, out=self.bias.grad)
        if not needed:
            return None
        product = torch.bmm if gradient.shape[1] > 1 else torch.mul
        return product(self.weight.mT, gradient, out=self.input_gradient)


def part(parameter: Tensor, networks: slice) -> Tensor:
    """What some of the networks have of a parameter and of its gradient: the same memory."""
    some = parameter[networks]
    some.grad = parameter.grad[networks]
    return some


class Stack:
    """G networks (an mlp, a linear classifier, a discriminator without normalisation) as one."""

    def __init__(self, extractor: list[Dense], classifier: Dense, discriminator: list[Dense]) -> None:
        self.extractor, self.classifier, self.discriminator = extractor, classifier, discriminator

    @classmethod
    def of(cls, built: Sequence[Network], activation: str) -> Stack:
        """A copy of these networks, the activation being the extractor's."""
        discriminators = [network.adversarial.discriminator for network in built]
        discriminator = [
            *_layers([d.bottleneck for d in discriminators], "none"),
            *_layers([d.layers for d in discriminators], "relu"),
        ]
        discriminator[-1].activation = "none"
        (classifier,) = _layers([network.classifier for network in built], "none")
        return cls(_layers([network.extractor for network in built], activation), classifier, discriminator)

    @property
    def layers(self) -> list[Dense]:
        """All of them."""
        return [*self.extractor, self.classifier, *self.discriminator]

    @property
    def parameters(self) -> list[Tensor]:
        """Of all layers, `(G, ...)` each."""
        return [parameter for layer in self.layers for parameter in (layer.weight, layer.bias)]

    def reserve(self, networks: int, samples: int, classified: int) -> None:
        """Make the buffers for steps of that many networks, samples of both domains, and samples to classify."""
        for layer in self.layers:
            layer.reserve(networks, samples)
        self.classifier.reserve(networks, classified)

    def part(self, networks: slice) -> Stack:
        """Some of the networks: the same memory. Parts share their buffers, so one is stepped at a time."""
        extractor, discriminator = (
            [layer.part(networks) for layer in layers] for layers in (self.extractor, self.discriminator)
        )
        return Stack(extractor, self.classifier.part(networks), discriminator)

    @torch.no_grad()
    def look(self, network: int, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Features `(N, D)`, class logits `(N, K)` and domain logits `(N,)` of one network for inputs `(N, F)`."""

        def through(layers: Sequence[Dense], h: Tensor) -> Tensor:
            for layer in layers:
                h = layer.look(h)
            return h

        one = self.part(slice(network, network + 1))
        features = through(one.extractor, x.T[None])
        logits, domain_logits = one.classifier.look(features), through(one.discriminator, features)
        return features[0].T, logits[0].T, domain_logits[0, 0]


def _layers(parts: list[nn.Module], activation: str) -> list[Dense]:
    linears = [[m for m in part.modules() if isinstance(m, nn.Linear)] for part in parts]
    return [_layer(same, activation) for same in zip(*linears, strict=True)]


@torch.no_grad()
def _layer(linears: Sequence[nn.Linear], activation: str) -> Dense:
    weight = torch.stack([linear.weight for linear in linears])
    bias = torch.stack([linear.bias for linear in linears])[:, :, None]
    out, width = weight.shape[1:]
    if width < out:
        # Products are several times as quick with the longer side innermost.
        weight = weight.mT.contiguous().mT
    weight.grad, bias.grad = torch.zeros_like(weight), torch.zeros_like(bias)
    return Dense(weight, bias, activation)


class Now(NamedTuple):
    """What one iteration needs."""

    x: Tensor  # (G, F, 2n)
    y: Tensor  # (G, K, n), one-hot
    lamb: Tensor  # (G, 1, 1)
    entropy_weight: Tensor  # (G, 1, 1)


class Gradients:
    """The losses of all networks and, written out, what autograd would make of them."""

    def __init__(self, stack: Stack, settings: Sequence[Settings]) -> None:
        like = stack.classifier.weight

        def column(name: str) -> Tensor:
            return like.new_tensor([getattr(s, name) for s in settings])[:, None, None]

        self.stack, self.n = stack, settings[0].batch_size
        self.classification_weight = column("classification_weight")
        self.adversarial_weight = column("adversarial_weight")
        self.reversal_limit = column("reversal_limit")
        self.entropy_balance = column("entropy_balance")
        self.sharpens = column("entropy_weight") > 0
        self.any_limited = bool((self.reversal_limit > 0).any())
        # Domain labels are 1 (source) and 0 (target), and softplus(-d) and softplus(d) their losses at a logit d.
        self.sign = torch.cat([-like.new_ones(self.n), like.new_ones(self.n)])

    def __call__(self, now: Now, losses: Tensor) -> None:
        """Fill the stack's gradients, and `losses` `(G, 4)`, unweighted, in the order of `History`."""
        stack, n = self.stack, self.n

        # Forward: both domains in one pass.
        inputs = _forward(stack.extractor, now.x)
        features = inputs[-1]
        classified = features[:, :, : stack.classifier.output.shape[2]]
        log_p = stack.classifier.forward(classified).log_softmax(1)  # (G, K, n), or 2n with an entropy term
        seen = _forward(stack.discriminator, features)

        # Losses and their gradients at the logits: the source has labels, the target may have an entropy term.
        p = log_p.exp()
        at_logits = torch.empty_like(p)
        losses[:, 0] = (log_p[:, :, :n] * now.y).sum((1, 2)) / -n
        torch.mul(p[:, :, :n] - now.y, self.classification_weight / n, out=at_logits[:, :, :n])
        if p.shape[2] > n:
            losses[:, 3] = self._entropy(p[:, :, n:], log_p[:, :, n:], now.entropy_weight, at_logits[:, :, n:])
        wrong = seen[-1] * self.sign  # (G, 1, 2n), how sure the discriminator is of the wrong domain
        losses[:, 1] = F.softplus(wrong).mean((1, 2))
        at_seen = wrong.sigmoid_().mul_(self.sign).mul_(self.adversarial_weight / (2 * n))

        # Backward: the discriminator learns at full strength; what it hands to the features is reversed.
        at_classified = stack.classifier.backward(at_logits, classified)
        at_features = _backward(stack.discriminator, seen, at_seen)
        at_features.mul_(-self._reversal(now.lamb, at_features, at_classified))
        at_features[:, :, : p.shape[2]].add_(at_classified)
        _backward(stack.extractor, inputs, at_features, needed=False)

    def _entropy(self, p: Tensor, log_p: Tensor, weight: Tensor, at_logits: Tensor) -> Tensor:
        """Mean entropy `(G,)` of the target's predictions; `at_logits` gets the gradient of the whole entropy term."""
        uncertainty = -(p * log_p).sum(1, keepdim=True)  # (G, 1, n)
        rarity = -p.mean(2, keepdim=True).clamp(min=torch.finfo(p.dtype).tiny).log()  # (G, K, 1)
        sharper = -p * (log_p + uncertainty)
        more_even = p * (rarity - (p * rarity).sum(1, keepdim=True))
        torch.mul(sharper - self.entropy_balance * more_even, weight / self.n, out=at_logits)
        return torch.where(self.sharpens, uncertainty, 0).mean((1, 2))

    def _reversal(self, lamb: Tensor, at_seen: Tensor, at_classified: Tensor) -> Tensor:
        """lambda `(G, 1, 1)`, less where the reversed gradient would be longer than `reversal_limit` allows."""
        if not self.any_limited:
            return lamb
        # The source half of the gradient at what is classified is the classification loss's own.
        limit = self.reversal_limit * at_classified[:, :, : self.n].norm(dim=(1, 2), keepdim=True)
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
