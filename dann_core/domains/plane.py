"""Domains in the plane, whose target a hand may move or paint."""

from __future__ import annotations

import csv
import io
import re
from abc import abstractmethod
from dataclasses import replace
from typing import Literal

import numpy as np
from pydantic import field_validator

from dann_core.domains.base import Domain
from dann_core.domains.pair import DomainError, DomainPair
from dann_core.language import say
from dann_core.settings.knobs import knob

BY_HAND = "by hand"
"""The group of the knobs that a hand on the picture turns."""

FEWEST_PAINTED, MOST_PAINTED = 10, 300
LETTERS = "ABCDEF"
DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
STEPS_A_UNIT = 256
"""Painted points lie on a grid of so many steps a unit, 4,096 steps wide and high about the origin."""

_HALF = len(DIGITS) ** 2 // 2
_POINT = 5
_FORM = re.compile(f"[{LETTERS}][{re.escape(DIGITS)}]{{4}}")


class Plane(Domain):
    """A built-in pair of vectors `(N, 2)`, drawn by `by_itself`; its target can then be moved or painted by hand.

    A target sample x, a draw of the domain's own or a painted point, becomes
    `R(turn) @ [[1, shear], [0, 1]] @ diag(width, height) @ x + (right, up)`.
    """

    turn: float = knob(
        0.0, say("How far the target is turned about the origin, counter-clockwise, after all that shifts by itself."),
        label=say("turn"), low=-180, high=180, step=5, unit=say("degrees"), group=BY_HAND,
    )  # fmt: skip
    right: float = knob(
        0.0, say("How far the target is moved to the right."),
        label=say("right"), low=-6, high=6, step=0.1, group=BY_HAND,
    )  # fmt: skip
    up: float = knob(
        0.0, say("How far the target is moved upwards."),
        label=say("up"), low=-6, high=6, step=0.1, group=BY_HAND,
    )  # fmt: skip
    width: float = knob(
        1.0, say("How many times as wide the target is."),
        label=say("width"), low=0.1, high=4, step=0.1, group=BY_HAND,
    )  # fmt: skip
    height: float = knob(
        1.0, say("How many times as high the target is."),
        label=say("height"), low=0.1, high=4, step=0.1, group=BY_HAND,
    )  # fmt: skip
    shear: float = knob(
        0.0, say("How far the target leans: to the right by so many units for each unit upwards, before it is turned."),
        label=say("shear"), low=-3, high=3, step=0.1, group=BY_HAND,
    )  # fmt: skip
    painted: str = knob(
        "",
        say(
            "Points painted in place of the target's own, of any seed: five signs each, the class (A, B, ...) and, in "
            "two digits of base 64 each, x and y in steps of 1/{steps} from -8. Empty: none.",
            steps=STEPS_A_UNIT,
        ),
        label=say("painted points"), group=BY_HAND,
    )  # fmt: skip

    @field_validator("painted")
    @classmethod
    def _is_painting(cls, text: str) -> str:
        read_painting(text)
        return text

    @property
    def linear(self) -> np.ndarray:
        """`(2, 2)`: what a target sample is multiplied with from the left, before it is moved."""
        lean = np.array([[1.0, self.shear], [0.0, 1.0]])
        return rotation(self.turn) @ lean @ np.diag([self.width, self.height])

    def as_drawn(self, seed: int) -> DomainPair:
        pair = self.by_itself(seed)
        if self.painted:
            x, y = read_painting(self.painted)
            if y.max() >= pair.n_classes:
                raise DomainError(
                    say(
                        "Some painted points are of class {letter}, but {domain} has {n} classes here, {first} to "
                        "{last}: paint them anew, or add classes.",
                        letter=LETTERS[y.max()],
                        domain=pair.name,
                        n=pair.n_classes,
                        first=LETTERS[0],
                        last=LETTERS[pair.n_classes - 1],
                    )
                )
            pair = replace(pair, target_x=x, target_y=y)
        moves = [self.turn, self.right, self.up, self.width - 1, self.height - 1, self.shear]
        if any(moves):
            pair = replace(pair, target_x=pair.target_x @ self.linear.T + np.array([self.right, self.up]))
        return pair

    @abstractmethod
    def by_itself(self, seed: int) -> DomainPair:
        """The two domains before a hand has moved or painted the target."""


def rotation(degrees: float) -> np.ndarray:
    """The matrix `(2, 2)` that turns counter-clockwise."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[c, -s], [s, c]])


def read_painting(text: str) -> tuple[np.ndarray, np.ndarray]:
    """The points `(N, 2)` and their classes `(N,)` that a text of `Plane.painted` holds.

    Raises `ValueError`, one sentence, for a text that is none, or of too few or too many points.
    """
    points = [text[at : at + _POINT] for at in range(0, len(text), _POINT)]
    wrong = next((k for k, point in enumerate(points) if not _FORM.fullmatch(point)), None)
    if wrong is not None:
        raise ValueError(
            say(
                "painted holds {point} as its point {number}; a point is five signs: its class, {first} to {last}, "
                "then two of A-Z a-z 0-9 - _ for x and two for y.",
                point=repr(points[wrong]),
                number=wrong + 1,
                first=LETTERS[0],
                last=LETTERS[-1],
            )
        )
    if text and not FEWEST_PAINTED <= len(points) <= MOST_PAINTED:
        raise ValueError(
            say(
                "painted must hold {fewest} to {most} points, or none; got {n:,}.",
                fewest=FEWEST_PAINTED,
                most=MOST_PAINTED,
                n=len(points),
            )
        )
    digits = np.array([[DIGITS.index(sign) for sign in point[1:]] for point in points]).reshape(-1, 2, 2)
    x = (digits @ [len(DIGITS), 1] - _HALF) / STEPS_A_UNIT
    return x, np.array([LETTERS.index(point[0]) for point in points], dtype=np.int64)


def write_painting(x: np.ndarray, y: np.ndarray) -> str:
    """The text of `Plane.painted` for points `(N, 2)`, brought to its grid, and their classes `(N,)`, 0 to 5."""
    steps = np.clip(np.rint(np.asarray(x) * STEPS_A_UNIT).astype(int) + _HALF, 0, 2 * _HALF - 1)
    signs = [[DIGITS[step // len(DIGITS)] + DIGITS[step % len(DIGITS)] for step in point] for point in steps]
    return "".join(LETTERS[label] + across + up for label, (across, up) in zip(y, signs, strict=True))


def domain_csv(pair: DomainPair, domain: Literal["source", "target"]) -> str:
    """One domain of a labelled pair in the plane as a table of x, y and class: it can be read again as a file."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(["x", "y", "class"])
    x, y = getattr(pair, f"{domain}_x"), getattr(pair, f"{domain}_y")
    writer.writerows([*point, pair.class_names[label]] for point, label in zip(x.tolist(), y, strict=True))
    return table.getvalue()
