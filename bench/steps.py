"""How quick is a training step? One run on one thread against the loop that tutorials write, and a lean one.

`python -m bench.steps` trains, in turn and for several rounds, each experiment (a) with the usual loop, (b) with a lean
hand-written one, (c) with the Trainer and (d) with the Trainer's readable step, and prints processor time per iteration
and how many times as quick as the usual loop each is (medians of the rounds).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from time import process_time

import numpy as np
import torch

from bench.devices import pictures
from bench.loops import Loop, lean, usual
from bench.real_pairs import PAIRS
from dann_core import DomainPair, Settings, Trainer, domains
from dann_core.method.step import ReadableStep


class Readable(Trainer):
    """What explains the method."""

    steps = (ReadableStep,)


WAYS: dict[str, Callable[[DomainPair, Settings], Loop]] = {
    "usual": usual,
    "lean": lean,
    "Trainer": lambda pair, settings: Trainer(pair, settings).advance,
    "readable step": lambda pair, settings: Readable(pair, settings).advance,
}


def _upload(name: str) -> tuple[DomainPair, Settings]:
    pair = PAIRS[name](0)
    return pair, Settings.for_pair(pair)


def _preset(name: str) -> tuple[DomainPair, Settings]:
    return domains.load(name), domains.preset(name)


CASES: dict[str, Callable[[], tuple[DomainPair, Settings]]] = {
    "moons": lambda: _preset("moons"),
    "upload defaults, 64 features": lambda: _upload("digits_zoom_vectors"),
    "digits, cnn": lambda: _preset("digits"),
    "3 x 128 x 128, tutorial-cnn": lambda: pictures(128, "tutorial-cnn"),
}


def measure(pair: DomainPair, settings: Settings, rounds: int, seconds: float) -> np.ndarray:
    """Processor seconds an iteration, `(rounds, ways)`; each way trains about so many seconds a round."""
    loops = [way(pair, settings) for way in WAYS.values()]
    for loop in loops:
        loop(3)
    started = process_time()
    loops[0](3)
    chunk = max(round(seconds * 3 / (process_time() - started)), 2)
    return np.array([[_timed(loop, chunk) for loop in loops] for _ in range(rounds)])


def _timed(loop: Loop, iterations: int) -> float:
    started = process_time()
    loop(iterations)
    return (process_time() - started) / iterations


def main() -> None:
    """Measure what the command line asks for and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"{', '.join(CASES)} (all)")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=1.0, help="of the usual loop a round")
    given = parser.parse_args()
    torch.set_num_threads(1)
    print("| experiment | " + " | ".join(f"{way}: ms | times" for way in WAYS) + " |")
    print("| --- |" + " ---: | ---: |" * len(WAYS))
    for name in given.cases or CASES:
        table = measure(*CASES[name](), given.rounds, given.seconds)
        spent, times = np.median(table, 0), np.median(table[:, :1] / table, 0)
        cells = [f"{1000 * s:.3f} | {t:.2f}" for s, t in zip(spent, times, strict=True)]
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
