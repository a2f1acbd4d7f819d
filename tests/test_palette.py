"""The palette: the same in the player and in charts, legible, and told apart by readers who lack one kind of cone."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from seen_colours import SIGHT, contrast, difference, nearest

from dann_core.live.palette import is_dotted
from ui import palette

PLAYER = Path(__file__).parent.parent / "player"
THEMES = ("light", "dark")
TEXT, GRAPHIC = 4.5, 3.0
"""WCAG 2.2, 1.4.3 and 1.4.11."""

CLASSES_APART = {"light": 13.9, "dark": 19.9}
TINTS_APART = {"light": 28, "dark": 31}
CURVES_APART = 13


def themed(theme: str) -> dict[str, list[str]]:
    """The player's colours of a theme by their names, each as a list."""
    source = (PLAYER / "palette.js").read_text()
    block = re.search(rf"const {theme.upper()} = {{(.*?)\n}}", source, re.DOTALL)[1]
    return {name: re.findall(r"#\w{6}", rest) for name, rest in re.findall(r"(\w+): (.*)", block)}


def variables(theme: str) -> dict[str, str]:
    """The style sheet's own colours of a theme, with the page's paper and text."""
    sheet = (PLAYER / "style.css").read_text()
    light = re.search(r"\.dann-player {(.*?)\n}", sheet, re.DOTALL)[1]
    dark = re.search(r'\[data-theme="dark"\] {(.*?)\n}', sheet, re.DOTALL)[1]
    found = dict(re.findall(r"--dann-([\w-]+): (#\w+);", light + (dark if theme == "dark" else "")))
    return {
        name: value if len(value) == 7 else "#" + "".join(2 * c for c in value[1:]) for name, value in found.items()
    }


def test_the_differences_are_the_published_ones() -> None:
    # Rows 1, 7 and 17 of Sharma et al.'s test data.
    cases = [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 0, 0), (50, -1, 2), 2.3669),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
    ]
    for one, other, expected in cases:
        assert difference(np.array(one), np.array(other)) == pytest.approx(expected, abs=1e-4)
    assert contrast("#ffffff", "#777777") == pytest.approx(4.48, abs=0.01)


def test_the_player_has_the_same_colours() -> None:
    light = themed("light")
    assert light["classes"] == list(palette.CLASS_COLOURS)
    assert light["scale"] == [colour for _, colour in palette.DOMAIN_SCALE]
    assert light["ink"] + light["faint"] == [palette.INK, palette.FAINT]
    assert set(palette.CURVES.values()) <= {colour for colours in light.values() for colour in colours}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("sight", SIGHT)
def test_classes_tints_and_curves_stay_apart(theme: str, sight: str) -> None:
    its = themed(theme)
    assert nearest(its["classes"], sight) >= CLASSES_APART[theme]
    target, middle, source = its["scale"]
    assert nearest([target, source], sight) >= TINTS_APART[theme]
    assert nearest([target, middle, source], sight) >= 12
    # Those that share a panel; dashes and dots tell them apart, too.
    assert nearest([*its["blue"], *its["red"], *its["brown"]], sight) >= CURVES_APART
    assert nearest(its["lanes"], sight) >= CURVES_APART


def test_beyond_seven_classes_a_dot_is_the_second_cue() -> None:
    looks = [(palette.class_colour(k), is_dotted(k)) for k in range(14)]
    assert len(set(looks)) == 14


@pytest.mark.parametrize("theme", THEMES)
def test_text_and_symbols_have_contrast(theme: str) -> None:
    its, css = themed(theme), variables(theme)
    paper = its["paper"][0]
    for name in ("blue", "red", "green", "pink", "brown", "indigo", "ink", "muted", "right", "wrong"):
        assert contrast(its[name][0], paper) >= TEXT, name
    for colour in its["lanes"]:
        assert contrast(colour, paper) >= TEXT
    for colour in its["classes"]:
        # On the paper; on a tint, symbols of the source have a rim of paper.
        assert contrast(colour, paper) >= GRAPHIC, colour
    for colour in its["scale"]:
        assert contrast(its["ink"][0], colour) >= TEXT
    assert contrast(css["muted"], paper) >= TEXT
    for tone in ("info", "good", "warn", "bad"):
        assert contrast(css[f"on-{tone}"], css[tone]) >= TEXT, tone
    config = (PLAYER.parent / ".streamlit" / "config.toml").read_text()
    primary = re.search(rf'\[theme\.{theme}\]\nprimaryColor = "(#\w+)"', config)[1]
    assert contrast(primary, paper) >= TEXT
    assert contrast(css["on-primary"], primary) >= TEXT
