"""The Dask cluster of an app that was given none: processes of this machine, set up to live beside a page."""

from __future__ import annotations

import os
from pathlib import Path

from distributed.deploy.subprocess import SubprocessCluster
from distributed.system import MEMORY_LIMIT

ALLOCATION = {"MALLOC_TRIM_THRESHOLD_": 2**28, "MALLOC_MMAP_THRESHOLD_": 2**25}
"""Dask has its workers give memory back at once; convolutions, which ask for the same again in every step, then train
at a third of their speed."""

CALM = {
    "WORKER__PROFILE__ENABLED": "False",
    "ADMIN__TICK__INTERVAL": "500ms",
    "ADMIN__SYSTEM_MONITOR__INTERVAL": "5s",
    "WORKER__MEMORY__MONITOR_INTERVAL": "1s",
    # Read by the nannies, whose workers must find it when they start: later, memory is handed out already.
    "NANNY__PRE_SPAWN_ENVIRON": repr(ALLOCATION),
}
"""Dask's settings for a cluster beside a page: its five processes look at themselves a hundred times a second, which
takes an eighth of a core that trains nothing."""


THREADS = 4
"""Of a worker, which trains in two: one for the task of a sweep, one for all live runs in turn. The others are free for
runs that are made meanwhile."""


async def own_cluster(workers: int, lost_workers: int, folder: str) -> SubprocessCluster:
    """A scheduler and one worker on loopback; they end with this process, however it ends.

    Each worker has the memory of one among so many `workers`: `scale` brings the others. A task is given up once it has
    lost `lost_workers`. In `folder`, the scheduler writes down where it listens; Dask leaves that file behind.
    """
    # Workers import dann_core from where this process has it, whatever their folder is.
    root = str(Path(__file__).parents[2])
    paths = [p for p in os.environ.get("PYTHONPATH", "").split(os.pathsep) if p not in ("", root)]
    os.environ["PYTHONPATH"] = os.pathsep.join([root, *paths])
    for name, value in CALM.items():
        os.environ.setdefault(f"DASK_DISTRIBUTED__{name}", value)
    os.environ["DANN_APP"] = str(os.getpid())
    watch = str(Path(__file__).with_name("with_parent.py"))
    return await SubprocessCluster(
        n_workers=1,
        threads_per_worker=THREADS,
        dashboard_address=None,
        scheduler_kwargs={
            "preload": [watch],
            "allowed_failures": lost_workers - 1,
            "scheduler_file": str(Path(folder, "address")),
        },
        worker_kwargs={"preload_nanny": [watch], "dashboard": False, "memory_limit": MEMORY_LIMIT // workers},
        asynchronous=True,
    )
