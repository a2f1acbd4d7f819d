"""What has been trained of a run, as the server keeps it."""

from __future__ import annotations

import threading

from dann_core.domains.pair import DomainPair
from dann_core.live.recording import Recording, rows_message
from dann_core.live.slices import Answer
from dann_core.method.history import Change, History
from dann_core.settings import Settings


class Recorded:
    """A run's pair and settings, with its history, its recording and its live changes so far."""

    def __init__(self, pair: DomainPair, settings: Settings) -> None:
        self.pair, self.settings = pair, settings
        self.device = "cpu"
        self._first = settings
        # Taken again by what a future calls when it is cancelled by its holder.
        self._lock = threading.RLock()
        self.forget()

    def forget(self) -> None:
        """Let go of what was trained."""
        self.history, self.recording = History(), Recording()
        self.changes: tuple[Change, ...] = ()

    def record(self, answer: Answer) -> None:
        """Take in what a slice has brought."""
        if answer.scene:
            self.recording.scene = answer.scene
        if answer.frame is None:
            return
        self.history.extend(answer.rows)
        self.changes, self.device = answer.changes, answer.device
        self.recording.add(answer.frame)

    def missed(self, after_iteration: int, after_number: int, end: int) -> bytes:
        """The rows and figures that a page lacks before a frame of iteration `end`; see `rows_message`."""
        with self._lock:
            # A history that grows while it is read would lose what is added.
            return rows_message(self.history, self.recording, after_iteration, after_number, end)

    def settings_at(self, iteration: int) -> Settings:
        """Those in force after so many iterations, with the live changes of that very moment."""
        return self._first.replace(**{c.name: c.new for c in self.changes if c.iteration <= iteration})
