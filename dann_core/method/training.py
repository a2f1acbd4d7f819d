"""The Trainer: one run from its data to its history, and everything that makes it repeatable."""

from __future__ import annotations

import copy
import math
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from dann_core.domains.pair import DomainPair
from dann_core.language import said, say
from dann_core.method import networks
from dann_core.method.data import Batches, Loader, Standardizer
from dann_core.method.denormals import flushed
from dann_core.method.grading import Evaluation, Grading, View, graded, samples_a_pass
from dann_core.method.history import Change, History
from dann_core.method.schedules import lambda_at, learning_rate_at, progress
from dann_core.method.step import ReadableStep, Step
from dann_core.method.written_step import WrittenStep
from dann_core.settings import Settings
from dann_core.settings.knobs import KnobError

OPTIMIZERS = {
    "adam": lambda parameters: torch.optim.Adam(parameters, fused=True),
    "adamw": lambda parameters: torch.optim.AdamW(parameters, fused=True),
    "sgd": lambda parameters: torch.optim.SGD(parameters, momentum=0.9, fused=True),
}

SPAN = 256
"""Iterations whose losses are kept where they are computed before the history takes them."""


class Trainer:
    """Trains one network on one pair of domains.

    The same pair and settings give the same weights and history bit for bit, however `advance` is sliced and
    whether or not the run was saved and resumed in between (on one kind of device, for one number of torch threads).

    The settings in force alone decide which of `steps` trains. A live change may so hand a run over to another step (a
    discrepancy switched on: from the written-out to the readable one), which goes on from the same weights and
    optimizer; like every change it stands in `changes`, and a run resumed before or after it gives the same bits.

    Raises `KnobError` when the settings do not fit the pair or the network would be too large.
    """

    steps: ClassVar[tuple[type[Step], ...]] = (WrittenStep, ReadableStep)
    """The quickest first: the first that knows the settings trains. All compute the same up to rounding."""

    def __init__(self, pair: DomainPair, settings: Settings, device: str = "cpu") -> None:
        self.pair = pair
        self.settings = settings
        self.device = prepared_device(device)
        self.network = networks.build(pair.sample_shape, pair.n_classes, settings).to(self.device)
        # Small layers are stepped sooner as one tensor; gradients of a CNN would have to be copied there.
        parameters = [self.network.flatten()] if self.network.kind == "mlp" else self.network.parameters()
        self.optimizer = OPTIMIZERS[settings.optimizer](parameters)
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
        self._step = self._step_for(settings)

    @flushed()
    def advance(self, iterations: int = 1) -> None:
        """Train for exactly that many iterations."""
        end = self.iteration + iterations
        while self.iteration < end:
            span = range(self.iteration, min(self.iteration + SPAN, end))
            losses = self._step(span)
            begins = self.network.shares.adapts_from(self.settings)
            lambdas = [lambda_at(self.settings, i) if i >= begins else 0.0 for i in span]
            self.history.extend(np.column_stack([span, lambdas, losses.cpu().numpy()]))
            self.iteration = span.stop

    def _step_for(self, settings: Settings) -> Step:
        step = next(step for step in self.steps if step.knows(self.pair, settings))
        batches = self._source_batches, self._target_batches
        loader = Loader(self.source_x, self.source_y, self.target_x, *batches)
        return step(self.network, self.optimizer, loader, settings)

    @property
    def progress(self) -> float:
        """Iteration over max_iter, at most 1."""
        return progress(self.settings.max_iter, self.iteration)

    @property
    def lamb(self) -> float:
        """The lambda of the coming iteration; 0 as long as the run does not adapt, or is not known to."""
        adapts = self.iteration >= self.network.shares.adapts_from(self.settings)
        return lambda_at(self.settings, self.iteration) if adapts else 0.0

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
            raise KnobError(say("{names} cannot change in a running network: start a new run.", names=names))
        for knob in self.settings.differences(settings):
            old, new = getattr(self.settings, knob.name), getattr(settings, knob.name)
            self.changes.append(Change(self.iteration, knob.name, old, new))
        self.settings = settings
        self._step = self._step_for(settings)

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
            raise KnobError(
                say("This state was saved with another {names}: make the Trainer with its settings.", names=names)
            )
        self.iteration = state["iteration"]
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(copy.deepcopy(state["optimizer"]))
        self.history = History(state["history"].numpy())
        self.changes = [Change(*c) for c in state["changes"]]
        self.settings = settings
        self._step = self._step_for(settings)

    def _tensor(self, x: np.ndarray, domain: str) -> Tensor:
        tensor = torch.from_numpy(self.standardizer(x, domain)).to(self.device)
        return tensor.contiguous(memory_format=torch.channels_last) if tensor.ndim == 4 else tensor

    def _look_at(self, domain: str, indices: np.ndarray) -> View:
        """Like `look`, at samples of the pair, which are standardised already."""
        x = self.source_x if domain == "source" else self.target_x
        return self._look(x[torch.from_numpy(indices)])

    def _look(self, x: Tensor) -> View:
        return networks.look(self.network, x, self._samples_a_pass)


def prepared_device(name: str) -> torch.device:
    """The device that `name` stands for; "auto" is CUDA where there is one. Raises `KnobError` if it is not there.

    On CUDA, this process computes convolutions repeatably and in full single precision from now on.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        torch.empty(0, device=name)
    except (RuntimeError, AssertionError) as error:
        raise KnobError(
            say(
                "The device {device} cannot be used here ({why}): choose cpu or auto.",
                device=repr(name),
                why=said(error),
            )
        ) from None
    device = torch.device(name)
    if device.type == "cuda":
        torch.backends.cudnn.deterministic = True
        torch.backends.cudnn.conv.fp32_precision = "ieee"
    return device
