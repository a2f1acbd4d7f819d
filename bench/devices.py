"""When does a GPU pay? Iterations a second of the same runs on a CPU, with one thread as a worker has, and on CUDA.

`python -m bench.devices` takes both in turn, several rounds, and says how far the losses of the two are apart (the
largest relative difference). The tutorial's network is the least steady: in double precision, its losses on one CPU are
0.02 away from those in single precision.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from time import perf_counter

import numpy as np
import torch

from dann_core import DomainPair, Settings, Trainer, domains
from dann_core.method.training import prepared_device
from dann_core.sweeps.replicas import Replicas

REPLICAS = 64
COMPARED = 5
"""Iterations after which the losses are compared; later, two networks that play against each other part anyway."""

Trained = Trainer | Replicas


def pictures(side: int, extractor: str) -> tuple[DomainPair, Settings]:
    """Random pictures in two classes: only their size matters."""
    rng = np.random.default_rng(0)
    y = np.arange(256) % 2
    x = rng.normal(size=(256, 3, side, side)).astype(np.float32) + y[:, None, None, None]
    pair = DomainPair(x, y, x[::-1] + 0.5, None, name=f"pictures of {side} pixels")
    return pair, Settings(extractor=extractor, batch_size=32)


def cases() -> dict[str, Callable[[str], Trained]]:
    """What is trained, by name: a function of the device."""

    def single(pair: DomainPair, settings: Settings) -> Callable[[str], Trained]:
        return lambda device: Trainer(pair, settings, device)

    def preset(name: str) -> tuple[DomainPair, Settings]:
        return domains.load(name), domains.preset(name)

    moons, base = preset("moons")
    stack = [base.replace(seed=seed) for seed in range(REPLICAS)]
    return {
        "moons": single(moons, base),
        "digits": single(*preset("digits")),
        "vibration": single(*preset("vibration")),
        "pictures of 3 x 64 x 64, cnn": single(*pictures(64, "cnn")),
        "pictures of 3 x 128 x 128, tutorial-cnn": single(*pictures(128, "tutorial-cnn")),
        f"moons, {REPLICAS} replicas": lambda device: Replicas([moons] * REPLICAS, stack, device),
    }


def rate(trained: Trained, seconds: float) -> float:
    """Iterations a second over about that many seconds, after a few to warm up."""
    trained.advance(3)
    done, chunk, started = 0, 1, perf_counter()
    while (spent := perf_counter() - started) < seconds:
        trained.advance(chunk)
        done += chunk
        chunk = max(1, round(done / (perf_counter() - started) * seconds / 10))
    return done / spent


def losses(trained: Trained) -> np.ndarray:
    """The first losses of one run."""
    trained.advance(COMPARED)
    history = trained.histories[0] if isinstance(trained, Replicas) else trained.history
    return history.rows[:COMPARED, 2:]


def main() -> None:
    """Measure what the command line asks for and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2.0, help="of training a device, case and round")
    parser.add_argument("--device", default="cuda", help="what is held against the CPU (cuda)")
    given = parser.parse_args()
    torch.set_num_threads(1)
    where = prepared_device(given.device)
    print(f"CPU with one thread against {torch.cuda.get_device_name(where) if where.type == 'cuda' else where}\n")
    print("| run | CPU (iterations/s) | CUDA (iterations/s) | times: median | min | max | losses apart |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for name, made in cases().items():
        on_cpu, there = losses(made("cpu")), losses(made(given.device))
        apart = float(np.max(np.abs(there - on_cpu) / np.maximum(np.abs(on_cpu), 1e-3)))
        rates = np.array(
            [[rate(made(device), given.seconds) for device in ("cpu", given.device)] for _ in range(given.rounds)]
        )
        ratios = rates[:, 1] / rates[:, 0]
        slow, quick = np.median(rates, 0)
        figures = [f"{slow:,.0f}", f"{quick:,.0f}", *(f"{f(ratios):.2f}" for f in (np.median, np.min, np.max))]
        print("| " + " | ".join([name, *figures, f"{apart:.0e}"]) + " |", flush=True)


if __name__ == "__main__":
    main()
