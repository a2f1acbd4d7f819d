"""The target in the plane, moved and painted by hand."""

from __future__ import annotations

import re
from math import cos, radians, sin
from pathlib import Path

import numpy as np
import pytest

from dann_core import domains
from dann_core.cli.main import main
from dann_core.domains import DomainError
from dann_core.domains.plane import MOST_PAINTED, domain_csv, read_painting, write_painting
from dann_core.results.record import Record
from dann_core.settings.knobs import KnobError
from server.link import read_link

PLAYER = Path(__file__).parent.parent / "player"
PLANES = ("moons", "blobs", "pinwheel")
BY_HAND = {"turn": 30, "right": 0.5, "up": -1.25, "width": 2, "height": 0.5, "shear": 0.4}
POINTS = np.array([[0, 0], [1, -1], [-8, 7.99609375], [0.00390625, 2.5]] * 5)
LABELS = np.array([0, 1, 1, 0] * 5)


@pytest.mark.parametrize("name", PLANES)
def test_the_target_is_moved_as_a_plain_computation_says(name: str) -> None:
    plain, moved = domains.load(name, seed=2), domains.load(name, seed=2, **BY_HAND)
    c, s = cos(radians(30)), sin(radians(30))
    for (x, y), (there_x, there_y) in zip(plain.target_x.tolist(), moved.target_x.tolist(), strict=True):
        wide, high = 2 * x, 0.5 * y
        leant = wide + 0.4 * high
        assert there_x == pytest.approx(c * leant - s * high + 0.5, abs=1e-12)
        assert there_y == pytest.approx(s * leant + c * high - 1.25, abs=1e-12)
    np.testing.assert_array_equal(moved.source_x, plain.source_x)
    np.testing.assert_array_equal(moved.target_y, plain.target_y)


def test_a_painting_says_what_was_painted() -> None:
    text = write_painting(POINTS, LABELS)
    assert len(text) == 5 * len(POINTS)
    # The origin is the middle of the grid: 2048 = 32 * 64 steps, "g" being the digit 32.
    assert text.startswith("AgAgA")
    x, y = read_painting(text)
    np.testing.assert_array_equal(x, POINTS)
    np.testing.assert_array_equal(y, LABELS)
    pair = domains.load("moons", seed=3, painted=text)
    np.testing.assert_array_equal(pair.target_x, POINTS)
    np.testing.assert_array_equal(pair.target_y, LABELS)
    # A hand moves it like the domain's own points.
    np.testing.assert_array_equal(domains.load("moons", painted=text, right=1).target_x, POINTS + np.array([1, 0]))


def test_what_lies_between_or_beyond_the_grid_is_brought_to_it() -> None:
    x, _ = read_painting(write_painting(np.array([[0.3, -0.3], [100, -100]] * 5), np.zeros(10, int)))
    np.testing.assert_allclose(x[0], [0.3, -0.3], atol=0.5 / 256)
    np.testing.assert_array_equal(x[1], [2047 / 256, -8])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("AgAgA" * 11 + "Ag", "painted holds 'Ag' as its point 12; a point is five signs"),
        ("AgAgA" * 10 + "GgAgA", "painted holds 'GgAgA' as its point 11"),
        ("AgAgA" * 10 + "Ag<gA", "painted holds 'Ag<gA' as its point 11"),
        ("AgAgA" * 9, "painted must hold 10 to 300 points, or none; got 9."),
        ("AgAgA" * (MOST_PAINTED + 1), "painted must hold 10 to 300 points, or none; got 301."),
    ],
)
def test_what_is_no_painting_is_refused(text: str, said: str) -> None:
    with pytest.raises(KnobError, match=re.escape(said)):
        domains.get("moons")(painted=text)
    link = read_link({"domain": "moons", "painted": text})
    assert link.domain == domains.get("moons")()
    assert said in link.notice.facts["why"]


def test_a_class_that_the_domain_lacks_is_refused() -> None:
    blobs = domains.get("blobs")(painted="CgAgA" * 10)
    assert set(blobs.pair(0).target_y) == {2}
    with pytest.raises(DomainError, match="of class C, but Blobs, shifted has 2 classes here, A to B: paint them anew"):
        blobs.replace(classes=2).pair(0)


def test_a_link_and_a_record_hold_what_was_done_by_hand() -> None:
    drawn = domains.get("blobs")(classes=2, painted=write_painting(POINTS, LABELS), **BY_HAND)
    link = read_link(drawn.to_query(domains.preset("blobs")))
    assert link.notice is None
    assert link.domain == drawn
    np.testing.assert_array_equal(link.pair.target_x, drawn.pair(0).target_x)


def test_the_command_line_draws_it_and_reads_its_tables_again(tmp_path: Path) -> None:
    painted = write_painting(np.random.default_rng(0).normal(size=(40, 2)), np.arange(40) % 2)
    run = ["--max-iter", "5", "--seed", "1", "--out"]
    drawn = ["--domain", "moons", "--set", f"painted={painted}", "--set", "turn=20", *run, str(tmp_path / "drawn")]
    assert main(["train", *drawn]) in (0, None)
    record = Record.from_json((tmp_path / "drawn" / "settings.json").read_bytes())
    assert record.built_in() == domains.get("moons")(painted=painted, turn=20)
    told = (tmp_path / "drawn" / "methods.txt").read_text()
    assert "turn 20.0, painted points as in" in told
    assert painted not in told

    pair = domains.load("moons", seed=1, painted=painted, turn=20)
    for domain in ("source", "target"):
        table = domain_csv(pair, domain)
        assert table.startswith("x,y,class\n")
        (tmp_path / f"{domain}.csv").write_text(table)
    files = ["--source", str(tmp_path / "source.csv"), "--target", str(tmp_path / "target.csv")]
    assert main(["train", *files, "--with-data", *run, str(tmp_path / "read")]) in (0, None)
    record = Record.from_json((tmp_path / "read" / "settings.json").read_bytes())
    # Files name no order of their classes.
    assert record.class_names == pair.class_names[::-1]
    with np.load(tmp_path / "read" / "data.npz") as data:
        np.testing.assert_array_equal(data["source_x"], pair.source_x)
        np.testing.assert_array_equal(data["target_x"], pair.target_x)
        np.testing.assert_array_equal(data["source_y"], 1 - pair.source_y)


def test_the_player_knows_the_same_ranges_and_form() -> None:
    text = (PLAYER / "draw-map.js").read_text()
    ranges = re.search(r"const RANGES = \{ (.*) \}", text)[1]
    knobs = {k.name: k for k in domains.get("moons").knobs()}
    found = re.findall(r"(\w+): \[([-\d.]+), ([-\d.]+)\]", ranges)
    assert [name for name, _, _ in found] == list(BY_HAND)
    for name, low, high in found:
        assert (float(low), float(high)) == (knobs[name].low, knobs[name].high)
    usual = dict(re.findall(r"(\w+): ([01])", re.search(r"UNMOVED = \{ (.*) \}", text)[1]))
    assert {name: float(value) for name, value in usual.items()} == {name: knobs[name].default for name in BY_HAND}
