"""The live channel of the real app by plain requests."""

from __future__ import annotations

import json
from typing import Any
from urllib.error import URLError

import pytest
from channel_app import Mine

from player import Lane, ask, hello


def exchange(here: str, mine: Mine, lanes: list[Lane], *commands: dict, owned: bool = True) -> list[dict[str, Any]]:
    run = mine.owned if owned else mine.looked_at
    return ask(here, {"hello": hello(run, lanes=lanes), "do": list(commands)}, lanes)


def test_plain_requests_get_the_same(here: str) -> None:
    mine, lanes = Mine(max_iter="300"), [Lane()]
    exchange(here, mine, lanes, {"do": "play"})
    assert lanes[0].state["owner"]
    for _ in range(500):
        exchange(here, mine, lanes)
        if mine.run.finished and mine.run.recording.latest.complete and lanes[0].iteration == 300:
            break
    exchange(here, mine, lanes)
    assert lanes[0].state["state"] == "finished"
    lanes[0].assert_whole(mine.run)
    # The last one: how many came before it is a matter of speed.
    number = mine.run.recording.numbers[-1]
    lanes[0].asked = {number}
    told = exchange(here, mine, lanes, {"do": "frames", "first": number, "last": number})
    assert {"is": "frames", "lane": 0, "first": number, "last": number} in told
    assert number in lanes[0].frames
    assert mine.experiment.owners == 0


def test_who_only_looks_by_plain_requests_steers_nothing(here: str, mine: Mine) -> None:
    lanes = [Lane()]
    told = exchange(here, mine, lanes, {"do": "play"}, owned=False)
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
def test_plain_requests_that_are_refused(said: Any, rule: str, here: str, mine: Mine) -> None:
    if isinstance(said, str):
        said = {"hello": hello(mine.owned), "do": json.loads(said.removeprefix("do: "))}
    told = ask(here, said, [Lane()])
    assert (told[-1]["is"], told[-1]["rule"]) == ("refused", rule)
    assert mine.experiment.owners == 0


def test_a_request_is_not_read_to_its_end_when_it_is_too_large(here: str) -> None:
    # So that its sender may meet a closed connection instead of the refusal.
    try:
        told = ask(here, b" " * 5_000_000, [Lane()])
    except (URLError, ConnectionError):
        return
    assert told[-1]["rule"] == "too large"
