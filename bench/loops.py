"""The loops that this project's step is held against, for one experiment each: what tutorials write, and a lean one.

Both train the networks of the experiment's settings with classification and adversarial loss; settings beyond those
(entropy, reversal limit, decay of the learning rate) are left out. Each returns a function that trains so many
iterations more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from dann_core import DomainPair, Settings
from dann_core.method import networks
from dann_core.method.data import Standardizer
from dann_core.method.schedules import lambda_at

Loop = Callable[[int], None]


class Reversal(torch.autograd.Function):
    """What tutorials call ReverseLayerF."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, alpha: float) -> Tensor:
        ctx.alpha = alpha
        return x.view_as(x)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        return gradient.neg() * ctx.alpha, None


def usual(pair: DomainPair, settings: Settings) -> Loop:
    """Two loaders, a pass for each domain, ReLU before pooling, a sigmoid and BCELoss, plain Adam."""
    extractor, classifier, discriminator = _networks(pair, settings, usual_order=True)
    discriminator.append(nn.Sigmoid())
    parameters = nn.ModuleList([extractor, classifier, discriminator]).parameters()
    optimizer = torch.optim.Adam(parameters, settings.learning_rate, weight_decay=settings.weight_decay)
    class_loss, domain_loss = nn.CrossEntropyLoss(), nn.BCELoss()
    torch.manual_seed(settings.seed)
    source, target = (_endless(loader) for loader in _loaders(pair, settings.batch_size))
    done = 0

    def advance(iterations: int) -> None:
        nonlocal done
        for i in range(done, done + iterations):
            alpha = lambda_at(settings, i)
            (x_s, y_s), (x_t, _) = next(source), next(target)
            optimizer.zero_grad()
            features_s, features_t = extractor(x_s), extractor(x_t)
            told_s, told_t = (discriminator(Reversal.apply(f, alpha)) for f in (features_s, features_t))
            adversarial = domain_loss(told_s, torch.ones_like(told_s)) + domain_loss(told_t, torch.zeros_like(told_t))
            loss = class_loss(classifier(features_s), y_s) + 0.5 * adversarial
            loss.backward()
            optimizer.step()
        done += iterations

    return advance


def lean(pair: DomainPair, settings: Settings) -> Loop:
    """All inputs as two tensors (channels last), one pass for both domains, one loss on logits, fused Adam."""
    extractor, classifier, discriminator = _networks(pair, settings, usual_order=False)
    parameters = nn.ModuleList([extractor, classifier, discriminator]).parameters()
    optimizer = torch.optim.Adam(parameters, settings.learning_rate, weight_decay=settings.weight_decay, fused=True)
    standardizer, n = Standardizer(pair, settings), settings.batch_size
    source_x, target_x = (
        _channels_last(torch.from_numpy(standardizer(x, domain)))
        for x, domain in ((pair.source_x, "source"), (pair.target_x, "target"))
    )
    source_y = torch.from_numpy(pair.source_y)
    labels = torch.cat([torch.ones(n, 1), torch.zeros(n, 1)])
    class_loss, domain_loss = nn.CrossEntropyLoss(), nn.BCEWithLogitsLoss()
    torch.manual_seed(settings.seed)
    drawn_s, drawn_t = (_drawn(len(x), n) for x in (source_x, target_x))
    done = 0

    def advance(iterations: int) -> None:
        nonlocal done
        for i in range(done, done + iterations):
            picked_s, picked_t = next(drawn_s), next(drawn_t)
            features = extractor(torch.cat([source_x[picked_s], target_x[picked_t]]))
            told = discriminator(Reversal.apply(features, lambda_at(settings, i)))
            loss = class_loss(classifier(features[:n]), source_y[picked_s]) + domain_loss(told, labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        done += iterations

    return advance


def _networks(pair: DomainPair, settings: Settings, *, usual_order: bool) -> list[nn.Sequential]:
    """Extractor, classifier and discriminator of the experiment, as plain layers."""
    built = networks.build(pair.sample_shape, pair.n_classes, settings)
    extractor = [m for m in built.extractor if not (pair.kind == "vectors" and isinstance(m, nn.Flatten))]
    if usual_order:
        built.to(memory_format=torch.contiguous_format)
        for i, layer in enumerate(extractor[:-1]):
            if isinstance(layer, nn.MaxPool1d | nn.MaxPool2d) and isinstance(extractor[i + 1], nn.ReLU):
                extractor[i : i + 2] = extractor[i + 1], layer
    bottleneck, layers = built.adversarial.discriminator.bottleneck, built.adversarial.discriminator.layers
    before = [bottleneck] if isinstance(bottleneck, nn.Linear) else []
    classifier = built.classifier if isinstance(built.classifier, nn.Sequential) else [built.classifier]
    return [nn.Sequential(*part) for part in (extractor, classifier, [*before, *layers])]


def _loaders(pair: DomainPair, batch_size: int) -> list[DataLoader]:
    """A shuffling loader for the source and one for the target."""
    # The target's labels, where there are any, are carried along and not looked at.
    sets = [(pair.source_x, pair.source_y), (pair.target_x, torch.zeros(len(pair.target_x)))]
    return [
        DataLoader(
            TensorDataset(torch.from_numpy(x).float(), torch.as_tensor(y)), batch_size, shuffle=True, drop_last=True
        )
        for x, y in sets
    ]


def _endless(loader: DataLoader) -> Iterator[list[Tensor]]:
    """Restart the loader whenever it is exhausted."""
    while True:
        yield from loader


def _drawn(samples: int, n: int) -> Iterator[Tensor]:
    """Batches of indices, a permutation after another; what does not fill a batch is dropped."""
    while True:
        yield from torch.randperm(samples)[: samples // n * n].view(-1, n)


def _channels_last(x: Tensor) -> Tensor:
    return x.contiguous(memory_format=torch.channels_last) if x.ndim == 4 else x
