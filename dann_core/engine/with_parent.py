"""Preloaded into scheduler and nannies of an embedded cluster: they end with the app, however that ended.

Loaded by its path, so that they need not import torch.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from typing import Any

# As the app has put it down: it may have ended before this process could ask for it.
PARENT = int(os.environ["DANN_APP"])
LOOK_SECONDS, CLOSE_SECONDS = 1, 5
_watching: set[asyncio.Task] = set()

# A terminal's Ctrl+C goes to a whole group of processes: the app has it alone, and can close what it started.
os.setpgrp()


async def dask_setup(server: Any) -> None:
    """Called by Dask once the scheduler or nanny is made."""
    _watching.add(asyncio.create_task(_watch(server)))


async def _watch(server: Any) -> None:
    while os.getppid() == PARENT:
        await asyncio.sleep(LOOK_SECONDS)
    # A nanny that was still starting its worker would wait for the scheduler for ever.
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(server.close(reason="the app that started it is gone"), CLOSE_SECONDS)
    os._exit(1)
