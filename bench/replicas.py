"""How much sooner are many small experiments done when they are trained as one batched network?

`python -m bench.replicas` measures, in turn and on this machine, the same experiments (gammas x seeds of the moons
preset) (a) stacked, half of them in each of two processes, (b) one after another with the Trainer, and (c) one after
another with the loop that DANN tutorials use. Building the networks counts, starting and warming processes does not.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache, partial
from multiprocessing import get_context
from time import perf_counter, process_time

import numpy as np
import torch

from bench.loops import usual
from dann_core import Settings, Trainer, domains
from dann_core.sweeps.replicas import Replicas

GAMMAS = (1.0, 2.0, 4.0, 6.0, 8.0, 10.0, 15.0, 20.0)
PROCESSES = 2
SUBSET = 4
"""Experiments a round that (b) and (c) train; their time is scaled to all of them."""

pair_of = lru_cache(maxsize=None)(lambda seed: domains.load("moons", seed=seed))


def experiments(count: int, batch_size: int) -> list[Settings]:
    """Every gamma with every seed."""
    base = domains.preset("moons").replace(batch_size=batch_size)
    return [base.replace(gamma=GAMMAS[i % len(GAMMAS)], seed=i // len(GAMMAS)) for i in range(count)]


def stacked(settings: Sequence[Settings], iterations: int) -> float:
    """(a), in one process; the processor seconds that it took."""
    torch.set_num_threads(1)
    start = process_time()
    Replicas([pair_of(s.seed) for s in settings], settings).advance(iterations)
    return process_time() - start


def single(settings: Settings, iterations: int) -> None:
    """(b), one experiment."""
    Trainer(pair_of(settings.seed), settings).advance(iterations)


def as_usual(settings: Settings, iterations: int) -> None:
    """(c), one experiment."""
    usual(pair_of(settings.seed), settings)(iterations)


def one_by_one(way: Callable[[Settings, int], None], settings: Sequence[Settings], iterations: int) -> float:
    """Train experiment after experiment; the processor seconds that it took."""
    start = process_time()
    for s in settings:
        way(s, iterations)
    return process_time() - start


def spread(pools: Sequence[ProcessPoolExecutor], settings: Sequence[Settings], iterations: int) -> float:
    """Train a stack in each of the processes, seed by seed as a sweep does; the processor seconds that all took."""
    share = -(-len(settings) // len(pools))
    jobs = [pool.submit(stacked, settings[i * share : (i + 1) * share], iterations) for i, pool in enumerate(pools)]
    return sum(job.result() for job in jobs)


def timed(work: Callable[[], float]) -> tuple[float, float]:
    """Seconds by the clock and of the processor."""
    start = perf_counter()
    processor = work()
    return perf_counter() - start, processor


def measure(settings: Sequence[Settings], iterations: int, rounds: int) -> np.ndarray:
    """Seconds for all experiments, `(rounds, 3, 2)`: stacked, single, usual; by the clock and of the processor."""
    torch.set_num_threads(1)
    # A pool of its own for each share, so that no process gets both.
    pools = [ProcessPoolExecutor(1, mp_context=get_context("spawn")) for _ in range(PROCESSES)]
    spread(pools, settings, 20)
    for way in (single, as_usual):
        way(settings[0], 50)
    table = np.empty((rounds, 3, 2))
    for i in range(rounds):
        some = [settings[(i * SUBSET + k) * 7 % len(settings)] for k in range(SUBSET)]
        table[i, 0] = timed(lambda: spread(pools, settings, iterations))
        for row, way in ((1, single), (2, as_usual)):
            table[i, row] = timed(partial(one_by_one, way, some, iterations))
            table[i, row] *= len(settings) / len(some)
    for pool in pools:
        pool.shutdown()
    return table


def markdown(table: np.ndarray, count: int, iterations: int) -> str:
    """Seconds, and how many times those of the stack."""
    names = (
        f"(a) stacked, {PROCESSES} processes",
        "(b) Trainer, one after another",
        "(c) usual loop, one after another",
    )
    lines = [
        f"| {count} x {iterations} iterations | seconds | times (a): median | min | max | processor (s) | times (a) |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    ratios = table / table[:, :1]
    for name, seconds, ratio in zip(names, np.median(table, 0), np.moveaxis(ratios, 1, 0), strict=True):
        wall, processor = ratio.T
        cells = [f"{seconds[0]:.2f}", *(f"{f(wall):.1f}" for f in (np.median, np.min, np.max))]
        lines.append("| " + " | ".join([name, *cells, f"{seconds[1]:.2f}", f"{np.median(processor):.1f}"]) + " |")
    return "\n".join(lines)


def main() -> None:
    """Measure what the command line asks for and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--experiments", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=3)
    preset = domains.preset("moons")
    parser.add_argument("--iterations", type=int, default=preset.max_iter)
    parser.add_argument("--batch", type=int, default=preset.batch_size, help="samples of each domain in a batch")
    given = parser.parse_args()
    table = measure(experiments(given.experiments, given.batch), given.iterations, given.rounds)
    print(markdown(table, given.experiments, given.iterations))
    print(
        f"\n{given.rounds} rounds of (a), (b), (c) in turn; (b) and (c) train {SUBSET} experiments a round, scaled to "
        f"{given.experiments}. Moons preset with batches of {given.batch} + {given.batch}; one thread a process."
    )


if __name__ == "__main__":
    main()
