"""Sweep: train a grid of experiments and compare them."""

from __future__ import annotations

import streamlit as st

from ui import sealed, sweep, visitors
from ui.language import tell

visit = visitors.arrive()
if not visit.is_owner:
    others = tell("This run is somebody else's: sweeps need your own.")
    st.warning(visitors.taken() if visit.experiment is None else others)
    st.button(tell("Try again"), icon=":material/refresh:", on_click=visitors.start_own)
    st.stop()
if not sealed.is_closed(visit.experiment):
    sweep.draw(visit.experiment)
