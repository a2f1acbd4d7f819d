"""How long a large CSV takes to open, against pandas alone: `python -m bench.read_csv --megabytes 200`.

All in turn in each round, since a time alone says as much of the machine; printed are the ratios and their medians. A
reader has one processor, so that is what pandas has; beside it stands pandas on all of them, as it reads by itself.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np

from dann_core.domains.files.limits import MIB
from dann_core.domains.files.opened import open_file, warm_up

FEATURES = 20


def table(nbytes: int) -> bytes:
    """A CSV of about that size: numbers of six decimals, and a column of texts."""
    rng = np.random.default_rng(0)
    rows = [
        ",".join(f"{v:.6f}" for v in row) + ",kind " + "abc"[i % 3]
        for i, row in enumerate(rng.normal(size=(5_000, FEATURES)))
    ]
    block = "\n".join(rows).encode() + b"\n"
    header = ",".join([*(f"f{i}" for i in range(FEATURES)), "label"]).encode() + b"\n"
    return header + block * max(1, nbytes // len(block))


ALONE = """
import sys, time
import pandas
pandas.set_option("mode.max_threads", int(sys.argv[2]) or None)
began = time.perf_counter()
pandas.read_csv(sys.argv[1])
print(time.perf_counter() - began)
"""


def alone(place: Path, threads: int) -> float:
    """Seconds that pandas takes in a process of its own, once it is loaded; 0 `threads`: as many as it likes."""
    command = [sys.executable, "-c", ALONE, str(place), str(threads)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def ours(place: Path) -> float:
    """Seconds until all columns are here."""
    began = time.perf_counter()
    contents = open_file(place.name, place)
    contents.load(contents.items)
    return time.perf_counter() - began


def main() -> None:
    """Print the ratios, and end with 1 if the median of those to one processor is beyond `--most`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=int, default=195)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--most", type=float, default=2.0)
    options = parser.parse_args()
    warm_up()
    with tempfile.TemporaryDirectory() as folder:
        small, large = Path(folder, "small.csv"), Path(folder, "large.csv")
        small.write_bytes(table(1))
        large.write_bytes(table(options.megabytes * MIB))
        ours(small)
        rounds = []
        for _ in range(options.rounds):
            one, all_, taken = alone(large, 1), alone(large, 0), ours(large)
            rounds.append((taken / one, taken / all_))
            print(f"pandas alone {one:.2f} s, on all processors {all_:.2f} s, opened and loaded {taken:.2f} s")
    to_one, to_all = (median(ratios) for ratios in zip(*rounds, strict=True))
    print(f"{options.megabytes} MB: {to_one:.2f} times pandas on one processor, {to_all:.2f} times pandas on all")
    sys.exit(to_one > options.most)


if __name__ == "__main__":
    main()
