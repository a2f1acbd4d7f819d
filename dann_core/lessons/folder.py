"""All lessons there are: the files of `assets/lessons`, in the order of their names."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from dann_core.lessons.lesson import Lesson, LessonError, read

LESSONS = Path(__file__).parents[2] / "assets" / "lessons"
LARGEST = 100_000
"""Bytes of a file; a larger one is refused unread."""


def read_all(folder: Path = LESSONS) -> tuple[list[Lesson], list[str]]:
    """The lessons of a folder, and one sentence for each file that is none: the others are there all the same."""
    lessons, refused = [], []
    for file in sorted(folder.glob("*.md")):
        try:
            lessons.append(_read(file, file.stat().st_mtime_ns))
        except LessonError as error:
            refused.append(str(error))
    return lessons, refused


def find(key: str, folder: Path = LESSONS) -> Lesson | None:
    """The lesson of that key; None if there is none."""
    return next((lesson for lesson in read_all(folder)[0] if lesson.key == key), None)


@cache
def _read(file: Path, _changed_at: int) -> Lesson:
    if file.stat().st_size > LARGEST:
        raise LessonError(f"{file.name}, line 1: the file has over {LARGEST:,} bytes; a lesson is a page of text.")
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = file.read_bytes()[: error.start].count(b"\n") + 1
        raise LessonError(f"{file.name}, line {line}: the text is not UTF-8; save it as such.") from None
    # A number in front of the name says the lesson's place, and is no part of its link.
    return read(text, file.name, re.sub(r"^\d+-", "", file.stem))
