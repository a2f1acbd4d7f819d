"""Phases of a sweep's map: against a plain computation, and the settings that a source-only run does not feel."""

from __future__ import annotations

import statistics

import numpy as np
import pytest
from conftest import make_pair
from dense_settings import BITING, WITHOUT_EFFECT, other_value

from dann_core import Settings, Trainer
from dann_core.engine import device
from dann_core.live.twin import source_only
from dann_core.settings.methods import ADAPTING
from dann_core.sweeps.phases import PHASES, Gain


def plainly(adapted: list[float], source_only: list[float], samples: int, classes: int) -> tuple[float, float, str]:
    """Mean gain, noise and phase, written out."""
    gains = [a - b for a, b in zip(adapted, source_only, strict=True)]
    n, single = len(gains), max(0.02, 2 / samples)
    errors = [2 * statistics.stdev(values) / n**0.5 if n > 1 else 0.0 for values in (gains, adapted)]
    mean, noise = statistics.fmean(gains), max(single, errors[0])
    if statistics.fmean(adapted) < 1 / classes - max(single, errors[1]):
        return mean, noise, "swapped"
    if mean > noise:
        return mean, noise, "works"
    if mean < -noise:
        return mean, noise, "harms"
    return mean, noise, "mixed" if errors[0] > single else "nothing"


@pytest.mark.parametrize(
    ("adapted", "source_only", "samples", "phase"),
    [
        ([0.99, 0.98, 0.97], [0.74, 0.70, 0.76], 300, "works"),
        ([0.62, 0.60, 0.65], [0.80, 0.75, 0.81], 300, "harms"),
        ([0.02, 0.10, 0.05], [0.60, 0.55, 0.61], 300, "swapped"),
        # What source-only had swapped already is not mended by some points more.
        ([0.05, 0.06, 0.07], [0.01, 0.01, 0.02], 300, "swapped"),
        ([0.75, 0.74, 0.75], [0.74, 0.75, 0.74], 300, "nothing"),
        # Two of three work and one swaps: their mean of +6 says neither; nor do two that swap.
        ([0.99, 0.98, 0.40], [0.73, 0.72, 0.74], 300, "mixed"),
        ([0.95, 0.05, 0.04], [0.36, 0.36, 0.36], 300, "mixed"),
        # A draw that is hard for both is no disagreement.
        ([0.99, 0.60, 0.80], [0.90, 0.50, 0.70], 300, "works"),
        ([0.80], [0.75], 300, "works"),
        ([0.80], [0.75], 30, "nothing"),
        # Just two points, whatever the last bits of the difference are.
        ([286 / 300], [280 / 300], 300, "nothing"),
        ([280 / 300], [286 / 300], 300, "nothing"),
    ],
)
def test_a_phase_is_what_a_plain_computation_says(
    adapted: list[float], source_only: list[float], samples: int, phase: str
) -> None:
    gain = Gain(tuple(adapted), tuple(source_only), samples, 0.5)
    mean, noise, _ = plainly(adapted, source_only, samples, 2)
    assert (gain.mean, gain.noise) == (pytest.approx(mean), pytest.approx(noise))
    assert gain.phase.name == phase


def test_phases_of_many_cells_are_the_plain_ones() -> None:
    rng = np.random.default_rng(0)
    seen = set()
    for _ in range(500):
        n, classes, samples = int(rng.integers(1, 6)), int(rng.choice([2, 3])), int(rng.choice([20, 300]))
        twins = rng.uniform(0.3, 0.8, n)
        runs = twins + rng.normal(0, 0.1) + rng.normal(0, rng.choice([0.002, 0.05]), n)
        gain = Gain(tuple(runs), tuple(twins), samples, 1 / classes)
        mean, noise, name = plainly(runs.tolist(), twins.tolist(), samples, classes)
        assert (gain.mean, gain.noise, gain.phase.name) == (pytest.approx(mean), pytest.approx(noise), name)
        seen.add(name)
    assert seen == {*PHASES}


@pytest.mark.parametrize("name", [k.name for k in Settings.knobs() if k.name != "seed"])
def test_twins_of_runs_that_differ_in_what_adapts_alone_classify_alike(name: str) -> None:
    pair, probabilities = make_pair(), []
    for settings in (BITING, BITING.replace(**{name: other_value(BITING, name)})):
        trainer = Trainer(pair, source_only(settings), device())
        trainer.advance(8)
        probabilities.append(trainer.look(pair.target_x, "target").probabilities)
    # Up to rounding: some discriminators are not known to the written-out step.
    alike = np.allclose(*probabilities, atol=1e-5)
    assert alike is (name in ADAPTING | WITHOUT_EFFECT)
