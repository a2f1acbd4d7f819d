"""A run as a standalone script: torch and numpy only, and nothing of what its settings do not use.

Written from one template, `reproduce.py.jinja`. The networks stand there as torch itself describes those that were
built, so a new extractor made of torch's modules needs no change here. Whatever a live change has turned is another
step function, used from its iteration on.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from textwrap import shorten
from typing import Any

import jinja2
import numpy as np
import torch
from torch import nn

from dann_core.domains.pair import DomainPair
from dann_core.method import conditioning, neighbours, reweighting
from dann_core.method.data import BLOCK_VALUES
from dann_core.method.history import Change
from dann_core.method.networks import Network
from dann_core.method.schedules import LEARNT, SHARES_KNOWN
from dann_core.method.written_step import WrittenStep
from dann_core.settings import Settings

_DECAYS = {
    "none": "",
    "ganin": " * (1 + 10 * progress) ** -0.75",
    "cosine": " * ((1 + math.cos(math.pi * progress)) / 2)",
}
_OPTIMIZERS = {
    "adam": "Adam(parameters, fused=True)",
    "adamw": "AdamW(parameters, fused=True)",
    "sgd": "SGD(parameters, momentum=0.9, fused=True)",
}
_STANDARDISED = {
    "none": "as their logarithms",
    "source": "standardised with the source's statistics",
    "pooled": "standardised with the statistics of both domains together",
    "per-domain": "standardised, each domain with its own statistics",
}
_DIMENSIONS = {"vectors": "features", "signals": "channels, length", "images": "channels, height, width"}
WIDTH = 120
"""Columns of a line."""


def script(pair: DomainPair, settings: Settings, changes: Sequence[Change], iterations: int, has_data: bool) -> str:
    """The source text of a script that trains so many iterations from these settings of iteration 0 on.

    `changes` are the live ones after that, in order. The script reads `data.npz` (`source_x`, `source_y`, `target_x`)
    and compares with `history.csv`, both beside it; `has_data` says whether the bundle has the first one. It computes
    in as many threads as this process, which is taken for the one that has trained.
    """
    with torch.device("meta"):
        network = Network(pair.sample_shape, pair.n_classes, settings)
    phases = _phases(pair, settings, changes, iterations)
    discriminator = network.adversarial.discriminator
    size = pair.source_x.size + (pair.target_x.size if settings.standardisation == "pooled" else 0)
    large = max(pair.source_x.size, pair.target_x.size) if settings.standardisation == "per-domain" else size
    body = _template().render(
        title=f"Domain-adversarial training: {_one_line(pair.name)}.",
        versions=f"torch {torch.__version__}, numpy {np.__version__}",
        threads=torch.get_num_threads(),
        has_data=has_data,
        iterations=iterations,
        constants="@CONSTANTS@",
        s=settings,
        dimensions=_DIMENSIONS[pair.kind],
        standardised=_STANDARDISED[settings.standardisation],
        scale="feature" if pair.kind == "vectors" else "channel",
        in_blocks=max(1, BLOCK_VALUES // pair.source_x[0].size) if large > BLOCK_VALUES else 0,
        is_images=pair.kind == "images",
        extractor=_sequence(network.extractor),
        classifier=_sequence(network.classifier),
        discriminator=_sequence(nn.Sequential(discriminator.bottleneck, *discriminator.layers)),
        has_bottleneck=isinstance(discriminator.bottleneck, nn.Linear),
        norm=discriminator.norm,
        feature_dim=network.feature_dim,
        classes=pair.n_classes,
        width=int(np.prod(pair.sample_shape)),
        activation=settings.activation,
        conditional=settings.discriminator_input == "conditional",
        projected=conditioning.PROJECTED if getattr(network.seen, "is_projected", False) else 0,
        is_flat=network.kind == "mlp",
        optimizer=_OPTIMIZERS[settings.optimizer],
        r=reweighting,
        nb=neighbours,
        targets=len(pair.target_x),
        compared=min(len(pair.target_x), neighbours.MOST_SAMPLES),
        sources=min(len(pair.source_x), neighbours.most_compared(pair.sample_shape)),
        holds=reweighting.hold_of(len(pair.target_x)) if any(p.entropy and p.weighs for p in phases) else 0,
        few=reweighting.few_of(len(pair.target_x)),
        floor=min(reweighting.RAREST, 0.1 / pair.n_classes),
        known=SHARES_KNOWN,
        learnt=LEARNT,
        phases=[phase for phase in phases if phase.is_first],
        written=any(p.written for p in phases),
        any_written=any(p.written for p in phases),
        any_readable=not all(p.written for p in phases),
        any_weighs=any(p.weighs for p in phases),
        any_limit=any(p.limited and not p.written for p in phases),
        discrepancies={p.discrepancy for p in phases},
        changes=[(p.start, p.changed) for p in phases[1:]],
    )
    return re.sub(r"\n{4,}", "\n\n\n", body.replace("@CONSTANTS@", _constants(body, settings)))


@dataclass
class _Phase:
    """The iterations between two live changes."""

    start: int
    settings: Settings
    written: bool
    name: str = "step"
    is_first: bool = True
    """Whether no phase before has the same step function."""

    changed: str = ""
    """What the script sets at its start."""

    @property
    def limited(self) -> bool:
        return self.settings.reversal_limit > 0

    @property
    def wrong(self) -> bool:
        return self.settings.lambda_sign < 0

    @property
    def entropy(self) -> bool:
        return self.settings.entropy_weight > 0

    @property
    def weighs(self) -> bool:
        return self.settings.weighs_classes

    @property
    def scheduled(self) -> bool:
        return self.settings.use_lambda_scheduler

    @property
    def discrepancy(self) -> str:
        return self.settings.discrepancy

    @property
    def decay(self) -> str:
        return _DECAYS[self.settings.learning_rate_decay]

    @property
    def asks(self) -> bool:
        """Whether target samples are classified."""
        return self.entropy or self.settings.discriminator_input == "conditional"

    @property
    def structure(self) -> tuple[Any, ...]:
        """What makes another step function of it."""
        objective = self.limited, self.wrong, self.entropy, self.weighs, self.discrepancy
        return self.written, *objective, self.scheduled, self.decay

    @property
    def loss(self) -> str:
        """What is minimised, in words."""
        terms = ["classification"]
        if self.settings.adversarial_weight:
            reach = " of limited reach" if self.limited else ""
            terms.append(f"adversary{reach}{' by the wrong sign' if self.wrong else ''}")
        if self.discrepancy != "none":
            terms.append(self.discrepancy)
        if self.entropy:
            terms.append("entropy")
        said = " + ".join(terms)
        return f"{said}, weighed to estimated class shares" if self.weighs else said


def _phases(pair: DomainPair, settings: Settings, changes: Sequence[Change], iterations: int) -> list[_Phase]:
    phases = [_Phase(0, settings, WrittenStep.knows(pair, settings))]
    for iteration in sorted({c.iteration for c in changes if c.iteration < iterations}):
        before = phases[-1].settings
        after = before.replace(**{c.name: c.new for c in changes if c.iteration == iteration})
        if after != before:
            phases.append(_Phase(iteration, after, WrittenStep.knows(pair, after)))
    seen: dict[tuple[Any, ...], str] = {}
    for before, phase in zip([None, *phases], phases, strict=False):
        phase.is_first = phase.structure not in seen
        default = "step" if len({p.structure for p in phases}) == 1 else f"step_{len(seen) + 1}"
        phase.name = seen.setdefault(phase.structure, default)
        if before:
            numbers = [k for k in before.settings.differences(phase.settings) if k.kind in ("int", "float")]
            said = [f"{k.name.upper()}={getattr(phase.settings, k.name)!r}" for k in numbers]
            if phase.name != before.name:
                said.append(f"step={phase.name}")
            phase.changed = ", ".join(said)
    return phases


@cache
def _template() -> jinja2.Template:
    text = files("dann_core.results").joinpath("reproduce.py.jinja").read_text()
    # Nothing is escaped: this is no page, and names from outside are put in by `_one_line` alone.
    environment = jinja2.Environment(
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, undefined=jinja2.StrictUndefined
    )
    return environment.from_string(text)


def _constants(body: str, settings: Settings) -> str:
    """The settings that the script names, each with the first sentence of what the page says of it."""
    lines = []
    for knob in settings.knobs():
        name = knob.name.upper()
        if re.search(rf"\b{name}\b", body):
            said = re.split(r"[.:;](?:\s|$)", knob.help)[0]
            line = f"{name} = {getattr(settings, knob.name)!r}  # "
            lines.append(line + shorten(said, WIDTH - len(line), placeholder=" ..."))
    return "\n".join(lines)


def _one_line(name: str) -> str:
    """A name from outside as plain text that ends no docstring."""
    return "".join(c if c.isalnum() or c in " -_.,→()" else "?" for c in name[:100])


def _sequence(module: nn.Module) -> str:
    """Torch's own description of a module as source text."""
    layers = [m for m in (module if isinstance(module, nn.Sequential) else [module]) if not isinstance(m, nn.Identity)]
    written = [_written(layer) for layer in layers]
    if len(written) == 1:
        return written[0]
    return "nn.Sequential(\n" + "".join(f"    {layer},\n" for layer in written) + ")"


def _written(layer: nn.Module) -> str:
    call = ast.parse(repr(layer), mode="eval").body
    assert isinstance(call, ast.Call)
    known = inspect.signature(type(layer)).parameters
    given = [ast.unparse(a) for a in call.args]
    for keyword in call.keywords:
        default, value = known[keyword.arg or ""].default, ast.literal_eval(keyword.value)
        if value != default and value != (default,) * (len(value) if isinstance(value, tuple) else 1):
            given.append(f"{keyword.arg}={value!r}")
    return f"nn.{type(layer).__name__}({', '.join(given)})"
