"""Lanes of Compare that change their settings on the way: a visitor's branches, and changes of one's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from dann_core.language import Text, joined, said, say
from dann_core.settings import Settings
from dann_core.settings.knobs import KnobError
from dann_core.settings.path import MOST_STEPS, PathStep, later, path_from_text, path_to_text
from dann_core.settings.variants import FEWEST, MOST, PATH, Preset, Variant, to_link
from server.branch_lanes import BranchLanes, branch_lanes
from server.experiment import Experiment
from server.shown import Notice
from ui.controls import showing
from ui.language import tell, told

BRANCHES, CHANGES = "branches", say("changes on the way")

ASKED = "branches to compare"


def ask() -> None:
    """Go to Compare with the branches as lanes when the page is drawn next."""
    st.session_state[ASKED] = True


def go_if_asked(state: Experiment) -> None:
    """See `ask`."""
    if st.session_state.pop(ASKED, False):
        found = branch_lanes(state.branches, state.settings)
        if len(found.lanes) >= FEWEST:
            state.lanes = to_link([*found.lanes.values()])
        else:
            state.notice = Notice("text", "warning", text=left_out(found))
        st.switch_page("compare.py")


def presets(state: Experiment) -> dict[str, Preset]:
    """The branches as a preset, where they make a comparison."""
    lanes = branch_lanes(state.branches, state.settings).lanes
    return {BRANCHES: Preset(say("your branches"), tuple(lanes.values()))} if len(lanes) >= FEWEST else {}


def say_left_out(state: Experiment, *, is_chosen: bool) -> None:
    """Which branches are no lanes and why, to who compares them or cannot."""
    found = branch_lanes(state.branches, state.settings)
    is_offered = len(found.lanes) >= FEWEST
    if len(state.branches) > 1 and is_chosen == is_offered and (text := left_out(found)):
        st.caption(told(text))


def left_out(found: BranchLanes) -> Text | None:
    """One sentence on those that are no lanes; None where there are none."""
    left = [
        say("{branches} ({why})", branches=_numbers(numbers), why=why)
        for numbers, why in (
            (found.other_data, say("other data")),
            (found.other_length, say("another max_iter or seed")),
            (found.too_many_changes, say("more than {n} changes", n=MOST_STEPS)),
            (found.too_many, say("{n} lanes at most", n=MOST)),
        )
        if numbers
    ]
    if left:
        return say("Of your branches, these cannot be lanes: {left}.", left=joined(left, "; "))
    return None if len(found.lanes) >= FEWEST else say("Your branches are one run: fork it and change something.")


def choices(state: Experiment) -> dict[str, Variant]:
    """What a lane may become: a branch, by its number on Explore."""
    found = branch_lanes(state.branches, state.settings).lanes
    if len(found) < FEWEST:
        return {}
    return {f"branch {number}": lane for number, lane in found.items()}


def first(settings: Settings) -> Variant:
    """One change to begin with, in the middle."""
    gamma = 3.0 if settings.gamma != 3.0 else 10.0
    return Variant(PATH, (PathStep(settings.max_iter // 2, "gamma", gamma),))


def edit(state: Experiment, number: int, variant: Variant, become: Callable[[Variant], None]) -> None:
    """The changes of a lane as text."""

    def read(text: str) -> None:
        try:
            path = path_from_text(text)
            later(state.settings, path)
        except KnobError as error:
            state.notice = Notice("text", "error", text=said(error))
        else:
            become(Variant(PATH, path))

    help = tell(
        "Iteration, setting, value, as in 240:gamma=3. Several are separated by commas. What stands at iteration 0, "
        "the lane begins with; after it, what needs no new network can change."
    )
    written = path_to_text(variant.value)
    chosen = showing(f"lane {number} path", written, read)
    st.text_input(tell("changes of lane {n}", n=number + 1), written, help=help, **chosen)


def _numbers(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, sorted(numbers)))
