"""Learn: the story of domain-adversarial training, one scene at a time."""

from __future__ import annotations

import streamlit as st

from ui import visitors
from ui.language import tell, told
from ui.learn import SCENES
from ui.learn.turning import to_the_top

SCENE = "scene"


def asked_for() -> int:
    """The number of the scene that the link names, from 1; of one that there is not, the nearest."""
    named = st.query_params.get(SCENE, "1")
    return min(max(int(named[:4]), 1), len(SCENES)) if named.isdecimal() else 1


def turn(number: int) -> None:
    """Go to a scene; the address bar becomes its link."""
    st.query_params[SCENE] = str(number)


visitors.come_back()
number = asked_for()
scene = SCENES[number - 1]
with st.container(key="scene"):
    st.header(f"{number}. {told(scene.said.title)}", anchor=False)
    beside, element = st.columns([2, 5], gap="medium")
    beside.markdown(told(scene.said.words))
    beside.info(tell("**Try:** {to_try}", to_try=scene.said.to_try))
    with element:
        scene.draw()
with st.container(key="turn", horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
    st.button(tell("Back"), shortcut="Left", on_click=turn, args=(number - 1,), disabled=number == 1)
    st.caption(tell("scene {number} of {scenes}", number=number, scenes=len(SCENES)), width="content")
    if number < len(SCENES):
        st.button(tell("Next"), shortcut="Right", type="primary", on_click=turn, args=(number + 1,))
    elif st.button(tell("Watch it live"), type="primary", icon=":material/play_circle:"):
        st.switch_page("explore.py")
    to_the_top(number)
