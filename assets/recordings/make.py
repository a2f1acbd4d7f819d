"""Make the film that people see before they have touched anything: `python assets/recordings/make.py`."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))

from dann_core import domains  # noqa: E402
from dann_core.engine import one_thread  # noqa: E402
from dann_core.live.record import record  # noqa: E402
from dann_core.live.recording import Recording  # noqa: E402

FRAMES = 80


def film() -> Recording:
    """The preset of the first domain, whole."""
    name = domains.names()[0]
    return record(domains.load(name), domains.preset(name), frames=FRAMES)[0]


if __name__ == "__main__":
    one_thread()
    made = film()
    made.save(HERE / "moons.dann")
    print(f"{len(made.frames)} frames, {(HERE / 'moons.dann').stat().st_size:,} bytes")
