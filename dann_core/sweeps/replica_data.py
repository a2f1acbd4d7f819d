"""What replicas train on: their inputs in one table, their batches, and the course of their schedules."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from dann_core.domains.pair import DomainPair
from dann_core.method.data import Batches, Standardizer
from dann_core.method.reweighting import Look, Reweighting, ShareState
from dann_core.method.schedules import entropy_weight_at, lambda_at, learning_rate_at
from dann_core.method.written_step import BLOCK
from dann_core.settings import Settings


class Draw(NamedTuple):
    """What decides a batch: the rows of source and target in the table of inputs, and the seed."""

    source: range
    target: range
    seed: int


class Data:
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
            draws.append(Draw(*tables[key], settings.seed))
        self.x = torch.from_numpy(np.concatenate([x.reshape(len(x), -1) for x in inputs])).to(device)  # (N, F)
        self.y = torch.from_numpy(np.concatenate(labels)).float().to(device)  # (N, K), one-hot
        self.draws = list(dict.fromkeys(draws))
        self.drawn = torch.tensor([self.draws.index(draw) for draw in draws], device=device)  # (R,), which is whose
        self._starts = torch.tensor([draw.target.start for draw in self.draws], device=device)[:, None]

    def batch(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Inputs `(G, F, 2n)` and labels of the source `(G, K, n)` at the rows `(G, 2n)` of the table."""
        g, n = len(rows), rows.shape[1] // 2
        x = self.x.index_select(0, rows.view(-1)).view(g, 2 * n, -1).mT
        y = self.y.index_select(0, rows[:, :n].reshape(-1)).view(g, n, -1).mT
        # Products with few features are several times as quick with the longer side innermost.
        return x.contiguous() if x.shape[1] < 2 * n else x, y

    def picked(self, rows: Tensor, drawn: Tensor) -> Tensor:
        """Which of their targets' samples stand at these rows `(G, 2n)` of the draws `drawn`, `(G, n)`."""
        return rows[:, rows.shape[1] // 2 :] - self._starts[drawn]

    def reweighting(
        self, place: slice, settings: Sequence[Settings], states: Sequence[ShareState], look: Look
    ) -> Reweighting | None:
        """Of some replicas, if any of them estimates the target's class shares, which their `states` keep."""
        if not any(s.weighs_classes for s in settings):
            return None
        draws = [self.draws[drawn] for drawn in self.drawn[place].tolist()]
        sources = [(self.x[s.start : s.stop], self.y[s.start : s.stop].argmax(1)) for s, _, _ in draws]
        targets = [self.x[target.start : target.stop] for _, target, _ in draws]
        return Reweighting(states, sources, targets, settings, look)

    def inputs(self, replica: int) -> tuple[Tensor, Tensor]:
        """All source and all target inputs of one replica, `(N, F)` each."""
        source, target, _ = self.draws[self.drawn[replica]]
        return self.x[source.start : source.stop], self.x[target.start : target.stop]


class Plan:
    """Batches and schedules of a block of iterations."""

    def __init__(self, block: int, data: Data, settings: Sequence[Settings]) -> None:
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


def rate(settings: Settings, iteration: int) -> float:
    """The learning rate of one iteration; 0 is how one replica stops while others go on."""
    return learning_rate_at(settings, iteration) if iteration < settings.max_iter else 0.0


def _batches(iterations: range, draws: Sequence[Draw], n: int) -> Tensor:
    """`(U, len(iterations), 2n)` rows of the table of inputs: the batches that the Trainer draws."""

    def drawn(domain: range, seed: tuple[int, int]) -> Tensor:
        return Batches(len(domain), n, seed).span(iterations) + domain.start

    return torch.stack(
        [torch.cat([drawn(source, (seed, 1)), drawn(target, (seed, 2))], 1) for source, target, seed in draws]
    )
