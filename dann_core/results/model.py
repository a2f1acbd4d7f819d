"""A trained network without what trained it: loaded from its weights, it looks at new samples."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from dann_core.domains.files.errors import by, reason, refusal
from dann_core.language import say
from dann_core.method import networks
from dann_core.method.data import Standardizer
from dann_core.method.grading import View, samples_a_pass
from dann_core.method.networks import look
from dann_core.results.record import Record


class Model:
    """What a run's weights make of samples, as the run itself did, bit for bit on the same machine.

    `weights` are those of `model.safetensors`. Raises `UploadError` for weights that are not those of the record's
    network, and `KnobError` for a network that is too large.
    """

    def __init__(self, record: Record, weights: Mapping[str, Tensor], file: str = "model.safetensors") -> None:
        shape, settings = record.sample_shape, record.settings
        self.record = record
        self.network = networks.build(shape, len(record.class_names), settings)
        if self.network.kind == "mlp":
            # In memory as it was trained: products of matrices laid out otherwise differ in their last bits.
            self.network.flatten()
        scale = {n: t for n, t in weights.items() if n.startswith(Standardizer.PREFIX)}
        try:
            self.standardizer = Standardizer.restored(scale, settings)
            self.network.load_state_dict({n: t for n, t in weights.items() if n not in scale})
        except (KeyError, RuntimeError, ValueError, TypeError) as error:
            why = say(
                "these are not the weights of this run's network ({why}); take both from one run", why=reason(error)
            )
            raise refusal(file, why) from None
        parameters = sum(p.numel() for p in self.network.parameters())
        self._size = samples_a_pass(math.prod(shape), parameters)

    def look(self, x: np.ndarray) -> View:
        """What the networks make of raw target inputs `(N, *sample_shape)`.

        Raises `UploadError` for samples of another shape.
        """
        if x.shape[1:] != self.record.sample_shape:
            why = say(
                "they are {theirs} and those of the run {ours}; give such samples",
                theirs=by(x.shape[1:]),
                ours=by(self.record.sample_shape),
            )
            raise refusal(say("new samples"), why)
        tensor = torch.from_numpy(self.standardizer(x, "target"))
        if tensor.ndim == 4:
            tensor = tensor.contiguous(memory_format=torch.channels_last)
        return look(self.network, tensor, self._size)
