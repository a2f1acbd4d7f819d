"""Predictions as a table: made in parts, named as in their file, and the same from a run that was written."""

from __future__ import annotations

import io
import json
import tracemalloc
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import make_pair
from dense_settings import SMALL
from scipy.io import wavfile

from dann_core import Settings, Trainer
from dann_core.cli.main import main
from dann_core.method.grading import View
from dann_core.results.bundle import Bundle
from dann_core.results.outcome import Outcome
from dann_core.results.predictions import MOST_ROWS, predictions, write
from dann_core.results.reading import new_samples

SAMPLES = Path(__file__).parent.parent / "assets" / "samples"


@pytest.mark.parametrize(
    ("shape", "changes"),
    [
        ((4,), {}),
        ((4,), {"standardisation": "per-domain", "discriminator_input": "conditional", "log_counts": True}),
        ((4,), {"standardisation": "none", "class_shares": "estimated"}),
        ((3, 24, 24), {"standardisation": "pooled", "discriminator_norm": "batch", "discriminator_depth": 1}),
        ((1, 64), {"bottleneck": 8}),
    ],
)
def test_a_written_run_predicts_as_it_did(shape: tuple[int, ...], changes: dict, tmp_path: Path) -> None:
    pair = make_pair(shape)
    rows = np.array([f"part/{i}.wav" for i in range(len(pair.target_x))])
    pair = replace(pair, target_rows=rows)
    trainer = Trainer(pair, SMALL.replace(**changes))
    trainer.advance(8)
    Outcome(trainer).write(tmp_path)
    expected = trainer.look(pair.target_x)
    written = pd.read_csv(tmp_path / "predictions.csv"), pd.read_parquet(tmp_path / "predictions.parquet")
    for table in written:
        assert list(table["row"]) == list(rows)
        assert [str(c) for c in table["class"]] == [pair.class_names[c] for c in expected.classes]
        np.testing.assert_array_equal(table["confidence"].to_numpy(np.float32), expected.probabilities.max(1))
    view = Bundle.open(tmp_path).model().look(pair.target_x)
    np.testing.assert_array_equal(view.features, expected.features)
    np.testing.assert_array_equal(view.probabilities, expected.probabilities)


def test_features_and_embedding_travel_where_wanted() -> None:
    pair = make_pair()
    trainer = Trainer(pair, SMALL)
    places = np.full((len(pair.target_x), 2), np.nan)
    places[3] = 0.5, -1
    (table,) = predictions(trainer.look, pair.target_x, pair.class_names, features=True, embedding=places)
    np.testing.assert_array_equal(table.filter(like="feature_"), trainer.features(pair.target_x))
    assert table["row"].tolist() == list(range(1, len(pair.target_x) + 1))
    assert table[["x", "y"]].dropna().to_dict("index") == {3: {"x": 0.5, "y": -1.0}}
    (plain,) = predictions(trainer.look, pair.target_x, pair.class_names)
    assert list(plain) == ["row", "class", "confidence"]


def test_any_number_of_samples_takes_bounded_memory(tmp_path: Path) -> None:
    n, sizes = 2_000_000, []
    x = np.lib.stride_tricks.as_strided(np.zeros(1, np.float32), (n, 4), (0, 0))

    def look(part: np.ndarray) -> View:
        sizes.append(len(part))
        return View(part, np.tile(np.float32([0.25, 0.75]), (len(part), 1)), part[:, 0])

    tracemalloc.start()
    try:
        written = write(predictions(look, x, ("cat", "dog")), tmp_path / "p.csv", tmp_path / "p.parquet")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert written == sum(sizes) == n
    assert max(sizes) <= MOST_ROWS
    assert peak < 50e6
    table = pd.read_parquet(tmp_path / "p.parquet")
    assert table["row"].iloc[-1] == n
    assert set(table["class"]) == {"dog"}
    wide = np.lib.stride_tricks.as_strided(np.zeros(1, np.float32), (500, 3, 128, 128), (0,) * 4)
    sizes.clear()
    list(predictions(lambda part: look(part[:, 0, 0]), wide, ("cat", "dog")))
    assert max(sizes) < 100


def test_new_files_are_predicted_by_a_run(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    files = [str(SAMPLES / "wine_source.csv"), str(SAMPLES / "wine_target.csv")]
    run = str(tmp_path / "RUN.zip")
    assert main(["train", "--source", files[0], "--target", files[1], "--max-iter", "5", "--out", run]) == 0
    out = tmp_path / "new" / "p.parquet"
    assert main(["predict", "--run", run, "--data", files[1], "--out", str(out), "--features"]) == 0
    assert f"written to {out}" in capsys.readouterr().out
    table = pd.read_parquet(out)
    with zipfile.ZipFile(run) as archive, archive.open("predictions.csv") as file:
        expected = pd.read_csv(file)
    pd.testing.assert_frame_equal(table[list(expected)], expected, check_dtype=False)
    assert len(table.filter(like="feature_").columns) == Settings().feature_width


def test_what_does_not_fit_a_run_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    assert main(["train", "--domain", "moons", "--max-iter", "3", "--out", str(tmp_path / "RUN")]) == 0
    predict = ["predict", "--run", str(tmp_path / "RUN"), "--out", str(tmp_path / "p.csv"), "--data"]
    assert main([*predict, str(SAMPLES / "wine_target.csv")]) == 2
    error = capsys.readouterr().err
    assert "the run reads one array of shape (samples, 2) or a table of 2 columns of numbers" in error
    assert not (tmp_path / "p.csv").exists()
    assert main([*predict[:3], "--data", "x.csv", "--out", "p.txt"]) == 2
    assert "--out must end in .csv or .parquet; got p.txt" in capsys.readouterr().err
    record = json.loads((tmp_path / "RUN" / "settings.json").read_text())
    record["settings"]["feature_width"] = 9
    (tmp_path / "RUN" / "settings.json").write_text(json.dumps(record))
    assert main([*predict, str(SAMPLES / "wine_target.csv")]) == 2
    assert "these are not the weights of this run's network" in capsys.readouterr().err


def test_a_built_in_domains_run_reads_plain_arrays(tmp_path: Path) -> None:
    assert main(["train", "--domain", "moons", "--max-iter", "3", "--out", str(tmp_path / "RUN")]) == 0
    bundle, x = Bundle.open(tmp_path / "RUN"), np.random.default_rng(0).normal(size=(7, 2))
    np.save(tmp_path / "x.npy", x)
    pd.DataFrame(x, columns=["a", "b"]).to_csv(tmp_path / "x.csv", index=False)
    for name in ("x.npy", "x.csv"):
        np.testing.assert_array_equal(new_samples(bundle, tmp_path / name).x, x)


def test_new_recordings_are_cut_and_named_by_the_runs_plan(tmp_path: Path) -> None:
    def recordings(file: str, classes: int) -> str:
        rng = np.random.default_rng(len(file))
        with zipfile.ZipFile(tmp_path / file, "w") as archive:
            for k in range(classes):
                for i in range(2):
                    wav, signal = io.BytesIO(), np.sin(np.arange(600) * (k + 1)) + 0.1 * rng.normal(size=600)
                    wavfile.write(wav, 1000, signal.astype(np.float32))
                    archive.writestr(f"class {k}/take {i}.wav", wav.getvalue())
        return str(tmp_path / file)

    source, target = recordings("s.zip", 3), recordings("target.zip", 3)
    command = ["train", "--source", source, "--target", target, "--window", "200:100", "--max-iter", "2"]
    assert main([*command, "--out", str(tmp_path / "RUN")]) == 0
    out = str(tmp_path / "p.csv")
    assert main(["predict", "--run", str(tmp_path / "RUN"), "--data", target, "--out", out]) == 0
    pd.testing.assert_frame_equal(pd.read_csv(out), pd.read_csv(tmp_path / "RUN" / "predictions.csv"))
    assert pd.read_csv(out)["row"].astype(str).str.contains("take 1").sum() == 15
    wavfile.write(tmp_path / "short.wav", 1000, np.zeros(50, np.float32))
    assert main(["predict", "--run", str(tmp_path / "RUN"), "--data", str(tmp_path / "short.wav"), "--out", out]) == 2
