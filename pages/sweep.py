"""Sweep: train a grid of experiments and compare them."""

from __future__ import annotations

import streamlit as st

from ui import sweep, visitors

state = visitors.arrive()
if visitors.looking_on():
    st.warning("All places on this server are taken. A place becomes free when somebody leaves.")
    st.button("Try again", icon=":material/refresh:", on_click=visitors.try_again)
    st.stop()
sweep.draw(state)
visitors.share(state)
