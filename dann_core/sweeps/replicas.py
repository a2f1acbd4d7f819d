"""Replicas trained together: experiments whose networks have the same shape, trained as one batched network.

A step of a small network is mostly overhead. Experiments that differ only in numbers (gamma, weights, learning rate,
seed, ...) share every call of the step in `dann_core.method.written_step`. All on the thread that calls.

First weights, batches and inputs are the Trainer's, and a run alone is a stack of one, so a replica's history is that
of its own single run up to rounding: products of many networks are taken in another order. Measured as there, largest
relative difference of a loss within the first 50, 100 and 200 iterations: blobs 7e-7, 1e-6 and 4e-4; pinwheel 2e-7,
4e-7 and 2e-3; moons 2e-7, 2e-5 and 1e-2. Target accuracies at the end: within 3 points.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

import numpy as np
import torch
from torch import Tensor

from dann_core.domains.pair import DomainPair
from dann_core.method import networks
from dann_core.method.denormals import flushed
from dann_core.method.grading import Evaluation, View, graded
from dann_core.method.history import COLUMNS, History
from dann_core.method.networks import Network
from dann_core.method.reweighting import ShareState
from dann_core.method.stack import Stack, part
from dann_core.method.training import OPTIMIZERS, prepared_device
from dann_core.method.written_step import BLOCK, UNDERSTOOD, Gradients, Now, stackable
from dann_core.settings import Settings
from dann_core.settings.knobs import KnobError
from dann_core.sweeps.replica_data import Data, Plan, rate

SHAPING = (
    "extractor_width",
    "extractor_depth",
    "feature_width",
    "activation",
    "discriminator_width",
    "discriminator_depth",
    "bottleneck",
    "batch_size",
    "optimizer",
)
"""The settings that all replicas must agree on."""

DECAYING = ("learning_rate", "learning_rate_decay", "max_iter", "weight_decay")
"""The settings that make the course of the learning rate, and weight decay."""

ACTIVATION_BYTES, ACTIVATION_BYTES_OF_A_GPU = 2**20, 2**28
"""Of one layer in a group of replicas that are stepped together. Measured on moons. On a CPU, 32 replicas: a quarter of
this costs 12 % more (calls), and one group of all 2 % (the processor's caches). On an H100: 512 replicas in one group
take as long as 64, in four groups 1.8 times as long."""


def shape_key(pair: DomainPair, settings: Settings) -> Hashable:
    """Experiments that the written-out step knows and that have equal keys can be trained together."""
    return math.prod(pair.sample_shape), pair.n_classes, *(getattr(settings, name) for name in SHAPING)


def stacks(pairs: Sequence[DomainPair], settings: Sequence[Settings]) -> list[list[int]]:
    """Positions of these experiments in groups that can be trained together; what cannot is one by itself."""
    groups: dict[Hashable, list[int]] = {}
    for k, (pair, s) in enumerate(zip(pairs, settings, strict=True)):
        groups.setdefault(shape_key(pair, s) if stackable(pair, s) else k, []).append(k)
    return list(groups.values())


class Replicas:
    """Trains R experiments together; the same pair may stand there many times. A diverging one disturbs no other.

    `device` is as for `Trainer`.

    Raises `KnobError` when an experiment cannot be stacked, does not fit the others, or is too large.
    """

    def __init__(self, pairs: Sequence[DomainPair], settings: Sequence[Settings], device: str = "cpu") -> None:
        experiments = list(zip(pairs, settings, strict=True))
        if not all(stackable(*e) for e in experiments):
            unknown = ", ".join(k.name for k in settings[0].knobs() if k.name not in UNDERSTOOD)
            raise KnobError(f"Only experiments with an mlp can be stacked, and with these at their default: {unknown}.")
        if len({shape_key(*e) for e in experiments}) != 1:
            raise KnobError(f"Stacked experiments must agree in features, classes, {', '.join(SHAPING)}.")
        self.pairs, self.settings = list(pairs), list(settings)
        self.iteration = 0
        self._length = max(s.max_iter for s in settings)
        where = prepared_device(device)
        self._data = Data(experiments, where)
        size = group_size(settings[0], where.type)
        # First weights depend on shape and seed alone, and building is what takes long before a run starts.
        built = {
            s.seed: networks.build(pair.sample_shape, pair.n_classes, s).to(where)
            for pair, s in {s.seed: (pair, s) for pair, s in experiments}.values()
        }
        self._stack = Stack.of([built[s.seed] for s in settings], settings[0].activation)
        n, asks = settings[0].batch_size, any(s.entropy_weight for s in settings)
        # Otherwise nobody asks which classes target samples are given.
        self._stack.reserve(min(size, len(settings)), 2 * n, 2 * n if asks else n)
        self.shares = [ShareState(pair.n_classes).to(where) for pair in pairs]
        """What each has found out of the target's class shares."""
        self._places = [slice(i, i + size) for i in range(0, len(experiments), size)]
        self._groups = self._made_groups()
        self._optimizer = OPTIMIZERS[settings[0].optimizer](list(_alike(self._stack, settings)))
        self._plan = Plan(0, self._data, self.settings)
        self._rows: list[np.ndarray] = []  # (n, R, 6) each

    @property
    def finished(self) -> bool:
        """Whether every replica has reached its own max_iter."""
        return self.iteration >= self._length

    @flushed()
    def advance(self, iterations: int = 1) -> None:
        """Train for that many iterations; each replica stops at its own max_iter."""
        end = min(self.iteration + iterations, self._length)
        while self.iteration < end:
            if self.iteration not in self._plan.iterations:
                self._plan = Plan(self.iteration // BLOCK, self._data, self.settings)
            span = range(self.iteration, min(end, self._plan.iterations.stop))
            losses = self._data.x.new_zeros(len(span), len(self.pairs), 4)
            for iteration, loss in zip(span, losses, strict=True):
                self._step(iteration, loss)
            rows = np.empty((len(span), len(self.pairs), len(COLUMNS)))
            rows[:, :, 0] = np.array(span)[:, None]
            begins = [share.adapts_from(s) for share, s in zip(self.shares, self.settings, strict=True)]
            rows[:, :, 1] = np.where(rows[:, :, 0] >= begins, self._plan.lambdas(span), 0)
            rows[:, :, 2:] = losses.cpu()
            self._rows.append(rows)
            self.iteration = span.stop

    @torch.no_grad()
    def _step(self, iteration: int, losses: Tensor) -> None:
        """One iteration of all replicas; fills their `losses` `(R, 4)`."""
        rows = self._plan.rows(iteration)
        lamb, entropy_weight = self._plan.weights(iteration)
        for group in self._groups:
            if iteration < group.length:
                place, drawn = group.place, rows.index_select(0, group.drawn)
                batch, picked = self._data.batch(drawn), self._data.picked(drawn, group.drawn)
                group.gradients(Now(*batch, lamb[place], entropy_weight[place], picked, iteration), losses[place])
        for alike in self._optimizer.param_groups:
            alike["lr"] = rate(alike["settings"], iteration)
        self._optimizer.step()

    def _made_groups(self) -> list[_Group]:
        return [_Group(self._stack, self.settings, place, self._data, self.shares[place]) for place in self._places]

    @property
    def histories(self) -> list[History]:
        """What each replica has recorded, with the columns of `Trainer.history`."""
        rows = np.concatenate([np.empty((0, len(self.pairs), len(COLUMNS))), *self._rows])
        return [History(rows[: s.max_iter, r].copy()) for r, s in enumerate(self.settings)]

    def take_rows(self) -> np.ndarray:
        """What all have recorded since this was last asked, `(iterations, R, 6)`; the histories lose it."""
        rows = np.concatenate([np.empty((0, len(self.pairs), len(COLUMNS))), *self._rows])
        self._rows.clear()
        return rows

    def copy_to(self, network: Network, replica: int) -> None:
        """Give a network of the same shape the weights and class shares of one replica."""
        self._stack.copy_to(network, replica)
        network.shares.load_state_dict(self.shares[replica].state_dict())

    def state_dict(self) -> dict[str, Any]:
        """All that another stack of the same experiments needs to go on bit for bit, less the histories.

        The tensors are the stack's own: save or copy them before training on.
        """
        return {
            "iteration": self.iteration,
            "weights": self._stack.parameters,
            "optimizer": [dict(self._optimizer.state.get(p, {})) for p in self._stepped],
            "shares": [share.state_dict() for share in self.shares],
        }

    @torch.no_grad()
    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue where `state` was taken."""
        self.iteration = state["iteration"]
        for parameter, weights in zip(self._stack.parameters, state["weights"], strict=True):
            parameter.copy_(weights)
        for parameter, kept in zip(self._stepped, state["optimizer"], strict=True):
            # Laid out as the parameter is, which the optimizer takes for granted.
            self._optimizer.state[parameter] = {
                k: torch.empty_like(parameter).copy_(v) if v.shape == parameter.shape else v.clone()
                for k, v in kept.items()
            }
        for share, kept in zip(self.shares, state["shares"], strict=True):
            share.load_state_dict(kept)
        # What class weights follow from is read when groups are made.
        self._groups = self._made_groups()

    @property
    def _stepped(self) -> list[Tensor]:
        return [parameter for alike in self._optimizer.param_groups for parameter in alike["params"]]

    def views(self, replica: int) -> tuple[View, View]:
        """What one replica's networks make of all source and of all target samples."""
        source, target = (self._stack.look(replica, x) for x in self._data.inputs(replica))
        return _view(*source), _view(*target)

    def evaluate(self) -> list[Evaluation]:
        """Accuracies of each replica over all samples of both its domains, as `Trainer.evaluate` has them."""
        return [graded(pair.source_y, pair.target_y, *self.views(r)) for r, pair in enumerate(self.pairs)]


def _view(features: Tensor, logits: Tensor, domain_logits: Tensor) -> View:
    return View(*(t.cpu().numpy() for t in (features.contiguous(), logits.softmax(1), domain_logits.sigmoid())))


def group_size(settings: Settings, device: str = "cpu") -> int:
    """How many replicas of such an experiment are stepped at a time."""
    widest = max(settings.extractor_width, settings.feature_width, settings.discriminator_width)
    most = ACTIVATION_BYTES if device == "cpu" else ACTIVATION_BYTES_OF_A_GPU
    return max(most // (4 * widest * 2 * settings.batch_size), 1)


class _Group:
    """As many replicas as the caches hold; `place` is where they stand among all."""

    def __init__(
        self, stack: Stack, settings: Sequence[Settings], place: slice, data: Data, shares: Sequence[ShareState]
    ) -> None:
        self.place, self.drawn = place, data.drawn[place]
        self.length = max(s.max_iter for s in settings[place])
        mine = stack.part(place)
        reweighting = data.reweighting(place, settings[place], shares, mine.classified)
        self.gradients = Gradients(mine, settings[place], reweighting)


def _alike(stack: Stack, settings: Sequence[Settings]) -> Iterator[dict[str, Any]]:
    """The optimizer's groups: neighbours whose learning rate is the same all along."""
    end = 0
    for _, alike in groupby(settings, attrgetter(*DECAYING)):
        start, end = end, end + len(list(alike))
        parameters = [part(parameter, slice(start, end)) for parameter in stack.parameters]
        yield {"params": parameters, "settings": settings[start], "weight_decay": settings[start].weight_decay}
