"""The parts that a setting can name, and where each is written.

To add one, write its function and enter it here: the settings, and with them page, command line and sweeps, take their
choices from these tables. Entries name functions instead of importing them, so that settings need not wait for torch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from importlib import import_module
from typing import Any, Literal

from dann_core.language import say

Kind = Literal["vectors", "signals", "images"]


@dataclass(frozen=True)
class Part:
    """A function, written `package.module:name`, and half a sentence for the page and the command line."""

    function: str
    help: str

    def load(self) -> Callable[..., Any]:
        """The function itself; only this imports its module."""
        module, _, name = self.function.partition(":")
        return getattr(import_module(module), name)


@dataclass(frozen=True)
class Extractor(Part):
    """`function(sample_shape, settings)` returns a module from inputs `(N, *sample_shape)` to features `(N, D)`."""

    reads: tuple[Kind, ...]
    """What samples it can read."""


@dataclass(frozen=True)
class Discrepancy(Part):
    """`function(source, target)` returns a scalar tensor for features `(N_s, D)` and `(N_t, D)`."""


# For "auto" the first that reads the samples is taken, so a new one belongs at the end.
EXTRACTORS: dict[str, Extractor] = {
    "cnn": Extractor("dann_core.method.extractors:cnn", say("3 x 3 convolutions"), ("images",)),
    "cnn1d": Extractor("dann_core.method.extractors:cnn1d", say("a wide first filter, then short ones"), ("signals",)),
    "mlp": Extractor("dann_core.method.extractors:mlp", say("dense layers"), ("vectors", "signals", "images")),
    "tutorial-cnn": Extractor(
        "dann_core.method.extractors:tutorial_cnn", say("the common tutorial's, with 12,544 features"), ("images",)
    ),
}

DISCREPANCIES: dict[str, Discrepancy] = {
    "mmd": Discrepancy("dann_core.method.discrepancy:mmd", say("maximum mean discrepancy (DAN, DCTLN)")),
    "coral": Discrepancy("dann_core.method.discrepancy:coral", say("distance of the covariances (Deep CORAL)")),
}

DISCRIMINATOR_INPUTS: dict[str, Part] = {
    "features": Part("dann_core.method.conditioning:Features", say("the features alone (DANN)")),
    "conditional": Part(
        "dann_core.method.conditioning:Conditional",
        say("features and predictions together, sure ones counting for more (CDAN)"),
    ),
}
"""Classes: see `dann_core.method.conditioning`."""


def readers(kind: Kind) -> tuple[str, ...]:
    """The extractors that read such samples, that of "auto" first."""
    return tuple(name for name, extractor in EXTRACTORS.items() if kind in extractor.reads)


def described(parts: Mapping[str, Part]) -> str:
    """What can be chosen, in a clause: `mmd: maximum mean discrepancy; coral: ...`."""
    told = (say("{name}: {help}", name=name, help=part.help) for name, part in parts.items())
    return reduce(lambda before, last: say("{before}; {last}", before=before, last=last), told)
