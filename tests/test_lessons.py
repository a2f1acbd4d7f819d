"""Lessons: their files are read or refused in one sentence, and each keeps its promise on nearly all seeds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dann_core.language import languages
from dann_core.lessons import Lesson, LessonError, find, read, read_all
from dann_core.lessons.measure import figures
from dann_core.lessons.promise import Promise, PromiseError

LESSONS, REFUSED = read_all()

GOOD = """+++
title = "A shift"
question = "What comes?"
outcomes = ["this", "that"]
answer = 2
promise = "target < source_only - 5"

[domain]
name = "moons"
angle = 60.0

[settings]
gamma = 5.0
+++

Because.
"""


def test_a_file_is_a_lesson_and_a_number_before_its_name_its_place_alone(tmp_path: Path) -> None:
    (tmp_path / "02-second.md").write_text(GOOD)
    (tmp_path / "01-first.md").write_text(GOOD.replace('outcomes = ["this", "that"]\nanswer = 2\n', "blind = true\n"))
    (tmp_path / "03-broken.md").write_text(GOOD.replace("gamma = 5.0", "gamma = 500"))
    (tmp_path / "04-latin.md").write_bytes(GOOD.replace("Because", "Dès").encode("latin-1"))
    (first, second), refused = read_all(tmp_path)
    assert (first.key, second.key) == ("first", "second")
    assert (first.blind, first.outcomes, second.blind, second.answer) == (True, (), False, 1)
    assert second.domain.angle == 60
    assert second.settings.gamma == 5
    # What its preset sets beside the file stays.
    assert second.settings.activation == "tanh"
    assert second.query() == {"domain": "moons", "angle": "60.0", "gamma": "5.0"}
    assert refused == [
        "03-broken.md, line 13: gamma must be a number from 0 to 50; got 500.",
        "04-latin.md, line 16: the text is not UTF-8; save it as such.",
    ]
    # A file is read again when it has changed.
    (tmp_path / "03-broken.md").write_text(GOOD.replace("gamma = 5.0", "gamma = 50.0  "))
    assert [lesson.key for lesson in read_all(tmp_path)[0]] == ["first", "second", "broken"]


WORDS = """+++
title = "Eine Verschiebung"
question = "Was kommt?"
outcomes = ["dies", "das"]
+++

Weil.
"""


def test_the_words_of_any_language_are_found_by_themselves_and_the_experiment_stays(tmp_path: Path) -> None:
    lessons, words = tmp_path / "lessons", tmp_path / "languages" / "de" / "lessons"
    lessons.mkdir()
    words.mkdir(parents=True)
    for name in ("01-first.md", "02-second.md", "03-third.md"):
        (lessons / name).write_text(GOOD)
    (words / "01-first.md").write_text(WORDS)

    def read_in(language: str) -> tuple[list[Lesson], list[str]]:
        return read_all(lessons, language, tmp_path / "languages")

    (first, second, _), refused = read_in("de")
    assert refused == []
    assert first[1:4] == ("Eine Verschiebung", "Was kommt?", ("dies", "das"))
    assert first.why == "Weil."
    # What nobody has translated is English, and so is all in a language that has no folder.
    english, _ = read_in("fr")
    assert second == english[1]
    worded = ("title", "question", "outcomes", "why")
    assert first._replace(**{name: getattr(english[0], name) for name in worded}) == english[0]
    # With a mistake it is English, too, and that is said.
    (words / "02-second.md").write_text(WORDS.replace(', "das"', ""))
    (words / "03-third.md").write_text(WORDS.replace('"Was kommt?"', '"Was kommt?"\nanswer = 1'))
    (words / "04-fourth.md").write_text(WORDS)
    told, refused = read_in("de")
    assert [lesson.title for lesson in told] == ["Eine Verschiebung", "A shift", "A shift"]
    assert refused == [
        "de/lessons/02-second.md, line 4: there must be 2 outcomes, as in the English file; got 1.",
        "de/lessons/03-third.md, line 4: answer is no entry of a lesson; it has title, question, outcomes.",
        "de/lessons/04-fourth.md, line 1: there is no lesson in a file of that name to translate.",
    ]


@pytest.mark.parametrize("language", languages()[1:])
def test_every_lesson_is_there_in_every_language(language: str) -> None:
    told, refused = read_all(language=language)
    assert refused == []
    for lesson, english in zip(told, LESSONS, strict=True):
        assert lesson.title != english.title
        assert lesson.question != english.question
        assert lesson.why != english.why
        assert not set(lesson.outcomes) & set(english.outcomes)
        assert len(lesson.outcomes) == len(english.outcomes)
    assert find("one-seed", language) == told[[lesson.key for lesson in LESSONS].index("one-seed")]


@pytest.mark.parametrize(
    ("old", "new", "line", "why"),
    [
        ("+++\ntitle", "title", 1, "begins with a line"),
        ("\n\nBecause.", "", 14, "nothing follows the head"),
        ('title = "A shift"', "title = A shift", 2, "no TOML there"),
        ('title = "A shift"\n', "", 1, "lacks title"),
        ('title = "A shift"', 'title = " "', 2, "title is empty"),
        ('title = "A shift"', 'titel = "A shift"\ntitle = "A shift"', 2, "titel is no entry"),
        ("answer = 2", "answer = 3", 5, "1 to 2; got 3"),
        ("answer = 2", 'answer = "2"', 5, "answer should be a valid integer"),
        ('["this", "that"]', '["this"]', 4, "2 to 5 outcomes; got 1"),
        ('outcomes = ["this", "that"]\n', "", 4, "there are none"),
        ("source_only - 5", "accuracy", 6, "names 'accuracy'"),
        ("target < source_only - 5", "target < 50", 6, "must name source_only"),
        ("target < source_only - 5", "target < 50 <", 6, "cannot be read"),
        ("target < source_only - 5", "open(source_only) < 1", 6, "names 'open'"),
        ("target < source_only - 5", "source_only.x < 1", 6, "comparisons"),
        ('"moons"', '"moon"', 9, "no built-in domain 'moon'"),
        ('name = "moons"\n', "", 8, "domain needs a name"),
        ("angle = 60.0", "angle = 600", 10, "from 0 to 180; got 600"),
        ("angle = 60.0", "angel = 60", 10, "angel is not a parameter of Moons"),
        ("gamma = 5.0", "gama = 5", 13, "gama is not a parameter of Settings"),
        ("gamma = 5.0", "max_iter = 100000", 13, "at most 3,000"),
    ],
)
def test_a_mistake_is_one_sentence_that_names_its_line(old: str, new: str, line: int, why: str) -> None:
    assert old in GOOD
    with pytest.raises(LessonError) as refused:
        read(GOOD.replace(old, new), "shift.md", "shift")
    said = str(refused.value)
    assert said.startswith(f"shift.md, line {line}: ")
    assert why in said
    assert said.endswith(".")


def test_a_promise_compares_sums_and_nothing_else() -> None:
    promise = Promise("30 < target - source_only <= 40 and -domain < -45.5")
    assert promise.holds({"target": 90, "source_only": 50, "domain": 50})
    assert not promise.holds({"target": 80, "source_only": 50, "domain": 50})
    assert not promise.holds({"target": 90, "source_only": 50, "domain": 45})
    assert not promise.holds({"target": float("nan"), "source_only": 50, "domain": 50})
    assert not promise.needs_spread
    assert Promise("spread > 2 + source_only_spread").needs_spread
    for text in ("", "source_only", "source_only < 1 or target < 2", "source_only * 2 < 1", "source_only < '1'"):
        with pytest.raises(PromiseError):
            Promise(text)


def test_all_lessons_can_be_read_and_are_told_apart() -> None:
    assert REFUSED == []
    assert len(LESSONS) >= 10
    assert len({lesson.key for lesson in LESSONS}) == len({lesson.title for lesson in LESSONS}) == len(LESSONS)
    assert all(re.fullmatch(r"[a-z0-9-]+", lesson.key) for lesson in LESSONS)
    # People sit before it.
    assert max(lesson.settings.max_iter for lesson in LESSONS) <= 1000


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.key)
def test_a_lesson_keeps_its_promise_on_the_seed_that_people_see(lesson: Lesson) -> None:
    found = figures(lesson, lesson.settings.seed)
    assert lesson.promise.holds(found), found


@pytest.mark.long
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.key)
def test_a_lesson_keeps_its_promise_on_nine_of_ten_seeds(lesson: Lesson) -> None:
    kept = [lesson.promise.holds(figures(lesson, seed)) for seed in range(10)]
    assert sum(kept) >= 9, kept
