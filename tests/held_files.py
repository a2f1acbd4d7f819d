"""Contents in memory, in the layouts that people have, for the tests of reading plans."""

from __future__ import annotations

import numpy as np
from in_chinese import in_chinese

from dann_core.domains.files import Asked, Held, ReadPair, guess, read_pair


def table(file: str, **columns: object) -> Held:
    return Held(file, {(name,): np.asarray(values) for name, values in columns.items()}, table=True)


def arrays(file: str, **named: np.ndarray) -> Held:
    return Held(file, named)


def features(n: int = 60, shift: float = 0.0, seed: int = 0) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Columns a, b, c that tell three classes 0, 1, 2 apart, and the classes."""
    random = np.random.default_rng(seed)
    y = random.permutation(n) % 3
    x = random.normal(size=(n, 3)) + y[:, None] * [2, -2, 1] + shift
    return dict(zip("abc", x.T, strict=True)), y


def recording(k: int, steps: int = 6_000, seed: int = 0) -> np.ndarray:
    """A noisy sine, the faster the larger k."""
    random = np.random.default_rng(seed + 10 * k)
    t = np.arange(steps) / 12_000
    return np.sin(2 * np.pi * (30 + 40 * k) * t) + random.normal(0, 0.3, steps)


def read(source: Held, target: Held, /, **asked: object) -> ReadPair:
    what = Asked(**asked)
    guessed = guess(source, target, what)
    made = read_pair(source, target, guessed.plan, match=what.match, notes=guessed.notes)
    for note in made.report.notes:
        in_chinese(note)
    return made


def rules(made: ReadPair) -> set[str]:
    return {fact.rule for fact in made.report.facts}
