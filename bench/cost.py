"""How does the cost of a step grow with what a person can choose? Writes docs/cost.md and docs/pictures/cost.svg.

`python -m bench.cost` varies one thing at a time, starting from what an upload of vectors starts with. On one thread;
every measurement is held against a step of the moons preset taken beside it, and the median of some such rounds is
told. A minute on two quiet cores.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

from bench.drawn import save_svg
from dann_core import DomainPair, Settings, Trainer, domains
from dann_core.engine.base import one_thread
from dann_core.live.slices import Slice
from dann_core.live.worker import LiveRun, warm_up
from dann_core.method.networks import cost

DOCS = Path(__file__).parent.parent / "docs"
SAMPLES, FEATURES, CLASSES = 1_000, 64, 5
WIDTHS = (64, 256, 1_024, 4_096)
SHORTEST = 0.05
"""Seconds that a measurement takes at least."""


@dataclass(frozen=True)
class Case:
    """An experiment whose step is measured: data of that size, and what differs from an upload's settings."""

    axis: str
    value: int
    samples: int = SAMPLES
    features: int = FEATURES
    classes: int = CLASSES
    changes: tuple[tuple[str, Any], ...] = ()

    def made(self) -> tuple[DomainPair, Settings]:
        """The pair and its settings."""
        # What an upload starts with also depends on its samples' number: here only one thing differs at a time.
        settings = Settings.for_pair(vectors(SAMPLES, FEATURES, CLASSES))
        return vectors(self.samples, self.features, self.classes), settings.replace(**dict(self.changes))


def cases() -> Iterator[Case]:
    """Everything that is measured, axis by axis."""
    for n in (8, 32, 64, 128, 512, 2_048):
        yield Case("batch size", n, changes=(("batch_size", n),))
    for n in WIDTHS:
        yield Case("discriminator width", n, changes=(("discriminator_width", n),))
    for n in WIDTHS:
        yield Case("discriminator width, 2 layers", n, changes=(("discriminator_width", n), ("discriminator_depth", 2)))
    for n in WIDTHS:
        widths = ("extractor_width", "feature_width", "discriminator_width")
        yield Case("all widths", n, changes=tuple((name, n) for name in widths))
    for n in (2, 64, 512, 4_096):
        yield Case("features of a sample", n, features=n)
    for n in (2, 10, 100, 500):
        yield Case("classes", n, classes=n)
    for n in (1_000, 10_000, 100_000, 1_000_000):
        yield Case("samples of a domain", n, samples=n)


@lru_cache(maxsize=1)
def vectors(samples: int, features: int, classes: int) -> DomainPair:
    """Random vectors whose mean depends on the class: only their size matters."""
    rng = np.random.default_rng(0)
    y = np.arange(samples) % classes
    x = rng.standard_normal((samples, features), dtype=np.float32)
    x += (0.1 * y[:, None]).astype(np.float32)
    return DomainPair(x, y, x + np.float32(0.3), y, name="vectors", class_names=tuple(map(str, range(classes))))


def step_seconds(trainer: Trainer) -> float:
    """Processor seconds of one step."""
    done, started = 0, process_time()
    while (spent := process_time() - started) < SHORTEST:
        trainer.advance(max(done, 1))
        done = 2 * done or 1
    return spent / done


@dataclass(frozen=True)
class Measured:
    """Of a case: a step in milliseconds and in steps of the moons preset, and the network's parameters."""

    case: Case
    milliseconds: float
    times: float
    parameters: int


def measured(case: Case, yardstick: Trainer, rounds: int) -> Measured:
    """The median of some rounds, each with a step of the yardstick and one of the case."""
    pair, settings = case.made()
    trainer = Trainer(pair, settings)
    trainer.advance(2)
    seconds = np.array([(step_seconds(yardstick), step_seconds(trainer)) for _ in range(rounds)])
    parameters = cost(pair.sample_shape, pair.n_classes, settings).parameters
    return Measured(case, 1e3 * np.median(seconds[:, 1]), np.median(seconds[:, 1] / seconds[:, 0]), parameters)


def waits(samples: int) -> list[str]:
    """What grows with the samples besides, in processor seconds: a row of the second table."""
    pair, settings = Case("", 0, samples=samples).made()
    started = process_time()
    run = LiveRun(pair, settings)
    built = process_time()
    run.advance(Slice(settings, 0))
    run.advance(Slice(settings, 5))
    looks, is_complete = [], False
    while not is_complete:
        before = process_time()
        is_complete = run.advance(Slice(settings, 0, complete=True)).frame.complete
        looks.append(process_time() - before)
    megabytes = sum(x.nbytes for x in (pair.source_x, pair.target_x, run.trainer.source_x, run.trainer.target_x)) / 1e6
    return [f"{samples:,}", f"{built - started:.2f}", f"{len(looks)}", f"{max(looks):.2f}", f"{megabytes:,.0f}"]


def markdown(rows: Sequence[Sequence[str]], heads: Sequence[str]) -> str:
    """A table whose first column is words."""
    lines = ["| " + " | ".join(row) + " |" for row in (heads, ["---"] + ["---:"] * (len(heads) - 1), *rows)]
    return "\n".join(lines)


TEXT = """# What a step costs, and how that grows

Measured by `python -m bench.cost`, which writes this page: one thread, times of the processor, medians of {rounds}
rounds; every measurement is held against a step of the moons preset ({yardstick:.2f} ms) taken beside it. One thing
differs at a time from what an upload of vectors starts with: {samples:,} samples a domain, {features} features,
{classes} classes, batches of {batch} of each domain, all widths 64, one hidden layer in the discriminator.

![How a step's time grows with batch size, widths, features, classes and samples](pictures/cost.svg)

{steps}

How to read it: up to some point a step costs what its operations cost to start, whatever their size; beyond it, batch
size and features count once, and a width counts squared where two layers of that width follow each other.

## What waits for all samples

A step does not, nor does a look at a run that trains. Building a run does, once: it standardises both domains, beside
which other runs of that worker go on. All samples are graded when a run rests, once for each state of the weights, in
looks of {seconds:g} s of grading each, with what the t-SNE takes until it is still; Play ends them, and the page says
how far they have come.

{waits}
"""


def main() -> None:
    """Measure, and write the page and its picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out", type=Path, default=DOCS)
    given = parser.parse_args()
    one_thread()
    warm_up("cpu")
    moons = Trainer(domains.load("moons"), domains.preset("moons"))
    moons.advance(10)
    found = []
    for case in cases():
        found.append(measured(case, moons, given.rounds))
        print(f"{case.axis} {case.value:,}: {found[-1].milliseconds:.2f} ms, {found[-1].times:.2f} times", flush=True)
    rows = [
        [m.case.axis, f"{m.case.value:,}", f"{m.parameters:,}", f"{m.milliseconds:.2f}", f"{m.times:.1f}"]
        for m in found
    ]
    text = TEXT.format(
        rounds=given.rounds,
        yardstick=np.median([m.milliseconds / m.times for m in found]),
        samples=SAMPLES,
        features=FEATURES,
        classes=CLASSES,
        batch=Case("", 0).made()[1].batch_size,
        seconds=Slice(Settings()).seconds,
        steps=markdown(rows, ["what differs", "value", "parameters", "a step (ms)", "times moons"]),
        waits=markdown(
            [waits(n) for n in (1_000, 10_000, 100_000, 1_000_000)],
            ["samples of a domain", "building (s)", "looks at rest", "the longest look (s)", "data held twice (MB)"],
        ),
    )
    (given.out / "cost.md").write_text(text)
    axes = list(dict.fromkeys(m.case.axis for m in found))
    lines = {axis: [(m.case.value, m.times) for m in found if m.case.axis == axis] for axis in axes}
    save_svg(given.out / "pictures" / "cost.svg", lines, "a step, in steps of the moons preset")


if __name__ == "__main__":
    main()
