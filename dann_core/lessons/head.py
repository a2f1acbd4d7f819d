"""How a lesson's file begins: a head in TOML between two lines `+++`; what is wrong in one is said with its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from dann_core.domains import DomainError
from dann_core.language import said, say
from dann_core.lessons.promise import PromiseError
from dann_core.settings.knobs import KnobError

FENCE = "+++"

Entries = TypeVar("Entries", bound=BaseModel)


class LessonError(ValueError):
    """A file that is no lesson; one sentence that names the file, the line and the mend."""


class Place:
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
        return refusal(self.file, self.line(name, table), why)

    @contextmanager
    def of(self, name: str, table: str = "") -> Iterator[None]:
        """A block in which what is refused is wrong with that entry."""
        try:
            yield
        except (KnobError, DomainError, PromiseError) as error:
            raise self.wrong(name, said(error), table) from None


class Parts(NamedTuple):
    """The lines of a head, and the Markdown behind it."""

    head: list[str]
    why: str


def refusal(file: str, line: int, why: str) -> LessonError:
    """What to raise for what is wrong in that line; `why` is a sentence."""
    return LessonError(say("{file}, line {line}: {why}", file=file, line=line, why=why))


def parts(text: str, file: str) -> Parts:
    """Head and text of a file, neither of them empty. Raises `LessonError`."""
    lines = text.splitlines()
    fences = [number for number, line in enumerate(lines) if line.strip() == FENCE]
    if len(fences) < 2 or fences[0] != 0:
        why = say("a lesson begins with a line {fence}, its head, and another line {fence}.", fence=FENCE)
        raise refusal(file, 1, why)
    why = "\n".join(lines[fences[1] + 1 :]).strip()
    if not why:
        raise refusal(file, fences[1] + 1, say("nothing follows the head; write there why it comes so."))
    return Parts(lines[1 : fences[1]], why)


def entries(kind: type[Entries], lines: list[str], place: Place) -> Entries:
    """What a head says, as the entries that it may and must have. Raises `LessonError`."""
    try:
        found = tomllib.loads("\n".join(lines))
    except tomllib.TOMLDecodeError as error:
        where = re.search(r"at line (\d+)", str(error))
        number = 1 + (int(where[1]) if where else len(lines))
        why = str(error).split(" (at ")[0]
        why = say("the head is no TOML there ({why}).", why=why[0].lower() + why[1:])
        raise refusal(place.file, number, why) from None
    try:
        return kind(**found)
    except ValidationError as refused:
        error = refused.errors()[0]
        name = str(error["loc"][0])
        if error["type"] == "missing":
            why = say("the head lacks {name}.", name=name)
        elif error["type"] == "extra_forbidden":
            known = ", ".join(kind.model_fields)
            why = say("{name} is no entry of a lesson; it has {known}.", name=name, known=known)
        elif error["type"] == "string_too_short":
            why = say("{name} is empty.", name=name)
        else:
            rule = error["msg"].replace("Input should", "should")
            why = say("{name} {rule}.", name=name, rule=rule)
        raise place.wrong(name, why) from None
