"""One lesson, and how its file is read: a head in TOML between two lines `+++`, then the why in Markdown."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from dann_core import domains
from dann_core.domains import Domain, DomainError
from dann_core.lessons.promise import Promise, PromiseError
from dann_core.settings import Settings
from dann_core.settings.knobs import KnobError

FENCE = "+++"
FEWEST_OUTCOMES, MOST_OUTCOMES = 2, 5
LONGEST_RUN = 3000
"""Iterations: people predict, play and want to see the end."""


class LessonError(ValueError):
    """A file that is no lesson; one sentence that names the file, the line and the mend."""


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


class _Head(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    title: str
    question: str
    promise: str
    outcomes: list[str] = []
    answer: int | None = None
    blind: bool = False
    domain: dict[str, Any]
    settings: dict[str, Any] = {}

    @field_validator("title", "question")
    @classmethod
    def _says_something(cls, text: str) -> str:
        if not text.strip():
            raise ValueError("is empty")
        return text.strip()


def read(text: str, file: str, key: str) -> Lesson:
    """The lesson that a file's text holds; `file` is its name for people. Raises `LessonError`."""
    lines = text.splitlines()
    fences = [number for number, line in enumerate(lines) if line.strip() == FENCE]
    if len(fences) < 2 or fences[0] != 0:
        raise LessonError(f"{file}, line 1: a lesson begins with a line {FENCE}, its head, and another line {FENCE}.")
    head_lines, why = lines[1 : fences[1]], "\n".join(lines[fences[1] + 1 :]).strip()
    place = _Place(file, head_lines)
    head = _head(head_lines, place)
    if not why:
        raise LessonError(f"{file}, line {fences[1] + 1}: nothing follows the head; write there why it comes so.")
    _check_outcomes(head, place)
    with place.of("promise"):
        promise = Promise(head.promise)
    domain, settings = _experiment(head, place)
    answer = 0 if head.answer is None else head.answer - 1
    fields = head.title, head.question, tuple(head.outcomes), answer, promise, head.blind
    return Lesson(key, *fields, domain, settings, why)


class _Place:
    """Where in a file something is wrong; what is refused there becomes one sentence."""

    def __init__(self, file: str, head: list[str]) -> None:
        self.file, self.head = file, head

    def line(self, name: str, table: str = "") -> int:
        """The line of an entry in a table of the head, from 1; the table's own, or the first, where it is not there."""
        now, last = "", 1
        for number, line in enumerate(self.head, 2):
            if found := re.match(r"\s*\[\s*([\w-]+)\s*\]", line):
                now = found[1]
                last = number if now in (table, name) else last
            elif now == table and re.match(rf"\s*[\"']?{re.escape(name)}[\"']?\s*=", line):
                return number
        return last

    def wrong(self, name: str, why: str, table: str = "") -> LessonError:
        """What to raise for it."""
        return LessonError(f"{self.file}, line {self.line(name, table)}: {why}")

    @contextmanager
    def of(self, name: str, table: str = "") -> Iterator[None]:
        """A block in which what is refused is wrong with that entry."""
        try:
            yield
        except (KnobError, DomainError, PromiseError) as error:
            raise self.wrong(name, str(error), table) from None


def _head(lines: list[str], place: _Place) -> _Head:
    try:
        found = tomllib.loads("\n".join(lines))
    except tomllib.TOMLDecodeError as error:
        where = re.search(r"at line (\d+)", str(error))
        number = 1 + (int(where[1]) if where else len(lines))
        why = str(error).split(" (at ")[0]
        raise LessonError(
            f"{place.file}, line {number}: the head is no TOML there ({why[0].lower() + why[1:]})."
        ) from None
    try:
        return _Head(**found)
    except ValidationError as refused:
        error = refused.errors()[0]
        name = str(error["loc"][0])
        if error["type"] == "missing":
            why = f"the head lacks {name}."
        elif error["type"] == "extra_forbidden":
            why = f"{name} is no entry of a lesson; it has {', '.join(_Head.model_fields)}."
        else:
            why = f"{name} {error['msg'].removeprefix('Value error, ').replace('Input should', 'should')}."
        raise place.wrong(name, why) from None


def _check_outcomes(head: _Head, place: _Place) -> None:
    n = len(head.outcomes)
    if not n and head.answer is not None:
        raise place.wrong("answer", "answer names one of the outcomes, and there are none.")
    if n and not FEWEST_OUTCOMES <= n <= MOST_OUTCOMES:
        raise place.wrong("outcomes", f"there must be {FEWEST_OUTCOMES} to {MOST_OUTCOMES} outcomes; got {n}.")
    if n and (head.answer is None or not 1 <= head.answer <= n):
        raise place.wrong("answer", f"answer must say which outcome comes true, 1 to {n}; got {head.answer}.")


def _experiment(head: _Head, place: _Place) -> tuple[Domain, Settings]:
    shifted = dict(head.domain)
    name = shifted.pop("name", None)
    if not isinstance(name, str):
        raise place.wrong("name", "domain needs a name, one of: " + ", ".join(domains.names()) + ".", "domain")
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
        raise place.wrong(
            "max_iter", f"max_iter of a lesson is at most {LONGEST_RUN:,}; got {settings.max_iter:,}.", "settings"
        )
    return domain, settings
