"""Snapshots: what a run looks like at one iteration, ready to be drawn.

Observing never disturbs training: it draws no random numbers of the trainer's and changes none of its state.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from dann_core.domains.pair import DomainPair
from dann_core.live.class_shares import ClassShares, class_shares
from dann_core.live.diagnosis import Diagnosis, Vitals, diagnose, examined
from dann_core.live.embedding import MOTION_AT_REST, ROUNDS, PcaFollower, TsneFollower
from dann_core.live.gradients import Gradients, TugOfWar
from dann_core.live.probe import Probe, probe
from dann_core.live.sample import stratified_sample
from dann_core.live.scene import plane_limits
from dann_core.live.sight import Sight, Surface
from dann_core.method.grading import Evaluation
from dann_core.method.history import Change
from dann_core.method.reweighting import UNDECIDED, Hindrance
from dann_core.method.schedules import decides_in
from dann_core.method.shares import shares
from dann_core.method.training import Trainer

SURFACE_SIDE, SURFACE_SIDE_AMONG_MANY = 60, 40
"""Points a side of the plane's grid."""

SHARES, SHARES_AMONG_MANY = {"tsne": 0.06, "probe": 0.02}, {"tsne": 0.15, "probe": 0.02}
"""Of a training run's time, what t-SNE and the probe may take: they are made less often rather than taking more."""

ROUNDS_WHILE_TRAINING, FEWEST_ROUNDS = 2, 1
"""Of optimisation before the t-SNE is drawn again: little at a time, so that it is drawn often and none keeps waiting;
runs that take turns do less still."""

SETTLING_LOOKS = 8
"""Looks after which the t-SNE of a run at rest, alone on its worker, is left as it is."""

MANY_TURNS = 4
"""Runs that take turns on a worker from which on a look does less. While training, the plane's grid is coarser. At
rest, the first look only grades; t-SNE and probe, ten times as long, follow with the next one: who
plays on at once spares all others that."""

RECENT = 20
"""Iterations that a figure on the page is averaged over: a single batch is noise."""


@dataclass(frozen=True)
class Snapshot:
    """A run at one iteration; `rows` are the history rows since the snapshot before."""

    device: str  # where it is trained, as torch names it
    iteration: int
    lamb: float
    evaluation: Evaluation
    evaluated: tuple[int, int]  # samples of source and target behind the accuracies
    probe: Probe | None  # the last one
    probed: int  # at which iteration that was
    diagnosis: Diagnosis  # of this iteration, or the one that rests on the last probe
    tsne: np.ndarray  # (n, 2), source first
    pca: np.ndarray  # (n, 2)
    predicted: np.ndarray  # (n,) class indices of the sample, source first
    confidence: np.ndarray  # (n,)
    scores: dict[str, float]  # of the sample: label-free scores by name
    shares: ClassShares  # of the sample
    trust: float  # in estimated class shares, 0..1; not a number where none are, or not yet
    adapts_from: int | None  # the first iteration that adapts, as far as is known; None in a run that does not
    why_not: Hindrance | None  # what keeps it from that
    surface: Surface | None
    gradients: Gradients | None  # None in a run that has diverged
    pulled: np.ndarray  # (p,) those of the sample whose pulls are drawn, source first
    pulls: np.ndarray  # (2, p, 2) in the picture of `pca`: the classifier's and the discriminator's, the longest 1
    rows: np.ndarray
    changes: tuple[Change, ...]
    moved: bool  # whether the t-SNE is another one than in the snapshot before
    settled: bool  # whether the t-SNE of a run at rest has come to rest too


class Observer:
    """Makes the snapshots of one run."""

    def __init__(self, pair: DomainPair, seed: int = 0) -> None:
        self.sample = stratified_sample(pair, seed=seed)
        self._source_x, self._target_x = pair.source_x[self.sample.source], pair.target_x[self.sample.target]
        groups = (pair.source_groups, self.sample.source), (pair.target_groups, self.sample.target)
        self._groups = tuple(None if given is None else given[picked] for given, picked in groups)
        self._source_y = pair.source_y[self.sample.source]
        self._source_shares = shares(pair.source_y, pair.n_classes)
        self._target_y = None if pair.target_y is None else pair.target_y[self.sample.target]
        # None but for inputs in the plane.
        sides = (SURFACE_SIDE, SURFACE_SIDE_AMONG_MANY) if pair.sample_shape == (2,) else ()
        self._grids = {side: _grid(pair, side) for side in sides}
        self._tsne, self._pca = TsneFollower(seed), PcaFollower()
        self._tug = TugOfWar(self.sample, math.prod(pair.sample_shape))
        self._rows_seen = 0
        self._seconds = 0.0
        self._spent = dict.fromkeys(SHARES, 0.0)
        self._sight: Sight | None = None
        self._moved = False
        self._probe: Probe | None = None
        self._probed = -1
        self._verdict: Diagnosis | None = None
        self._lacks_probe = False
        self._best_source_accuracy = 0.0

    def observe(
        self,
        trainer: Trainer,
        *,
        complete: bool = False,
        is_enough: Callable[[], bool] = lambda: False,
        unhurried: bool = False,
        turns: int = 1,
        started: float | None = None,
    ) -> Snapshot:
        """A snapshot of `trainer` as it stands; its time counts from `started` (`time.perf_counter`), by default now.

        `complete` grades all samples, goes on with that in the next such look where `is_enough` ends it, and moves the
        t-SNE on until, after some looks at most, it is `settled`; weights that stay are seen and graded once. Otherwise
        accuracies are those of the picture's sample, and t-SNE and probe may stay behind to keep within their
        `SHARES` of the time, unless the look is `unhurried`. The more runs take `turns` on a worker, the less is done
        for the t-SNE at a time; see `MANY_TURNS` too.
        """
        started = time.perf_counter() if started is None else started
        # The first look, before Play, and those at rest do not count as the run's time.
        training = self._tsne.frame is not None and not complete
        # The complete looks that follow make t-SNE and probe in any case: the end need not wait for them.
        ended = training and trainer.progress >= 1
        sight = self._seen(trainer)
        evaluation, evaluated = sight.evaluation, (len(self.sample.source), len(self.sample.target))
        if complete:
            sight.looks += 1
            sight.grading.go_on(is_enough)
            evaluation, evaluated = sight.grading.evaluation, sight.grading.graded
        self._best_source_accuracy = max(self._best_source_accuracy, evaluation.source_accuracy)
        settled, self._moved = True, False
        if sight.is_finite:
            settled = False if ended and not unhurried else self._follow(sight, turns, training, unhurried)
        else:
            self._probe = None
        # A view would keep the whole history of that moment alive.
        rows = trainer.history.rows[self._rows_seen :].copy()
        self.skip_history(trainer)
        side = SURFACE_SIDE_AMONG_MANY if training and turns >= MANY_TURNS else SURFACE_SIDE
        still = np.zeros((len(sight.features), 2))
        # Settings may have changed since the weights were seen.
        gradients = self._tug.look(trainer) if sight.is_finite else None
        snapshot = Snapshot(
            device=str(trainer.device),
            iteration=trainer.iteration,
            lamb=trainer.lamb,
            evaluation=evaluation,
            evaluated=evaluated,
            probe=self._probe,
            probed=self._probed,
            diagnosis=self._diagnosed(trainer, evaluation),
            tsne=still if self._tsne.frame is None else self._tsne.frame.astype(np.float32),
            pca=still if self._pca.frame is None else self._pca.frame.astype(np.float32),
            predicted=sight.probabilities.argmax(1),
            confidence=sight.probabilities.max(1),
            scores=sight.scores,
            shares=class_shares(
                self._source_shares,
                evaluation.source_accuracy,
                sight.probabilities[len(self.sample.source) :],
                self._target_y,
                is_aligned=_is_aligned(trainer),
                taken=_taken(trainer),
            ),
            trust=_trust(trainer),
            adapts_from=_adapts_from(trainer),
            why_not=_why_not(trainer),
            surface=sight.surface(*self._grids[side]) if self._grids else None,
            gradients=gradients,
            pulled=self._tug.at,
            pulls=self._tug.arrows(gradients, self._pca.plane),
            rows=rows,
            changes=tuple(trainer.changes),
            moved=self._moved,
            settled=settled,
        )
        if training:
            self._seconds += time.perf_counter() - started
        return snapshot

    def skip_history(self, trainer: Trainer) -> None:
        """Take the history so far as seen: the next snapshot's rows begin after it."""
        self._rows_seen = len(trainer.history)

    def state_dict(self) -> dict[str, Any]:
        """What another process needs so that the picture goes on moving instead of starting anew."""
        return {
            "tsne": self._tsne.state_dict(),
            "pca": self._pca.frame,
            "best_source_accuracy": self._best_source_accuracy,
            "probe": self._probe and asdict(self._probe),
            "probed": self._probed,
            "verdict": self._verdict and asdict(self._verdict),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from `state_dict`."""
        self._tsne.load_state_dict(state["tsne"])
        self._pca.frame = state["pca"]
        self._best_source_accuracy = state["best_source_accuracy"]
        self._probe = state["probe"] and Probe(**state["probe"])
        self._probed = state["probed"]
        self._verdict = state["verdict"] and Diagnosis(**state["verdict"])

    def _diagnosed(self, trainer: Trainer, evaluation: Evaluation) -> Diagnosis:
        """What is said of this iteration, or, until there is another probe, of that of the last one: no verdict mixes
        figures of two iterations."""
        recent = trainer.history.rows[-RECENT:].mean(0) if len(trainer.history) else np.zeros(4)
        made = diagnose(
            Vitals(
                iteration=trainer.iteration,
                lamb=trainer.lamb,
                why_not=_why_not(trainer),
                mixed=trainer.network.shares.mixed.item(),
                settings=trainer.settings,
                classification_loss=float(recent[2]),
                adversarial_loss=float(recent[3]),
                domain_accuracy=evaluation.domain_accuracy,
                source_accuracy=evaluation.source_accuracy,
                best_source_accuracy=self._best_source_accuracy,
                progress=trainer.progress,
                n_classes=trainer.pair.n_classes,
                probe=self._probe if self._probed == trainer.iteration else None,
            )
        )
        self._lacks_probe = made.rule == "unprobed" and self._verdict is None
        if made.rule == "unprobed":
            return self._verdict or made
        made = examined(made, evaluation)
        self._verdict = made if made.is_probed else None
        return made

    def _seen(self, trainer: Trainer) -> Sight:
        if self._sight is None or not self._sight.is_of(trainer):
            self._sight = Sight(trainer, self.sample, self._source_x, self._target_x)
            if self._sight.is_finite:
                self._pca.follow(self._sight.features)
        return self._sight

    def _follow(self, sight: Sight, turns: int, training: bool, unhurried: bool) -> bool:
        """Make t-SNE and probe, where due; whether the t-SNE is at rest."""
        due, n = self._due(sight, turns, training, unhurried), len(self.sample.source)
        predicted = sight.probabilities.argmax(1)
        rounds = max(FEWEST_ROUNDS, (ROUNDS_WHILE_TRAINING if training else ROUNDS) // turns)
        for name in due:
            started = time.perf_counter()
            if name == "tsne":
                self._tsne.follow(sight.features, rounds)
                looked_long = sight.looks >= max(1, SETTLING_LOOKS // turns)
                sight.is_settled = not training and (self._tsne.motion < MOTION_AT_REST or looked_long)
                self._moved = True
            else:
                self._probe = probe(sight.features[:n], sight.features[n:], self._source_y, predicted[n:], self._groups)
                self._probed = sight.iteration
                sight.is_probed = True
            if training:
                self._spent[name] += time.perf_counter() - started
        return sight.is_settled

    def _due(self, sight: Sight, turns: int, training: bool, unhurried: bool) -> list[str]:
        if training:
            shares = SHARES_AMONG_MANY if turns >= MANY_TURNS else SHARES
            due = {name for name, share in shares.items() if self._spent[name] < share * self._seconds}
            # A sentence that waits for the first probe is not to wait for long.
            due |= {"probe"} if self._lacks_probe else set()
            return [name for name in shares if unhurried or name in due]
        if sight.looks == 1 and turns >= MANY_TURNS and not unhurried:
            return []
        return [name for name, is_made in (("tsne", sight.is_settled), ("probe", sight.is_probed)) if not is_made]


def _grid(pair: DomainPair, side: int) -> tuple[np.ndarray, np.ndarray]:
    left, right, bottom, top = plane_limits(pair)
    return np.linspace(left, right, side), np.linspace(bottom, top, side)


def _is_aligned(trainer: Trainer) -> bool:
    """Whether something has pulled the domains together for a while."""
    settings = trainer.settings
    reversed_ = settings.adversarial_weight * settings.lambda_max > 0 and trainer.lamb >= 0.5 * settings.lambda_max
    matched = settings.discrepancy != "none" and settings.discrepancy_weight > 0
    begins = _adapts_from(trainer)
    return (reversed_ or matched) and trainer.progress > 0.2 and begins is not None and trainer.iteration > begins


def _taken(trainer: Trainer) -> np.ndarray | None:
    """The class shares that the run takes for the target's, once it has asked for them and if it adapts."""
    shares = trainer.network.shares
    return shares.reference.cpu().numpy().astype(float) if _trust(trainer) > 0 else None


def _trust(trainer: Trainer) -> float:
    """How far the run believes what nearest samples say; not a number before it counts, or where nothing is asked."""
    trust = trainer.network.shares.trust.item()
    return trust if trainer.settings.weighs_classes and trust != UNDECIDED else math.nan


def _adapts_from(trainer: Trainer) -> int | None:
    """The first iteration that adapts, as far as is known; None in a run that has decided not to."""
    if _why_not(trainer):
        return None
    begins = trainer.network.shares.adapts_from(trainer.settings)
    return int(begins) if math.isfinite(begins) else decides_in(trainer.settings)


def _why_not(trainer: Trainer) -> Hindrance | None:
    return trainer.network.shares.why_not(trainer.settings)
