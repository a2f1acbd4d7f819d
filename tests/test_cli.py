"""The command line, as a person types it."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest
from safetensors.torch import load_file

from dann_core import Settings, Trainer, domains
from dann_core.cli.main import main
from dann_core.engine import device

SAMPLES = Path(__file__).parent.parent / "assets" / "samples"


def test_train_writes_the_experiment(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    out = tmp_path / "RUN"
    command = "train --domain moons --gamma 5 --max-iter 60 --discriminator-width 32 --seed 3 --set angle=20 --out"
    assert main([*command.split(), str(out)]) == 0
    assert "target accuracy" in capsys.readouterr().out
    written = json.loads((out / "settings.json").read_text())
    settings = Settings(**written["settings"])
    assert settings == domains.preset("moons").replace(gamma=5, max_iter=60, discriminator_width=32, seed=3)
    assert written["domain"]["angle"] == 20

    trainer = Trainer(domains.load("moons", seed=3, angle=20), settings, device())
    trainer.advance(60)
    with (out / "history.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 60
    assert float(rows[-1]["adversarial_loss"]) == trainer.history[-1]["adversarial_loss"]
    weights = load_file(out / "model.safetensors")
    for name, value in trainer.network.state_dict().items():
        assert weights[name].equal(value.cpu())
    assert weights["standardizer.source_mean"].flatten().tolist() == pytest.approx(
        trainer.pair.source_x.mean(0).tolist(), abs=1e-6
    )


def test_two_files_train_with_the_defaults_of_their_kind(tmp_path: Path) -> None:
    files = [str(SAMPLES / "wine_source.csv"), str(SAMPLES / "wine_target.csv")]
    assert main(["train", "--source", files[0], "--target", files[1], "--max-iter", "5", "--out", str(tmp_path)]) == 0
    written = json.loads((tmp_path / "settings.json").read_text())
    assert written["domain"] is None
    assert written["class_names"] == ["cultivar 1", "cultivar 2", "cultivar 3"]


def test_what_was_read_is_said_first_and_saved_as_a_plan_that_reads_again(
    tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    files = ["--source", str(SAMPLES / "wine_source.csv"), "--target", str(SAMPLES / "wine_target.csv")]
    short = ["--max-iter", "5", "--out"]
    assert main(["train", *files, *short, str(tmp_path / "a"), "--drop", "hue", "--target-labels", "none"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("What was read. Source wine_source.csv: ")
    assert said.index("left out as asked: 'hue'") < said.index("source accuracy")
    plan = tmp_path / "a" / "plan.json"
    assert main(["train", *files, *short, str(tmp_path / "b"), "--plan", str(plan)]) == 0
    assert (tmp_path / "b" / "plan.json").read_text() == plan.read_text()
    assert (tmp_path / "b" / "history.csv").read_text() == (tmp_path / "a" / "history.csv").read_text()
    assert main(["train", *files, *short, str(tmp_path / "c"), "--plan", str(plan), "--drop", "hue"]) == 2
    assert "--plan says all of how to read: leave --drop out" in capsys.readouterr().err
    plan.write_text(plan.read_text().replace("median", "mode"))
    assert main(["train", *files, *short, str(tmp_path / "c"), "--plan", str(plan)]) == 2
    assert "plan.json, 'missing': this is no reading plan" in capsys.readouterr().err
    assert not (tmp_path / "c").exists()


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("train", "Give either --domain, or both --source and --target"),
        ("train --domain moons --gamma -3", "gamma must be a number from 0 to 50; got -3.0"),
        ("train --domain moons --max-iter many", "max_iter must be a whole number from 1 to 1,000,000; got 'many'"),
        ("train --domain moons --set angle=500", "angle must be a number from 0 to 180; got 500.0"),
        (
            "train --domain moons --set tilt=5",
            "tilt is not a parameter of Moons; it has: angle, noise, size, source_shares",
        ),
        ("train --domain moons --set source_shares=none", "source_shares must be one of as drawn, mostly class 0; got"),
        ("train --domain moons --set angle", "--set takes NAME=VALUE, got 'angle'"),
        ("train --source here.csv --target there.csv", "here.csv"),
        ("train --source here.csv", "Give both --source and --target"),
        ("train --domain moons --extractor cnn", "extractor cnn cannot read samples of shape 2: use mlp."),
    ],
)
def test_wrong_command_lines_get_one_sentence(
    command: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    assert main([*command.split(), *(["--out", str(tmp_path / "out")] if " " in command else [])]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_commands_train_where_the_environment_says(
    tmp_path: Path, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DANN_DEVICE", "cuda:99")
    assert main(["train", "--domain", "moons", "--out", str(tmp_path / "out")]) == 2
    assert "The device 'cuda:99' cannot be used here" in capsys.readouterr().err


def test_the_module_lists_its_domains() -> None:
    run = subprocess.run([sys.executable, "-m", "dann_core", "domains"], capture_output=True, text=True, check=True)
    for name in domains.names():
        assert f"{name}: " in run.stdout


def test_ctrl_c_ends_a_sweep_and_its_workers(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "dann_core", "sweep", "--domain", "moons", "--max-iter", "100000"]
    with subprocess.Popen(
        [*command, "--workers", "2", "--out", str(tmp_path / "kept")],
        cwd=SAMPLES.parent.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # A shell that starts this test in the background lets it ignore Ctrl+C, and its children too.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as sweep:
        family: list[psutil.Process] = []
        while sum("spawn_main" in " ".join(p.cmdline()) for p in family) < 2 and sweep.poll() is None:
            threading.Event().wait(0.5)
            family = psutil.Process(sweep.pid).children(recursive=True)
        # As a terminal does it: to the whole group.
        os.killpg(sweep.pid, signal.SIGINT)
        said, errors = sweep.communicate()
    assert sweep.returncode == 0
    assert "The same command again continues." in said
    assert "Traceback" not in errors
    assert not psutil.wait_procs(family, timeout=60)[1]


@pytest.mark.parametrize("is_same", [False, True])
def test_what_was_estimated_of_the_target_is_said(is_same: bool, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    source = SAMPLES / "wine_source.csv"
    target = source if is_same else SAMPLES / "wine_target.csv"
    run = [f"--source={source}", f"--target={target}", f"--out={tmp_path}"]
    assert main(["train", *run, "--max-iter", "120"]) == 0
    said = capsys.readouterr().out
    assert ("the target's were taken to differ from the source's by" in said) is not is_same
    why = "closer to the source than to each other (50%: alike; above 20% a run does not adapt), so it did not adapt"
    assert (why in said) is is_same
    assert main(["train", *run, "--max-iter", "120", "--class-shares", "ignored"]) == 0
    assert "taken to differ" not in capsys.readouterr().out
