"""Sweeps: plans, results that are single runs', stopping and continuing, failures, files, the command line."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import make_pair

from dann_core import KnobError, Settings, Trainer, domains
from dann_core.cli.main import main
from dann_core.domains import DomainPair
from dann_core.engine import device
from dann_core.engine.threads import ThreadEngine
from dann_core.live.twin import source_only
from dann_core.sweeps.cells import measures
from dann_core.sweeps.phases import PHASES
from dann_core.sweeps.sweep import Axis, Plan, Sweep

SMALL = Settings(max_iter=20, batch_size=8, extractor_width=8, feature_width=8, discriminator_width=8)


def plan(pair: DomainPair | None = None, base: Settings = SMALL, seeds: int = 2, *axes: str) -> Plan:
    made = tuple(Axis.parse(*text.split("=")) for text in axes or ("gamma=1,10", "discriminator_width=4,8"))
    return Plan(base, made, seeds, pair=pair or make_pair())


def finish(sweep: Sweep) -> Sweep:
    sweep.start()
    while sweep.running:
        sweep.wait(1)
    return sweep


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("gamma=10, 1,3", (1, 3, 10)),
        ("gamma=0:30:4", (0, 10, 20, 30)),
        ("discriminator_width=4:16:3,8", (4, 8, 10, 16)),
        ("learning_rate=1e-3,0.01", (0.001, 0.01)),
        ("angle=90, 0:30:3", (0, 15, 30, 90)),
        ("target_shares=classes missing, as drawn", ("as drawn", "classes missing")),
        ("use_lambda_scheduler=true,false", (False, True)),
    ],
)
def test_axes_are_read_as_people_write_them(text: str, values: tuple[float, ...]) -> None:
    assert Axis.parse(*text.split("="), domains.get("moons")).values == values


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("angle=10", "angle cannot be an axis; choose one of: gamma"),
        ("optimizer=lion", "optimizer must be one of adam, adamw, sgd; got 'lion'"),
        ("optimizer=", "The axis optimizer has no values: give some, as in adam,adamw,sgd"),
        ("seed=1,2", "seed cannot be an axis"),
        ("gamma=", "The axis gamma has no values"),
        ("gamma=1,99", "gamma must be a number from 0 to 50; got 99.0"),
        ("gamma=1:2", "gamma takes values or start:stop:count; got '1:2'"),
        ("discriminator_width=4.5", "discriminator_width must be a whole number"),
    ],
)
def test_wrong_axes_get_one_sentence(text: str, message: str) -> None:
    with pytest.raises(KnobError, match=message):
        Axis.parse(*text.split("="))


def test_too_large_and_empty_plans_are_refused() -> None:
    with pytest.raises(KnobError, match="21,007 experiments, the limit is 20,000"):
        plan(None, SMALL, 7, "gamma=0:50:1500", "lambda_max=1,2")
    with pytest.raises(KnobError, match="at least one axis"):
        Plan(SMALL, (), pair=make_pair())
    angle = Axis("angle", (0, 90), domains.get("moons"))
    with pytest.raises(KnobError, match="angle is a parameter of moons, which this sweep is not over"):
        Plan(SMALL, (angle,), pair=make_pair())
    with pytest.raises(KnobError, match="each parameter once"):
        plan(None, SMALL, 1, "gamma=1", "gamma=2")


def test_every_experiment_is_in_one_task_of_its_shape() -> None:
    made = plan(None, SMALL, 3)
    tasks = made.tasks(made.experiments(), workers=2)
    handed_out = [case.key for task in tasks for case in task]
    assert len(handed_out) == len(set(handed_out)) == made.size
    assert set(handed_out) == {case.key for case in made.experiments()}
    assert all(len({case.settings.discriminator_width for case in task}) == 1 for task in tasks)
    assert max(map(len, tasks)) > 1


def test_neighbours_in_a_task_share_their_learning_rate() -> None:
    made = plan(None, SMALL, 3, "learning_rate=0.001,0.01")
    (task,) = made.tasks(made.experiments(), workers=1)
    assert [case.settings.learning_rate for case in task] == [0.001] * 6 + [0.01] * 6


def test_results_are_those_of_single_runs() -> None:
    domain = domains.get("moons")(size=60)
    made = Plan(SMALL, (Axis("gamma", (1, 10)), Axis("discriminator_width", (4, 8))), 2, domain)
    frame = finish(Sweep(made, ThreadEngine(2))).frame()
    assert len(frame) == 8
    for row in frame.to_dict("records"):
        settings = SMALL.replace(gamma=row["gamma"], discriminator_width=row["discriminator_width"], seed=row["seed"])
        trainer = Trainer(domain.pair(row["seed"]), settings, device())
        trainer.advance(20)
        single = trainer.evaluate()
        assert row["target_accuracy"] == pytest.approx(single.target_accuracy, abs=0.02)
        assert row["source_accuracy"] == pytest.approx(single.source_accuracy, abs=0.02)


def test_a_domains_parameters_are_axes_and_every_replica_has_its_own_data() -> None:
    kind = domains.get("moons")
    axes = Axis("angle", (0, 90), kind), Axis("size", (40, 60), kind), Axis("lambda_max", (0.5, 2))
    made = Plan(SMALL, axes, 2, kind(noise=0.2))
    # One stack, where the data differ in angle, number and seed.
    assert len(made.tasks(made.experiments(), workers=1)) == 1
    sweep = finish(Sweep(made, ThreadEngine(1)))
    for row in sweep.frame().to_dict("records"):
        pair = kind(noise=0.2, angle=row["angle"], size=row["size"]).pair(row["seed"])
        settings = SMALL.replace(lambda_max=row["lambda_max"], seed=row["seed"])
        for column, which in (("target_accuracy", settings), ("source_only", source_only(settings))):
            trainer = Trainer(pair, which, device())
            trainer.advance(20)
            assert row[column] == pytest.approx(trainer.evaluate().target_accuracy, abs=1.5 / row["size"])
        assert (row["target_samples"], row["guessing"]) == (row["size"], 0.5)


def test_a_parameter_that_changes_the_samples_shape_is_an_axis_too() -> None:
    kind = domains.get("blobs")
    sweep = finish(Sweep(Plan(SMALL, (Axis("classes", (2, 5), kind),), 1, kind(size=60)), ThreadEngine(1)))
    assert sweep.failed == 0
    for row in sweep.frame().to_dict("records"):
        trainer = Trainer(kind(size=60, classes=row["classes"]).pair(0), SMALL, device())
        trainer.advance(20)
        assert row["target_accuracy"] == pytest.approx(trainer.evaluate().target_accuracy, abs=0.02)


def test_a_twin_is_trained_once_for_all_cells_that_share_it() -> None:
    kind = domains.get("moons")
    axes = Axis("lambda_max", (0.5, 1, 2)), Axis("angle", (0, 90), kind), Axis("learning_rate", (0.001, 0.01))
    made = Plan(SMALL, axes, 2, kind())
    twins = [case for case in made.experiments() if case.key.is_twin]
    assert len(twins) == made.twins == 2 * 2 * 2
    assert {case.key for case in twins} == {made.twin_key(cell, seed) for cell in made.cells() for seed in (0, 1)}
    for case in twins:
        own = made.case((2, *case.key.cell[1:]), case.key.seed)
        assert (case.domain, case.settings) == (own.domain, source_only(own.settings).replace(lambda_max=1.0))
    assert not Plan(SMALL, axes[:1], 2, pair=make_pair(labelled=False)).twins


def test_cells_hold_mean_and_spread_over_the_seeds() -> None:
    sweep = finish(Sweep(plan(None, SMALL, 3), ThreadEngine(2)))
    frame = sweep.frame()
    for row in sweep.cells("target_entropy").to_dict("records"):
        mine = frame[(frame.gamma == row["gamma"]) & (frame.discriminator_width == row["discriminator_width"])]
        assert row["n"] == 3
        assert row["mean"] == pytest.approx(mine.target_entropy.mean())
        assert row["std"] == pytest.approx(mine.target_entropy.std(ddof=0))
    lowest = sweep.cells("target_entropy")["mean"].astype(float).idxmin()
    assert sweep.best("target_entropy") == sweep.plan.cells()[lowest]


class Gate:
    """An engine whose tasks wait until they are let through."""

    workers = 1

    def __init__(self) -> None:
        self.pool, self.open = ThreadPoolExecutor(1), threading.Semaphore(0)

    def submit(self, function, *arguments) -> Future:
        def task():
            self.open.acquire()
            return function(*arguments)

        return self.pool.submit(task)


def test_stop_keeps_what_is_done_and_continue_finishes() -> None:
    gate = Gate()
    sweep = Sweep(plan(None, SMALL, 2, "gamma=1,10", "discriminator_width=4,8,16"), gate)
    sweep.start()
    gate.open.release()
    while not sweep.wait(1):
        pass
    sweep.stop()
    gate.open.release(100)
    while sweep.running:
        sweep.wait(1)
    # A cell's phase is that of all its seeds, and a twin may come later.
    kept = sweep.frame().drop(columns=["source_only", "phase"])
    assert 0 < len(kept) < sweep.total
    finish(sweep)
    assert sweep.done == sweep.total
    everything = sweep.frame()
    pd.testing.assert_frame_equal(
        everything.merge(kept[["gamma", "discriminator_width", "seed"]])[kept.columns], kept, check_dtype=False
    )


def test_a_failing_cell_says_why_and_the_rest_goes_on() -> None:
    sweep = finish(
        Sweep(plan(None, SMALL.replace(discriminator_depth=2), 1, "discriminator_width=4,16384"), ThreadEngine(2))
    )
    first, second = sweep.cells("source_accuracy").to_dict("records")
    assert first["n"] == 1
    assert (second["n"], second["failed"]) == (0, 1)
    assert "million parameters" in second["reason"]


class Dying(ThreadEngine):
    """Loses every task that holds gamma 10, as a worker that is killed over it does."""

    def submit(self, function, *arguments) -> Future:
        if any(case.key.cell == (10,) for case in arguments[1]):
            lost: Future = Future()
            lost.set_exception(RuntimeError("the worker died"))
            return lost
        return super().submit(function, *arguments)


def test_a_lost_task_is_tried_one_by_one() -> None:
    sweep = finish(Sweep(plan(None, SMALL, 2, "gamma=1,10"), Dying(1)))
    good, bad = sweep.cells("source_accuracy").to_dict("records")
    assert (good["n"], good["failed"]) == (2, 0)
    assert (bad["n"], bad["failed"], bad["reason"]) == (0, 2, "the worker died")


@pytest.mark.parametrize("labelled", [True, False])
def test_files_hold_the_results_exactly(labelled: bool, tmp_path: Path) -> None:
    axes = "gamma=1,10", "activation=tanh,relu"
    sweep = finish(Sweep(plan(make_pair(labelled=labelled), SMALL, 2, *axes), ThreadEngine(2)))
    sweep.write(tmp_path)
    again = Sweep(sweep.plan, ThreadEngine(1))
    again.read(tmp_path)
    pd.testing.assert_frame_equal(again.frame(), sweep.frame())
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "results.parquet"), sweep.frame(), check_dtype=False)
    assert again.done == again.total
    assert sweep.frame().target_accuracy.isna().all() is np.bool_(not labelled)
    assert set(sweep.frame().phase) <= set(PHASES if labelled else [""])


def test_without_labels_no_measure_is_an_exam() -> None:
    assert measures(True, False)[0].name == "target_accuracy"
    names = [m.name for m in measures(False, True)]
    assert "target_accuracy" not in names
    assert "reverse_validation" in names


def test_the_command_continues_and_refuses_another_plan(
    tmp_path: Path, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DANN_ENGINE", "threads")
    axes = "--axis gamma=1,10 --axis angle=0,90"
    command = f"sweep --domain moons --max-iter 10 {axes} --seeds 2 --out {tmp_path}".split()
    assert main(command) == 0
    said = capsys.readouterr().out
    assert "12 of 12 experiments done, 0 failed" in said
    whole = pd.read_csv(tmp_path / "results.csv")
    # The map, and what stands beside it, are what the file says.
    phases = whole.groupby(["gamma", "angle"], sort=False).phase.first()
    for phase in PHASES.values():
        assert f"  {phase.sign} {phase.title}: {(phases == phase.name).sum()} of 4 cells" in said
    (top,) = (line.split() for line in said.splitlines() if line.strip().startswith("90  "))
    assert top[1::2] == [PHASES[phases[gamma, 90]].sign for gamma in (1, 10)]
    gains = whole.target_accuracy - whole.source_only
    means = (gains[(whole.gamma == gamma) & (whole.angle == 90)].mean() for gamma in (1, 10))
    assert [float(number) for number in top[2::2]] == pytest.approx([100 * mean for mean in means], abs=0.051)
    # What is there already is not trained again: a mark in it stays.
    whole.head(2).assign(seconds=-1.0).to_csv(tmp_path / "results.csv", index=False)
    assert main(command) == 0
    assert "best by target accuracy (exam)" in capsys.readouterr().out
    continued = pd.read_csv(tmp_path / "results.csv")
    assert (continued.seconds == -1).sum() == 2
    assert continued.target_accuracy.tolist() == pytest.approx(whole.target_accuracy.tolist(), abs=0.01)
    assert main([*command, "--gamma", "3", "--seeds", "3"]) == 2
    assert "holds a sweep of another plan" in capsys.readouterr().err
