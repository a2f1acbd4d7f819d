"""Do label-free scores choose the right run? `python -m bench.selection --jobs 2`

Trains a grid of models on draws of each domain, ranks them by each score and by the true target accuracy, and prints
how far both agree and what the choice costs. A draw's seed decides its data, the first weights and the batches.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from multiprocessing import get_context
from pprint import pformat

import numpy as np
import torch
from scipy.stats import spearmanr

from dann_core import Trainer, domains
from dann_core.sweeps.selection import SCORES, Score, reverse_validation, scores

NAMES = ("moons", "blobs", "pinwheel", "digits", "vibration")

Job = tuple[str, int, dict[str, float]]


def grid(name: str) -> list[dict[str, float]]:
    """The models of one draw: gamma x lambda_max x weight decay. Without lambda, gamma is immaterial."""
    gammas = (1, 10, 30) if len(domains.load(name).sample_shape) == 1 else (10,)
    decays = (0.0, domains.preset(name).weight_decay)
    pulls = [{"lambda_max": 0.0}, *({"gamma": g, "lambda_max": m} for g, m in product(gammas, (0.3, 1.0, 3.0)))]
    return [{**pull, "weight_decay": decay} for pull in pulls for decay in decays]


def train(job: Job) -> list[float]:
    """The target accuracy (percent) of one model on one thread, then its scores in the order of `SCORES`."""
    torch.set_num_threads(1)
    name, seed, changes = job
    pair = domains.load(name, seed=seed)
    trainer = Trainer(pair, domains.preset(name).replace(**changes, seed=seed))
    trainer.advance(trainer.settings.max_iter)
    source, target = trainer.look(pair.source_x, "source"), trainer.look(pair.target_x)
    found = scores(pair, source, target)
    found["reverse_validation"] = reverse_validation(pair, trainer.settings, target)
    return [100 * float((target.classes == pair.target_y).mean()), *(found[score] for score in SCORES)]


def agreement(accuracy: np.ndarray, values: np.ndarray, score: Score) -> float:
    """Spearman's rank correlation over `(models,)`: +1 if the score ranks them as the truth does.

    A nan (a run that diverged) ranks last; a score that is the same for all models says nothing: 0.
    """
    signed = np.nan_to_num(values if score.higher_is_better else -values, nan=-np.inf)
    return 0.0 if len(np.unique(signed)) == 1 else float(spearmanr(accuracy, signed).statistic)


def lost(accuracy: np.ndarray, values: np.ndarray, score: Score) -> float:
    """The accuracy of the best of `(models,)` less that of the one that the score chooses."""
    return float(accuracy.max() - accuracy[score.best(values) or 0])


def measure(name: str, draws: int, run: Callable[[Iterable[Job]], Iterable[list[float]]]) -> tuple[dict, dict, str]:
    """Each score's agreement and its regret (points) on one domain, one figure a draw, and a line on the models."""
    models = grid(name)
    found = np.array(list(run((name, seed, model) for seed in range(draws) for model in models)))
    accuracy, *columns = np.moveaxis(found.reshape(draws, len(models), -1), 2, 0)
    agreements, regrets = {}, {}
    for score, values in zip(SCORES.values(), columns, strict=True):
        pairs = list(zip(accuracy, values, strict=True))
        agreements[score.name] = [agreement(*pair, score) for pair in pairs]
        regrets[score.name] = [lost(*pair, score) for pair in pairs]
    regrets["any model, by chance"] = list(accuracy.max(1) - accuracy.mean(1))
    line = (
        f"{name}: {draws} draws x {len(models)} models of {domains.preset(name).max_iter} iterations; target accuracy "
        f"{accuracy.min():.1f} to {accuracy.max():.1f}, mean {accuracy.mean():.1f}, source only "
        f"{accuracy[:, :2].mean():.1f}"
    )
    return agreements, regrets, line


def markdown(columns: dict[str, dict], show: Callable[..., str]) -> str:
    """A table with a row a score and a column a domain."""
    rows = [["score", *columns], ["---"] + ["---:"] * len(columns)]
    for name in next(iter(columns.values())):
        label = SCORES[name].label if name in SCORES else name
        rows.append([label, *(show(column[name]) for column in columns.values())])
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def main() -> None:
    """Measure what the command line asks for and print both tables, and the correlations as Python."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"what to measure; all: {', '.join(NAMES)}")
    parser.add_argument("--draws", type=int, default=10, help="draws of each domain (default 10)")
    parser.add_argument("--jobs", type=int, default=1, help="processes (default 1)")
    given = parser.parse_args()
    unknown = sorted(set(given.names) - set(NAMES))
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}; choose from {', '.join(NAMES)}")
    agreements, regrets, means = {}, {}, {}
    # A forked torch may hang on the locks of its parent's threads.
    with ProcessPoolExecutor(given.jobs, mp_context=get_context("spawn")) as pool:
        for name in given.names or NAMES:
            agreements[name], regrets[name], line = measure(name, given.draws, lambda jobs: pool.map(train, jobs))
            means[name] = {score: round(float(np.mean(draws)), 2) for score, draws in agreements[name].items()}
            print(line, means[name], flush=True)
    agreement_table = markdown(
        agreements, lambda draws: f"{np.mean(draws):+.2f} ({min(draws):+.2f} to {max(draws):+.2f})"
    )
    print("\nrank correlation with the target accuracy (+1: agrees), mean (draws)\n", agreement_table, sep="\n")
    regret = markdown(regrets, lambda draws: f"{np.mean(draws):.1f} / {max(draws):.1f}")
    print("\npoints lost to the best, mean / worst draw\n", regret, sep="\n")
    correlations = {score: {name: mean[score] for name, mean in means.items()} for score in SCORES}
    print(f"\nMEASURED_CORRELATIONS = {pformat(correlations, sort_dicts=False, width=110)}")


if __name__ == "__main__":
    main()
