"""One ZIP holds a run: what travels, how it is repeated, and that nothing in it is trusted."""

from __future__ import annotations

import io
import json
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import safetensors.torch
import torch
from conftest import make_pair
from dense_settings import SMALL, go

from dann_core import DomainError, Trainer, domains
from dann_core.cli.main import main
from dann_core.domains.files import UploadError
from dann_core.live.message import unpack
from dann_core.live.record import record
from dann_core.live.recording import Recording
from dann_core.results.bundle import Bundle, repeated
from dann_core.results.origin import Origin
from dann_core.results.outcome import Outcome
from dann_core.results.record import Record
from dann_core.settings.knobs import KnobError

SAMPLES = Path(__file__).parent.parent / "assets" / "samples"
WINE = [str(SAMPLES / "wine_source.csv"), str(SAMPLES / "wine_target.csv")]
CHANGES = [(4, {"gamma": 3.0}), (7, {"discrepancy": "mmd", "discrepancy_weight": 0.5, "max_iter": 14})]


def outcome(iterations: int = 12) -> Outcome:
    """A short run on moons that two live changes were made to."""
    domain = domains.get("moons")(angle=20)
    settings = SMALL.replace(seed=3, max_iter=12)
    trainer = Trainer(domain.pair(3), settings)
    go(trainer, CHANGES, iterations)
    return Outcome(trainer, Origin(domain))


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of a bundle by their names."""
    file = tmp_path_factory.mktemp("packed") / "run.zip"
    outcome().pack(file)
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(files: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


def with_record(files: dict[str, bytes], **values: Any) -> dict[str, bytes]:
    record = json.loads(files["settings.json"]) | values
    return files | {"settings.json": json.dumps(record).encode()}


def test_a_bundle_holds_a_run_and_repeats_it(packed: dict[str, bytes]) -> None:
    assert set(packed) == {
        "settings.json", "history.csv", "model.safetensors", "predictions.csv", "predictions.parquet", "methods.txt",
        "reproduce.py", "data.npz",
    }  # fmt: skip
    bundle, made = Bundle.of("run.zip", zipped(packed)), outcome()
    record, trainer = bundle.record, made.trainer
    assert record.settings == SMALL.replace(seed=3, max_iter=12)
    assert record.at_end == trainer.settings
    assert record.changes == tuple(trainer.changes)
    assert record.built_in() == made.origin.domain
    np.testing.assert_array_equal(bundle.history(), trainer.history.rows)
    again = repeated(record, bundle.data(), "cpu", lambda trainer: None)
    np.testing.assert_array_equal(again.history.rows, trainer.history.rows)
    for name, value in again.network.state_dict().items():
        assert value.equal(trainer.network.state_dict()[name])
    assert again.changes == trainer.changes
    # The link is the page's, and text.
    assert record.link.startswith("?domain=moons&angle=20.0&")
    assert "target_y" not in np.load(io.BytesIO(packed["data.npz"])).files


def test_what_was_set_before_the_first_iteration_is_how_it_began() -> None:
    trainer = Trainer(make_pair(), SMALL)
    trainer.apply(SMALL.replace(gamma=3.0))
    trainer.advance(5)
    trainer.apply(trainer.settings.replace(gamma=5.0))
    record = Outcome(trainer).record
    assert (record.settings.gamma, record.at_end.gamma) == (3.0, 5.0)
    assert [c.iteration for c in record.changes] == [5]


def test_the_same_run_gives_the_same_bundle(tmp_path: Path, packed: dict[str, bytes]) -> None:
    outcome().pack(tmp_path / "again.zip")
    with zipfile.ZipFile(tmp_path / "again.zip") as archive:
        for name in packed:
            # Arrays are dated by NumPy.
            assert archive.read(name) == packed[name] or name == "data.npz"


def test_methods_are_told_in_words(packed: dict[str, bytes]) -> None:
    told = " ".join(packed["methods.txt"].decode().split())
    for said in (
        "Two moons, rotated (angle 20.0,",
        "300 labelled source samples and 300 target samples of shape 2, in 2 classes",
        "lambda(i) = 1 * (2 / (1 + exp(-10 i / 12)) - 1)",
        "a discriminator of 2 hidden layers of 16 units with no normalisation",
        "12 iterations of 8 source and 8 target samples with adam",
        "nothing was selected on the target",
        "gamma from 10.0 to 3.0 at iteration 4",
    ):
        assert said in told


def test_a_bundle_is_made_and_repeated_by_commands(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    run, again = str(tmp_path / "new" / "RUN.zip"), str(tmp_path / "again")
    assert main(["train", "--domain", "blobs", "--max-iter", "8", "--out", run]) == 0
    with zipfile.ZipFile(run) as archive:
        (tmp_path / "seen").write_bytes(archive.read("recording.dann"))
        drawn = {name for name in archive.namelist() if name.startswith("figures/")}
    assert drawn == {f"figures/{name}.{kind}" for name in ("features", "input", "curves") for kind in ("svg", "png")}
    assert Recording.load(tmp_path / "seen").latest.iteration == 8
    assert main(["train", "--bundle", run, "--out", again]) == 0
    assert "the same history as" in capsys.readouterr().out
    # A folder does as well, and another history is told.
    history = (tmp_path / "again" / "history.csv").read_text()
    (tmp_path / "again" / "history.csv").write_text(history.replace("\n5,0.", "\n5,1."))
    assert main(["train", "--bundle", again, "--out", str(tmp_path / "third")]) == 1
    assert "not the history of" in capsys.readouterr().out


def test_pictures_of_a_persons_data_travel_with_the_data_alone(tmp_path: Path) -> None:
    recording, trainer = record(make_pair((1, 16, 16)), SMALL.replace(max_iter=4), frames=2)
    for with_data in (False, True):
        folder = tmp_path / str(with_data)
        Outcome(trainer, recording=recording).write(folder, with_data=with_data, features=True)
        scene = unpack(Recording.load(folder / "recording.dann").scene)
        assert ("mosaic" in scene.arrays) is with_data
        assert (folder / "figures" / "input.svg").exists() is with_data
        assert (folder / "data.npz").exists() is with_data
        table = pd.read_parquet(folder / "predictions.parquet")
        assert table["x"].notna().all()
        assert len(table.filter(like="feature_").columns) == SMALL.feature_width


def test_a_run_on_files_names_them_and_holds_no_data_unasked(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    out = tmp_path / "RUN"
    train = ["train", "--out", str(out)]
    assert main([*train, "--source", WINE[0], "--target", WINE[1], "--max-iter", "4"]) == 0
    assert not (out / "data.npz").exists()
    record = Record.from_json((out / "settings.json").read_bytes())
    assert [(f.role, f.name, f.size) for f in record.files] == [
        ("source", "wine_source.csv", Path(WINE[0]).stat().st_size),
        ("target", "wine_target.csv", Path(WINE[1]).stat().st_size),
    ]
    repeat = ["train", "--bundle", str(out), "--out", str(tmp_path / "again")]
    assert main(repeat) == 2
    error = capsys.readouterr().err
    assert "give its files, 'wine_source.csv', 'wine_target.csv', with --source and --target" in error
    assert main([*repeat, "--source", WINE[1], "--target", WINE[1]]) == 2
    assert "this is not the file of the source that the run was trained on" in capsys.readouterr().err
    assert main([*repeat, "--source", WINE[0], "--target", WINE[1], "--with-data"]) == 0
    # With the data, nothing else is needed; the exam's labels travel too.
    whole = ["train", "--bundle", str(tmp_path / "again"), "--out", str(tmp_path / "third")]
    assert main(whole) == 0
    assert "the same history" in capsys.readouterr().out
    assert Bundle.open(tmp_path / "again").data().target_y is not None


def taken_in(bundle: Bundle) -> None:
    """All that a bundle may be asked for."""
    bundle.data()
    bundle.history()
    bundle.model()


class Bomb:
    """What a pickle would carry out."""

    def __reduce__(self) -> tuple[Callable, tuple]:
        return pytest.fail, ("a pickle was loaded",)


def objects() -> bytes:
    data = io.BytesIO()
    np.savez(data, source_x=np.array([Bomb()], dtype=object), source_y=[0, 1], target_x=[[0.0], [1.0]])
    return data.getvalue()


BAD: dict[str, tuple[Callable[[dict[str, bytes]], bytes], str]] = {
    "no ZIP": (lambda f: b"PK\x03\x04 nothing", "the archive is damaged"),
    "cut off": (lambda f: zipped(f)[:-400], "the archive is damaged or cut off"),
    "another ZIP": (lambda f: zipped({"a.png": b"1"}), "settings.json is not in it"),
    "leads out": (lambda f: zipped(f | {"../settings.json": b""}), "the path leads out of the archive"),
    "too strongly packed": (lambda f: zipped(f | {"x": bytes(10**8)}), "100,000 bytes|MB packed into"),
    "no JSON": (lambda f: zipped(f | {"settings.json": b"\xff{"}), "this is no record of a run"),
    "deep JSON": (lambda f: zipped(f | {"settings.json": b"[" * 10**5}), "this is no record of a run"),
    "another format": (lambda f: zipped(with_record(f, format=2)), "'format': this is no record"),
    "more than is known": (lambda f: zipped(with_record(f, run="rm")), "'run': this is no record"),
    "no domain": (lambda f: zipped(with_record(f, domain={"name": "os"})), "There is no built-in domain 'os'"),
    "no knob": (lambda f: zipped(with_record(f, domain={"name": "moons", "x": 1})), "x is not a parameter of Moons"),
    "no setting": (lambda f: zipped(with_record(f, settings={"gamma": 1e9})), "gamma must be a number from 0 to 50"),
    "rebuilt while it ran": (
        lambda f: zipped(with_record(f, changes=[dict(iteration=1, name="seed", old=3, new=4)])),
        "seed cannot change while a run goes on",
    ),
    "other changes": (
        lambda f: zipped(with_record(f, changes=[dict(iteration=1, name="__class__", old=3, new=4)])),
        "__class__ is not a parameter of Settings",
    ),
    "too large a network": (
        lambda f: zipped(with_record(f, settings=SMALL.replace(discriminator_width=16_384, seed=3).model_dump())),
        "million parameters",
    ),
    "other weights": (
        lambda f: zipped(f | {"model.safetensors": safetensors.torch.save({"a": torch.zeros(2)})}),
        "these are not the weights of this run's network",
    ),
    "pickled weights": (
        lambda f: zipped(f | {"model.safetensors": pickle.dumps(Bomb())}),
        "the weights are damaged",
    ),
    "no history": (lambda f: zipped(f | {"history.csv": b"a\nb,c"}), "this is no history"),
    "another history": (lambda f: zipped(with_record(f, iterations=5)), "it has 12 rows and the record 5 iterations"),
    "objects": (
        lambda f: zipped(with_record(f, domain=None) | {"data.npz": objects()}),
        "it holds Python objects, which are never loaded",
    ),
    "other data": (
        lambda f: zipped(with_record(f, domain=None, sample_shape=[3])),
        "samples or classes are not those of its record",
    ),
    "half the data": (
        lambda f: zipped(with_record(f, domain=None) | {"data.npz": f["data.npz"][:2000]}),
        "the archive is damaged",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
@pytest.mark.usefixtures("nothing_is_written")
def test_a_bad_bundle_is_refused_in_a_sentence(name: str, packed: dict[str, bytes]) -> None:
    make, message = BAD[name]
    data = make(packed)
    with pytest.raises((DomainError, KnobError), match=message) as refused:
        taken_in(Bundle.of("run.zip", data))
    assert str(refused.value).startswith("run.zip") or not isinstance(refused.value, UploadError)
    assert "\n" not in str(refused.value)


def test_what_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    assert main(["train", "--bundle", str(tmp_path / "none.zip")]) == 2
    assert "there is no such folder or file" in capsys.readouterr().err
    assert main(["predict", "--run", str(tmp_path), "--data", "x"]) == 2
    assert "settings.json is not in it" in capsys.readouterr().err


def test_names_from_files_are_text_only(tmp_path: Path) -> None:
    pair = make_pair()
    evil = '"""\nimport os; os.system("touch x")\n"""'
    object.__setattr__(pair, "name", evil)
    object.__setattr__(pair, "class_names", (evil, "{{ 7 * 7 }}", "=cmd"))
    trainer = Trainer(pair, SMALL)
    trainer.advance(2)
    Outcome(trainer).write(tmp_path, with_data=True)
    script = (tmp_path / "reproduce.py").read_text()
    assert "import os;" not in script
    assert compile(script, "reproduce.py", "exec").co_consts[0].startswith("Domain-adversarial training: ")
    assert Bundle.open(tmp_path).record.class_names == pair.class_names
