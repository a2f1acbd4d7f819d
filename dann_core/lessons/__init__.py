"""Lessons: one Markdown file each in `assets/lessons`, found by themselves; docs/lessons.md says how to add one."""

from dann_core.lessons.folder import LESSONS, find, read_all
from dann_core.lessons.head import LessonError
from dann_core.lessons.lesson import Lesson, read

__all__ = ["LESSONS", "Lesson", "LessonError", "find", "read", "read_all"]
