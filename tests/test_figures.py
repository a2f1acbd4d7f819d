"""The pictures of a recording's last frame, drawn without a browser."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pytest
from conftest import make_pair
from PIL import Image

from dann_core import DomainPair, Settings
from dann_core.film.cut import cut, history_of
from dann_core.live.figures import figures
from dann_core.live.record import record
from dann_core.live.recording import Recording

SHORT = Settings(max_iter=6, batch_size=8, feature_width=8, discriminator_width=8)
HOSTILE = "</script><b>&_$x^{2}$"


def recorded(pair: DomainPair, settings: Settings = SHORT) -> Recording:
    return record(pair, settings, frames=3)[0]


@pytest.mark.parametrize("shape", [(2,), (5,), (1, 64), (3, 16, 16)])
def test_every_kind_of_samples_has_its_pictures(shape: tuple[int, ...]) -> None:
    recording = recorded(make_pair(shape, n=24))
    made = figures(recording)
    assert set(made) == {f"{name}.{kind}" for name in ("features", "input", "curves") for kind in ("svg", "png")}
    for name, content in made.items():
        if name.endswith("png"):
            # Something is drawn in the middle, and not of one colour.
            assert len(np.unique(np.asarray(Image.open(io.BytesIO(content)).convert("L")))) > 20
        else:
            assert ET.fromstring(content).tag.endswith("svg")
    assert figures(recording) == made


@pytest.mark.filterwarnings("ignore:Glyph 29483")
def test_names_from_files_are_text() -> None:
    pair = make_pair((2,), n=24)
    named = replace(pair, class_names=(HOSTILE, "_hidden", "猫"), name=HOSTILE)
    svg = figures(recorded(named))["features.svg"]
    texts = [node.text for node in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]
    assert HOSTILE[:15] + "…" in texts
    assert {" _hidden", "猫"} <= set(texts)
    assert b"<b>" not in svg


def test_without_inputs_and_exam_nothing_of_them_is_drawn() -> None:
    recording = recorded(make_pair((2,), n=24))
    blind = cut(recording, 9, history_of(recording), inputs=False, exam=False)
    made = figures(blind)
    assert "input.svg" not in made
    assert b"target (exam)" in figures(recording)["curves.svg"]
    assert b"target (exam)" not in made["curves.svg"]
