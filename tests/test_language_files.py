"""What is said of files stays data from the reading process to the page, and names in it are never templates."""

from __future__ import annotations

import re

import numpy as np
import pytest
from held_files import features, table
from in_chinese import in_chinese, leaves, sentence_in_chinese
from open_files import values
from upload_files import csv, npz, read, samples, zipped

from dann_core.domains.files import Unclear, UploadError, guess, open_file, titled, without_options
from dann_core.domains.files.asking import ARRAY_NAMES, FILE_NAMES, FOLDERS
from dann_core.domains.files.errors import listed, quoted, refusal
from dann_core.domains.files.facts import fact
from dann_core.domains.files.nouns import count_of
from dann_core.domains.files.words import SENTENCES, sentence, sentences
from dann_core.language import Text, catalogue, said, say

BRACES = ("{n}", "{0}", "{file.__class__}", "{name!r:>99999}", "{", "}}")
"""Names that would be asked for more than they are, were they taken for templates."""

SHAPES, LISTS = ("shape", "before", "after"), ("names", "columns", "others", "values")
NUMBERS = ("n", "of", "level", "steps", "channels", "most", "length", "step", "shortest")
COUNTED = ("cells", "features", "gaps", "recordings", "rows", "samples", "windows")


def value_of(name: str) -> object:
    """What a fact may hold under this name."""
    if name in SHAPES:
        return (3, 28, 1_024)
    if name in LISTS:
        return BRACES
    if name == "pairs":
        return dict(zip(BRACES, reversed(BRACES), strict=True))
    if name in NUMBERS or name in COUNTED:
        return 1_234
    if name in ("why", "where", "reason"):
        return say("rows")
    return 1234.5 if name in ("a", "b") else "{file.__class__}"


@pytest.mark.parametrize("rule", SENTENCES)
def test_every_fact_is_put_into_words(rule: str) -> None:
    named = re.findall(r"\{(\w+)\}", SENTENCES[rule])
    text = sentence(fact(rule, "a.csv", **{name: value_of(name) for name in named}))
    words = in_chinese(text)
    assert words != text
    for shown in (text, words):
        assert set(leaves(text)) & set(BRACES) == {name for name in BRACES if name in shown and name in leaves(text)}
        assert "1,234 1,234" not in shown
        assert "--" not in without_options(shown)


def test_a_fact_stands_once_with_its_files() -> None:
    facts = [fact("rows left out", file, rows=1, of=60) for file in BRACES[:2]] + [fact("other order", "c.csv")]
    first, second = sentences(facts)
    assert first == "{n} and {0}: 1 row of 60 left out: a cell is missing"
    assert in_chinese(first) == "{n} 和 {0}：60 行中略去了 1 行：有缺失单元格"
    assert in_chinese(second) == "c.csv：各列的顺序不同，已按名称对应"


def test_nouns_count() -> None:
    assert [count_of(n, "row") for n in (0, 1, 1_234)] == ["0 rows", "1 row", "1,234 rows"]
    assert in_chinese(count_of(1_234, "row")) == "1,234 行"
    assert in_chinese(listed("abcdef", 2)) == "“a”、“b”及另外 4 项"


@pytest.mark.parametrize("name", BRACES)
def test_names_are_no_templates(name: str) -> None:
    error = refusal(name, say("there is no column {name}; it holds {names}", name=quoted(name), names=listed([name])))
    assert str(error) == f"{name}: there is no column '{name}'; it holds '{name}'."
    assert sentence_in_chinese(said(error)) == f"{name}：没有列“{name}”；其中有“{name}”。"
    assert refusal(name, name, name).args[0] == f"{name}, {name}: {name}."


def test_what_a_text_calls_something_is_shortened_too() -> None:
    text = quoted(say("{name}, rows {first:,} to {last:,}", name="a\n" + 99 * "b", first=1, last=1_234))
    assert len(text) < 90
    assert text.isprintable()
    assert in_chinese(text).endswith("，第 1 至 1,234 行”")


def refused(name: str, data: bytes, **asked: object) -> str:
    """What an upload is refused with, in Chinese."""
    with pytest.raises(UploadError) as error:
        samples(name, data, **asked)
    return sentence_in_chinese(said(error.value))


@pytest.mark.parametrize("name", BRACES[:4])
def test_a_table_with_names_that_are_templates(name: str) -> None:
    ours = csv([f"{i % 7}.5,{i},{name if i % 2 else 'other'}" for i in range(60)], f"b,{name},label")
    theirs = csv([f"{i % 7}.5,{i},other" for i in range(60)], f"b,{name},label")
    made = read((f"{name}.csv", ours), ("t.csv", theirs), drop=("b",), keep=(name,))
    said_of = [note for note in made.report.notes if isinstance(note, Text)]
    assert f"t.csv: the target has no sample of '{name}': they are taught, and examined on nothing" in said_of
    assert any(f"“{name}”" in in_chinese(note) for note in said_of)
    bad = csv([f"{i % 3},{'x' if i == 3 else i}" for i in range(60)], f"label,{name}")
    words = refused(f"{name}.csv", bad)
    assert words.startswith(f"{name}.csv，第 4 行数据，列“{name}”：“x”不是数字")


@pytest.mark.parametrize("name", BRACES[:4])
def test_arrays_and_entries_with_names_that_are_templates(name: str) -> None:
    held = open_file(f"{name}.npz", npz(**{name: np.array([{}, 1], object), "x": np.zeros((4, 2))}))
    (problem,) = [i.problem for i in held.items if i.problem]
    assert f"{name}.astype(str)" in problem
    assert f"{name}.astype(str)" in in_chinese(problem)
    with pytest.raises(UploadError) as error:
        held.load([i for i in held.items if i.problem])
    assert sentence_in_chinese(said(error.value)).startswith(f"{name}.npz，“{name}”：其中是 Python 对象")
    with pytest.raises(UploadError) as error:
        values(open_file(f"{name}.zip", zipped({f"{name}/{name}.npz": b"PK\x03\x04nothing"})))
    assert sentence_in_chinese(said(error.value)).startswith(f"{name}.zip，条目 {name}/{name}.npz：")


def test_a_question_names_what_may_be_meant() -> None:
    columns, y = features()
    source = table("{n}.csv", **{"{0}": columns["a"], "{n}": y, "c": y + 10})
    with pytest.raises(Unclear) as error:
        guess(source, source)
    words = without_options(sentence_in_chinese(said(error.value)))
    assert words.startswith("{n}.csv：看不出其中哪一项是源域的标签；请指定其中一项，或另给一个含有标签的文件：")
    assert "“{n}”有 3 个不同的整数，特征也可能如此" in words
    assert "“{0}”含有小数" in words
    assert all(in_chinese(candidate.why) for candidate in error.value.candidates)


@pytest.mark.parametrize("choice", [FOLDERS, FILE_NAMES, ARRAY_NAMES])
def test_choices_that_are_no_names_have_words(choice: str) -> None:
    assert titled(choice) == choice
    assert catalogue("zh").words(titled(choice)).endswith("名")
    assert not isinstance(titled("{n}"), Text)


def test_options_stand_where_the_page_leaves_them_out() -> None:
    """In every language as in English: what only a command line has is in parentheses of ASCII, after a blank."""
    zh = catalogue("zh").messages
    for english, chinese in zh.items():
        pairs = zip((english,), (chinese,) if isinstance(chinese, str) else chinese, strict=True)
        for ours, theirs in pairs:
            assert re.findall(r" \((--[a-z-]+)", ours) == re.findall(r" \((--[a-z-]+)", theirs), ours
