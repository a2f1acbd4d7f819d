"""Tasks and sweeps on real worker processes, some of which die."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from clusters import kill_workers, square, two_workers
from conftest import live_run, settle

from dann_core import DomainPair, Settings, domains
from dann_core.engine.cluster import ClusterEngine
from dann_core.engine.threads import ThreadEngine
from dann_core.settings.knobs import KnobError
from dann_core.sweeps.sweep import Axis, Plan, Sweep

SETTINGS = Settings(batch_size=8, max_iter=3000, extractor_width=8, feature_width=8, discriminator_width=8)


@pytest.fixture(scope="module")
def engine() -> Iterator[ClusterEngine]:
    with two_workers() as made:
        yield made


def fail(number: int) -> None:
    raise KnobError(f"{number} is not a number.")


def die_once(folder: str, pair: DomainPair) -> int:
    mark = Path(folder) / "died"
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return len(pair.source_x)


def test_tasks_run_in_workers_and_say_why_they_fail(engine: ClusterEngine, vectors: DomainPair) -> None:
    answers = [f.result(60) for f in [engine.submit(square, vectors, n) for n in range(6)]]
    assert [a[:2] for a in answers] == [(40, n**2) for n in range(6)]
    assert os.getpid() not in {a[2] for a in answers}
    with pytest.raises(KnobError, match="7 is not a number"):
        engine.submit(fail, 7).result(60)


def test_a_task_whose_worker_dies_starts_again(engine: ClusterEngine, vectors: DomainPair, tmp_path: Path) -> None:
    assert engine.submit(die_once, str(tmp_path), vectors).result(120) == 40


def test_a_sweep_loses_no_cell_to_killed_workers(engine: ClusterEngine) -> None:
    base = domains.preset("moons").replace(max_iter=400)
    axes = Axis("gamma", (1.0, 3.0, 10.0, 30.0)), Axis("discriminator_width", (8, 16, 32, 64))
    sweep = Sweep(Plan(base, axes, 4, domains.get("moons")()), engine)
    sweep.start()
    while not sweep.done:
        sweep.wait(60)
    kept = sweep.frame()
    kill_workers()
    while sweep.running:
        sweep.wait(60)
    assert sweep.done == sweep.total == 68
    assert sweep.failed == 0
    frame = sweep.frame().set_index(["gamma", "discriminator_width", "seed"])
    # A cell's phase is that of all its seeds, and a twin may come later.
    kept = kept.set_index(["gamma", "discriminator_width", "seed"]).drop(columns=["source_only", "phase"])
    assert frame.loc[kept.index, kept.columns].equals(kept)


def test_a_run_does_not_wait_for_a_sweep(engine: ClusterEngine, vectors: DomainPair) -> None:
    base = domains.preset("moons").replace(max_iter=1500)
    for crowded in (engine, ThreadEngine(2)):
        sweep = Sweep(Plan(base, (Axis("gamma", (1.0, 3.0, 10.0, 30.0)),), 4, domains.get("moons")()), crowded)
        sweep.start()
        run = live_run(crowded, vectors, SETTINGS)
        settle(run)
        run.step()
        settle(run)
        sweep.poll()
        assert run.iteration == 1
        assert sweep.done == 0
        while sweep.running:
            sweep.wait(60)
        assert sweep.failed == 0


def test_a_sweep_trains_where_the_app_says(engine: ClusterEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DANN_DEVICE", "cuda:99")
    stacked, one_by_one = SETTINGS, SETTINGS.replace(discrepancy="coral")
    for settings in (stacked, one_by_one):
        plan = Plan(settings.replace(max_iter=5), (Axis("gamma", (1, 10)),), 1, domains.get("moons")(size=20))
        sweep = Sweep(plan, engine)
        sweep.start()
        while sweep.running:
            sweep.wait(60)
        assert sweep.frame()["failure"].str.contains("'cuda:99' cannot be used here").all()
