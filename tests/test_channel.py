"""The live channel on the real app: the real routes beside Streamlit's own, with a real engine in this process."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.error import URLError

import pytest
import uvicorn
from browser import free_port
from conftest import make_pair
from streamlit import config
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from dann_core import Settings
from dann_core.live.pace import SPEEDS
from dann_core.live.run import AHEAD
from player import Lane, Player, ask, hello, live
from server import channel, lane, place
from server.experiment import Experiment

QUICK = {"domain": "moons", "max_iter": "1000000"}
"""A run that does not end by itself."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The app, as uvicorn serves it anywhere."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DANN_ENGINE", "threads")
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


# What a player gets.


def test_a_hello_is_answered_with_state_scene_and_frame(address: str, mine: Mine) -> None:
    with Player(address, mine.owned) as player:
        player.until(lambda: bool(player.lane.states))
        state = player.lane.state
        assert (state["state"], state["iteration"], state["max_iter"]) == ("building", 0, 1_000_000)
        assert (state["owner"], state["undo"], state["late"], state["failure"]) == (True, False, False, None)
        assert state["title"] == mine.experiment.now.title
        assert state["link"] == {"domain": "moons", "max_iter": "1000000", "run": mine.key}
        assert state["knobs"]["gamma"] == mine.run.settings.gamma
        frame = player.frame()
        assert player.lane.scene.values["name"] == mine.experiment.pair.name
        assert player.lane.scene_id == mine.experiment.now.scene
        assert (frame.values["iteration"], player.lane.drawn) == (0, [1])
        player.until(lambda: player.lane.state["state"] == "paused")


def test_without_ready_nothing_is_launched(address: str, mine: Mine) -> None:
    with Player(address, mine.owned) as player:
        player.barrier()
        pass_time(lane.LONGEST_PATIENCE * 1.5)
        player.barrier()
        assert mine.run.needs_launch
        assert not player.lane.drawn


def test_without_ready_no_second_frame_comes_and_then_the_newest(address: str, mine: Mine) -> None:
    with Player(address, mine.owned) as slow, Player(address, mine.owned) as quick:
        slow.frame()
        quick.do("play")
        # The other one has the run go on, for a good many frames.
        quick.do("ready")
        quick.until(lambda: len(quick.lane.drawn) > 12, draws=True)
        slow.barrier()
        assert len(slow.lane.drawn) == 1
        quick.do("pause")
        quick.until(lambda: quick.lane.state["state"] == "paused", draws=True)
        arrived = mine.run.recording.numbers[-1]
        slow.frame()
        slow.barrier()
        assert len(slow.lane.drawn) == 2
        assert slow.lane.drawn[-1] >= arrived
        slow.settle()
        slow.lane.assert_whole(mine.run)


def test_a_run_that_is_played_to_its_end_is_whole(address: str) -> None:
    mine = Mine(max_iter="400")
    with Player(address, mine.owned) as player:
        player.do("play")
        player.settle()
        assert player.lane.state["state"] == "finished"
        assert player.lane.state["left"] is None
        assert player.lane.iteration == 400
        player.lane.assert_whole(mine.run)


def test_whoever_skips_frames_has_no_hole(address: str, mine: Mine) -> None:
    with Player(address, mine.owned) as player, Player(address, mine.looked_at) as looker:
        player.do("play")
        player.do("ready")
        looker.frame()
        for _ in range(3):
            seen = len(player.lane.drawn)
            player.until(lambda seen=seen: len(player.lane.drawn) > seen + 4, draws=True)
            looker.frame()
        assert len(looker.lane.drawn) < len(player.lane.drawn)
        player.do("pause")
        player.settle()
        looker.settle()
        player.lane.assert_whole(mine.run)
        looker.lane.assert_whole(mine.run)


def test_whoever_comes_back_with_a_cursor_gets_only_what_came_after(address: str, mine: Mine) -> None:
    with Player(address, mine.owned) as first:
        first.do("play")
        first.do("ready")
        first.until(lambda: len(first.lane.drawn) > 4, draws=True)
    has, known = first.lane, list(first.lane.drawn)
    with Player(address, mine.owned) as other:
        other.do("ready")
        other.until(lambda: len(other.lane.drawn) > 4, draws=True)
        other.do("pause")
        other.settle()
    scene = has.scene
    with Player(address, mine.owned, before=[has]) as again:
        again.settle()
        # Neither the scene nor a frame came again.
        assert again.lane.scene is scene
        assert again.lane.drawn[: len(known)] == known
        again.lane.assert_whole(mine.run)


@pytest.mark.parametrize("change", [{"rows": 10**9}, {"scene": -1}, {"rows": -5}, {"frame": "x"}, {"rows": True}])
def test_a_cursor_of_another_run_begins_anew(change: dict, address: str, mine: Mine) -> None:
    with Player(address, mine.owned) as player:
        player.frame()
        said = hello(mine.owned, lanes=player.lanes)
    said["runs"][0] |= change
    with Player(address) as again:
        again.lanes = [Lane()]
        again.send(said)
        again.settle()
        again.lane.assert_whole(mine.run)


def test_whoever_was_hidden_has_no_hole(address: str, mine: Mine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lane, "HIDDEN_SECONDS", 0.5)
    with Player(address, mine.owned) as player:
        player.frame()
        player.do("play")
        player.do("hidden", hidden=True)
        # Without a "ready": browsers hold a hidden page's timers back. The run goes on all the same.
        # And most of its frames are not sent.
        player.until(lambda: len(player.lane.drawn) > 3 and player.lane.drawn[-1] > len(player.lane.drawn) + 2)
        player.do("hidden", hidden=False)
        player.barrier()
        seen = len(player.lane.drawn)
        pass_time(1)
        player.barrier()
        assert len(player.lane.drawn) == seen
        player.do("pause")
        player.settle()
        player.lane.assert_whole(mine.run)


def test_a_hidden_page_gets_a_frame_in_some_seconds_only(
    address: str, mine: Mine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lane, "HIDDEN_SECONDS", 3600)
    with Player(address, mine.owned, hidden=True) as player:
        player.do("play")
        player.until(lambda: len(player.lane.drawn) == 1)
        player.until(lambda: player.lane.state["iteration"] > 300)
        assert len(player.lane.drawn) == 1


def test_frames_come_by_their_numbers(address: str, mine: Mine) -> None:
    with Player(address, mine.owned) as player:
        player.do("play")
        player.do("ready")
        player.until(lambda: len(player.lane.drawn) > 20, draws=True)
        player.do("pause")
        player.settle()
        kept = mine.run.recording
        assert player.fetch(3, 7) == [n for n in kept.numbers if 3 <= n <= 7]
        packed = dict(zip(kept.numbers, kept.frames, strict=True))
        assert player.lane.frames[5].pack() == packed[5].packed
        assert player.answered[-1] == {"is": "frames", "lane": 0, "first": 3, "last": 7}
        # No more at a time than are bounded: the rest is asked for next.
        came = player.fetch(1, 10_000)
        assert came == kept.numbers[: lane.MOST_FRAMES]
        assert player.fetch(came[-1] + 1, 10_000)[0] == kept.numbers[lane.MOST_FRAMES]
        assert player.fetch(9, 3) == player.fetch(-5, 0) == player.fetch(5000, 6000) == []
        player.lane.assert_whole(mine.run)


def test_frames_of_a_run_that_has_none_yet(address: str, mine: Mine) -> None:
    with Player(address, mine.owned) as player:
        assert player.fetch(1, 5) == []


# Who has a run train.


def test_nothing_trains_when_nobody_is_ready(address: str, mine: Mine) -> None:
    with Player(address, mine.owned) as player, Player(address, mine.looked_at) as looker:
        player.frame()
        player.do("play")
        player.barrier()
        # At most what was asked for with Play and ahead of it.
        while mine.run.busy:
            mine.run.wait(60)
        stopped, frames = mine.run.iteration, len(mine.run.recording.frames)
        assert frames <= 1 + AHEAD
        # Who only looks is ready all the time.
        looker.do("ready")
        looker.until(lambda: looker.lane.iteration == stopped, draws=True)
        pass_time(lane.LONGEST_PATIENCE + 2 * SPEEDS["fast"].frame_seconds)
        looker.barrier()
        assert (mine.run.iteration, len(mine.run.recording.frames)) == (stopped, frames)
        assert mine.run.playing
        # And then it does.
        player.frame()
        player.frame()
        player.frame()
        assert mine.run.iteration > stopped


def test_a_closed_page_trains_nothing(address: str, mine: Mine) -> None:
    with Player(address, mine.owned) as player:
        player.do("play")
        player.do("ready")
        player.until(lambda: len(player.lane.drawn) > 3, draws=True)
        assert mine.experiment.owners == 1
    while mine.experiment.owners or mine.run.busy:
        pass_time(0.05)
    stopped = mine.run.iteration
    pass_time(lane.LONGEST_PATIENCE + 0.5)
    assert mine.run.iteration == stopped


def test_an_open_socket_of_its_owner_is_presence(address: str, mine: Mine) -> None:
    assert not place._is_present(mine.experiment)
    with Player(address, mine.looked_at) as looker:
        looker.barrier()
        assert not place._is_present(mine.experiment)
    with Player(address, mine.owned, mine.owned) as player:
        player.barrier()
        assert mine.experiment.owners == 2
        assert place._is_present(mine.experiment)
    while mine.experiment.owners:
        pass_time(0.05)
    assert not place._is_present(mine.experiment)


def test_several_lanes_on_one_socket(address: str, mine: Mine) -> None:
    other = Mine(domain="blobs")
    with Player(address, mine.owned, other.owned, mine.looked_at) as player:
        for number in range(3):
            player.frame(number)
        assert player.lanes[0].scene.values["name"] == mine.experiment.pair.name
        assert player.lanes[1].scene.values["name"] == other.experiment.pair.name
        player.do("step", 1)
        player.do("ready", 1)
        player.until(lambda: player.lanes[1].iteration == 1, draws=True)
        assert (mine.run.iteration, other.run.iteration) == (0, 1)
        assert player.lanes[0].iteration == player.lanes[2].iteration == 0
        assert [la.state["owner"] for la in player.lanes] == [True, True, False]
        assert player.lanes[2].state["link"] is None
    other.experiment.free()


# Steering.


def test_after_paused_no_frame_goes_further(address: str, mine: Mine) -> None:
    with Player(address, mine.owned) as player:
        player.frame()
        for _ in range(3):
            seen = len(player.lane.drawn)
            player.do("play")
            player.do("ready")
            player.until(lambda seen=seen: len(player.lane.drawn) > seen + 2, draws=True)
            player.do("pause")
            player.until(lambda: player.lane.state["state"] == "paused")
            paused = player.lane.state["iteration"]
            player.settle()
            assert player.lane.iteration == mine.run.iteration == paused
        player.lane.assert_whole(mine.run)


def test_a_step_is_exactly_one_iteration(address: str, mine: Mine) -> None:
    with Player(address, mine.owned) as player:
        player.frame()
        for expected in (1, 2):
            player.do("step")
            player.settle(expected)
        for _ in range(3):
            player.do("step")
        player.settle(5)
        # And not one more.
        player.barrier()
        assert player.lane.iteration == mine.run.iteration == 5
        assert not mine.run.busy
        player.lane.assert_whole(mine.run)


def test_reset_and_undo_are_other_scenes(address: str, mine: Mine) -> None:
    with Player(address, mine.owned) as player:
        player.do("step")
        player.settle(1)
        first, page = player.lane.scene_id, player.lane.state["page"]
        assert not player.lane.state["undo"]
        player.do("reset")
        assert player.frame().values["iteration"] == 0
        second = player.lane.scene_id
        assert second != first
        assert player.lane.state["undo"]
        assert player.lane.state["notice"]["rule"] == "reset"
        # Nothing that Streamlit draws has changed.
        assert player.lane.state["page"] == page
        player.do("undo")
        player.settle(1)
        assert player.lane.scene_id not in (first, second)
        assert player.lane.iteration == 1
        assert player.lane.state["page"] > page
        player.lane.assert_whole(mine.run)


def test_a_speed_is_heard_by_all(address: str, mine: Mine) -> None:
    with Player(address, mine.owned) as player, Player(address, mine.looked_at) as looker:
        for speed in SPEEDS:
            player.do("speed", speed=speed)
            looker.until(lambda speed=speed: bool(looker.lane.states) and looker.lane.state["speed"] == speed)
        assert mine.run.speed == speed


def test_time_left_is_told_from_the_start(address: str, mine: Mine) -> None:
    mine.run.speed = "normal"
    with Player(address, mine.owned) as player:
        player.frame()
        player.do("play")
        player.until(lambda: player.lane.state["state"] == "playing")
        assert player.lane.state["left"] == 20


def test_a_live_change_by_the_page_arrives(address: str, mine: Mine) -> None:
    with Player(address, mine.owned) as player:
        player.do("play")
        player.do("ready")
        player.until(lambda: len(player.lane.drawn) > 1, draws=True)
        scene = player.lane.scene_id
        mine.experiment.change("gamma", 3.0)
        player.until(lambda: player.lane.state["knobs"]["gamma"] == 3.0, draws=True)
        assert player.lane.state["link"]["gamma"] == "3.0"
        player.do("pause")
        player.settle()
        frame = player.lane.frames[player.lane.drawn[-1]]
        ((_, name, old, new),) = frame.values["changes"]
        assert (name, old, new) == ("gamma", 10.0, 3.0)
        assert frame.values["knobs"]["gamma"] == 3.0
        assert player.lane.scene_id == scene
        # A new network is another scene, of which Streamlit's part has to be drawn too.
        page = player.lane.state["page"]
        mine.experiment.change("discriminator_width", 32)
        assert player.frame().values["iteration"] == 0
        assert player.lane.scene_id != scene
        assert player.lane.scene.values["settings"]["discriminator_width"] == 32
        assert player.lane.state["notice"]["rule"] == "rebuilt"
        assert mine.experiment.page >= page


def test_a_notice_is_the_owner_s_and_goes_when_it_is_dismissed(address: str) -> None:
    mine = Mine(gama="3")
    with Player(address, mine.owned) as player, Player(address, mine.looked_at) as looker:
        player.until(lambda: bool(player.lane.states))
        notice = player.lane.state["notice"]
        assert (notice["rule"], notice["level"], notice["facts"]) == ("unknown in link", "error", {"names": ["gama"]})
        player.do("dismiss", notice=notice["id"] + 1)
        player.barrier()
        assert player.lane.state["notice"] == notice
        player.do("dismiss", notice=notice["id"])
        player.until(lambda: player.lane.state["notice"] is None)
        looker.barrier()
        assert all(state["notice"] is None for state in looker.lane.states)


def test_a_failure_is_told_and_reconnect_ends_it(address: str, mine: Mine) -> None:
    with Player(address, mine.owned) as player:
        player.do("step")
        player.settle(1)
        mine.run._handle._run.trainer = None
        player.do("step")
        player.until(lambda: player.lane.state["failure"] is not None)
        assert player.lane.state["state"] == "failed"
        assert player.lane.state["failure"]["rule"] == "training"
        player.do("reconnect")
        player.until(lambda: player.lane.state["failure"] is None)
        player.do("step")
        player.settle(2)
        player.lane.assert_whole(mine.run)


# What is refused.


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "https://127.0.0.1.evil.example", "null", "http://127.0.0.1:1", "http://[", "x" * 500],
)
def test_a_foreign_origin_is_refused_before_anything_is_said(origin: str, address: str, mine: Mine) -> None:
    with pytest.raises(InvalidStatus) as refused, connect(live(address), origin=origin):
        pass
    assert refused.value.response.status_code == 403
    # To who asks by plain requests it is said, so that the page can say it.
    told = ask(address, {"hello": hello(mine.looked_at)}, [Lane()], Origin=origin)
    assert told == [{"is": "refused", "rule": "origin", "facts": {}}]


def test_the_app_s_own_origin_and_none_are_welcome(address: str, mine: Mine) -> None:
    for origin in (address, None):
        with Player(address, mine.looked_at, origin=origin) as player:
            player.until(lambda player=player: bool(player.lane.states))


def test_origins_that_streamlit_was_told_to_allow_are_welcome(address: str, mine: Mine, options) -> None:
    options("server.corsAllowedOrigins", ["https://good.example"])
    with Player(address, mine.looked_at, origin="https://good.example") as player:
        player.until(lambda: bool(player.lane.states))
    for other in ("http://good.example", "https://good.example.evil", "https://evil.example"):
        with pytest.raises(InvalidStatus), connect(live(address), origin=other):
            pass
    options("browser.serverAddress", "named.example")
    with Player(address, mine.looked_at, origin="https://named.example:8443") as player:
        player.until(lambda: bool(player.lane.states))
    options("server.enableCORS", False)
    with Player(address, mine.looked_at, origin="https://evil.example") as player:
        player.until(lambda: bool(player.lane.states))
    assert ask(address, {"hello": hello(mine.looked_at)}, [Lane()], Origin="https://evil.example")


def is_called(address: str, host: str) -> bool:
    """Whether the app answers a socket that calls its machine by another name."""
    port = int(address.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as plain:
        try:
            with connect(f"ws://{host}:{port}/live", sock=plain):
                return True
        except InvalidStatus as refused:
            assert refused.response.status_code in (400, 403)  # noqa: PT017
            return False


def test_a_host_that_streamlit_was_not_told_to_allow_is_refused(address: str, options) -> None:
    assert is_called(address, "other.example")
    options("server.allowedHosts", ["good.example", "*.better.example"])
    for host in ("good.example", "GOOD.example", "a.better.example"):
        assert is_called(address, host)
    for host in ("other.example", "better.example", "good.example.evil.com", "127.0.0.1"):
        assert not is_called(address, host)


@pytest.mark.parametrize("token", ["", "x", "täuschend", "\ud800"])
def test_a_wrong_token_is_refused(token: str, address: str, mine: Mine) -> None:
    with Player(address) as player:
        player.send(hello((mine.key, token)))
        refused = player.refusal()
        assert (refused.rule, refused.code) == ("token", 1008)
    assert [t["rule"] for t in ask(address, {"hello": hello((mine.key, token))})] == ["token"]
    assert mine.experiment.owners == 0


def test_another_run_s_token_is_refused_on_any_lane(address: str, mine: Mine) -> None:
    other = Mine()
    with Player(address) as player:
        player.send(hello(mine.owned, (other.key, mine.token)))
        assert player.refusal().rule == "token"
    # Who was let in on the first lane is not counted as present.
    assert mine.experiment.owners == 0


STEERED = [{"do": what} for what in lane.STEERING]


@pytest.mark.parametrize("command", STEERED, ids=[c["do"] for c in STEERED])
def test_who_has_no_token_steers_nothing(command: dict, address: str, mine: Mine) -> None:
    before = mine.experiment.now.scene, mine.run.playing, mine.run.speed
    with Player(address, mine.looked_at) as looker:
        looker.send(command | {"speed": "slow"})
        refused = looker.refusal()
        assert (refused.rule, refused.code) == ("token", 1008)
    assert (mine.experiment.now.scene, mine.run.playing, mine.run.speed) == before
    assert mine.run.needs_launch


def test_an_upload_is_shown_to_others_only_when_it_is_shared(address: str, mine: Mine) -> None:
    pair = make_pair()
    mine.experiment.use_upload(pair, Settings.for_pair(pair))
    with Player(address, mine.owned) as player:
        player.frame()
        assert player.lane.state["link"] == {"run": mine.key}
        with Player(address, mine.looked_at) as looker:
            assert looker.refusal().rule == "not shared"
        assert [t["rule"] for t in ask(address, {"hello": hello(mine.looked_at)})] == ["not shared"]
        mine.experiment.share(True)
        with Player(address, mine.looked_at) as looker:
            looker.frame()
            assert looker.lane.scene.values["name"] == "test pair"


def test_an_upload_that_takes_the_place_of_a_built_in_domain_is_not_shown_to_who_was_there(
    address: str, mine: Mine
) -> None:
    with Player(address, mine.owned) as player, Player(address, mine.looked_at) as looker:
        player.frame()
        looker.frame()
        pair = make_pair()
        mine.experiment.use_upload(pair, Settings.for_pair(pair))
        looker.do("ready")
        assert looker.refusal().rule == "not shared"
        assert looker.lane.scene.values["name"] != "test pair"
        assert all(state["title"] != "test pair" for state in looker.lane.states)


def test_sharing_that_ends_ends_for_who_is_there(address: str, mine: Mine) -> None:
    pair = make_pair()
    mine.experiment.use_upload(pair, Settings.for_pair(pair))
    mine.experiment.share(True)
    with Player(address, mine.owned) as player, Player(address, mine.looked_at) as looker:
        player.frame()
        looker.frame()
        mine.experiment.share(False)
        player.do("step")
        player.settle(1)
        assert looker.refusal().rule == "not shared"
        assert looker.lane.iteration == 0


def test_an_unknown_run_is_refused(address: str) -> None:
    with Player(address, ("longgone", None)) as player:
        assert player.refusal().rule == "unknown run"
    assert [t["rule"] for t in ask(address, {"hello": hello(("longgone", "x"))})] == ["unknown run"]


@pytest.mark.parametrize("version", [0, 2, "1", None, 1.5])
def test_another_version_is_told_which_this_is(version: object, address: str, mine: Mine) -> None:
    with Player(address) as player:
        player.send(hello(mine.owned) | {"version": version})
        refused = player.refusal()
        assert (refused.rule, refused.facts) == ("version", {"server": channel.VERSION})


MALFORMED = [
    "",
    "no json",
    "[]",
    "3",
    "null",
    '"hello"',
    '{"do": ',
    "[" * 4000,
    '{"do":' * 600,
    "{}",
    '{"do": "play"}',
    '{"do": "ready"}',
    "1" * 4000,
    b'{"do": "hello"}',
    b"\xff" * 100,
]


@pytest.mark.parametrize("said", MALFORMED, ids=range(len(MALFORMED)))
def test_a_malformed_hello_is_refused(said: str | bytes, address: str) -> None:
    with Player(address) as player:
        player.send(said)
        refused = player.refusal()
        assert (refused.rule, refused.code) == ("malformed", 1008)


@pytest.mark.parametrize(
    "change",
    [
        {"do": "hallo"},
        {"runs": None},
        {"runs": []},
        {"runs": {}},
        {"runs": ["x"]},
        {"runs": [{}]},
        {"runs": [{"run": 3}]},
        {"runs": [{"run": "x", "token": 3}]},
        {"runs": [{"run": None, "token": None}]},
    ],
)
def test_a_hello_of_other_things_is_refused(change: dict, address: str, mine: Mine) -> None:
    with Player(address) as player:
        player.send(hello(mine.owned) | change)
        assert player.refusal().rule == "malformed"


@pytest.mark.parametrize(
    "said",
    [
        "",
        "[]",
        "{}",
        "[" * 4000,
        b"{}",
        {"do": None},
        {"do": ["play"]},
        {"do": {"play": 1}},
        {"do": "hello"},
        {"do": "explode"},
        {"do": "play", "lane": 1},
        {"do": "play", "lane": -1},
        {"do": "play", "lane": "0"},
        {"do": "play", "lane": None},
        {"do": "play", "lane": 0.5},
        {"do": "play", "lane": False},
        {"do": "speed"},
        {"do": "speed", "speed": "warp"},
        {"do": "speed", "speed": ["slow"]},
        {"do": "frames"},
        {"do": "frames", "first": 1},
        {"do": "frames", "first": "1", "last": "2"},
        {"do": "frames", "first": True, "last": 2.5},
    ],
    ids=str,
)
def test_a_malformed_command_is_refused(said: object, address: str, mine: Mine) -> None:
    with Player(address, mine.owned) as player:
        player.until(lambda: bool(player.lane.states))
        player.send(said)
        refused = player.refusal()
        assert (refused.rule, refused.code) == ("malformed", 1008)
    assert not mine.run.playing


@pytest.mark.parametrize("size", [channel.MESSAGE_BYTES + 1, 1_000_000])
def test_a_text_that_is_too_large_is_refused(size: int, address: str, mine: Mine) -> None:
    for said in (" " * size, json.dumps(hello(mine.owned)) + "é" * (size // 2)):
        with Player(address) as player:
            player.send(said)
            refused = player.refusal()
            assert (refused.rule, refused.facts["most"]) == ("too large", channel.MESSAGE_BYTES)
    with Player(address, mine.owned) as player:
        player.send(" " * size)
        assert player.refusal().rule == "too large"


def test_one_of_the_largest_size_is_not(address: str, mine: Mine) -> None:
    said = json.dumps(hello(mine.owned))
    with Player(address) as player:
        player.lanes = [Lane()]
        player.send(said + " " * (channel.MESSAGE_BYTES - len(said)))
        player.until(lambda: bool(player.lane.states))


def test_who_says_too_much_is_refused(address: str, mine: Mine) -> None:
    with Player(address, mine.owned) as player:
        # A hand on the slider may.
        for _ in range(channel.BURST // 2):
            player.do("hidden", hidden=False)
        player.barrier()
        for _ in range(50 * channel.BURST):
            try:
                player.do("hidden", hidden=False)
            except Exception:
                # Closed already.
                break
        refused = player.refusal()
        assert (refused.rule, refused.facts) == ("too often", {"most": channel.MESSAGES_A_SECOND})


def test_a_hello_that_comes_late_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel, "HELLO_SECONDS", 0.2)
    with Player(address) as player:
        refused = player.refusal()
        assert (refused.rule, refused.code) == ("hello late", 1008)


def test_too_many_lanes_are_refused(address: str, mine: Mine) -> None:
    with Player(address, *[mine.looked_at] * channel.MOST_LANES) as player:
        player.until(lambda: all(la.states for la in player.lanes))
    with Player(address) as player:
        player.send(hello(*[mine.looked_at] * (channel.MOST_LANES + 1)))
        assert player.refusal().rule == "malformed"


def test_whoever_leaves_in_the_middle_leaves_no_trace(
    address: str, mine: Mine, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(5):
        player = Player(address, mine.owned)
        player.do("play")
        player.do("ready")
        player.until(lambda player=player: bool(player.lane.drawn))
        # Without a word.
        player.socket.socket.close()
    waits = time.monotonic() + 60
    while mine.experiment.owners and time.monotonic() < waits:
        pass_time(0.1)
    assert mine.experiment.owners == 0
    assert not mine.experiment._listeners
    assert not [r for r in caplog.records if r.levelname in ("ERROR", "CRITICAL")]


# By plain requests.


def exchange(address: str, mine: Mine, lanes: list[Lane], *commands: dict, owned: bool = True) -> list[dict[str, Any]]:
    run = mine.owned if owned else mine.looked_at
    return ask(address, {"hello": hello(run, lanes=lanes), "do": list(commands)}, lanes)


def test_plain_requests_get_the_same(address: str) -> None:
    mine, lanes = Mine(max_iter="300"), [Lane()]
    exchange(address, mine, lanes, {"do": "play"})
    assert lanes[0].state["owner"]
    for _ in range(500):
        exchange(address, mine, lanes)
        if mine.run.finished and mine.run.recording.latest.complete and lanes[0].iteration == 300:
            break
    exchange(address, mine, lanes)
    assert lanes[0].state["state"] == "finished"
    lanes[0].assert_whole(mine.run)
    (number,) = (n for n in mine.run.recording.numbers[2:3])
    lanes[0].asked = {number}
    told = exchange(address, mine, lanes, {"do": "frames", "first": number, "last": number})
    assert {"is": "frames", "lane": 0, "first": number, "last": number} in told
    assert number in lanes[0].frames
    assert mine.experiment.owners == 0


def test_who_only_looks_by_plain_requests_steers_nothing(address: str, mine: Mine) -> None:
    lanes = [Lane()]
    told = exchange(address, mine, lanes, {"do": "play"}, owned=False)
    assert told[-1] == {"is": "refused", "rule": "token", "facts": {}}
    assert not mine.run.playing
    assert not lanes[0].states or not lanes[0].state["owner"]


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        (b" " * 65_537, "too large"),
        (b"", "malformed"),
        (b"[]", "malformed"),
        (b"\xff\xfe", "malformed"),
        (b"[" * 60_000, "malformed"),
        (b"{}", "malformed"),
        ({"hello": "x"}, "malformed"),
        ({"hello": {"do": "hello", "version": 9}}, "version"),
        ("do: 5", "malformed"),
        ("do: null", "malformed"),
        ('do: ["play"]', "malformed"),
        ('do: [{"do": "explode"}]', "malformed"),
        ('do: [{"do": "play", "lane": 7}]', "malformed"),
        (f"do: {json.dumps([{'do': 'frames', 'first': 1, 'last': 9}] * 21)}", "too often"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_plain_requests_that_are_refused(said: Any, rule: str, address: str, mine: Mine) -> None:
    if isinstance(said, str):
        said = {"hello": hello(mine.owned), "do": json.loads(said.removeprefix("do: "))}
    told = ask(address, said, [Lane()])
    assert (told[-1]["is"], told[-1]["rule"]) == ("refused", rule)
    assert mine.experiment.owners == 0


def test_a_request_is_not_read_to_its_end_when_it_is_too_large(address: str) -> None:
    # So that its sender may meet a closed connection instead of the refusal.
    try:
        told = ask(address, b" " * 5_000_000, [Lane()])
    except (URLError, ConnectionError):
        return
    assert told[-1]["rule"] == "too large"
