"""Bring the catalogues in line with the source: new texts come in untranslated, changed ones marked, old ones go.

`make words`, or `python assets/languages/update.py`; a new folder named like a locale becomes a language this way.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
KEYWORDS = {"say": None, "tell": None, "say_many": (1, 2), "tell_many": (1, 2), "tellMany": (1, 2)}
KINDS = {".py": "python", ".js": "javascript"}
AREAS = {
    "files": ("dann_core/domains/files",),
    "core": ("dann_core", "server"),
    "learning": (
        *("ui/learn", "ui/lessons.py", "ui/classroom.py", "ui/joining.py", "ui/view_editor.py"),
        *("pages/learn.py", "pages/lessons.py", "pages/classroom.py"),
    ),
    "pages": ("ui", "pages", "app.py"),
    "player": ("player",),
}
"""Each catalogue, and whose texts are in it; a file belongs to the first that fits, a film's script to the player's."""


def area_of(file: Path) -> str:
    """The catalogue of a source file, given by its path from the project's root."""
    if file.suffix == ".js" and file.parts[0] != "ui":
        return "player"
    return next(name for name, places in AREAS.items() if any(file.is_relative_to(place) for place in places))


def sources() -> list[Path]:
    """All files with texts for people, by their paths from the project's root."""
    places = sorted({place for places in AREAS.values() for place in places})
    files = {f for place in places for f in ([ROOT / place] if place.endswith(".py") else (ROOT / place).rglob("*"))}
    return sorted(f.relative_to(ROOT) for f in files if f.suffix in KINDS)


def texts(file: Path) -> Iterator[tuple[int, str | tuple[str, str]]]:
    """The texts of one file, each with its line; one that counts is a pair."""
    content = io.BytesIO((ROOT / file).read_bytes())
    for line, message, _, _ in extract(KINDS[file.suffix], content, KEYWORDS, options={"encoding": "utf-8"}):
        yield line, message


def templates() -> dict[str, Catalog]:
    """What each catalogue has to hold."""
    found = {name: Catalog(fuzzy=False) for name in AREAS}
    for file in sources():
        for line, message in texts(file):
            found[area_of(file)].add(message, locations=[(str(file), line)])
    return found


def read(language: str, area: str) -> Catalog:
    """A catalogue as it is; an empty one where there is none yet."""
    file = HERE / language / f"{area}.po"
    if not file.exists():
        return Catalog(locale=language, fuzzy=False)
    with file.open("rb") as content:
        return read_po(content, locale=language)


def write(language: str, area: str, catalog: Catalog) -> None:
    """Only what a translator works on: no dates and line numbers, which would make every change a conflict."""
    written = io.BytesIO()
    write_po(
        written, catalog, width=120, omit_header=True, include_lineno=False, ignore_obsolete=True, sort_by_file=True
    )
    head = f'msgid ""\nmsgstr ""\n"Language: {language}\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    plural = f'"Plural-Forms: {catalog.plural_forms}\\n"\n\n'
    (HERE / language / f"{area}.po").write_bytes((head + plural).encode() + written.getvalue())


def is_translated(message: Message) -> bool:
    """Whether somebody has worded it, and for the text as it is now."""
    words = message.string if isinstance(message.string, tuple) else (message.string,)
    return not message.fuzzy and all(words)


def main() -> int:
    """Update all catalogues, and say what is left to translate."""
    found, left = templates(), 0
    for language in sorted(folder.name for folder in HERE.iterdir() if folder.is_dir()):
        for area, template in found.items():
            catalog = read(language, area)
            catalog.update(template, no_fuzzy_matching=False)
            write(language, area, catalog)
            missing = sum(not is_translated(message) for message in catalog if message.id)
            left += missing
            print(f"{language}/{area}.po: {len(catalog)} texts, {missing} to translate")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
