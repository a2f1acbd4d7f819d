"""The source-only twin of a run on this server: trained in the background once the run has ended."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from dann_core.domains import DomainPair
from dann_core.engine.base import device
from dann_core.live.run import Run
from dann_core.settings import Settings
from server.place import engine

LARGEST = 100_000_000
"""Bytes of a pair that is sent to a worker once more; for larger ones there is no twin."""

KEPT = 256
"""Twins of one pair that are remembered: all who open a link, and who plays a run again, share one."""

_trained: weakref.WeakKeyDictionary[DomainPair, dict[Settings, Future[float | None]]] = weakref.WeakKeyDictionary()
_lock = threading.Lock()


class Twin:
    """What is known of a run's twin; `heard` is called, in any thread, when that has changed."""

    def __init__(self, run: Run, heard: Callable[[], None]) -> None:
        self._run, self._heard = run, heard
        self._asked: tuple[Settings, Future[float | None]] | None = None

    def follow(self) -> None:
        """Have the twin trained if the run has ended, has been seen whole, and has none with its settings."""
        pair, settings = self._run.pair, self._run.settings
        if pair.target_y is None or pair.source_x.nbytes + pair.target_x.nbytes > LARGEST:
            return
        if not self._has_ended() or (self._asked and self._asked[0] == settings):
            return
        training = _training(pair, settings)
        if training:
            self._asked = settings, training
            training.add_done_callback(lambda _: self._heard())

    def told(self) -> dict[str, Any]:
        """As it travels: the exam of the run's end, empty without a twin of these settings."""
        if not (self._has_ended() and self._asked and self._asked[0] == self._run.settings and self._asked[1].done()):
            return {}
        # A twin that could not be trained is none; the run itself is not touched by that.
        training = self._asked[1]
        if training.cancelled() or training.exception() or training.result() is None:
            return {}
        from dann_core.live.twin import against

        twin, accuracy = training.result(), self._run.recording.latest.figures[-1]
        rule = against(accuracy, twin, len(self._run.pair.target_x))
        return {"source_only": twin, "target_accuracy": accuracy, "rule": rule}

    def _has_ended(self) -> bool:
        latest = self._run.recording.latest
        return self._run.finished and latest is not None and latest.complete


def _training(pair: DomainPair, settings: Settings) -> Future[float | None] | None:
    """The twin's accuracy, to come; None for settings that are source-only themselves."""
    # Only now: a page that opens need not wait for torch.
    from dann_core.live.twin import source_only, source_only_accuracy

    twin = source_only(settings)
    if twin == settings:
        return None
    with _lock:
        known = _trained.setdefault(pair, {})
        if twin in known:
            return known[twin]
        while len(known) >= KEPT:
            known.pop(next(iter(known)))
        training = known[twin] = engine().submit(source_only_accuracy, pair, twin, device())
    training.add_done_callback(lambda done: _forget_who_waited(known, twin, done))
    return training


def _forget_who_waited(known: dict[Settings, Future[float | None]], twin: Settings, done: Future[float | None]) -> None:
    """Keep the accuracy alone: a future keeps its callbacks, and with them runs, experiments and the pair itself."""
    with _lock:
        known.pop(twin, None)
        if not done.cancelled() and not done.exception():
            known[twin] = Future()
            known[twin].set_result(done.result())
