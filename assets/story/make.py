"""Make what the page Learn shows and does not compute while one waits: `python assets/story/make.py`."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))

from dann_core.engine import one_thread  # noqa: E402
from dann_core.story import pictures, training  # noqa: E402

if __name__ == "__main__":
    one_thread()
    runs = pictures.runs()
    made = training.stages() | training.discriminators() | runs | {"pictures": pictures.pictures(runs["features"])}
    np.savez_compressed(HERE / "story.npz", **made)
    print({name: array.shape for name, array in made.items()}, f"{(HERE / 'story.npz').stat().st_size:,} bytes")
