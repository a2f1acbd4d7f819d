"""The files that were dropped, read by the controls beside them; what they do not say is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import streamlit as st

from dann_core.domains import DomainError, files
from dann_core.language import said, say
from ui import upload_choices as choices
from ui.language import tell, told
from ui.text import plain

MORE = {"source": say("More about the source"), "target": say("More about the target")}


@dataclass
class Panel:
    """What a session knows of its panel; `held` is what was made of the dropped files, with what it was made from."""

    is_open: bool
    held: dict[str, tuple[object, Any]] = field(default_factory=dict)


def panel() -> Panel:
    """This session's panel."""
    return st.session_state.setdefault("upload panel", Panel(is_open=False))


def open_panel() -> None:
    """Let the page have an empty panel when it is drawn next, and what reads files be loaded until one is dropped."""
    files.warm_up()
    st.session_state["upload panel"] = Panel(is_open=True)


def close_panel() -> None:
    """Let the page have none, and forget the files."""
    st.session_state["upload panel"] = Panel(is_open=False)


@dataclass(frozen=True, eq=False)
class Dropped:
    """One domain's file, a second one with its labels if there is one, and what was chosen in them."""

    contents: files.Contents
    labels: files.Contents | None
    chosen: dict[str, Any]

    @property
    def known(self) -> tuple[str | None, ...]:
        """What tells it from other files, and from itself read another way."""
        parts = [self.contents, *([self.labels] if self.labels else [])]
        return tuple(text for c in parts for text in (c.file, c.sha256, *c.notes))


def dropped(role: files.Role, label: str) -> Dropped | None:
    """One file drop with what is to be chosen in it; a refusal is shown in its place."""
    upload = st.file_uploader(label, key=f"file {role}")
    if upload is None:
        # Also after a visit to another page, which empties the drops.
        for slot in (f"file {role}", f"labels {role}", "read", "guess"):
            panel().held.pop(slot, None)
        return None
    with st.popover(told(MORE[role]), icon=":material/tune:", key=f"more {role}"):
        header = choices.one_of(choices.HEADERS, tell("first row of a table"), f"header {role}")
        # Both files are read alike.
        layout = choices.one_of(choices.LAYOUTS, tell("a table has"), "layout") if role == "source" else {}
        second = st.file_uploader(tell("its labels, if they stand in another file"), key=f"labels file {role}")
    try:
        contents = _opened(f"file {role}", upload, header)
        labels = None if second is None else _opened(f"labels {role}", second, None)
    except DomainError as error:
        st.error(refusal(error), icon=":material/error:")
        return None
    chosen = choices.of_file(role, labels or contents, contents, "transpose" in layout)
    return Dropped(contents, labels, chosen | layout)


def _opened(slot: str, upload: Any, header: bool | None) -> files.Contents:
    def opened() -> files.Contents:
        place = st.empty()

        def told(fraction: float) -> None:
            place.progress(fraction, tell("{file}: {share:.0%} read", file=plain(upload.name), share=fraction))

        try:
            return files.Remembered(files.open_file(upload.name, upload.getvalue(), header=header, progress=told))
        finally:
            place.empty()

    return remembered(slot, (upload.file_id, header), opened)


def source_alone(source: Dropped) -> None:
    """What is wrong with the source, or unclear, is said before there is a target."""
    try:
        _guessed(source, source, files.Asked(**source.chosen))
    except files.Unclear as question:
        st.warning(refusal(question), icon=":material/help:")
    except DomainError as error:
        st.error(refusal(error), icon=":material/error:")


def pair_of(source: Dropped, target: Dropped) -> files.ReadPair | None:
    """The pair by the controls, or None while a question is open or the files are refused, which is said."""
    contents = source.contents, target.contents
    asked = choices.of_pair(contents, files.Asked(**source.chosen, **target.chosen))
    try:
        plan = _guessed(source, target, asked).plan
        asked = choices.of_columns(plan, contents, choices.of_recordings(plan, contents, asked))
        return _carried_out(source, target, asked)
    except (files.Unmatched, files.Unclear) as question:
        return _ask(question, source, target, asked)
    except DomainError as error:
        st.error(refusal(error), icon=":material/error:")
    return None


def _ask(
    question: files.Unmatched | files.Unclear, source: Dropped, target: Dropped, asked: files.Asked
) -> files.ReadPair | None:
    """What the files alone cannot say is asked for; who has answered gets the pair."""
    st.warning(refusal(question), icon=":material/help:")
    if isinstance(question, files.Unmatched):
        match = choices.of_labels(question)
        answered = None if match is None else replace(asked, match=match)
    else:
        parts = choices.of_domains(question) if question.part == "domains" else None
        answered = None if parts is None else replace(asked, split_by=parts)
    if answered is None:
        return None
    try:
        return _carried_out(source, target, answered)
    except DomainError as error:
        st.error(refusal(error), icon=":material/error:")
        return None


def refusal(error: Exception) -> str:
    """A refusal or question for a Markdown element, without what only a command line has."""
    return plain(files.without_options(told(said(error))))


def _guessed(source: Dropped, target: Dropped, asked: files.Asked) -> files.Guessed:
    def made() -> files.Guessed:
        return files.guess(source.contents, target.contents, asked, source.labels, target.labels)

    return remembered("guess", (source.known, target.known, asked), made)


def _carried_out(source: Dropped, target: Dropped, asked: files.Asked) -> files.ReadPair:
    def made() -> files.ReadPair:
        labels = {"source_labels": source.labels, "target_labels": target.labels}
        guessed = files.guess(source.contents, target.contents, asked, **labels)
        return files.read_pair(
            source.contents, target.contents, guessed.plan, match=asked.match, notes=guessed.notes, **labels
        )

    return remembered("read", (source.known, target.known, asked), made)


def remembered(slot: str, key: object, make: Callable[[], Any]) -> Any:
    """The last result for this slot, made anew when the key changes: page scripts run again at every click."""
    held = panel().held
    if slot not in held or held[slot][0] != key:
        with st.spinner(tell("Reading…")):
            held[slot] = key, make()
    return held[slot][1]
