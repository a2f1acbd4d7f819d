"""The script of a run trains it again, bit for bit, and holds what its settings use."""

from __future__ import annotations

import contextlib
import io
import runpy
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from conftest import aligned_too_near, make_pair
from dense_settings import SHAPES, SMALL, UNEQUAL, fitting, go

from bench.share_pairs import SHARE_PAIRS
from dann_core import DomainPair, Settings, Trainer, domains
from dann_core.method.data import BLOCK_VALUES
from dann_core.method.schedules import decides_in
from dann_core.results.origin import Origin
from dann_core.results.outcome import Outcome
from dann_core.results.script import WIDTH

SHORT = SMALL.replace(max_iter=12)

OBJECTIVES: dict[str, dict[str, Any]] = {
    "mmd": {"discrepancy": "mmd", "discrepancy_weight": 0.5},
    "coral": {"discrepancy": "coral", "discrepancy_weight": 2.0},
    "coral, wide features": {"discrepancy": "coral", "discrepancy_weight": 1.0, "feature_width": 80},
    "cdan": {"discriminator_input": "conditional"},
    "cdan, projected": {"discriminator_input": "conditional", "feature_width": 2000},
    "everything": {
        "discriminator_input": "conditional", "class_shares": "estimated", "entropy_weight": 0.3,
        "entropy_balance": 0.7, "reversal_limit": 0.2, "discrepancy": "mmd", "discrepancy_weight": 0.5,
        "bottleneck": 8, "activation": "tanh",
    },
    "layer norm": {"discriminator_norm": "layer"},
    "batch norm": {"discriminator_norm": "batch"},
    "joint batch norm": {"discriminator_norm": "batch-joint"},
    "adamw": {"discrepancy": "mmd", "optimizer": "adamw", "weight_decay": 0.01, "learning_rate_decay": "cosine"},
    "sgd": {"discrepancy": "mmd", "optimizer": "sgd", "learning_rate_decay": "none", "use_lambda_scheduler": False},
    "inputs as they are": {"standardisation": "none"},
    "logarithms": {"standardisation": "none", "log_counts": True},
    "each domain's logarithms": {"standardisation": "per-domain", "log_counts": True},
    "one feature": {"feature_width": 1},
    "large batch": {"batch_size": 64},
    "source only": {"adversarial_weight": 0.0, "weight_decay": 0.01},
    "the wrong sign": {"gradient_sign": "wrong", "reversal_limit": 0.2},
}  # fmt: skip

NETWORKS: list[tuple[tuple[int, ...], dict[str, Any]]] = [
    ((1, 64), {}),
    ((2, 600), {"discriminator_input": "conditional"}),
    ((1, 64), {"extractor": "mlp"}),
    ((1, 8, 8), {}),
    ((3, 24, 26), {"discrepancy": "coral", "discriminator_norm": "batch", "extractor_width": 4}),
    ((3, 24, 26), {"extractor": "tutorial-cnn", "optimizer": "sgd"}),
    ((3, 16, 16), {"extractor": "mlp"}),
    ((3, 16, 16), {"extractor": "mlp", "discrepancy": "mmd"}),
]

CHANGES: list[tuple[int, dict[str, Any]]] = [
    (0, {"gamma": 3.0}),
    (7, {"entropy_weight": 0.3, "entropy_balance": 1.0}),
    (12, {"discrepancy": "mmd", "discrepancy_weight": 0.5}),
    (20, {"reversal_limit": 0.2, "learning_rate": 2e-3}),
    (25, {"discrepancy": "none"}),
    (30, {"class_shares": "estimated", "max_iter": 120}),
    (90, {"class_shares": "ignored", "learning_rate_decay": "none", "use_lambda_scheduler": False}),
    (100, {"class_shares": "estimated", "gamma": 20.0}),
    (120, {"gamma": 1.0}),
]
"""Both steps train, class shares are dropped and taken up again, and one change comes too late."""


def repeat(
    folder: Path, pair: DomainPair, settings: Settings, changes: Sequence = (), iterations: int = 0
) -> tuple[int, str]:
    """Train, write down and let the script train again, in this process: its exit status and its text."""
    trainer = Trainer(pair, settings)
    go(trainer, changes, iterations or settings.max_iter)
    if changes:
        trainer.apply(trainer.settings.replace(**changes[-1][1]))
    Outcome(trainer).write(folder, with_data=True)
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said), torch.random.fork_rng():
            runpy.run_path(str(folder / "reproduce.py"))
    except SystemExit as end:
        return int(end.code), said.getvalue()
    finally:
        torch.set_flush_denormal(False)
    text = (folder / "reproduce.py").read_text()
    assert max(map(len, text.splitlines())) <= WIDTH
    return 0, text


@pytest.mark.parametrize("shape", SHAPES)
def test_runs_of_the_written_out_step_are_repeated(shape: str, tmp_path: Path) -> None:
    for i, numbers in enumerate(fitting(shape)):
        settings = SHORT.replace(**{"max_iter": 12, **SHAPES[shape], **numbers})
        status, text = repeat(tmp_path / str(i), make_pair(), settings)
        assert status == 0, text
        assert ".backward()\n" not in text


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_runs_of_every_objective_are_repeated(objective: str, tmp_path: Path) -> None:
    status, text = repeat(tmp_path, make_pair(), SHORT.replace(**OBJECTIVES[objective]))
    assert status == 0, text


@pytest.mark.parametrize(("shape", "changes"), NETWORKS)
def test_runs_of_every_network_are_repeated(shape: tuple[int, ...], changes: dict[str, Any], tmp_path: Path) -> None:
    status, text = repeat(tmp_path, make_pair(shape), SHORT.replace(**changes), iterations=5)
    assert status == 0, text


@pytest.mark.parametrize("standardisation", ["source", "pooled", "per-domain"])
def test_runs_on_large_data_are_repeated(standardisation: str, tmp_path: Path) -> None:
    pair = make_pair((3000,), n=400)
    assert pair.source_x.size > BLOCK_VALUES
    status, text = repeat(tmp_path, pair, SHORT.replace(standardisation=standardisation), iterations=3)
    assert status == 0, text


@pytest.mark.parametrize("changes", [{}, {"discrepancy": "mmd"}])
def test_believed_class_shares_are_repeated(changes: dict[str, Any], tmp_path: Path) -> None:
    pair = domains.load("blobs", target_shares="mostly class 0")
    status, text = repeat(tmp_path, pair, UNEQUAL.replace(**changes))
    assert status == 0, text
    assert "class Shares" in text


@pytest.mark.parametrize("changes", [{}, {"discrepancy": "mmd"}])
def test_shares_of_nearest_samples_are_repeated(changes: dict[str, Any], tmp_path: Path) -> None:
    pair = SHARE_PAIRS["digits_zoom_vectors_source_rare"](100)
    settings = Settings.for_pair(pair).replace(seed=100, max_iter=200, **changes)
    asked = Trainer(pair, settings)
    asked.advance(decides_in(settings) + 1)
    assert asked.network.shares.trust > 0.9
    status, text = repeat(tmp_path, pair, settings)
    assert status == 0, text


def test_shares_that_features_of_signals_say_are_repeated(tmp_path: Path) -> None:
    pair = domains.load("vibration", target_shares="mostly class 0", seed=1)
    settings = Settings.for_pair(pair).replace(seed=1, max_iter=200)
    asked = Trainer(pair, settings)
    asked.advance(decides_in(settings) + 1)
    assert asked.network.shares.trust > 0
    status, text = repeat(tmp_path, pair, settings)
    assert status == 0, text


def test_live_changes_are_repeated(tmp_path: Path) -> None:
    status, text = repeat(tmp_path, make_pair(), SMALL, CHANGES, 120)
    assert status == 0, text
    assert "    20: dict(REVERSAL_LIMIT=0.2, LEARNING_RATE=0.002, step=step_4),\n" in text


def test_shares_that_count_late_are_repeated(tmp_path: Path) -> None:
    pair, iterations, settings = aligned_too_near()
    status, text = repeat(tmp_path, pair, settings, [(iterations, {"class_shares": "estimated"})] * 2, iterations + 20)
    assert status == 0, text


def test_runs_in_several_threads_are_repeated(tmp_path: Path) -> None:
    torch.set_num_threads(2)
    try:
        status, text = repeat(tmp_path, make_pair((200,), n=300), SHORT.replace(batch_size=256, extractor_width=512))
    finally:
        torch.set_num_threads(1)
    assert status == 0, text
    assert "torch.set_num_threads(2)" in text


def test_the_script_runs_alone_and_holds_no_more_than_it_needs(tmp_path: Path) -> None:
    trainer = Trainer(domains.load("moons"), domains.preset("moons").replace(max_iter=30))
    trainer.advance(30)
    Outcome(trainer, Origin(domains.get("moons")())).write(tmp_path)
    command = [sys.executable, "-I", str(tmp_path / "reproduce.py")]
    done = subprocess.run(command, cwd="/", capture_output=True, text=True)
    assert "The same history, bit for bit: 30 iterations." in done.stdout, done.stderr
    text = (tmp_path / "reproduce.py").read_text()
    assert len(text.splitlines()) < 230
    for unused in ("Shares", "Reversal", "mmd", "ENTROPY", "conv", "CHANGES", "dann_core import"):
        assert unused not in text
    # Another number in the record, and the script says so.
    history = (tmp_path / "history.csv").read_text().splitlines()
    history[8] = history[8].replace("0.", "1.", 1)
    (tmp_path / "history.csv").write_text("\n".join(history))
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert "Not the same bits from iteration 7 on" in done.stdout
