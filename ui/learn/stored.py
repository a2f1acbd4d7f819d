"""What `assets/story/make.py` has made."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import streamlit as st

from dann_core.story.discriminator import Discriminator

FILE = Path(__file__).parents[2] / "assets" / "story" / "story.npz"


@st.cache_resource
def story() -> dict[str, np.ndarray]:
    """All arrays, by name; nobody changes them."""
    with np.load(FILE, allow_pickle=False) as stored:
        return dict(stored)


def discriminator(angle: int) -> Discriminator:
    """Of moons turned by that many degrees, one of the stored `angles`."""
    stored = story()
    (place,) = np.flatnonzero(stored["angles"] == angle)
    return Discriminator(*(stored[name][place] for name in Discriminator._fields))
