"""What the benchmarks share: runs with and without adaptation over seeds, and their table."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context

import numpy as np
import torch

from dann_core import DomainPair, Settings, Trainer
from dann_core.engine import device

NO_ADAPTATION = {"adversarial_weight": 0.0, "discrepancy_weight": 0.0, "entropy_weight": 0.0}
ADVERSARIAL_ONLY = {"discrepancy_weight": 0.0, "entropy_weight": 0.0}

Experiment = Callable[[str, int], tuple[DomainPair, Settings]]
"""From a name and a seed to a pair and its settings; a function of a module, so that processes can import it."""


@dataclass(frozen=True)
class Row:
    """Target accuracies (percent) of one pair, `(seeds,)` each; the same seeds in both."""

    name: str
    plain: np.ndarray
    adapted: np.ndarray

    @property
    def difference(self) -> np.ndarray:
        """Points gained by adapting, seed by seed."""
        return self.adapted - self.plain

    def cells(self) -> list[str]:
        """The row as the table shows it."""
        return [
            self.name,
            f"{self.plain.mean():.1f} / {self.plain.min():.1f}",
            f"{self.adapted.mean():.1f} / {self.adapted.min():.1f}",
            f"{self.difference.mean():+.1f}",
            f"{self.difference.min():+.1f}",
        ]


def target_accuracy(experiment: Experiment, changes: dict[str, float], job: tuple[str, int]) -> float:
    """Train one run to its end, on one thread or where DANN_DEVICE says; the target accuracy in percent."""
    torch.set_num_threads(1)
    pair, settings = experiment(*job)
    trainer = Trainer(pair, settings.replace(**changes), device())
    trainer.advance(settings.max_iter)
    return 100 * (trainer.evaluate().target_accuracy or 0.0)


def measure(
    experiment: Experiment,
    names: Iterable[str],
    seeds: Sequence[int],
    jobs: int = 1,
    changes: dict[str, float] | None = None,
) -> list[Row]:
    """One row a name. `changes` to the settings (the adversarial part alone, say) act on the adapted runs only."""
    names = list(names)
    work = [(name, seed) for name in names for seed in seeds]
    plain, adapted = (partial(target_accuracy, experiment, c) for c in (NO_ADAPTATION, changes or {}))
    # A forked torch may hang on the locks of its parent's threads.
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        found = np.array([list(pool.map(plain, work)), list(pool.map(adapted, work))])
    per_name = found.reshape(2, len(names), len(seeds))
    return [Row(name, *per_name[:, i]) for i, name in enumerate(names)]


def markdown(rows: list[Row]) -> str:
    """The rows, and their mean, as a Markdown table."""
    head = ["pair", "source only, mean / min (%)", "DANN, mean / min (%)", "difference", "worst seed"]
    gains = [row.difference.mean() for row in rows]
    worst = min(row.difference.min() for row in rows)
    last = ["**mean**", _mean(row.plain for row in rows), _mean(row.adapted for row in rows)]
    body = [row.cells() for row in rows] + [[*last, f"{np.mean(gains):+.1f}", f"{worst:+.1f}"]]
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *body]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _mean(columns: Iterable[np.ndarray]) -> str:
    return f"{np.mean([column.mean() for column in columns]):.1f}"


def arguments(description: str, names: Iterable[str]) -> argparse.Namespace:
    """The command line of both benchmarks."""
    parser = argparse.ArgumentParser(description=description)
    names = list(names)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"what to measure; all: {', '.join(names)}")
    parser.add_argument("--seeds", type=int, default=10, help="how many seeds, 0 to SEEDS - 1 (default 10)")
    parser.add_argument("--first-seed", type=int, default=0, help="start at another seed, to check on unseen ones")
    parser.add_argument("--jobs", type=int, default=1, help="processes (default 1)")
    parser.add_argument("--adversarial-only", action="store_true", help="leave entropy and discrepancy terms out")
    given = parser.parse_args()
    unknown = sorted(set(given.names) - set(names))
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}; choose from {', '.join(names)}")
    given.names = given.names or names
    return given


def main(description: str, names: Iterable[str], experiment: Experiment) -> None:
    """Measure what the command line asks for and print the table."""
    given = arguments(description, names)
    seeds = range(given.first_seed, given.first_seed + given.seeds)
    changes = ADVERSARIAL_ONLY if given.adversarial_only else None
    print(markdown(measure(experiment, given.names, seeds, given.jobs, changes)))
