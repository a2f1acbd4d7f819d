"""Sweeps: many experiments on an engine, taken in as they finish, stopped and continued at any time."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent import futures
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from dann_core.engine import device
from dann_core.language import said
from dann_core.settings.knobs import from_text
from dann_core.sweeps.axis import Axis
from dann_core.sweeps.cells import MEASURES, Measure, Result, measures, train_task
from dann_core.sweeps.phases import Gain
from dann_core.sweeps.plan import Case, Key, Plan
from dann_core.sweeps.selection import SCORES

__all__ = ["MEASURES", "Axis", "Measure", "Plan", "Result", "Sweep"]

JUDGED = ("source_only", "target_samples", "guessing", "phase")
"""Columns of a sweep's table: the twin's target accuracy, of how many samples, that of guessing, and the phase."""


class Tasks(Protocol):
    """What a sweep needs of an engine."""

    workers: int

    def submit(self, function: Callable[..., Any], *arguments: Any) -> futures.Future:
        """Carry out `function(*arguments)` somewhere."""


class Sweep:
    """The experiments of a plan and what has become of them; thread-safe.

    Nothing moves by itself: `poll` takes in what workers have finished. A task whose worker is lost for good is handed
    out again one experiment at a time, so what kills workers is found and takes nothing else with it.
    """

    def __init__(self, plan: Plan, engine: Tasks) -> None:
        self.plan = plan
        self.version = 0
        """Rises with every result."""
        self._engine = engine
        self._experiments = plan.experiments()
        self._results: dict[Key, Result] = {}
        self._pending: dict[futures.Future, list[Case]] = {}
        self._lock = threading.RLock()
        self._started, self._before = 0.0, 0
        self._frame: tuple[int, pd.DataFrame] | None = None

    @property
    def measures(self) -> list[Measure]:
        """What the cells can be compared by, the one to show first in front."""
        return measures(self.plan.labelled, self.plan.reverse)

    @property
    def total(self) -> int:
        """How many experiments there are."""
        return len(self._experiments)

    @property
    def done(self) -> int:
        """How many have ended, well or badly."""
        return len(self._results)

    @property
    def failed(self) -> int:
        """How many have ended badly."""
        with self._lock:
            return sum(bool(r.failure) for r in self._results.values())

    @property
    def running(self) -> bool:
        """Whether anything is still to come."""
        return bool(self._pending)

    @property
    def seconds_left(self) -> float | None:
        """At the pace since the last start; None before anything came."""
        came = self.done - self._before
        if not self.running or came <= 0:
            return None
        return (time.monotonic() - self._started) / came * (self.total - self.done)

    def start(self) -> None:
        """Train all that has no result yet; what failed is tried again."""
        with self._lock:
            if self.running:
                return
            self._results = {key: r for key, r in self._results.items() if not r.failure}
            self._started, self._before = time.monotonic(), self.done
            self.version += 1
            missing = [case for case in self._experiments if case.key not in self._results]
            for task in self.plan.tasks(missing, self._engine.workers):
                self._submit(task)

    def stop(self) -> None:
        """Drop what has not begun; what is being trained may still arrive, and what is done stays."""
        with self._lock:
            self.poll()
            self._pending = {f: task for f, task in self._pending.items() if not f.cancel()}

    def wait(self, seconds: float) -> bool:
        """Wait until a task ends, at most so long; whether there is news."""
        futures.wait(list(self._pending), seconds, futures.FIRST_COMPLETED)
        return self.poll()

    def poll(self) -> bool:
        """Take in what has ended; whether anything had."""
        with self._lock:
            ended = [f for f in self._pending if f.done()]
            for future in ended:
                self._take(future, self._pending.pop(future))
            return bool(ended)

    def gain(self, cell: Sequence[Any]) -> Gain | None:
        """What adapting did in a cell, over the seeds that have ended well with their twins; None before any has."""
        first = self.plan.base.seed
        runs = []
        for seed in range(first, first + self.plan.seeds):
            run, twin = self._graded(Key(tuple(cell), seed)), self._graded(self.plan.twin_key(cell, seed))
            if run and twin:
                runs.append((run.target_accuracy, twin.target_accuracy, twin.target_samples, twin.guessing))
        if not runs:
            return None
        adapted, source_only, samples, guessing = zip(*runs, strict=True)
        return Gain(adapted, source_only, min(samples), guessing[0])

    def _graded(self, key: Key) -> Result | None:
        """The result of an experiment that has ended with an exam."""
        result = self._results.get(key)
        return result if result and not result.failure and result.target_accuracy is not None else None

    def _submit(self, task: list[Case]) -> None:
        future = self._engine.submit(train_task, self.plan.pair, task, self.plan.reverse, device())
        self._pending[future] = task

    def _take(self, future: futures.Future, task: list[Case]) -> None:
        if future.cancelled():
            return
        error = future.exception()
        if error is None:
            self._keep(zip((case.key for case in task), future.result(), strict=True))
        elif len(task) > 1:
            for case in task:
                self._submit([case])
        else:
            self._keep([(task[0].key, Result(failure=said(error) or type(error).__name__))])

    def _keep(self, results: Iterable[tuple[Key, Result]]) -> None:
        self._results |= dict(results)
        self.version += 1

    def frame(self) -> pd.DataFrame:
        """One row an experiment that has ended, in the plan's order and without the twins: axes, seed, figures, the
        twin's target accuracy, target samples, the accuracy of guessing, the phase of its cell ("": none), seconds,
        failure ("": none).

        Figures that do not exist are nan.
        """
        with self._lock:
            if self._frame is None or self._frame[0] != self.version:
                ended = [c.key for c in self._experiments if not c.key.is_twin and c.key in self._results]
                gains = {cell: self.gain(cell) for cell in {key.cell for key in ended}}
                rows = [self._row(key, gains[key.cell]) for key in ended]
                columns = [*self.plan.names, "seed", *MEASURES, *JUDGED, "seconds", "failure"]
                made = pd.DataFrame(rows, columns=columns)
                types = dict.fromkeys([*MEASURES, "source_only"], float) | {"phase": str}
                # As strings of pandas' own, texts would be English for ever.
                failures = pd.Series([row[-1] for row in rows], dtype=object)
                self._frame = self.version, made.astype(types).assign(failure=failures)
            return self._frame[1].copy()

    def _row(self, key: Key, gain: Gain | None) -> tuple[Any, ...]:
        r, twin = self._results[key], self._graded(self.plan.twin_key(*key[:2]))
        accuracies = r.target_accuracy, r.source_accuracy, r.domain_accuracy
        judged = twin and twin.target_accuracy, r.target_samples, r.guessing, gain.phase.name if gain else ""
        return *key.cell, key.seed, *accuracies, *(r.scores.get(name) for name in SCORES), *judged, r.seconds, r.failure

    def cells(self, measure: str) -> pd.DataFrame:
        """One row a cell in the plan's order, with or without results: the axes' values, then of `measure` over the
        seeds mean, std (population), min, max, n, and failed (how many) with the first reason."""
        names = list(self.plan.names)
        grouped = self.frame().groupby(names, sort=False)
        values, failures = grouped[measure], grouped["failure"]
        made = pd.DataFrame(
            {
                "mean": values.mean(),
                "std": values.std(ddof=0),
                "min": values.min(),
                "max": values.max(),
                "n": values.count(),
                "failed": failures.agg(lambda texts: int((texts != "").sum())),
            }
        )
        reasons = [next((text for text in texts if text), "") for _, texts in failures]
        made["reason"] = pd.Series(reasons, made.index, dtype=object)
        every = pd.DataFrame(self.plan.cells(), columns=names)
        merged = every.merge(made.reset_index(), on=names, how="left") if len(made) else every.reindex(
            columns=[*names, *made.columns]
        )  # fmt: skip
        counts = {"n": merged["n"].fillna(0).astype(int), "failed": merged["failed"].fillna(0).astype(int)}
        return merged.assign(**counts, reason=merged["reason"].astype(object).fillna(""))

    def best(self, measure: str) -> tuple[float, ...] | None:
        """The cell whose mean over the seeds is best; None before there is one, or where no direction is better."""
        cells = self.cells(measure)
        higher = MEASURES[measure].higher_is_better
        means = cells["mean"].astype(float)
        if higher is None or means.isna().all():
            return None
        return self.plan.cells()[means.idxmax() if higher else means.idxmin()]

    def write(self, folder: Path) -> None:
        """`results.csv` and `results.parquet`, each replaced as a whole: an interrupted write leaves the old one."""
        frame = self.frame()
        for name, write in (("results.csv", frame.to_csv), ("results.parquet", frame.to_parquet)):
            write(folder / f"{name}.new", index=False)
            os.replace(folder / f"{name}.new", folder / name)

    def read(self, folder: Path) -> None:
        """Take in the results that `write` left in this folder, if any."""
        file = folder / "results.csv"
        if not file.exists():
            return
        written = {axis.name: partial(from_text, axis.knob) for axis in self.plan.axes}
        table = pd.read_csv(file, dtype={"failure": str}, converters=written)
        table["failure"] = table["failure"].astype(object).fillna("")
        known = {case.key for case in self._experiments}
        with self._lock:
            for row in table.to_dict("records"):
                key = Key(tuple(row[name] for name in self.plan.names), row["seed"])
                if key in known:
                    self._keep([(key, _from_row(row))])
                twin = self.plan.twin_key(*key[:2])
                # Written by a version without twins, a table lacks the column: they are trained then.
                if twin in known and not pd.isna(accuracy := row.get("source_only")):
                    told = Result(accuracy, target_samples=row["target_samples"], guessing=row["guessing"])
                    self._keep([(twin, told)])


def _from_row(row: dict[str, Any]) -> Result:
    def figure(name: str) -> float | None:
        return None if pd.isna(row[name]) else float(row[name])

    return Result(
        figure("target_accuracy"),
        figure("source_accuracy"),
        figure("domain_accuracy"),
        {name: float(row[name]) for name in SCORES if not pd.isna(row[name])},
        row.get("target_samples", 0),
        row.get("guessing", 0.0),
        row["seconds"],
        row["failure"],
    )
