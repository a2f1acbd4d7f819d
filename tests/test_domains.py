"""Built-in domains: repeatable, as large as asked, and shifted by what was asked."""

from __future__ import annotations

import numpy as np
import pytest
from test_vibration import LEVEL

from dann_core import domains
from dann_core.domains import DomainError, DomainPair, images
from dann_core.domains.base import thinned
from dann_core.domains.plane import FEWEST_PAINTED
from dann_core.settings import Settings
from dann_core.settings.knobs import Knob, KnobError

SMALL = {
    "moons": {"size": 40},
    "blobs": {"size": 60},
    "pinwheel": {"size": 60},
    "digits": {"size": 100},
    "vibration": {"windows": 10},
    "vibration-pictures": {"windows": 10},
}


NO_SHIFT = {
    "moons": {"angle": 0},
    "blobs": {"shift": 0},
    "pinwheel": {"angle": 0},
    "digits": {"photo": 0},
    "vibration": LEVEL,
    "vibration-pictures": LEVEL,
}


UPPER_CENTRE = np.array([-1, -0.5])


def moved(knob: Knob, value: object) -> list:
    """Other values of a knob: one step on, all other choices, or a painting."""
    if knob.kind == "text":
        return ["AgAgA" * FEWEST_PAINTED]
    if knob.kind == "choice":
        return [choice for choice in knob.choices if choice != value]
    return [value + (knob.step if value < knob.high else -knob.step)]


def arrays(pair: DomainPair) -> tuple[np.ndarray, ...]:
    assert pair.target_y is not None
    return pair.source_x, pair.source_y, pair.target_x, pair.target_y


def rotation(degrees: float) -> np.ndarray:
    turn = np.exp(1j * np.radians(degrees))
    return np.array([[turn.real, -turn.imag], [turn.imag, turn.real]])


def test_every_domain_is_tested_here() -> None:
    assert set(SMALL) == set(domains.names())


@pytest.mark.parametrize("name", domains.names())
class TestEveryDomain:
    def test_it_is_labelled_in_both_domains_by_words(self, name: str) -> None:
        pair = domains.load(name, **SMALL[name])
        assert len(pair.source_x) == len(pair.target_x) == len(pair.source_y)
        assert set(pair.source_y) == set(pair.target_y) == set(range(pair.n_classes))
        assert all(word.replace(" ", "").isalpha() for word in pair.class_names)
        assert pair.name == domains.get(name).title
        assert {"vectors": (2,), "signals": (1, 1024)}.get(pair.kind, pair.sample_shape) == pair.sample_shape

    def test_the_same_seed_gives_the_same_arrays_and_another_seed_others(self, name: str) -> None:
        np.random.seed(0)
        first = arrays(domains.load(name, seed=3, **SMALL[name]))
        np.random.seed(1)
        again = arrays(domains.load(name, seed=3, **SMALL[name]))
        for a, b in zip(first, again, strict=True):
            np.testing.assert_array_equal(a, b)
        other = arrays(domains.load(name, seed=4, **SMALL[name]))
        assert (first[0] != other[0]).any()
        assert (first[2] != other[2]).any()

    def test_no_sample_is_in_both_domains(self, name: str) -> None:
        """Even where nothing shifts, the target's samples are draws of their own."""
        pair = domains.load(name, **SMALL[name], **NO_SHIFT[name])
        assert not {x.tobytes() for x in pair.source_x} & {x.tobytes() for x in pair.target_x}

    def test_every_knob_that_shapes_the_data_changes_it(self, name: str) -> None:
        """Each knob, moved by one step, must matter: a knob that nothing reads is a lie on the page."""
        domain = domains.get(name)(**SMALL[name])
        before = arrays(domain.pair(0))
        for knob in domain.knobs():
            for value in moved(knob, getattr(domain, knob.name)):
                after = arrays(domain.replace(**{knob.name: value}).pair(0))
                assert any(a.shape != b.shape or (a != b).any() for a, b in zip(before, after, strict=True)), knob.name

    def test_its_knobs_say_what_they_are_and_hold_their_limits(self, name: str) -> None:
        domain = domains.get(name)
        for knob in domain.knobs():
            assert knob.help
            if knob.kind == "choice":
                with pytest.raises(KnobError, match=f"{knob.name} must be one of as drawn, mostly class 0"):
                    domain(**{knob.name: "all of them"})
                continue
            if knob.kind == "text":
                with pytest.raises(KnobError, match=f"{knob.name} must be a text; got 1"):
                    domain(**{knob.name: 1})
                continue
            assert knob.low <= knob.default <= knob.high
            with pytest.raises(KnobError, match=f"{knob.name} must be a.* number from .* to"):
                domain(**{knob.name: knob.high + 1})
            with pytest.raises(KnobError, match=f"{knob.name} must be a.* number from .* to"):
                domain(**{knob.name: knob.low - 1})

    def test_the_ends_of_every_knob_can_be_drawn(self, name: str) -> None:
        domain = domains.get(name)(**SMALL[name])
        for knob in domain.knobs():
            if knob.name not in ("size", "windows") and knob.kind not in ("choice", "text"):
                for end in (knob.low, knob.high):
                    domain.replace(**{knob.name: type(knob.default)(end)}).pair(0)

    @pytest.mark.parametrize("source", ["as drawn", "mostly class 0"])
    @pytest.mark.parametrize("target", ["as drawn", "mostly class 0", "classes missing"])
    def test_its_classes_are_as_frequent_as_asked(self, name: str, source: str, target: str) -> None:
        full = domains.load(name, seed=3, **SMALL[name])
        pair = domains.load(name, seed=3, **SMALL[name], source_shares=source, target_shares=target)
        k = full.n_classes
        assert pair.n_classes == k
        for domain, how in (("source", source), ("target", target)):
            x, y = getattr(pair, f"{domain}_x"), getattr(pair, f"{domain}_y")
            all_x, all_y = getattr(full, f"{domain}_x"), getattr(full, f"{domain}_y")
            count, before = np.bincount(y, minlength=k), np.bincount(all_y, minlength=k)
            expected = {
                "as drawn": before,
                "mostly class 0": np.append(before[0], np.maximum(2, before[1:] // 10)),
                "classes missing": np.where(np.arange(k) < k - k // 2, before, 0),
            }[how]
            np.testing.assert_array_equal(count, expected)
            # Samples of the same draw, each with its own label, in the same order.
            where = {row.tobytes(): at for at, row in enumerate(all_x)}
            rows = [where[row.tobytes()] for row in x]
            assert rows == sorted(set(rows))
            np.testing.assert_array_equal(y, all_y[rows])

    def test_its_preset_is_valid_settings(self, name: str) -> None:
        assert domains.preset(name) == Settings(**domains.get(name).preset)

    def test_a_negative_seed_is_refused(self, name: str) -> None:
        with pytest.raises(DomainError, match="seed must be a whole number from 0 on; got -1"):
            domains.load(name, seed=-1)


def test_a_tenth_of_a_class_is_drawn_anew_with_each_seed() -> None:
    y = np.arange(400) % 4
    rows = [thinned(y, 4, "mostly class 0", np.random.default_rng(seed)) for seed in (0, 0, 1)]
    np.testing.assert_array_equal(rows[0], rows[1])
    assert (rows[0] != rows[2]).any()
    # Not the first ones: a domain of somebody else's may come sorted.
    assert rows[0][y[rows[0]] == 1].max() > 100


def test_a_class_of_one_sample_keeps_it() -> None:
    kept = thinned(np.array([0, 0, 0, 1, 2, 2, 2]), 3, "mostly class 0", np.random.default_rng(0))
    assert len(kept) == 3 + 1 + 2


def test_an_unknown_name_lists_the_known_ones() -> None:
    for call in (domains.load, domains.get, domains.preset):
        with pytest.raises(DomainError, match=r"'mnist'; choose one of: moons, blobs, .*vibration-pictures"):
            call("mnist")


def test_an_unknown_parameter_lists_the_known_ones() -> None:
    with pytest.raises(KnobError, match="tilt is not a parameter of Moons; it has: angle, noise, size, source_shares"):
        domains.load("moons", tilt=3)


@pytest.mark.parametrize("name", ["moons", "pinwheel"])
@pytest.mark.parametrize("angle", [35, 90, 180])
def test_the_target_is_turned_by_exactly_the_angle(name: str, angle: float) -> None:
    straight = domains.load(name, angle=0)
    turned = domains.load(name, angle=angle)
    np.testing.assert_allclose(turned.target_x, straight.target_x @ rotation(angle).T, atol=1e-12)
    np.testing.assert_array_equal(turned.source_x, straight.source_x)


@pytest.mark.parametrize("name", ["moons", "blobs", "pinwheel"])
def test_without_a_shift_both_domains_have_one_distribution(name: str) -> None:
    pair = domains.load(name, size=2000, **NO_SHIFT[name])
    for label in range(pair.n_classes):
        source, target = pair.source_x[pair.source_y == label], pair.target_x[pair.target_y == label]
        np.testing.assert_allclose(source.mean(0), target.mean(0), atol=0.1)
        np.testing.assert_allclose(np.cov(source.T), np.cov(target.T), atol=0.1)


def test_moons_without_noise_are_half_circles_about_one_centre() -> None:
    pair = domains.load("moons", noise=0)
    upper, lower = (pair.source_x[pair.source_y == label] for label in (0, 1))
    np.testing.assert_allclose(np.hypot(*(upper - UPPER_CENTRE).T), 2)
    np.testing.assert_allclose(np.hypot(*(lower + UPPER_CENTRE).T), 2)
    assert upper[:, 1].min() > -0.51
    assert lower[:, 1].max() < 0.51


def test_noise_is_scatter_about_the_moon() -> None:
    pair = domains.load("moons", noise=0.1, size=2000)
    upper = pair.source_x[pair.source_y == 0]
    assert np.std(np.hypot(*(upper - UPPER_CENTRE).T)) == pytest.approx(0.2, rel=0.15)


@pytest.mark.parametrize("classes", [2, 3, 6])
def test_blobs_are_shifted_and_scaled_by_what_was_asked(classes: int) -> None:
    pair = domains.load("blobs", classes=classes, shift=0.75, scale=2, spread=0.02, size=600)

    def centres(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.stack([x[y == label].mean(0) for label in range(classes)])

    source, target = centres(pair.source_x, pair.source_y), centres(pair.target_x, pair.target_y)
    np.testing.assert_allclose(target, 2 * source + [0.75, 0], atol=0.03)
    assert np.hypot(*(source[1] - source[0])) == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("imbalance", [1, 3, 10])
def test_blobs_are_as_unbalanced_as_asked_in_the_target_alone(imbalance: float) -> None:
    pair = domains.load("blobs", classes=4, imbalance=imbalance, size=2000)
    np.testing.assert_array_equal(np.bincount(pair.source_y), [500] * 4)
    counts = np.bincount(pair.target_y)
    assert counts.sum() == 2000
    assert counts.max() / counts.min() == pytest.approx(imbalance, rel=0.02)


def test_turning_a_pinwheel_to_the_next_arm_renames_its_classes() -> None:
    pair = domains.load("pinwheel", arms=3, angle=120, size=2000)
    for label in range(3):
        source = pair.source_x[pair.source_y == (label + 1) % 3]
        np.testing.assert_allclose(pair.target_x[pair.target_y == label].mean(0), source.mean(0), atol=0.1)


class TestDigits:
    def test_no_handwritten_digit_is_in_both_domains(self) -> None:
        domain = domains.get("digits")(size=890)
        _, labels = images._digits()
        source, target = domain._split(labels, np.random.default_rng(0))
        assert len(source) == len(set(source)) == len(target) == len(set(target)) == 890
        assert not set(source) & set(target)

    def test_without_a_photograph_the_target_is_plain_too(self) -> None:
        pair = domains.load("digits", photo=0)
        for x in (pair.source_x, pair.target_x):
            assert x.dtype == np.uint8
            assert (x[:, 0] == x[:, 1]).all()
            assert (x[:, 0] == x[:, 2]).all()
        assert pair.source_x.mean() == pytest.approx(pair.target_x.mean(), rel=0.03)

    def test_the_target_is_the_absolute_difference_of_digit_and_photograph(self) -> None:
        """Where a plain digit leaves the ground black, the photograph shows as it is, in colour."""
        plain, blended = (domains.load("digits", photo=strength).target_x.astype(int) for strength in (0, 1))
        crops = domains.get("digits")()._crops(850, domains.base.generator(0, "digits photographs"))
        np.testing.assert_allclose(blended, np.abs(crops - plain), atol=1.01)
        assert np.abs(blended[:, 0] - blended[:, 2]).mean() > 10

    def test_pieces_of_photographs_vary(self) -> None:
        crops = domains.get("digits")()._crops(300, np.random.default_rng(0))
        assert crops.std(axis=(2, 3)).mean(axis=1).min() >= images._STRUCTURE - 1e-6
        assert len({c.tobytes() for c in crops}) > 250

    def test_classes_are_as_frequent_in_both_domains(self) -> None:
        for size in (100, 850):
            pair = domains.load("digits", size=size)
            counts = np.stack([np.bincount(pair.source_y), np.bincount(pair.target_y)])
            assert (np.abs(counts - size / 10) <= max(1, 0.05 * size / 10)).all()

    @pytest.mark.parametrize("resolution", [8, 16, 32])
    def test_enlarging_keeps_the_strokes_in_place(self, resolution: int) -> None:
        digits, _ = images._digits()
        enlarged = images._enlarged(digits, resolution)
        assert enlarged.shape == (1797, resolution, resolution)
        k = resolution // 8
        back = enlarged.reshape(-1, 8, k, 8, k).mean(axis=(2, 4))
        assert np.corrcoef(back.ravel(), digits.ravel())[0, 1] > 0.98
