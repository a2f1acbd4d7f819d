"""The load test's clients against the real server, and how it counts what they see."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from conftest import finished

from bench.chromium import Noted, visit_in_chromium
from bench.loadtest import report
from bench.player_client import Player, read_frame
from bench.serving import ROOT, Server
from bench.student import PAIRS, Record, Student
from dann_core.live.recording import Recording


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("load") / "log") as server:
        yield server


async def play_and_change_gamma(address: str) -> Student:
    async with Student(address, "domain=moons&max_iter=100000", "plays", uploads=False) as student:
        await student.open()
        assert student.player.iteration == 0
        await student.play()
        await student.player.until(lambda: student.record.frames >= 2)
        await student.click("Settings.gamma.more")
        await student.player.until(lambda: student.player.state["link"].get("gamma") == "10.5")
        await student.pause()
    return student


def test_a_session_gets_frames_and_its_clicks_act(server: Server) -> None:
    student = finished(play_and_change_gamma(server.address))
    assert not student.errors
    assert student.player.iteration > 0
    assert len(student.record.pauses) == 1
    assert len(student.record.gaps) >= 2
    assert student.record.sent > student.record.frames
    assert student.record.moves > 0


async def steer(address: str) -> tuple[list[int], Student]:
    async with Student(address, "domain=moons&max_iter=100000", "steers", uploads=False) as student:
        await student.open()
        seen = [student.player.iteration]
        await student.player.step()
        seen.append(student.player.iteration)
        await student.player.speed("slow")
        await student.reset()
        seen.append(student.player.iteration)
    return seen, student


def test_a_player_steps_and_resets(server: Server) -> None:
    seen, student = finished(steer(server.address))
    assert seen == [0, 1, 0]
    assert student.player.state["speed"] == "slow"
    assert not student.errors


async def look_on(address: str) -> tuple[str, str, Student]:
    async with Student(address, "domain=moons", "owns", uploads=False) as owner:
        await owner.open()
        async with Student(address, f"domain=moons&run={owner.player.run}", "comes", uploads=False) as other:
            await other.open()
            # Who has no token may look, and is sent away who would steer.
            async with Player(address, owner.player.run, None, errors=other.errors) as player:
                await player.drawn()
                await player.send("play")
                await player.until(lambda: bool(player.errors))
        return owner.player.run, other.player.run, other


def test_a_link_to_a_run_is_answered_and_a_refusal_is_an_error(server: Server) -> None:
    owners, others, other = finished(look_on(server.address))
    assert owners != others
    assert any(text.startswith("refused: token") for text in other.errors)


async def upload_and_train(address: str) -> Student:
    async with Student(address, "domain=moons", "uploads", uploads=True) as student:
        await student.open()
        await student.train_on(*PAIRS[0])
        assert student.player.iteration == 0
        await student.play()
        await student.player.until(lambda: student.record.frames >= 2)
        await student.pause()
    return student


def test_a_session_trains_on_uploaded_files(server: Server) -> None:
    student = finished(upload_and_train(server.address))
    assert not student.errors
    assert "domain" not in student.player.state["link"]
    assert not server.tracebacks()


def test_a_real_page_notes_what_it_is_sent_and_shows(server: Server) -> None:
    record = Record("Chromium 0")
    finished(visit_in_chromium(server.address, "domain=moons&max_iter=100000", [record], 1))
    assert not record.errors
    assert len(record.pauses) == 1
    assert record.sent >= record.frames > 1
    assert record.moves > 0
    assert record.sent_bytes > 1000 * record.sent


def test_a_pause_lasts_until_the_screen_stands_still() -> None:
    seen = Noted(
        sent=[(10.0, 0, False, 9), (10.2, 5, True, 9)],
        states=[(10.1, "playing"), (11.1, "paused")],
        shown=[(9.0, 40), (9.1, 0), (10.3, 5), (11.25, 6)],
        clicked=11.0,
    )
    assert seen.paused() == 0.25
    # The film has shown others before.
    assert seen.own_frame() == 10.3


def test_the_server_and_its_workers_are_measured(server: Server) -> None:
    usage = server.usage()
    assert usage.server_mib > 100
    assert usage.server_cpu > 0


def test_of_what_comes_only_the_header_is_read() -> None:
    recording = Recording.load(ROOT / "assets" / "recordings" / "moons.dann")
    envelope = bytes([0, 0, 0, 0, 7, 0, 0, 0])
    frame = recording.frames[3]
    read = read_frame(envelope + frame.packed, 5.0)
    assert (read.at, read.number, read.iteration) == (5.0, 7, frame.iteration)
    assert read.bytes == len(frame.packed) + len(envelope)
    assert read_frame(envelope + recording.scene, 5.0) is None


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


def test_moves_count_while_a_run_plays() -> None:
    record = Record("moves")
    record.came(100, moved=True)
    record.play(1.0)
    assert record.move_seconds == 0
    for moved in (True, False, True):
        record.came(100, moved)
    record.stop(7.0)
    assert record.move_seconds == 3.0
    assert (record.sent, record.sent_bytes) == (4, 400)


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
    assert figures["moves"] == 6.0
    assert 1 < figures["gap"] <= 4
    assert "worst session's p95" in capsys.readouterr().out
