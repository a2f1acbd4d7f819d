"""A class: runs that students let their teacher see, as long as they are here. Nothing of it is kept.

The key of a class is its code, which stands in the students' link; its token is the teacher's secret.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dann_core.language import as_data, say
from server import place
from server.registry import Full, Registry

if TYPE_CHECKING:
    from server.experiment import Experiment

CLASSES, MEMBERS = 20, 40
"""At a time, of this server and of a class."""

AWAY_SECONDS = 60
"""How long a student who has gone stays in the class: a reload takes a moment."""

LONGEST_TITLE, LONGEST_NAME = 60, 30


@dataclass
class Member:
    """A student's run, by its key, and the name that they have chosen; `seen`: when they were last here.

    `number` is at most `MEMBERS`, and another student's once this one has gone.
    """

    number: int
    key: str
    name: str
    seen: float = field(default_factory=time.monotonic)

    @property
    def experiment(self) -> Experiment | None:
        """Theirs, while it is kept."""
        return place.experiments.find(self.key)

    def is_here(self) -> bool:
        """Whether a page of theirs is open."""
        experiment = self.experiment
        if experiment is None or not place.is_present(experiment):
            return False
        self.seen = time.monotonic()
        return True


class Classroom:
    """Who has joined. Thread-safe. `link` is what the students' link holds, `exam` whether the wall shows accuracies
    that need target labels."""

    def __init__(self, title: str, link: Mapping[str, str], *, exam: bool = True) -> None:
        self.title, self.link, self.exam = tidy(title, LONGEST_TITLE), dict(link), exam
        self.walls = 0
        self.is_over = False
        self._members: dict[str, Member] = {}
        self._lock = threading.Lock()

    def join(self, key: str, name: str) -> None:
        """Let the run of that key be seen under a name, or under a number. Raises `Full`."""
        with self._lock:
            self._sweep()
            member = self._members.get(key)
            if member is None:
                if len(self._members) >= MEMBERS:
                    raise Full(say("This class is full ({n}).", n=MEMBERS))
                taken = {other.number for other in self._members.values()}
                number = next(n for n in range(1, MEMBERS + 1) if n not in taken)
                member = self._members[key] = Member(number, key, "")
            member.name = tidy(name, LONGEST_NAME) or say("student {n}", n=member.number)

    def leave(self, key: str) -> None:
        """Show that run no longer."""
        with self._lock:
            self._members.pop(key, None)

    def member(self, key: str) -> Member | None:
        """The student whose run has that key."""
        return self._members.get(key)

    def members(self) -> list[Member]:
        """Who is in the class now, in the order in which they came."""
        with self._lock:
            self._sweep()
            return list(self._members.values())

    def end(self) -> None:
        """Forget everybody; nobody can join any more."""
        with self._lock:
            self.is_over = True
            self._members.clear()

    def _sweep(self) -> None:
        for key, member in list(self._members.items()):
            if member.experiment is None or not (member.is_here() or time.monotonic() - member.seen < AWAY_SECONDS):
                del self._members[key]


def _is_in_use(room: Classroom) -> bool:
    # Not the members alone: they would be forgotten only when somebody looks.
    members = room.members()
    return not room.is_over and (room.walls > 0 or bool(members))


classes: Registry[Classroom] = Registry(CLASSES, place.KEEP_SECONDS, _is_in_use, lambda room: room.end())
"""Those of this server, by their codes."""


def find(code: str) -> Classroom | None:
    """The class of that code, for a student; None if it is over."""
    room = classes.find(code)
    return room if room and not room.is_over else None


def claim(code: str, token: str) -> Classroom | None:
    """The class of that code, for its teacher; None if it is over or the token is not its own."""
    room = classes.claim(code, token)
    return room if room and not room.is_over else None


def told(member: Member, *, exam: bool) -> dict[str, Any] | None:
    """What the wall says of a student; None for one who has just gone. Of data of their own, nothing but how far
    training is, unless they share it."""
    experiment = member.experiment
    if experiment is None:
        return None
    now = experiment.now
    is_own = now.domain is None and not now.is_shared
    shows_exam = exam and not is_own and not experiment.blind.is_sealed
    return {
        "number": member.number,
        "name": as_data(member.name),
        "here": member.is_here(),
        "own": is_own,
        "title": "" if is_own else as_data(now.title),
        "scene": now.scene,
        "state": now.run.state,
        "iteration": now.run.iteration,
        "max_iter": now.run.settings.max_iter,
        "target_accuracy": _target_accuracy(now.run) if shows_exam else None,
        "source_only": now.twin.told().get("source_only") if shows_exam else None,
        "comparison": _comparison(experiment) if shows_exam else None,
    }


def _target_accuracy(run: Any) -> float | None:
    latest = run.recording.latest
    return latest.figures[-1] if latest and math.isfinite(latest.figures[-1]) else None


def _comparison(experiment: Experiment) -> dict[str, Any] | None:
    """The lanes of a comparison of what is shown, once it has been played: from them follows the gap that is closed."""
    compared = experiment.comparison
    if compared is None or compared.pair is not experiment.pair or not compared.nows[0].run.iteration:
        return None
    lanes = [
        {
            "title": as_data(variant.title(compared.base)),
            "role": variant.role(compared.base),
            "accuracy": _target_accuracy(now.run),
        }
        for variant, now in zip(compared.variants, compared.nows, strict=True)
    ]
    known = all(lane["accuracy"] is not None for lane in lanes)
    return {"lanes": lanes, "samples": len(compared.pair.target_x)} if known else None


def tidy(text: str, longest: int) -> str:
    """A name in one line of printable characters, at most so long."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:longest].strip()
