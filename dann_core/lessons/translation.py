"""A lesson in another language: its words alone. The experiment stays the English file's, so that they cannot part."""

from __future__ import annotations

from dann_core.language import say
from dann_core.lessons.head import Place, entries, parts
from dann_core.lessons.lesson import Lesson, Worded


def translated(lesson: Lesson, text: str, file: str) -> Lesson:
    """`lesson` in the words of a file's text; `file` is its name for people. Raises `LessonError`."""
    lines, why = parts(text, file)
    place = Place(file, lines)
    words = entries(Worded, lines, place)
    n, got = len(lesson.outcomes), len(words.outcomes)
    if got != n:
        raise place.wrong(
            "outcomes", say("there must be {n} outcomes, as in the English file; got {got}.", n=n, got=got)
        )
    return lesson._replace(title=words.title, question=words.question, outcomes=tuple(words.outcomes), why=why)
