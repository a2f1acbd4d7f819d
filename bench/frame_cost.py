"""What a frame sent costs the server: CPU of this checkout and of an earlier commit, in turn in one run.

`python -m bench.frame_cost --visitors 10 --rounds 3 --ratio 0.2` lays the commit out in a temporary git worktree, where
its own bench code visits its own server; the visitors press Play and watch. Ends with status 1 if the median of the
ratios, this checkout to the commit, is above `--ratio`.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
BEFORE = "6ea8f35"
"""The last commit whose frames were runs of Streamlit's script."""

ARRIVAL_SECONDS, SETTLING_SECONDS = 0.5, 5


async def watch(address: str, query: str, visitors: int, seconds: float, usage: object) -> dict[str, float]:
    """CPU seconds of the server and frames on all pages, in some seconds in which all of them play."""
    # Of the checkout that is visited, whose server speaks another language.
    from bench.student import Student

    students = [Student(address, query, f"visitor {k}", uploads=False) for k in range(visitors)]
    async with contextlib.AsyncExitStack() as stack:
        for student in students:
            await stack.enter_async_context(student)
            await student.open()
            await asyncio.sleep(ARRIVAL_SECONDS)
        await asyncio.gather(*(student.play() for student in students))
        await asyncio.sleep(SETTLING_SECONDS)
        before, frames = usage(), sum(s.record.frames for s in students)
        started = time.time()
        await asyncio.sleep(seconds)
        after, frames = usage(), sum(s.record.frames for s in students) - frames
        spent = time.time() - started
        errors = sum(sum(s.errors.values()) for s in students)
    cpu = after.server_cpu - before.server_cpu
    return {"cpu": cpu, "frames": frames, "rate": frames / spent / visitors, "errors": errors}


def measure(query: str, visitors: int, seconds: float) -> dict[str, float]:
    """`watch` with a server of the checkout that this process was started in."""
    from bench.serving import Server

    with Server(Path(tempfile.mkstemp(prefix="frame-cost-", suffix=".log")[1])) as server:
        # The earlier commit starts its workers for its first visitor, whose run its server trains meanwhile.
        asyncio.run(watch(server.address, query, 1, 1, server.usage))
        server.wait_until_idle()
        return asyncio.run(watch(server.address, query, visitors, seconds, server.usage))


def measured_in(checkout: Path, asked: argparse.Namespace) -> dict[str, float]:
    """`measure` in a process that has the app and the bench code of that folder, and none of this one's."""
    options = ["--query", asked.query, "--visitors", str(asked.visitors), "--seconds", str(asked.seconds)]
    command = [sys.executable, "-P", __file__, "--measure", *options]
    environment = os.environ | {"PYTHONPATH": str(checkout)}
    done = subprocess.run(command, cwd=checkout, env=environment, check=True, stdout=subprocess.PIPE)
    return json.loads(done.stdout.splitlines()[-1])


@contextlib.contextmanager
def laid_out(commit: str) -> Iterator[Path]:
    """A git worktree of that commit, for as long as the block lasts."""
    with tempfile.TemporaryDirectory(prefix="frame-cost-") as folder:
        path = Path(folder) / commit
        git = ["git", "-C", str(ROOT), "worktree"]
        subprocess.run([*git, "add", "--quiet", "--detach", str(path), commit], check=True)
        try:
            yield path
        finally:
            subprocess.run([*git, "remove", "--force", str(path)], check=True)


def compare(asked: argparse.Namespace) -> list[float]:
    """The ratio of every round; each prints its figures."""
    ratios = []
    with laid_out(asked.commit) as before:
        for k in range(asked.rounds):
            costs = []
            for name, checkout in ((asked.commit, before), ("this checkout", ROOT)):
                seen = measured_in(checkout, asked)
                costs.append(1000 * seen["cpu"] / max(seen["frames"], 1))
                print(
                    f"round {k + 1}, {name}: {costs[-1]:.1f} ms of CPU a frame, {seen['frames']} frames, "
                    f"{seen['rate']:.2f} a second for each, {seen['errors']} errors",
                    flush=True,
                )
            ratios.append(costs[1] / costs[0])
    return ratios


def main() -> int:
    """The command line; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench.frame_cost", description=__doc__.splitlines()[0])
    parser.add_argument("--visitors", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=15, help="for which all of them play")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--query", default="domain=moons&max_iter=100000", help="the link that everybody opens")
    parser.add_argument("--commit", default=BEFORE, help="what this checkout is compared with")
    parser.add_argument("--ratio", type=float, help="bound on the median ratio")
    parser.add_argument("--measure", action="store_true", help="only the checkout on PYTHONPATH, as JSON")
    asked = parser.parse_args()
    if asked.measure:
        print(json.dumps(measure(asked.query, asked.visitors, asked.seconds)))
        return 0
    median = statistics.median(compare(asked))
    print(f"a frame sent takes {median:.2f} of the server's CPU at {asked.commit} (median of {asked.rounds} rounds)")
    if asked.ratio and median > asked.ratio:
        print(f"MISSED: above {asked.ratio:g}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
