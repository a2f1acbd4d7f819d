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
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from dann_core.domains.pair import DomainPair
from dann_core.method import networks
from dann_core.method.data import Batches, Standardizer
from dann_core.method.denormals import flushed
from dann_core.method.grading import Evaluation, View, graded
from dann_core.method.history import COLUMNS, History
from dann_core.method.reweighting import Predict, Reweighting, ShareState
from dann_core.method.schedules import entropy_weight_at, lambda_at, learning_rate_at
from dann_core.method.stack import Stack, part
from dann_core.method.training import OPTIMIZERS, prepared_device
from dann_core.method.written_step import BLOCK, UNDERSTOOD, Gradients, Now, stackable
from dann_core.settings import Settings
from dann_core.settings.knobs import KnobError

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
        self._data = _Data(experiments, where)
        size = _group_size(settings[0], where)
        # First weights depend on shape and seed alone, and building is what takes long before a run starts.
        built = {
            s.seed: networks.build(pair.sample_shape, pair.n_classes, s).to(where)
            for pair, s in {s.seed: (pair, s) for pair, s in experiments}.values()
        }
        self._stack = Stack.of([built[s.seed] for s in settings], settings[0].activation)
        n, asks = settings[0].batch_size, any(s.entropy_weight or s.weighs_classes for s in settings)
        # Otherwise nobody asks which classes target samples are given.
        self._stack.reserve(min(size, len(settings)), 2 * n, 2 * n if asks else n)
        self._groups = [
            _Group(self._stack, self.settings, slice(i, i + size), self._data) for i in range(0, len(experiments), size)
        ]
        self._optimizer = OPTIMIZERS[settings[0].optimizer](list(_alike(self._stack, settings)))
        self._plan = _Plan(0, self._data, self.settings)
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
                self._plan = _Plan(self.iteration // BLOCK, self._data, self.settings)
            span = range(self.iteration, min(end, self._plan.iterations.stop))
            losses = self._data.x.new_zeros(len(span), len(self.pairs), 4)
            for iteration, loss in zip(span, losses, strict=True):
                self._step(iteration, loss)
            rows = np.empty((len(span), len(self.pairs), len(COLUMNS)))
            rows[:, :, 0] = np.array(span)[:, None]
            rows[:, :, 1] = self._plan.lambdas(span)
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
                place, batch = group.place, self._data.batch(rows.index_select(0, group.drawn))
                group.gradients(Now(*batch, lamb[place], entropy_weight[place], iteration), losses[place])
        for alike in self._optimizer.param_groups:
            alike["lr"] = _rate(alike["settings"], iteration)
        self._optimizer.step()

    @property
    def histories(self) -> list[History]:
        """What each replica has recorded, with the columns of `Trainer.history`."""
        rows = np.concatenate([np.empty((0, len(self.pairs), len(COLUMNS))), *self._rows])
        return [History(rows[: s.max_iter, r].copy()) for r, s in enumerate(self.settings)]

    def views(self, replica: int) -> tuple[View, View]:
        """What one replica's networks make of all source and of all target samples."""
        source, target = (self._stack.look(replica, x) for x in self._data.inputs(replica))
        return _view(*source), _view(*target)

    def evaluate(self) -> list[Evaluation]:
        """Accuracies of each replica over all samples of both its domains, as `Trainer.evaluate` has them."""
        return [graded(pair.source_y, pair.target_y, *self.views(r)) for r, pair in enumerate(self.pairs)]


def _view(features: Tensor, logits: Tensor, domain_logits: Tensor) -> View:
    return View(*(t.cpu().numpy() for t in (features.contiguous(), logits.softmax(1), domain_logits.sigmoid())))


def _group_size(settings: Settings, device: torch.device) -> int:
    widest = max(settings.extractor_width, settings.feature_width, settings.discriminator_width)
    most = ACTIVATION_BYTES if device.type == "cpu" else ACTIVATION_BYTES_OF_A_GPU
    return max(most // (4 * widest * 2 * settings.batch_size), 1)


class _Group:
    """As many replicas as the caches hold; `place` is where they stand among all."""

    def __init__(self, stack: Stack, settings: Sequence[Settings], place: slice, data: _Data) -> None:
        self.place, self.drawn = place, data.drawn[place]
        self.length = max(s.max_iter for s in settings[place])
        mine = stack.part(place)
        self.gradients = Gradients(mine, settings[place], data.reweighting(place, settings[place], mine.predict))


def _alike(stack: Stack, settings: Sequence[Settings]) -> Iterator[dict[str, Any]]:
    """The optimizer's groups: neighbours whose learning rate is the same all along."""
    end = 0
    for _, alike in groupby(settings, attrgetter(*DECAYING)):
        start, end = end, end + len(list(alike))
        parameters = [part(parameter, slice(start, end)) for parameter in stack.parameters]
        yield {"params": parameters, "settings": settings[start], "weight_decay": settings[start].weight_decay}


class _Draw(NamedTuple):
    """What decides a batch: the rows of source and target in the table of inputs, and the seed."""

    source: range
    target: range
    seed: int


class _Data:
    """The inputs of all replicas in one table. Those of one pair and seed draw the same batches from it."""

    def __init__(self, experiments: Sequence[tuple[DomainPair, Settings]], device: torch.device) -> None:
        tables: dict[Hashable, tuple[range, range]] = {}
        inputs, labels, total = [], [], 0
        draws = []  # one a replica
        for pair, settings in experiments:
            key = id(pair), settings.standardisation, settings.log_counts
            if key not in tables:
                standardizer = Standardizer(pair, settings)
                inputs += [standardizer(pair.source_x, "source"), standardizer(pair.target_x, "target")]
                # The target's labels are never seen: its rows are 0.
                labels += [np.eye(pair.n_classes)[pair.source_y], np.zeros((len(pair.target_x), pair.n_classes))]
                middle, end = total + len(pair.source_x), total + len(pair.source_x) + len(pair.target_x)
                tables[key] = range(total, middle), range(middle, end)
                total = end
            draws.append(_Draw(*tables[key], settings.seed))
        self.x = torch.from_numpy(np.concatenate([x.reshape(len(x), -1) for x in inputs])).to(device)  # (N, F)
        self.y = torch.from_numpy(np.concatenate(labels)).float().to(device)  # (N, K), one-hot
        self.draws = list(dict.fromkeys(draws))
        self.drawn = torch.tensor([self.draws.index(draw) for draw in draws], device=device)  # (R,), which is whose

    def batch(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Inputs `(G, F, 2n)` and labels of the source `(G, K, n)` at the rows `(G, 2n)` of the table."""
        g, n = len(rows), rows.shape[1] // 2
        x = self.x.index_select(0, rows.view(-1)).view(g, 2 * n, -1).mT
        y = self.y.index_select(0, rows[:, :n].reshape(-1)).view(g, n, -1).mT
        # Products with few features are several times as quick with the longer side innermost.
        return x.contiguous() if x.shape[1] < 2 * n else x, y

    def reweighting(self, place: slice, settings: Sequence[Settings], predict: Predict) -> Reweighting | None:
        """Of some replicas, if any of them estimates the target's class shares."""
        if not any(s.weighs_classes for s in settings):
            return None
        draws = [self.draws[drawn] for drawn in self.drawn[place].tolist()]
        shares = torch.stack([self.y[source.start : source.stop].mean(0) for source, _, _ in draws])
        samples = shares.new_tensor([[len(source), len(target)] for source, target, _ in draws])
        states = [ShareState(shares.shape[1]).to(shares.device) for _ in draws]
        targets = [self.x[target.start : target.stop] for _, target, _ in draws]
        return Reweighting(states, shares, targets, samples, settings, predict)

    def inputs(self, replica: int) -> tuple[Tensor, Tensor]:
        """All source and all target inputs of one replica, `(N, F)` each."""
        source, target, _ = self.draws[self.drawn[replica]]
        return self.x[source.start : source.stop], self.x[target.start : target.stop]


class _Plan:
    """Batches and schedules of a block of iterations."""

    def __init__(self, block: int, data: _Data, settings: Sequence[Settings]) -> None:
        self.iterations = range(block * BLOCK, (block + 1) * BLOCK)
        device = data.x.device
        self._rows = _batches(self.iterations, data.draws, settings[0].batch_size).to(device)
        self._course = np.array([[_course(s, i) for s in settings] for i in self.iterations])  # (BLOCK, R, 2)
        columns = torch.from_numpy(self._course).float().mT.contiguous()
        self._columns = columns.to(device)[..., None, None]  # (BLOCK, 2, R, 1, 1)

    def rows(self, iteration: int) -> Tensor:
        """`(U, 2n)`: what is drawn in one iteration, source before target."""
        return self._rows[:, iteration - self.iterations.start]

    def weights(self, iteration: int) -> Tensor:
        """lambda and entropy weight of every replica in one iteration, `(2, R, 1, 1)`."""
        return self._columns[iteration - self.iterations.start]

    def lambdas(self, span: range) -> np.ndarray:
        """lambda of every replica, `(span, R)`."""
        return self._course[span.start - self.iterations.start : span.stop - self.iterations.start, :, 0]


def _course(settings: Settings, iteration: int) -> tuple[float, float]:
    """lambda and entropy weight of one iteration."""
    return lambda_at(settings, iteration), entropy_weight_at(settings, iteration)


def _rate(settings: Settings, iteration: int) -> float:
    """The learning rate of one iteration; 0 is how one replica stops while others go on."""
    return learning_rate_at(settings, iteration) if iteration < settings.max_iter else 0.0


def _batches(iterations: range, draws: Sequence[_Draw], n: int) -> Tensor:
    """`(U, len(iterations), 2n)` rows of the table of inputs: the batches that the Trainer draws."""

    def drawn(domain: range, seed: tuple[int, int]) -> Tensor:
        return Batches(len(domain), n, seed).span(iterations) + domain.start

    return torch.stack(
        [torch.cat([drawn(source, (seed, 1)), drawn(target, (seed, 2))], 1) for source, target, seed in draws]
    )
