"""What all pages share: their frame, the navigation, and the link in the address bar."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from server.link import LESSON
from ui import language, shelf, viewed, visitors
from ui.language import told
from ui.lessons import TAKEN
from ui.pages import PAGES

ASSETS = Path(__file__).parent.parent / "assets"

# Beside a lesson's question, the run needs the sidebar's room.
sidebar = "collapsed" if LESSON in st.query_params else "auto"
icon = str(ASSETS / "icon.svg")
st.set_page_config(page_title="DANN Explorer", page_icon=icon, layout="wide", initial_sidebar_state=sidebar)
st.logo(str(ASSETS / "logo.svg"), size="large", icon_image=icon)

first = PAGES[0]
language.switch()
now = st.navigation(
    [st.Page(f"{page.name}.py", title=told(page.title), icon=page.icon, default=page is first) for page in PAGES]
)
# The page at the app's own address has no path.
named = now.url_path or first.name
if named != "lessons":
    # Who comes back to a lesson comes back to its run.
    st.session_state.pop(TAKEN, None)
now.run()
if viewed.now().view.shows("shelf"):
    shelf.draw(visitors.own())
if named in {page.name for page in PAGES if page.keeps_link}:
    visitors.keep_link(visitors.arrive())
