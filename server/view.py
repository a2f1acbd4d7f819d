"""The part of a link that says how Explore is shown: which controls, for a projector or not, at which speed.

What is trained stands in the rest of the link (`server.link`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from dann_core.language import joined, languages, said, say
from dann_core.settings import Settings
from dann_core.settings.knobs import KnobError, Knobs, from_text, knob

PARTS = {
    "domain": say("source and target domain"),
    "shift": say("what shifts between them"),
    "method": say("method"),
    "more": say("More: all other settings"),
    "blind": say("Blind mode"),
    "away": say("Take it away"),
    "shelf": say("Shelf"),
    "trust": say("Can I trust it?"),
    "draw": say("Draw the shift"),
    "remedy": say("the verdict's one thing to try"),
}
"""Controls of the page that are no settings, by their names in a link."""

NONE = "none"
"""What `controls` holds where none is to be shown."""

MAIN = tuple(k.name for k in Settings.knobs() if k.group == "main")
CONTROLS = (*PARTS, *MAIN, *(k.name for k in Settings.knobs() if k.group not in ("main", "mistake")))
"""All names that `controls` may list."""

MARKS = ("class",)
"""Names of a link that others read: they stay in it as they are."""

LONGEST_MARK, LONGEST_TEXT = 40, 1000


class View(Knobs):
    """How Explore is shown. A name that is not in a link has its default."""

    view: Literal["page", "presentation"] = knob(
        "page",
        say("presentation: large type and thick lines for a projector, no controls; keys steer, Esc leaves."),
        label=say("shown as"),
    )
    controls: str = knob(
        "",
        say("Names of the controls beside the pictures, with commas; all where there is none."),
        label=say("controls"),
    )
    speed: Literal["slow", "normal", "fast"] = knob(
        "normal", say("The speed that a run begins with."), label=say("speed")
    )
    features: Literal["t-SNE", "PCA"] = knob(
        "t-SNE", say("Which picture of the features is seen first."), label=say("features")
    )
    colour: Literal["class", "domain"] = knob(
        "class", say("What colours the points at first."), label=say("colours by")
    )
    lang: Literal["", *languages()] = knob(
        "", say("The language of the page; none: the browser's."), label=say("language")
    )
    exam: bool = knob(
        True, say("Whether what reads the target's labels is shown on Explore."), label=say("show the exam")
    )

    def shows(self, control: str) -> bool:
        """Whether a control of that name is on the page."""
        return not self.controls or control in self.controls.split(",")

    def to_query(self) -> dict[str, str]:
        """What a link holds of it: all that differs from the defaults."""
        values = {k.name: getattr(self, k.name) for k in self.knobs() if getattr(self, k.name) != k.default}
        return {name: str(int(value)) if isinstance(value, bool) else value for name, value in values.items()}


NAMES = frozenset(k.name for k in View.knobs()) | frozenset(MARKS)
"""Of a link, what this part of it may hold."""


def read_view(query: Mapping[str, str]) -> tuple[View, str]:
    """The view of a link, and what is said of all in it that could not be read; that is left out. Empty: all was."""
    view, wrong = View(), []
    for k in View.knobs():
        if k.name not in query:
            continue
        text = query[k.name][:LONGEST_TEXT]
        if k.name == "controls":
            text, refused = _controls(text)
            wrong += refused
        elif k.kind == "bool":
            text = {"0": "false", "1": "true"}.get(text, text)
        try:
            view = view.replace(**{k.name: from_text(k, text)})
        except KnobError as error:
            wrong.append(said(error))
    return view, say("Left out of the link's view: {what}", what=joined(wrong, " ")) if wrong else ""


def marks(query: Mapping[str, str]) -> dict[str, str]:
    """What of a link others read, cut to a length that a link's own names have."""
    return {name: query[name][:LONGEST_MARK] for name in MARKS if query.get(name)}


def listed(names: Mapping[str, bool]) -> str:
    """`controls` for the names that are chosen: all, some or none of `CONTROLS`' first ones."""
    chosen = [name for name, is_shown in names.items() if is_shown]
    if len(chosen) == len(names):
        return ""
    return ",".join(chosen) or NONE


def _controls(text: str) -> tuple[str, list[str]]:
    """The names that there are, in the table's order, and what is to be said of the others."""
    asked = [name.strip() for name in text.split(",") if name.strip()]
    known = [name for name in CONTROLS if name in asked]
    unknown = [name for name in asked if name not in (*CONTROLS, NONE)]
    names = ", ".join(repr(name[:LONGEST_MARK]) for name in unknown)
    refused = [say("there is no control called {names}.", names=names)] if unknown else []
    return ",".join(known) or (NONE if NONE in asked else ""), refused
