"""Sweep: train a grid of experiments and compare them."""

from __future__ import annotations

import streamlit as st

from dann_core.engine import EngineError
from ui import sweep, visitors
from ui.text import plain

try:
    state = visitors.current()
except EngineError as error:
    st.error(plain(str(error)))
    st.button("Try again", icon=":material/refresh:")
    st.stop()

if visitors.looking_on():
    st.warning("All places on this server are taken. A place becomes free when somebody leaves.")
    st.button("Try again", icon=":material/refresh:")
    st.stop()
sweep.draw(state)
visitors.share(state)
