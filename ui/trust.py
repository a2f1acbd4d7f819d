"""Can I trust it? What is known of a run's predictions without target labels, and any target sample by its name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from dann_core.domains import DomainPair
from dann_core.language import say
from dann_core.results.trust import LARGEST, MOST_SAMPLES, Opinion, is_small
from server import trust as asked
from server.experiment import Experiment
from server.trust import Told
from ui import trust_sample
from ui.language import tell, tell_many, told, worded
from ui.text import listed, plain, together

if TYPE_CHECKING:
    from dann_core.live.run import Run

LOOK_SECONDS = 2.0
"""Between two looks whether there is something new to show, while the panel is open."""

SURE = 0.9
ALIKE, MOSTLY_ALIKE = 0.95, 0.8
"""Shares of the target that other seeds predict as the run does, from which its predictions count as repeatable."""

PANEL = "trust"


def mark(state: Experiment | None) -> int | None:
    """Which of the drawn target samples the pictures are to mark: the one that the panel, where it is open, shows."""
    # The player stands above the panel: what is chosen there is known before it is drawn.
    if state is None or not st.session_state.get(PANEL) or not _has_more(state):
        return None
    known = asked.told(state.run)
    return None if known.run is None else trust_sample.marked(state, known)


def draw(state: Experiment) -> None:
    """The panel, in an expander that costs nothing while it is closed."""
    panel = st.expander(tell("Can I trust it?"), key=worded(PANEL), on_change="rerun", icon=":material/fact_check:")
    if panel.open:
        with panel:
            st.fragment(_look, run_every=LOOK_SECONDS)(state, _seen(state))
            _panel(state)


def _seen(state: Experiment) -> tuple[Any, ...]:
    """What the panel shows changes with this."""
    run = state.run
    if not _has_more(state):
        return id(run), run.iteration > 0
    known = asked.told(run)
    return id(run), run.iteration, run.settings, known.waiting, len(known.seeds), known.run is None, known.twin is None


def _has_more(state: Experiment) -> bool:
    """Whether there are predictions that stay."""
    return state.run.iteration > 0 and state.run.still


def _look(state: Experiment, seen: tuple[Any, ...]) -> None:
    """Have the page drawn anew when there is something new: a run moves, and others train, without any script."""
    if _seen(state) != seen:
        st.rerun()


def _panel(state: Experiment) -> None:
    run = state.run
    if run.iteration == 0:
        st.caption(
            tell(
                "Nothing is trained yet: press Play. When the run has ended, you see here what it predicts of the "
                "target, whether other runs predict the same, and any sample by its row or file name."
            )
        )
        return
    if not run.still:
        st.caption(tell("The run moves: pause it, or wait for its end."))
        return
    known = asked.told(run)
    if known.failure:
        why = plain(told(known.failure))
        st.error(tell("Its predictions could not be made ({why}).", why=why), icon=":material/error:")
        st.button(tell("Try again"), icon=":material/refresh:", on_click=asked.forget, args=(run,))
        return
    if known.run is None:
        st.caption(tell("Looking at all target samples…"))
        return
    left, right = st.columns([3, 2], gap="large")
    with left:
        _agreement(state, known)
        _classes(run.pair, known)
    with right:
        trust_sample.draw(state, known)
    _scores(run, known)


def _agreement(state: Experiment, known: Told) -> None:
    run, pair = state.run, state.pair
    n = len(pair.target_x)
    sure = int((known.run.confidence >= SURE).sum())
    lines = [
        tell(
            "**Confidence**: {sure:,} of {n:,} target samples are predicted with at least {share:.0%}. "
            "That is no accuracy: networks are also sure of what they get wrong.",
            sure=sure,
            n=n,
            share=SURE,
        )
    ]
    if known.twin:
        same = round(known.twin.agreement(known.run) * n)
        lines.append(
            tell(
                "**Without adaptation** (source only), {same:,} of {n:,} would be predicted the same; "
                "adapting changed {changed:,}.",
                same=same,
                n=n,
                changed=n - same,
            )
        )
    if known.seeds:
        lines.append(_of_seeds(known.run, known.seeds))
    lines += _missing(run, known)
    if pair.target_y is not None and not state.blind.is_sealed:
        lines.append(_exam(pair.target_y, known))
    st.markdown("\n".join(f"- {line}" for line in lines))


def _of_seeds(run: Opinion, seeds: Sequence[Opinion]) -> str:
    shares = sorted(run.agreement(other) for other in seeds)
    if shares[0] >= ALIKE:
        verdict = say("The outcome hardly depends on chance. Repeatable is not yet right: all may err alike.")
    elif shares[0] >= MOSTLY_ALIKE:
        verdict = say("Most of it is repeatable; do not rely on the samples that they disagree on.")
    else:
        verdict = say("**Which predictions you get depends on chance**: do not rely on one run.")
    return tell_many(
        "**Other seeds**: one more run agrees with this one (other first weights and batches) on {shares} of the "
        "target samples. {verdict}",
        "**Other seeds**: {n} more runs agree with this one (other first weights and batches) on {shares} of the "
        "target samples. {verdict}",
        len(seeds),
        shares=together(f"{share:.0%}" for share in shares),
        verdict=verdict,
    )


def _missing(run: Run, known: Told) -> list[str]:
    """What is not there, and why."""
    if not run.finished:
        return [tell("When the run has ended, it is compared here with a run without adaptation and with other seeds.")]
    if not is_small(run.pair):
        return [
            tell(
                "Other runs are trained for pairs of up to {n:,} samples and {megabytes} MB: this one is larger.",
                n=MOST_SAMPLES,
                megabytes=LARGEST // 10**6,
            )
        ]
    if known.waiting:
        return [tell("Other runs are being trained…")]
    lines = []
    if not run.settings.adapts:
        lines.append(tell("This run does not adapt: there is nothing to compare it with but seeds."))
    if not known.seeds or (run.settings.adapts and not known.twin):
        lines.append(tell("Some of the other runs would take too long here: the Sweep page trains several seeds."))
    return lines


def _exam(y: np.ndarray, known: Told) -> str:
    parts = [tell("this run {right:.1%}", right=_right(known.run, y))]
    if known.twin:
        parts.append(tell("source only {right:.1%}", right=_right(known.twin, y)))
    if known.seeds:
        seeds = [_right(other, y) for other in known.seeds]
        parts.append(tell("other seeds {values}", values=_range(seeds, "{:.1%}")))
    return tell("**Right** (exam, reads the target labels): {accuracies}.", accuracies=listed(parts))


def _right(opinion: Opinion, y: np.ndarray) -> float:
    return float((opinion.classes == y).mean())


def _range(values: Sequence[float], form: str) -> str:
    low, high = form.format(min(values)), form.format(max(values))
    return low if low == high else tell("{low} to {high}", low=low, high=high)


def _classes(pair: DomainPair, known: Told) -> None:
    k = pair.n_classes
    table: dict[str, Any] = {tell("class"): list(pair.class_names), tell("this run"): _counted(known.run, k)}
    if known.twin:
        table[tell("source only")] = _counted(known.twin, k)
    if known.seeds:
        counts = np.stack([other.counts(k) for other in known.seeds])
        table[tell("other seeds")] = [_range(column, "{:,}") for column in counts.T.tolist()]
    table[tell("source samples")] = np.bincount(pair.source_y, minlength=k)
    st.caption(
        tell("Target samples predicted as each class, with their mean confidence, and source samples that have it:")
    )
    st.dataframe(table, hide_index=True, height=min(35 * (k + 1) + 3, 390))


def _counted(opinion: Opinion, k: int) -> list[str]:
    counted = zip(opinion.counts(k), opinion.mean_confidence(k), strict=True)
    return [f"{n:,} ({mean:.0%})" if n else "0" for n, mean in counted]


def _scores(run: Run, known: Told) -> None:
    if not known.run.scores:
        return
    # Only now: a page that opens need not wait for torch.
    from dann_core.sweeps.selection import SCORES

    st.caption(
        tell(
            "Scores that need no target labels, to compare runs on these data with each other. None measures accuracy: "
            "labelling a few dozen target samples does."
        )
    )
    lines = []
    for name, value in known.run.scores.items():
        score, beside = SCORES[name], []
        if known.twin:
            beside.append(tell("source only {value:.3f}", value=known.twin.scores[name]))
        if known.seeds:
            seeds = _range([other.scores[name] for other in known.seeds], "{:.3f}")
            beside.append(tell("other seeds {values}", values=seeds))
        beside.append(tell("higher is better") if score.higher_is_better else tell("lower is better"))
        worth = score.worth
        if name == "target_entropy" and run.settings.entropy_weight > 0:
            worth = say("Worth little here: this run's loss holds the entropy, so it looks good by training.")
        lines.append(
            tell(
                "**{score}** {value:.3f} ({beside}). {worth}",
                score=score.label,
                value=value,
                beside=tell("; ").join(beside),
                worth=worth,
            )
        )
    st.markdown("\n".join(f"- {line}" for line in lines))
