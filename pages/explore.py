"""Explore: train one DANN live."""

from __future__ import annotations

import streamlit as st

from ui import joining, lane_paths, phone, shelf, sidebar, trust, upload, viewed, visitors
from ui.language import tell, told
from ui.player import player
from ui.text import plain

FILM = "moons.dann"

is_linked = visitors.has_link()
view = viewed.now().view
visit = visitors.arrive()
experiment = visit.experiment
# Always there: of what stands below an element that comes or goes, Streamlit's page makes everything anew.
above = st.container(key="above")
with above:
    joining.draw(visit)
if visit.is_owner:
    lane_paths.go_if_asked(experiment)
    sidebar.draw(experiment, view)
with above:
    visitors.say_wrong()
    if visit.is_owner and upload.panel().is_open:
        upload.draw(experiment)
    else:
        title = plain(told(experiment.now.title)) if experiment else ""
        visitors.say_whose(visit, tell("You are watching a run that somebody shares: {title}", title=title))
shows_film = experiment is None or not (is_linked or experiment.touched)
if st.session_state.get("shows film") and not shows_film and experiment.domain and experiment.run.needs_launch:
    # Who turns a knob while a film moves has a moving picture of their own with it.
    experiment.run.play()
st.session_state["shows film"] = shows_film
with st.container(key="stage"):
    player(
        "explore",
        run=visit.key,
        token=visit.token,
        page=experiment.page if experiment else 0,
        film=FILM if shows_film else None,
        title=told(experiment.now.title) if experiment else "",
        mark=trust.mark(experiment),
        overlays=shelf.overlays(experiment if visit.is_owner else None),
    )
if visit.is_owner:
    if view.shows(phone.TURNED):
        phone.knob(experiment)
    # It says what the exam finds.
    if view.shows("trust") and view.exam:
        with st.container(key="trust-panel"):
            trust.draw(experiment)
