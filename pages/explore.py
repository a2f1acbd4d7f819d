"""Explore: train one DANN live."""

from __future__ import annotations

import streamlit as st

from ui import experiment, live, sidebar

state = experiment.current()
sidebar.draw(state)
live.draw(state)
