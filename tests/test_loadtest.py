"""The load test's client against the real server, and how it counts what it sees."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from conftest import finished

from bench.loadtest import report
from bench.serving import Server
from bench.student import PAIRS, Record, Student


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("load") / "log") as server:
        yield server


async def play_and_change_gamma(address: str) -> Student:
    async with Student(address, "domain=moons&max_iter=100000", "plays", uploads=False) as student:
        await student.open()
        assert student.iteration == 0
        await student.play()
        await student.until(lambda: student.record.frames >= 2)
        await student.click("Settings.gamma.more")
        await student.until(lambda: "gamma=10.5" in student.query)
        await student.pause()
    return student


def test_a_session_gets_frames_and_its_clicks_act(server: Server) -> None:
    student = finished(play_and_change_gamma(server.address))
    assert not student.errors
    assert student.iteration > 0
    assert len(student.record.pauses) == 1
    assert len(student.record.gaps) >= 2


async def upload_and_train(address: str) -> Student:
    async with Student(address, "domain=moons", "uploads", uploads=True) as student:
        await student.open()
        await student.train_on(*PAIRS[0])
        await student.play()
        await student.until(lambda: student.record.frames >= 2)
        await student.pause()
    return student


def test_a_session_trains_on_uploaded_files(server: Server) -> None:
    student = finished(upload_and_train(server.address))
    assert not student.errors
    assert "domain=" not in student.query
    assert not server.tracebacks()


def test_the_server_and_its_workers_are_measured(server: Server) -> None:
    usage = server.usage()
    assert usage.server_mib > 100
    assert usage.server_cpu > 0


def test_a_page_that_stands_still_has_a_gap() -> None:
    record = Record("still")
    record.play(10.0)
    record.frame(11.0)
    record.stop(31.0)
    record.frame(40.0)
    assert record.gaps == [1.0, 20.0]
    assert record.frames == 1
    assert record.played == 21.0


def test_a_short_rest_before_pause_is_no_gap() -> None:
    record = Record("moving")
    record.play(1.0)
    record.frame(3.0)
    record.stop(3.5)
    assert record.gaps == [2.0]


def test_the_report_bounds_what_was_seen(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    record = Record("slow")
    record.play(1.0)
    for at in (2.0, 3.0, 7.0):
        record.frame(at)
    record.stop(7.0)
    record.errors["a box"] += 2
    usage = server.usage()
    figures = report([record], [usage, usage], tracebacks=0)
    assert figures["memory"] == 0
    assert figures["errors"] == 2
    assert 1 < figures["gap"] <= 4
    assert "worst session's p95" in capsys.readouterr().out
