"""Texts are data until they are shown, and every one of them is in every catalogue."""

from __future__ import annotations

import ast
import copy
import json
import pickle
import re
import string
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from browser import ROOT

from dann_core.language import (
    Catalogue,
    Text,
    as_data,
    catalogues,
    from_data,
    joined,
    languages,
    module,
    negotiated,
    own_name,
    said,
    say,
    say_many,
)

sys.path.append(str(ROOT / "assets" / "languages"))
import update

OTHERS = languages()[1:]
CASES = [(language, area) for language in OTHERS for area in update.AREAS]


@pytest.fixture
def third(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Catalogue]:
    """A language with two forms for numbers, in a folder of its own."""
    folder = tmp_path / "de"
    folder.mkdir()
    (folder / "some.po").write_text(
        'msgid ""\nmsgstr ""\n"Language: de\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
        'msgid "{file}: {why}."\nmsgstr "{why} ({file})."\n\n'
        'msgid "it is empty"\nmsgstr "leer"\n\n'
        'msgid "{n:,} row"\nmsgid_plural "{n:,} rows"\nmsgstr[0] "{n} Zeile"\nmsgstr[1] "{n} Zeilen"\n\n'
        '#, fuzzy\nmsgid "not sure"\nmsgstr "unsicher"\n\nmsgid "not yet"\nmsgstr ""\n'
    )
    monkeypatch.setattr(catalogues, "LANGUAGES", tmp_path)
    catalogues.languages.cache_clear()
    yield Catalogue("de")
    catalogues.languages.cache_clear()


def test_a_text_is_the_english_sentence() -> None:
    text = say("{file}: {share:.0%} of {n:,} rows are left.", file="a{b}.csv", share=0.25, n=1024)
    assert text == "a{b}.csv: 25% of 1,024 rows are left."
    assert say("Braces {without} values") == "Braces {without} values"
    assert [say_many("{n} row", "{n} rows", n) for n in (0, 1, 2)] == ["0 rows", "1 row", "2 rows"]
    assert joined([say("One."), "two {x}"], " {} ") == "One. {} two {x}"
    assert isinstance(say("One.") + " two", Text)
    assert isinstance("one " + say("two"), Text)


@pytest.mark.parametrize(
    "text", [say("a {b}", b="{c}"), say_many("{n} row", "{n} rows", 3), joined([say("a"), "b"]), say("{")]
)
def test_it_survives_copies_and_processes(text: Text) -> None:
    for again in (pickle.loads(pickle.dumps(text)), copy.deepcopy(text), {text: text}[str(text)]):
        assert (again, again.form) == (text, text.form)


def test_an_error_says_what_it_was_raised_with() -> None:
    text = say("no {what}", what=say("rows"))
    assert said(ValueError(text)) is text
    assert said(OSError(2, "gone")) == "[Errno 2] gone"
    assert said(KeyboardInterrupt()) == ""


def test_a_catalogue_puts_it_into_words(third: Catalogue) -> None:
    text = say("{file}: {why}.", file="it is empty", why=say("it is empty"))
    assert third.words(text) == "leer (it is empty)."
    assert [third.words(say_many("{n:,} row", "{n:,} rows", n)) for n in (1, 1024)] == ["1 Zeile", "1024 Zeilen"]
    assert third.words(joined([say("it is empty"), text], "; ")) == "leer; leer (it is empty)."
    # A name is shown as it is, also where it is a text by chance; what nobody has worded stays English.
    assert third.words("it is empty") == "it is empty"
    assert [third.words(say(text)) for text in ("unheard of", "not sure", "not yet")] == [
        "unheard of",
        "not sure",
        "not yet",
    ]
    assert Catalogue("en").words(text) == "it is empty: it is empty."


def test_a_folder_is_a_language(third: Catalogue) -> None:
    assert languages() == ("en", "de")
    assert own_name("de") == "Deutsch"
    assert "(n != 1)" in module("de")
    assert "Zeilen" in module("de")
    assert module("de", ["none"]).startswith("export const catalogue = {}\n")
    with pytest.raises(KeyError):
        Catalogue("../de")


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        (["zh-CN"], "zh"), (["zh_Hans_CN"], "zh"), (["ZH"], "zh"), (["en-GB", "zh"], "en"), (["fr", "zh-TW"], "zh"),
        (["fr"], "en"), ([], "en"), ([""], "en"), (["../zh"], "en"), (["zhx"], "en"),
    ],
)  # fmt: skip
def test_the_first_language_that_there_is_is_taken(asked: list[str], language: str) -> None:
    assert negotiated(asked) == language


def test_what_travels_holds_the_parts() -> None:
    text = say("{a} of {b}", a=say_many("{n} row", "{n} rows", 1), b="x")
    row = {"text": "{n} row", "values": {"n": 1}, "many": "{n} rows", "n": 1}
    assert as_data({"why": text, "names": ("x", 1)}) == {
        "why": {"text": "{a} of {b}", "values": {"a": row, "b": "x"}},
        "names": ["x", 1],
    }


@pytest.mark.parametrize(
    "text",
    [
        *(say("One."), say("{"), say("a {b}", b="{c}"), say("{{{a:,}}} of {b:.0%}", a=3, b=0.5), "a {name}"),
        *(say_many("{n:,} row", "{n:,} rows", 1_024), joined([say("a"), "{b}"], say(", ")), say("{a}") + "{a}"),
    ],
)
def test_what_has_travelled_is_what_it_was(text: str) -> None:
    again = from_data(json.loads(json.dumps(as_data(text))))
    assert (again, type(again)) == (text, type(text))
    assert as_data(again) == as_data(text)


def nested(depth: int) -> object:
    return "x" if not depth else {"text": "{a}{a}", "values": {"a": nested(depth - 1)}}


@pytest.mark.parametrize(
    "data",
    [
        *(3, None, True, [], ["x"], {}, {"values": {}}, {"text": None}, {"text": ["x"]}, "x" * 3_000),
        *({"text": text, "values": {"a": "x"}} for text in ("{a.__class__}", "{a[0]}", "{a!r}", "{}", "{0}", "{b}")),
        *(
            {"text": text, "values": {"a": 1}}
            for text in ("{a:>99999999}", "{a:099999999}", "{a:.99999999f}", "{a", "}")
        ),
        *({"text": "{a}", "values": {"a": value}} for value in (None, True, [], 10**99, float("nan"), float("inf"))),
        *({"text": "x", "values": values} for values in (3, [1], "x")),
        *({"text": "x", "many": "y", "n": n} for n in ("1", 1.5, None, True, 10**99)),
        *({"text": "x", "many": 3, "n": 1}, {"text": "{a:,}", "values": {"a": "x"}}, {"text": "x", "joined": 3}),
        *({"text": "{a}", "values": {"a": 1}, "many": "{a.real}", "n": 1}, nested(20), nested(300)),
    ],
)
def test_what_is_no_text_does_not_become_one(data: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        from_data(data)


def test_every_literal_is_found() -> None:
    """Babel passes over a text that is made deep within the making of another one."""
    for file in (f for f in update.sources() if f.suffix == ".py"):
        found = {message if isinstance(message, str) else message[0] for _, message in update.texts(file)}
        for node in ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in update.KEYWORDS:
                literal = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
                assert literal is None or literal in found, f"{file}:{node.lineno}"


def words_of(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string)


def ids_of(message: Message) -> list[str]:
    return [message.id] if isinstance(message.id, str) else list(message.id)


def names_in(template: str) -> set[str]:
    """The values that a text has room for; braces of a text without values are no names."""
    try:
        return {name for _, name, _, _ in string.Formatter().parse(template) if name and name.isidentifier()}
    except ValueError:
        return set()


@pytest.fixture(scope="module")
def source() -> dict[str, Catalog]:
    return update.templates()


@pytest.mark.parametrize(("language", "area"), CASES)
def test_every_text_is_in_the_catalogue_and_no_other(language: str, area: str, source: dict[str, Catalog]) -> None:
    held = update.read(language, area)
    texts, kept = ({str(m.id) for m in c if m.id} for c in (source[area], held))
    assert texts - kept == set(), "run `make words`, then translate"
    assert kept - texts == set(), "run `make words`: these are said no more"


@pytest.mark.parametrize(("language", "area"), CASES)
def test_every_text_is_translated_with_all_its_values(language: str, area: str) -> None:
    for message in update.read(language, area):
        if not message.id:
            continue
        assert update.is_translated(message), message.id
        values = set.union(*map(names_in, ids_of(message)))
        for words in words_of(message):
            # A language may say a number in other words, but no value may go, or come from nowhere.
            assert names_in(words) == values, message.id
            assert re.findall(r":material/\w+:", words) == re.findall(r":material/\w+:", ids_of(message)[0])


def test_no_text_is_made_of_pieces() -> None:
    """The first argument is a literal: what is put together while the app runs, no catalogue can know."""
    call = re.compile(r"(?<![#.\w])(?:say|tell)(?:_many|Many)?\(\s*(f[\"']|`|[A-Za-z_][\w.]*\s*[,)+])")
    found = []
    for file in update.sources():
        content = (ROOT / file).read_text(encoding="utf-8")
        speaks = re.search(r"from (dann_core\.language|ui\.language|\"\./language\.js\")|language\.js\"", content)
        if speaks and file.name not in ("language.py", "text.py", "language.js"):
            found += [f"{file}: {m[0]}" for m in call.finditer(content)]
    assert found == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_text_has_the_same_words_in_all_catalogues(language: str) -> None:
    """They are one when they are read, and which comes last is an accident."""
    known: dict[str, list[str]] = {}
    for area in update.AREAS:
        for message in update.read(language, area):
            if message.id:
                assert known.setdefault(ids_of(message)[0], words_of(message)) == words_of(message), message.id


def test_no_words_of_the_player_pass_the_catalogue_by() -> None:
    """In the modules that hold its words, what is said is a literal of `tell`; keys are names of rules."""
    said = re.compile(r'"((?:[^"\\\n]|\\.)*)"(?!\s*:)|`([^`]*)`')
    found = []
    for file in (f for f in update.sources() if f.name.endswith("words.js")):
        known = " ".join(
            text for _, message in update.texts(file) for text in ([message] if isinstance(message, str) else message)
        )
        for match in said.finditer((ROOT / file).read_text(encoding="utf-8")):
            words = re.sub(r"\$\{[^}]*\}", "", match[1] or match[2] or "").strip()
            if re.search("[A-Za-z]{2,} [a-z]{2,}", words) and words not in known:
                found.append(f"{file}: {words}")
    assert found == []
