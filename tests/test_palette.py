"""The colours of the player and of the charts that Plotly draws are the same."""

from __future__ import annotations

import re
from pathlib import Path

from ui import palette

PLAYER = Path(__file__).parent.parent / "player" / "palette.js"


def test_the_player_has_the_same_colours() -> None:
    colours = re.findall(r"#[0-9a-f]{6}", PLAYER.read_text())
    assert colours[: len(palette.CLASS_COLOURS)] == list(palette.CLASS_COLOURS)
    here = [*palette.CURVES.values(), *(colour for _, colour in palette.DOMAIN_SCALE), palette.INK, palette.FAINT]
    assert set(here) <= set(colours)
