"""On a phone the sidebar covers the pictures: the knob that people turn while they watch stands below them too."""

from __future__ import annotations

import streamlit as st

from dann_core.settings import Settings
from server.experiment import Experiment
from ui.controls import control

TURNED = "gamma"


def knob(experiment: Experiment) -> None:
    """One knob, shown by the style sheet on narrow screens alone."""
    with st.container(key="phone-knob"):
        (found,) = (k for k in Settings.knobs() if k.name == TURNED)
        control(experiment.settings, found, experiment.change, buttons=True, place="phone")
