"""Settings: everything that defines an experiment besides its data.

Default, range, unit, help text and live-or-rebuild of each parameter stand here and nowhere else: the page's
controls, the command line and the link are made from this class.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Self

from dann_core.language import say
from dann_core.settings.catalogue import DISCREPANCIES, DISCRIMINATOR_INPUTS, EXTRACTORS, described
from dann_core.settings.defaults import DataShape, overrides
from dann_core.settings.knobs import Knob, Knobs, from_text, knob, to_text

GROUPS = {
    "main": say("The three that matter first"),
    "loss": say("Losses"),
    "network": say("Network"),
    "optimization": say("Optimization"),
    "data": say("Data and seed"),
    "mistake": say("Mistakes to learn from"),
}

WIDTHS = tuple(2**k for k in range(2, 15))
RATES = tuple(float(f"{digit}e{power}") for power in range(-6, 0) for digit in (1, 2, 5))


class Settings(Knobs):
    """One experiment's settings; immutable, raises `KnobError` with one sentence per wrong value."""

    gamma: float = knob(
        10.0,
        say(
            "How fast lambda rises: lambda(i) = lambda_max * (2 / (1 + exp(-gamma * i / max_iter)) - 1). "
            "10 is the paper's; with 1 lambda never passes half of lambda_max."
        ),
        low=0, high=50, step=0.5, live=True, group="main",
    )  # fmt: skip
    max_iter: int = knob(
        1000,
        say(
            "The length of the run: lambda's rise and the learning rate's decay are spread over this many iterations."
        ),
        label="max_iter", low=1, high=1_000_000, step=100, unit=say("iterations"), live=True, group="main",
    )  # fmt: skip
    discriminator_width: int = knob(
        64,
        say(
            "Units in each hidden layer of the discriminator: too few cannot see the shift, too many win too easily."
        ),
        label=say("discriminator width"), low=1, high=16_384, ladder=WIDTHS, unit=say("units"), group="main",
    )  # fmt: skip

    lambda_max: float = knob(
        1.0,
        say(
            "Where lambda ends. lambda scales the reversed gradient that reaches the extractor; the discriminator "
            "always learns at full strength. 0: the discriminator watches and changes nothing."
        ),
        label="lambda_max", low=0, high=10, step=0.1, live=True, group="loss",
    )  # fmt: skip
    use_lambda_scheduler: bool = knob(
        True, say("Let lambda rise with gamma; off: lambda is lambda_max from the first iteration on."),
        label=say("lambda rises"), live=True, group="loss",
    )  # fmt: skip
    reversal_limit: float = knob(
        0.0,
        say(
            "The reversed gradient that reaches the features is never longer than this many times the classification "
            "loss's own, so that the discriminator can steer the extractor and not run away with it; 0: no limit. "
            "Small values (0.1 to 0.5) are what keeps data that nobody tuned on from getting worse."
        ),
        label=say("reversal limit"), low=0, high=10, step=0.1, live=True, group="loss",
    )  # fmt: skip
    classification_weight: float = knob(
        1.0, say("Weight of the source classification loss."),
        label=say("classification weight"), low=0, high=10, step=0.1, live=True, group="loss",
    )  # fmt: skip
    adversarial_weight: float = knob(
        1.0, say("Weight of the domain adversarial loss; 0 leaves the discriminator out: source only."),
        label=say("adversarial weight"), low=0, high=10, step=0.1, live=True, group="loss",
    )  # fmt: skip
    discrepancy_weight: float = knob(
        0.0, say("Weight of the feature discrepancy."),
        label=say("discrepancy weight"), low=0, high=10, step=0.1, live=True, group="loss",
    )  # fmt: skip
    discrepancy: Literal["none", *DISCREPANCIES] = knob(
        "none",
        say(
            "A distance of the two domains' features that needs no discriminator. {kinds}.",
            kinds=described(DISCREPANCIES),
        ),
        label=say("discrepancy"), live=True, group="loss",
    )  # fmt: skip
    entropy_weight: float = knob(
        0.0,
        say(
            "Weight of the entropy of the target's predictions (no labels needed); it rises as lambda does, since "
            "early predictions are not worth sharpening."
        ),
        label=say("entropy weight"), low=0, high=10, step=0.05, live=True, group="loss",
    )  # fmt: skip
    entropy_balance: float = knob(
        0.0,
        say(
            "How much the entropy term also asks that the target's predictions, taken together, spread over the "
            "classes: without it, sharpening may end with one class for everything. 1 is right where classes are about "
            "equally frequent, or class shares are estimated."
        ),
        label=say("entropy balance"), low=0, high=2, step=0.1, live=True, group="loss",
    )  # fmt: skip

    class_shares: Literal["ignored", "estimated"] = knob(
        "ignored",
        say(
            "estimated: how frequent each class is in the target is estimated from its nearest source samples, source "
            "samples are weighted to that, and the entropy term's balance asks for it (a discrepancy is not weighted). "
            "That counts after 25 % of max_iter, and 75 iterations at least, when the source has been learnt; adapting "
            "begins then (before, lambda is 0), or at once where shares are about the source's. Where the domains "
            "overlap, or nearest source samples do not say clearly which classes to align, nothing is adapted. "
            "ignored: samples count alike, and the balance asks for equal shares."
        ),
        label=say("class shares"), live=True, group="loss",
    )  # fmt: skip
    discriminator_input: Literal[tuple(DISCRIMINATOR_INPUTS)] = knob(
        "features",
        say("What the discriminator sees. {kinds}.", kinds=described(DISCRIMINATOR_INPUTS)),
        label=say("discriminator sees"), group="network",
    )  # fmt: skip

    extractor: Literal["auto", *EXTRACTORS] = knob(
        "auto",
        say(
            "The feature extractor. auto: cnn, cnn1d or mlp, whichever reads the samples; {kinds}.",
            kinds=described(EXTRACTORS),
        ),
        label=say("extractor"), group="network",
    )  # fmt: skip
    extractor_width: int = knob(
        64, say("Units in a hidden layer of the mlp; channels of the first layer of a CNN."),
        label=say("extractor width"), low=1, high=4096, step=8, unit=say("units"), group="network",
    )  # fmt: skip
    extractor_depth: int = knob(
        2, say("Layers of the extractor; a CNN stops earlier when its maps get too small."),
        label=say("extractor depth"), low=1, high=6, step=1, unit=say("layers"), group="network",
    )  # fmt: skip
    feature_width: int = knob(
        64, say("Dimensions of the features that classifier and discriminator see."),
        label=say("feature width"), low=1, high=4096, step=8, unit=say("features"), group="network",
    )  # fmt: skip
    activation: Literal["relu", "tanh"] = knob(
        "relu",
        say(
            "The extractor's non-linearity. tanh bounds the features, so the extractor cannot run from the "
            "discriminator by growing them."
        ),
        label=say("activation"), group="network",
    )  # fmt: skip
    discriminator_depth: int = knob(
        2, say("Hidden layers of the discriminator."),
        label=say("discriminator depth"), low=1, high=4, step=1, unit=say("layers"), group="network",
    )  # fmt: skip
    discriminator_norm: Literal["none", "layer", "batch", "batch-joint"] = knob(
        "none",
        say(
            "Normalisation in the discriminator. batch takes each domain's own statistics, as DeepDA does, and so "
            "hides a shift of the mean from the discriminator; batch-joint takes those of both."
        ),
        label=say("discriminator norm"), group="network",
    )  # fmt: skip
    bottleneck: int = knob(
        256, say("Wider features are brought to this width by a linear layer in front of the discriminator; 0: never."),
        label=say("bottleneck"), low=0, high=4096, ladder=(0, 32, 64, 128, 256, 512, 1024, 2048, 4096),
        unit=say("units"), group="network",
    )  # fmt: skip

    optimizer: Literal["adam", "adamw", "sgd"] = knob(
        "adam", say("sgd has momentum 0.9."),
        label=say("optimizer"), group="optimization",
    )  # fmt: skip
    learning_rate: float = knob(
        1e-3, say("The optimizer's step at the start of the run."),
        label=say("learning rate"), low=1e-6, high=1.0, ladder=RATES, live=True, group="optimization",
    )  # fmt: skip
    learning_rate_decay: Literal["none", "ganin", "cosine"] = knob(
        "ganin", say("ganin: divided by (1 + 10 i / max_iter) ** 0.75, as in the paper; cosine: to 0 at max_iter."),
        label=say("learning rate decay"), live=True, group="optimization",
    )  # fmt: skip
    weight_decay: float = knob(
        0.0, say("L2 penalty on all weights."),
        label=say("weight decay"), low=0, high=1, ladder=(0, *RATES), live=True, group="optimization",
    )  # fmt: skip
    batch_size: int = knob(
        64, say("Samples of each domain in a batch."),
        label=say("batch size"), low=2, high=4096, step=8, unit=say("samples"), group="optimization",
    )  # fmt: skip

    standardisation: Literal["none", "source", "pooled", "per-domain"] = knob(
        "source",
        say(
            "Inputs are brought to mean 0 and deviation 1 (per feature or channel) with the statistics of the source, "
            "of both domains together, or of each domain by itself. Labels are never used."
        ),
        label=say("standardisation"), group="data",
    )  # fmt: skip
    log_counts: bool = knob(
        False, say("Take log(1 + x) of the inputs first: for counts, whose few large values would rule."),
        label=say("log counts"), group="data",
    )  # fmt: skip
    seed: int = knob(
        0, say("Decides the data, the first weights and the batches: the same seed gives the same run."),
        label=say("seed"), low=0, high=2**31 - 1, step=1, group="data",
    )  # fmt: skip

    gradient_sign: Literal["reversed", "wrong"] = knob(
        "reversed",
        say(
            "wrong: a mistake, for the lesson about it. The discriminator's gradient comes back unturned, times "
            "+lambda, so that the extractor helps the discriminator instead of hiding from it."
        ),
        label=say("sign of the gradient"), live=True, group="mistake",
    )  # fmt: skip

    @classmethod
    def for_pair(cls, pair: DataShape) -> Self:
        """Settings to start with on data that nobody has tuned on: chosen by kind and shape, never by target labels."""
        return cls(**overrides(pair))

    @property
    def adapts(self) -> bool:
        """Whether any term looks at the target; without one a run is source-only."""
        has_discrepancy = self.discrepancy != "none" and self.discrepancy_weight > 0
        return self.adversarial_weight > 0 or self.entropy_weight > 0 or has_discrepancy

    @property
    def lambda_sign(self) -> float:
        """1 where the discriminator's gradient is reversed, -1 by the wrong sign."""
        return 1.0 if self.gradient_sign == "reversed" else -1.0

    @property
    def weighs_classes(self) -> bool:
        """Whether samples count for the target's estimated class shares; a discrepancy alone has no use for these."""
        return self.class_shares == "estimated" and (self.adversarial_weight > 0 or self.entropy_weight > 0)

    def rebuilds(self, other: Self) -> list[Knob]:
        """The knobs in which `other` differs and that need a new network or new data."""
        return [k for k in self.differences(other) if not k.live]

    def differences(self, other: Self) -> list[Knob]:
        """The knobs in which `other` differs."""
        return [k for k in self.knobs() if getattr(self, k.name) != getattr(other, k.name)]

    def to_query(self, base: Self) -> dict[str, str]:
        """What a link must hold so that `from_query(link, base)` gives these settings again."""
        return {k.name: to_text(getattr(self, k.name)) for k in base.differences(self)}

    @classmethod
    def from_query(cls, query: Mapping[str, str], base: Self) -> Self:
        """The settings a link stands for; names that are not settings are left to others.

        Raises `KnobError` for a value that does not parse or is out of range.
        """
        values = {k.name: from_text(k, query[k.name]) for k in cls.knobs() if k.name in query}
        return base.replace(**values)
