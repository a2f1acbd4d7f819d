"""What the benchmarks of accuracy share: runs with and without adaptation over seeds, and their table."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np
import torch

from dann_core import DomainPair, Settings, Trainer
from dann_core.engine import device

NO_ADAPTATION = {"adversarial_weight": 0.0, "discrepancy_weight": 0.0, "entropy_weight": 0.0}
TERMS: dict[str, dict[str, float]] = {
    "source only": NO_ADAPTATION,
    "adversarial alone": {"discrepancy_weight": 0.0, "entropy_weight": 0.0},
    "entropy alone": {"discrepancy_weight": 0.0, "adversarial_weight": 0.0},
    "all": {},
}
"""Changes to an experiment's settings, so that each column says what a term carries."""

TOLERATED, TOLERATED_SAMPLES = 5.0, 4
"""How far one run may fall below source-only: points, or as many points as so many target samples, if more."""

Experiment = Callable[[str, int], tuple[DomainPair, Settings]]
"""From a name and a seed to a pair and its settings; a function of a module, so that processes can import it."""


@dataclass(frozen=True)
class Row:
    """Target accuracies (percent) of one pair by column, `(seeds,)` each, the same seeds in all; and target samples."""

    name: str
    columns: dict[str, np.ndarray]
    samples: np.ndarray  # (seeds,)

    @property
    def difference(self) -> np.ndarray:
        """Points that the last column has over the first, seed by seed."""
        first, *_, last = self.columns.values()
        return last - first

    @property
    def harmed(self) -> int:
        """Runs that fell further below than is tolerated."""
        tolerated = np.maximum(TOLERATED, 100 * TOLERATED_SAMPLES / self.samples)
        return int((self.difference < -tolerated - 1e-9).sum())

    def cells(self) -> list[str]:
        """The row as the table shows it."""
        return [
            self.name,
            *(f"{column.mean():.1f} / {column.min():.1f}" for column in self.columns.values()),
            f"{self.difference.mean():+.1f}",
            f"{self.difference.min():+.1f}",
            str(self.harmed),
        ]


def graded(experiment: Experiment, job: tuple[str, int, dict[str, float]]) -> tuple[float, int]:
    """Train one run to its end, on one thread or where DANN_DEVICE says: target accuracy in percent, target samples."""
    torch.set_num_threads(1)
    name, seed, changes = job
    pair, settings = experiment(name, seed)
    trainer = Trainer(pair, settings.replace(**changes), device())
    trainer.advance(settings.max_iter)
    return 100 * (trainer.evaluate().target_accuracy or 0.0), len(pair.target_x)


def measure(
    experiment: Experiment, names: Iterable[str], seeds: Sequence[int], columns: dict[str, dict[str, float]], jobs: int
) -> Iterator[Row]:
    """One row a name, as soon as it is known; `columns` are changes to the settings."""
    # A forked torch may hang on the locks of its parent's threads.
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        work = {
            name: [pool.submit(graded, experiment, (name, seed, c)) for c in columns.values() for seed in seeds]
            for name in names
        }
        for name, runs in work.items():
            found = np.array([run.result() for run in runs]).reshape(len(columns), len(seeds), 2)
            yield Row(name, dict(zip(columns, found[:, :, 0], strict=True)), found[0, :, 1])


def head(columns: Iterable[str]) -> str:
    """The first two lines of a Markdown table with these columns."""
    cells = ["pair", *(f"{name}, mean / min (%)" for name in columns), "difference", "worst seed", "harmed"]
    return line(cells) + "\n" + line(["---"] + ["---:"] * (len(cells) - 1))


def line(cells: Iterable[str]) -> str:
    """A line of a Markdown table."""
    return "| " + " | ".join(cells) + " |"


def last(rows: Sequence[Row], name: str = "mean") -> str:
    """The mean of some rows, with the worst seed of all."""
    means = [f"{np.mean([row.columns[c].mean() for row in rows]):.1f}" for c in rows[0].columns]
    gain, worst = np.mean([r.difference.mean() for r in rows]), min(r.difference.min() for r in rows)
    return line([f"**{name}**", *means, f"{gain:+.1f}", f"{worst:+.1f}", str(sum(r.harmed for r in rows))])


def arguments(description: str, names: Iterable[str]) -> argparse.Namespace:
    """The command line of the benchmarks of accuracy."""
    parser = argparse.ArgumentParser(description=description)
    names = list(names)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"what to measure; all: {', '.join(names)}")
    parser.add_argument("--seeds", type=int, default=10, help="how many seeds, 0 to SEEDS - 1 (default 10)")
    parser.add_argument("--first-seed", type=int, default=0, help="start at another seed, to check on unseen ones")
    parser.add_argument("--jobs", type=int, default=1, help="processes (default 1)")
    parser.add_argument("--terms", action="store_true", help="also with the adversarial and the entropy term alone")
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE", help="other settings, in all columns")
    parser.add_argument("--harm", type=float, help="how far a pair's mean may be below source-only")
    given = parser.parse_args()
    unknown = sorted(set(given.names) - set(names))
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}; choose from {', '.join(names)}")
    given.names = given.names or names
    return given


def run(given: argparse.Namespace, experiment: Experiment) -> list[Row]:
    """Measure what the command line asks for; prints the table row by row."""
    seeds = range(given.first_seed, given.first_seed + given.seeds)
    changes = Settings.from_query(dict(text.split("=", 1) for text in given.set), Settings()).model_dump()
    others = {name: changes[name] for name in (text.split("=", 1)[0] for text in given.set)}
    columns = {name: others | c for name, c in TERMS.items() if given.terms or name in ("source only", "all")}
    print(head(columns))
    rows = []
    for row in measure(experiment, given.names, seeds, columns, given.jobs):
        print(line(row.cells()), flush=True)
        rows.append(row)
    print(last(rows))
    return rows


def status(given: argparse.Namespace, rows: Sequence[Row]) -> int:
    """The exit status: 1, and their names, where a pair's mean is further below source-only than `--harm` allows."""
    worse = [row.name for row in rows if given.harm is not None and row.difference.mean() < -given.harm]
    if worse:
        print(f"HARMED: {', '.join(worse)}")
    return 1 if worse else 0


def main(description: str, names: Iterable[str], experiment: Experiment) -> int:
    """A benchmark whose command line is `arguments`; the exit status."""
    given = arguments(description, names)
    return status(given, run(given, experiment))
