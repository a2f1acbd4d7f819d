"""Do the defaults of an upload hold on real data? `python -m bench.defaults --seeds 10 --jobs 2`"""

from __future__ import annotations

from bench.measured import main
from bench.real_pairs import PAIRS
from dann_core import DomainPair, Settings


def experiment(name: str, seed: int) -> tuple[DomainPair, Settings]:
    """A real pair and the settings that an upload of it would start with."""
    pair = PAIRS[name](seed)
    return pair, Settings.for_pair(pair).replace(seed=seed)


if __name__ == "__main__":
    main(__doc__, PAIRS, experiment)
