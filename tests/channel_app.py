"""The real app in this process, with a real engine, for the tests of its live channel; a plugin of theirs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn
from browser import free_port
from streamlit import config

from server import place
from server.experiment import Experiment

QUICK = {"domain": "moons", "max_iter": "1000000"}
"""A run that does not end by itself."""


@pytest.fixture(scope="session")
def served() -> Iterator[str]:
    """The app, as uvicorn serves it anywhere. One for all: of Streamlit's runtime there is one in a process."""
    with pytest.MonkeyPatch.context() as patch:
        # Only for this engine: other tests start servers of their own, in this environment.
        patch.setenv("DANN_ENGINE", "threads")
        place.engine()
    from app import app

    port = free_port()
    settings = uvicorn.Config(app, port=port, ws="websockets-sansio", log_level="warning")
    server = uvicorn.Server(settings)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        thread.join(0.05)
        assert thread.is_alive()
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(60)
    assert not thread.is_alive()


@pytest.fixture(scope="module")
def here(served: str, threads: None) -> str:
    """Where the app is; it trains in this process."""
    return served


class Mine:
    """An experiment on this server, and what its owner has."""

    def __init__(self, **query: str) -> None:
        self.experiment = Experiment.from_query(QUICK | query)
        self.key, self.token = place.experiments.add(self.experiment)
        self.experiment.run.speed = "fast"

    @property
    def run(self):
        return self.experiment.run

    @property
    def owned(self) -> tuple[str, str]:
        return self.key, self.token

    @property
    def looked_at(self) -> tuple[str, None]:
        return self.key, None


@pytest.fixture
def mine() -> Iterator[Mine]:
    made = Mine()
    yield made
    made.experiment.free()


@pytest.fixture
def options() -> Iterator[Any]:
    """Sets Streamlit's options, for the time of a test."""
    before = {}

    def set_option(name: str, value: Any) -> None:
        before.setdefault(name, config.get_option(name))
        config.set_option(name, value)

    yield set_option
    for name, value in before.items():
        config.set_option(name, value)


def pass_time(seconds: float) -> None:
    """In which something must not happen."""
    threading.Event().wait(seconds)
