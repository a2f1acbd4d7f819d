"""lambda as others compute it, to be drawn beside ours: each function is what its source says, defaults included."""

from __future__ import annotations

from dann_core.method.schedules import progress, rise


def paper_lambda(iteration: int, max_iter: int, gamma: float = 10.0) -> float:
    """Ganin et al. 2016, section 5.2.2: `2 / (1 + exp(-10 p)) - 1`, p from 0 to 1 over the run's `max_iter`."""
    return rise(progress(max_iter, iteration), gamma)


def tllib_lambda(iteration: int, alpha: float = 1.0, max_iters: int = 1000) -> float:
    """TLlib, `WarmStartGradientReverseLayer` in tllib/modules/grl.py, as its `DomainAdversarialLoss` makes it.

    The iteration is not clipped: after `max_iters`, where lambda is 0.46, it goes on rising.
    """
    return rise(iteration / max_iters, alpha)


def deepda_lambda(iteration: int, max_iter: int, gamma: float = 1.0) -> float:
    """DeepDA, `LambdaSheduler` in loss_funcs/adv.py: with its gamma of 1 lambda ends at 0.46."""
    return rise(progress(max_iter, iteration), gamma)
