"""Films of a sweep's cells: made once, given only to who was told their name, tried again, and bounded in number."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator

import numpy as np
import pytest
from conftest import make_pair
from test_film import inside

from dann_core import KnobError, Settings, domains
from dann_core.engine import device
from dann_core.live.message import unpack
from dann_core.live.record import record
from dann_core.sweeps.sweep import Axis, Plan
from server import films

SMALL = Settings(max_iter=4, batch_size=8, extractor_width=8, feature_width=8, discriminator_width=8)
MOONS = domains.get("moons")


@pytest.fixture
def plan(here: str) -> Iterator[Plan]:
    angles = Axis("angle", (0, 90), MOONS), Axis("discriminator_width", (8, 16384))
    made = Plan(SMALL, angles, 2, MOONS(size=40))
    yield made
    films._films.pop(made, None)


def test_a_film_is_of_the_cells_own_run_and_served_under_its_name_alone(here: str, plan: Plan) -> None:
    case = plan.case((90, 8), 1)
    assert films.find(plan, case.key) is None
    film = films.ask(plan, case)
    made = film.making.result(120)
    assert films.ask(plan, case) is films.find(plan, case.key) is film
    with urllib.request.urlopen(f"{here}/{film.address}") as answer:
        assert answer.read() == made
        assert answer.headers["Content-Security-Policy"] == "sandbox allow-scripts"
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{here}/films/{film.name[:-1]}")
    recording, _ = record(MOONS(size=40, angle=90).pair(1), SMALL.replace(seed=1), device())
    held = inside(made)
    assert held.scene == recording.scene
    for told, expected in zip(held.frames, recording.frames, strict=True):
        frame, alone = unpack(told.packed), unpack(expected.packed)
        assert (frame.values, frame.exam) == (alone.values, alone.exam)
        assert np.array_equal(frame.arrays["rows"], alone.arrays["rows"])
        assert np.array_equal(frame.arrays["predicted"], alone.arrays["predicted"])


def test_what_cannot_be_filmed_says_why_and_is_tried_again(here: str, plan: Plan) -> None:
    case = plan.case((0, 16384), 0)
    first = films.ask(plan, case)
    with pytest.raises(KnobError, match="million parameters"):
        first.making.result(120)
    again = films.ask(plan, case)
    assert again is not first
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{here}/{again.address}")


def test_the_film_asked_for_longest_ago_makes_room(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(films, "KEPT", 2)
    other = Plan(SMALL, (Axis("gamma", (1, 10)),), 1, pair=make_pair())
    cases = [(plan, plan.case((0, 8), 0)), (other, other.case((1,), 0)), (plan, plan.case((90, 8), 0))]
    for of, case in cases:
        films.ask(of, case).making.result(120)
    assert [films.find(of, case.key) is not None for of, case in cases] == [False, True, True]
