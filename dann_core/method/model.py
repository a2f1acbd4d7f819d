"""What a run leaves: a network and the scale of its inputs, all that looking at samples takes."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from dann_core.method.data import Standardizer
from dann_core.method.denormals import flushed
from dann_core.method.grading import View, samples_a_pass
from dann_core.method.networks import Network


class Model:
    """Looks at samples: raw ones, or such as are standardised already.

    `sample_shape` is that of one sample, `(F,)`, `(C, L)` or `(C, H, W)`; the network stays on `device`.
    """

    def __init__(
        self, network: Network, standardizer: Standardizer, sample_shape: tuple[int, ...], device: torch.device
    ) -> None:
        self.network, self.standardizer, self.device = network, standardizer, device
        parameters = sum(p.numel() for p in network.parameters())
        self.samples_a_pass = samples_a_pass(math.prod(sample_shape), parameters)

    def tensor(self, x: np.ndarray, domain: str) -> Tensor:
        """Raw inputs `(N, *sample_shape)` of the "source" or "target" domain, standardised, on the network's device."""
        tensor = torch.from_numpy(self.standardizer(x, domain)).to(self.device)
        return tensor.contiguous(memory_format=torch.channels_last) if tensor.ndim == 4 else tensor

    @flushed()
    @torch.no_grad()
    def look(self, x: Tensor) -> View:
        """What the networks make of standardised inputs `(N, *sample_shape)`."""
        network = self.network.eval()
        features = torch.cat([network(part) for part in x.split(self.samples_a_pass)])
        logits = network.classifier(features)
        domain_logits = network.adversarial.discriminator(network.seen(features, logits))
        return View(*(t.cpu().numpy() for t in (features, logits.softmax(1), domain_logits.sigmoid()[:, 0])))
