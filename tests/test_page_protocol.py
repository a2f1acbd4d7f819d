"""What the page asks of Streamlit, seen from a session that keeps count of the script's runs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import finished

from bench.serving import ROOT, Server
from bench.student import PAIRS, SAMPLES, UPLOAD, Student

ROLES = "source", "target"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("protocol") / "log") as server:
        yield server


class Counting(Student):
    """`runs` has the fragments of each script run that the session has been told of; none: the whole page's.

    `ticking` are the fragments that have had a timer: frames.
    """

    def __init__(self, address: str, query: str) -> None:
        super().__init__(address, query, "counts", uploads=False)
        self.runs: list[list[str]] = []
        self.ticking: set[str] = set()
        self._drawing = True

    @property
    def resting(self) -> bool:
        """Whether the page is not being drawn and no frame will come."""
        return not (self._drawing or self._timers)

    def _on_new_session(self, session: Any, message: Any) -> None:
        super()._on_new_session(session, message)
        self.runs.append(list(message.metadata.run.fragment_ids))
        self._drawing |= not self._is_tick(message)

    def _on_script_finished(self, status: int, message: Any) -> None:
        super()._on_script_finished(status, message)
        if not self._is_tick(message):
            self._drawing = False

    def _on_auto_rerun(self, asked: Any, message: Any) -> None:
        super()._on_auto_rerun(asked, message)
        self.ticking.add(asked.fragment_id)

    def _is_tick(self, message: Any) -> bool:
        fragments = set(message.metadata.run.fragment_ids)
        return bool(fragments) and fragments <= self.ticking


async def ask_for_a_frame_of_an_earlier_run(address: str) -> tuple[str, list[list[str]]]:
    async with Counting(address, "domain=moons&max_iter=100000") as tab:
        await tab.open()
        await tab.play()
        await tab.until(lambda: tab.record.frames >= 2)
        (earlier,) = tab._timers
        await tab.pause()
        await tab.play()
        # Until the stage has been drawn anew, Streamlit keeps the earlier fragment.
        await tab.until(lambda: len(tab._timers) == 1 and earlier not in tab._timers)
        tab.runs.clear()
        await tab._rerun(fragment=earlier, timer=True)
        await tab.until(lambda: len(tab.runs) >= 2)
        return earlier, tab.runs


def test_a_late_request_for_a_frame_of_an_earlier_run_is_dropped(server: Server) -> None:
    earlier, runs = finished(ask_for_a_frame_of_an_earlier_run(server.address))
    assert all(runs)
    assert [earlier] not in runs


async def turn_gamma(address: str) -> list[list[str]]:
    async with Counting(address, "domain=moons&max_iter=100000") as tab:
        await tab.open()
        await tab.play()
        tab.runs.clear()
        await tab.click("Settings.gamma.more")
        await tab.until(lambda: "gamma=10.5" in tab.query)
        frames = tab.record.frames
        await tab.until(lambda: tab.record.frames >= frames + 2)
        while_playing = list(tab.runs)
        await tab.pause()
        # At rest no frame comes: only the page's script shows what gamma makes of the curves.
        await tab.until(lambda: tab.resting)
        tab.runs.clear()
        await tab.click("Settings.gamma.less")
        await tab.until(lambda: "gamma" not in tab.query and not all(tab.runs))
        return while_playing


def test_a_gamma_turned_while_frames_come_does_not_draw_the_page_again(server: Server) -> None:
    assert all(finished(turn_gamma(server.address)))


async def let_a_run_end_beside_an_open_upload(address: str) -> list[list[str]]:
    async with Counting(address, "domain=moons&max_iter=4000") as tab:
        await tab.open()
        await tab.play()
        await tab.select(next(name for name in tab.widgets if name.startswith("domain.")), UPLOAD)
        await tab.until(lambda: "file source" in tab.widgets)
        assert not tab.done
        tab.runs.clear()
        await tab.until(lambda: tab.done)
        seen = len(tab.runs)
        await tab.until(lambda: len(tab.runs) >= seen + 3)
        runs = list(tab.runs)
        for role, name in zip(ROLES, PAIRS[0], strict=True):
            await tab.upload(f"file {role}", SAMPLES / name)
        # Nothing is on its way any more: the page is drawn, with the buttons of a run that has ended.
        await tab.until(lambda: not tab.enabled("Pause") and not tab._timers)
        return runs


def test_no_script_run_of_its_own_beside_an_open_upload(server: Server) -> None:
    assert all(finished(let_a_run_end_beside_an_open_upload(server.address)))


async def press(address: str, *names: str) -> dict[str, list[list[str]]]:
    """Press buttons in turn; the script runs until the page rests, or plays, that were more than frames."""
    seen = {}
    async with Counting(address, "domain=moons&max_iter=100000") as tab:
        await tab.open()
        await tab.until(lambda: tab.resting)
        for name in names:
            tab.runs.clear()
            frames = tab.record.frames
            if name == "Play":
                await tab.play()
                await tab.until(lambda frames=frames: tab.record.frames >= frames + 2)
            else:
                await tab.click(name)
                await tab.until(lambda: bool(tab.runs))
                await tab.until(lambda: tab.resting)
            seen[name] = [run for run in tab.runs if not run or set(run) - tab.ticking]
    return seen


def test_buttons_draw_only_what_they_change(server: Server) -> None:
    seen = finished(press(server.address, "Play", "Pause", "Reset"))
    assert all(seen["Play"])
    # The whole page later: when nothing more is trained, and when the picture rests.
    assert seen["Pause"][0]
    assert seen["Pause"].count([]) <= 2
    assert all(seen["Reset"])


async def drop(address: str, source: str, target: str) -> tuple[list[list[str]], dict[str, int]]:
    async with Counting(address, "domain=moons") as tab:
        await tab.open()
        await tab.select(next(name for name in tab.widgets if name.startswith("domain.")), UPLOAD)
        await tab.until(lambda: "file source" in tab.widgets and tab.resting)
        tab.runs.clear()
        # The second while the first is being read.
        await asyncio.gather(
            *(tab.upload(f"file {role}", ROOT / name) for role, name in zip(ROLES, (source, target), strict=True))
        )
        await tab.until(lambda: tab.enabled("Train on these") or bool(tab.errors))
        return tab.runs, dict(tab.errors)


def test_files_that_arrive_draw_only_the_upload(server: Server) -> None:
    runs, errors = finished(drop(server.address, *(f"assets/samples/{name}" for name in PAIRS[0])))
    assert all(runs)
    assert not errors


def test_a_refused_file_counts_as_an_error_box(server: Server) -> None:
    _, errors = finished(drop(server.address, "README.md", "README.md"))
    assert any(text.startswith("error box") for text in errors)
