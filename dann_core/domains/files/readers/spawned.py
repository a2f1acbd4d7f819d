"""A process for one file, where there is no fork: `python -m ...spawned`, request and answer over its pipes."""

from __future__ import annotations

import os
import sys

from dann_core.domains.files.readers import answer, bounds

if __name__ == "__main__":
    # Whatever a library prints must not get into the answer.
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    bounds.be_silent()
    answer.answer(sys.stdin.buffer, out)
