"""The recipes of docs/datasets.md, run as they stand there on small stand-ins of the public sets."""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import public_sets
import pytest

from dann_core.cli.main import main
from dann_core.cli.options import add_options, experiment

COMMAND = "python -m dann_core "
DIGITS = tuple("0123456789")


@dataclass(frozen=True)
class Read:
    """What a command reads: the samples of each class of source and target, and what is said of it."""

    shape: tuple[int, ...]
    classes: tuple[str, ...]
    source: int | tuple[int, ...]
    target: int | tuple[int, ...]
    said: str = ""


GREY, COLOUR = (1, 16, 16), (3, 28, 28)
SIGNAL, BEARINGS = (1, 1024), ("ball", "inner", "normal", "outer")
PICTURES = (3, 42, 48)
MFPT = tuple(f"{n} Fault Conditions" for n in ("3 - Seven More Outer Race", "4 - Seven Inner Race"))
CELLS = ("alpha", "beta", "delta", "ductal")
SIX = tuple("123456")

EXPECTED: dict[str, tuple[Callable[[Path], None] | tuple[Callable[[Path], None], ...], list[Read]]] = {
    "CWRU bearings": (
        (public_sets.cwru, public_sets.cwru_named),
        [
            Read(SIGNAL, BEARINGS, 23, 23, "bear the numbers of other files: 'normal/99.mat/X098_DE_time'"),
            Read(SIGNAL, ("B", "IR", "Normal", "OR007@6"), 23, 23, "the classes are in the files' names"),
        ],
    ),
    "MFPT bearings": (public_sets.mfpt, [Read(SIGNAL, ("1 - Three Baseline Conditions", *MFPT), 42, 21)]),
    "Paderborn bearings": (public_sets.paderborn, [Read(SIGNAL, ("K001", "KA01", "KI01"), 30, 30)]),
    "XJTU-SY bearings": (public_sets.xjtu, [Read((2, 1024), ("inner", "outer"), 24, 24)]),
    "Office-31": (public_sets.office31, [Read(PICTURES, ("back_pack", "bike", "mug"), 8, 6)]),
    "Office-Home": (public_sets.office_home, [Read(PICTURES, ("Alarm_Clock", "Backpack", "Batteries"), 8, 6)]),
    "PACS": (public_sets.pacs, [Read(PICTURES, ("dog", "elephant", "giraffe"), 8, 6)]),
    "Office-Caltech with SURF features": (
        public_sets.surf,
        [Read((800,), tuple(map(str, range(1, 11))), 8, 6)],
    ),
    "Amazon reviews": (
        public_sets.amazon,
        [
            Read((500,), ("-1", "1"), 40, 30, "dvd_train.svmlight: 0 stands for 3 features of the other file"),
            Read((400,), ("0", "1"), 40, 30),
        ],
    ),
    "MNIST, USPS and SVHN": (
        (public_sets.mnist_usps_svhn, public_sets.mnist_vs_usps),
        [
            Read(GREY, DIGITS, 6, 5),
            Read(COLOUR, DIGITS, 6, 6, "labels were matched: '10' is '0'"),
            Read(COLOUR, (*DIGITS[1:], "10"), 6, 6, "labels were matched: '0' is '10'"),
            Read(GREY, DIGITS, 4, 6),
            Read(GREY, (*DIGITS[1:], "10"), 8, 6),
        ],
    ),
    "Digit-Five": (public_sets.digit_five, [Read(COLOUR, DIGITS, 6, 6), Read(COLOUR, DIGITS, 6, 5)]),
    "UCI HAR": (public_sets.har, [Read((561,), SIX, 10, 8), Read((1, 128), SIX, 10, 8)]),
    "Gas sensor drift": (
        public_sets.gas,
        [Read((128,), SIX, 10, (10, 10, 10, 10, 10, 0), "the target has no sample of '6'")],
    ),
    "SEED": (public_sets.seed, [Read((62, 200), ("-1", "0", "1"), 33, 33)]),
    "Single cells": (
        public_sets.cells,
        [
            Read((200,), CELLS, 15, 12, "say which sample it is, not how it is: 'barcode'"),
            Read((200,), CELLS, 15, 12),
            Read((200,), CELLS, 8, 6, "this one is the rows with 'smartseq2' in"),
        ],
    ),
}


def recipes() -> dict[str, list[str]]:
    """The commands under each heading of the document."""
    text = (Path(__file__).parent.parent / "docs" / "datasets.md").read_text(encoding="utf-8")
    sections = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    blocks = {s.partition("\n")[0]: re.findall(r"^```sh\n(.*?)^```", s, re.MULTILINE | re.DOTALL) for s in sections}
    return {heading: "".join(found).splitlines() for heading, found in blocks.items()}


CASES = [(heading, i) for heading, (_, read) in EXPECTED.items() for i in range(len(read))]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def made(heading: str, root: Path) -> None:
    makers = EXPECTED[heading][0]
    for make in makers if isinstance(makers, tuple) else (makers,):
        make(root)


def test_every_recipe_is_tried() -> None:
    assert {heading: len(commands) for heading, commands in recipes().items()} == {
        heading: len(read) for heading, (_, read) in EXPECTED.items()
    }


@pytest.mark.parametrize(("heading", "i"), CASES)
def test_a_recipe_reads_what_it_says(heading: str, i: int, here: Path) -> None:
    made(heading, here)
    command, expected = recipes()[heading][i], EXPECTED[heading][1][i]
    assert command.startswith(f"{COMMAND}train ")
    parser = argparse.ArgumentParser()
    add_options(parser)
    parser.add_argument("--out", required=True)
    meant = experiment(parser.parse_args(shlex.split(command.removeprefix(f"{COMMAND}train "))))
    pair = meant.pair
    assert pair.kind == {1: "vectors", 2: "signals", 3: "images"}[len(expected.shape)]
    assert pair.sample_shape == expected.shape
    assert pair.class_names == expected.classes
    k = len(expected.classes)
    for y, counts in ((pair.source_y, expected.source), (pair.target_y, expected.target)):
        np.testing.assert_array_equal(np.bincount(y, minlength=k), np.broadcast_to(counts, k))
    assert expected.said in meant.read.report.text
    assert "the same samples" not in meant.read.report.text


@pytest.mark.parametrize(("heading", "i"), [("CWRU bearings", 0), ("Amazon reviews", 0), ("Single cells", 2)])
def test_a_recipe_trains_and_its_run_predicts_the_target(
    heading: str, i: int, here: Path, capsys: pytest.CaptureFixture
) -> None:
    made(heading, here)
    arguments = shlex.split(recipes()[heading][i].removeprefix(COMMAND))
    assert main([*arguments, "--max-iter", "3"]) == 0
    out = arguments[arguments.index("--out") + 1]
    data = arguments[arguments.index("--target" if "--target" in arguments else "--source") + 1]
    assert main(["predict", "--run", out, "--data", data, "--out", "predicted.csv"]) == 0
    trained, predicted = (Path(p).read_text().splitlines() for p in (f"{out}/predictions.csv", "predicted.csv"))
    assert predicted[0] == trained[0]
    assert set(trained) <= set(predicted)
