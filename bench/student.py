"""What one session of the load test does, and what it has seen."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from typing import Any
from urllib.parse import urlencode

from bench.player_client import Arrived, Player
from bench.serving import ROOT
from bench.streamlit_client import Tab

SAMPLES = ROOT / "assets" / "samples"
PAIRS = (
    ("wine_source.csv", "wine_target.csv"),
    ("digits_source.npz", "digits_target.npz"),
    ("cells_source.mat", "cells_target.mat"),
)
UPLOAD = "Your own two files…"
PLAYER, ASKING = "player", "tab"
"""The page's components, by their names."""


class Record:
    """What one session has seen; `at` are seconds of `time.time`.

    A gap is the time from Play or a frame to the next frame that goes on; the time from the last frame to Pause counts
    only where it is the stretch's longest, so that a page which stands still does not look like one without gaps.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.gaps: list[float] = []
        self.pauses: list[float] = []
        self.frames = self.moves = 0
        self.sent = self.sent_bytes = 0
        """All frames that came over the wire, also those of a run at rest."""
        self.played = 0.0
        self.errors: Counter[str] = Counter()
        self._began = self._last = self._longest = 0.0

    @property
    def playing(self) -> bool:
        """Whether a stretch has begun and not ended."""
        return self._began > 0

    @property
    def move_seconds(self) -> float:
        """Of playing, from one frame whose t-SNE moved to the next on average; all of it where none did."""
        return self.played / max(self.moves, 1)

    def play(self, at: float) -> None:
        """Play has been pressed."""
        self._began, self._last, self._longest = at, at, 0.0

    def frame(self, at: float) -> None:
        """A frame of a higher iteration is on the page."""
        if self.playing:
            self.gaps.append(at - self._last)
            self._longest = max(self._longest, at - self._last)
            self._last = at
            self.frames += 1

    def came(self, size: int, moved: bool) -> None:
        """A frame has come over the wire."""
        self.sent += 1
        self.sent_bytes += size
        self.moves += moved and self.playing

    def stop(self, at: float) -> None:
        """Pause or Reset has been pressed, the run is done, or the session ends."""
        if self.playing:
            if at - self._last > self._longest:
                self.gaps.append(at - self._last)
            self.played += at - self._began
            self._began = 0.0


class Student(Tab):
    """A session with a page and its player: plays, changes gamma, pauses, resets and, if it `uploads`, trains on files.

    Play, Pause and Reset go over the player's own socket, gamma and files over Streamlit's.
    """

    def __init__(self, address: str, query: str, name: str, *, uploads: bool) -> None:
        super().__init__(address, query)
        self.record = Record(name)
        self.record.errors = self.errors
        self.player: Player | None = None
        self._random = random.Random(name)
        self._uploads = uploads

    async def __aexit__(self, *exception: object) -> None:
        if self.player:
            await self.player.__aexit__(*exception)
        await super().__aexit__(*exception)

    def shown(self, element: Any) -> None:
        """Count boxes that tell of an error."""
        if element.WhichOneof("type") == "alert" and element.alert.format == element.alert.ERROR:
            self.errors[f"error box: {element.alert.body}"] += 1

    async def open(self) -> None:
        """Wait for the page and for its run's first picture."""
        await self.until(lambda: PLAYER in self.widgets or ASKING in self.widgets)
        if ASKING in self.widgets:
            # The link is of somebody's run, and this tab has no token for it.
            await self.tell(ASKING, {"told": {"run": self.data(ASKING)["run"], "token": ""}})
            await self.until(lambda: PLAYER in self.widgets)
        given = self.data(PLAYER)
        if given["run"] is None:
            raise ConnectionError("the page has no run: all places are taken")
        self.player = Player(self.address, given["run"], given["token"], told=self._frame, errors=self.errors)
        await self.player.__aenter__()
        await self.player.drawn()

    def _frame(self, frame: Arrived) -> None:
        self.record.came(frame.bytes, frame.moved)
        if frame.iteration > self.player.iteration:
            self.record.frame(frame.at)
        if self.player.state and frame.iteration >= self.player.state["max_iter"]:
            # Nothing more is waited for.
            self.record.stop(frame.at)
        # As the player does, which keeps the address bar up to date.
        if link := self.player.state.get("link"):
            self.query = urlencode(link)

    async def live(self, seconds: float) -> None:
        """Do what a student does."""
        await self.open()
        deadline = time.time() + seconds
        await self._think(0.5, 3)
        await self.play()
        while time.time() < deadline:
            await self._think(2, 5)
            if self.player.is_done:
                await self.reset()
                await self.play()
            elif self._uploads and self._random.random() < 0.3:
                self._uploads = False
                await self.pause()
                await self.train_on(*self._random.choice(PAIRS))
                await self.play()
            else:
                await self._random.choices((self.change_gamma, self._rest, self._again), (8, 2, 1))[0]()
        await self.pause()

    async def play(self) -> None:
        """Press Play."""
        self.record.play(time.time())
        await self.player.play()

    async def pause(self) -> None:
        """Press Pause and measure how long the run takes to stand still."""
        self.record.stop(time.time())
        if self.player.is_playing:
            self.record.pauses.append(await self.player.pause())

    async def reset(self) -> None:
        """Pause, then press Reset, and wait for the new run."""
        await self.pause()
        await self.player.reset()

    async def change_gamma(self) -> None:
        """One step, while the run goes on."""
        name = f"Settings.gamma.{self._random.choice(('less', 'more'))}"
        if self.enabled(name):
            await self.click(name)

    async def train_on(self, source: str, target: str) -> None:
        """Upload a pair of the sample files and start a run on it."""
        before = self.player.state["scene"]
        await self.select(next(name for name in self.widgets if name.startswith("domain.")), UPLOAD)
        for role, file in (("source", source), ("target", target)):
            await self.until(lambda role=role: f"file {role}" in self.widgets)
            await self._think(0.5, 1.5)
            await self.upload(f"file {role}", SAMPLES / file)
        await self.until(lambda: self.enabled("Train on these"))
        await self._think(0.5, 1.5)
        await self.click("Train on these")
        await self.until(lambda: "Train on these" not in self.widgets)
        await self.player.until(lambda: self.player.state["scene"] != before)
        await self.player.drawn()

    async def _rest(self) -> None:
        # To see that a pause holds is a rest of two seconds.
        await self.pause()
        if not self.player.is_done:
            await self.play()

    async def _again(self) -> None:
        await self.reset()
        await self.play()

    async def _think(self, least: float, most: float) -> None:
        await asyncio.sleep(self._random.uniform(least, most))
