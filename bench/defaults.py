"""Do the defaults of an upload hold on real data, also where class shares differ?

`python -m bench.defaults --seeds 10 --jobs 2 --harm 1`; `--terms` also shows what each term carries.
"""

from __future__ import annotations

import sys

from bench.measured import arguments, last, run, status
from bench.real_pairs import PAIRS
from bench.share_pairs import SHARE_PAIRS
from dann_core import DomainPair, Settings

ALL_PAIRS = PAIRS | SHARE_PAIRS


def experiment(name: str, seed: int) -> tuple[DomainPair, Settings]:
    """A real pair and the settings that an upload of it would start with."""
    pair = ALL_PAIRS[name](seed)
    return pair, Settings.for_pair(pair).replace(seed=seed)


def main() -> int:
    """The command line; the exit status, 1 where a mean is further below source-only than `--harm` allows."""
    given = arguments(__doc__.splitlines()[0], ALL_PAIRS)
    rows = run(given, experiment)
    for name, kind in (("as they are", PAIRS), ("other class shares", SHARE_PAIRS)):
        if some := [row for row in rows if row.name in kind]:
            print(last(some, name))
    return status(given, rows)


if __name__ == "__main__":
    sys.exit(main())
