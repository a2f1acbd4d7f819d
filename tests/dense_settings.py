"""Settings that the written-out step knows: it is held against the readable one, and replicas against it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dann_core import Settings, Trainer
from dann_core.method.step import ReadableStep

SMALL = Settings(batch_size=8, max_iter=40, feature_width=16, extractor_width=16, discriminator_width=16)

SHAPES: dict[str, dict[str, Any]] = {
    "relu adam": {},
    "tanh adamw": {"activation": "tanh", "optimizer": "adamw", "discriminator_depth": 1},
    "sgd deep": {"optimizer": "sgd", "learning_rate": 0.01, "extractor_depth": 3, "discriminator_depth": 3},
    "bottleneck": {"bottleneck": 12, "feature_width": 20},
    "linear features": {"extractor_depth": 1, "extractor": "mlp"},
}

NUMBERS: list[dict[str, Any]] = [
    {},
    {"seed": 3, "gamma": 2.0, "lambda_max": 2.0, "learning_rate": 2e-3, "learning_rate_decay": "cosine"},
    {"seed": 4, "use_lambda_scheduler": False, "weight_decay": 0.05, "learning_rate_decay": "none"},
    {"seed": 5, "reversal_limit": 0.2, "classification_weight": 0.7, "adversarial_weight": 1.4, "lambda_max": 5.0},
    {"seed": 8, "reversal_limit": 0.1, "entropy_weight": 5.0, "adversarial_weight": 5.0, "lambda_max": 5.0},
    {"seed": 6, "entropy_weight": 0.5, "entropy_balance": 1.0, "max_iter": 25, "standardisation": "pooled"},
    {"seed": 9, "entropy_weight": 0.5, "entropy_balance": 1.0, "class_shares": "estimated", "reversal_limit": 0.3},
    {"seed": 7, "adversarial_weight": 0.0, "reversal_limit": 0.1, "max_iter": 30},
]


def fitting(shape: str) -> list[dict[str, Any]]:
    """`NUMBERS`, but for what the shape sets itself."""
    return [{k: v for k, v in numbers.items() if k not in SHAPES[shape]} for numbers in NUMBERS]


BITING = SMALL.replace(
    max_iter=10,
    optimizer="sgd",
    learning_rate=0.3,
    weight_decay=0.01,
    gamma=3.0,
    adversarial_weight=5.0,
    lambda_max=2.0,
    reversal_limit=0.1,
    entropy_weight=2.0,
    entropy_balance=0.5,
    bottleneck=12,
)
"""Settings none of which is without effect, but for those below."""

WITHOUT_EFFECT = {"extractor", "discrepancy_weight"}
"""On a pair of vectors without a discrepancy."""


def other_value(settings: Settings, name: str) -> Any:
    described, value = next(k for k in settings.knobs() if k.name == name), getattr(settings, name)
    if described.kind == "bool":
        return not value
    if described.kind == "choice":
        return "mlp" if name == "extractor" else described.choices[described.choices.index(value) - 1]
    return type(value)(2 * value or described.high / 2)


UNEQUAL = Settings(
    batch_size=64,
    max_iter=320,
    activation="tanh",
    learning_rate=5e-3,
    class_shares="estimated",
    entropy_weight=0.5,
    entropy_balance=1.0,
    reversal_limit=0.3,
)
"""On blobs that are mostly class 0: shares are believed, and samples do not count alike."""


def go(trainer: Trainer, changes: Sequence[tuple[int, dict[str, Any]]], until: int) -> None:
    """Train until that iteration, with live changes at theirs."""
    for iteration, values in changes:
        if trainer.iteration <= iteration < until:
            trainer.advance(iteration - trainer.iteration)
            trainer.apply(trainer.settings.replace(**values))
    trainer.advance(until - trainer.iteration)


class Readable(Trainer):
    """Trains by the readable step whatever the settings are."""

    steps = (ReadableStep,)
