"""How inputs are scaled, against plain arithmetic."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from conftest import make_pair

from dann_core import Settings
from dann_core.method import data
from dann_core.method.data import Standardizer

FAR = 1e4


@pytest.mark.parametrize("standardisation", ["source", "pooled", "per-domain"])
def test_what_lies_far_out_is_clipped(standardisation: str) -> None:
    pair = make_pair(n=400)
    target = pair.target_x.copy()
    target[0, 2], target[1, 2] = FAR, -FAR
    standardizer = Standardizer(dataclasses.replace(pair, target_x=target), Settings(standardisation=standardisation))
    scaled = standardizer(target, "target")
    assert (scaled[0, 2], scaled[1, 2]) == (10, -10)
    assert np.abs(np.delete(scaled, [0, 1], axis=0)).max() < 10


@pytest.mark.parametrize("shape", [(4,), (2, 9), (3, 5, 5)])
@pytest.mark.parametrize("log_counts", [False, True])
def test_many_samples_are_scaled_block_by_block_as_few_are(
    shape: tuple[int, ...], log_counts: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair, settings = make_pair(shape), Settings(standardisation="pooled", log_counts=log_counts)
    at_once = Standardizer(pair, settings)
    expected = at_once(pair.target_x, "target")
    # Neither a divisor of the samples nor of one sample's values.
    monkeypatch.setattr(data, "BLOCK_VALUES", 7 * int(np.prod(shape)) + 1)
    assert len(list(data._blocks(pair.source_x, pair.target_x))) == 12
    in_blocks = Standardizer(pair, settings)
    np.testing.assert_allclose(in_blocks.source, at_once.source, rtol=1e-12)
    np.testing.assert_allclose(in_blocks(pair.target_x, "target"), expected, rtol=1e-6, atol=1e-6)


def test_without_standardisation_inputs_are_left_alone() -> None:
    pair = make_pair()
    target = pair.target_x * FAR
    scaled = Standardizer(pair, Settings(standardisation="none"))(target, "target")
    assert np.array_equal(scaled, target.astype(np.float32))


def test_each_domain_is_scaled_by_the_statistics_that_are_named() -> None:
    pair = make_pair()
    both = np.concatenate([pair.source_x, pair.target_x])
    fitted = {"source": (pair.source_x,) * 2, "pooled": (both,) * 2, "per-domain": (pair.source_x, pair.target_x)}
    for standardisation, (of_source, of_target) in fitted.items():
        standardizer = Standardizer(pair, Settings(standardisation=standardisation))
        for domain, x, used in (("source", pair.source_x, of_source), ("target", pair.target_x, of_target)):
            expected = (x - used.mean(0)) / used.std(0)
            np.testing.assert_allclose(standardizer(x, domain), expected, rtol=1e-4, atol=1e-5)
