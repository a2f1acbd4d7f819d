"""What the live channel of the real app refuses, and that it says so."""

from __future__ import annotations

import json
import socket
import time

import pytest
from channel_app import Mine, pass_time
from conftest import make_pair
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from dann_core import Settings
from player import Lane, Player, ask, hello, live
from server import channel, lane, sockets


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "https://127.0.0.1.evil.example", "null", "http://127.0.0.1:1", "http://[", "x" * 500],
)
def test_a_foreign_origin_is_refused_before_anything_is_said(origin: str, here: str, mine: Mine) -> None:
    with pytest.raises(InvalidStatus) as refused, connect(live(here), origin=origin):
        pass
    assert refused.value.response.status_code == 403
    # To who asks by plain requests it is said, so that the page can say it.
    told = ask(here, {"hello": hello(mine.looked_at)}, [Lane()], Origin=origin)
    assert told == [{"is": "refused", "rule": "origin", "facts": {}}]


def test_the_app_s_own_origin_and_none_are_welcome(here: str, mine: Mine) -> None:
    for origin in (here, None):
        with Player(here, mine.looked_at, origin=origin) as player:
            player.until(lambda player=player: bool(player.lane.states))


def test_origins_that_streamlit_was_told_to_allow_are_welcome(here: str, mine: Mine, options) -> None:
    options("server.corsAllowedOrigins", ["https://good.example"])
    with Player(here, mine.looked_at, origin="https://good.example") as player:
        player.until(lambda: bool(player.lane.states))
    for other in ("http://good.example", "https://good.example.evil", "https://evil.example"):
        with pytest.raises(InvalidStatus), connect(live(here), origin=other):
            pass
    options("browser.serverAddress", "named.example")
    with Player(here, mine.looked_at, origin="https://named.example:8443") as player:
        player.until(lambda: bool(player.lane.states))
    options("server.enableCORS", False)
    with Player(here, mine.looked_at, origin="https://evil.example") as player:
        player.until(lambda: bool(player.lane.states))
    assert ask(here, {"hello": hello(mine.looked_at)}, [Lane()], Origin="https://evil.example")


def is_called(here: str, host: str) -> bool:
    """Whether the app answers a socket that calls its machine by another name."""
    port = int(here.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as plain:
        try:
            with connect(f"ws://{host}:{port}/live", sock=plain):
                return True
        except InvalidStatus as refused:
            assert refused.response.status_code in (400, 403)  # noqa: PT017
            return False


def test_a_host_that_streamlit_was_not_told_to_allow_is_refused(here: str, options) -> None:
    assert is_called(here, "other.example")
    options("server.allowedHosts", ["good.example", "*.better.example"])
    for host in ("good.example", "GOOD.example", "a.better.example"):
        assert is_called(here, host)
    for host in ("other.example", "better.example", "good.example.evil.com", "127.0.0.1"):
        assert not is_called(here, host)


@pytest.mark.parametrize("token", ["", "x", "täuschend", "\ud800"])
def test_a_wrong_token_is_refused(token: str, here: str, mine: Mine) -> None:
    with Player(here) as player:
        player.send(hello((mine.key, token)))
        refused = player.refusal()
        assert (refused.rule, refused.code) == ("token", 1008)
    assert [t["rule"] for t in ask(here, {"hello": hello((mine.key, token))})] == ["token"]
    assert mine.experiment.owners == 0


def test_another_run_s_token_is_refused_on_any_lane(here: str, mine: Mine) -> None:
    other = Mine()
    with Player(here) as player:
        player.send(hello(mine.owned, (other.key, mine.token)))
        assert player.refusal().rule == "token"
    # Who was let in on the first lane is not counted as present.
    assert mine.experiment.owners == 0


STEERED = [{"do": what} for what in lane.STEERING]


@pytest.mark.parametrize("command", STEERED, ids=[c["do"] for c in STEERED])
def test_who_has_no_token_steers_nothing(command: dict, here: str, mine: Mine) -> None:
    before = mine.experiment.now.scene, mine.run.playing, mine.run.speed
    with Player(here, mine.looked_at) as looker:
        looker.send(command | {"speed": "slow"})
        refused = looker.refusal()
        assert (refused.rule, refused.code) == ("token", 1008)
    assert (mine.experiment.now.scene, mine.run.playing, mine.run.speed) == before
    assert mine.run.needs_launch


def test_an_upload_is_shown_to_others_only_when_it_is_shared(here: str, mine: Mine) -> None:
    pair = make_pair()
    mine.experiment.use_upload(pair, Settings.for_pair(pair))
    with Player(here, mine.owned) as player:
        player.frame()
        assert player.lane.state["link"] == {"run": mine.key}
        with Player(here, mine.looked_at) as looker:
            assert looker.refusal().rule == "not shared"
        assert [t["rule"] for t in ask(here, {"hello": hello(mine.looked_at)})] == ["not shared"]
        mine.experiment.share(True)
        with Player(here, mine.looked_at) as looker:
            looker.frame()
            assert looker.lane.scene.values["name"] == "test pair"


def test_an_upload_that_takes_the_place_of_a_built_in_domain_is_not_shown_to_who_was_there(
    here: str, mine: Mine
) -> None:
    with Player(here, mine.owned) as player, Player(here, mine.looked_at) as looker:
        player.frame()
        looker.frame()
        pair = make_pair()
        mine.experiment.use_upload(pair, Settings.for_pair(pair))
        # It is told at once, whether it asks for more or not: a socket that is closed takes no question.
        assert looker.refusal().rule == "not shared"
        assert looker.lane.scene.values["name"] != "test pair"
        assert all(state["title"] != "test pair" for state in looker.lane.states)


def test_sharing_that_ends_ends_for_who_is_there(here: str, mine: Mine) -> None:
    pair = make_pair()
    mine.experiment.use_upload(pair, Settings.for_pair(pair))
    mine.experiment.share(True)
    with Player(here, mine.owned) as player, Player(here, mine.looked_at) as looker:
        player.frame()
        looker.frame()
        mine.experiment.share(False)
        player.do("step")
        player.settle(1)
        assert looker.refusal().rule == "not shared"
        assert looker.lane.iteration == 0


def test_an_unknown_run_is_refused(here: str) -> None:
    with Player(here, ("longgone", None)) as player:
        assert player.refusal().rule == "unknown run"
    assert [t["rule"] for t in ask(here, {"hello": hello(("longgone", "x"))})] == ["unknown run"]


@pytest.mark.parametrize("version", [0, 2, "1", None, 1.5])
def test_another_version_is_told_which_this_is(version: object, here: str, mine: Mine) -> None:
    with Player(here) as player:
        player.send(hello(mine.owned) | {"version": version})
        refused = player.refusal()
        assert (refused.rule, refused.facts) == ("version", {"server": sockets.VERSION})


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
def test_a_malformed_hello_is_refused(said: str | bytes, here: str) -> None:
    with Player(here) as player:
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
def test_a_hello_of_other_things_is_refused(change: dict, here: str, mine: Mine) -> None:
    with Player(here) as player:
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
def test_a_malformed_command_is_refused(said: object, here: str, mine: Mine) -> None:
    with Player(here, mine.owned) as player:
        player.until(lambda: bool(player.lane.states))
        player.send(said)
        refused = player.refusal()
        assert (refused.rule, refused.code) == ("malformed", 1008)
    assert not mine.run.playing


@pytest.mark.parametrize("size", [sockets.MESSAGE_BYTES + 1, 1_000_000])
def test_a_text_that_is_too_large_is_refused(size: int, here: str, mine: Mine) -> None:
    for said in (" " * size, json.dumps(hello(mine.owned)) + "é" * (size // 2)):
        with Player(here) as player:
            player.send(said)
            refused = player.refusal()
            assert (refused.rule, refused.facts["most"]) == ("too large", sockets.MESSAGE_BYTES)
    with Player(here, mine.owned) as player:
        player.send(" " * size)
        assert player.refusal().rule == "too large"


def test_one_of_the_largest_size_is_not(here: str, mine: Mine) -> None:
    said = json.dumps(hello(mine.owned))
    with Player(here) as player:
        player.lanes = [Lane()]
        player.send(said + " " * (sockets.MESSAGE_BYTES - len(said)))
        player.until(lambda: bool(player.lane.states))


def test_who_says_too_much_is_refused(here: str, mine: Mine) -> None:
    with Player(here, mine.owned) as player:
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


def test_a_hello_that_comes_late_is_refused(here: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "HELLO_SECONDS", 0.2)
    with Player(here) as player:
        refused = player.refusal()
        assert (refused.rule, refused.code) == ("hello late", 1008)


def test_too_many_lanes_are_refused(here: str, mine: Mine) -> None:
    with Player(here, *[mine.looked_at] * channel.MOST_LANES) as player:
        player.until(lambda: all(la.states for la in player.lanes))
    with Player(here) as player:
        player.send(hello(*[mine.looked_at] * (channel.MOST_LANES + 1)))
        assert player.refusal().rule == "malformed"


def test_whoever_leaves_in_the_middle_leaves_no_trace(here: str, mine: Mine, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(5):
        player = Player(here, mine.owned)
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
