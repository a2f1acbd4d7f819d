"""A class: who may see it, what the wall is sent and when, and that nothing of a student stays."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from channel_app import Mine
from conftest import make_pair, watch
from live_runs import arrived
from websockets.sync.client import connect

from dann_core.live.message import FRAME, SCENE, unpack
from dann_core.settings import Settings
from server import classroom, place
from server.classroom import LONGEST_NAME, MEMBERS, Classroom
from server.registry import Full
from server.wall import FRAME_SECONDS, Wall


@pytest.fixture
def two(here: str) -> Iterator[list[Mine]]:
    """Students who have played a little, and whose pages are open."""
    made = [Mine(seed=str(k)) for k in range(2)]
    for mine in made:
        mine.experiment.come()
        go_on(mine)
    yield made
    for mine in made:
        mine.experiment.free()


def go_on(mine: Mine) -> None:
    """Train a little further."""
    run, until = mine.run, mine.run.iteration + 5
    run.play()
    watch(run, lambda: run.iteration >= until)
    arrived(run)


def opened(*students: Mine, **how: bool) -> Classroom:
    room = Classroom("7b", {}, **how)
    for student in students:
        room.join(student.key, "")
    return room


def received(wall: Wall, at: float) -> tuple[list[dict], list[tuple[int, int, int]]]:
    """What is due: texts, and of each binary its student, number and kind."""
    due = list(wall.due(at))
    binaries = [(m[0], int.from_bytes(m[4:8], "little"), unpack(m[8:]).kind) for m in due if isinstance(m, bytes)]
    return [json.loads(m) for m in due if isinstance(m, str)], binaries


def test_a_run_has_one_frame_in_five_seconds(two: list[Mine]) -> None:
    wall = Wall(opened(*two))
    _, first = received(wall, 100)
    assert [(who, kind) for who, _, kind in first] == [(1, SCENE), (1, FRAME), (2, SCENE), (2, FRAME)]
    for _ in range(2):
        go_on(two[0])
    assert received(wall, 100 + 0.99 * FRAME_SECONDS)[1] == []
    newest = two[0].run.recording.numbers[-1]
    assert received(wall, 100 + FRAME_SECONDS)[1] == [(1, newest, FRAME)]
    # Nothing is new of the other one, nor later of this one.
    assert received(wall, 100 + 9 * FRAME_SECONDS)[1] == []


def test_a_wall_makes_no_run_train(here: str, two: list[Mine]) -> None:
    mine = two[0]
    assert mine.run.playing
    before = mine.run.iteration
    room = opened(mine)
    code, token = classroom.classes.add(room)
    with connect(here.replace("http", "ws", 1) + "/wall") as socket:
        socket.send(json.dumps({"do": "hello", "version": 1, "class": code, "token": token}))
        told = json.loads(socket.recv(60))
        assert [(m["state"], m["iteration"]) for m in told["members"]] == [("playing", before)]
        assert [unpack(socket.recv(60)[8:]).kind for _ in range(2)] == [SCENE, FRAME]
        assert json.loads(socket.recv(60)) == {"is": "round"}
        socket.send('{"do": "ready"}')
        room.join(mine.key, "Ada")
        assert json.loads(socket.recv(60))["members"][0]["name"] == "Ada"
    wall = Wall(room)
    for second in range(60):
        received(wall, second)
    assert (mine.run.iteration, mine.run.busy) == (before, False)


@pytest.mark.parametrize("token", ["", "x", None, "the run's", 5])
def test_a_stranger_with_the_students_code_sees_no_wall(here: str, mine: Mine, token: str | int | None) -> None:
    code, _ = classroom.classes.add(opened(mine))
    said = {"do": "hello", "version": 1, "class": code, "token": mine.token if token == "the run's" else token}
    with connect(here.replace("http", "ws", 1) + "/wall") as socket:
        socket.send(json.dumps(said))
        refused = json.loads(socket.recv(60))
    assert (refused["is"], refused["rule"]) == ("refused", "class" if isinstance(token, str) else "malformed")


def test_an_upload_is_seen_only_while_it_is_shared(two: list[Mine]) -> None:
    student = two[0]
    pair = make_pair()
    student.experiment.use_upload(pair, Settings.for_pair(pair))
    go_on(student)
    wall = Wall(opened(student))
    texts, binaries = received(wall, 0)
    (member,) = texts[0]["members"]
    assert (member["own"], member["title"], member["target_accuracy"], binaries) == (True, "", None, [])
    student.experiment.share(True)
    assert [kind for _, _, kind in received(wall, 10)[1]] == [SCENE, FRAME]
    student.experiment.share(False)
    go_on(student)
    texts, binaries = received(wall, 20)
    assert (texts[0]["members"][0]["own"], binaries) == (True, [])


@pytest.mark.parametrize("is_blind", [False, True])
def test_without_the_exam_and_of_blind_runs_nothing_of_it_travels(two: list[Mine], is_blind: bool) -> None:
    assert any(unpack(m[8:]).exam for m in Wall(opened(two[0])).due(0) if isinstance(m, bytes))
    two[0].experiment.go_blind(is_blind)
    for message in Wall(opened(two[0], exam=is_blind)).due(0):
        if isinstance(message, str):
            (member,) = json.loads(message)["members"]
            assert not any(member[name] for name in ("target_accuracy", "source_only", "comparison"))
        else:
            assert not unpack(message[8:]).exam
            assert not unpack(message[8:]).exam_arrays


def test_students_are_forgotten_with_their_session(two: list[Mine], monkeypatch: pytest.MonkeyPatch) -> None:
    room = opened(*two)
    two[0].experiment.leave()
    # A reload takes a moment.
    assert [(m.number, m.is_here()) for m in room.members()] == [(1, False), (2, True)]
    monkeypatch.setattr(classroom, "AWAY_SECONDS", 0)
    assert [m.number for m in room.members()] == [2]
    assert room.member(two[0].key) is None
    two[1].experiment.leave()
    monkeypatch.setattr(classroom, "AWAY_SECONDS", 1000)
    monkeypatch.setattr(place.experiments, "keep_seconds", -1)
    place.experiments.prune()
    assert room.members() == []


def test_a_class_is_over_with_its_teacher_s_word(two: list[Mine]) -> None:
    room = opened(*two)
    code, token = classroom.classes.add(room)
    assert classroom.find(code) is classroom.claim(code, token) is room
    room.end()
    assert classroom.find(code) is classroom.claim(code, token) is None
    assert room.members() == []


def test_names_are_one_short_line_and_a_class_is_bounded(here: str, mine: Mine) -> None:
    room = Classroom("<b>7b</b>\n", {})
    assert room.title == "<b>7b</b>"
    mine.experiment.come()
    for name, kept in [("  Ada\n\tLovelace\x00 ", "Ada Lovelace"), ("", "student 1"), ("x" * 99, "x" * LONGEST_NAME)]:
        room.join(mine.key, name)
        assert room.member(mine.key).name == kept
    others = [place.experiments.add(mine.experiment)[0] for _ in range(MEMBERS)]
    for key in others[1:]:
        room.join(key, "")
    with pytest.raises(Full):
        room.join(others[0], "one too many")
    assert sorted(m.number for m in room.members()) == list(range(1, MEMBERS + 1))
