"""Which pages there are, in the order of the navigation; the first is the one at the app's own address."""

from __future__ import annotations

from typing import NamedTuple

from dann_core.language import Text, say


class Page(NamedTuple):
    """A script `pages/NAME.py`, found in the browser at `/NAME`, with its title and icon.

    `keeps_link` says whether the experiment's link is to be put into the address bar: a player does that itself, and
    Learn has no experiment, but links of its own.
    """

    name: str
    title: Text
    icon: str
    keeps_link: bool = False


PAGES = (
    Page("explore", say("Explore"), ":material/play_circle:"),
    Page("compare", say("Compare"), ":material/view_column:"),
    Page("sweep", say("Sweep"), ":material/grid_on:", keeps_link=True),
    Page("learn", say("Learn"), ":material/school:"),
    Page("lessons", say("Lessons"), ":material/quiz:"),
    Page("classroom", say("Classroom"), ":material/co_present:"),
)
