"""What lanes in lockstep cost beside one run: CPU time of both, in turns, as `python -m bench.compare`.

The lanes differ in gamma on the moons preset; all train to the same iteration, with the same looks, in this process.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

from dann_core import domains
from dann_core.engine.threads import ThreadEngine
from dann_core.live.lockstep import Lockstep
from dann_core.settings import Settings

GAMMAS = (1.0, 3.0, 10.0, 30.0)


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
    ratios = []
    for _ in range(rounds):
        one, four = seconds(engine, lanes[:1]), seconds(engine, lanes)
        ratios.append(four[0] / one[0])
        took = f"one run {one[0]:.2f} s in {one[1]} frames, four lanes {four[0]:.2f} s in {four[1]}"
        print(f"{took}: {ratios[-1]:.2f} times; {four[2]:.1f} kB a lane and frame")
    print(f"median {statistics.median(ratios):.2f} times")
    engine.close()


if __name__ == "__main__":
    main()
