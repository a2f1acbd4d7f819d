"""One lesson, and how its file is read: a head in TOML between two lines `+++`, then the why in Markdown."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, StringConstraints

from dann_core import domains
from dann_core.domains import Domain
from dann_core.language import say
from dann_core.lessons.head import Place, entries, parts
from dann_core.lessons.promise import Promise
from dann_core.settings import Settings

FEWEST_OUTCOMES, MOST_OUTCOMES = 2, 5
LONGEST_RUN = 3000
"""Iterations: people predict, play and want to see the end."""


class Lesson(NamedTuple):
    """`outcomes` are what a learner chooses from, `answer` which of them comes true, from 0; without any, the learner
    draws the curve of the target accuracy instead. `key` names the lesson in links, `why` is Markdown."""

    key: str
    title: str
    question: str
    outcomes: tuple[str, ...]
    answer: int
    promise: Promise
    blind: bool
    domain: Domain
    settings: Settings
    why: str

    def query(self) -> dict[str, str]:
        """What a link to its run holds."""
        return self.domain.to_query(self.settings)


Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Worded(BaseModel):
    """What a head says to a reader: all that there is of it in another language."""

    model_config = ConfigDict(extra="forbid", strict=True)

    title: Words
    question: Words
    outcomes: list[str] = []


class _Head(Worded):
    promise: str
    answer: int | None = None
    blind: bool = False
    domain: dict[str, Any]
    settings: dict[str, Any] = {}


def read(text: str, file: str, key: str) -> Lesson:
    """The lesson that a file's text holds; `file` is its name for people. Raises `LessonError`."""
    lines, why = parts(text, file)
    place = Place(file, lines)
    head = entries(_Head, lines, place)
    _check_outcomes(head, place)
    with place.of("promise"):
        promise = Promise(head.promise)
    domain, settings = _experiment(head, place)
    answer = 0 if head.answer is None else head.answer - 1
    fields = head.title, head.question, tuple(head.outcomes), answer, promise, head.blind
    return Lesson(key, *fields, domain, settings, why)


def _check_outcomes(head: _Head, place: Place) -> None:
    n = len(head.outcomes)
    if not n and head.answer is not None:
        raise place.wrong("answer", say("answer names one of the outcomes, and there are none."))
    if n and not FEWEST_OUTCOMES <= n <= MOST_OUTCOMES:
        why = say("there must be {low} to {high} outcomes; got {n}.", low=FEWEST_OUTCOMES, high=MOST_OUTCOMES, n=n)
        raise place.wrong("outcomes", why)
    if n and (head.answer is None or not 1 <= head.answer <= n):
        why = say("answer must say which outcome comes true, 1 to {n}; got {answer}.", n=n, answer=head.answer)
        raise place.wrong("answer", why)


def _experiment(head: _Head, place: Place) -> tuple[Domain, Settings]:
    shifted = dict(head.domain)
    name = shifted.pop("name", None)
    if not isinstance(name, str):
        why = say("domain needs a name, one of: {names}.", names=", ".join(domains.names()))
        raise place.wrong("name", why, "domain")
    with place.of("name", "domain"):
        kind = domains.get(name)
    # One by one first, so that the line of the wrong one is known; then together.
    for knob, value in shifted.items():
        with place.of(knob, "domain"):
            kind(**{knob: value})
    preset = domains.preset(name)
    for knob, value in head.settings.items():
        with place.of(knob, "settings"):
            preset.replace(**{knob: value})
    with place.of("name", "domain"):
        domain = kind(**shifted)
        domain.pair(0)
    settings = preset.replace(**head.settings)
    if settings.max_iter > LONGEST_RUN:
        most, got = LONGEST_RUN, settings.max_iter
        why = say("max_iter of a lesson is at most {most:,}; got {got:,}.", most=most, got=got)
        raise place.wrong("max_iter", why, "settings")
    return domain, settings
