"""What pages that cannot do without target labels say in blind mode."""

from __future__ import annotations

import streamlit as st

from server.experiment import Experiment
from ui.language import tell


def is_closed(experiment: Experiment | None) -> bool:
    """Whether this page has to wait for the reveal; if so, it says why, and how to leave blind mode."""
    if experiment is None or not experiment.blind.is_sealed:
        return False
    st.info(
        tell(
            "Blind mode: the target labels are sealed, and this page grades by them. Commit to an iteration on Explore "
            "and reveal what it was worth; then this page opens."
        ),
        icon=":material/lock:",
    )
    st.button(tell("Leave blind mode"), on_click=experiment.go_blind, args=(False,))
    return True
