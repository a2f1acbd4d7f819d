"""Do the built-in domains' presets work, seed after seed? `python -m bench.presets --seeds 10 --jobs 2`"""

from __future__ import annotations

import sys

from bench.measured import main
from dann_core import DomainPair, Settings, domains


def experiment(name: str, seed: int) -> tuple[DomainPair, Settings]:
    """A built-in pair and its preset, both drawn from the same seed."""
    return domains.load(name, seed=seed), domains.preset(name).replace(seed=seed)


if __name__ == "__main__":
    sys.exit(main(__doc__, domains.names(), experiment))
