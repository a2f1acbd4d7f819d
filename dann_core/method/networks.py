"""One experiment's network: an extractor, the classifier and the discriminator, and what they cost."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor, nn

from dann_core.domains.pair import KINDS
from dann_core.language import say
from dann_core.method.adversarial import Discriminator, DomainAdversarialLoss
from dann_core.method.denormals import flushed
from dann_core.method.extractors import output_dim
from dann_core.method.grading import View
from dann_core.method.reweighting import ShareState
from dann_core.settings import Settings
from dann_core.settings.catalogue import DISCRIMINATOR_INPUTS, EXTRACTORS, readers
from dann_core.settings.knobs import KnobError

PARAMETER_LIMIT = 60_000_000
"""More parameters than this are refused: with Adam, training them takes 16 bytes each, about 1 GB."""

BYTES_PER_PARAMETER, BYTES_PER_BUFFER = 16, 4
"""Single precision: the weight, its gradient and Adam's two moments; buffers have none of these."""

# Layers draw their first weights from torch's one random state: two runs built at once would share its numbers.
_global_random_state = threading.Lock()


class Network(nn.Module):
    """Extractor, classifier and adversarial loss of one experiment.

    `forward(x)` takes standardised inputs `(N, *sample_shape)` and returns features `(N, D)`.
    """

    def __init__(self, sample_shape: tuple[int, ...], n_classes: int, settings: Settings) -> None:
        super().__init__()
        kind = extractor_kind(sample_shape, settings)
        self.extractor = EXTRACTORS[kind].load()(sample_shape, settings)
        self.feature_dim = output_dim(self.extractor, sample_shape)
        self.classifier = _classifier(kind, self.feature_dim, n_classes)
        self.seen = DISCRIMINATOR_INPUTS[settings.discriminator_input].load()(self.feature_dim, n_classes)
        discriminator = Discriminator(
            self.seen.output_dim,
            settings.discriminator_width,
            settings.discriminator_norm,
            depth=settings.discriminator_depth,
            # What is narrow already needs none.
            bottleneck=settings.bottleneck if self.seen.output_dim > settings.bottleneck else 0,
        )
        self.adversarial = DomainAdversarialLoss(discriminator)
        self.shares = ShareState(n_classes)
        self.kind = kind
        self.flat: Tensor | None = None
        """All parameters as one tensor `(P,)`, its `grad` all gradients, once `flatten` was called."""

    def forward(self, x: Tensor) -> Tensor:
        return self.extractor(x)

    @torch.no_grad()
    def flatten(self) -> Tensor:
        """Lay all parameters into one tensor and all gradients into another; the modules keep views of them.

        An optimizer then steps one tensor, which for small networks takes a third of the time. Gradients must be
        zeroed from then on, not removed (`zero_grad(set_to_none=False)`).
        """
        parameters = list(self.parameters())
        sizes = [p.numel() for p in parameters]
        self.flat = parameters[0].new_empty(sum(sizes))
        self.flat.grad = torch.zeros_like(self.flat)
        places = zip(parameters, self.flat.split(sizes), self.flat.grad.split(sizes), strict=True)
        for parameter, values, gradients in places:
            value, gradient = (_longer_side_innermost(memory, parameter.shape) for memory in (values, gradients))
            parameter.data, parameter.grad = value.copy_(parameter), gradient
        return self.flat


def _longer_side_innermost(memory: Tensor, shape: torch.Size) -> Tensor:
    """A view of that shape. Products of matrices are several times as quick with the longer side innermost."""
    return memory.view(shape[::-1]).mT if len(shape) == 2 and shape[1] < shape[0] else memory.view(shape)


@dataclass(frozen=True)
class Cost:
    """What a network costs before it is built."""

    parameters: int
    discriminator_parameters: int
    buffers: int
    feature_dim: int

    @property
    def megabytes(self) -> float:
        """Memory (MB) of weights, gradients, Adam's moments and what is not trained."""
        return (self.parameters * BYTES_PER_PARAMETER + self.buffers * BYTES_PER_BUFFER) / 1e6


def cost(sample_shape: tuple[int, ...], n_classes: int, settings: Settings) -> Cost:
    """Count the parameters without allocating them; raises `KnobError` over `PARAMETER_LIMIT`, with the figure."""
    return _cost(sample_shape, n_classes, settings.replace(**_LIVE))


_LIVE = {knob.name: getattr(Settings(), knob.name) for knob in Settings.knobs() if knob.live}
"""What may change while a network is trained, and so does not change the network."""


@lru_cache(maxsize=256)
def _cost(sample_shape: tuple[int, ...], n_classes: int, settings: Settings) -> Cost:
    with torch.device("meta"):
        network = Network(sample_shape, n_classes, settings)
    parameters = sum(p.numel() for p in network.parameters())
    discriminator = sum(p.numel() for p in network.adversarial.parameters())
    buffers = sum(b.numel() for b in network.buffers())
    found = Cost(parameters, discriminator, buffers, network.feature_dim)
    if parameters > PARAMETER_LIMIT:
        part = say("the discriminator width") if discriminator > parameters / 2 else say("the extractor's sizes")
        if not settings.bottleneck and found.feature_dim > 1024:
            part = say("{part} or set a bottleneck", part=part)
        raise KnobError(
            say(
                "This network would have {parameters} million parameters and take {gigabytes} GB to train (the limit "
                "is {limit} million): lower {part}.",
                parameters=f"{parameters / 1e6:,.0f}",
                gigabytes=f"{found.megabytes / 1e3:,.1f}",
                limit=f"{PARAMETER_LIMIT / 1e6:.0f}",
                part=part,
            )
        )
    return found


def build(sample_shape: tuple[int, ...], n_classes: int, settings: Settings) -> Network:
    """A network with its first weights drawn from `settings.seed`; the global random state is left alone.

    Raises `KnobError` when it would be too large or does not fit the sample shape.
    """
    cost(sample_shape, n_classes, settings)
    with drawn_from(settings.seed):
        return Network(sample_shape, n_classes, settings).to(memory_format=torch.channels_last)


@contextmanager
def drawn_from(seed: int) -> Iterator[None]:
    """First weights of what is made inside come from `seed`; the global random state is left alone."""
    with _global_random_state, torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield


@flushed()
@torch.no_grad()
def look(network: Network, x: Tensor, size: int) -> View:
    """What a network makes of standardised inputs `(N, *sample_shape)`, at most `size` samples in one pass."""
    network.eval()
    features = torch.cat([network(part) for part in x.split(size)])
    logits = network.classifier(features)
    domain_logits = network.adversarial.discriminator(network.seen(features, logits))
    return View(*(t.cpu().numpy() for t in (features, logits.softmax(1), domain_logits.sigmoid()[:, 0])))


def extractor_kind(sample_shape: tuple[int, ...], settings: Settings) -> str:
    """The extractor that `settings` names, or for "auto" the one that fits the sample shape.

    Raises `KnobError` when it cannot read such samples.
    """
    fitting = readers(KINDS[1 + len(sample_shape)])
    if settings.extractor == "auto":
        return fitting[0]
    if settings.extractor not in fitting:
        shape = " x ".join(map(str, sample_shape))
        raise KnobError(
            say(
                "extractor {extractor} cannot read samples of shape {shape}: use {fitting}.",
                extractor=settings.extractor,
                shape=str(shape),
                fitting=" or ".join(fitting),
            )
        )
    return settings.extractor


def _classifier(kind: str, feature_dim: int, n_classes: int) -> nn.Module:
    if kind == "tutorial-cnn":
        hidden = [nn.Linear(feature_dim, 1024), nn.ReLU(), nn.Linear(1024, 256), nn.ReLU()]
        return nn.Sequential(*hidden, nn.Linear(256, n_classes))
    return nn.Linear(feature_dim, n_classes)
