"""Scenes hold what is shown of the drawn samples' inputs, and their names."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from conftest import make_pair
from PIL import Image

from dann_core import DomainPair, Settings, domains
from dann_core.film.cut import without_inputs
from dann_core.live.message import unpack, without_exam
from dann_core.live.sample import stratified_sample
from dann_core.live.scene import SIGNAL_TOP, pack

SETTINGS = Settings()


def test_a_mosaic_shows_the_picked_pictures() -> None:
    pair = domains.load("digits")
    scene = unpack(pack(pair, SETTINGS, stratified_sample(pair)))
    mosaic = np.asarray(Image.open(io.BytesIO(scene.arrays["mosaic"].tobytes())))
    source_index, target_index = scene.arrays["source_index"], scene.arrays["target_index"]
    across, down = scene.values["cell"]
    width = mosaic.shape[1] / (scene.values["columns"] * across)
    n_source, rows = len(source_index), scene.values["source_rows"]
    of_source = [p for p in scene.arrays["picked"] if p < n_source]
    assert len(of_source) == rows * scene.values["columns"]
    first_target = next(p for p in scene.arrays["picked"] if p >= n_source)
    for place, raw in ((0, pair.source_x[source_index[of_source[0]]]), (rows, None)):
        raw = pair.target_x[target_index[first_target - n_source]] if raw is None else raw
        top = round(place * down * width)
        cell = mosaic[top : top + round(width), : round(width), 0].astype(float)
        step = cell.shape[0] / raw.shape[1]
        centres = (step * (np.arange(raw.shape[1]) + 0.5)).astype(int)
        shown, exact = cell[np.ix_(centres, centres)].ravel(), raw[0].astype(float).ravel()
        assert np.corrcoef(shown, exact)[0, 1] > 0.99


def test_signals_are_scaled_to_their_own_range() -> None:
    pair = make_pair((2, 60))
    scene = unpack(pack(pair, SETTINGS, stratified_sample(pair)))
    signals = scene.arrays["signals"]
    assert np.abs(signals).max(1).tolist() == [SIGNAL_TOP] * len(signals)
    raw = pair.source_x[scene.arrays["source_index"][scene.arrays["picked"][0]]][0].astype(float)
    assert np.corrcoef(signals[0], raw)[0, 1] > 0.9999


def test_signals_without_any_swing_are_lines() -> None:
    flat = DomainPair(np.zeros((20, 1, 30)), np.arange(20) % 2, np.ones((20, 1, 30)), None)
    assert not unpack(pack(flat, SETTINGS, stratified_sample(flat))).arrays["signals"].any()


@pytest.mark.parametrize("labelled", [True, False])
def test_drawn_samples_have_their_names_and_a_labelled_targets_are_an_exam(labelled: bool) -> None:
    pair = make_pair((1, 8, 8), n=300, labelled=labelled)
    rows = np.array([f"{'deep/' * 20}{k}.png" for k in range(300)])
    rows[0] = "\udcff.png"
    named = replace(pair, source_rows=1 + np.arange(300), target_rows=rows)
    sample = stratified_sample(named)
    packed = pack(named, SETTINGS, sample)
    scene = unpack(packed)
    assert scene.values["source_names"] == [str(1 + k) for k in sample.source]
    names = (scene.exam if labelled else scene.values)["target_names"]
    ends = ["?.png" if k == 0 else f"/{k}.png" for k in sample.target]
    assert all(name.endswith(end) and len(name) <= 60 for name, end in zip(names, ends, strict=True))
    assert ("target_names" in unpack(without_exam(packed)).values) is not labelled
    bare = unpack(without_inputs(packed))
    assert not {"source_names", "target_names"} & (bare.values.keys() | bare.exam.keys())
