"""Adversarial alignment: gradient reversal, the discriminator and their loss.

Ganin et al., "Domain-Adversarial Training of Neural Networks", JMLR 17 (2016), written DANN below.
Convention everywhere: the source domain is labelled 1, the target domain 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dann_core.method.schedules import lambda_at

Norm = Literal["none", "layer", "batch", "batch-joint"]

SOURCE, TARGET = 1.0, 0.0
CHANCE_LOSS = math.log(2)
"""The adversarial loss (nats) of a discriminator that cannot tell the domains apart."""


class GradientReversal(torch.autograd.Function):
    """Identity forward; backward, the gradient times `-lamb` (DANN, eq. 17 and 18).

    `GradientReversal.apply(x, lamb)` takes a tensor of any shape and a float. With a third argument, a scalar
    tensor, the reversed gradient is shortened to that length (its Euclidean norm over the whole batch) if longer.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, lamb: float, limit: Tensor | None = None) -> Tensor:
        ctx.lamb, ctx.limit = lamb, limit
        return x.view_as(x)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        reversed_gradient = gradient * -ctx.lamb
        if ctx.limit is not None:
            length = reversed_gradient.norm().clamp(min=torch.finfo(gradient.dtype).tiny)
            reversed_gradient = reversed_gradient * (ctx.limit / length).clamp(max=1)
        return reversed_gradient, None, None


class LambdaScheduler:
    """lambda as a function of an iteration of its own, which is clipped at `max_iter`.

    DANN uses gamma 10 and lambda_max 1; DeepDA's default gamma is 1, which never comes near 1. Without
    `use_lambda_scheduler`, lambda is `lambda_max`.
    """

    def __init__(
        self, gamma: float = 1.0, max_iter: int = 1000, lambda_max: float = 1.0, use_lambda_scheduler: bool = True
    ) -> None:
        self.gamma = gamma
        self.max_iter = max_iter
        self.lambda_max = lambda_max
        self.use_lambda_scheduler = use_lambda_scheduler
        self.curr_iter = 0

    def lamb(self) -> float:
        """lambda at the current iteration."""
        return lambda_at(self, self.curr_iter)

    def step(self) -> None:
        """Go one iteration on, up to `max_iter`."""
        self.curr_iter = min(self.curr_iter + 1, self.max_iter)


class Discriminator(nn.Module):
    """Tells source features from target features: `(N, input_dim)` in, logits `(N, 1)` out.

    `depth` hidden layers of `hidden_dim` units, each Linear, `norm`, ReLU; then a Linear to one logit.
    `bottleneck` > 0 puts a Linear to that many dimensions in front, for wide features; it belongs to the
    discriminator (behind the reversal), so it learns to tell the domains apart.

    `norm="batch"` normalises with the statistics of each domain's own pass, as DeepDA does, and so erases a
    shift of the mean between the domains; `"batch-joint"` takes the statistics over both domains.
    """

    def __init__(
        self, input_dim: int = 256, hidden_dim: int = 256, norm: Norm = "none", *, depth: int = 2, bottleneck: int = 0
    ) -> None:
        super().__init__()
        self.input_dim = input_dim
        self.norm = norm
        self.bottleneck = nn.Linear(input_dim, bottleneck) if bottleneck else nn.Identity()
        width = bottleneck or input_dim
        layers: list[nn.Module] = []
        for _ in range(depth):
            layers += [nn.Linear(width, hidden_dim), *_normalization(norm, hidden_dim), nn.ReLU()]
            width = hidden_dim
        self.layers = nn.Sequential(*layers, nn.Linear(width, 1))

    def forward(self, features: Tensor) -> Tensor:
        if features.shape[-1] != self.input_dim:
            raise ValueError(
                f"the discriminator was built for {self.input_dim} features and got {features.shape[-1]}: "
                "derive input_dim from the extractor"
            )
        return self.layers(self.bottleneck(features))


def _normalization(norm: Norm, width: int) -> list[nn.Module]:
    if norm == "none":
        return []
    if norm == "layer":
        return [nn.LayerNorm(width)]
    if norm in ("batch", "batch-joint"):
        return [nn.BatchNorm1d(width)]
    raise ValueError(f"norm must be one of none, layer, batch, batch-joint; got {norm!r}")


class DomainAdversarialLoss(nn.Module):
    """`0.5 * (BCE(D(source), 1) + BCE(D(target), 0))` on logits, behind a gradient reversal.

    `forward(source, target, lamb)` takes features `(N_s, D)` and `(N_t, D)` and returns the scalar loss; ln 2 means
    that the discriminator cannot tell the domains apart. lambda scales what reaches the features only: the
    discriminator itself always learns at full strength. `limit`, a scalar tensor, bounds the length of the reversed
    gradient.
    """

    def __init__(self, discriminator: nn.Module) -> None:
        super().__init__()
        self.discriminator = discriminator

    def forward(self, source: Tensor, target: Tensor, lamb: float, limit: Tensor | None = None) -> Tensor:
        return self.joint(torch.cat([source, target]), len(source), lamb, limit)

    def joint(
        self,
        both: Tensor,
        n: int,
        lamb: float,
        limit: Tensor | None = None,
        seen: Callable[[Tensor], Tensor] = lambda features: features,
        counts_for: Tensor | None = None,
    ) -> Tensor:
        """Like `forward`, for features `(N, D)` of both domains, of which the first `n` are the source's.

        The discriminator sees what `seen` makes of the features; each sample counts for `counts_for` `(N, 1)`, by
        default 1.
        """
        logits = self._logits(seen(GradientReversal.apply(both, lamb, limit)), n)
        labels, weights = _domain_labels(n, len(both) - n, logits.device, logits.dtype)
        weights = weights if counts_for is None else weights * counts_for
        return F.binary_cross_entropy_with_logits(logits, labels, weights, reduction="sum")

    def _logits(self, both: Tensor, n: int) -> Tensor:
        if getattr(self.discriminator, "norm", "none") == "batch":
            return torch.cat([self.discriminator(both[:n]), self.discriminator(both[n:])])
        return self.discriminator(both)


@lru_cache(maxsize=16)
def _domain_labels(n_s: int, n_t: int, device: torch.device, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """Of so many source and target samples, the domain labels and the weights that make a sum the domains' mean."""

    def column(source: float, target: float) -> Tensor:
        return torch.tensor([[source]] * n_s + [[target]] * n_t, device=device, dtype=dtype)  # (n_s + n_t, 1)

    return column(SOURCE, TARGET), column(0.5 / n_s, 0.5 / n_t)


class AdversarialLoss(DomainAdversarialLoss):
    """`DomainAdversarialLoss` with a schedule of its own, for training loops that have none.

    Each call `(source, target)` in training mode advances the schedule by one; a call in evaluation mode never does.
    Without `use_lambda_scheduler`, lambda is `lambda_max`. The discriminator is by default the tutorials': 256
    features, two hidden layers of 256 units, `norm="batch"`.

    A drop-in for DeepDA's loss of that name: with `norm="batch"` and the same weights it gives its loss and
    gradients.
    """

    def __init__(
        self,
        discriminator: nn.Module | None = None,
        gamma: float = 1.0,
        max_iter: int = 1000,
        lambda_max: float = 1.0,
        use_lambda_scheduler: bool = True,
    ) -> None:
        super().__init__(Discriminator(norm="batch") if discriminator is None else discriminator)
        self.scheduler = LambdaScheduler(gamma, max_iter, lambda_max, use_lambda_scheduler)

    def lamb(self) -> float:
        """The lambda that the next call will use."""
        return self.scheduler.lamb()

    def forward(self, source: Tensor, target: Tensor, limit: Tensor | None = None) -> Tensor:
        lamb = self.lamb()
        if self.training:
            self.scheduler.step()
        return super().forward(source, target, lamb, limit)
