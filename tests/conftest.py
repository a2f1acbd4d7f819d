"""What the tests share: one thread for torch, small pairs of domains."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from dann_core import DomainPair


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> None:
    torch.set_num_threads(1)


def make_pair(shape: tuple[int, ...] = (4,), n: int = 40, classes: int = 3, labelled: bool = True) -> DomainPair:
    """Random inputs whose mean depends on the class; the target is moved a little."""
    rng = np.random.default_rng(5)
    y = np.arange(n) % classes
    x = rng.normal(size=(n, *shape)) + y.reshape(-1, *[1] * len(shape))
    return DomainPair(x, y, x[::-1] + 0.3, y[::-1].copy() if labelled else None, name="test pair")


@pytest.fixture
def vectors() -> DomainPair:
    return make_pair()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pictures", metavar="DIR", help="also save the README's screenshots there")
