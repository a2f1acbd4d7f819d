"""Numbers too small for float32's full precision, taken as zero while networks compute."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def flushed() -> Iterator[None]:
    """While the block (or the function, as a decorator) lasts, take results below 1.2e-38 as zero.

    Weight decay shrinks the weights of a unit that no gradient reaches until they are that small, and a processor
    takes some hundred cycles for each product with such a number: moons was trained at a third of its speed from
    iteration 2,000 on. The setting is a thread's own, so where torch computes in several it is left alone: not all of
    them would follow, and a resumed run would differ.
    """
    is_alone = torch.get_num_threads() == 1
    if is_alone:
        torch.set_flush_denormal(True)
    try:
        yield
    finally:
        if is_alone:
            # NumPy, which runs in this thread too, expects numbers as they are.
            torch.set_flush_denormal(False)
