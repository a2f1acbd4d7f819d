"""Damaged files of all formats, opened as the page would open them: `python -m bench.fuzz --inputs 20000`.

Each is read or refused in one sentence; its reader stays within its memory and time, the process that asks does not
grow, and no file appears. What fails is printed with its seed, `--seed N --inputs 1` repeats it, and the status is 1.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import psutil

from bench.mutants import mutant, originals
from dann_core.domains.files import UploadError, limits
from dann_core.domains.files.opened import open_file

_GROWTH = 300 * limits.MIB
"""Memory by which this process may grow: its own copies of a few small files, and what Python keeps."""
_SLOW_SECONDS = 30


def outcome(name: str, data: bytes) -> str:
    """ "read", the kind of refusal, or what is wrong: then it begins with "WRONG"."""
    began = time.monotonic()
    try:
        contents = open_file(name, data)
        contents.load([item for item in contents.items if not item.problem])
        result = f"read: {contents.format}"
    except UploadError as error:
        sentence = str(error)
        result = "ended" if "was ended" in sentence else "refused"
        if "\n" in sentence or not sentence.endswith(".") or len(sentence) > 600:
            result = f"WRONG sentence: {sentence!r}"
        if "more than" in sentence and "seconds" in sentence:
            result = "too slow"
    except Exception as error:  # a finding
        result = f"WRONG {type(error).__name__}: {error}"
    if time.monotonic() - began > _SLOW_SECONDS + limits.READ_SECONDS:
        return f"WRONG: {time.monotonic() - began:.0f} s"
    return result


def main() -> None:
    """Print how often what happened, and end with 1 if something wrong did."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--inputs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0, help="of the first input; the others follow")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        # Whatever a reader would write by a name of its own, it would write here.
        os.environ["TMPDIR"] = tempfile.tempdir = folder
        os.chdir(folder)
        sys.exit(fuzz(range(options.seed, options.seed + options.inputs), options.jobs) or bool(os.listdir(folder)))


def fuzz(seeds: range, jobs: int) -> bool:
    """Whether anything is wrong."""
    files = originals()
    bad = {name: what for name, data in files.items() if not (what := outcome(name, data)).startswith("read")}
    own = psutil.Process()
    memory, began = own.memory_info().rss, time.monotonic()
    found: Counter[str] = Counter()
    with ThreadPoolExecutor(jobs) as pool:
        for seed, result in zip(seeds, pool.map(lambda s: outcome(*mutant(files, s)), seeds), strict=True):
            if not result.startswith(("read", "refused")):
                print(f"seed {seed}, {mutant(files, seed)[0]}: {result}", flush=True)
            found["WRONG" if result.startswith("WRONG") else result] += 1
            if found.total() % 1_000 == 0:
                print(
                    f"{found.total():,} inputs, {found.total() / (time.monotonic() - began):.0f} a second", flush=True
                )
    grown = own.memory_info().rss - memory
    print(
        f"{len(seeds):,} inputs in {time.monotonic() - began:.0f} s; this process grew by {grown / limits.MIB:.0f} MB"
    )
    print("\n".join(f"{n:7,}  {result}" for result, n in found.most_common()))
    print("".join(f"not read, though good: {name}: {what}\n" for name, what in bad.items()), end="")
    return bool(found["WRONG"] or bad or grown > _GROWTH)


if __name__ == "__main__":
    main()
