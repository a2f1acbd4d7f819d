"""Explore: train one DANN live."""

from __future__ import annotations

import streamlit as st

from ui import experiment, live, sidebar, upload

state = experiment.current()
sidebar.draw(state)
if st.session_state.uploading:
    upload.draw(state)
live.draw(state)
experiment.share(state)
