"""Whatever a file holds and whatever is asked for: a pair, or one sentence."""

from __future__ import annotations

import random
import re
import warnings
from pathlib import Path

import numpy as np
import pytest
from in_chinese import in_chinese, sentence_in_chinese

from dann_core.domains import DomainError, files
from dann_core.domains.files import Asked, Held, ReadingPlan, guess, read_one, read_pair
from dann_core.domains.files.words import SENTENCES
from dann_core.language import said

NAMES = (
    "X",
    "y",
    "labels",
    "train/data",
    "train/label",
    "Xs",
    "Xt",
    "Ys",
    "acc_y",
    "id",
    "",
    "1",
    "label_a",
    "label_b",
)
NAMES += ("a.mat/X1_DE", "ok/1.mat/DE", "bad/2.mat/DE", "domain", "s/1/Name", "s/1/Data", "gt", "time", "label_b")
NAMES += ("ok/1.npy/array", "bad/1.npy/array")


def values(n: int, rng: np.random.Generator) -> np.ndarray:
    shapes = [(n,), (n,), (n, 1), (n, 4), (4, n), (n, 3, 40), (8, 8, 3, n), (2_000, 1), (), (0,), (n, 0), (3, 2_000)]
    shape = shapes[rng.integers(len(shapes))]
    made = [
        rng.normal(size=shape) * 10.0 ** rng.choice([0, 0, 29, -300, 300]),
        rng.integers(0, rng.choice([2, 3, 256, 10**12]), shape),
        rng.integers(0, 3, shape).astype(float),
        rng.choice(["a", "b", "", "1", "2"], shape),
        np.full(shape, rng.choice([0.0, np.nan, np.inf])),
        np.eye(3)[rng.integers(0, 3, n)],
        np.arange(int(np.prod(shape))).reshape(shape),
    ]
    return made[rng.integers(len(made))]


def held(file: str, rng: np.random.Generator) -> Held:
    n, is_table = int(rng.choice([1, 2, 12, 40])), rng.random() < 0.5
    arrays = {name: values(n, rng) for name in rng.choice(NAMES, rng.integers(1, 7), replace=False).tolist()}
    if is_table:
        arrays = {(k,): np.resize(v.reshape(-1), n) if v.size else np.zeros(n) for k, v in arrays.items()}
    return Held(file, arrays, table=is_table)


def asked(names: list[str], choose: random.Random) -> Asked:
    def maybe(*options: object) -> object:
        return choose.choice(options) if choose.random() < 0.25 else None

    return Asked(
        samples=maybe(*names, "none there"),
        labels=maybe(*names, "none", "column 1", "-1", "folder names", "file names", "array names"),
        target_labels=maybe(*names, "none"),
        kind=maybe("vectors", "signals", "images"),
        window=maybe((1, None), (10, 7), (5_000, 1)),
        channel=maybe("DE"),
        drop=tuple(filter(None, [maybe(*names)])),
        class_level=maybe(1, 3),
        missing=maybe("rows"),
        transpose=maybe(True),
        split_by=maybe("domain", "folder", "gt=1:2") if choose.random() < 0.3 else None,
        match=tuple(filter(None, [maybe("10=0", "minus 1", "a")])),
    )


@pytest.mark.parametrize("seed", range(10))
def test_a_pair_or_one_sentence(seed: int) -> None:
    rng, choose, made, refusals = np.random.default_rng(seed), random.Random(seed), 0, []
    for _ in range(300):
        source = held("s.mat", rng)
        target = source if choose.random() < 0.5 else held("t.mat", rng)
        what = asked([i.name for i in source.items], choose)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                guessed = guess(source, target, what)
                pair = read_pair(source, target, guessed.plan, match=what.match, notes=guessed.notes)
                assert pair.report.text.startswith("What was read. ")
                for note in pair.report.notes:
                    in_chinese(note)
                assert ReadingPlan.from_json(pair.plan.to_json()) == pair.plan
                made += 1
                again = read_one(target, pair.plan)
                assert again.x.shape[1:] == pair.plan.fitted.shape
        except DomainError as error:
            refusals.append(str(error))
            sentence_in_chinese(said(error))
            for candidate in getattr(error, "candidates", ()):
                assert not candidate.why or in_chinese(candidate.why)
    assert made
    assert all(text.endswith(".") and "\n" not in text for text in refusals)


def test_every_fact_has_its_words_and_all_words_are_used() -> None:
    folder = Path(files.__file__).parent
    code = "".join(file.read_text() for file in folder.glob("*.py") if file.name != "words.py")
    said = set(re.findall(r'\b(?:note|fact)\(\s*"([\w -]+)"', code)) - {"note"}
    assert said <= set(SENTENCES)
    assert all(f'"{rule}"' in code for rule in SENTENCES)
