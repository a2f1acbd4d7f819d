"""What a frame says in numbers and words: progress, the five figures and the sentence."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any, NamedTuple

import streamlit as st

from dann_core.live.diagnosis import Diagnosis
from dann_core.live.run import Run
from dann_core.live.snapshot import Snapshot
from dann_core.settings import Settings
from ui.text import duration

ICONS = {
    "idle": ":material/play_circle:",
    "wait": ":material/hourglass_top:",
    "good": ":material/check_circle:",
    "warn": ":material/warning:",
    "bad": ":material/error:",
}
BOXES = {"idle": st.info, "wait": st.info, "good": st.success, "warn": st.warning, "bad": st.error}

BEGINNING = Diagnosis("wait", "The first iterations are being trained.")


class Figure(NamedTuple):
    """One number above the pictures; `reading` gives it as text, of a snapshot under the run's settings."""

    label: str
    meaning: str
    reading: Callable[[Snapshot, Settings], str]
    exam: bool = False


def _target_accuracy(s: Snapshot, _: Settings) -> str:
    accuracy = s.evaluation.target_accuracy
    return "no labels" if accuracy is None else f"{accuracy:.1%}"


def _domain_accuracy(s: Snapshot, settings: Settings) -> str:
    # A discriminator of weight 0 learns nothing: its 50 % would look like success.
    return f"{s.evaluation.domain_accuracy:.1%}" if settings.adversarial_weight else "not trained"


FIGURES = (
    Figure("lambda", "What multiplies the reversed gradient now.", lambda s, _: f"{s.lamb:.3f}"),
    Figure(
        "source accuracy",
        "How often the classifier is right on the source, whose labels it learns from.",
        lambda s, _: f"{s.evaluation.source_accuracy:.1%}",
    ),
    Figure(
        "target accuracy (exam)",
        "The same on the target. Uses the target's labels, which training never sees.",
        _target_accuracy,
        exam=True,
    ),
    Figure(
        "domain accuracy (50 % = cannot tell)",
        "How often the discriminator names the right domain.",
        _domain_accuracy,
    ),
    Figure(
        "proxy A-distance",
        "From a fresh linear probe on the features: 0 = the domains cannot be told apart, 2 = always.",
        lambda s, _: f"{s.proxy_a_distance:.2f}",
    ),
)


class Numbers:
    """Progress and the five figures of one frame; drawn again, they replace themselves."""

    def __init__(self) -> None:
        self._progress: Any = st
        self._figures: Any = st

    def draw(self, run: Run, snapshot: Snapshot) -> None:
        """Those of `snapshot`, one of the run's."""
        self._progress = self._progress.progress(min(run.iteration / run.settings.max_iter, 1.0), text=_progress(run))
        source, target = snapshot.evaluated
        basis = f"Accuracies are over {source:,} source and {target:,} target samples."
        figures = "".join(_figure(f, snapshot, run.settings, basis) for f in FIGURES)
        # As one element: as five, they took the browser longer than a chart.
        self._figures = self._figures.html(f'<dl class="figures">{figures}</dl>')


def _progress(run: Run) -> str:
    """How far a run with a snapshot is, how long it still takes, and on what if not on a CPU."""
    left = run.seconds_left() if run.playing else None
    text = f"iteration **{run.iteration:,}** of {run.settings.max_iter:,}"
    text += f" · {duration(left)} left" if left is not None else " · done" if run.finished else ""
    if run.late:
        text += " · waiting for a worker"
    if run.latest.device != "cpu":
        text += f" · on {run.latest.device}"
    return text


def _figure(figure: Figure, snapshot: Snapshot, settings: Settings, basis: str) -> str:
    mark = ' class="exam"' if figure.exam else ""
    reading = escape(figure.reading(snapshot, settings))
    return f'<div{mark} title="{figure.meaning} {basis}"><dt>{figure.label}</dt><dd>{reading}</dd></div>'


def sentence(run: Run, snapshot: Snapshot) -> None:
    """What is happening, in words."""
    diagnosis = BEGINNING if run.playing and snapshot.iteration == 0 else snapshot.diagnosis
    BOXES[diagnosis.level](diagnosis.sentence, icon=ICONS[diagnosis.level])
