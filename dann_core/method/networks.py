"""The networks: extractors for vectors, images and signals, the classifier head, and their assembly.

An extractor maps inputs `(N, *sample_shape)` to features `(N, D)`. A new one is a function that takes the sample
shape and the Settings, and one entry in `EXTRACTORS`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor, nn

from dann_core.method.adversarial import Discriminator, DomainAdversarialLoss
from dann_core.settings import Settings
from dann_core.settings.knobs import KnobError

PARAMETER_LIMIT = 60_000_000
"""More parameters than this are refused: with Adam, training them takes 16 bytes each, about 1 GB."""

BYTES_PER_PARAMETER = 16
"""Single precision: the weight, its gradient and Adam's two moments."""

# Layers draw their first weights from torch's one random state: two runs built at once would share its numbers.
_global_random_state = threading.Lock()

ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh}


class Network(nn.Module):
    """Extractor, classifier and adversarial loss of one experiment.

    `forward(x)` takes standardised inputs `(N, *sample_shape)` and returns features `(N, D)`.
    """

    def __init__(self, sample_shape: tuple[int, ...], n_classes: int, settings: Settings) -> None:
        super().__init__()
        kind = extractor_kind(sample_shape, settings)
        self.extractor = EXTRACTORS[kind](sample_shape, settings)
        self.feature_dim = _output_dim(self.extractor, sample_shape)
        self.classifier = _classifier(kind, self.feature_dim, n_classes)
        discriminator = Discriminator(
            self.feature_dim,
            settings.discriminator_width,
            settings.discriminator_norm,
            depth=settings.discriminator_depth,
            # Features that are narrow already need none.
            bottleneck=settings.bottleneck if self.feature_dim > settings.bottleneck else 0,
        )
        self.adversarial = DomainAdversarialLoss(discriminator)

    def forward(self, x: Tensor) -> Tensor:
        return self.extractor(x)


@dataclass(frozen=True)
class Cost:
    """What a network costs before it is built."""

    parameters: int
    discriminator_parameters: int
    feature_dim: int

    @property
    def megabytes(self) -> float:
        """Memory (MB) of weights, gradients and Adam's moments."""
        return self.parameters * BYTES_PER_PARAMETER / 1e6


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
    found = Cost(parameters, discriminator, network.feature_dim)
    if parameters > PARAMETER_LIMIT:
        part = "discriminator width" if discriminator > parameters / 2 else "extractor's sizes"
        raise KnobError(
            f"This network would have {parameters / 1e6:,.0f} million parameters and take {found.megabytes / 1e3:,.1f} "
            f"GB to train (the limit is {PARAMETER_LIMIT / 1e6:.0f} million): lower the {part}"
            + (" or set a bottleneck." if not settings.bottleneck and found.feature_dim > 1024 else ".")
        )
    return found


def build(sample_shape: tuple[int, ...], n_classes: int, settings: Settings) -> Network:
    """A network with its first weights drawn from `settings.seed`; the global random state is left alone.

    Raises `KnobError` when it would be too large or does not fit the sample shape.
    """
    cost(sample_shape, n_classes, settings)
    with _global_random_state, torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        return Network(sample_shape, n_classes, settings).to(memory_format=torch.channels_last)


def extractor_kind(sample_shape: tuple[int, ...], settings: Settings) -> str:
    """The extractor that `settings` names, or for "auto" the one that fits the sample shape.

    Raises `KnobError` when a convolutional one is asked for samples it cannot read.
    """
    fitting = {1: "mlp", 2: "cnn1d", 3: "cnn"}[len(sample_shape)]
    if settings.extractor == "auto":
        return fitting
    needs = {"cnn": 3, "tutorial-cnn": 3, "cnn1d": 2}.get(settings.extractor)
    if needs is not None and needs != len(sample_shape):
        shape = " x ".join(map(str, sample_shape))
        others = "mlp" if fitting == "mlp" else f"{fitting} or mlp"
        raise KnobError(f"extractor {settings.extractor} cannot read samples of shape {shape}: use {others}.")
    return settings.extractor


def _mlp(sample_shape: tuple[int, ...], settings: Settings) -> nn.Module:
    width = 1
    for n in sample_shape:
        width *= n
    layers: list[nn.Module] = [nn.Flatten()]
    for i in range(settings.extractor_depth):
        out = settings.feature_width if i == settings.extractor_depth - 1 else settings.extractor_width
        layers += [nn.Linear(width, out), ACTIVATIONS[settings.activation]()]
        width = out
    return nn.Sequential(*layers)


def _cnn(sample_shape: tuple[int, ...], settings: Settings) -> nn.Module:
    """3 x 3 convolutions that halve the map and widen by half each, then one dense layer to the features."""
    channels, *size = sample_shape
    layers: list[nn.Module] = []
    width = settings.extractor_width
    for _ in range(settings.extractor_depth):
        if min(size) < 4:
            break
        # Pooling before ReLU gives the same values on a quarter of the map.
        layers += [nn.Conv2d(channels, width, 3, padding=1), nn.MaxPool2d(2), nn.ReLU()]
        channels, width, size = width, width * 2, [n // 2 for n in size]
    return _with_dense(layers, sample_shape, settings)


def _cnn1d(sample_shape: tuple[int, ...], settings: Settings) -> nn.Module:
    """A wide first filter against noise, as in WDCNN (Zhang et al. 2017), then short ones, each pooled by 2."""
    channels, length = sample_shape
    width = settings.extractor_width
    layers: list[nn.Module] = []
    kernel, stride = (64, 8) if length >= 512 else (7, 1)
    for _ in range(settings.extractor_depth):
        if length < 2 * max(stride, 1):
            break
        layers += [nn.Conv1d(channels, width, kernel, stride, padding=kernel // 2), nn.MaxPool1d(2), nn.ReLU()]
        length = ((length + 2 * (kernel // 2) - kernel) // stride + 1) // 2
        channels, width, kernel, stride = width, width * 2, 3, 1
    return _with_dense(layers, sample_shape, settings)


def _tutorial_cnn(sample_shape: tuple[int, ...], settings: Settings) -> nn.Module:
    """The common tutorial's CNN: 3 x 128 x 128 pictures flatten to 64 * 14 * 14 = 12,544 features."""
    channels, *size = sample_shape
    if min(size) < 22:
        raise KnobError(f"extractor tutorial-cnn needs pictures of at least 22 x 22 pixels, got {size[0]} x {size[1]}.")
    layers: list[nn.Module] = []
    for width in (32, 64, 64):
        layers += [nn.Conv2d(channels, width, 3), nn.MaxPool2d(2), nn.ReLU(), nn.BatchNorm2d(width)]
        channels = width
    return nn.Sequential(*layers, nn.Flatten())


def _with_dense(layers: list[nn.Module], sample_shape: tuple[int, ...], settings: Settings) -> nn.Module:
    flat = nn.Sequential(*layers, nn.Flatten())
    dense = nn.Linear(_output_dim(flat, sample_shape), settings.feature_width)
    return nn.Sequential(*flat, dense, ACTIVATIONS[settings.activation]())


def _classifier(kind: str, feature_dim: int, n_classes: int) -> nn.Module:
    if kind == "tutorial-cnn":
        hidden = [nn.Linear(feature_dim, 1024), nn.ReLU(), nn.Linear(1024, 256), nn.ReLU()]
        return nn.Sequential(*hidden, nn.Linear(256, n_classes))
    return nn.Linear(feature_dim, n_classes)


def _output_dim(module: nn.Module, sample_shape: tuple[int, ...]) -> int:
    """The width of what `module` makes of one sample, found by shapes alone."""
    parameter = next(module.parameters(), None)
    device = "meta" if parameter is None else parameter.device
    was_training = module.training
    with torch.no_grad():
        width = module.eval()(torch.zeros(1, *sample_shape, device=device)).shape[1]
    module.train(was_training)
    return width


EXTRACTORS: dict[str, Callable[[tuple[int, ...], Settings], nn.Module]] = {
    "mlp": _mlp,
    "cnn": _cnn,
    "cnn1d": _cnn1d,
    "tutorial-cnn": _tutorial_cnn,
}
