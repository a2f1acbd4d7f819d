"""Which engine there is, and a cluster reached by its address: a real scheduler, its end, and what is said then."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from browser import free_port
from clusters import square, start_cluster, stop, workers_of
from conftest import live_run, settle, settled_beside_plain

from dann_core import DomainPair, Settings, Trainer, domains
from dann_core.engine import EngineError, from_environment
from dann_core.engine.cluster import ClusterEngine
from dann_core.engine.threads import ThreadEngine
from dann_core.settings.knobs import KnobError
from dann_core.sweeps.sweep import Axis, Plan, Sweep

SETTINGS = Settings(batch_size=8, max_iter=3000, extractor_width=8, feature_width=8, discriminator_width=8)


@pytest.fixture
def scheduler() -> Iterator[tuple[str, list[subprocess.Popen]]]:
    """A scheduler and a worker, started by hand as the README says."""
    address = f"tcp://127.0.0.1:{free_port()}"
    started = start_cluster(address)
    yield address, started
    stop(started)


def test_a_cluster_by_address_and_its_end(
    scheduler: tuple[str, list[subprocess.Popen]], monkeypatch: pytest.MonkeyPatch, vectors: DomainPair
) -> None:
    address, processes = scheduler
    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", address)
    engine = from_environment()
    run, plain = settled_beside_plain(engine, vectors, SETTINGS)
    run.step()
    settle(run)
    assert run.iteration == 1
    assert address in engine.where
    assert not workers_of(psutil.Process()) or len(engine._client.scheduler_info()["workers"]) == 1

    axis = Axis("discriminator_width", (16, 64, 256))
    sweep = Sweep(Plan(domains.preset("moons").replace(max_iter=1000), (axis,), 2, domains.get("moons")()), engine)
    sweep.start()
    stop(processes)
    while sweep.running:
        sweep.wait(60)
    assert sweep.frame()["failure"].str.contains(f"{address} does not answer").all()
    run.play()
    settle(run)
    assert isinstance(run.failure, EngineError)
    assert address in str(run.failure)
    assert "reconnect" in str(run.failure)

    processes[:] = start_cluster(address)
    engine.reconnect()
    sweep.start()
    run.retry()
    settle(run)
    run.play()
    settle(run)
    plain.advance(SETTINGS.max_iter)
    assert run.failure is None
    assert np.array_equal(run.history.rows, plain.history.rows)
    while sweep.running:
        sweep.wait(60)
    # Six, and the source-only twins of both seeds.
    assert (sweep.done, sweep.failed) == (8, 0)
    engine.close()


def test_an_address_where_nothing_listens_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    address = f"tcp://127.0.0.1:{free_port()}"
    monkeypatch.setattr("dann_core.engine.cluster.CONNECT_SECONDS", 1)
    with pytest.raises(EngineError, match="does not answer"):
        ClusterEngine(address).wait_until_warm()


def test_a_run_says_why_workers_of_this_machine_cannot_train(
    monkeypatch: pytest.MonkeyPatch, vectors: DomainPair
) -> None:
    monkeypatch.setenv("DANN_DEVICE", "cuda:99")
    engine = ClusterEngine(workers=1)
    with pytest.raises(EngineError):
        engine.wait_until_warm()
    run = live_run(engine, vectors, SETTINGS)
    settle(run)
    assert isinstance(run.failure, EngineError)
    assert "'cuda:99' cannot be used here" in str(run.failure)
    engine.close()


def test_workers_with_another_version_of_this_program_are_said(tmp_path: Path) -> None:
    (tmp_path / "dann_core.py").write_text("")
    address = f"tcp://127.0.0.1:{free_port()}"
    processes = start_cluster(address, tmp_path)
    with pytest.raises(EngineError, match=rf"{address} cannot train .*dann_core.*pip install"):
        ClusterEngine(address).wait_until_warm()
    stop(processes)


def test_the_environment_chooses_threads(monkeypatch: pytest.MonkeyPatch, vectors: DomainPair) -> None:
    monkeypatch.setenv("DANN_ENGINE", "threads")
    monkeypatch.setenv("DANN_WORKERS", "1")
    monkeypatch.delenv("DASK_SCHEDULER_ADDRESS", raising=False)
    engine = from_environment()
    assert isinstance(engine, ThreadEngine)
    assert engine.workers == 1
    assert engine.submit(square, vectors, 3).result(10) == (40, 9, os.getpid())


def test_a_device_that_is_not_there_is_said(vectors: DomainPair) -> None:
    with pytest.raises(KnobError, match="'cuda:99' cannot be used here"):
        Trainer(vectors, SETTINGS, "cuda:99")
