"""What has to be trained for the scenes, once: a classifier that learns the source alone, and discriminators."""

from __future__ import annotations

import numpy as np
import torch

from dann_core import domains
from dann_core.domains.pair import DomainPair
from dann_core.method.adversarial import Discriminator, DomainAdversarialLoss
from dann_core.method.networks import drawn_from
from dann_core.method.training import Trainer
from dann_core.story import discriminator
from dann_core.story.plane import SIDE, grid

ITERATIONS = tuple(range(0, 301, 15))
ANGLES = tuple(range(0, 91, 5))

WIDTH, DISCRIMINATOR_ITERATIONS, LEARNING_RATE = 32, 60, 0.03


def stages() -> dict[str, np.ndarray]:
    """The moons without adaptation, after each of S numbers of iterations, `iterations` `(S,)`.

    `margin` `(S, SIDE, SIDE)`: the second class's probability less the first one's, 0 on the boundary; rows are y.
    `source_predicted` and `target_predicted` `(S, N)`: class indices.
    """
    pair = domains.load("moons")
    trainer = Trainer(pair, domains.preset("moons").replace(lambda_max=0.0))
    margins, source, target = [], [], []
    for iteration in ITERATIONS:
        trainer.advance(iteration - trainer.iteration)
        first, second = trainer.look(grid()).probabilities.T
        margins.append((second - first).reshape(SIDE, SIDE))
        source.append(trainer.predict(pair.source_x, "source"))
        target.append(trainer.predict(pair.target_x))
    return {
        "iterations": np.array(ITERATIONS),
        "margin": np.array(margins, dtype=np.float16),
        "source_predicted": np.array(source, dtype=np.uint8),
        "target_predicted": np.array(target, dtype=np.uint8),
    }


def discriminators() -> dict[str, np.ndarray]:
    """For moons turned by each of A `angles` `(A,)`, the weights of a discriminator of their inputs: for each name of
    `discriminator.Discriminator` an array `(A, ...)`."""
    trained = [weights(fitted(domains.load("moons", angle=angle))) for angle in ANGLES]
    names = discriminator.Discriminator._fields
    return {"angles": np.array(ANGLES)} | {name: np.stack([getattr(d, name) for d in trained]) for name in names}


def fitted(pair: DomainPair, seed: int = 0) -> Discriminator:
    """A discriminator that has learnt for a while to tell the inputs of a pair in the plane apart."""
    with drawn_from(seed):
        made = Discriminator(2, WIDTH, depth=1)
    loss = DomainAdversarialLoss(made)
    optimizer = torch.optim.Adam(made.parameters(), LEARNING_RATE)
    source, target = (torch.from_numpy(x.astype(np.float32)) for x in (pair.source_x, pair.target_x))
    for _ in range(DISCRIMINATOR_ITERATIONS):
        optimizer.zero_grad()
        loss(source, target, 0.0).backward()
        optimizer.step()
    return made


def weights(trained: Discriminator) -> discriminator.Discriminator:
    """The same discriminator, of one hidden layer, without torch."""
    hidden, _, out = trained.layers
    parts = hidden.weight, hidden.bias, out.weight[0], out.bias
    return discriminator.Discriminator(*(part.detach().numpy().copy() for part in parts))
