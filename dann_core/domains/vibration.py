"""Vibration of a rolling bearing, healthy or damaged, at two operating conditions.

Nothing here was recorded: signals are simulated after Randall & Antoni 2011, "Rolling element bearing
diagnostics: a tutorial", Mechanical Systems and Signal Processing 25(2), for the bearing of the Case Western
Reserve University bearing data centre (SKF 6205-2RS JEM, drive end, 12 kHz), whose source and target are two of
its loads. The recorded data can be uploaded instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal, get_args

import numpy as np

from dann_core.domains.base import Domain, generator
from dann_core.domains.pair import DomainPair
from dann_core.language import say
from dann_core.settings.knobs import knob

SAMPLE_RATE = 12_000  # Hz

Condition = Literal["normal", "inner race", "ball", "outer race"]
CONDITIONS: tuple[Condition, ...] = get_args(Condition)
NAMES = say("normal"), say("inner race"), say("ball"), say("outer race")

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

_IMBALANCE = 0.1  # amplitude of what is left of it, beside impacts of 1
_TEETH = 24  # of the gear on the shaft under load

# How much of an impact reaches the sensor through each of the structure's two resonances; the second lies
# `_SECOND` times as high as the first. The path to the sensor differs from one seat of the damage to another;
# these shares, the damping and the gear are plausible choices, not measurements.
_SECOND = 1.7
_PATHS: dict[Condition, tuple[float, float]] = {
    "inner race": (0.4, 1.0),
    "ball": (0.7, 0.7),
    "outer race": (1.0, 0.3),
}


@dataclass(frozen=True)
class Machine:
    """Where a bearing runs: `rpm` of the shaft and the structure's first `resonance` in Hz.

    Beside impacts of 1 stand `noise`, the background's standard deviation, and `hum`, the amplitude of the gear that
    loads the shaft.
    """

    rpm: float
    resonance: float
    noise: float
    hum: float = 0.0


def simulate(condition: Condition, machine: Machine, windows: int, length: int, rng: np.random.Generator) -> np.ndarray:
    """`(windows, length)` accelerations at 12 kHz, float64; no two windows follow each other in time.

    Damage strikes at its fault frequency with a random slip; each strike rings at the structure's resonances and
    decays. Strikes have a strength of 1 on average: those of an inner race swell and fade as the shaft carries the
    damage through the load, those of a ball as the cage does; an outer race stands still.
    """
    shaft = machine.rpm / 60
    clock = np.arange(length) / SAMPLE_RATE

    def tone(order: float) -> np.ndarray:
        return np.sin(2 * np.pi * (order * shaft * clock + rng.uniform(0, 1, (windows, 1))))

    x = machine.noise * rng.standard_normal((windows, length))
    # What is left of imbalance and of misalignment.
    x += _IMBALANCE * (tone(1) + tone(2) / 2)
    x += machine.hum * rng.uniform(0.7, 1.3, (windows, 1)) * (tone(_TEETH) + tone(2 * _TEETH) / 2)
    if condition != "normal":
        times, strengths = _impacts(condition, windows, length / SAMPLE_RATE, shaft, rng)
        for mode, share in zip((1.0, _SECOND), _PATHS[condition], strict=True):
            x += share * _ringing(times, strengths, length, mode * machine.resonance)
    return x


def _impacts(
    condition: Condition, windows: int, duration: float, shaft: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Times in seconds, from before the window on, and strengths of all strikes: `(windows, strikes)` each."""
    period = 1 / (FAULT_ORDERS[condition] * shaft)
    strikes = int(1.2 * (duration + _LEAD) / period) + 3
    gaps = period * (1 + _SLIP * rng.standard_normal((windows, strikes)))
    times = gaps.cumsum(axis=1) - period * rng.uniform(1, 2, (windows, 1)) - _LEAD
    carrier, depth = {"inner race": (shaft, 0.8), "ball": (CAGE_ORDER * shaft, 0.6), "outer race": (0.0, 0.0)}[
        condition
    ]
    load = 1 + depth * np.cos(2 * np.pi * (carrier * times + rng.uniform(0, 1, (windows, 1))))
    severity = rng.uniform(0.8, 1.2, (windows, 1))
    return times, severity * load * (1 + 0.1 * rng.standard_normal(times.shape))


def _ringing(times: np.ndarray, strengths: np.ndarray, length: int, resonance: float) -> np.ndarray:
    """`(windows, length)`: the sum of one decaying oscillation for each strike."""
    # Only who draws these domains waits for scipy.
    from scipy.signal import lfilter

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
    title: ClassVar[str] = say("Bearing vibration, other load")
    summary: ClassVar[str] = say(
        "Simulated vibration of a healthy and of three damaged bearings; in the target the shaft runs slower "
        "under load, and the machine rings and hums differently (after Randall & Antoni 2011 and the CWRU "
        "test rig)."
    )

    preset: ClassVar[dict[str, Any]] = {
        "activation": "tanh",
        "extractor_width": 8,
        "extractor_depth": 3,
        "discriminator_depth": 1,
        "lambda_max": 0.5,
        "learning_rate": 0.002,
        "weight_decay": 0.002,
        "max_iter": 500,
    }
    swept: ClassVar[tuple[str, str]] = "target_hum", "0, 0.2, 0.4"

    source_rpm: float = knob(
        1797.0, say("Speed of the source's shaft."), label=say("source rpm"), low=600, high=3000, step=1, unit="rpm"
    )
    target_rpm: float = knob(
        1730.0, say("Speed of the target's shaft."), label=say("target rpm"), low=600, high=3000, step=1, unit="rpm"
    )
    source_resonance: float = knob(
        2400.0,
        say("First resonance of the source's structure."),
        label=say("source resonance"),
        low=1000,
        high=3200,
        step=50,
        unit="Hz",
    )
    target_resonance: float = knob(
        2450.0,
        say("First resonance of the target's structure."),
        label=say("target resonance"),
        low=1000,
        high=3200,
        step=50,
        unit="Hz",
    )
    source_noise: float = knob(
        0.1,
        say("Background noise of the source, beside impacts of 1."),
        label=say("source noise"),
        low=0,
        high=2,
        step=0.05,
    )
    target_noise: float = knob(
        0.2,
        say("Background noise of the target, beside impacts of 1."),
        label=say("target noise"),
        low=0,
        high=2,
        step=0.05,
    )
    target_hum: float = knob(
        0.2,
        say("Hum of the gear that loads the target's shaft, beside impacts of 1."),
        label=say("target hum"),
        low=0,
        high=2,
        step=0.05,
    )
    windows: int = knob(
        150, say("Windows of each condition in each domain."), label=say("windows"), low=10, high=500, step=10
    )

    _length: ClassVar[int] = 1024

    def as_drawn(self, seed: int) -> DomainPair:
        source = Machine(self.source_rpm, self.source_resonance, self.source_noise)
        target = Machine(self.target_rpm, self.target_resonance, self.target_noise, self.target_hum)
        labels = np.repeat(np.arange(len(CONDITIONS)), self.windows)
        return DomainPair(
            self._inputs(self._signals(source, generator(seed, "vibration source"))),
            labels,
            self._inputs(self._signals(target, generator(seed, "vibration target"))),
            labels,
            name=self.title,
            class_names=NAMES,
        )

    def _signals(self, machine: Machine, rng: np.random.Generator) -> np.ndarray:
        return np.concatenate([simulate(c, machine, self.windows, self._length, rng) for c in CONDITIONS])

    def _inputs(self, signals: np.ndarray) -> np.ndarray:
        return signals[:, None].astype(np.float32)


class VibrationPictures(Vibration):
    """The same bearing as time-frequency pictures `(N, 3, 128, 128)`, uint8: 175 ms across, 0 to 6 kHz upwards.

    The level in decibels is coloured by a small table instead of repeated in three channels: the tutorials whose
    network this feeds save their pictures in colour, and a person sees the strikes better.
    """

    key: ClassVar[str] = "vibration-pictures"
    title: ClassVar[str] = say("Bearing pictures, other load")
    summary: ClassVar[str] = say(
        "Time-frequency pictures of simulated bearing vibration, each strike of the damage a bright column; "
        "in the target they come slower and ring higher, in more noise and above a gear's hum (after Randall "
        "& Antoni 2011)."
    )

    # A short run of a small network; the tutorial's own is some seven times slower an iteration.
    preset: ClassVar[dict[str, Any]] = {**Vibration.preset, "extractor_depth": 4, "batch_size": 16, "max_iter": 200}

    # Noise and hum lie behind the strikes all over a picture: less of them shifts it as far.
    target_noise: float = knob(
        0.15,
        say("Background noise of the target, beside impacts of 1."),
        label=say("target noise"),
        low=0,
        high=2,
        step=0.05,
    )
    target_hum: float = knob(
        0.1,
        say("Hum of the gear that loads the target's shaft, beside impacts of 1."),
        label=say("target hum"),
        low=0,
        high=2,
        step=0.05,
    )
    windows: int = knob(
        60, say("Pictures of each condition in each domain."), label=say("windows"), low=10, high=200, step=10
    )

    # 64 samples (5.3 ms) resolve single strikes; 254 points make 128 frequencies, so nothing is resampled.
    _frame: ClassVar[int] = 64
    _hop: ClassVar[int] = 16
    _points: ClassVar[int] = 254
    _length: ClassVar[int] = 64 + 127 * 16

    def _inputs(self, signals: np.ndarray) -> np.ndarray:
        from scipy.signal.windows import hann

        frames = np.lib.stride_tricks.sliding_window_view(signals, self._frame, axis=1)[:, :: self._hop]
        spectra = np.abs(np.fft.rfft(frames * hann(self._frame, sym=False), n=self._points))  # (N, time, frequency)
        # Each picture is measured against its own loudest spot, so that mere loudness gives nothing away.
        level = 20 * np.log10(spectra / spectra.max(axis=(1, 2), keepdims=True) + 1e-9)
        shade = np.clip(255 * (1 + level / _RANGE), 0, 255).astype(np.uint8)
        return _COLOURS[shade].transpose(0, 3, 2, 1)[:, :, ::-1]


_RANGE = 40.0  # dB from the loudest spot to black

# Dark blue over violet and orange to pale yellow: lightness rises all the way, so it also reads without colour.
_COLOURS = np.stack(
    [
        np.interp(np.linspace(0, 1, 256), np.linspace(0, 1, 5), channel)
        for channel in ((5, 70, 180, 245, 255), (5, 20, 50, 140, 250), (30, 110, 110, 50, 190))
    ],
    axis=1,
).astype(np.uint8)
