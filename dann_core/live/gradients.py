"""The tug of war: what the two losses make of the features now, and what reaches whose parameters.

A look at it changes nothing: gradients are asked for and never stored, batch norm's running statistics are copies, and
no random number is drawn.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.func import functional_call

from dann_core.live.sample import Sample
from dann_core.method.adversarial import GradientReversal
from dann_core.method.denormals import flushed
from dann_core.method.networks import Network
from dann_core.method.reweighting import class_weights
from dann_core.method.training import Trainer
from dann_core.settings import Settings

BATCH, BATCH_OF_LARGE, LARGE = 64, 16, 256
"""Samples of each domain that are asked, and of those with more values than `LARGE`, which cost the extractor more."""

ARROWS = 12
"""Samples of each domain whose own two gradients are drawn."""

STEPS = 32_000
"""To the length of the longest arrow of a frame."""


@dataclass(frozen=True)
class Gradients:
    """Of the weighted losses over one batch, as Euclidean norms over the whole of it; source samples come first.

    At the features, where both losses meet: `classification` g_y, and `adversarial` g_d before the reversal and
    `reversed` behind it; `cosine` is the one between g_y and -g_d, which the reversal only makes longer or shorter.
    At the parameters: of the classifier, of the discriminator, and of the extractor, which receives both.
    """

    classification: float
    adversarial: float
    reversed: float
    cosine: float
    classifier: float
    discriminator: float
    extractor_classification: float
    extractor_reversed: float
    at_features: np.ndarray  # (2, 2n, D): g_y, and what the reversal makes of g_d

    @property
    def effective_lambda(self) -> float:
        """Length behind the reversal over length before: lambda, or less by the reversal limit; 0 without adapting."""
        return _share(self.reversed, self.adversarial)

    @property
    def ratio(self) -> float:
        """How much harder the discriminator pulls at the features than the classifier."""
        return _share(self.reversed, self.classification)

    def facts(self) -> dict[str, float | None]:
        """The norms by their names; None for what is not finite."""
        norms = {name: value for name, value in vars(self).items() if name not in ("cosine", "at_features")}
        return {name: value if math.isfinite(value) else None for name, value in norms.items()}


class TugOfWar:
    """Looks at one run's gradients, on a fixed batch of its drawn samples."""

    def __init__(self, sample: Sample, n_values: int) -> None:
        most, n = BATCH_OF_LARGE if n_values > LARGE else BATCH, len(sample.source)
        batches = [_evenly(len(drawn), most) for drawn in (sample.source, sample.target)]
        self._source, self._target = (
            drawn[at] for drawn, at in zip((sample.source, sample.target), batches, strict=True)
        )
        shown = [_evenly(len(batch), ARROWS) for batch in batches]
        # In the batch, and among the drawn samples.
        self._picked = np.concatenate([shown[0], len(batches[0]) + shown[1]])
        self.at = np.concatenate([batches[0][shown[0]], n + batches[1][shown[1]]])

    @flushed()
    def look(self, trainer: Trainer) -> Gradients:
        """The gradients of the iteration that `trainer` would do next, had it this batch."""
        source, target = torch.from_numpy(self._source), torch.from_numpy(self._target)
        x = torch.cat([trainer.source_x[source], trainer.target_x[target]])
        shares = torch.bincount(trainer.source_y, minlength=trainer.pair.n_classes) / len(trainer.source_y)
        return gradients(trainer.network, trainer.settings, trainer.lamb, x, trainer.source_y[source], shares)

    def arrows(self, found: Gradients | None, plane: np.ndarray | None) -> np.ndarray:
        """Where the samples `at` are pulled in a picture that `plane` `(D, 2)` makes of the features: `(2, p, 2)`.

        Both descend: the classifier's pull, and the discriminator's behind the reversal; the longest is 1 long. Zeros
        where nothing is known.
        """
        if found is None or plane is None:
            return np.zeros((2, len(self._picked), 2))
        pulls = -found.at_features[:, self._picked].astype(np.float64) @ plane
        longest = np.linalg.norm(pulls, axis=2).max()
        return pulls / longest if longest > 0 and np.isfinite(longest) else np.zeros_like(pulls)


def gradients(
    network: Network, settings: Settings, lamb: float, x: Tensor, y: Tensor, source_shares: Tensor
) -> Gradients:
    """What a training step with these standardised inputs would compute; the first `len(y)` are the source's.

    Only the classification and the adversarial loss take part, each with its weight. `source_shares` `(K,)` are the
    source's class shares.
    """
    weights = None
    if settings.weighs_classes:
        weights = class_weights(network.shares.reference, source_shares)
    losses = _Losses(network.train(), settings)
    # A training pass moves running statistics: those of the copies. Random maps, which may be large, stay.
    buffers = {n: buffer.clone() for n, buffer in losses.named_buffers() if not n.startswith("network.seen.")}
    features, classification, adversarial = functional_call(losses, buffers, (x, y, weights))

    at_classifier = [features, *network.classifier.parameters()]
    g_y, *of_classifier = torch.autograd.grad(classification, at_classifier, retain_graph=True)
    at_discriminator = [features, *network.adversarial.parameters()]
    g_d, *of_discriminator = torch.autograd.grad(adversarial, at_discriminator, retain_graph=True)
    limit = settings.reversal_limit * g_y.norm() if settings.reversal_limit else None
    (turned,) = torch.autograd.grad(GradientReversal.apply(features, settings.lambda_sign * lamb, limit), features, g_d)
    of_extractor = partial(torch.autograd.grad, features, list(network.extractor.parameters()), retain_graph=True)

    lengths = [_norm(parts) for parts in ([g_y], [g_d], [turned], of_classifier, of_discriminator)]
    lengths += [_norm(of_extractor(pull)) for pull in (g_y, turned)]
    at_extractor = -settings.lambda_sign * g_d.flatten()
    cosine = F.cosine_similarity(g_y.flatten(), at_extractor, dim=0, eps=torch.finfo(g_y.dtype).tiny)
    of_y, of_d, reversed_, *of_parameters, cosine = torch.stack([*lengths, cosine]).tolist()
    cosine = cosine if of_y * of_d > 0 else float("nan")
    return Gradients(of_y, of_d, reversed_, cosine, *of_parameters, torch.stack([g_y, turned]).cpu().numpy())


class _Losses(nn.Module):
    """From inputs, labels and what each class counts for to the features and both weighted losses."""

    def __init__(self, network: Network, settings: Settings) -> None:
        super().__init__()
        self.network, self.settings = network, settings

    def forward(self, x: Tensor, y: Tensor, weights: Tensor | None) -> tuple[Tensor, Tensor, Tensor]:
        network, settings, n = self.network, self.settings, len(y)
        features = network(x)
        logits = network.classifier(features)
        classification = F.cross_entropy(logits[:n], y, weights, reduction="sum") / n
        counts_for = network.seen.weights(logits)
        if weights is not None:
            by_class = torch.cat([weights[y], weights.new_ones(len(x) - n)])[:, None]
            counts_for = by_class if counts_for is None else by_class * counts_for
        # A lambda of -1 leaves the gradient as it is, so that both sides of the reversal can be seen.
        seen = partial(network.seen, logits=logits)
        adversarial = network.adversarial.joint(features, n, -1.0, None, seen, counts_for)
        return features, settings.classification_weight * classification, settings.adversarial_weight * adversarial


def figures(found: Gradients | None) -> dict[str, Any]:
    """The values of a frame that tell of it; None for what is not known."""
    if found is None:
        return dict.fromkeys(("effective_lambda", "gradient_ratio", "gradient_cosine", "gradients"))
    return {
        "effective_lambda": found.effective_lambda,
        "gradient_ratio": found.ratio,
        "gradient_cosine": found.cosine,
        "gradients": found.facts(),
    }


def _norm(parts: Iterable[Tensor]) -> Tensor:
    return torch.stack([part.norm() for part in parts]).norm()


def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0 else float("nan")


def _evenly(n: int, wanted: int) -> np.ndarray:
    return np.linspace(0, n - 1, min(wanted, n)).astype(int)
