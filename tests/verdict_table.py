"""Runs that go right or wrong for a known reason, and what is to be said at their end."""

from __future__ import annotations

from typing import Any, NamedTuple


class Case(NamedTuple):
    """A built-in domain, what differs from its defaults and preset, and the rules that may close the run.

    `exam` is what adapting did to the target accuracy, against the source-only twin. Processors round differently, so a
    figure that lies at a threshold may fall on either side of it: `rules` has both, and `exam` is asked where it is far
    from chance.
    """

    name: str
    domain: str
    shift: dict[str, Any]
    settings: dict[str, Any]
    rules: set[str]
    exam: str


RIGHT = {"aligned", "told apart within classes"}
WEAK = {"discriminator asleep"}
WINNING = {"discriminator wins"}

CASES = [
    *(Case(f"moons, seed {k}", "moons", {}, {"seed": k}, RIGHT, "gain") for k in range(4)),
    *(Case(f"blobs, seed {k}", "blobs", {}, {"seed": k}, RIGHT, "gain") for k in range(2)),
    *(Case(f"pinwheel, seed {k}", "pinwheel", {}, {"seed": k}, RIGHT, "gain") for k in range(2)),
    Case("vibration", "vibration", {}, {}, RIGHT, "gain"),
    Case("a strong pull", "moons", {}, {"lambda_max": 10.0}, RIGHT, "gain"),
    Case("no shift", "moons", {"angle": 0}, {}, RIGHT, "even"),
    Case("features too narrow", "moons", {}, {"feature_width": 2}, {"features collapsed", "aligned"}, "harm"),
    Case("an extractor too deep", "moons", {}, {"extractor_depth": 5}, {"features collapsed"} | WEAK, "harm"),
    Case("a discriminator too deep", "moons", {}, {"discriminator_depth": 4}, WEAK, "even"),
    Case("a discriminator of one unit", "moons", {}, {"discriminator_width": 1}, WEAK, "harm"),
    Case("a discriminator of four units", "moons", {}, {"discriminator_width": 4}, WEAK, "harm"),
    Case("a weak pull", "moons", {}, {"lambda_max": 0.1}, WEAK, "harm"),
    Case("plain SGD", "moons", {}, {"optimizer": "sgd"}, {"aligned", "aligned loosely"}, "even"),
    Case("statistics of each domain", "moons", {}, {"discriminator_norm": "batch"}, WEAK | WINNING, "even"),
    Case("a tight limit", "moons", {}, {"reversal_limit": 0.1}, WEAK | WINNING, "harm"),
    Case("hardly any pull, blobs", "blobs", {}, {"lambda_max": 0.02}, WINNING, "even"),
    Case("hardly any pull, pinwheel", "pinwheel", {}, {"lambda_max": 0.02}, WINNING, "even"),
    Case("hardly any pull, vibration", "vibration", {}, {"lambda_max": 0.02}, WINNING, "harm"),
    Case("classes swapped by the angle", "pinwheel", {"angle": 80}, {}, RIGHT, "even"),
    Case("moons the other way round", "moons", {"angle": 180}, {}, RIGHT, "even"),
    Case("blobs on their neighbours", "blobs", {"shift": 1.0}, {}, RIGHT, "even"),
    Case("other class shares", "moons", {"target_shares": "mostly class 0"}, {"seed": 7}, RIGHT | WEAK, "harm"),
    Case("no classifier", "moons", {}, {"classification_weight": 0.0}, {"no classifier"}, "even"),
    Case("no adversary", "moons", {}, {"adversarial_weight": 0.0}, {"no adversary"}, ""),
    Case(
        "entropy alone", "moons", {}, {"adversarial_weight": 0.0, "entropy_weight": 0.5}, {"entropy alone"}, "harm"
    ),
    Case(
        "a discrepancy alone", "moons", {},
        {"adversarial_weight": 0.0, "discrepancy": "mmd", "discrepancy_weight": 1.0}, {"discrepancy alone"}, "harm",
    ),
    Case("no reversal", "moons", {}, {"lambda_max": 0.0}, {"lambda_max is 0"}, "even"),
    Case("gamma 0", "moons", {}, {"gamma": 0.0}, {"lambda never rose"}, "even"),
    Case("steps too small", "moons", {}, {"learning_rate": 1e-6}, {"guessing"}, "even"),
]  # fmt: skip
