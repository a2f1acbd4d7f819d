"""Where the time of a live run goes, and the same run unwatched; both without a server.

`python -m bench.inside --domains moons digits` trains each domain's live run in this process, slice by slice, and
prints the shares of training, looking and what looking is made of.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from typing import Any

WARM_ITERATIONS = 50
CHUNK_SECONDS = 0.1


def headless(domain: str, seconds: float) -> float:
    """Iterations a second of a domain's run that nobody looks at, after a warm-up. Also a task for a worker."""
    trainer, _ = _made(domain, 100_000)
    trainer.advance(WARM_ITERATIONS)
    chunk, done, started = 1, 0, time.perf_counter()
    while (spent := time.perf_counter() - started) < seconds:
        trainer.advance(chunk)
        done += chunk
        chunk = max(1, int(done / (time.perf_counter() - started) * CHUNK_SECONDS))
    return done / spent


def inside(domain: str, iterations: int) -> dict[str, float]:
    """Seconds of a live run by what they went into, in this process: what server and page cost is not in them."""
    from dann_core.engine.base import one_thread
    from dann_core.live import snapshot as observation
    from dann_core.live import worker
    from dann_core.live.slices import Slice

    one_thread()
    trainer, pair = _made(domain, iterations)
    trainer.advance(WARM_ITERATIONS)
    run = worker.LiveRun(pair, trainer.settings)
    asked = Slice(trainer.settings)
    # The first look is had before Play is pressed.
    run.advance(Slice(trainer.settings, 0))
    spent = dict.fromkeys(("training", "looking", "embedding", "probe", "packing", "checkpoints"), 0.0)
    _time(run.trainer, "advance", spent, "training")
    _time(run.observer, "observe", spent, "looking")
    _time(run.observer._tsne, "follow", spent, "embedding")
    _time(run.observer._pca, "follow", spent, "embedding")
    _time(observation, "probe", spent, "probe")
    _time(worker, "frame_of", spent, "packing")
    _time(run, "_checkpoint", spent, "checkpoints")
    slices, started = 0, time.perf_counter()
    while run.trainer.iteration < iterations:
        run.advance(asked)
        slices += 1
    return {"run": time.perf_counter() - started, "slices": slices, **spent}


def describe(domain: str, parts: dict[str, float]) -> str:
    """Where the time of a live run goes, in one line."""
    total, slices = parts["run"], parts["slices"]
    shares = ", ".join(f"{n} {parts[n] / total:.1%}" for n in ("training", "looking", "embedding", "probe"))
    return (
        f"{domain:<8} live run without a page {total:.2f} s in {slices} slices of {1000 * total / slices:.0f} ms: "
        f"{shares} (embedding and probe are parts of looking, {1000 * parts['looking'] / slices:.0f} ms a slice), "
        f"packing {parts['packing'] / total:.1%}, checkpoints {parts['checkpoints'] / total:.1%}"
    )


def _made(domain: str, iterations: int) -> tuple[Any, Any]:
    # Also read by a scheduler, which is not to load torch.
    from dann_core import Trainer, domains

    settings = domains.preset(domain).replace(max_iter=iterations)
    pair = domains.load(domain, seed=settings.seed)
    return Trainer(pair, settings), pair


def _time(owner: Any, name: str, spent: dict[str, float], what: str) -> None:
    method: Callable[..., Any] = getattr(owner, name)

    def timed(*args: Any, **options: Any) -> Any:
        started = time.perf_counter()
        try:
            return method(*args, **options)
        finally:
            spent[what] += time.perf_counter() - started

    setattr(owner, name, timed)


def main() -> int:
    """The command line; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench.inside", description=__doc__.splitlines()[0])
    parser.add_argument("--domains", nargs="+", default=["moons", "digits"])
    parser.add_argument("--iterations", type=int, default=2000)
    asked = parser.parse_args()
    for domain in asked.domains:
        print(describe(domain, inside(domain, asked.iterations)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
