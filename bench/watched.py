"""What watching costs: iterations a second of the same run unwatched and watched, on the workers of one server.

`python -m bench.watched --rounds 3 --slow 1.10 --fast 1.25` takes all of a round in turn, for each domain: a task that
trains in a worker of the server's cluster, unwatched; a page's socket that draws 1.3 frames a second; one that draws as
many as come. Ends with status 1 if the median of a ratio, unwatched to watched, is above its bound.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from distributed import Client

from bench.inside import headless
from bench.player_client import Arrived, Player
from bench.serving import Server
from bench.student import Student

BEATS = {"slow": 1 / 1.3, "fast": 0.0}
"""Seconds from frame to frame: what was asked for once, and as many as come."""

SETTLING_SECONDS = 2


@dataclass
class Pace:
    """The frames of one stretch."""

    frames: list[Arrived] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """From the first to the last."""
        return self.frames[-1].at - self.frames[0].at

    @property
    def rate(self) -> float:
        """Iterations a second."""
        return (self.frames[-1].iteration - self.frames[0].iteration) / self.seconds

    @property
    def frame_rate(self) -> float:
        """Frames a second."""
        return (len(self.frames) - 1) / self.seconds


def scheduler_of(server: Server) -> str:
    """The address of the scheduler that a server has started; raises `LookupError` if there is none."""
    for process in server.processes():
        try:
            command = process.cmdline()
        except psutil.Error:
            continue
        if "--spec" in command:
            options = json.loads(command[-1])["opts"]
            if "scheduler_file" in options:
                return json.loads(Path(options["scheduler_file"]).read_text())["address"]
    raise LookupError("the server has no scheduler of its own")


async def watch(player: Player, beat: float, seconds: float) -> Pace:
    """A run from its beginning, drawn every `beat` seconds at most."""
    await player.reset()
    player.beat, pace = beat, Pace()
    await player.play()
    await asyncio.sleep(SETTLING_SECONDS)
    player.told = pace.frames.append
    await asyncio.sleep(seconds)
    player.told = lambda _: None
    player.beat = 0.0
    await player.pause()
    return pace


async def compare(server: Server, asked: argparse.Namespace) -> dict[tuple[str, str], list[float]]:
    """The ratios by domain and beat; each round prints its figures."""
    ratios: dict[tuple[str, str], list[float]] = defaultdict(list)
    # Its workers start after it answers.
    await asyncio.to_thread(server.wait_until_idle)
    async with Client(scheduler_of(server), asynchronous=True) as cluster:
        for k in range(asked.rounds):
            for domain in asked.domains:
                alone = await cluster.submit(headless, domain, asked.seconds, pure=False)
                said = [f"unwatched {alone:.0f} iterations/s"]
                async with Student(server.address, f"domain={domain}&max_iter=100000", "watches", uploads=False) as tab:
                    await tab.open()
                    await tab.player.speed("fast")
                    for name, beat in BEATS.items():
                        pace = await watch(tab.player, beat, asked.seconds)
                        ratios[domain, name].append(alone / pace.rate)
                        said.append(
                            f"{name} {pace.rate:.0f} at {pace.frame_rate:.1f} frames/s, ratio {alone / pace.rate:.2f}"
                        )
                if tab.errors:
                    raise RuntimeError(f"The page tells of an error: {dict(tab.errors)}")
                print(f"{domain:<8} round {k + 1}: {'; '.join(said)}", flush=True)
    return ratios


def main() -> int:
    """The command line; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench.watched", description=__doc__.splitlines()[0])
    parser.add_argument("--domains", nargs="+", default=["moons", "digits"])
    parser.add_argument("--seconds", type=float, default=10, help="of each stretch")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--slow", type=float, help="bound on the median ratio at 1.3 frames a second")
    parser.add_argument("--fast", type=float, help="bound on it with as many frames as come")
    asked = parser.parse_args()
    log = Path(tempfile.mkstemp(prefix="watched-", suffix=".log")[1])
    print(f"server log {log}", flush=True)
    with Server(log) as server:
        ratios = asyncio.run(compare(server, asked))
    missed = []
    for (domain, name), values in ratios.items():
        median, bound = statistics.median(values), getattr(asked, name)
        print(f"{domain:<8} {name}: median ratio {median:.2f}")
        if bound and median > bound:
            missed.append(f"{domain} {name}")
    if missed:
        print(f"MISSED: {', '.join(missed)}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
