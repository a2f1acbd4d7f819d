"""Domains in the plane: shifts that can be seen with the naked eye."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from dann_core.domains.base import balanced_labels, generator
from dann_core.domains.pair import DomainPair
from dann_core.domains.plane import Plane, rotation
from dann_core.language import say
from dann_core.settings.knobs import knob


class Moons(Plane):
    """Two inter-twinning moons; the target is turned about their common centre.

    The toy problem of Ganin et al. 2016, "Domain-adversarial training of neural networks", JMLR 17(59),
    figure 2 (300 points a domain, 35 degrees), at its scale: each moon is half a circle of radius 2.
    """

    key: ClassVar[str] = "moons"
    title: ClassVar[str] = say("Two moons, rotated")
    summary: ClassVar[str] = say(
        "Two interlocking half-moons; in the target the whole picture is turned, so a boundary that separates "
        "the source moons cuts through the target ones (Ganin et al. 2016)."
    )
    # Bounded features, a weight decay that keeps the boundary smooth, a large batch and a falling step: why these make
    # the toy example converge run after run is told in docs/recipes.md.
    preset: ClassVar[dict[str, Any]] = {
        "activation": "tanh",
        "discriminator_depth": 1,
        "lambda_max": 2.0,
        "learning_rate": 0.01,
        "batch_size": 128,
        "weight_decay": 0.01,
    }
    swept: ClassVar[tuple[str, str]] = "angle", "0:180:7"

    angle: float = knob(
        35.0,
        say("How far the target is turned, counter-clockwise."),
        label=say("angle"),
        low=0,
        high=180,
        step=5,
        unit=say("degrees"),
    )
    noise: float = knob(
        0.05,
        say("How far points scatter about their moon, in moon radii."),
        label=say("noise"),
        low=0,
        high=0.5,
        step=0.01,
    )
    size: int = knob(300, say("Points in each domain."), label=say("size"), low=20, high=2000, step=20)

    def by_itself(self, seed: int) -> DomainPair:
        source_x, source_y = self._draw(generator(seed, "moons source"))
        target_x, target_y = self._draw(generator(seed, "moons target"))
        return DomainPair(
            source_x,
            source_y,
            target_x @ rotation(self.angle).T,
            target_y,
            name=self.title,
            class_names=(say("upper moon"), say("lower moon")),
        )

    def _draw(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        y = balanced_labels(self.size, 2)
        phase = rng.uniform(0, np.pi, self.size)
        upper = np.stack([np.cos(phase) - 0.5, np.sin(phase) - 0.25], axis=1)
        # The lower moon is the upper one turned by half a turn about the origin, which is thus the centre of both.
        x = np.where(y[:, None] == 0, upper, -upper)
        return 2 * (x + self.noise * rng.standard_normal(x.shape)), y


class Blobs(Plane):
    """Clusters on a circle; the target's are moved together in one direction, and resized at will.

    Neighbouring clusters of the source are one unit apart, so a shift of 0.5 carries a cluster that moves
    towards its neighbour right onto the boundary between them.
    """

    key: ClassVar[str] = "blobs"
    title: ClassVar[str] = say("Blobs, shifted")
    summary: ClassVar[str] = say(
        "Round clusters, one for each class; in the target they all move the same way, as when a sensor is "
        "recalibrated, so that some cross the boundary learnt on the source."
    )
    preset: ClassVar[dict[str, Any]] = {
        "activation": "tanh",
        "discriminator_depth": 1,
        "learning_rate": 0.005,
        "weight_decay": 0.001,
        "max_iter": 600,
    }
    swept: ClassVar[tuple[str, str]] = "shift", "0:1.5:7"

    classes: int = knob(3, say("How many clusters, one for each class."), label=say("classes"), low=2, high=6, step=1)
    shift: float = knob(
        0.5,
        say("How far the target moves, in distances between neighbouring clusters."),
        label=say("shift"),
        low=0,
        high=2,
        step=0.05,
    )
    scale: float = knob(
        1.0,
        say("How much larger the target's picture is than the source's."),
        label=say("scale"),
        low=0.5,
        high=2,
        step=0.05,
    )
    imbalance: float = knob(
        1.0,
        say("How many times more points the target's most frequent class has than its rarest."),
        label=say("imbalance"),
        low=1,
        high=10,
        step=0.5,
    )
    spread: float = knob(
        0.1,
        say("Standard deviation of a cluster, in distances between neighbours."),
        label=say("spread"),
        low=0.02,
        high=0.5,
        step=0.01,
    )
    size: int = knob(400, say("Points in each domain."), label=say("size"), low=60, high=2000, step=20)

    def by_itself(self, seed: int) -> DomainPair:
        source_y = balanced_labels(self.size, self.classes)
        target_y = self._unbalanced_labels()
        return DomainPair(
            self._draw(source_y, generator(seed, "blobs source")),
            source_y,
            self.scale * self._draw(target_y, generator(seed, "blobs target")) + np.array([self.shift, 0.0]),
            target_y,
            name=self.title,
            class_names=tuple(say("blob {letter}", letter=letter) for letter in "ABCDEF"[: self.classes]),
        )

    def _draw(self, y: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        turn = 2 * np.pi * np.arange(self.classes) / self.classes
        centres = np.stack([np.cos(turn), np.sin(turn)], axis=1) / (2 * np.sin(np.pi / self.classes))
        return centres[y] + self.spread * rng.standard_normal((len(y), 2))

    def _unbalanced_labels(self) -> np.ndarray:
        weights = self.imbalance ** -np.linspace(0, 1, self.classes)
        ends = np.round(self.size * np.cumsum(weights) / weights.sum()).astype(int)
        return np.searchsorted(ends, np.arange(self.size), side="right")


class Pinwheel(Plane):
    """Curved arms about a centre, one for each class; the target is turned.

    Arms reach from 0.3 to 1 of the radius, here 2, and bend by one radian over that length.
    """

    key: ClassVar[str] = "pinwheel"
    title: ClassVar[str] = say("Pinwheel, rotated")
    summary: ClassVar[str] = say(
        "Curved arms of a pinwheel, one for each class; in the target the wheel is turned. Past half the "
        "angle between two arms each arm meets the wrong neighbour: the domains then align perfectly, and "
        "every label is wrong."
    )
    preset: ClassVar[dict[str, Any]] = {
        "activation": "relu",
        "discriminator_depth": 1,
        "lambda_max": 2.0,
        "learning_rate": 0.01,
        "weight_decay": 0.025,
        "max_iter": 600,
    }
    swept: ClassVar[tuple[str, str]] = "angle", "0:120:7"

    arms: int = knob(3, say("How many arms, one for each class."), label=say("arms"), low=2, high=5, step=1)
    angle: float = knob(
        40.0,
        say("How far the target is turned, counter-clockwise."),
        label=say("angle"),
        low=0,
        high=180,
        step=5,
        unit=say("degrees"),
    )
    noise: float = knob(
        0.1, say("How far points scatter across their arm, in radii."), label=say("noise"), low=0, high=0.5, step=0.01
    )
    size: int = knob(400, say("Points in each domain."), label=say("size"), low=20, high=2000, step=20)

    def by_itself(self, seed: int) -> DomainPair:
        source_x, source_y = self._draw(generator(seed, "pinwheel source"))
        target_x, target_y = self._draw(generator(seed, "pinwheel target"))
        return DomainPair(
            source_x,
            source_y,
            target_x @ rotation(self.angle).T,
            target_y,
            name=self.title,
            class_names=tuple(say("arm {letter}", letter=letter) for letter in "ABCDE"[: self.arms]),
        )

    def _draw(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        y = balanced_labels(self.size, self.arms)
        radius = rng.uniform(0.3, 1, self.size)
        # Divided by the root of the radius, the scatter leaves the arms apart near the hub and wide at the rim.
        turn = 2 * np.pi * y / self.arms + radius + self.noise * rng.standard_normal(self.size) / np.sqrt(radius)
        return 2 * radius[:, None] * np.stack([np.cos(turn), np.sin(turn)], axis=1), y
