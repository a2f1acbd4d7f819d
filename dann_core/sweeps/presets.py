"""Sweeps to begin with: how strongly the domains are pulled together against how far they are apart, and others."""

from __future__ import annotations

from typing import NamedTuple

from dann_core.domains.base import Domain
from dann_core.language import say
from dann_core.sweeps.axis import variables

STRENGTHS = {"lambda_max": "0, 0.5, 1, 2, 4", "gamma": "1, 3, 10, 30"}


class Preset(NamedTuple):
    """The axes, each with its values as a person writes them: the first to the right, the second upwards."""

    title: str
    axes: dict[str, str]


def presets(domain: type[Domain] | None) -> dict[str, Preset]:
    """By name, the one to begin with in front; without a built-in domain nothing can be shifted."""
    network = Preset(
        _titled("gamma", say("discriminator width")), {"gamma": "1, 3, 10, 30", "discriminator_width": "16, 64, 256"}
    )
    if domain is None:
        return {"network": network}
    moved, values = domain.swept
    shares = ", ".join(variables(domain)["target_shares"].choices)
    found = {
        f"{strength} x shift": Preset(_titled(strength, _label(domain, moved)), {moved: values, strength: steps})
        for strength, steps in STRENGTHS.items()
    }
    found["lambda_max x shares"] = Preset(
        _titled("lambda_max", say("class shares")), {"target_shares": shares, "lambda_max": STRENGTHS["lambda_max"]}
    )
    found["weighing x shares"] = Preset(
        _titled(say("estimating shares"), say("class shares")),
        {"target_shares": shares, "class_shares": "ignored, estimated"},
    )
    return found | {"network": network}


def _titled(one: str, other: str) -> str:
    return say("{one} x {other}", one=one, other=other)


def _label(domain: type[Domain], name: str) -> str:
    return variables(domain)[name].label
