"""What one session of the load test does, and what it has seen."""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections import Counter
from typing import Any

from bench.serving import ROOT
from bench.streamlit_client import Tab

SAMPLES = ROOT / "assets" / "samples"
PAIRS = (
    ("wine_source.csv", "wine_target.csv"),
    ("digits_source.npz", "digits_target.npz"),
    ("cells_source.mat", "cells_target.mat"),
)
UPLOAD = "Your own two files…"
ITERATION = re.compile(r"iteration \**([\d,]+)")


class Record:
    """What one session has seen; `at` are seconds of `time.time`.

    A gap is the time from Play or a frame to the next frame; the time from the last frame to Pause counts only where
    it is the stretch's longest, so that a page which stands still does not look like one without gaps.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.gaps: list[float] = []
        self.pauses: list[float] = []
        self.frames = 0
        self.played = 0.0
        self.errors: Counter[str] = Counter()
        self._began = self._last = self._longest = 0.0

    @property
    def playing(self) -> bool:
        """Whether a stretch has begun and not ended."""
        return self._began > 0

    def play(self, at: float) -> None:
        """Play has been pressed."""
        self._began, self._last, self._longest = at, at, 0.0

    def frame(self, at: float) -> None:
        """A new frame is on the page."""
        if self.playing:
            self.gaps.append(at - self._last)
            self._longest = max(self._longest, at - self._last)
            self._last = at
            self.frames += 1

    def stop(self, at: float) -> None:
        """Pause or Reset has been pressed, the run is done, or the session ends."""
        if self.playing:
            if at - self._last > self._longest:
                self.gaps.append(at - self._last)
            self.played += at - self._began
            self._began = 0.0


class Student(Tab):
    """A session that plays, changes gamma, pauses, resets and, if it `uploads`, trains on files of its own."""

    def __init__(self, address: str, query: str, name: str, *, uploads: bool) -> None:
        super().__init__(address, query)
        self.record = Record(name)
        self.iteration: int | None = None
        self.done = False
        self._random = random.Random(name)
        self._uploads = uploads

    def shown(self, element: Any, fragment: str) -> None:
        """Count frames, and boxes that tell of an error; the frame's own sentence about the run is none."""
        kind = element.WhichOneof("type")
        if kind == "progress" and (found := ITERATION.search(element.progress.text)):
            iteration = int(found[1].replace(",", ""))
            if iteration != self.iteration:
                self.record.frame(time.time())
            self.iteration = iteration
            self.done = "done" in element.progress.text
        elif kind == "alert" and element.alert.format == element.alert.ERROR and not self._is_frame(fragment):
            self.errors[f"error box: {element.alert.body}"] += 1

    def _is_frame(self, fragment: str) -> bool:
        # Of the page's parts, only frames hold nothing to press.
        return bool(fragment) and all(widget.fragment != fragment for widget in self.widgets.values())

    async def open(self) -> None:
        """Wait for the page."""
        await self.until(lambda: self.iteration is not None and self.enabled("Play"))

    async def live(self, seconds: float) -> None:
        """Do what a student does."""
        await self.open()
        deadline = time.time() + seconds
        await self._think(0.5, 3)
        await self.play()
        while time.time() < deadline:
            await self._think(2, 5)
            if self.done:
                await self.reset()
                await self.play()
            elif self._uploads and self._random.random() < 0.3:
                self._uploads = False
                await self.pause()
                await self.train_on(*self._random.choice(PAIRS))
                await self.play()
            else:
                await self._random.choices((self.change_gamma, self._rest, self._again), (5, 3, 1))[0]()
        await self.pause()

    async def play(self) -> None:
        """Press Play."""
        await self.until(lambda: self.enabled("Play"))
        self.record.play(time.time())
        await self.click("Play")
        await self.until(lambda: self.enabled("Pause") or self.done)

    async def pause(self) -> None:
        """Press Pause and measure how long the page takes to show it."""
        if not self.enabled("Pause"):
            self.record.stop(time.time())
            return
        pressed = time.time()
        self.record.stop(pressed)
        await self.click("Pause")
        await self.until(lambda: not self.enabled("Pause"))
        self.record.pauses.append(time.time() - pressed)

    async def reset(self) -> None:
        """Pause, then press Reset, where there is something to reset, and wait for the new run."""
        await self.pause()
        if self.enabled("Reset"):
            await self.click("Reset")
            # Where a run still stands at its first iteration, only the button tells that it has been pressed.
            await self.until(lambda: not self.enabled("Reset") and self.enabled("Play"))

    async def change_gamma(self) -> None:
        """One step, while the run goes on."""
        name = f"Settings.gamma.{self._random.choice(('less', 'more'))}"
        if self.enabled(name):
            await self.click(name)

    async def train_on(self, source: str, target: str) -> None:
        """Upload a pair of the sample files and start a run on it."""
        await self.select(next(name for name in self.widgets if name.startswith("domain.")), UPLOAD)
        for role, file in (("source", source), ("target", target)):
            await self.until(lambda role=role: f"file {role}" in self.widgets)
            await self._think(0.5, 1.5)
            await self.upload(f"file {role}", SAMPLES / file)
        await self.until(lambda: self.enabled("Train on these"))
        await self._think(0.5, 1.5)
        await self.click("Train on these")
        await self.until(lambda: "Train on these" not in self.widgets and self.iteration == 0 and self.enabled("Play"))

    async def _rest(self) -> None:
        await self.pause()
        await self._think(0.5, 2)
        if not self.done:
            await self.play()

    async def _again(self) -> None:
        await self.reset()
        await self.play()

    async def _think(self, least: float, most: float) -> None:
        await asyncio.sleep(self._random.uniform(least, most))
