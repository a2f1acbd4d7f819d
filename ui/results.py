"""What a run can be taken away as: predictions, one bundle and a film, made when they are asked for."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dann_core.domains.plane import Plane, domain_csv
from dann_core.engine.base import device
from dann_core.language import say
from dann_core.results import standing
from server.experiment import Experiment
from server.place import engine
from ui import film
from ui.language import tell, worded

LOOK_SECONDS = 2.0
"""Between two looks whether a run that stood at its beginning has been played meanwhile."""


def draw(state: Experiment) -> None:
    """The downloads of the run, in an expander that costs nothing while it is closed."""
    away = st.expander(tell("Take it away"), key=worded("away"), on_change="rerun", icon=":material/download:")
    if away.open and state.blind.is_sealed:
        away.caption(tell("Blind mode: what can be taken away holds target labels, and waits for the reveal."))
    elif away.open:
        with away:
            waits = state.run.iteration == 0
            st.fragment(_downloads, run_every=LOOK_SECONDS if waits else None)(state, waits)


def _downloads(state: Experiment, waited: bool) -> None:
    _data(state)
    if state.run.iteration == 0:
        st.caption(tell("Press Play first: there is nothing trained yet."))
        return
    if waited:
        st.rerun()
    st.caption(tell("The run as it stands when you press. Each file is made then, which takes seconds."))
    features = st.checkbox(
        tell("features and embedding too"),
        help=tell("One column a feature; x and y for the samples drawn."),
        key="with features",
    )
    with st.container(horizontal=True):
        for title, ending in (("CSV", ".csv"), ("Parquet", ".parquet")):
            st.download_button(
                title,
                partial(_made, state, standing.predictions, ending, features),
                f"predictions{ending}",
                icon=":material/table:",
                help=tell("The predicted class and its probability of every target sample."),
                key=f"predictions{ending}",
                on_click="ignore",
            )
    is_own = state.domain is None
    with_data = is_own and st.checkbox(
        tell("the data too"),
        help=tell(
            "All samples and labels of both files, and pictures of the inputs: whoever has the bundle has your data."
        ),
        key="with data",
    )
    st.download_button(
        tell("Bundle"),
        partial(_made, state, standing.bundle, with_data),
        "run.zip",
        icon=":material/folder_zip:",
        on_click="ignore",
        key="bundle",
    )
    st.caption(_held(is_own, with_data))
    film.draw(state)


def _data(state: Experiment) -> None:
    """What may have been drawn by hand is there before anything is trained."""
    if not isinstance(state.domain, Plane):
        return
    st.caption(tell("Both domains as tables of x, y and class. “Your own two files” reads them again."))
    with st.container(horizontal=True):
        for name, title in (("source", tell("source")), ("target", tell("target"))):
            st.download_button(
                title,
                partial(domain_csv, state.pair, name),
                f"{name}.csv",
                icon=":material/scatter_plot:",
                on_click="ignore",
                key=f"{name}.csv",
            )


def _held(is_own: bool, with_data: bool) -> str:
    """What travels in a bundle."""
    if not is_own:
        data = say("With the data.")
    elif with_data:
        data = say("With your data.")
    else:
        data = say(
            "Without your data, but with their class names, the names of samples and files, and the classes of the "
            "samples drawn."
        )
    return tell(
        "One ZIP: settings, history, weights, predictions, recording, figures, a methods text, and a script of torch "
        "and NumPy alone that trains the run again, bit for bit. {data}",
        data=data,
    )


def _made(state: Experiment, make, *how) -> bytes:
    """A file, made on a worker; called by Streamlit in a thread of its own."""
    run, origin = state.run, state.now.origin
    return engine().submit(make, run.standing(), origin, device(), *how).result()
