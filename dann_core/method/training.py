"""The Trainer: one readable training step, and everything that makes it repeatable."""

from __future__ import annotations

import copy
import math
from functools import cached_property
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from dann_core.domains.pair import DomainPair
from dann_core.method import networks
from dann_core.method.data import Batches, Standardizer
from dann_core.method.denormals import flushed
from dann_core.method.discrepancy import entropy, marginal_entropy
from dann_core.method.grading import Evaluation, Grading, View, graded, samples_a_pass
from dann_core.method.history import Change, History
from dann_core.method.schedules import entropy_weight_at, lambda_at, learning_rate_at, progress
from dann_core.settings import Settings
from dann_core.settings.catalogue import DISCREPANCIES
from dann_core.settings.knobs import KnobError

OPTIMIZERS = {
    "adam": lambda parameters: torch.optim.Adam(parameters, fused=True),
    "adamw": lambda parameters: torch.optim.AdamW(parameters, fused=True),
    "sgd": lambda parameters: torch.optim.SGD(parameters, momentum=0.9, fused=True),
}


class Trainer:
    """Trains one network on one pair of domains.

    The same pair and settings give the same weights and history bit for bit, however `advance` is sliced and
    whether or not the run was saved and resumed in between (on one kind of device, for one number of torch threads).

    Raises `KnobError` when the settings do not fit the pair or the network would be too large.
    """

    def __init__(self, pair: DomainPair, settings: Settings, device: str = "cpu") -> None:
        self.pair = pair
        self.settings = settings
        self.device = prepared_device(device)
        self.network = networks.build(pair.sample_shape, pair.n_classes, settings).to(self.device)
        self.optimizer = OPTIMIZERS[settings.optimizer](self.network.parameters())
        self.standardizer = Standardizer(pair, settings)
        self.source_x = self._tensor(pair.source_x, "source")
        self.target_x = self._tensor(pair.target_x, "target")
        self.source_y = torch.from_numpy(pair.source_y).to(self.device)
        parameters = sum(p.numel() for p in self.network.parameters())
        self._samples_a_pass = samples_a_pass(math.prod(pair.sample_shape), parameters)
        self._source_batches = Batches(len(self.source_x), settings.batch_size, (settings.seed, 1))
        self._target_batches = Batches(len(self.target_x), settings.batch_size, (settings.seed, 2))
        self.iteration = 0
        self.history = History()
        self.changes: list[Change] = []

    @flushed()
    def advance(self, iterations: int = 1) -> None:
        """Train for exactly that many iterations."""
        self.network.train()
        rows = []
        for _ in range(iterations):
            rows.append((self.iteration, self.lamb, self._step()))
            self.iteration += 1
        if rows:
            losses = torch.stack([loss for *_, loss in rows]).tolist()
            self.history.extend([(i, lamb, *loss) for (i, lamb, _), loss in zip(rows, losses, strict=True)])

    def _step(self) -> Tensor:
        """One iteration; returns the four losses, unweighted, in the order of `History`."""
        settings = self.settings
        picked_s, picked_t = self._source_batches(self.iteration), self._target_batches(self.iteration)
        x = torch.cat([self.source_x[picked_s], self.target_x[picked_t]])
        n = len(picked_s)

        # Features: both domains in one pass through the same extractor.
        features = self.network(x)  # (2n, D)
        logits = self.network.classifier(features)  # (2n, K)

        # Classification loss: only the source has labels.
        classification = F.cross_entropy(logits[:n], self.source_y[picked_s])

        # Adversarial loss: the discriminator descends it; through the reversal the extractor ascends it.
        limit = self._reversal_limit(classification, features)
        adversarial = self.network.adversarial(features[:n], features[n:], self.lamb, limit)

        # Discrepancy and entropy: optional, and need no discriminator.
        discrepancy = uncertainty = spread = features.new_zeros(())
        if settings.discrepancy != "none":
            discrepancy = DISCREPANCIES[settings.discrepancy].load()(features[:n], features[n:])
        if settings.entropy_weight:
            uncertainty, spread = entropy(logits[n:]), marginal_entropy(logits[n:])

        # Update.
        entropy_weight = entropy_weight_at(settings, self.iteration)
        loss = (
            settings.classification_weight * classification
            + settings.adversarial_weight * adversarial
            + settings.discrepancy_weight * discrepancy
            + entropy_weight * (uncertainty - settings.entropy_balance * spread)
        )
        for group in self.optimizer.param_groups:
            group["lr"], group["weight_decay"] = self.learning_rate, settings.weight_decay
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return torch.stack([classification, adversarial, discrepancy, uncertainty]).detach()

    def _reversal_limit(self, classification: Tensor, features: Tensor) -> Tensor | None:
        """How long the reversed gradient may be: a multiple of the classification gradient, both at the features."""
        if not self.settings.reversal_limit:
            return None
        (gradient,) = torch.autograd.grad(classification, features, retain_graph=True)
        return self.settings.reversal_limit * self.settings.classification_weight * gradient.norm()

    @property
    def progress(self) -> float:
        """Iteration over max_iter, at most 1."""
        return progress(self.settings.max_iter, self.iteration)

    @property
    def lamb(self) -> float:
        """The lambda of the coming iteration."""
        return lambda_at(self.settings, self.iteration)

    @property
    def learning_rate(self) -> float:
        """The learning rate of the coming iteration."""
        return learning_rate_at(self.settings, self.iteration)

    def apply(self, settings: Settings) -> None:
        """Change live settings from the next iteration on; each change is recorded in `changes`.

        Raises `KnobError` for a setting that needs a rebuild: make a new Trainer for those.
        """
        rebuilds = self.settings.rebuilds(settings)
        if rebuilds:
            names = ", ".join(k.name for k in rebuilds)
            raise KnobError(f"{names} cannot change in a running network: start a new run.")
        for knob in self.settings.differences(settings):
            old, new = getattr(self.settings, knob.name), getattr(settings, knob.name)
            self.changes.append(Change(self.iteration, knob.name, old, new))
        self.settings = settings

    def evaluate(self) -> Evaluation:
        """Accuracies over all samples of both domains."""
        grading = self.grading()
        grading.go_on()
        return grading.evaluation

    def grading(self) -> Grading:
        """The same, yet to be made, part by part; for the weights as they are now."""
        return Grading(self.pair, self._orders, self._look_at, self._samples_a_pass)

    @cached_property
    def _orders(self) -> tuple[np.ndarray, np.ndarray]:
        """Of the samples of both domains, when they are graded."""
        rng = np.random.default_rng([self.settings.seed, 3])
        return rng.permutation(len(self.source_x)), rng.permutation(len(self.target_x))

    def grade(self, source: np.ndarray, target: np.ndarray, source_view: View, target_view: View) -> Evaluation:
        """Accuracies over the samples with the indices `source` and `target`, given what was made of them."""
        y = self.pair.target_y
        return graded(self.pair.source_y[source], None if y is None else y[target], source_view, target_view)

    def look(self, x: np.ndarray, domain: str = "target") -> View:
        """What the networks make of raw inputs `(N, *sample_shape)`, in one pass.

        `domain` ("source" or "target") matters to per-domain standardisation only.
        """
        return self._look(self._tensor(x, domain))

    def predict(self, x: np.ndarray, domain: str = "target") -> np.ndarray:
        """Class indices `(N,)` for raw inputs `(N, *sample_shape)`."""
        return self.look(x, domain).classes

    def features(self, x: np.ndarray, domain: str = "target") -> np.ndarray:
        """What the extractor makes of raw inputs: `(N, D)`."""
        return self.look(x, domain).features

    def state_dict(self, *, history: bool = True) -> dict[str, Any]:
        """Everything a resumed run needs: weights, optimizer, history, changes, settings.

        Batches and schedules are functions of seed, settings and iteration, so there is no random state to save.
        Without `history`, for whoever keeps that elsewhere, a resumed run's history starts where the state was taken.
        The tensors are the trainer's own, as in PyTorch's state dicts: save or copy them before training on.
        """
        return {
            "settings": self.settings.model_dump(),
            "iteration": self.iteration,
            "network": self.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "history": torch.from_numpy(self.history.rows if history else History().rows),
            "changes": [(c.iteration, c.name, c.old, c.new) for c in self.changes],
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue where `state` was taken; raises `KnobError` if it belongs to another network or other data."""
        settings = Settings(**state["settings"])
        rebuilds = self.settings.rebuilds(settings)
        if rebuilds:
            names = ", ".join(k.name for k in rebuilds)
            raise KnobError(f"This state was saved with another {names}: make the Trainer with its settings.")
        self.iteration = state["iteration"]
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(copy.deepcopy(state["optimizer"]))
        self.history = History(state["history"].numpy())
        self.changes = [Change(*c) for c in state["changes"]]
        self.settings = settings

    def _tensor(self, x: np.ndarray, domain: str) -> Tensor:
        tensor = torch.from_numpy(self.standardizer(x, domain)).to(self.device)
        return tensor.contiguous(memory_format=torch.channels_last) if tensor.ndim == 4 else tensor

    def _look_at(self, domain: str, indices: np.ndarray) -> View:
        """Like `look`, at samples of the pair, which are standardised already."""
        x = self.source_x if domain == "source" else self.target_x
        return self._look(x[torch.from_numpy(indices)])

    @flushed()
    @torch.no_grad()
    def _look(self, x: Tensor) -> View:
        network = self.network.eval()
        features = torch.cat([network(part) for part in x.split(self._samples_a_pass)])
        logits = network.classifier(features)
        domain_logits = network.adversarial.discriminator(features)
        return View(*(t.cpu().numpy() for t in (features, logits.softmax(1), domain_logits.sigmoid()[:, 0])))


def prepared_device(name: str) -> torch.device:
    """The device that `name` stands for; "auto" is CUDA where there is one. Raises `KnobError` if it is not there.

    On CUDA, this process computes convolutions repeatably and in full single precision from now on.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        torch.empty(0, device=name)
    except (RuntimeError, AssertionError) as error:
        raise KnobError(f"The device {name!r} cannot be used here ({error}): choose cpu or auto.") from None
    device = torch.device(name)
    if device.type == "cuda":
        torch.backends.cudnn.deterministic = True
        torch.backends.cudnn.conv.fp32_precision = "ieee"
    return device
