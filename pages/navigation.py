"""What all pages share: their frame, the navigation, and the link in the address bar."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ui import shelf, visitors
from ui.pages import PAGES

ASSETS = Path(__file__).parent.parent / "assets"

st.set_page_config(page_title="DANN Explorer", page_icon=str(ASSETS / "icon.svg"), layout="wide")
st.logo(str(ASSETS / "logo.svg"), size="large", icon_image=str(ASSETS / "icon.svg"))

first = PAGES[0]
page = st.navigation(
    [st.Page(f"{page.name}.py", title=page.title, icon=page.icon, default=page is first) for page in PAGES]
)
page.run()
shelf.draw(visitors.own())
if page.title in {page.title for page in PAGES if page.keeps_link}:
    visitors.keep_link(visitors.arrive())
