"""What lanes in lockstep cost beside one run, and their seeds: CPU time in turns, as `python -m bench.compare`.

The lanes differ in gamma on the moons preset; all train to the same iteration, with the same looks, in this process.
Eight seeds of each are trained as a comparison does it in the background.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

from dann_core import domains
from dann_core.engine.threads import ThreadEngine
from dann_core.live.lockstep import Lockstep
from dann_core.live.seeds import Variant, courses, seeds_beside
from dann_core.settings import Settings

GAMMAS, SEEDS = (1.0, 3.0, 10.0, 30.0), 8


def seconds(engine: ThreadEngine, lanes: list[Settings]) -> tuple[float, int, float]:
    """CPU time of one Play to the end, its frames, and the kilobytes of a lane's frame."""
    pair = domains.load("moons")
    run = Lockstep([lambda s=s: engine.launch(pair, s) for s in lanes], [pair] * len(lanes), lanes)
    run.speed = "fast"
    _advance(run, lambda: run.recording.latest is not None)
    began = time.process_time()
    run.play()
    _advance(run, lambda: run.finished)
    took = time.process_time() - began
    frames = run.recording.frames
    run.free()
    return took, len(frames), statistics.mean(len(frame.packed) for frame in frames) / 1000


def seeds_seconds(lanes: list[Settings]) -> float:
    """CPU time of eight seeds of each lane, graded at all their stops."""
    variants = [Variant(settings.replace(seed=seed)) for settings in lanes for seed in seeds_beside(0, SEEDS)]
    began = time.process_time()
    courses(domains.get("moons")(), variants, "cpu")
    return time.process_time() - began


def _advance(run: Lockstep, until: Callable[[], bool]) -> None:
    while not until():
        run.pull()
        run.wait(0.05)


def main() -> None:
    """Print the ratio of each round, and their median."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    engine = ThreadEngine(1)
    base = domains.preset("moons")
    lanes = [base.replace(gamma=gamma) for gamma in GAMMAS]
    seconds(engine, lanes[:1])
    ratios, of_seeds = [], []
    for _ in range(rounds):
        one, four, seeds = seconds(engine, lanes[:1]), seconds(engine, lanes), seeds_seconds(lanes)
        ratios.append(four[0] / one[0])
        of_seeds.append(seeds / one[0])
        took = f"one run {one[0]:.2f} s in {one[1]} frames, four lanes {four[0]:.2f} s in {four[1]}"
        print(f"{took}: {ratios[-1]:.2f} times; {four[2]:.1f} kB a lane and frame")
        print(f"  {SEEDS} seeds of each lane {seeds:.2f} s: {of_seeds[-1]:.2f} times")
    print(f"median: lanes {statistics.median(ratios):.2f}, their seeds {statistics.median(of_seeds):.2f} times")
    engine.close()


if __name__ == "__main__":
    main()
