"""Which pages there are, and what all of them share."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

ASSETS = Path(__file__).parent.parent / "assets"

st.set_page_config(page_title="DANN Explorer", page_icon=str(ASSETS / "icon.svg"), layout="wide")
st.logo(str(ASSETS / "logo.svg"), size="large", icon_image=str(ASSETS / "icon.svg"))

st.navigation(
    [
        st.Page("explore.py", title="Explore", icon=":material/play_circle:", default=True),
        st.Page("sweep.py", title="Sweep", icon=":material/grid_on:"),
    ]
).run()
