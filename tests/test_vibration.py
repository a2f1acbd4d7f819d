"""Simulated bearings: what shifts is what was asked, and the pictures show it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import hilbert

from dann_core import domains
from dann_core.domains import vibration
from dann_core.domains.vibration import Machine

LEVEL = {"target_rpm": 1797, "target_resonance": 2400, "target_noise": 0.1, "target_hum": 0}


def envelope_peak(signals: np.ndarray, low: float, high: float) -> float:
    """The frequency in Hz at which the mean envelope spectrum of `(windows, length)` signals is highest."""
    envelope = np.abs(hilbert(signals, axis=1))
    envelope -= envelope.mean(axis=1, keepdims=True)
    length = signals.shape[1]
    spectrum = np.abs(np.fft.rfft(envelope * np.hanning(length), n=8 * length, axis=1)).mean(axis=0)
    frequency = np.fft.rfftfreq(8 * length, 1 / vibration.SAMPLE_RATE)
    inside = (frequency >= low) & (frequency <= high)
    return frequency[inside][spectrum[inside].argmax()]


class TestVibration:
    def test_the_geometry_gives_the_published_fault_frequencies(self) -> None:
        """Multiples of the shaft's speed, as the CWRU bearing data centre lists them for the SKF 6205-2RS JEM."""
        published = {"inner race": 5.4152, "ball": 4.7135, "outer race": 3.5848}
        for fault, order in published.items():
            assert vibration.FAULT_ORDERS[fault] == pytest.approx(order, abs=1e-3)
        assert abs(vibration.CAGE_ORDER - 0.39828) < 1e-4

    @pytest.mark.parametrize("rpm", [900, 1730, 1797])
    @pytest.mark.parametrize("fault", ["inner race", "ball", "outer race"])
    def test_the_envelope_beats_at_the_fault_frequency(self, fault: str, rpm: float) -> None:
        signals = vibration.simulate(fault, Machine(rpm, 2400, 0.1), 20, 8192, np.random.default_rng(0))
        assert envelope_peak(signals, 45, 200) == pytest.approx(vibration.FAULT_ORDERS[fault] * rpm / 60, rel=0.01)

    @pytest.mark.parametrize("domain", ["source", "target"])
    def test_the_windows_of_both_domains_beat_at_their_own_speed(self, domain: str) -> None:
        pair = domains.load("vibration", target_rpm=1500, target_hum=0)
        x, y = getattr(pair, f"{domain}_x")[:, 0], getattr(pair, f"{domain}_y")
        shaft = {"source": 1797, "target": 1500}[domain] / 60
        for label, condition in enumerate(pair.class_names):
            if condition != "normal":
                expected = vibration.FAULT_ORDERS[condition] * shaft
                # A window of 85 ms resolves 12 Hz.
                assert envelope_peak(x[y == label], 60, 200) == pytest.approx(expected, abs=6)

    @pytest.mark.parametrize(
        ("fault", "carrier"), [("inner race", 1797 / 60), ("ball", vibration.CAGE_ORDER * 1797 / 60)]
    )
    def test_strikes_swell_with_the_shaft_or_the_cage(self, fault: str, carrier: float) -> None:
        signals = vibration.simulate(fault, Machine(1797, 2400, 0.05), 20, 16384, np.random.default_rng(0))
        assert envelope_peak(signals, 5, 80) == pytest.approx(carrier, abs=1)

    def test_each_strike_rings_at_the_structures_resonance(self) -> None:
        """Also one that falls between two samples."""
        times, strengths = np.array([[0.01003]]), np.array([[1.0]])
        signal = vibration._ringing(times, strengths, 1024, 3000)[0]
        clock = np.arange(1024) / vibration.SAMPLE_RATE - 0.01003
        expected = np.exp(-0.05 * 2 * np.pi * 3000 * clock) * np.sin(2 * np.pi * 3000 * clock)
        np.testing.assert_allclose(signal, np.where(clock > 0, expected, 0), atol=1e-9)

    def test_noise_and_hum_are_as_strong_as_asked(self) -> None:
        rng = np.random.default_rng(0)
        quiet, noisy, humming = (
            vibration.simulate("normal", machine, 50, 4096, rng).std()
            for machine in (Machine(1800, 2400, 0), Machine(1800, 2400, 0.5), Machine(1800, 2400, 0, 0.5))
        )
        assert noisy**2 - quiet**2 == pytest.approx(0.5**2, rel=0.05)
        # Two sines of amplitudes 0.5 and 0.25, louder or softer by up to 30 %.
        assert humming**2 - quiet**2 == pytest.approx((0.5**2 + 0.25**2) / 2 * 1.03, rel=0.1)

    def test_the_tempo_slips_from_strike_to_strike(self) -> None:
        times, _ = vibration._impacts("outer race", 200, 0.5, 30, np.random.default_rng(0))
        gaps = np.diff(times, axis=1)
        assert gaps.std() / gaps.mean() == pytest.approx(0.015, rel=0.1)

    def test_strikes_cover_the_whole_window(self) -> None:
        for fault in vibration.FAULT_ORDERS:
            times, _ = vibration._impacts(fault, 200, 0.5, 10, np.random.default_rng(0))
            assert (times[:, 0] <= 0).all()
            assert (times[:, -1] >= 0.5).all()

    def test_conditions_come_in_equal_numbers(self) -> None:
        pair = domains.load("vibration", windows=20)
        np.testing.assert_array_equal(np.bincount(pair.source_y), [20] * 4)
        assert pair.source_x.shape == (80, 1, 1024)
        assert pair.source_x.dtype == np.float32


class TestPictures:
    def test_a_tone_is_a_line_at_its_frequency(self) -> None:
        """Frequency runs upwards from 0 to 6 kHz over 128 rows, time to the right."""
        domain = domains.get("vibration-pictures")()
        clock = np.arange(domain._length) / vibration.SAMPLE_RATE
        picture = domain._inputs(np.sin(2 * np.pi * 4500 * clock)[None])
        assert picture.shape == (1, 3, 128, 128)
        assert picture.dtype == np.uint8
        rows = picture[0].astype(int).sum(axis=0).argmax(axis=0)
        assert np.abs(rows - (127 - 4500 / 6000 * 127)).max() <= 1

    def test_a_strike_is_a_column_at_its_time(self) -> None:
        domain = domains.get("vibration-pictures")()
        signal = np.zeros((1, domain._length))
        signal[0, domain._length // 2] = 1
        columns = domain._inputs(signal)[0].astype(int).sum(axis=(0, 1))
        assert columns.argmax() == pytest.approx(64, abs=1)
        assert (columns > columns.mean()).sum() <= 5

    def test_loudness_does_not_show(self) -> None:
        domain = domains.get("vibration-pictures")()
        signals = vibration.simulate("ball", Machine(1797, 2400, 0.1), 2, domain._length, np.random.default_rng(0))
        soft, loud = np.split(domain._inputs(np.concatenate([signals, 7 * signals])).astype(int), 2)
        np.testing.assert_allclose(soft, loud, atol=5)
        assert loud.max() > 250

    def test_lighter_is_louder(self) -> None:
        lightness = vibration._COLOURS @ [0.2126, 0.7152, 0.0722]
        assert (np.diff(lightness) >= 0).all()
