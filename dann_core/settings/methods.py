"""Methods by name: what each makes of the objective, and where it comes from.

A method is a choice of settings and nothing else: what the discriminator sees, which terms, which weights. All others,
the schedules', the network's and the optimizer's, stay as they are. To add one, enter it here. What terms compute
stands in `dann_core.method`; a setting that the written-out step does not know trains by the readable one by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dann_core.language import say
from dann_core.settings.defaults import EVERYWHERE
from dann_core.settings.settings import Settings

SOURCE_ONLY: dict[str, Any] = {
    "classification_weight": 1.0,
    "adversarial_weight": 0.0,
    "discriminator_input": "features",
    "reversal_limit": 0.0,
    "discrepancy": "none",
    "discrepancy_weight": 0.0,
    "entropy_weight": 0.0,
    "entropy_balance": 0.0,
    "class_shares": "ignored",
    "gradient_sign": "reversed",
}
"""The objective without a target, and the names of all settings that a method decides."""

ADAPTING = frozenset(SOURCE_ONLY) - {"classification_weight"} | {
    "gamma", "lambda_max", "use_lambda_scheduler",
    "discriminator_width", "discriminator_depth", "discriminator_norm", "bottleneck",
}  # fmt: skip
"""Settings that act only on what adapts: the source-only twins of runs that differ in these alone classify alike."""


@dataclass(frozen=True)
class Method:
    """`changes` are those from `SOURCE_ONLY`."""

    title: str
    source: str
    changes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def settings(self) -> dict[str, Any]:
        """All settings that make up the objective, by name."""
        return SOURCE_ONLY | dict(self.changes)


_ADVERSARIAL = {"adversarial_weight": 1.0}

METHODS: dict[str, Method] = {
    "source-only": Method(say(
            "Source only"
), say(
            "the classification loss alone: what adaptation is compared with"
)),
    "dann": Method("DANN", "Ganin et al. 2016, JMLR 17(59)", _ADVERSARIAL),
    "cdan": Method(
        "CDAN+E", "Long et al. 2018, Conditional adversarial domain adaptation",
        _ADVERSARIAL | {"discriminator_input": "conditional"},
    ),
    "dan": Method(
        "DAN", "Long et al. 2015, Learning transferable features with deep adaptation networks",
        {"discrepancy": "mmd", "discrepancy_weight": 1.0},
    ),
    "deep-coral": Method(
        "Deep CORAL", "Sun & Saenko 2016, Correlation alignment for deep domain adaptation",
        {"discrepancy": "coral", "discrepancy_weight": 1.0},
    ),
    "dctln": Method(
        "DCTLN", "Guo et al. 2019, Deep convolutional transfer learning network: adversary and MMD",
        _ADVERSARIAL | {"discrepancy": "mmd", "discrepancy_weight": 1.0},
    ),
    "iw-dann": Method(
        say(
                "Importance-weighted DANN"
), "Tachet des Combes et al. 2020, Domain adaptation with conditional distribution "
        "matching and generalized label shift",
        _ADVERSARIAL | {"class_shares": "estimated"},
    ),
    "upload": Method(
        say(
                "What an upload starts with"
), say(
                "docs/recipes.md: a bounded, importance-weighted adversary and an entropy term"
),
        _ADVERSARIAL | {
            name: EVERYWHERE[name] for name in (
                "reversal_limit", "entropy_weight", "entropy_balance", "class_shares",
            )
        },
    ),
}  # fmt: skip


def method_of(settings: Settings) -> str | None:
    """The name of the method that these settings make up; None for an objective of one's own."""
    for name, method in METHODS.items():
        if all(getattr(settings, knob) == value for knob, value in method.settings.items()):
            return name
    return None
