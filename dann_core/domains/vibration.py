"""Vibration of a rolling bearing, healthy or damaged, at two operating conditions.

Nothing here was recorded: signals are simulated after Randall & Antoni 2011, "Rolling element bearing
diagnostics: a tutorial", Mechanical Systems and Signal Processing 25(2), for the bearing of the Case Western
Reserve University bearing data centre (SKF 6205-2RS JEM, drive end, 12 kHz), whose source and target are two of
its loads. The recorded data can be uploaded instead.
"""

from __future__ import annotations

from typing import ClassVar, Literal, get_args

import numpy as np
from scipy.signal import ShortTimeFFT, lfilter
from scipy.signal.windows import hann

from dann_core.domains.base import Domain, generator
from dann_core.domains.pair import DomainPair
from dann_core.knobs import knob

SAMPLE_RATE = 12_000  # Hz

Condition = Literal["normal", "inner race", "ball", "outer race"]
CONDITIONS: tuple[Condition, ...] = get_args(Condition)

# The bearing's data sheet: number of balls, and diameters in inches.
_BALLS, _BALL_DIAMETER, _PITCH_DIAMETER = 9, 0.3126, 1.537
_RATIO = _BALL_DIAMETER / _PITCH_DIAMETER

CAGE_ORDER = (1 - _RATIO) / 2
FAULT_ORDERS: dict[Condition, float] = {
    "inner race": _BALLS * (1 + _RATIO) / 2,
    # A damaged spot on a ball hits both races in each of the ball's turns.
    "ball": (1 - _RATIO**2) / _RATIO,
    "outer race": _BALLS * (1 - _RATIO) / 2,
}
"""Impacts in one turn of the shaft: 5.415, 4.714 and 3.585; the cage makes 0.398 turns."""

_SLIP = 0.015  # standard deviation of the time between impacts, as a share of it
_DAMPING = 0.05  # of the structure's resonances, as a share of critical damping
_LEAD = 0.02  # s of signal before a window, so that it opens in the middle of earlier impacts' decay

# How much of an impact reaches the sensor through each of the structure's two resonances; the second lies
# `_SECOND` times as high as the first. The path to the sensor differs from one seat of the damage to another.
_SECOND = 1.7
_PATHS: dict[Condition, tuple[float, float]] = {
    "inner race": (0.4, 1.0),
    "ball": (0.7, 0.7),
    "outer race": (1.0, 0.3),
}


def simulate(
    condition: Condition,
    windows: int,
    length: int,
    *,
    rpm: float,
    resonance: float,
    noise: float,
    rng: np.random.Generator,
) -> np.ndarray:
    """`(windows, length)` accelerations at 12 kHz, float64, each window from a bearing turn of its own.

    Damage strikes at its fault frequency with a random slip; each strike rings at the structure's resonances
    (the first at `resonance` Hz) and decays. Strikes are 1 on average; `noise` is the standard deviation of the background
    on the same scale. Strikes of the inner race swell and fade as the shaft carries the damage through the load,
    those of a ball as the cage does; an outer race stands still.
    """
    shaft = rpm / 60
    clock = np.arange(length) / SAMPLE_RATE
    x = noise * rng.standard_normal((windows, length))
    phases = rng.uniform(0, 2 * np.pi, (2, windows, 1))
    # What is left of imbalance and misalignment: one and two oscillations a turn.
    for order, phase in enumerate(phases, start=1):
        x += 0.1 / order * np.sin(2 * np.pi * order * shaft * clock + phase)
    if condition != "normal":
        times, strengths = _impacts(condition, windows, length / SAMPLE_RATE, shaft, rng)
        for mode, share in zip((1.0, _SECOND), _PATHS[condition], strict=True):
            x += share * _ringing(times, strengths, length, mode * resonance)
    return x


def _impacts(
    condition: Condition, windows: int, duration: float, shaft: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Times in seconds, from before the window on, and strengths of all strikes: `(windows, strikes)` each."""
    period = 1 / (FAULT_ORDERS[condition] * shaft)
    strikes = int(1.2 * (duration + _LEAD) / period) + 3
    gaps = period * (1 + _SLIP * rng.standard_normal((windows, strikes)))
    times = gaps.cumsum(axis=1) - period * rng.uniform(1, 2, (windows, 1)) - _LEAD
    carrier, depth = {"inner race": (shaft, 0.8), "ball": (CAGE_ORDER * shaft, 0.6), "outer race": (0.0, 0.0)}[condition]
    load = 1 + depth * np.cos(2 * np.pi * (carrier * times + rng.uniform(0, 1, (windows, 1))))
    severity = rng.uniform(0.8, 1.2, (windows, 1))
    return times, severity * load * (1 + 0.1 * rng.standard_normal(times.shape))


def _ringing(times: np.ndarray, strengths: np.ndarray, length: int, resonance: float) -> np.ndarray:
    """`(windows, length)`: the sum of one decaying oscillation for each strike."""
    lead = int(_LEAD * SAMPLE_RATE)
    pole = 2 * np.pi * resonance * complex(-_DAMPING, 1)
    # A strike falls between two samples: it enters at the next one, already turned and decayed by the difference.
    position = times * SAMPLE_RATE + lead
    sample = np.ceil(position).astype(int)
    inside = (sample >= 0) & (sample < lead + length)
    rows = np.broadcast_to(np.arange(len(times))[:, None], times.shape)[inside]
    drive = np.zeros((len(times), lead + length), complex)
    entry = strengths * np.exp(pole * (sample - position) / SAMPLE_RATE)
    np.add.at(drive, (rows, sample[inside]), entry[inside])
    return lfilter([1], [1, -np.exp(pole / SAMPLE_RATE)], drive, axis=1).imag[:, lead:]


class Vibration(Domain):
    """Bearing signals `(N, 1, 1024)`, float32: 85 ms at 12 kHz, four conditions in equal numbers."""

    key: ClassVar[str] = "vibration"
    title: ClassVar[str] = "Bearing vibration, other load"
    summary: ClassVar[str] = (
        "Simulated vibration of a healthy and of three damaged bearings; in the target the shaft runs slower under "
        "load, and the machine rings and hums differently (after Randall & Antoni 2011 and the CWRU test rig)."
    )

    source_rpm: float = knob(1797.0, "Speed of the source's shaft.", low=600, high=3000, step=1, unit="rpm")
    target_rpm: float = knob(1730.0, "Speed of the target's shaft.", low=600, high=3000, step=1, unit="rpm")
    source_resonance: float = knob(2400.0, "First resonance of the source's structure.", low=1000, high=3200, step=50, unit="Hz")
    target_resonance: float = knob(2800.0, "First resonance of the target's structure.", low=1000, high=3200, step=50, unit="Hz")
    source_noise: float = knob(0.2, "Background noise of the source, beside impacts of 1.", low=0, high=2, step=0.05)
    target_noise: float = knob(0.35, "Background noise of the target, beside impacts of 1.", low=0, high=2, step=0.05)
    windows: int = knob(150, "Windows of each condition in each domain.", low=10, high=500, step=10)

    _length: ClassVar[int] = 1024

    def pair(self, seed: int) -> DomainPair:
        source = (self.source_rpm, self.source_resonance, self.source_noise)
        target = (self.target_rpm, self.target_resonance, self.target_noise)
        labels = np.repeat(np.arange(len(CONDITIONS)), self.windows)
        return DomainPair(
            self._inputs(*source, generator(seed, "vibration source")),
            labels,
            self._inputs(*target, generator(seed, "vibration target")),
            labels,
            name=self.title,
            class_names=CONDITIONS,
        )

    def _inputs(self, rpm: float, resonance: float, noise: float, rng: np.random.Generator) -> np.ndarray:
        return self._signals(rpm, resonance, noise, rng)[:, None].astype(np.float32)

    def _signals(self, rpm: float, resonance: float, noise: float, rng: np.random.Generator) -> np.ndarray:
        draws = (
            simulate(c, self.windows, self._length, rpm=rpm, resonance=resonance, noise=noise, rng=rng) for c in CONDITIONS
        )
        return np.concatenate(list(draws))
