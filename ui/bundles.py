"""A bundle that a run was taken away as, dropped on the page: its experiment, and the files that it asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dann_core.domains import DomainError, DomainPair, files
from dann_core.language import say
from dann_core.results.origin import Origin
from dann_core.settings.knobs import KnobError
from server.experiment import Experiment
from ui import visitors
from ui.language import tell, tell_many, told
from ui.text import plain
from ui.upload_reading import close_panel, refusal, remembered

if TYPE_CHECKING:
    from dann_core.results.bundle import Bundle

DROP = "file bundle"
ROLES = {
    "source": say("source"),
    "target": say("target"),
    "source labels": say("source labels"),
    "target labels": say("target labels"),
}


def is_dropped() -> bool:
    """Whether there is one."""
    return st.session_state.get(DROP) is not None


def draw(state: Experiment) -> None:
    """The place to drop one; and of a dropped one what it is, what it asks for, and the way to its experiment."""
    dropped = st.file_uploader(tell("Or a bundle: the ZIP that a run was taken away as"), "zip", key=DROP)
    if dropped is None:
        return
    try:
        bundle = remembered("bundle", dropped.file_id, lambda: _opened(dropped.name, dropped.getvalue()))
        _say(bundle)
        found = remembered("bundle data", dropped.file_id, lambda: _held(bundle)) or _read(bundle)
        if found is not None:
            _check_cost(bundle)
            st.button(
                tell("Open this run"),
                type="primary",
                icon=":material/play_arrow:",
                on_click=_open,
                args=(state, bundle, found),
            )
    except (DomainError, KnobError) as error:
        st.error(refusal(error), icon=":material/error:")


def _opened(name: str, data: bytes) -> Bundle:
    # Whoever opens none need not wait for what trains.
    from dann_core.results.bundle import Bundle

    return Bundle.of(name, data)


def _held(bundle: Bundle) -> tuple[DomainPair, Origin] | None:
    pair = bundle.data()
    return None if pair is None else (pair, bundle.origin)


def _say(bundle: Bundle) -> None:
    record, domain = bundle.record, bundle.record.built_in()
    what = record.pair if domain is None else told(domain.title)
    text = tell(
        "**{what}**: {iterations:,} iterations, {classes:,} classes. It opens at iteration 0: Play trains it again.",
        what=plain(what[:200]),
        iterations=record.iterations,
        classes=len(record.class_names),
    )
    if record.changes:
        text += " " + tell_many(
            "{n:,} setting was changed while it ran, which the page does not repeat. "
            "`python -m dann_core train --bundle FILE` does.",
            "{n:,} settings were changed while it ran, which the page does not repeat. "
            "`python -m dann_core train --bundle FILE` does.",
            len(record.changes),
        )
    st.markdown(text)


def _read(bundle: Bundle) -> tuple[DomainPair, Origin] | None:
    """The pair of the files that it names, once all are there."""
    from dann_core.results.reading import read_again

    known = {f.sha256: f for f in reversed(bundle.record.files)}
    if not known:
        raise DomainError(say("It names no files: it was trained on arrays, and its data were left out."))
    st.caption(tell("The data are not in it. Drop the very files that it was trained on:"))
    opened = {}
    columns = st.columns(2)
    for i, file in enumerate(reversed(known.values())):
        label = tell(
            "{role}: {file}, {n:,} bytes",
            role=ROLES.get(file.role, file.role),
            file=plain(files.shown(file.name)),
            n=file.size,
        )
        dropped = columns[i % 2].file_uploader(label, key=f"bundle {file.role}")
        if dropped is not None:
            opened[file.role] = remembered(
                f"bundle {file.role}",
                (dropped.file_id, bundle.header),
                lambda d=dropped: files.Remembered(files.open_file(d.name, d.getvalue(), bundle.header)),
            )
    if len(opened) < len(known):
        return None
    key = (bundle.record, *(c.sha256 for c in opened.values()))
    read = remembered("bundle read", key, lambda: read_again(bundle, opened))
    return read.pair, Origin.of(read)


def _check_cost(bundle: Bundle) -> None:
    from dann_core.method import networks

    networks.cost(bundle.record.sample_shape, len(bundle.record.class_names), bundle.record.settings)


def _open(state: Experiment, bundle: Bundle, found: tuple[DomainPair, Origin]) -> None:
    if visitors.has_place():
        pair, origin = found
        state.open_bundle(origin, pair, bundle.record.settings)
        close_panel()
