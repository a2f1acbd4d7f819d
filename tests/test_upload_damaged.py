"""Files with bytes knocked about: read or refused, never a crash."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from upload_files import mat5, mat73, opened, vectors

from dann_core.domains.files import Asked, guess, read_pair
from dann_core.domains.pair import DomainError

pytestmark = pytest.mark.usefixtures("nothing_is_written")


SAMPLES = sorted(p for p in (Path(__file__).parents[1] / "assets" / "samples").iterdir() if "_" in p.name)


def damaged(data: bytes, rng: random.Random) -> bytes:
    if rng.random() < 0.25:
        return data[: rng.randrange(len(data))]
    out = bytearray(data)
    for _ in range(rng.choice([1, 1, 4, 20])):
        # Headers stand at the beginning or the end, so half of the damage goes there.
        at = rng.choice([rng.randrange(len(out)), rng.randrange(min(600, len(out))), -1 - rng.randrange(200)])
        out[at] ^= 1 << rng.randrange(8)
    return bytes(out)


def everything(name: str, data: bytes) -> None:
    """Read all that the file offers; refusals are fine, anything else is not."""
    with contextlib.suppress(DomainError):
        contents = opened(name, data)
        choices = [Asked(), Asked(labels="none"), *(Asked(samples=i.name) for i in contents.items[:2])]
        for asked in choices:
            with contextlib.suppress(DomainError):
                guessed = guess(contents, contents, asked)
                read_pair(contents, contents, guessed.plan, notes=guessed.notes)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda p: p.name)
def test_damaged_samples(path: Path) -> None:
    rng = random.Random(path.name)
    for _ in range(25):
        everything(path.name, damaged(path.read_bytes(), rng))


@pytest.mark.parametrize("write", [mat5, mat73])
def test_damaged_mat_files(write: Callable[..., bytes]) -> None:
    x, y = vectors()
    data, rng = write(x=x, y=y, z=x[:5]), random.Random(5)
    for _ in range(100):
        everything("a.mat", damaged(data, rng))
