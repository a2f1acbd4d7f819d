"""What runs on this server are checked by: asked of the engine when somebody wants to see it."""

from __future__ import annotations

import threading
import weakref
from concurrent.futures import Future
from typing import Any, NamedTuple

from dann_core.domains import DomainPair
from dann_core.engine.base import device
from dann_core.language import said, say
from dann_core.live.run import Run
from dann_core.results import trust
from dann_core.results.trust import Opinion
from dann_core.settings import Settings
from server.place import engine

KEPT = 24
"""Tasks of one pair that are remembered: all who look at the same run, and who plays it again, share them."""

_others: weakref.WeakKeyDictionary[DomainPair, dict[tuple[Settings, ...], Future]] = weakref.WeakKeyDictionary()
_runs: weakref.WeakKeyDictionary[Run, tuple[Any, Future[Opinion]]] = weakref.WeakKeyDictionary()
_lock = threading.Lock()


class Told(NamedTuple):
    """What is known of a run so far; `waiting`: more will come; `failure`: why its own predictions will not."""

    run: Opinion | None = None
    twin: Opinion | None = None
    seeds: tuple[Opinion, ...] = ()
    waiting: bool = False
    failure: str = ""


def told(run: Run) -> Told:
    """What is known of a run at rest. What is not known yet is asked for: others once it has ended."""
    mine = _of_run(run)
    twin, seeds = _of_others(run) if run.finished and trust.is_small(run.pair) else ([], [])
    if mine.cancelled() or (mine.done() and mine.exception()):
        return Told(failure=_why(mine))
    waiting = not all(task.done() for task in (mine, *twin, *seeds))
    opinions = mine.result() if mine.done() else None
    return Told(opinions, next(iter(_known(twin)), None), tuple(_known(seeds)), waiting)


def forget(run: Run) -> None:
    """Ask for its own predictions anew."""
    with _lock:
        _runs.pop(run, None)


def _why(failed: Future) -> str:
    if failed.cancelled():
        return say("taken back")
    return said(failed.exception()) or say("no reason given")


def _known(tasks: list[Future]) -> list[Opinion]:
    """What has come; an other that could not be trained is none, and the run itself is not touched by that."""
    there = [task for task in tasks if task.done() and not task.cancelled() and not task.exception()]
    return [opinion for task in there for opinion in task.result()]


def _of_run(run: Run) -> Future[Opinion]:
    stands = run.iteration, run.settings
    with _lock:
        if run not in _runs or _runs[run][0] != stands:
            _runs[run] = stands, engine().submit(trust.of_run, run.standing(), device())
        return _runs[run][1]


def _of_others(run: Run) -> tuple[list[Future], list[Future]]:
    """The twin's task, none where the run is its own twin, and those of other seeds."""
    # Only now: a page that opens need not wait for torch.
    from dann_core.live.twin import source_only

    pair, settings = run.pair, run.settings
    twin = source_only(settings)
    twins = [] if twin == settings else [(twin,)]
    asked = [[_shared(pair, group) for group in groups] for groups in (twins, trust.other_seeds(pair, settings))]
    return asked[0], asked[1]


def _shared(pair: DomainPair, settings: tuple[Settings, ...]) -> Future:
    with _lock:
        known = _others.setdefault(pair, {})
        if settings not in known:
            while len(known) >= KEPT:
                known.pop(next(iter(known)))
            known[settings] = engine().submit(trust.of_others, pair, settings, device())
        return known[settings]
