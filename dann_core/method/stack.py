"""Networks of one shape as one: layers as batched products, a backward pass that is written out.

Every parameter of G networks is one tensor, `(G, ...)`, and so is its gradient. Activations are laid out `(G, D, B)`:
network, unit, sample; the first n samples of a batch are the source's, the other n the target's. One run trains
through a stack of one (`method.written_step`), a sweep's experiments through a stack of many (`sweeps.replicas`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from dann_core.method.networks import Network

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
        # A small network's step would spend a tenth of its time on making these views.
        self._weight_t, self._weight_gradient, self._weight_gradient_t = weight.mT, weight.grad, weight.grad.mT
        self._bias_gradient = bias.grad
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
            torch.bmm(x, gradient.mT, out=self._weight_gradient_t)
        else:
            torch.bmm(gradient, x.mT, out=self._weight_gradient)
        torch.sum(gradient, 2, keepdim=True, out=self._bias_gradient)
        if not needed:
            return None
        product = torch.bmm if gradient.shape[1] > 1 else torch.mul
        return product(self._weight_t, gradient, out=self.input_gradient)


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
        return cls._made(built, activation, _copied)

    @classmethod
    def over(cls, network: Network, activation: str) -> Stack:
        """One network that is `flatten`ed, as a stack of one: the same memory."""
        return cls._made([network], activation, _shared)

    @classmethod
    def _made(cls, built: Sequence[Network], activation: str, tensors: Tensors) -> Stack:
        def layers(parts: list[nn.Module], activation: str) -> list[Dense]:
            linears = [_linears(part) for part in parts]
            return [Dense(*tensors(same), activation) for same in zip(*linears, strict=True)]

        discriminators = [network.adversarial.discriminator for network in built]
        discriminator = [
            *layers([d.bottleneck for d in discriminators], "none"),
            *layers([d.layers for d in discriminators], "relu"),
        ]
        discriminator[-1].activation = "none"
        (classifier,) = layers([network.classifier for network in built], "none")
        return cls(layers([network.extractor for network in built], activation), classifier, discriminator)

    @torch.no_grad()
    def copy_to(self, network: Network, number: int) -> None:
        """Give a network of the same shape the weights of one of these."""
        adversary = network.adversarial.discriminator
        parts = network.extractor, network.classifier, adversary.bottleneck, adversary.layers
        for linear, layer in zip((m for part in parts for m in _linears(part)), self.layers, strict=True):
            linear.weight.copy_(layer.weight[number])
            linear.bias.copy_(layer.bias[number, :, 0])

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

    def classified(self, network: int, x: Tensor) -> tuple[Tensor, Tensor]:
        """Features and logarithms of class probabilities `(N, K)` of one network for inputs `(N, *sample_shape)`."""
        features, logits, _ = self.look(network, x.flatten(1))
        return features, logits.log_softmax(1)


def _linears(part: nn.Module) -> list[nn.Linear]:
    return [m for m in part.modules() if isinstance(m, nn.Linear)]


Tensors = Callable[[Sequence[nn.Linear]], tuple[Tensor, Tensor]]
"""Makes weight and bias of one layer of a stack, with their gradients."""


@torch.no_grad()
def _copied(linears: Sequence[nn.Linear]) -> tuple[Tensor, Tensor]:
    weight = torch.stack([linear.weight for linear in linears])
    bias = torch.stack([linear.bias for linear in linears])[:, :, None]
    out, width = weight.shape[1:]
    if width < out:
        # Products are several times as quick with the longer side innermost.
        weight = weight.mT.contiguous().mT
    weight.grad, bias.grad = torch.zeros_like(weight), torch.zeros_like(bias)
    return weight, bias


def _shared(linears: Sequence[nn.Linear]) -> tuple[Tensor, Tensor]:
    (linear,) = linears
    weight, bias = linear.weight.detach()[None], linear.bias.detach()[None, :, None]
    weight.grad, bias.grad = linear.weight.grad[None], linear.bias.grad[None, :, None]
    return weight, bias
