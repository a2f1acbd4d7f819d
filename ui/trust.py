"""Can I trust it? What is known of a run's predictions without target labels, and any target sample by its name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from dann_core.domains import DomainPair
from dann_core.live.message import unpack
from dann_core.results.trust import LARGEST, MOST_SAMPLES, Opinion, find, is_small, least_sure, names, votes
from server import trust as asked
from server.experiment import Experiment
from server.trust import Told
from ui import samples
from ui.text import plain

if TYPE_CHECKING:
    from dann_core.live.run import Run

LOOK_SECONDS = 2.0
"""Between two looks whether there is something new to show, while the panel is open."""

FOUND = 20
"""Samples that a search offers."""

SURE = 0.9
ALIKE, MOSTLY_ALIKE = 0.95, 0.8
"""Shares of the target that other seeds predict as the run does, from which its predictions count as repeatable."""

PANEL = "trust"


def mark(state: Experiment | None) -> int | None:
    """Which of the drawn target samples the pictures are to mark: the one that the panel, where it is open, shows."""
    # The player stands above the panel: what is chosen there is known before it is drawn.
    if state is None or not st.session_state.get(PANEL) or not _has_more(state):
        return None
    told = asked.told(state.run)
    found = [] if told.run is None else _found(state, told)
    if not found:
        return None
    chosen = st.session_state.get(_key(state))
    return _place(state, chosen if chosen in found else found[0])


def draw(state: Experiment) -> None:
    """The panel, in an expander that costs nothing while it is closed."""
    panel = st.expander("Can I trust it?", key=PANEL, on_change="rerun", icon=":material/fact_check:")
    if panel.open:
        with panel:
            st.fragment(_look, run_every=LOOK_SECONDS)(state, _seen(state))
            _panel(state)


def _seen(state: Experiment) -> tuple[Any, ...]:
    """What the panel shows changes with this."""
    run = state.run
    if not _has_more(state):
        return id(run), run.iteration > 0
    told = asked.told(run)
    return id(run), run.iteration, run.settings, told.waiting, len(told.seeds), told.run is None, told.twin is None


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
            "Nothing is trained yet: press Play. When the run has ended, you see here what it predicts of the target, "
            "whether other runs predict the same, and any sample by its row or file name."
        )
        return
    if not run.still:
        st.caption("The run moves: pause it, or wait for its end.")
        return
    told = asked.told(run)
    if told.failure:
        st.error(f"Its predictions could not be made ({plain(told.failure)}).", icon=":material/error:")
        st.button("Try again", icon=":material/refresh:", on_click=asked.forget, args=(run,))
        return
    if told.run is None:
        st.caption("Looking at all target samples…")
        return
    left, right = st.columns([3, 2], gap="large")
    with left:
        _agreement(state, told)
        _classes(run.pair, told)
    with right:
        _sample(state, told)
    _scores(run, told)


def _agreement(state: Experiment, told: Told) -> None:
    run, pair = state.run, state.pair
    n = len(pair.target_x)
    sure = int((told.run.confidence >= SURE).sum())
    lines = [
        f"**Confidence**: {sure:,} of {n:,} target samples are predicted with at least {SURE:.0%}. "
        "That is no accuracy: networks are also sure of what they get wrong."
    ]
    if told.twin:
        same = round(told.twin.agreement(told.run) * n)
        lines.append(
            f"**Without adaptation** (source only), {same:,} of {n:,} would be predicted the same; "
            f"adapting changed {n - same:,}."
        )
    if told.seeds:
        lines.append(_of_seeds(told.run, told.seeds))
    lines += _missing(run, told)
    if pair.target_y is not None and not state.blind.is_sealed:
        lines.append(_exam(pair.target_y, told))
    st.markdown("\n".join(f"- {line}" for line in lines))


def _of_seeds(run: Opinion, seeds: Sequence[Opinion]) -> str:
    shares = sorted(run.agreement(other) for other in seeds)
    if shares[0] >= ALIKE:
        verdict = "The outcome hardly depends on chance. Repeatable is not yet right: all may err alike."
    elif shares[0] >= MOSTLY_ALIKE:
        verdict = "Most of it is repeatable; do not rely on the samples that they disagree on."
    else:
        verdict = "**Which predictions you get depends on chance**: do not rely on one run."
    texts = [f"{share:.0%}" for share in shares]
    listed = " and ".join([", ".join(texts[:-1]), texts[-1]] if len(texts) > 1 else texts)
    return (
        f"**Other seeds**: {_several(len(seeds))} (other first weights and batches) on {listed} "
        f"of the target samples. {verdict}"
    )


def _several(n: int) -> str:
    return "one more run agrees with this one" if n == 1 else f"{n} more runs agree with this one"


def _missing(run: Run, told: Told) -> list[str]:
    """What is not there, and why."""
    if not run.finished:
        return ["When the run has ended, it is compared here with a run without adaptation and with other seeds."]
    if not is_small(run.pair):
        return [
            f"Other runs are trained for pairs of up to {MOST_SAMPLES:,} samples and {LARGEST // 10**6} MB: "
            "this one is larger."
        ]
    if told.waiting:
        return ["Other runs are being trained…"]
    lines = [] if run.settings.adapts else ["This run does not adapt: there is nothing to compare it with but seeds."]
    if not told.seeds or (run.settings.adapts and not told.twin):
        lines.append("Some of the other runs would take too long here: the Sweep page trains several seeds.")
    return lines


def _exam(y: np.ndarray, told: Told) -> str:
    parts = [f"this run {_right(told.run, y):.1%}"]
    if told.twin:
        parts.append(f"source only {_right(told.twin, y):.1%}")
    if told.seeds:
        parts.append(f"other seeds {_range([_right(other, y) for other in told.seeds], '{:.1%}')}")
    return f"**Right** (exam, reads the target labels): {', '.join(parts)}."


def _right(opinion: Opinion, y: np.ndarray) -> float:
    return float((opinion.classes == y).mean())


def _range(values: Sequence[float], form: str) -> str:
    low, high = form.format(min(values)), form.format(max(values))
    return low if low == high else f"{low} to {high}"


def _classes(pair: DomainPair, told: Told) -> None:
    k = pair.n_classes
    table: dict[str, Any] = {"class": list(pair.class_names), "this run": _counted(told.run, k)}
    if told.twin:
        table["source only"] = _counted(told.twin, k)
    if told.seeds:
        counts = np.stack([other.counts(k) for other in told.seeds])
        table["other seeds"] = [_range(column, "{:,}") for column in counts.T.tolist()]
    table["source samples"] = np.bincount(pair.source_y, minlength=k)
    st.caption("Target samples predicted as each class, with their mean confidence, and source samples that have it:")
    st.dataframe(table, hide_index=True, height=min(35 * (k + 1) + 3, 390))


def _counted(opinion: Opinion, k: int) -> list[str]:
    counted = zip(opinion.counts(k), opinion.mean_confidence(k), strict=True)
    return [f"{n:,} ({mean:.0%})" if n else "0" for n, mean in counted]


def _scores(run: Run, told: Told) -> None:
    if not told.run.scores:
        return
    # Only now: a page that opens need not wait for torch.
    from dann_core.sweeps.selection import SCORES

    st.caption(
        "Scores that need no target labels, to compare runs on these data with each other. None measures accuracy: "
        "labelling a few dozen target samples does."
    )
    lines = []
    for name, value in told.run.scores.items():
        score, beside = SCORES[name], []
        if told.twin:
            beside.append(f"source only {told.twin.scores[name]:.3f}")
        if told.seeds:
            beside.append(f"other seeds {_range([other.scores[name] for other in told.seeds], '{:.3f}')}")
        better = "higher" if score.higher_is_better else "lower"
        worth = score.worth
        if name == "target_entropy" and run.settings.entropy_weight > 0:
            worth = "Worth little here: this run's loss holds the entropy, so it looks good by training."
        lines.append(f"- **{score.label}** {value:.3f} ({'; '.join([*beside, f'{better} is better'])}). {worth}")
    st.markdown("\n".join(lines))


def _sample(state: Experiment, told: Told) -> None:
    """One target sample: found by its name, or one of those that are least sure."""
    pair, called = state.pair, names(state.pair)
    query = st.text_input("find a target sample by its row or file name", key=_query_key(state))
    found = _found(state, told)
    if not len(found):
        st.caption(f"No target sample is called so. Names are like {plain(str(called[0]))}.")
        return
    at = st.selectbox(
        "found" if query.strip() else "or look at those least sure",
        found,
        format_func=lambda i: f"{_called(called[i])}: {pair.class_names[told.run.classes[i]]}",
        key=_key(state),
    )
    samples.draw(pair, state.now.origin, at)
    st.markdown("\n".join(f"- {line}" for line in _told_of(state, told, at)))
    is_drawn = _place(state, at) is not None
    st.caption("Marked in the pictures above." if is_drawn else "Not among the samples that the pictures draw.")


def _query_key(state: Experiment) -> str:
    return f"trust query {state.now.scene}"


def _key(state: Experiment) -> str:
    """Of the choice among what was found: another one for each search."""
    return f"trust sample {state.run.iteration} {state.now.scene} {st.session_state.get(_query_key(state), '')}"


def _found(state: Experiment, told: Told) -> list[int]:
    """Positions of the samples that are offered, for what stands in the search."""
    query = st.session_state.get(_query_key(state), "")
    if query.strip():
        return find(names(state.pair), query, FOUND).tolist()
    return least_sure(told.run, told.seeds or ((told.twin,) if told.twin else ()), FOUND).tolist()


def _place(state: Experiment, at: int) -> int | None:
    """Where a target sample stands among those that the pictures draw; None if it does not."""
    places = np.flatnonzero(unpack(state.run.recording.scene).arrays["target_index"] == at)
    return int(places[0]) if len(places) else None


def _called(name: object) -> str:
    return f"row {name}" if isinstance(name, int | np.integer) else str(name)


def _told_of(state: Experiment, told: Told, at: int) -> list[str]:
    pair = state.pair

    def said(opinion: Opinion) -> str:
        return f"{plain(pair.class_names[opinion.classes[at]])}, {opinion.confidence[at]:.0%}"

    lines = [f"this run: **{said(told.run)}**"]
    if told.twin:
        lines.append(f"source only: {said(told.twin)}")
    if told.seeds:
        lines.append(f"other seeds: {votes(told.run, told.seeds)[at]} of {len(told.seeds)} say the same")
    if pair.target_y is not None and not state.blind.is_sealed:
        lines.append(f"its label (exam): {plain(pair.class_names[pair.target_y[at]])}")
    return lines
