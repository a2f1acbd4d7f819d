"""DANN Explorer: navigation and page configuration."""

from pathlib import Path

import streamlit as st

from ui import turns
from ui.parts import hand_over

st.set_page_config(page_title="DANN Explorer", page_icon="assets/icon.svg", layout="wide")
st.logo("assets/logo.svg", size="large", icon_image="assets/icon.svg")
st.html(Path("assets/style.css"))

page = st.navigation(
    [
        st.Page("pages/explore.py", title="Explore", icon=":material/play_circle:", default=True),
        st.Page("pages/sweep.py", title="Sweep", icon=":material/grid_on:"),
    ]
)
with turns.turn():
    page.run()
hand_over()
