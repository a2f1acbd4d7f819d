"""One setting that a person tries out on a run, because the page has proposed it."""

from __future__ import annotations

from typing import Any, NamedTuple

from dann_core.language import as_data
from dann_core.live.run import Run
from dann_core.settings import Settings
from dann_core.settings.choices import in_words
from server.shown import Notice


class Trial(NamedTuple):
    """What was changed on `run`, which is a new one unless `is_live`; Undo takes it back."""

    run: Run
    setting: str
    old: Any
    new: Any
    is_live: bool

    def holds(self, run: Run) -> bool:
        """Whether it is still what that run is about: neither another run nor another value came since."""
        return run is self.run and getattr(run.settings, self.setting) == self.new

    @property
    def label(self) -> str:
        """The setting's name for people."""
        return next(k.label for k in Settings.knobs() if k.name == self.setting)

    def notice(self) -> Notice:
        """What a person is told of it while it is live."""
        return Notice("tried", label=self.label, old=in_words(self.old), new=in_words(self.new))

    def told(self) -> dict[str, Any]:
        """As it travels."""
        return {"setting": self.setting, "label": as_data(self.label), "old": self.old, "new": self.new}
