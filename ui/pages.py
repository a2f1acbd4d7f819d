"""Which pages there are, in the order of the navigation; the first is the one at the app's own address."""

from __future__ import annotations

from typing import NamedTuple


class Page(NamedTuple):
    """A script `pages/NAME.py`, found in the browser at `/NAME`, with its title and icon.

    `plays` says whether it has a player, which keeps the link in the address bar.
    """

    name: str
    title: str
    icon: str
    plays: bool = False


PAGES = (
    Page("explore", "Explore", ":material/play_circle:", plays=True),
    Page("compare", "Compare", ":material/view_column:", plays=True),
    Page("sweep", "Sweep", ":material/grid_on:"),
)
