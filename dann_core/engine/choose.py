"""Which engine: the environment decides."""

from __future__ import annotations

import os

from dann_core.engine.base import Engine


def from_environment(workers: int | None = None) -> Engine:
    """The engine that the environment asks for, with one worker a core unless told otherwise.

    `DASK_SCHEDULER_ADDRESS`: that cluster. `DANN_ENGINE=threads`: inside this process, for hosts with little memory.
    Neither: worker processes on this machine.
    """
    workers = workers or int(os.environ.get("DANN_WORKERS", 0)) or None
    address = os.environ.get("DASK_SCHEDULER_ADDRESS")
    if os.environ.get("DANN_ENGINE", "cluster") == "threads" and not address:
        from dann_core.engine.threads import ThreadEngine

        return ThreadEngine(workers)
    # Only those who use a cluster wait for its import.
    from dann_core.engine.cluster import ClusterEngine

    return ClusterEngine(address, workers)
