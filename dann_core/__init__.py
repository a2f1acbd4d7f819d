"""Domain-adversarial training, ready to be watched: the method without a line of user interface.

The public names are loaded when they are first asked for: what a page draws at once must not wait for torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dann_core.domains.pair import DomainError, DomainPair
    from dann_core.estimator import DANNClassifier
    from dann_core.method.adversarial import AdversarialLoss, Discriminator, GradientReversal, LambdaScheduler
    from dann_core.method.discrepancy import CORALLoss, MMDLoss
    from dann_core.method.history import Change, History
    from dann_core.method.training import Evaluation, Trainer, View
    from dann_core.settings import Settings
    from dann_core.settings.knobs import KnobError

_HOMES = {
    "AdversarialLoss": "method.adversarial",
    "CORALLoss": "method.discrepancy",
    "Change": "method.history",
    "DANNClassifier": "estimator",
    "Discriminator": "method.adversarial",
    "DomainError": "domains.pair",
    "DomainPair": "domains.pair",
    "Evaluation": "method.training",
    "GradientReversal": "method.adversarial",
    "History": "method.history",
    "KnobError": "settings.knobs",
    "LambdaScheduler": "method.adversarial",
    "MMDLoss": "method.discrepancy",
    "Settings": "settings",
    "Trainer": "method.training",
    "View": "method.training",
}

__all__ = [
    "AdversarialLoss",
    "CORALLoss",
    "Change",
    "DANNClassifier",
    "Discriminator",
    "DomainError",
    "DomainPair",
    "Evaluation",
    "GradientReversal",
    "History",
    "KnobError",
    "LambdaScheduler",
    "MMDLoss",
    "Settings",
    "Trainer",
    "View",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
