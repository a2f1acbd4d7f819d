"""The page itself with our style, the player's modules, Plotly's script and the recordings that come with the app.

Their addresses hold a version: a file of another content has another address, so browsers may keep what they have.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from functools import cache
from pathlib import Path

import streamlit
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response

from dann_core.film.modules import CATALOGUE, SPOKEN
from dann_core.language import ENGLISH, languages, module, negotiated

ROOT = Path(__file__).parent.parent
TYPES = {".js": "text/javascript", ".css": "text/css", ".dann": "application/octet-stream"}
FOLDERS = {
    "assets": ROOT / "assets",
    "player": ROOT / "player",
    "recordings": ROOT / "assets" / "recordings",
    # Where the installed package has it, so that their versions agree.
    "plotly": None,
}
FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}


@cache
def _files(folder: str) -> dict[str, Path]:
    place = FOLDERS[folder]
    if place is None:
        import plotly

        place = Path(plotly.__file__).parent / "package_data"
    return {f.name: f for f in sorted(place.iterdir()) if f.suffix in TYPES}


@cache
def version(folder: str, language: str = ENGLISH) -> str:
    """Of all files of a folder together; the player's in another language end in its name."""
    digest = hashlib.blake2b(digest_size=6)
    for name, file in _files(folder).items():
        digest.update(name.encode() + file.read_bytes())
    if language == ENGLISH:
        return digest.hexdigest()
    digest.update(_catalogue(language).encode())
    return f"{digest.hexdigest()}.{language}"


def address(folder: str, name: str, language: str = ENGLISH) -> str:
    """Where a file is served, relative to the app; modules of the player import their words from beside them."""
    return f"{folder}/{version(folder, language)}/{name}"


@cache
def _catalogue(language: str) -> str:
    return module(language, SPOKEN)


def serving(folder: str) -> Callable[[Request], Awaitable[Response]]:
    """What answers for `/FOLDER/VERSION/NAME`: files that lie in the folder itself, and nothing else."""

    async def serve(request: Request) -> Response:
        asked, name = request.path_params["version"], request.path_params["name"]
        language = _language(folder, asked)
        file = _files(folder).get(name)
        if file is None:
            return PlainTextResponse("There is no such file.", 404)
        # A page that is older than the server gets what there is now, and asks again next time.
        headers = FOR_EVER if asked == version(folder, language) else {"Cache-Control": "no-cache"}
        if language != ENGLISH and name == CATALOGUE:
            return Response(_catalogue(language), media_type=TYPES[file.suffix], headers=headers)
        return FileResponse(file, media_type=TYPES[file.suffix], headers=headers)

    return serve


def _language(folder: str, version: str) -> str:
    """The language that a version names, if there is such a one."""
    _, _, named = version.partition(".")
    return named if folder == "player" and named in languages() else ENGLISH


@cache
def _page(language: str) -> str:
    """Streamlit's page with our style in its head: one that came with the first script would move what is there."""
    whole = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    links = [f'<link rel="stylesheet" href="./{address("assets", "style.css")}" />']
    # Loaded beside Streamlit's own scripts, and not after them.
    links += [
        f'<link rel="modulepreload" href="./{address("player", n, language)}" />'
        for n in _files("player")
        if n[-3:] == ".js"
    ]
    spoken = whole.replace('<html lang="en">', f'<html lang="{language.replace("_", "-")}">')
    return spoken.replace("</head>", "\n".join([*links, "</head>"]))


async def page(request: Request) -> Response:
    """Any of the app's pages: they are one to the browser."""
    accepted = request.headers.get("accept-language", "").split(",")
    asked = [request.query_params.get("lang", ""), *(tag.partition(";")[0].strip() for tag in accepted)]
    language = negotiated(asked)
    return HTMLResponse(_page(language), headers={"Cache-Control": "no-cache", "Vary": "Accept-Language"})
