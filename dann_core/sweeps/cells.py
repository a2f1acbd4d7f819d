"""One task of a sweep: experiments trained together on a worker, and what became of each."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from dann_core.domains.pair import DomainPair
from dann_core.language import said, say
from dann_core.method.training import Evaluation, Trainer, View
from dann_core.method.written_step import stackable
from dann_core.settings import Settings
from dann_core.sweeps.plan import Case
from dann_core.sweeps.replicas import Replicas, stacks
from dann_core.sweeps.selection import MEASURED_CORRELATIONS, SCORES, reverse_validation, scores

DIVERGED = say("It diverged: the network's outputs are not finite. Lower the learning rate.")


@dataclass(frozen=True)
class Result:
    """What became of one experiment: accuracies in 0..1, label-free scores by name, or why there are none.

    `target_samples` is of how many the target accuracy is the share; `guessing` is one over the number of classes.
    """

    target_accuracy: float | None = None
    source_accuracy: float | None = None
    domain_accuracy: float | None = None
    scores: dict[str, float] = field(default_factory=dict)
    target_samples: int = 0
    guessing: float = 0.0
    seconds: float = 0.0
    failure: str = ""


@dataclass(frozen=True)
class Measure:
    """A figure that cells can be compared by; `percent` says how it is written."""

    name: str
    label: str
    higher_is_better: bool | None
    percent: bool

    def text(self, value: float) -> str:
        """The value as people read it: accuracies and errors in percent without the sign."""
        return f"{100 * value:.1f}" if self.percent else f"{value:.3f}"


MEASURES: dict[str, Measure] = {
    "target_accuracy": Measure("target_accuracy", say("target accuracy (exam)"), True, True),
    "source_accuracy": Measure("source_accuracy", say("source accuracy"), True, True),
    "domain_accuracy": Measure("domain_accuracy", say("domain accuracy"), None, True),
} | {s.name: Measure(s.name, s.label, s.higher_is_better, s.name == "reverse_validation") for s in SCORES.values()}


def measures(labelled: bool, reverse: bool) -> list[Measure]:
    """The measures that a sweep has, the one to show first in front.

    Without labels that is the score whose ranking agreed best with the target accuracy where both could be measured.
    """
    having = [m for m in MEASURES.values() if m.name != "reverse_validation" or reverse]
    if labelled:
        return having
    trust = {name: np.mean([*measured.values()]) for name, measured in MEASURED_CORRELATIONS.items() if measured}
    without = [m for m in having if m.name != "target_accuracy"]
    return sorted(without, key=lambda m: -trust.get(m.name, -2.0))


def train_task(
    pair: DomainPair | None, cases: Sequence[Case], reverse: bool = False, device: str = "cpu"
) -> list[Result]:
    """Train experiments together, on the given `pair` or each on what its domain draws; the results in their order.

    Runs on any worker. When they fail together each is tried by itself, so that one that cannot be trained takes no
    other with it.
    """
    try:
        return _train(pair, cases, reverse, device)
    # A cell may fail for whatever reason; the reason is its result.
    except Exception as error:
        if len(cases) == 1:
            return [Result(failure=said(error) or type(error).__name__)]
    return [result for case in cases for result in train_task(pair, [case], reverse, device)]


def _train(pair: DomainPair | None, cases: Sequence[Case], reverse: bool, device: str) -> list[Result]:
    started = time.monotonic()
    # Drawn once: replicas of one pair, as an object, share its inputs and its batches.
    which = [(case.domain, case.key.seed) for case in cases]
    drawn = {data: case.pair(pair) for data, case in dict(zip(which, cases, strict=True)).items()}
    pairs = [drawn[data] for data in which]
    outcomes = _trained(pairs, [c.settings for c in cases], device)
    share = (time.monotonic() - started) / len(cases)
    results = []
    for mine, case, (graded, source, target) in zip(pairs, cases, outcomes, strict=True):
        result = _result(mine, graded, source, target, share)
        backwards = reverse and not result.failure and not case.key.is_twin
        results.append(_carried_back(result, mine, case.settings, target, device) if backwards else result)
    return results


def _trained(
    pairs: Sequence[DomainPair], experiments: Sequence[Settings], device: str
) -> list[tuple[Evaluation, View, View]]:
    """How each ends: those of one shape in one stack, where every replica may have other data, the rest one by one."""
    ended = {}
    for members in stacks(pairs, experiments):
        if stackable(pairs[members[0]], experiments[members[0]]):
            replicas = Replicas([pairs[i] for i in members], [experiments[i] for i in members], device)
            replicas.advance(max(experiments[i].max_iter for i in members))
            for place, (index, evaluation) in enumerate(zip(members, replicas.evaluate(), strict=True)):
                ended[index] = evaluation, *replicas.views(place)
        else:
            (index,) = members
            ended[index] = _alone(pairs[index], experiments[index], device)
    return [ended[index] for index in range(len(experiments))]


def _alone(pair: DomainPair, settings: Settings, device: str) -> tuple[Evaluation, View, View]:
    trainer = Trainer(pair, settings, device)
    trainer.advance(settings.max_iter)
    return trainer.evaluate(), trainer.look(pair.source_x, "source"), trainer.look(pair.target_x, "target")


def _result(pair: DomainPair, graded: Evaluation, source: View, target: View, seconds: float) -> Result:
    label_free = scores(pair, source, target)
    if np.isnan(list(label_free.values())).any():
        return Result(seconds=seconds, failure=DIVERGED)
    accuracies = graded.target_accuracy, graded.source_accuracy, graded.domain_accuracy
    return Result(*accuracies, label_free, len(pair.target_x), 1 / pair.n_classes, seconds)


def _carried_back(result: Result, pair: DomainPair, settings: Settings, target: View, device: str) -> Result:
    """The result with its reverse validation."""
    started = time.monotonic()
    error = reverse_validation(pair, settings, target, device)
    seconds = result.seconds + time.monotonic() - started
    return replace(result, scores=result.scores | {"reverse_validation": error}, seconds=seconds)
