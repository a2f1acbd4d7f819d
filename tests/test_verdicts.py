"""What is said of whole runs that go right or wrong for a known reason; `pytest -m long` has all of them."""

from __future__ import annotations

import math

import pytest
from verdict_table import CASES, Case

from dann_core import Trainer, domains
from dann_core.live.diagnosis import LEVELS, PROBED
from dann_core.live.message import Message, unpack
from dann_core.live.slices import Slice
from dann_core.live.twin import against, source_only
from dann_core.live.worker import LiveRun

QUICK = {
    "moons, seed 0",
    "blobs, seed 0",
    "pinwheel, seed 0",
    "an extractor too deep",
    "a discriminator of one unit",
    "hardly any pull, pinwheel",
    "classes swapped by the angle",
    "no classifier",
    "entropy alone",
}
LONG = [pytest.param(case, id=case.name, marks=[] if case.name in QUICK else [pytest.mark.long]) for case in CASES]


def ended(case: Case) -> tuple[list[Message], str]:
    """Frames of the run half-way and at its end, and what its twin says of that."""
    settings = domains.preset(case.domain).replace(**case.settings)
    pair = domains.load(case.domain, seed=settings.seed, **case.shift)
    run, halves = LiveRun(pair, settings), settings.max_iter // 2
    asked = [(0, False), (halves, False), (settings.max_iter - halves, False), (0, True)]
    made = [run.advance(Slice(settings, n, whole, math.inf, unhurried=not whole)) for n, whole in asked]
    if source_only(settings) == settings:
        return [unpack(answer.frame.packed) for answer in made], ""
    # Not `source_only_accuracy`, which looks at the clock.
    twin = Trainer(pair, source_only(settings))
    twin.advance(settings.max_iter)
    accuracies = [trainer.evaluate().target_accuracy for trainer in (run.trainer, twin)]
    return [unpack(answer.frame.packed) for answer in made], against(*accuracies, len(pair.target_x))


@pytest.mark.parametrize("case", LONG)
def test_a_run_is_closed_by_what_became_of_it(case: Case) -> None:
    frames, exam = ended(case)
    end = frames[-1]
    assert end.values["rule"] in case.rules
    assert exam == case.exam
    for frame in frames:
        # A verdict has the figures of one iteration, and none of a network that had not been trained.
        facts = frame.values["facts"]
        assert 0 < facts["iteration"] <= frame.values["iteration"] or frame.values["iteration"] == 0
        if frame.values["rule"] in PROBED and facts["iteration"] == frame.values["iteration"]:
            assert facts["a_distance"] == frame.values["a_distance"]
            assert frame.values["probed"] == facts["iteration"]
        # No good news stands over a target that the exam has seen fail.
        if LEVELS[frame.values["rule"]] == "good" and frame.exam["target_accuracy"] < 0.8:
            assert frame.exam["verdict"]["rule"] == "wrong classes"


def test_the_table_is_long_enough_and_its_names_are_its_own() -> None:
    assert len(CASES) >= 25
    assert len({case.name for case in CASES}) == len(CASES)
    assert {case.name for case in CASES} >= QUICK
