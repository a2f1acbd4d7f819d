"""Blind mode of an experiment: target labels stay on the server until its owner has committed to an iteration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from server.branches import Branches

if TYPE_CHECKING:
    from dann_core.live.blind import Seen

BLIND = "blind"
"""The link's name for it."""


class Blind:
    """Off, sealed, or revealed. While it is sealed, nothing that target labels went into leaves the server."""

    def __init__(self, *, is_on: bool) -> None:
        self.is_on = is_on
        self._committed: Seen | None = None
        self._outcome: dict[str, Any] | None = None

    @property
    def is_sealed(self) -> bool:
        """Whether target labels are to be left out of all that is sent."""
        return self.is_on and self._outcome is None

    def commit(self, branches: Branches, iteration: int) -> bool:
        """Choose the kept frame nearest to an iteration of the shown branch; whether there is one. Until the reveal,
        another choice takes its place."""
        from dann_core.live.blind import seen

        frames = seen(branches.shown.number, branches.shown.now.run.recording)
        if frames and self.is_sealed:
            self._committed = min(frames, key=lambda frame: abs(frame.iteration - iteration))
        return bool(frames)

    def reveal(self, branches: Branches) -> bool:
        """Break the seal; whether something had been committed to, without which it stays."""
        from dann_core.live.blind import reveal, seen

        if self._committed is None or not self.is_sealed:
            return False
        shown = branches.shown
        runs = [branch for branch in branches.kept if branch.has_domains_of(shown)]
        frames = [frame for branch in runs for frame in seen(branch.number, branch.now.run.recording)]
        self._outcome = reveal(frames or [self._committed], self._committed)
        return True

    def told(self) -> dict[str, Any] | None:
        """As it travels; of a choice before the reveal, where it is and not what it is worth."""
        if not self.is_on:
            return None
        committed = self._committed and {"run": self._committed.run, "iteration": self._committed.iteration}
        return {"sealed": self.is_sealed, "committed": committed, "outcome": self._outcome}
