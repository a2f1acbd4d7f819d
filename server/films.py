"""Films of a sweep's experiments: each run is trained once more, recorded, and kept for a while as one HTML file."""

from __future__ import annotations

import itertools
import secrets
import threading
import weakref
from concurrent.futures import Future
from typing import TYPE_CHECKING, NamedTuple

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from dann_core.engine.base import device
from dann_core.language import ENGLISH
from server.place import engine
from server.shown import built_in_pair

if TYPE_CHECKING:
    from dann_core.sweeps.plan import Case, Key, Plan

KEPT = 32
"""Films of this server, of at most 4 MB each; the one that was asked for longest ago goes first."""

# Nothing in a film could reach the app that shows it, even if something broke out of its place.
HEADERS = {"Content-Security-Policy": "sandbox allow-scripts", "Cache-Control": "private, max-age=3600"}


class Film(NamedTuple):
    """`name` cannot be guessed: who was told it may see the film, as with a download."""

    name: str
    number: int
    making: Future[bytes]

    @property
    def address(self) -> str:
        """Where it is served, relative to the app."""
        return f"films/{self.name}"

    @property
    def failed(self) -> bool:
        """Whether it could not be made."""
        return self.making.done() and (self.making.cancelled() or self.making.exception() is not None)


_numbers = itertools.count()
_films: weakref.WeakKeyDictionary[Plan, dict[tuple[Key, str], Film]] = weakref.WeakKeyDictionary()
_lock = threading.Lock()


def find(plan: Plan, key: Key, language: str = ENGLISH) -> Film | None:
    """The film of that experiment, made or in the making; None if nobody has asked for it so, or it has gone."""
    with _lock:
        return _films.get(plan, {}).get((key, language))


def ask(plan: Plan, case: Case, language: str = ENGLISH) -> Film:
    """Have an experiment of the plan filmed on a worker; a film that could not be made is tried again."""
    # Only now: a page that opens need not wait for what packs frames.
    from dann_core.film.of_run import film_of_run

    with _lock:
        mine = _films.setdefault(plan, {})
        known = mine.get((case.key, language))
        if known and not known.failed:
            return known
        _make_room()
        pair = plan.pair if case.domain is None else built_in_pair(case.domain, case.settings.seed)
        making = engine().submit(film_of_run, pair, case.settings, device(), language)
        made = mine[case.key, language] = Film(secrets.token_urlsafe(16), next(_numbers), making)
        return made


def _make_room() -> None:
    while len(kept := [(film.number, key, of) for of in _films.values() for key, film in of.items()]) >= KEPT:
        _, key, of = min(kept, key=lambda entry: entry[0])
        of.pop(key).making.cancel()


async def serve(request: Request) -> Response:
    """What answers for `/films/NAME`."""
    name = request.path_params["name"]
    with _lock:
        film = next((f for of in _films.values() for f in of.values() if f.name == name), None)
    if film is None or not film.making.done() or film.failed:
        return PlainTextResponse("There is no such film.", 404)
    return HTMLResponse(film.making.result(), headers=HEADERS)
