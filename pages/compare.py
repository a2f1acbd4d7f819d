"""Compare: variants of one experiment in lockstep, with one Play."""

from __future__ import annotations

import streamlit as st

from ui import compare, sealed, shelf, upload, visitors
from ui.language import tell, told
from ui.player import comparison
from ui.text import plain

visit = visitors.arrive()
experiment = visit.experiment
if sealed.is_closed(experiment):
    st.stop()
shown = None
if visit.is_owner:
    compare.draw(experiment)
    shown = compare.comparison(experiment)
    compare.say_how(shown)
elif experiment:
    shown = experiment.comparison
with st.container(key="above"):
    if visit.is_owner and upload.panel().is_open:
        upload.draw(experiment)
    else:
        title = plain(told(experiment.now.title)) if shown else ""
        visitors.say_whose(
            visit,
            tell("You are looking on: somebody shares a comparison: {title}.", title=title)
            if shown
            else tell("You are looking on: somebody compares nothing yet."),
        )
if shown:
    with st.container(key="stage"):
        comparison(
            "compare",
            run=visit.key,
            token=visit.token,
            page=experiment.page,
            lanes=compare.lanes(shown),
            overlays=shelf.overlays(experiment if visit.is_owner else None),
        )
