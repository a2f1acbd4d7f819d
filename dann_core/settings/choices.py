"""What knobs' choices are called where a page shows them: in links, files and commands they are identifiers."""

from __future__ import annotations

from collections.abc import Mapping

from dann_core.language import Text, say

CHOICES: Mapping[str, Text] = {
    "none": say("none"),
    "ignored": say("ignored"),
    "estimated": say("estimated"),
    "features": say("features"),
    "conditional": say("conditional"),
    "layer": say("layer"),
    "batch": say("batch"),
    "batch-joint": say("batch-joint"),
    "source": say("source"),
    "pooled": say("pooled"),
    "per-domain": say("per-domain"),
    "reversed": say("reversed"),
    "wrong": say("wrong"),
    "as drawn": say("as drawn"),
    "mostly class 0": say("mostly class 0"),
    "classes missing": say("classes missing"),
    "page": say("page"),
    "presentation": say("presentation"),
    "slow": say("slow"),
    "normal": say("normal"),
    "fast": say("fast"),
    "class": say("class"),
    "domain": say("domain"),
}
"""Names of networks, optimizers and losses are the same in all languages."""
