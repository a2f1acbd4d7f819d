"""All lessons there are: the files of `assets/lessons`, in the order of their names, in the words of a language."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from dann_core.language import ENGLISH, say
from dann_core.language.catalogues import LANGUAGES
from dann_core.lessons.head import LessonError, refusal
from dann_core.lessons.lesson import Lesson, read
from dann_core.lessons.translation import translated

LESSONS = Path(__file__).parents[2] / "assets" / "lessons"
LARGEST = 100_000
"""Bytes of a file; a larger one is refused unread."""


def read_all(
    folder: Path = LESSONS, language: str = ENGLISH, languages: Path = LANGUAGES
) -> tuple[list[Lesson], list[str]]:
    """The lessons of a folder, and one sentence for each file that is none: the others are there all the same.

    `languages` holds a folder for each language, whose `lessons` has the words of files of the same names; without
    any, or with a mistake in them, a lesson is English.
    """
    lessons, refused = [], []
    # English has no such folder.
    there = languages / language / "lessons"
    translations = {file.name: file for file in there.glob("*.md")}
    for file in sorted(folder.glob("*.md")):
        worded = translations.pop(file.name, None)
        try:
            lesson = _read(file, file.stat().st_mtime_ns)
            lessons.append(lesson)
            if worded:
                lessons[-1] = translated(lesson, _text(worded, _name(worded)), _name(worded))
        except LessonError as error:
            refused.append(error.args[0])
    for name in sorted(translations):
        why = say("there is no lesson in a file of that name to translate.")
        refused.append(refusal(_name(translations[name]), 1, why).args[0])
    return lessons, refused


def find(key: str, language: str = ENGLISH) -> Lesson | None:
    """The lesson of that key; None if there is none."""
    return next((lesson for lesson in read_all(language=language)[0] if lesson.key == key), None)


@cache
def _read(file: Path, _changed_at: int) -> Lesson:
    # A number in front of the name says the lesson's place, and is no part of its link.
    return read(_text(file, file.name), file.name, re.sub(r"^\d+-", "", file.stem))


def _name(translation: Path) -> str:
    """Its language's folder tells it from the English file."""
    return "/".join(translation.parts[-3:])


def _text(file: Path, name: str) -> str:
    if file.stat().st_size > LARGEST:
        why = say("the file has over {most:,} bytes; a lesson is a page of text.", most=LARGEST)
        raise refusal(name, 1, why)
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = file.read_bytes()[: error.start].count(b"\n") + 1
        raise refusal(name, line, say("the text is not UTF-8; save it as such.")) from None
