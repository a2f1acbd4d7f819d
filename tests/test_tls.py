"""A cluster behind TLS, with the certificates where Dask looks for them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dask
import numpy as np
import pytest
import trustme
from browser import free_port
from clusters import start_cluster, stop
from conftest import settle, settled_beside_plain

from dann_core import DomainPair, Settings
from dann_core.engine import EngineError
from dann_core.engine.cluster import ClusterEngine

SETTINGS = Settings(batch_size=8, max_iter=300, extractor_width=8, feature_width=8, discriminator_width=8)


def certificates(folder: Path) -> dict[str, str]:
    """A certificate authority and one certificate of it, as the environment that names them to Dask."""
    authority = trustme.CA()
    folder.mkdir()
    ours, key = folder / "ours.pem", folder / "key.pem"
    authority.cert_pem.write_to_path(folder / "authority.pem")
    issued = authority.issue_cert("127.0.0.1")
    issued.cert_chain_pems[0].write_to_path(ours)
    issued.private_key_pem.write_to_path(key)
    tls = "DASK_DISTRIBUTED__COMM__TLS__"
    named = {f"{tls}CA_FILE": str(folder / "authority.pem")}
    for role in ("SCHEDULER", "WORKER", "CLIENT"):
        named |= {f"{tls}{role}__CERT": str(ours), f"{tls}{role}__KEY": str(key)}
    return named


def as_read(environment: dict[str, str]) -> dict[str, str]:
    """What Dask's configuration holds in a process that was started with this environment."""
    return {name.removeprefix("DASK_").lower().replace("__", "."): value for name, value in environment.items()}


@pytest.fixture
def guarded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, dict[str, str]]]:
    """The address of a cluster that speaks TLS only, and the environment of those who may talk to it."""
    address, environment = f"tls://127.0.0.1:{free_port()}", certificates(tmp_path / "certificates")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    started = start_cluster(address)
    yield address, environment
    stop(started)


def test_a_run_behind_tls_is_a_plain_run(guarded: tuple[str, dict[str, str]], vectors: DomainPair) -> None:
    address, environment = guarded
    with dask.config.set(as_read(environment)):
        engine = ClusterEngine(address)
        run, plain = settled_beside_plain(engine, vectors, SETTINGS)
        run.play()
        settle(run)
        assert engine._client.scheduler.address == address
        plain.advance(SETTINGS.max_iter)
        assert run.failure is None
        assert np.array_equal(run.history.rows, plain.history.rows)
        engine.close()


@pytest.mark.parametrize("others", [True, False], ids=["another authority's", "none"])
def test_a_certificate_that_does_not_fit_is_said(
    others: bool, guarded: tuple[str, dict[str, str]], tmp_path: Path
) -> None:
    address, _ = guarded
    environment = certificates(tmp_path / "others") if others else {}
    with dask.config.set(as_read(environment)), pytest.raises(EngineError, match=r"does not answer.*TLS"):
        ClusterEngine(address).wait_until_warm()
