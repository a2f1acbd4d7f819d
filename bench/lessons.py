"""Do the lessons keep their promises, seed after seed? `python -m bench.lessons --seeds 10 --jobs 2`

Lessons were chosen on the seeds from 100 on; what is shown is of those from 0 on.
"""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from itertools import product

import torch

from dann_core.lessons import find, read_all
from dann_core.lessons.measure import figures

ENOUGH = 0.9
"""Of the seeds, the share on which a lesson must keep its promise."""


def measured(job: tuple[str, int]) -> tuple[bool, dict[str, float]]:
    """Whether that lesson keeps its promise from that seed, and the figures."""
    torch.set_num_threads(1)
    key, seed = job
    lesson = find(key)
    found = figures(lesson, seed)
    return lesson.promise.holds(found), found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    lessons, refused = read_all()
    for sentence in refused:
        print(sentence, file=sys.stderr)
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    jobs = list(product([lesson.key for lesson in lessons], seeds))
    print("| lesson | kept | target | source-only | domain | source | promise |\n| --- " + "| --- " * 6 + "|")
    failed = len(refused)
    with ProcessPoolExecutor(options.jobs) as pool:
        results = dict(zip(jobs, pool.map(measured, jobs), strict=True))
    for lesson in lessons:
        found = [results[lesson.key, seed] for seed in seeds]
        kept = sum(is_kept for is_kept, _ in found)
        failed += kept < ENOUGH * len(found)
        names = ("target", "source_only", "domain", "source")
        ranges = [f"{min(f[n] for _, f in found):.0f} to {max(f[n] for _, f in found):.0f}" for n in names]
        print(f"| {lesson.title} | {kept} of {len(found)} | {' | '.join(ranges)} | `{lesson.promise.text}` |")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
