"""What the page asks of Streamlit, seen from a session that keeps count of the script's runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from conftest import finished

from bench.serving import Server
from bench.student import PAIRS, SAMPLES, UPLOAD, Student


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("protocol") / "log") as server:
        yield server


class Counting(Student):
    """`runs` has the fragments of each script run that the session has been told of; none: the whole page's.

    `drawings` counts those that came to their end and drew more than a frame.
    """

    def __init__(self, address: str, query: str) -> None:
        super().__init__(address, query, "counts", uploads=False)
        self.runs: list[list[str]] = []
        self.drawings, self._drawing = 0, True
        self._frames: set[str] = set()

    @property
    def resting(self) -> bool:
        """Whether the page is not being drawn and no frame will come."""
        return not (self._drawing or self._timers)

    def _on_new_session(self, session: Any, message: Any) -> None:
        super()._on_new_session(session, message)
        self.runs.append(list(message.metadata.run.fragment_ids))
        self._drawing |= not self._is_frame(message)

    def _on_script_finished(self, status: int, message: Any) -> None:
        super()._on_script_finished(status, message)
        if not self._is_frame(message):
            self._drawing = False
            self.drawings += status in (message.FINISHED_SUCCESSFULLY, message.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)

    def _on_auto_rerun(self, asked: Any, message: Any) -> None:
        super()._on_auto_rerun(asked, message)
        self._frames.add(asked.fragment_id)

    def _is_frame(self, message: Any) -> bool:
        fragments = set(message.metadata.run.fragment_ids)
        return bool(fragments) and fragments <= self._frames


async def ask_for_a_frame_of_an_earlier_run(address: str) -> tuple[str, list[list[str]]]:
    async with Counting(address, "domain=moons&max_iter=100000") as tab:
        await tab.open()
        await tab.play()
        await tab.until(lambda: tab.record.frames >= 2)
        (earlier,) = tab._timers
        await tab.pause()
        drawings = tab.drawings
        await tab.play()
        # Until the page's script has ended, Streamlit keeps the earlier run's fragment; asked for then, it is skipped.
        await tab.until(lambda: tab.drawings > drawings and len(tab._timers) == 1)
        assert earlier not in tab._timers
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
        return tab.runs


def test_no_script_run_of_its_own_beside_an_open_upload(server: Server) -> None:
    assert all(finished(let_a_run_end_beside_an_open_upload(server.address)))


async def play_and_pause(address: str) -> tuple[list[list[str]], list[list[str]]]:
    async with Counting(address, "domain=moons&max_iter=100000") as tab:
        await tab.open()
        await tab.until(lambda: tab.resting)
        tab.runs.clear()
        await tab.play()
        await tab.until(lambda: tab.record.frames >= 2)
        playing = list(tab.runs)
        tab.runs.clear()
        await tab.pause()
        await tab.until(lambda: tab.resting and not all(tab.runs))
        return playing, tab.runs


def test_play_and_pause_draw_only_what_they_change(server: Server) -> None:
    playing, pausing = finished(play_and_pause(server.address))
    assert all(playing)
    # When nothing more is trained, and when the picture rests: a timer ends with a page that does not have it.
    assert pausing[0]
    assert 1 <= pausing.count([]) <= 2


async def drop_a_file(address: str) -> list[list[str]]:
    async with Counting(address, "domain=moons") as tab:
        await tab.open()
        await tab.select(next(name for name in tab.widgets if name.startswith("domain.")), UPLOAD)
        await tab.until(lambda: "file source" in tab.widgets and tab.resting)
        tab.runs.clear()
        await tab.upload("file source", SAMPLES / PAIRS[0][0])
        await tab.until(lambda: any(name.startswith("labels source") for name in tab.widgets))
        return tab.runs


def test_a_file_that_arrives_draws_only_the_upload(server: Server) -> None:
    assert all(finished(drop_a_file(server.address)))
