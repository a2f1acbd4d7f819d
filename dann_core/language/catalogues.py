"""What there is of each language: one folder of `assets/languages` each, with catalogues that gettext's tools edit."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from gettext import c2py
from pathlib import Path
from typing import Any

from dann_core.language.text import Text

LANGUAGES = Path(__file__).parents[2] / "assets" / "languages"
ENGLISH = "en"
"""The language of the source: it has no folder."""


class Catalogue:
    """The words of one language; what is in none of its files stays English.

    Raises `KeyError` for a language that there is not.
    """

    def __init__(self, language: str, files: Iterable[str] | None = None) -> None:
        if language not in languages():
            raise KeyError(language)
        self.language = language
        self.messages: dict[str, str | tuple[str, ...]] = {}
        """By the English text; of one that counts, all forms that the language has."""
        self.plural_forms = "n != 1"
        """Which of the forms stands for a number n: an expression, as gettext writes it."""
        if language != ENGLISH:
            self._read(LANGUAGES / language, files)
        self._which = c2py(self.plural_forms)

    def words(self, text: str) -> str:
        """A text in this language; what is no `Text` is data, and stays as it is."""
        if not isinstance(text, Text):
            return text
        form = text.form
        template = self.messages.get(form.template) if form.is_known else form.template
        if template is None:
            return form.english()
        if isinstance(template, tuple):
            template = template[self._which(form.n)]
        return template.format_map({k: self._inner(v) for k, v in form.values.items()}) if form.values else template

    def _inner(self, value: Any) -> Any:
        return self.words(value) if isinstance(value, str) else value

    def _read(self, folder: Path, files: Iterable[str] | None) -> None:
        # English needs none of it, nor does a worker.
        from babel.messages.pofile import read_po

        for file in sorted(folder.glob("*.po")):
            if files is not None and file.stem not in files:
                continue
            with file.open("rb") as content:
                read = read_po(content, locale=self.language)
            self.plural_forms = read.plural_expr
            for message in read:
                if message.id and not message.fuzzy:
                    known = message.id[0] if isinstance(message.id, tuple) else message.id
                    if all(message.string if isinstance(message.string, tuple) else (message.string,)):
                        self.messages[known] = message.string


def module(language: str, files: Iterable[str] | None = None) -> str:
    """A language's words as an ES module in the place of `player/catalogue.js`."""
    words = Catalogue(language, files)
    written = json.dumps(words.messages, ensure_ascii=False, separators=(",", ":"))
    return f"export const catalogue = {written}\nexport const plural = (n) => Number({words.plural_forms})\n"


@cache
def catalogue(language: str) -> Catalogue:
    """All words of a language, read once."""
    return Catalogue(language)


@cache
def languages() -> tuple[str, ...]:
    """All languages there are, by the names of their folders; English first."""
    return (ENGLISH, *sorted(folder.name for folder in LANGUAGES.iterdir() if folder.is_dir()))


@cache
def own_name(language: str) -> str:
    """What a language calls itself."""
    from babel import Locale

    return (Locale.parse(language).get_language_name() or language).capitalize()


def negotiated(asked: Iterable[str]) -> str:
    """The first of the asked languages (`zh-CN`, `en-GB`) that there is, or one of its kind; else English."""
    for tag in asked:
        wanted = tag.replace("-", "_").partition("_")[0].lower()
        same = [name for name in languages() if name.lower() == tag.replace("-", "_").lower()]
        kin = [name for name in languages() if name.partition("_")[0] == wanted]
        if found := same or kin:
            return found[0]
    return ENGLISH
