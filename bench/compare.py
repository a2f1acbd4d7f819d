"""What lanes in lockstep cost beside one run of commit 6ea8f35 and beside one of today: CPU time in turns.

`python -m bench.compare` lays that commit out in a temporary git worktree, where a process of its own trains one run of
the moons preset; then this one trains one run, four lanes that differ in gamma, and eight seeds of each of them. What
is *trained* are iterations alone; what is *played* is one Play to the end, looks with their t-SNE included, at a speed
that waits for nothing. Seeds are trained as a comparison does it in the background, graded at all their stops.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from dann_core import Settings, Trainer, domains

GAMMAS, SEEDS = (1.0, 3.0, 10.0, 30.0), 8
WARM = 50
"""Iterations before what is measured."""


def spent(work: Callable[[], object]) -> float:
    """CPU seconds."""
    began = time.process_time()
    work()
    return time.process_time() - began


def yardstick() -> dict[str, float]:
    """One run of the checkout that this process was started in, trained and played; of 6ea8f35, say."""
    import torch

    # As that commit has them, which knows neither engines of threads nor lockstep.
    from dann_core.live import LiveRun, Slice

    torch.set_num_threads(1)
    pair, settings = domains.load("moons"), domains.preset("moons")
    Trainer(pair, settings).advance(WARM)
    trainer, live = Trainer(pair, settings), LiveRun(pair, settings)
    live.advance(Slice(settings, 0))

    def play() -> None:
        while live.trainer.iteration < settings.max_iter:
            live.advance(Slice(settings))

    return {"trained": spent(lambda: trainer.advance(settings.max_iter)), "played": spent(play)}


def measured_in(checkout: Path) -> dict[str, float]:
    """`yardstick` in a process that has the code of that folder, and none of this one's."""
    command = [sys.executable, "-P", __file__, "--yardstick"]
    environment = os.environ | {"PYTHONPATH": str(checkout)}
    done = subprocess.run(command, cwd=checkout, env=environment, check=True, stdout=subprocess.PIPE)
    return json.loads(done.stdout.splitlines()[-1])


def trained(lanes: Sequence[Settings]) -> float:
    """CPU seconds of their iterations alone."""
    from dann_core.sweeps.replicas import Replicas

    pair = domains.load("moons")
    training = Trainer(pair, lanes[0]) if len(lanes) == 1 else Replicas([pair] * len(lanes), lanes)
    return spent(lambda: training.advance(lanes[0].max_iter))


def played(engine: object, lanes: Sequence[Settings]) -> tuple[float, float, int]:
    """CPU seconds and seconds of one Play to the end, and its frames."""
    from dann_core.live.lockstep import Lockstep, lanes_together

    pair = domains.load("moons")
    pairs = [pair] * len(lanes)
    groups = lanes_together(pairs, lanes)
    launches = [lambda g=g: engine.launch_together([pair] * len(g), [lanes[k] for k in g]) for g in groups]
    run = Lockstep(launches, pairs, lanes, groups=groups)
    run.speed = "fast"

    def advance(until: Callable[[], bool]) -> None:
        while not until():
            run.pull()
            run.wait(0.05)

    advance(lambda: run.recording.latest is not None)
    run.play()
    began = time.perf_counter()
    took = spent(lambda: advance(lambda: run.finished))
    by_the_clock, frames = time.perf_counter() - began, len(run.recording.frames)
    run.free()
    return took, by_the_clock, frames


def seeds(lanes: Sequence[Settings]) -> float:
    """CPU seconds of eight seeds of each lane, graded at all their stops."""
    from dann_core.live.seeds import Variant, courses, seeds_beside

    variants = [Variant(settings.replace(seed=seed)) for settings in lanes for seed in seeds_beside(0, SEEDS)]
    return spent(lambda: courses(domains.get("moons")(), variants, "cpu"))


def rounds_of(count: int, before: Path) -> list[dict[str, float]]:
    """CPU seconds of everything, in turn."""
    from dann_core.engine.threads import ThreadEngine

    engine, base = ThreadEngine(1), domains.preset("moons")
    lanes = [base.replace(gamma=gamma) for gamma in GAMMAS]
    played(engine, lanes[:1])
    found = []
    for _ in range(count):
        then = measured_in(before)
        one, four = played(engine, lanes[:1]), played(engine, lanes)
        found.append({
            "one run of 6ea8f35, trained": then["trained"],
            "one run of 6ea8f35, played": then["played"],
            "one run, trained": trained(lanes[:1]),
            "one run, played": one[0],
            "four lanes, trained": trained(lanes),
            "four lanes, played": four[0],
            f"{SEEDS} seeds of each lane": seeds(lanes),
        })  # fmt: skip
        print(f"one run {one[1]:.2f} s by the clock in {one[2]} frames, four lanes {four[1]:.2f} s in {four[2]}")
    engine.close()
    return found


def main() -> None:
    """Print the medians, and how many times one run of 6ea8f35 each is in the same round."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--yardstick", action="store_true", help="only the checkout on PYTHONPATH, as JSON")
    asked = parser.parse_args()
    if asked.yardstick:
        print(json.dumps(yardstick()))
        return
    from bench.frame_cost import BEFORE, laid_out

    with laid_out(BEFORE) as before:
        found = rounds_of(asked.rounds, before)
    columns = [f"one run of {BEFORE}, {way}" for way in ("trained", "played")]
    print("| | CPU s | times it trained | times it played |\n| --- | ---: | ---: | ---: |")
    for name in found[0]:
        times = [statistics.median(row[name] / row[column] for row in found) for column in columns]
        print(f"| {name} | {statistics.median(row[name] for row in found):.2f} | {times[0]:.2f} | {times[1]:.2f} |")


if __name__ == "__main__":
    main()
