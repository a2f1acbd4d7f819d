"""The feature extractors: functions that take the sample shape and the settings, each entered in `settings.catalogue`.

An extractor maps inputs `(N, *sample_shape)` to features `(N, D)`.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dann_core.language import say
from dann_core.settings import Settings
from dann_core.settings.knobs import KnobError

ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh}


def mlp(sample_shape: tuple[int, ...], settings: Settings) -> nn.Module:
    """Dense layers, for samples of any shape, flattened."""
    width = 1
    for n in sample_shape:
        width *= n
    layers: list[nn.Module] = [nn.Flatten()]
    for i in range(settings.extractor_depth):
        out = settings.feature_width if i == settings.extractor_depth - 1 else settings.extractor_width
        layers += [nn.Linear(width, out), ACTIVATIONS[settings.activation]()]
        width = out
    return nn.Sequential(*layers)


def cnn(sample_shape: tuple[int, ...], settings: Settings) -> nn.Module:
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


def cnn1d(sample_shape: tuple[int, ...], settings: Settings) -> nn.Module:
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


def tutorial_cnn(sample_shape: tuple[int, ...], settings: Settings) -> nn.Module:
    """The common tutorial's CNN: 3 x 128 x 128 pictures flatten to 64 * 14 * 14 = 12,544 features.

    Raises `KnobError` for pictures that are too small for it.
    """
    channels, *size = sample_shape
    if min(size) < 22:
        raise KnobError(
            say(
                "extractor tutorial-cnn needs pictures of at least 22 x 22 pixels, got {height} x {width}.",
                height=size[0],
                width=size[1],
            )
        )
    layers: list[nn.Module] = []
    for width in (32, 64, 64):
        layers += [nn.Conv2d(channels, width, 3), nn.MaxPool2d(2), nn.ReLU(), nn.BatchNorm2d(width)]
        channels = width
    return nn.Sequential(*layers, nn.Flatten())


def _with_dense(layers: list[nn.Module], sample_shape: tuple[int, ...], settings: Settings) -> nn.Module:
    flat = nn.Sequential(*layers, nn.Flatten())
    dense = nn.Linear(output_dim(flat, sample_shape), settings.feature_width)
    return nn.Sequential(*flat, dense, ACTIVATIONS[settings.activation]())


def output_dim(module: nn.Module, sample_shape: tuple[int, ...]) -> int:
    """The width of what `module` makes of one sample, found by shapes alone."""
    parameter = next(module.parameters(), None)
    device = "meta" if parameter is None else parameter.device
    was_training = module.training
    with torch.no_grad():
        x = torch.zeros(1, *sample_shape, device=device)
        for layer in module.eval() if isinstance(module, nn.Sequential) else [module.eval()]:
            x = _shaped(layer, x)
    module.train(was_training)
    return x.shape[1]


def _shaped(layer: nn.Module, x: Tensor) -> Tensor:
    """Something of the shape that `layer` makes of `x`."""
    # Asked about these without memory, PyTorch loads all of its compiler, which takes seconds.
    if isinstance(layer, nn.Linear):
        return x.new_empty(*x.shape[:-1], layer.out_features)
    return x if isinstance(layer, tuple(ACTIVATIONS.values())) else layer(x)
