"""The player's ES modules inside one HTML file, without a build step: an import map of data: URLs.

A module behind a data: URL has no folder in which "./dom.js" could be found. So each gets a name, "player/dom.js";
relative imports are written with these names, and the page's import map says what stands behind them. A style sheet
that a module finds beside itself, `new URL("./NAME", import.meta.url)`, becomes a data: URL likewise.
"""

from __future__ import annotations

import base64
import re
from pathlib import Path

from dann_core.language import ENGLISH, module

PLAYER = Path(__file__).parents[2] / "player"
CATALOGUE = "catalogue.js"
SPOKEN = ("core", "player")
"""The catalogues whose words the player shows."""

_NAMED = re.compile(r'\bfrom "player/([\w-]+\.js)"')
_RELATIVE = re.compile(r'\bfrom "\./([\w-]+\.js)"')
_BESIDE = re.compile(r'new URL\("\./([\w-]+\.css)", import\.meta\.url\)')
_LEFT = re.compile(r'"\.\.?/|\bimport\s*[("]|import\.meta')


def import_map(entry: str, language: str = ENGLISH) -> dict[str, str]:
    """What stands behind the names "player/NAME.js" that a module imports, and behind those that these import; the
    catalogue is that of a language.

    Raises `ValueError` for a module that refers to others in a form that is not understood, and `OSError`.
    """
    urls: dict[str, str] = {}
    waiting = sorted(_NAMED.findall(entry))
    while waiting:
        name = waiting.pop()
        key = f"player/{name}"
        if key in urls:
            continue
        source = _source(name, language)
        urls[key] = data_url("text/javascript", source)
        waiting += sorted(_NAMED.findall(source))
    return dict(sorted(urls.items()))


def data_url(kind: str, text: str) -> str:
    """A text as an address of its own; Base64 has no sign that HTML, JSON or JavaScript would act on."""
    return f"data:{kind};charset=utf-8;base64,{base64.b64encode(text.encode()).decode()}"


def _source(name: str, language: str) -> str:
    if name == CATALOGUE and language != ENGLISH:
        return module(language, SPOKEN)
    return _named((PLAYER / name).read_text(encoding="utf-8"), name)


def _named(source: str, name: str) -> str:
    named = _RELATIVE.sub(r'from "player/\1"', source)
    named = _BESIDE.sub(lambda found: f'"{data_url("text/css", (PLAYER / found[1]).read_text("utf-8"))}"', named)
    if left := _LEFT.search(named):
        raise ValueError(f"player/{name} refers to another file by {left[0]}…, which a single HTML file cannot follow.")
    return named
