"""One task of a sweep: experiments trained together on a worker, and what became of each."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from dann_core.domains.base import Domain
from dann_core.domains.pair import DomainPair
from dann_core.method.training import Evaluation, Trainer, View
from dann_core.method.written_step import stackable
from dann_core.settings import Settings
from dann_core.sweeps.plan import pair_of
from dann_core.sweeps.replicas import Replicas
from dann_core.sweeps.selection import MEASURED_CORRELATIONS, SCORES, reverse_validation, scores

DIVERGED = "It diverged: the network's outputs are not finite. Lower the learning rate."


@dataclass(frozen=True)
class Result:
    """What became of one experiment: accuracies in 0..1, label-free scores by name, or why there are none."""

    settings: Settings
    target_accuracy: float | None = None
    source_accuracy: float | None = None
    domain_accuracy: float | None = None
    scores: dict[str, float] = field(default_factory=dict)
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
    "target_accuracy": Measure("target_accuracy", "target accuracy (exam)", True, True),
    "source_accuracy": Measure("source_accuracy", "source accuracy", True, True),
    "domain_accuracy": Measure("domain_accuracy", "domain accuracy", None, True),
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
    data: Domain | DomainPair, experiments: Sequence[Settings], reverse: bool = False, device: str = "cpu"
) -> list[Result]:
    """Train experiments of one shape together, in the order given; runs on any worker.

    When they fail together each is tried by itself, so that one that cannot be trained takes no other with it.
    """
    try:
        return _train(data, experiments, reverse, device)
    # A cell may fail for whatever reason; the reason is its result.
    except Exception as error:
        if len(experiments) == 1:
            return [Result(experiments[0], failure=str(error) or type(error).__name__)]
    return [result for settings in experiments for result in train_task(data, [settings], reverse, device)]


def _train(data: Domain | DomainPair, experiments: Sequence[Settings], reverse: bool, device: str) -> list[Result]:
    started = time.monotonic()
    drawn = {seed: pair_of(data, seed) for seed in sorted({s.seed for s in experiments})}
    pairs = [drawn[s.seed] for s in experiments]
    outcomes = list(_trained(pairs, experiments, device))
    share = (time.monotonic() - started) / len(experiments)
    results = []
    for pair, settings, (graded, source, target) in zip(pairs, experiments, outcomes, strict=True):
        result = _result(pair, settings, graded, source, target, share)
        results.append(_carried_back(result, pair, target, device) if reverse and not result.failure else result)
    return results


def _trained(
    pairs: list[DomainPair], experiments: Sequence[Settings], device: str
) -> Iterator[tuple[Evaluation, View, View]]:
    if stackable(pairs[0], experiments[0]):
        replicas = Replicas(pairs, experiments, device)
        replicas.advance(max(s.max_iter for s in experiments))
        for index, evaluation in enumerate(replicas.evaluate()):
            yield evaluation, *replicas.views(index)
        return
    for pair, settings in zip(pairs, experiments, strict=True):
        trainer = Trainer(pair, settings, device)
        trainer.advance(settings.max_iter)
        yield trainer.evaluate(), trainer.look(pair.source_x, "source"), trainer.look(pair.target_x, "target")


def _result(
    pair: DomainPair, settings: Settings, graded: Evaluation, source: View, target: View, seconds: float
) -> Result:
    label_free = scores(pair, source, target)
    if np.isnan(list(label_free.values())).any():
        return Result(settings, seconds=seconds, failure=DIVERGED)
    return Result(settings, graded.target_accuracy, graded.source_accuracy, graded.domain_accuracy, label_free, seconds)


def _carried_back(result: Result, pair: DomainPair, target: View, device: str) -> Result:
    """The result with its reverse validation."""
    started = time.monotonic()
    error = reverse_validation(pair, result.settings, target, device)
    seconds = result.seconds + time.monotonic() - started
    return replace(result, scores=result.scores | {"reverse_validation": error}, seconds=seconds)
