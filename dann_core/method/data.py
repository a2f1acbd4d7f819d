"""From a pair of domains to tensors: standardisation and the order of the batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from dann_core.domains.pair import DomainPair
from dann_core.settings import Settings

BLOCK_VALUES = 1_000_000
"""Of inputs that are worked on at a time: 8 MB in double precision."""


_Scale = tuple["np.ndarray | float", "np.ndarray | float"]
"""Mean and deviation."""


class Standardizer:
    """Brings inputs to mean 0 and deviation 1, per feature (vectors) or per channel (signals, images).

    Fitted once on inputs alone; labels are never seen. Features that do not vary are only centred. Memory beside the
    result is bounded, however many samples there are.
    """

    PREFIX = "standardizer."
    _NAMES = ("source_mean", "source_deviation", "target_mean", "target_deviation")

    CLIP = 10.0
    """Deviations; a feature that hardly varied where it was fitted must not rule everything."""

    def __init__(self, pair: DomainPair, settings: Settings) -> None:
        self.log_counts = settings.log_counts
        source, target = pair.source_x, pair.target_x
        if settings.standardisation == "per-domain":
            self._fit(settings, self._statistics(source), self._statistics(target))
        else:
            fitted_on = {"none": (), "source": (source,), "pooled": (source, target)}[settings.standardisation]
            self._fit(settings, *[self._statistics(*fitted_on)] * 2)

    def _fit(self, settings: Settings, source: _Scale, target: _Scale) -> None:
        self.log_counts, self.source, self.target = settings.log_counts, source, target
        self.limit = np.inf if settings.standardisation == "none" else self.CLIP

    def __call__(self, x: np.ndarray, domain: str) -> np.ndarray:
        """Inputs `(N, *sample_shape)` of the "source" or "target" domain as standardised float32."""
        mean, deviation = self.source if domain == "source" else self.target
        standardised, done = np.empty(x.shape, np.float32), 0
        for block in _blocks(x):
            scaled = (self._prepared(block) - mean) / deviation
            np.clip(scaled, -self.limit, self.limit, out=standardised[done : done + len(block)], casting="same_kind")
            done += len(block)
        return standardised

    def tensors(self) -> dict[str, Tensor]:
        """Mean and deviation of each domain, as they are saved beside the weights."""
        named = zip(self._NAMES, (*self.source, *self.target), strict=True)
        return {self.PREFIX + name: torch.from_numpy(np.array(value)) for name, value in named}

    @classmethod
    def restored(cls, tensors: Mapping[str, Tensor], settings: Settings) -> Standardizer:
        """The one that gave these `tensors`. Raises `KeyError` for missing ones."""
        made = cls.__new__(cls)
        values = [tensors[cls.PREFIX + name].numpy() for name in cls._NAMES]
        made._fit(settings, (values[0], values[1]), (values[2], values[3]))
        return made

    def _prepared(self, x: np.ndarray) -> np.ndarray:
        x = np.asarray(x, dtype=np.float64 if x.dtype == np.float64 else np.float32)
        return np.sign(x) * np.log1p(np.abs(x)) if self.log_counts else x

    def _statistics(self, *domains: np.ndarray) -> tuple[np.ndarray | float, np.ndarray | float]:
        """Mean and deviation of these inputs together; 0 and 1 of none."""
        if not domains:
            return 0.0, 1.0
        # Vectors have a scale per feature; the positions of an image or a signal share their channel's.
        axes = (0, *range(2, domains[0].ndim))

        def mean_of(made: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
            sums = (made(self._prepared(b)).sum(axes, keepdims=True, dtype=np.float64) for b in _blocks(*domains))
            return sum(sums) / (sum(x.size for x in domains) / domains[0].shape[1])

        mean = mean_of(lambda x: x)
        deviation = np.sqrt(mean_of(lambda x: np.square(x - mean)))
        floor = 1e-6 * np.maximum(np.abs(mean), 1e-12)
        dtype = np.result_type(*(self._prepared(x[:1]) for x in domains))
        return mean.astype(dtype), np.where(deviation > floor, deviation, 1.0).astype(dtype)


def _blocks(*domains: np.ndarray) -> Iterator[np.ndarray]:
    """The samples of these domains, bounded numbers at a time; few come all at once."""
    if sum(x.size for x in domains) <= BLOCK_VALUES:
        yield np.concatenate(domains) if len(domains) > 1 else domains[0]
        return
    size = max(1, BLOCK_VALUES // domains[0][0].size)
    for x in domains:
        for start in range(0, len(x), size):
            yield x[start : start + size]


class Batches:
    """The order in which a domain's samples are drawn: one random permutation after another.

    A pure function of (seed, iteration), so that pausing, slicing and resuming need no random state.
    """

    def __init__(self, n: int, batch_size: int, seed: tuple[int, ...]) -> None:
        self.n = n
        self.batch_size = batch_size
        self.seed = seed
        self._permutations: dict[int, Tensor] = {}

    def __call__(self, iteration: int) -> Tensor:
        """Indices `(batch_size,)` of the samples of this iteration."""
        return self.span(range(iteration, iteration + 1))[0]

    def span(self, iterations: range) -> Tensor:
        """The same of several iterations in a row, `(len(iterations), batch_size)`."""
        # Samples are drawn in one endless row.
        start, missing = iterations.start * self.batch_size, len(iterations) * self.batch_size
        parts = []
        while missing:
            epoch, offset = divmod(start, self.n)
            part = self._permutation(epoch)[offset : offset + missing]
            parts.append(part)
            start, missing = start + len(part), missing - len(part)
        return (parts[0] if len(parts) == 1 else torch.cat(parts)).view(-1, self.batch_size)

    def _permutation(self, epoch: int) -> Tensor:
        if epoch not in self._permutations:
            order = np.random.default_rng([*self.seed, epoch]).permutation(self.n)
            self._permutations = {epoch: torch.from_numpy(order)}
        return self._permutations[epoch]


class Loader(NamedTuple):
    """Both domains' standardised inputs, the source's labels, and the batches in which they are drawn."""

    source_x: Tensor  # (N_s, *sample_shape)
    source_y: Tensor  # (N_s,)
    target_x: Tensor  # (N_t, *sample_shape)
    source_batches: Batches
    target_batches: Batches

    def batch(self, iteration: int) -> tuple[Tensor, Tensor]:
        """Inputs `(2n, *sample_shape)` of n source samples, then n target ones, and the source's labels `(n,)`."""
        picked_s, picked_t = self.source_batches(iteration), self.target_batches(iteration)
        return torch.cat([self.source_x[picked_s], self.target_x[picked_t]]), self.source_y[picked_s]
