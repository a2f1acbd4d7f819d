"""What the numbers of a run mean: each rule, what it proposes, and what labels say of it."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import pytest

from dann_core import Settings
from dann_core.live.diagnosis import LEVELS, PROBED, Vitals, diagnose, examined
from dann_core.live.probe import Probe
from dann_core.live.remedies import remedy
from dann_core.method.grading import Evaluation

CLEAR = Probe(distance=0.1, chance=0.4, rank=3.0, fit=1.0)
CALM = Vitals(
    iteration=500,
    lamb=0.9,
    settings=Settings(),
    classification_loss=0.1,
    adversarial_loss=0.69,
    domain_accuracy=0.52,
    source_accuracy=0.99,
    best_source_accuracy=1.0,
    progress=0.5,
    n_classes=3,
    probe=CLEAR,
)


def vitals(*, settings: dict[str, Any] | None = None, probe: dict[str, float] | None = None, **change: Any) -> Vitals:
    """The calm ones with some changes, also of settings and probe."""
    made = {"settings": CALM.settings.replace(**settings or {}), "probe": dataclasses.replace(CLEAR, **probe or {})}
    return dataclasses.replace(CALM, **made | change)


TOLD, LOOSE = {"distance": 1.6}, {"distance": 1.6, "fit": 0.5}
CASES = [
    ({"iteration": 0}, "untrained", "idle"),
    ({"classification_loss": math.nan}, "diverged", "bad"),
    ({"adversarial_loss": math.inf}, "diverged", "bad"),
    ({"classification_loss": 9.0}, "diverged", "bad"),
    ({"classification_loss": 9.0, "settings": {"classification_weight": 0}}, "no classifier", "bad"),
    ({"settings": {"adversarial_weight": 0}}, "no adversary", "wait"),
    ({"settings": {"adversarial_weight": 0, "entropy_weight": 0.1}}, "entropy alone", "wait"),
    (
        {"settings": {"adversarial_weight": 0, "discrepancy": "mmd", "discrepancy_weight": 1, "entropy_weight": 1}},
        "discrepancy alone",
        "wait",
    ),
    ({"settings": {"adversarial_weight": 0, "discrepancy": "mmd"}}, "no adversary", "wait"),
    ({"settings": {"lambda_max": 0}, "lamb": 0.0}, "lambda_max is 0", "wait"),
    (
        {"why_not": "domains overlap", "settings": {"adversarial_weight": 0, "entropy_weight": 0.1}},
        "domains overlap",
        "wait",
    ),
    ({"why_not": "domains overlap", "settings": {"adversarial_weight": 0}}, "no adversary", "wait"),
    ({"why_not": "run too short", "lamb": 0.0, "progress": 0.5}, "run too short", "wait"),
    ({"why_not": "domains overlap", "lamb": 0.0, "progress": 1.0}, "domains overlap", "wait"),
    ({"why_not": "classes unclear", "lamb": 0.0, "progress": 1.0}, "classes unclear", "wait"),
    ({"lamb": 0.05}, "lambda still low", "wait"),
    ({"lamb": 0.0, "progress": 1.0}, "lambda never rose", "warn"),
    ({"domain_accuracy": 0.97, "adversarial_loss": 0.1, "probe": LOOSE}, "discriminator wins", "warn"),
    (
        {"domain_accuracy": 0.97, "probe": LOOSE, "settings": {"reversal_limit": 0.2}},
        "reversal limited",
        "wait",
    ),
    ({"domain_accuracy": 0.97, "adversarial_loss": 0.1, "probe": TOLD}, "told apart within classes", "good"),
    ({"source_accuracy": 0.35}, "source forgotten", "bad"),
    ({"source_accuracy": 0.35, "probe": {"rank": 0.0}}, "features collapsed", "warn"),
    ({"source_accuracy": 0.35, "settings": {"class_shares": "estimated"}}, "aligned", "good"),
    ({"source_accuracy": 0.35, "domain_accuracy": 0.9, "settings": {"reversal_limit": 0.2}}, "source forgotten", "bad"),
    ({"source_accuracy": 0.55, "best_source_accuracy": 0.57, "n_classes": 2}, "aligned", "good"),
    ({"classification_loss": 1.08, "source_accuracy": 0.35, "best_source_accuracy": 0.4}, "guessing", "bad"),
    ({"source_accuracy": 0.35, "progress": 0.05}, "aligned", "good"),
    ({"probe": LOOSE}, "discriminator asleep", "warn"),
    ({"probe": TOLD}, "told apart within classes", "good"),
    # Beyond what anyone would call told apart, but not beyond chance: windows of few recordings.
    ({"probe": {"distance": 1.6, "chance": 1.7, "fit": 0.5}}, "aligned loosely", "wait"),
    ({"probe": None}, "unprobed", "wait"),
    ({}, "aligned", "good"),
    ({"probe": {"fit": 0.6}}, "aligned loosely", "wait"),
    ({"probe": {"fit": 0.6, "rank": 1.05}}, "features collapsed", "warn"),
    # Two classes need one dimension, and fill it.
    ({"probe": {"rank": 1.05}, "n_classes": 2}, "aligned", "good"),
    ({"probe": {"fit": 0.6, "rank": 4.0}, "n_classes": 10}, "features collapsed", "warn"),
    (
        {"probe": {"fit": 0.6, "rank": 4.0}, "n_classes": 10, "settings": {"feature_width": 4}},
        "aligned loosely",
        "wait",
    ),
    ({"lamb": 0.4}, "early", "wait"),
    ({"lamb": 0.4, "progress": 1.0}, "aligned", "good"),
    ({"domain_accuracy": 0.75}, "tug of war", "wait"),
    # Nobody pulls any more.
    ({"domain_accuracy": 0.65, "progress": 1.0}, "aligned", "good"),
    ({"domain_accuracy": 0.75, "progress": 1.0}, "told apart within classes", "good"),
    ({"domain_accuracy": 0.75, "progress": 1.0, "probe": LOOSE}, "discriminator wins", "warn"),
]


@pytest.mark.parametrize(("change", "rule", "level"), CASES)
def test_the_rule_that_holds_is_named(change: dict, rule: str, level: str) -> None:
    if "probe" in change and change["probe"] is None:
        change = {k: v for k, v in change.items() if k != "probe"}
        made = diagnose(dataclasses.replace(vitals(**change), probe=None))
    else:
        made = diagnose(vitals(**change))
    assert (made.rule, made.level) == (rule, level)
    assert made.is_probed == ("a_distance" in made.facts) == (rule in PROBED)


def test_every_rule_has_a_case() -> None:
    assert {rule: level for _, rule, level in CASES} == LEVELS
    assert set(LEVELS) > PROBED


def test_the_facts_are_the_rule_s_values() -> None:
    of_all = {
        "iteration": 500,
        "lambda": 0.9,
        "lambda_max": 1.0,
        "domain_accuracy": 0.52,
        "source_accuracy": 0.99,
        "best_source_accuracy": 1.0,
        "reversal_limit": 0.0,
    }
    assert diagnose(CALM).facts == of_all | {"a_distance": 0.1, "chance": 0.4, "rank": 3.0, "fit": 1.0}
    assert diagnose(vitals(settings={"lambda_max": 0.0})).facts == of_all | {"lambda_max": 0.0}
    assert diagnose(vitals(why_not="domains overlap", mixed=0.3)).facts == of_all | {
        "mixed": 0.3,
        "mixed_limit": 0.2,
        "decides_in": 0,
    }


def test_facts_that_are_no_numbers_are_left_out() -> None:
    facts = diagnose(vitals(probe={"distance": math.nan}, best_source_accuracy=math.inf)).facts
    assert "a_distance" not in facts
    assert "best_source_accuracy" not in facts
    assert all(map(math.isfinite, facts.values()))


REMEDIES = [
    ("diverged", {}, ("learning_rate", 1e-4)),
    ("no classifier", {"classification_weight": 0}, ("classification_weight", 1.0)),
    ("no adversary", {"adversarial_weight": 0}, ("adversarial_weight", 1.0)),
    ("lambda_max is 0", {"lambda_max": 0}, ("lambda_max", 1.0)),
    ("lambda never rose", {"gamma": 0.1}, ("gamma", 10.0)),
    ("source forgotten", {"lambda_max": 10}, ("lambda_max", 2.5)),
    ("features collapsed", {}, ("lambda_max", 0.25)),
    ("features collapsed", {"extractor_depth": 5}, ("extractor_depth", 2)),
    ("aligned loosely", {"feature_width": 2}, ("feature_width", 64)),
    ("guessing", {"learning_rate": 1e-6}, ("learning_rate", 1e-5)),
    ("guessing", {"learning_rate": 1.0}, ("learning_rate", 0.1)),
    ("discriminator wins", {}, ("lambda_max", 2.0)),
    ("discriminator wins", {"lambda_max": 0.02}, ("lambda_max", 1.0)),
    ("discriminator wins", {"lambda_max": 10}, None),
    ("reversal limited", {"reversal_limit": 0.1}, ("reversal_limit", 0.2)),
    ("discriminator asleep", {"discriminator_width": 1}, ("discriminator_width", 64)),
    ("discriminator asleep", {"discriminator_width": 16_384}, None),
    ("discriminator asleep", {"discriminator_norm": "batch"}, ("discriminator_norm", "none")),
    ("discriminator asleep", {"discriminator_depth": 4}, ("discriminator_depth", 2)),
    ("discriminator asleep", {"optimizer": "sgd"}, ("optimizer", "adam")),
    ("aligned", {"seed": 4}, ("seed", 5)),
    ("tug of war", {}, None),
]


@pytest.mark.parametrize(("rule", "settings", "proposed"), REMEDIES)
def test_what_to_try_next_is_one_setting_within_its_range(rule: str, settings: dict, proposed: tuple | None) -> None:
    before = Settings(**settings)
    made = remedy(rule, before)
    assert made == proposed
    if made:
        name, value = made
        assert getattr(before.replace(**{name: value}), name) == value != getattr(before, name)


@pytest.mark.parametrize(
    ("change", "target", "said"),
    [
        ({}, 0.6, "wrong classes"),
        ({}, 0.9, None),
        ({}, None, None),
        ({"probe": LOOSE}, 0.98, "no harm"),
        ({"probe": LOOSE}, 0.6, None),
        ({"settings": {"lambda_max": 0.0}}, 0.6, None),
    ],
)
def test_labels_have_a_word_of_their_own(change: dict, target: float | None, said: str | None) -> None:
    made = diagnose(vitals(**change))
    graded = examined(made, Evaluation(0.99, target, 0.5))
    assert graded.exam.get("rule") == said
    # And change nothing in what was found without them.
    assert dataclasses.replace(graded, exam={}) == made


def test_lambda_is_no_remedy_of_a_run_that_does_not_adapt() -> None:
    lost = vitals(classification_loss=1.09, probe={"rank": 1.0})
    assert diagnose(lost).rule == "features collapsed"
    assert diagnose(lost).remedy[0] == "lambda_max"
    assert diagnose(dataclasses.replace(lost, why_not="classes unclear")).remedy is None
