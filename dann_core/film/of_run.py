"""The film of a run that nobody has watched: trained, recorded and made into one HTML file; runs on any worker."""

from __future__ import annotations

from dann_core.domains.pair import DomainPair
from dann_core.film.page import film
from dann_core.language import ENGLISH
from dann_core.live.record import record
from dann_core.settings import Settings


def film_of_run(pair: DomainPair, settings: Settings, device: str = "cpu", language: str = ENGLISH) -> bytes:
    """The whole run, exam and inputs included. Raises `KnobError` like `Trainer`, and `FilmError` like `film`."""
    recording, trainer = record(pair, settings, device)
    return film(recording, history=trainer.history.rows, language=language)
