"""What only an owner may ask for."""

from __future__ import annotations

import asyncio
from typing import Any

from dann_core.language import as_data
from dann_core.live.pace import SPEEDS
from server.experiment import Experiment


class Refused(Exception):
    """What a player asked for is not for it, or not understood; it is told the rule, and its socket is closed."""

    def __init__(self, rule: str, **facts: Any) -> None:
        super().__init__(rule)
        self.rule, self.facts = rule, facts

    def told(self) -> dict[str, Any]:
        """As it travels."""
        return {"is": "refused", "rule": self.rule, "facts": as_data(self.facts)}


async def _play(experiment: Experiment, _: dict[str, Any]) -> None:
    experiment.notice = None
    experiment.run.play()


async def _pause(experiment: Experiment, _: dict[str, Any]) -> None:
    experiment.run.pause()


async def _step(experiment: Experiment, _: dict[str, Any]) -> None:
    experiment.run.step()


async def _reset(experiment: Experiment, _: dict[str, Any]) -> None:
    # A page's script may be at work on the experiment, for seconds if it draws new data.
    await asyncio.to_thread(experiment.reset)


async def _undo(experiment: Experiment, _: dict[str, Any]) -> None:
    await asyncio.to_thread(experiment.undo)


async def _fork(experiment: Experiment, command: dict[str, Any]) -> None:
    await asyncio.to_thread(experiment.fork, _number(command, "iteration"))


async def _branch(experiment: Experiment, command: dict[str, Any]) -> None:
    await asyncio.to_thread(experiment.go_to, _number(command, "branch"))


def _number(command: dict[str, Any], name: str) -> int:
    number = command.get(name)
    if type(number) is not int or number < 0:
        raise Refused("malformed")
    return number


async def _try(experiment: Experiment, command: dict[str, Any]) -> None:
    setting, value = command.get("setting"), command.get("value")
    if not isinstance(setting, str) or not isinstance(value, str | int | float):
        raise Refused("malformed")
    await asyncio.to_thread(experiment.try_out, setting, value, anew=command.get("anew") is True)


async def _seed(experiment: Experiment, command: dict[str, Any]) -> None:
    seed = command.get("seed")
    if type(seed) is not int:
        raise Refused("malformed")
    await asyncio.to_thread(experiment.change, "seed", seed)


async def _draw(experiment: Experiment, command: dict[str, Any]) -> None:
    knobs = command.get("knobs")
    if not isinstance(knobs, dict) or not all(isinstance(value, str | int | float) for value in knobs.values()):
        raise Refused("malformed")
    is_playing = experiment.run.playing
    await asyncio.to_thread(experiment.redraw, knobs)
    if is_playing:
        experiment.run.play()


async def _speed(experiment: Experiment, command: dict[str, Any]) -> None:
    speed = command.get("speed")
    if not isinstance(speed, str) or speed not in SPEEDS:
        raise Refused("malformed")
    experiment.run.speed = speed
    experiment.heard()


async def _reconnect(experiment: Experiment, _: dict[str, Any]) -> None:
    await asyncio.to_thread(experiment.reconnect)


async def _commit(experiment: Experiment, command: dict[str, Any]) -> None:
    await asyncio.to_thread(experiment.commit, _number(command, "iteration"))


async def _reveal(experiment: Experiment, _: dict[str, Any]) -> None:
    await asyncio.to_thread(experiment.reveal)


async def _dismiss(experiment: Experiment, command: dict[str, Any]) -> None:
    experiment.dismiss(command.get("notice"))


STEERING = {
    "play": _play,
    "pause": _pause,
    "step": _step,
    "reset": _reset,
    "undo": _undo,
    "fork": _fork,
    "branch": _branch,
    "try": _try,
    "seed": _seed,
    "draw": _draw,
    "speed": _speed,
    "reconnect": _reconnect,
    "commit": _commit,
    "reveal": _reveal,
    "dismiss": _dismiss,
}
