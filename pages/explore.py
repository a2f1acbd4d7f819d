"""Explore: train one DANN live."""

from __future__ import annotations

import streamlit as st

from ui import live, sidebar, upload, visitors

state = visitors.arrive()
if visitors.looking_on():
    # Who has lost their place may have had one: its page would go on waiting for files.
    upload.close_panel()
    live.look_on(state, visitors.PLACES, visitors.try_again)
    st.stop()
sidebar.draw(state)
# A place of its own, empty or not: what stands below must not move in the page's tree when it opens or closes.
if upload.panel().is_open:
    with st.container():
        upload.draw(state)
else:
    # Said, not just left out: what a script has not drawn again stays until its end, which Streamlit can lose.
    st.empty()
live.draw(state)
visitors.share(state)
