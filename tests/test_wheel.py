"""The package as it is installed: built, put into an environment of its own, and used where no source is near."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest
from browser import ROOT

PARTS = ("pyproject.toml", "requirements.txt", "README.md", "LICENSE", "dann_core", "player", "assets")

ON_A_CLUSTER = """
import inspect
from dann_core import Trainer, domains
from dann_core.engine.cluster import ClusterEngine
from dann_core.sweeps.cells import train_task
from dann_core.sweeps.plan import Case, Key

if __name__ == "__main__":
    engine = ClusterEngine(workers=1)
    engine.wait_until_warm()
    print(inspect.getfile(Trainer))
    print(engine.submit(inspect.getfile, Trainer).result(60))
    settings = domains.preset("moons").replace(max_iter=20)
    case = Case(Key((), 0), settings, domains.get("moons")())
    (result,) = engine.submit(train_task, None, [case]).result(60)
    print(result.failure or result.source_accuracy)
    engine.close()
"""


def run(*command: str | Path, cwd: Path) -> str:
    """What a command prints, started where and so that nothing of the source tree is found."""
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run(list(map(str, command)), cwd=cwd, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, since a build leaves folders in the source tree, and with two files that are not Python."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    for part in (ROOT / name for name in PARTS):
        if part.is_dir():
            shutil.copytree(part, source / part.name, ignore=shutil.ignore_patterns("__pycache__"))
        elif part.exists():
            source.mkdir(exist_ok=True)
            shutil.copy(part, source)
    for name in ("player/example.js", "player/example.css", "assets/recordings/example.bin"):
        (source / name).parent.mkdir(exist_ok=True)
        (source / name).write_text("")
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check", "--quiet"]
    run(sys.executable, "-m", "pip", "wheel", *options, "--wheel-dir", folder, source, cwd=folder)
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a fresh environment with the wheel in it; what it depends on is that of these tests."""
    folder = tmp_path_factory.mktemp("fresh")
    run(sys.executable, "-m", "venv", "--without-pip", folder / "venv", cwd=folder)
    made = folder / "venv" / "bin" / "python"
    places = run(made, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder).strip()
    # Dependencies come from here; a path in such a file goes behind what is installed there.
    (Path(places) / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    options = ["--no-deps", "--no-index", "--disable-pip-version-check", "--quiet"]
    run(sys.executable, "-m", "pip", "--python", made, "install", *options, wheel, cwd=folder)
    return made


def test_the_wheel_holds_the_packages_and_what_is_not_python(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    modules = {str(p.relative_to(ROOT)) for p in (ROOT / "dann_core").rglob("*.py")}
    assert modules <= names
    assert {"player/example.js", "player/example.css", "assets/recordings/example.bin"} <= names
    assert {str(p.relative_to(ROOT)) for p in (ROOT / "assets" / "lessons").glob("*.md")} <= names
    tops = {name.split("/")[0] for name in names if ".dist-info/" not in name}
    assert tops == {"dann_core", "player", "assets"}
    assert not any(name.startswith("assets/samples") for name in names)


def test_the_installed_command_has_a_name_of_its_own(python: Path, tmp_path: Path) -> None:
    dann = python.with_name("dann")
    assert "moons: " in run(dann, "domains", cwd=tmp_path)
    assert "usage: dann train " in run(dann, "train", "--help", cwd=tmp_path)
    assert "usage: python -m dann_core train " in run(python, "-m", "dann_core", "train", "--help", cwd=tmp_path)


def test_an_installed_command_trains(python: Path, tmp_path: Path) -> None:
    told = run(
        python, "-m", "dann_core", "train", "--domain", "moons", "--max-iter", "20", "--out", "RUN", cwd=tmp_path
    )
    assert "target accuracy" in told
    assert len((tmp_path / "RUN" / "history.csv").read_text().splitlines()) == 21
    where = run(python, "-c", "import dann_core; print(dann_core.__file__)", cwd=tmp_path).strip()
    assert Path(where).is_relative_to(python.parents[1])


def test_an_installed_command_makes_films(python: Path, tmp_path: Path) -> None:
    train = ["train", "--domain", "moons", "--max-iter", "3", "--record", "RUN.dann"]
    run(python, "-m", "dann_core", *train, cwd=tmp_path)
    run(python, "-m", "dann_core", "film", "RUN.dann", "film.html", cwd=tmp_path)
    assert 'id="recording"' in (tmp_path / "film.html").read_text()


def test_an_installed_cluster_trains(python: Path, tmp_path: Path) -> None:
    script = tmp_path / "on_a_cluster.py"
    script.write_text(ON_A_CLUSTER)
    here, there, accuracy = run(python, script, cwd=tmp_path).split()
    assert Path(here).is_relative_to(python.parents[1])
    assert there == here
    assert 0.3 < float(accuracy) <= 1
