"""Domain-adversarial training, ready to be watched: the method without a line of user interface."""

from dann_core.adversarial import AdversarialLoss, Discriminator, GradientReversal, LambdaScheduler
from dann_core.discrepancy import CORALLoss, MMDLoss
from dann_core.domains.pair import DomainError, DomainPair
from dann_core.history import History
from dann_core.knobs import KnobError
from dann_core.settings import Settings
from dann_core.training import Change, Evaluation, Trainer, View

__all__ = [
    "AdversarialLoss",
    "CORALLoss",
    "Change",
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
